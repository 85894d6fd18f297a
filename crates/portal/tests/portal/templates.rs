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

/// Names of people, pools, teams, groups and API keys: where a page shows one, it leads to its page (`m::linked`).
const NAMES: [&str; 9] = [
    "name", "agent", "holder", "who", "user", "member", "pool", "team", "group",
];

/// Names that lead nowhere, each with the reason: the end of its template's path, and the expression.
const LEADS_NOWHERE: &[(&str, &str, &str)] = &[
    ("macros.html", "of.name", "`m::linked` itself, without a page"),
    (
        "macros.html",
        "name",
        "people to ask, whom the reader may not see",
    ),
    ("me.html", "session.name", "a browser"),
    ("keys.html", "key.name", "the row of the key itself"),
    (
        "drop.html",
        "waiting.who.name",
        "led to its page in the sentence before",
    ),
    (
        "reassign.html",
        "seen.holder",
        "leads to its page above the heading",
    ),
    ("person.html", "name", "what the directory calls the user"),
    ("seats/parts.html", "chair.name", "the seat leads to who has it"),
    ("settings.html", "seen.name", "the account"),
    (
        "invite_list_preview.html",
        "row.name",
        "somebody who is not added yet",
    ),
    ("invite_list_result.html", "one.who", "somebody who was not added"),
    ("give_back.html", "over.product.name", "a product"),
    (
        "subscription/parts.html",
        "name",
        "who asked, perhaps a program that is gone",
    ),
];

/// Elements in which a name is no link: what they are about, what is pressed, what is read to some only.
const NO_LINKS: [&str; 12] = [
    "a", "h1", "h2", "h3", "button", "label", "legend", "caption", "summary", "title", "option", "dt",
];

/// The names in a template that are neither links nor in an element that has none.
fn unlinked(template: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<(&str, bool)> = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['<', '{']) {
        rest = &rest[at..];
        let end = |close: &str| rest.find(close).map_or(rest.len(), |at| at + close.len());
        let token = match rest.get(..2) {
            Some("{{") => &rest[..end("}}")],
            Some("{%") => &rest[..end("%}")],
            Some("{#") => &rest[..end("#}")],
            _ if rest.starts_with('<') => &rest[..end_of_tag(rest)],
            _ => &rest[..1],
        };
        if let Some(closed) = token.strip_prefix("</") {
            let name = closed.trim_end_matches('>').trim();
            if let Some(at) = open.iter().rposition(|(tag, _)| *tag == name) {
                open.truncate(at);
            }
        } else if token.starts_with('<') && !token.starts_with("<!") {
            let name = token
                .trim_start_matches('<')
                .split([' ', '>', '\n'])
                .next()
                .unwrap();
            if !["input", "br", "meta", "link", "img", "rect"].contains(&name) {
                open.push((name, token.contains("unseen")));
            }
        } else if token.starts_with("{{") {
            let expression = token.trim_matches(['{', '}', '-']).trim();
            let last = expression.rsplit('.').next().unwrap_or_default();
            let is_inside = open.iter().any(|(tag, unseen)| *unseen || NO_LINKS.contains(tag));
            let is_text = open.last().is_some_and(|(tag, _)| *tag == "bdi");
            if is_text && NAMES.contains(&last) && !is_inside && !OURS.contains(&expression) {
                found.push(expression.to_owned());
            }
        }
        rest = &rest[token.len()..];
    }
    found
}

/// Where a tag ends: after the `>` that is in none of its expressions.
fn end_of_tag(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, letter) in rest.char_indices() {
        match (before, letter) {
            ('{', '{' | '%') => depth += 1,
            ('}' | '%', '}') => depth = depth.saturating_sub(1),
            (_, '>') if depth == 0 => return at + 1,
            _ => {}
        }
        before = letter;
    }
    rest.len()
}

#[test]
fn every_name_in_every_template_leads_to_its_page() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found = Vec::new();
    templates(&directory, &mut found);
    let mut bare = Vec::new();

    for path in found {
        let file = path.strip_prefix(&directory).unwrap().display().to_string();
        // Operators and customers see no page of an account.
        if ["operator/", "join/", "console/", "setup/", "sso/"]
            .iter()
            .any(|of| file.starts_with(of))
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let leads_nowhere = |name: &String| {
            LEADS_NOWHERE
                .iter()
                .any(|(of, known, _)| file.ends_with(of) && known == name)
        };
        let names = unlinked(&text).into_iter().filter(|name| !leads_nowhere(name));
        bare.extend(names.map(|name| format!("{file}: {name}")));
    }

    assert!(bare.is_empty(), "show these with m::linked: {bare:#?}");
}

#[test]
fn a_name_that_is_no_link_is_found_in_text_and_not_in_headings_and_buttons() {
    let template = r#"<h1><bdi>{{ a.name }}</bdi></h1><td{% if x > 1 %} class="y"{% endif %}><bdi>{{ b.name }}</bdi></td>
        <a href="{{ c }}"><bdi>{{ c.name }}</bdi></a><button>Drop<span class="unseen"> <bdi>{{ d.name }}</bdi></span></button>
        <p><bdi>{{ e.device }}</bdi> <bdi>{{ f.who }}</bdi></p>"#;

    assert_eq!(unlinked(template), ["b.name", "f.who"]);
}
