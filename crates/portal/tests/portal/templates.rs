//! Names and addresses that people entered are isolated in a page: `<bdi>` keeps a right-to-left name from affecting
//! the text around it.

use std::path::{Path, PathBuf};

/// Last parts of expressions that show text that somebody entered.
const TYPED: [&str; 11] = [
    "name",
    "email",
    "agent",
    "account_name",
    "user_name",
    "device",
    "device_name",
    "holder",
    "who",
    "note",
    "customer",
];

/// Slugs and our own words with the same endings.
const OURS: [&str; 7] = [
    "guide.name",
    "product.name",
    "plan.name",
    "field.name",
    "error.name",
    "scope.name",
    "link.note",
];

/// Elements that cannot contain markup.
const PLAIN: [&str; 5] = ["title", "option", "optgroup", "textarea", "code"];

fn templates(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn is_typed(expression: &str) -> bool {
    let last = expression.rsplit('.').next().unwrap_or_default();
    TYPED.contains(&last) && !OURS.contains(&expression)
}

/// Expressions of entered text that are in a page's text without `<bdi>`.
fn bare(template: &str) -> Vec<String> {
    let mut bare = Vec::new();
    let (mut is_in_tag, mut is_in_title, mut plain) = (false, false, None);
    let mut rest = template;
    let mut before = "";
    while let Some(first) = rest.chars().next() {
        let end = |close: &str| rest.find(close).map_or(rest.len(), |at| at + close.len());
        let token = match rest.get(..2) {
            Some("{{") => &rest[..end("}}")],
            Some("{%") => &rest[..end("%}")],
            Some("{#") => &rest[..end("#}")],
            _ => &rest[..first.len_utf8()],
        };
        if token.starts_with("{{") {
            let expression = token.trim_matches(['{', '}', '-']).trim();
            let is_text = !is_in_tag && !is_in_title && plain.is_none();
            if is_text && is_typed(expression) && !before.ends_with("<bdi>") {
                bare.push(expression.to_owned());
            }
        } else if token.starts_with("{%") {
            is_in_title = token.contains("block title") || (is_in_title && !token.contains("endblock"));
        } else if token == "<" {
            is_in_tag = true;
            if let Some(closed) = rest.strip_prefix("</") {
                plain = plain.filter(|name: &&str| !closed.starts_with(name));
            } else {
                let opened = PLAIN.into_iter().find(|name| {
                    let after = rest[1..].strip_prefix(name);
                    after.is_some_and(|after| after.starts_with([' ', '>']))
                });
                plain = opened.or(plain);
            }
        } else if token == ">" {
            is_in_tag = false;
        }
        rest = &rest[token.len()..];
        before = &template[..template.len() - rest.len()];
    }
    bare
}

#[test]
fn entered_text_is_isolated_in_every_template() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found = Vec::new();
    templates(&directory, &mut found);
    assert!(found.len() > 50);

    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let bare = bare(&text);
        assert!(bare.is_empty(), "{}: put {bare:?} into <bdi>", path.display());
    }
}

#[test]
fn a_bare_name_is_found_in_text_and_not_in_attributes_and_titles() {
    let template = r#"{% block title %}{{ pool.name }}{% endblock %}<a title="{{ a.name }}">{{ b.name }}</a>
        <option>{{ c.name }}</option><bdi>{{ d.name }}</bdi> {{ e.count }} {{ product.name }} {{ note }}"#;

    assert_eq!(bare(template), ["b.name", "note"]);
}
