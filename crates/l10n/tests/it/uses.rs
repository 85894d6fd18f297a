//! The places that use the catalogue: sources and templates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use usher_l10n::Language;

use crate::catalogue::texts_of;

/// The rooms with texts.
const ROOMS: &[&str] = &[
    "l10n/src",
    "app/src",
    "mail/src",
    "portal/src",
    "portal/templates",
];

/// The files below a directory of `crates` that end with one of these.
pub(crate) fn files(room: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(room)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if endings
            .iter()
            .any(|ending| path.to_string_lossy().ends_with(ending))
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A use of a text.
struct Use {
    id: String,
    variables: BTreeSet<String>,
    place: String,
}

/// The uses of texts, and the names of families of texts.
fn uses() -> (Vec<Use>, BTreeSet<String>) {
    let (mut uses, mut families) = (Vec::new(), BTreeSet::new());
    for path in ROOMS.iter().flat_map(|room| files(room, &[".rs", ".html"])) {
        let source = without_comments(&std::fs::read_to_string(&path).unwrap());
        for call in ["text!(", "phrase!("] {
            for (at, _) in source.match_indices(call) {
                let inside = &source[at + call.len()..];
                let Some((id, rest)) = literal(inside) else {
                    continue;
                };
                uses.push(Use {
                    id: id.to_owned(),
                    variables: variables(rest),
                    place: format!("{}:{}", path.display(), source[..at].lines().count()),
                });
            }
        }
        for (at, call) in source.match_indices("of_family(") {
            families.extend(literal(&source[at + call.len()..]).map(|(family, _)| format!("{family}-")));
        }
    }
    (uses, families)
}

fn without_comments(source: &str) -> String {
    let lines = source.lines().map(|line| {
        if line.trim_start().starts_with("//") {
            ""
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The string literal at the beginning, and what follows.
fn literal(source: &str) -> Option<(&str, &str)> {
    source.trim_start().strip_prefix('"')?.split_once('"')
}

/// The variables after the id: `, name = …)` and `.with("name", …)`.
fn variables(rest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let end = end_of_call(rest);
    let mut depth = 0_usize;
    let mut word = String::new();
    let mut characters = rest[..end].chars().peekable();
    let mut in_text = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => word.clear(),
            '=' if depth == 0 && !word.trim().is_empty() => {
                // `==`, `=>` and `!=` belong to a value.
                if characters.peek().is_none_or(|next| *next != '=' && *next != '>')
                    && word
                        .trim()
                        .chars()
                        .all(|letter| letter.is_alphanumeric() || letter == '_')
                {
                    found.insert(word.trim().to_owned());
                }
                word.clear();
            }
            other if depth == 0 => word.push(other),
            _ => {}
        }
    }
    let mut after = rest.get(end + 1..).unwrap_or_default();
    while let Some(call) = after.trim_start().strip_prefix(".with(") {
        let Some((variable, rest)) = literal(call) else {
            break;
        };
        found.insert(variable.to_owned());
        after = rest.get(end_of_call(rest) + 1..).unwrap_or_default();
    }
    found
}

/// Where the call ends whose inside this is.
fn end_of_call(inside: &str) -> usize {
    let (mut depth, mut in_text) = (0_usize, false);
    for (at, character) in inside.char_indices() {
        match character {
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    inside.len()
}

#[test]
fn every_text_that_is_used_is_in_the_catalogue_with_its_variables() {
    let english = texts_of(Language::English);
    for used in uses().0 {
        let text = english.get(&used.id);
        let text = text.unwrap_or_else(|| panic!("{} is no text: {}", used.id, used.place));
        assert_eq!(
            used.variables, text.variables,
            "the variables of {}: {}",
            used.id, used.place
        );
    }
}

#[test]
fn every_text_of_the_catalogue_is_used() {
    let (uses, families) = uses();
    let said: BTreeSet<_> = uses.iter().map(|one| one.id.as_str()).collect();
    let english = texts_of(Language::English);
    let unused: Vec<_> = english
        .keys()
        .filter(|id| !said.contains(id.as_str()))
        .filter(|id| !families.iter().any(|family| id.starts_with(family)))
        .collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn variables_are_found_in_sources_and_templates() {
    let found = |rest: &str| variables(rest).into_iter().collect::<Vec<_>>().join(" ");

    assert_eq!(found(")"), "");
    assert_eq!(found(", n = self.n, who = f(a, b == c))"), "n who");
    assert_eq!(found(").with(\"n\", n).with(\"who\", g(x))}}"), "n who");
    assert_eq!(found(") }} x = 3"), "");
}
