//! The rules of a pool as the fields of its form, made from the table of rules.

use std::sync::LazyLock;

use usher_domain::Secs;
use usher_domain::rules::{Rule, Rules, TABLE, Takes};

/// These rules as the form of a pool sends them.
fn form_of(mut rules: Rules) -> Vec<(&'static str, String)> {
    let mut value = |rule: &Rule| match rule.takes {
        Takes::Occupies(at, ..) => at(&mut rules).as_str().to_owned(),
        Takes::SeatPer(at, ..) => at(&mut rules).as_str().to_owned(),
        Takes::ConsoleActivity(at, ..) => at(&mut rules).as_str().to_owned(),
        Takes::WhenFull(at, ..) => match at(&mut rules).as_slice() {
            [] => "refuse".to_owned(),
            ways => ways.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(","),
        },
        Takes::Count(at, _) => at(&mut rules).map_or_else(String::new, |count| count.to_string()),
        Takes::Duration(at, ..) => format!("{} s", at(&mut rules).get()),
        Takes::DurationOrNever(at, _) => {
            at(&mut rules).map_or_else(String::new, |after| format!("{} s", after.get()))
        }
    };
    TABLE.iter().map(|rule| (rule.name, value(rule))).collect()
}

/// Valid values for the rules in the form of a pool. Some differ from those of new pools.
pub fn rules() -> Vec<(&'static str, &'static str)> {
    static FIELDS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
        form_of(Rules {
            auto_log_off_after: Some(Secs::new(1_800)),
            max_active_sessions_per_seat: None,
            eviction_cool_down: Secs::new(300),
            ..Rules::default()
        })
    });
    FIELDS
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// The value of a hidden field: the first with this name on the page.
pub fn hidden(html: &str, name: &str) -> String {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().replace("&#34;", "\"")
}
