//! The rules of a pool in the API, defined by the domain's table.

use serde::{Deserialize, Serialize};
use usher_domain::rules::{self, Rule, RulesPatch, TABLE, Takes};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{KnownFormat, Ref, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::schema;

/// The rules of a pool.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Rules(rules::Rules);

impl From<&rules::Rules> for Rules {
    fn from(rules: &rules::Rules) -> Self {
        Self(rules.clone())
    }
}

/// A choice of rules.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct RulesChoice(RulesPatch);

impl From<RulesChoice> for RulesPatch {
    fn from(choice: RulesChoice) -> Self {
        choice.0
    }
}

impl PartialSchema for Rules {
    fn schema() -> RefOr<Schema> {
        let object =
            ObjectBuilder::new().description(Some("The rules of a pool. Null means no limit, or never."));
        TABLE
            .iter()
            .fold(object, |object, rule| {
                object
                    .property(rule.name, schema_of(rule, false))
                    .required(rule.name)
            })
            .into()
    }
}

impl ToSchema for Rules {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        add_words(schemas);
    }
}

impl PartialSchema for RulesChoice {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .description(Some(
                "A choice of rules: first the preset, where one is named, then the single rules. What is left out stays, or, \
                 in a new pool, is as the account's settings say. Null means no limit, or never.",
            ))
            .property("preset", Ref::from_schema_name(schema::Preset::name()))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .examples([serde_json::json!({"preset": "help_desk_shift", "auto_log_off_after_secs": 1800})]);
        TABLE
            .iter()
            .fold(object, |object, rule| {
                object.property(rule.name, schema_of(rule, true))
            })
            .into()
    }
}

impl ToSchema for RulesChoice {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        add_words(schemas);
    }
}

/// Adds the schemas that rules refer to.
fn add_words(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.extend([
        (schema::Preset::name().into_owned(), schema::Preset::schema()),
        (schema::Occupies::name().into_owned(), schema::Occupies::schema()),
        (schema::SeatPer::name().into_owned(), schema::SeatPer::schema()),
        (
            schema::ConsoleActivity::name().into_owned(),
            schema::ConsoleActivity::schema(),
        ),
        (schema::WhenFull::name().into_owned(), schema::WhenFull::schema()),
    ]);
}

/// The schema of a rule's value. If `is_input`, it includes its bounds.
fn schema_of(rule: &Rule, is_input: bool) -> RefOr<Schema> {
    let text = format!("{} ({}). {}", rule.label, rule.number, rule.hint);
    let of = |name| {
        let mut of = Ref::from_schema_name(name);
        of.description.clone_from(&text);
        RefOr::Ref(of)
    };
    match rule.takes {
        Takes::Occupies(..) => of(schema::Occupies::name()),
        Takes::SeatPer(..) => of(schema::SeatPer::name()),
        Takes::ConsoleActivity(..) => of(schema::ConsoleActivity::name()),
        Takes::WhenFull(..) => {
            let words = ArrayBuilder::new()
                .description(Some(text))
                .items(Ref::from_schema_name(schema::WhenFull::name()));
            let words = if is_input { words.max_items(Some(2)) } else { words };
            RefOr::T(words.into())
        }
        // A null for a rule without one means that the rule is omitted.
        Takes::Duration(..) if !is_input => number(rule, is_input, text, SchemaType::Type(Type::Integer)),
        Takes::Duration(..) | Takes::Count(..) | Takes::DurationOrNever(..) => number(
            rule,
            is_input,
            text,
            SchemaType::Array(vec![Type::Integer, Type::Null]),
        ),
    }
}

fn number(rule: &Rule, is_input: bool, text: String, kind: SchemaType) -> RefOr<Schema> {
    let (min, max) = rule.range().unwrap_or((0, u32::MAX));
    let (min, max) = if is_input { (min, max) } else { (0, u32::MAX) };
    let number = ObjectBuilder::new()
        .schema_type(kind)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some(text))
        .minimum(Some(min))
        .maximum(Some(max));
    RefOr::T(number.into())
}
