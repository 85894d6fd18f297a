//! Filters (RFC 7644, section 3.4.2.2): parsed by the library, checked once against the schema, and then evaluated for
//! each resource.

mod compare;
mod value_path;

use std::collections::BTreeSet;

use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter, ValFilter};
use serde_json::{Map, Value};

use super::error::{Error, ScimType};
use super::schema::{Attribute, AttributeRef, Found, Schema};

pub(super) use self::compare::compared_form;
use self::compare::{Comparison, Operand, is_empty, operand};

/// A filter's condition, with known attributes and values of their types.
#[derive(Debug)]
pub(super) enum Test {
    Every(Vec<Self>),
    Some(Vec<Self>),
    Not(Box<Self>),
    /// Whether there is a value.
    Present(AttributeRef),
    /// Whether some value compares as given.
    Compare(AttributeRef, Comparison, Operand),
    /// Whether some value of a complex attribute passes the test.
    Value(&'static Attribute, Box<Self>),
    /// The result is constant: it is about an attribute that Usher does not store.
    Known(bool),
}

/// What the names in a filter refer to.
enum Names {
    /// The attributes of a resource. `is_one_of_many`: other types are searched, too, so a name may be theirs.
    Of {
        schema: &'static Schema,
        is_one_of_many: bool,
    },
    /// The parts of a complex attribute's values.
    Within(&'static Attribute),
}

/// The most comparisons of one filter: each may be asked of every user of the account.
const TERMS_MAX: usize = 200;

fn invalid(detail: impl Into<String>) -> Error {
    Error::bad(ScimType::InvalidFilter, detail)
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Filter, Error> {
    value_path::moved_inside(text)
        .parse()
        .map_err(|error| invalid(format!("The filter cannot be read: {error}.")))
}

impl Test {
    /// Checks a filter against a schema. In a query for several types, a name that this type lacks has no value (RFC
    /// 7644, section 3.4.2.1).
    pub(super) fn of(filter: &Filter, schema: &'static Schema, is_one_of_many: bool) -> Result<Self, Error> {
        let names = Names::Of {
            schema,
            is_one_of_many,
        };
        Self::filter(filter, &names)?.bounded()
    }

    fn bounded(self) -> Result<Self, Error> {
        if self.terms() <= TERMS_MAX {
            return Ok(self);
        }
        let detail = format!("A filter can have {TERMS_MAX} comparisons. Ask in several requests.");
        Err(Error::bad(ScimType::TooMany, detail))
    }

    fn terms(&self) -> usize {
        match self {
            Self::Every(tests) | Self::Some(tests) => tests.iter().map(Self::terms).sum(),
            Self::Not(test) | Self::Value(_, test) => test.terms(),
            Self::Present(_) | Self::Compare(..) | Self::Known(_) => 1,
        }
    }

    /// Checks the filter in the brackets of a path against the attribute before them.
    pub(super) fn within(filter: &ValFilter, attribute: &'static Attribute) -> Result<Self, Error> {
        Self::value_filter(filter, &Names::Within(attribute))?.bounded()
    }

    fn value_filter(filter: &ValFilter, names: &Names) -> Result<Self, Error> {
        Ok(match filter {
            ValFilter::Attr(expression) => Self::expression(expression, names)?,
            ValFilter::Not(inner) => Self::Not(Box::new(Self::value_filter(inner, names)?)),
            ValFilter::And(all) => Self::Every(each(all, |it| Self::value_filter(it, names))?),
            ValFilter::Or(any) => Self::Some(each(any, |it| Self::value_filter(it, names))?),
        })
    }

    fn filter(filter: &Filter, names: &Names) -> Result<Self, Error> {
        Ok(match filter {
            Filter::Attr(expression) => Self::expression(expression, names)?,
            Filter::Not(inner) => Self::Not(Box::new(Self::filter(inner, names)?)),
            Filter::And(all) => Self::Every(each(all, |it| Self::filter(it, names))?),
            Filter::Or(any) => Self::Some(each(any, |it| Self::filter(it, names))?),
            Filter::ValuePath(path) => {
                let Some(place) = names.find(&path.attr)? else {
                    return Ok(Self::Known(false));
                };
                let attribute = place.last();
                if attribute.parts().is_empty() {
                    let detail = format!("`{}` has no parts that brackets could ask for.", path.attr);
                    return Err(invalid(detail));
                }
                Self::Value(attribute, Box::new(Self::within(&path.filter, attribute)?))
            }
        })
    }

    fn expression(expression: &AttrExp, names: &Names) -> Result<Self, Error> {
        let (path, op, value) = match expression {
            AttrExp::Present(path) => {
                return Ok(names.find(path)?.map_or(Self::Known(false), Self::Present));
            }
            AttrExp::Comparison(path, op, value) => (path, op, value),
        };
        let Some(mut place) = names.find(path)? else {
            let is_equal_to_nothing = (*op == CompareOp::Eq) == (*value == CompValue::Null);
            return Ok(Self::Known(
                is_equal_to_nothing && matches!(op, CompareOp::Eq | CompareOp::Ne),
            ));
        };
        // A missing value is equal to null, and to nothing else (RFC 7643, section 2.5).
        if *value == CompValue::Null {
            return match op {
                CompareOp::Eq => Ok(Self::Not(Box::new(Self::Present(place)))),
                CompareOp::Ne => Ok(Self::Present(place)),
                _ => Err(invalid("`null` can be compared with `eq` and `ne` only.")),
            };
        }
        if !place.last().parts().is_empty() {
            // The value of a multi-valued attribute is its sub-attribute of that name.
            let value = place.last().part("value").filter(|_| place.last().is_many);
            place.part = Some(value.ok_or_else(|| invalid(format!("Name a part of `{path}`.")))?);
        }
        let comparison = match op {
            CompareOp::Eq | CompareOp::Ne => Comparison::Equal,
            CompareOp::Co => Comparison::Contains,
            CompareOp::Sw => Comparison::StartsWith,
            CompareOp::Ew => Comparison::EndsWith,
            CompareOp::Gt => Comparison::Greater,
            CompareOp::Ge => Comparison::GreaterOrEqual,
            CompareOp::Lt => Comparison::Less,
            CompareOp::Le => Comparison::LessOrEqual,
        };
        let test = Self::Compare(place, comparison, operand(place.last(), comparison, value)?);
        Ok(match op {
            CompareOp::Ne => Self::Not(Box::new(test)),
            _ => test,
        })
    }

    /// Whether a resource, or a value of a complex attribute, matches.
    pub(super) fn passes(&self, it: &Map<String, Value>) -> bool {
        match self {
            Self::Every(tests) => tests.iter().all(|test| test.passes(it)),
            Self::Some(tests) => tests.iter().any(|test| test.passes(it)),
            Self::Not(test) => !test.passes(it),
            Self::Present(place) => place.any(it, |value| !is_empty(value)),
            Self::Compare(place, comparison, operand) => {
                let is_case_exact = place.last().is_case_exact;
                place.any(it, |value| operand.fits(*comparison, value, is_case_exact))
            }
            Self::Value(attribute, test) => {
                let place = AttributeRef {
                    attribute,
                    part: None,
                };
                place.any(it, |value| {
                    value.as_object().is_some_and(|value| test.passes(value))
                })
            }
            Self::Known(answer) => *answer,
        }
    }

    /// The only text that this attribute can have in a matching resource, if the filter fixes it: such a resource is
    /// found by an index.
    pub(super) fn fixes(&self, name: &str, part: Option<&str>) -> Option<&str> {
        match self {
            Self::Every(tests) => tests.iter().find_map(|test| test.fixes(name, part)),
            Self::Compare(place, Comparison::Equal, Operand::Text(text)) => {
                let is_meant = place.attribute.name == name && place.part.map(|it| it.name) == part;
                is_meant.then_some(text)
            }
            Self::Value(attribute, test) if attribute.name == name => test.fixes(part?, None),
            _ => None,
        }
    }

    /// Adds the names of the attributes that the filter uses.
    pub(super) fn looks_at(&self, names: &mut BTreeSet<&'static str>) {
        match self {
            Self::Every(tests) | Self::Some(tests) => tests.iter().for_each(|test| test.looks_at(names)),
            Self::Not(test) => test.looks_at(names),
            Self::Present(place) | Self::Compare(place, ..) => {
                names.insert(place.attribute.name);
            }
            Self::Value(attribute, _) => {
                names.insert(attribute.name);
            }
            Self::Known(_) => {}
        }
    }

    /// The parts that a matching value certainly has: those that the filter compares with `eq`. A value that is created
    /// for a path with this filter gets them.
    pub(super) fn implied(&self, value: &mut Map<String, Value>) {
        match self {
            Self::Every(tests) => tests.iter().for_each(|test| test.implied(value)),
            Self::Compare(place, Comparison::Equal, Operand::Text(text)) => {
                value.insert(place.last().name.to_owned(), text.clone().into());
            }
            Self::Compare(place, Comparison::Equal, Operand::Truth(truth)) => {
                value.insert(place.last().name.to_owned(), (*truth).into());
            }
            _ => {}
        }
    }
}

fn each<T>(terms: &[T], test: impl Fn(&T) -> Result<Test, Error>) -> Result<Vec<Test>, Error> {
    terms.iter().map(test).collect()
}

impl Names {
    /// The target of a path; `None` if that has no value.
    fn find(&self, path: &AttrPath) -> Result<Option<AttributeRef>, Error> {
        let unknown = || invalid(format!("There is no attribute `{path}`."));
        match self {
            Self::Of {
                schema,
                is_one_of_many,
            } => match schema.find(path) {
                Some(Found::Kept(place)) => Ok(Some(place)),
                Some(Found::Ignored) => Ok(None),
                None if *is_one_of_many => Ok(None),
                None => Err(unknown()),
            },
            Self::Within(attribute) => match (attribute.part(&path.name), &path.sub_attr) {
                (Some(part), None) => Ok(Some(AttributeRef {
                    attribute: part,
                    part: None,
                })),
                (None, None) if path.name.eq_ignore_ascii_case("display") => Ok(None),
                _ => Err(unknown()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
