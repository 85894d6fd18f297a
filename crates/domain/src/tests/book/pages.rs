//! Reads the pages of `docs/rules`, and the code that they refer to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A rule with its section of the page.
pub(super) struct Rule {
    pub(super) number: String,
    pub(super) text: String,
    pub(super) examples: Vec<Example>,
}

/// A row of a table of examples.
pub(super) struct Example {
    /// File and line.
    pub(super) place: String,
    pub(super) given: Vec<String>,
    pub(super) when: Vec<String>,
    pub(super) then: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the repository, by its path from the root.
pub(super) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All rules, page by page.
pub(super) fn rules() -> Vec<Rule> {
    let mut pages: Vec<PathBuf> = std::fs::read_dir(root().join("docs/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.sort();
    let mut rules = Vec::new();
    for page in pages {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        add_rules(&mut rules, &name, &std::fs::read_to_string(&page).unwrap());
    }
    let numbers: BTreeSet<&String> = rules.iter().map(|rule: &Rule| &rule.number).collect();
    assert_eq!(numbers.len(), rules.len(), "two rules have one number");
    rules
}

fn add_rules(rules: &mut Vec<Rule>, page: &str, text: &str) {
    let first = rules.len();
    for (index, line) in text.lines().enumerate() {
        if let Some(heading) = line.strip_prefix("## ") {
            let number = heading.split_whitespace().next().unwrap_or_default();
            let is_rule = numbers_in(number).contains(number);
            assert!(is_rule, "docs/rules/{page}:{}: no rule's number", index + 1);
            rules.push(Rule {
                number: number.to_owned(),
                text: String::new(),
                examples: Vec::new(),
            });
        } else if let Some(rule) = rules[first..].last_mut() {
            rule.text.push_str(line);
            rule.text.push('\n');
            let place = format!("docs/rules/{page}:{}", index + 1);
            rule.examples.extend(example(place, line));
        }
    }
}

/// The example in a line; `None` if it is not a row of a table of examples.
fn example(place: String, line: &str) -> Option<Example> {
    let cells: Vec<&str> = line
        .trim()
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .collect();
    let [given, when, then] = cells[..] else {
        return None;
    };
    if given.trim() == "given" || given.trim().starts_with("---") {
        return None;
    }
    Some(Example {
        place,
        ..example_of(given, when, then)
    })
}

/// The example with these cells.
pub(super) fn example_of(given: &str, when: &str, then: &str) -> Example {
    let sentences = |cell: &str| cell.split(';').map(|it| it.trim().to_owned()).collect();
    Example {
        place: String::new(),
        given: sentences(given),
        when: sentences(when),
        then: sentences(then),
    }
}

/// The files that a rule's section names under "Decided in".
pub(super) fn code_places(text: &str) -> impl Iterator<Item = &str> {
    let line = text.lines().find(|line| line.starts_with("Decided in"));
    let marked = line
        .into_iter()
        .flat_map(|line| line.split('`').skip(1).step_by(2));
    marked.filter(|it| it.starts_with("crates/"))
}

/// The numbers of rules in a text: a topic's letter and a number, as a separate word.
pub(super) fn numbers_in(text: &str) -> BTreeSet<String> {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    let words = text.split(|it| !is_part(it));
    let is_number = |word: &&str| {
        let mut chars = word.chars();
        chars.next().is_some_and(|it| "ADLPQRS".contains(it))
            && (2..=3).contains(&word.len())
            && chars.all(|it| it.is_ascii_digit())
    };
    words.filter(is_number).map(str::to_owned).collect()
}

/// The source files of all crates with their text, except for these tests.
pub(super) fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_this = path.ends_with("tests/book");
            if path.is_dir() && !is_this {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.to_string_lossy().into_owned(), text));
            }
        }
    }
    files
}
