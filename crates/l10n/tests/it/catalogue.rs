//! The files of the catalogue, as written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use fluent_syntax::serializer;
use usher_l10n::{AREAS, Language};

/// A text of one language.
pub(crate) struct Entered {
    /// The area whose file has it.
    pub(crate) area: &'static str,
    /// As the file says it, without what does not matter, such as indentation.
    pub(crate) source: String,
    pub(crate) variables: BTreeSet<String>,
    /// The plural categories of each choice by a number.
    pub(crate) plurals: Vec<BTreeSet<String>>,
}

pub(crate) fn locales() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("locales")
}

/// All texts of a language by their ids.
pub(crate) fn texts_of(language: Language) -> BTreeMap<String, Entered> {
    let mut texts = BTreeMap::new();
    for area in AREAS {
        let path = locales().join(language.tag()).join(format!("{area}.ftl"));
        let source = std::fs::read_to_string(&path).unwrap();
        let resource = fluent_syntax::parser::parse(source.as_str())
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
        for entry in &resource.body {
            let message = match entry {
                Entry::Message(message) => message,
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
                other => panic!("{}: {other:?} is no text", path.display()),
            };
            let id = message.id.name.to_owned();
            assert!(
                id.starts_with(&format!("{area}-")),
                "{id} belongs into another file than {}",
                path.display()
            );
            assert!(
                message.attributes.is_empty(),
                "{id} has attributes, which nobody reads"
            );
            let pattern = message.value.as_ref().unwrap_or_else(|| panic!("{id} is empty"));
            let mut entered = Entered {
                area,
                source: serializer::serialize(&fluent_syntax::ast::Resource {
                    body: vec![Entry::Message(fluent_syntax::ast::Message {
                        comment: None,
                        ..message.clone()
                    })],
                }),
                variables: BTreeSet::new(),
                plurals: Vec::new(),
            };
            look_at(pattern, &mut entered);
            let twice = texts.insert(id.clone(), entered);
            assert!(twice.is_none(), "{id} is in {} twice", path.display());
        }
    }
    texts
}

fn look_at(pattern: &Pattern<&str>, entered: &mut Entered) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            look_into(expression, entered);
        }
    }
}

fn look_into(expression: &Expression<&str>, entered: &mut Entered) {
    match expression {
        Expression::Inline(inline) => look_at_inline(inline, entered),
        Expression::Select { selector, variants } => {
            look_at_inline(selector, entered);
            let categories: BTreeSet<_> = variants.iter().filter_map(category).collect();
            // `other` alone is the default of a choice by exact numbers or by a key.
            if categories.iter().any(|category| category != "other") {
                entered.plurals.push(categories);
            }
            for variant in variants {
                look_at(&variant.value, entered);
            }
        }
    }
}

/// The category of plurals (CLDR) that a variant is for.
fn category(variant: &Variant<&str>) -> Option<String> {
    let VariantKey::Identifier { name } = &variant.key else {
        return None;
    };
    let is_category = matches!(*name, "zero" | "one" | "two" | "few" | "many" | "other");
    is_category.then(|| (*name).to_owned())
}

fn look_at_inline(inline: &InlineExpression<&str>, entered: &mut Entered) {
    match inline {
        InlineExpression::VariableReference { id } => {
            entered.variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => look_into(expression, entered),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("{other:?}: texts refer to no other texts and call no functions"),
    }
}

#[test]
fn every_language_has_the_texts_of_english_with_their_variables() {
    let english = texts_of(Language::English);
    for language in Language::ALL {
        let texts = texts_of(language);
        let missing: Vec<_> = english.keys().filter(|id| !texts.contains_key(*id)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", language.own_name());
        let more: Vec<_> = texts.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(
            more.is_empty(),
            "English lacks {more:?} of {}",
            language.own_name()
        );
        for (id, text) in &texts {
            assert_eq!(
                text.variables,
                english[id].variables,
                "the variables of {id} in {}",
                language.own_name()
            );
        }
    }
}
