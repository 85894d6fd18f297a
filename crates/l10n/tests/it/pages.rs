//! Areas of the portal whose texts all come from the catalogue.

use std::path::Path;

use crate::uses::files;

/// What below `crates/portal/templates` is done. A line each, so that areas that are done at the same time do not conflict.
#[rustfmt::skip]
const TEMPLATES: &[&str] = &[
    "layout.html",
    "menu_notes.html",
    "failed.html",
    "console/",
    "join/",
    "link/",
    "sign_in/",
];

/// What below `crates/portal/src` is done. A line each.
#[rustfmt::skip]
const SOURCES: &[&str] = &[
    "asks.rs",
    "doing.rs",
    "nav.rs",
    "new_password.rs",
    "sentence.rs",
    "shown.rs",
    "pages/console/",
    "pages/join/",
    "pages/link/",
    "pages/sign_in/",
];

/// Words that are the same in all languages.
const NAMES: &[&str] = &["Usher", "IANA", "UTC", "QR", "API"];

/// The attributes that people read or hear.
const SAID: &[&str] = &[
    "aria-label",
    "alt",
    "title",
    "placeholder",
    "data-tell",
    "data-said",
];

fn done(room: &str, paths: &[&str], ending: &str) -> Vec<(String, String)> {
    let base = format!("portal/{room}");
    let all = files(&base, &[ending]);
    let chosen = all.into_iter().filter_map(|path| {
        let name = path.to_string_lossy().replace('\\', "/");
        let name = name.split(&format!("portal/{room}/")).nth(1)?.to_owned();
        let is_done = paths
            .iter()
            .any(|done| name == *done || (done.ends_with('/') && name.starts_with(done)));
        is_done.then(|| (name, std::fs::read_to_string(Path::new(&path)).unwrap()))
    });
    let chosen: Vec<_> = chosen.collect();
    for done in paths {
        assert!(
            chosen.iter().any(|(name, _)| name.starts_with(done)),
            "there is no {done}"
        );
    }
    chosen
}

/// Without the tags of templates: `{% … %}`, `{{ … }}` and `{# … #}`.
fn without_template_tags(source: &str) -> String {
    let mut left = String::new();
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        let (before, tag) = rest.split_at(at);
        left.push_str(before);
        let end = ["{%", "{{", "{#"].into_iter().zip(["%}", "}}", "#}"]);
        let end = end.into_iter().find(|(begin, _)| tag.starts_with(begin));
        let Some(end) = end.and_then(|(_, end)| tag.find(end)) else {
            left.push('{');
            rest = &tag[1..];
            continue;
        };
        rest = &tag[end + 2..];
    }
    left.push_str(rest);
    left
}

fn has_words(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphabetic())
        .any(|word| word.chars().count() > 1 && !NAMES.contains(&word))
}

/// The words between tags and in attributes that people read.
fn bare_words(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let html = without_entities(html);
    for (index, part) in html.split('<').enumerate() {
        let (tag, text) = if index == 0 { ("", part) } else { split_tag(part) };
        if has_words(text) {
            found.push(text.trim().to_owned());
        }
        for said in SAID {
            let marker = format!(" {said}=\"");
            let value = tag.split(&marker).nth(1).and_then(|rest| rest.split('"').next());
            found.extend(
                value
                    .filter(|value| has_words(value))
                    .map(|value| format!("{said}: {value}")),
            );
        }
    }
    found
}

fn without_entities(html: &str) -> String {
    html.replace("&amp;", "").replace("&nbsp;", "")
}

/// A tag and the text after it. Its attributes may contain `>`.
fn split_tag(part: &str) -> (&str, &str) {
    let (mut quote, mut end) = (None, part.len());
    for (at, character) in part.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), other) if open == other => quote = None,
            (None, '>') => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    (&part[..end], part.get(end + 1..).unwrap_or_default())
}

/// The arguments of macros that are sentences or words for people: literals that begin with a capital.
fn said_in_calls(source: &str) -> Vec<String> {
    let calls = source
        .split("{%")
        .skip(1)
        .filter_map(|part| part.split("%}").next());
    let calls = calls.chain(
        source
            .split("{{")
            .skip(1)
            .filter_map(|part| part.split("}}").next()),
    );
    calls.flat_map(capital_literals).collect()
}

fn capital_literals(code: &str) -> Vec<String> {
    let literals = code.split('"').skip(1).step_by(2);
    let said = literals.filter(|literal| {
        let mut letters = literal.chars();
        let is_word = letters.next().is_some_and(char::is_uppercase)
            && letters
                .next()
                .is_some_and(|next| next.is_lowercase() || next == ' ');
        is_word && has_words(literal)
    });
    said.map(str::to_owned).collect()
}

#[test]
fn templates_that_are_done_say_nothing_that_is_not_in_the_catalogue() {
    for (name, source) in done("templates", TEMPLATES, ".html") {
        let mut bare = bare_words(&without_template_tags(&source));
        bare.extend(said_in_calls(&source));
        assert!(bare.is_empty(), "{name}: {bare:#?}");
    }
}

#[test]
fn sources_that_are_done_say_nothing_that_is_not_in_the_catalogue() {
    for (name, source) in done("src", SOURCES, ".rs") {
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        let bare: Vec<_> = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//") && !line.contains("reason = "))
            .flat_map(capital_literals)
            .collect();
        assert!(bare.is_empty(), "{name}: {bare:#?}");
    }
}

#[test]
fn bare_words_are_found_between_tags_and_in_attributes() {
    let template =
        "{# Not this #}<p title=\"{{ x }} of > y\">{% if a %}Some words{% endif %} {{ text!(\"a\") }}</p>";

    assert_eq!(
        bare_words(&without_template_tags(template)),
        ["Some words", "title:  of > y"]
    );
    assert_eq!(
        said_in_calls("{% call m::empty(\"No seats\", x) %}"),
        ["No seats"]
    );
}
