//! Compares values as a filter requires.

use std::cmp::Ordering;

use jiff::Timestamp;
use scim_v2::filter::CompValue;
use serde_json::{Map, Value};
use usher_domain::text::address;

use super::super::error::Error;
use super::super::schema::{Attribute, AttributeRef, Holds};
use super::invalid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scim) enum Comparison {
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// The value to compare with. Texts are folded if the attribute is case-insensitive.
#[derive(Debug)]
pub(in crate::scim) enum Operand {
    Text(String),
    Truth(bool),
    Instant(Timestamp),
}

/// The value that a filter compares an attribute with, if the comparison is valid.
pub(super) fn operand(
    attribute: &Attribute,
    comparison: Comparison,
    value: &CompValue,
) -> Result<Operand, Error> {
    let name = attribute.name;
    match (attribute.holds, value) {
        (Holds::Truth, _) if comparison != Comparison::Equal => Err(invalid(format!(
            "`{name}` can be compared with `eq` and `ne` only."
        ))),
        (Holds::Truth, CompValue::True) => Ok(Operand::Truth(true)),
        (Holds::Truth, CompValue::False) => Ok(Operand::Truth(false)),
        (Holds::Truth, CompValue::Str(text)) if text.eq_ignore_ascii_case("true") => Ok(Operand::Truth(true)),
        (Holds::Truth, CompValue::Str(text)) if text.eq_ignore_ascii_case("false") => {
            Ok(Operand::Truth(false))
        }
        (Holds::Truth, _) => Err(invalid(format!("Compare `{name}` with `true` or `false`."))),
        (Holds::Instant, CompValue::Str(text)) => match text.parse() {
            _ if is_of_text(comparison) => Ok(Operand::Text(text.clone())),
            Ok(instant) => Ok(Operand::Instant(instant)),
            Err(_) => Err(invalid(format!(
                "Compare `{name}` with a time such as `\"2026-11-21T09:30:00Z\"`."
            ))),
        },
        (_, CompValue::Str(text)) => Ok(Operand::Text(compared_form(text, attribute.is_case_exact))),
        _ => Err(invalid(format!("Compare `{name}` with a text in quotes."))),
    }
}

const fn is_of_text(comparison: Comparison) -> bool {
    matches!(
        comparison,
        Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith
    )
}

/// The form in which texts are compared. The notation of an address's domain does not matter.
pub(in crate::scim) fn compared_form(text: &str, is_case_exact: bool) -> String {
    if is_case_exact {
        text.to_owned()
    } else {
        address::folded(text)
    }
}

impl Operand {
    pub(super) fn fits(&self, comparison: Comparison, value: &Value, is_case_exact: bool) -> bool {
        match (self, value) {
            (Self::Truth(truth), Value::Bool(value)) => truth == value,
            (Self::Text(text), Value::String(value)) => {
                let value = compared_form(value, is_case_exact);
                match comparison {
                    Comparison::Contains => value.contains(text),
                    Comparison::StartsWith => value.starts_with(text),
                    Comparison::EndsWith => value.ends_with(text),
                    _ => comparison.fits(value.as_str().cmp(text)),
                }
            }
            (Self::Instant(instant), Value::String(value)) => value
                .parse::<Timestamp>()
                .is_ok_and(|value| comparison.fits(value.cmp(instant))),
            _ => false,
        }
    }
}

impl Comparison {
    const fn fits(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Contains | Self::StartsWith | Self::EndsWith => false,
        }
    }
}

impl AttributeRef {
    /// Whether one of the values at this path of a resource matches.
    pub(super) fn any(&self, it: &Map<String, Value>, is: impl Fn(&Value) -> bool) -> bool {
        let part_is = |value: &Value| match self.part {
            Some(part) => value.get(part.name).is_some_and(&is),
            None => is(value),
        };
        match it.get(self.attribute.name) {
            Some(Value::Array(values)) => values.iter().any(part_is),
            Some(value) => part_is(value),
            None => false,
        }
    }
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        _ => false,
    }
}
