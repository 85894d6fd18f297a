//! Runs every example of `docs/rules`, and checks that the pages and the code know the same rules.
//!
//! An example is a row of a table with the columns given, when and then. Its cells are sentences, separated by
//! semicolons. [`steps`] has the sentences for given and when, [`checks`] those for then.

mod checks;
mod pages;
mod steps;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::panic;

use self::pages::{Example, Rule};
use self::world::World;
use crate::rules::{Preset, Rules, TABLE};

/// Matches a sentence with a pattern; returns the words in the pattern's gaps (`_`). A noun may be plural, and a word
/// may be in backticks.
fn gaps<'a>(pattern: &str, sentence: &'a str) -> Option<Vec<&'a str>> {
    let mut words = sentence.split_whitespace();
    let mut found = Vec::new();
    for expected in pattern.split_whitespace() {
        let word = words.next()?;
        if expected == "_" {
            found.push(word.trim_matches('`'));
        } else if expected != word && word.strip_suffix('s') != Some(expected) {
            return None;
        }
    }
    words.next().is_none().then_some(found)
}

fn play(example: &Example) {
    let mut world = World::new(example);
    for sentence in &example.when {
        steps::take(&mut world, sentence);
    }
    for sentence in &example.then {
        checks::check(&mut world, sentence);
    }
    world.finish();
}

#[test]
fn every_example_is_true() {
    let rules = pages::rules();
    let examples: Vec<&Example> = rules.iter().flat_map(|rule| &rule.examples).collect();
    // All of them are run, even after one fails: the panics say what is wrong, and this says where.
    let is_wrong = |example: &&&Example| panic::catch_unwind(|| play(example)).is_err();
    let wrong: Vec<&str> = examples
        .iter()
        .filter(is_wrong)
        .map(|it| it.place.as_str())
        .collect();

    assert_eq!(wrong, [""; 0], "examples that are not true");
    assert!(examples.len() > rules.len());
}

#[test]
fn every_rule_says_why_it_is_so_and_what_people_see() {
    let says_both = |rule: &Rule| {
        ["**Why.**", "**What people see.**"]
            .iter()
            .all(|it| rule.text.contains(it))
    };
    let lacking: Vec<String> = pages::rules()
        .into_iter()
        .filter(|rule| !says_both(rule))
        .map(|rule| rule.number)
        .collect();

    assert_eq!(lacking, [""; 0]);
}

/// Rules that concern only the engine, the API or the storage have tests there and no example.
#[test]
fn every_rule_has_an_example_or_says_where_its_tests_are() {
    let lacking: Vec<String> = pages::rules()
        .into_iter()
        .filter(|rule| rule.examples.is_empty() && !rule.text.contains("Tested in"))
        .map(|rule| rule.number)
        .collect();

    assert_eq!(lacking, [""; 0]);
}

#[test]
fn every_rule_that_the_code_names_is_in_the_book_and_the_other_way_round() {
    let book: BTreeSet<String> = pages::rules().into_iter().map(|rule| rule.number).collect();
    let mut cited = BTreeMap::new();
    for (path, text) in pages::sources() {
        for number in pages::numbers_in(&text) {
            cited.entry(number).or_insert_with(|| path.clone());
        }
    }

    let unknown: Vec<_> = cited
        .iter()
        .filter(|(number, _)| !book.contains(*number))
        .collect();
    assert_eq!(unknown, [], "cited and not in docs/rules");
    let never: Vec<_> = book
        .iter()
        .filter(|number| !cited.contains_key(*number))
        .collect();
    assert_eq!(never, [""; 0], "in docs/rules and cited nowhere in the code");
}

#[test]
fn every_rule_has_a_test_of_its_name() {
    let sources = pages::sources();
    let is_tested = |number: &str| {
        let name = format!("fn {}_", number.to_lowercase());
        sources.iter().any(|(_, text)| text.contains(&name))
    };
    let lacking: Vec<String> = pages::rules()
        .into_iter()
        .map(|rule| rule.number)
        .filter(|number| !is_tested(number))
        .collect();

    assert_eq!(lacking, [""; 0]);
}

#[test]
fn every_place_where_a_rule_is_decided_names_the_rule() {
    for Rule { number, text, .. } in pages::rules() {
        let places: Vec<&str> = pages::code_places(&text).collect();
        assert!(!places.is_empty(), "{number} says not where it is decided");
        for place in places {
            let code = pages::read(place);
            assert!(
                pages::numbers_in(&code).contains(&number),
                "{place} does not name {number}"
            );
        }
    }
}

#[test]
fn the_table_of_a_pools_rules_is_that_of_the_code() {
    let page = pages::read("docs/rules/pools.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), TABLE.len());
    for rule in TABLE {
        let name = format!("`{}`", rule.name);
        let row = rows.iter().find(|row| row[0] == name).expect(rule.name);
        assert!(pages::numbers_in(row[1]).contains(rule.number), "{}", rule.name);
        for (preset, cell) in Preset::ALL.into_iter().zip(&row[3..]) {
            let cell = cell.trim_matches('`');
            let said: serde_json::Value = serde_json::from_str(cell).unwrap_or_else(|_| cell.into());
            let rules = serde_json::to_value(Rules::preset(preset)).unwrap();
            assert_eq!(rules[rule.name], said, "{}, {preset:?}", rule.name);
        }
    }
}

#[test]
#[should_panic(expected = "nothing was said of this refusal")]
fn an_example_that_is_not_true_fails() {
    let example = pages::example_of(
        "a shift pool of 1 seat; Ida signs in",
        "Max signs in",
        "1 seat is taken",
    );
    play(&example);
}
