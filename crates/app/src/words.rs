//! Messages of `serde` in words for the person who wrote the value.

/// The ranges of whole numbers, by serde's names for them.
const NUMBERS: [(&str, &str); 12] = [
    ("u8", "a whole number from 0 to 255, without a decimal point"),
    ("u16", "a whole number from 0 to 65535, without a decimal point"),
    (
        "u32",
        "a whole number from 0 to 4294967295, without a decimal point",
    ),
    ("u64", "a whole number of at least 0, without a decimal point"),
    ("u128", "a whole number of at least 0, without a decimal point"),
    ("usize", "a whole number of at least 0, without a decimal point"),
    (
        "a nonzero u8",
        "a whole number from 1 to 255, without a decimal point",
    ),
    (
        "a nonzero u16",
        "a whole number from 1 to 65535, without a decimal point",
    ),
    (
        "a nonzero u32",
        "a whole number from 1 to 4294967295, without a decimal point",
    ),
    (
        "a nonzero u64",
        "a whole number of at least 1, without a decimal point",
    ),
    ("i64", "a whole number, without a decimal point"),
    ("f64", "a number"),
];

/// A message of `serde` as a phrase that follows the name of the field: `must be a text in quotes, not an object`.
/// `mapping` is the format's name for a value with fields, such as "an object".
#[must_use]
pub fn in_words(message: &str, mapping: &str) -> String {
    if message.contains("expected internally tagged enum") {
        return format!("must be {mapping} with the fields that /docs lists");
    }
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "];
    let wrong = wrong.iter().find_map(|start| message.strip_prefix(start));
    if let Some((found, expected)) = wrong.and_then(|wrong| wrong.rsplit_once(", expected ")) {
        let (expected, found) = (
            expected_in_words(expected, mapping),
            found_in_words(found, mapping),
        );
        return format!("must be {expected}, not {found}");
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("must be given: {name} is missing");
    }
    if let Some((name, known)) = unknown(message, "unknown variant ") {
        return format!("must be {known}, not {name}");
    }
    if let Some((_, known)) = unknown(message, "unknown field ") {
        let known = known.strip_prefix("one of ").unwrap_or(known);
        return format!("is not known here; known {} {known}", is_or_are(known));
    }
    if let Some(name) = message.strip_prefix("duplicate field ") {
        return format!("must be given once: {name} appears twice");
    }
    if message.starts_with("a ") || message.starts_with("an ") {
        return format!("must be {message}");
    }
    message.to_owned()
}

fn unknown<'a>(message: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(start)?.split_once(", expected ")
}

fn is_or_are(known: &str) -> &'static str {
    if known.matches('`').count() > 2 {
        "are"
    } else {
        "is"
    }
}

fn expected_in_words<'a>(expected: &'a str, mapping: &'a str) -> &'a str {
    let number = NUMBERS.iter().find(|(name, _)| *name == expected);
    if let Some((_, words)) = number {
        return words;
    }
    match expected {
        "a string" | "string" | "str" => "a text in quotes",
        "path string" => "the path of a file, in quotes",
        "a boolean" | "bool" => "`true` or `false`, without quotes",
        "a sequence" | "an array" => "a list in brackets",
        "a map" | "map" => mapping,
        other if other.starts_with("struct ") => mapping,
        // For texts with a format, and for types that accept several.
        other => other,
    }
}

fn found_in_words(found: &str, mapping: &str) -> String {
    let numbers = ["integer ", "floating point ", "boolean "];
    if let Some(value) = numbers.iter().find_map(|start| found.strip_prefix(start)) {
        return value.to_owned();
    }
    match found {
        "map" => mapping.to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" | "Option value" => "null".to_owned(),
        found => match found.strip_prefix("string ") {
            Some(text) => format!("the text {text}"),
            None => found.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_for_developers_become_phrases_for_whoever_wrote_the_value() {
        for (message, words) in [
            (
                "invalid type: map, expected a string",
                "must be a text in quotes, not a table",
            ),
            (
                "invalid type: string \"yes\", expected a boolean",
                "must be `true` or `false`, without quotes, not the text \"yes\"",
            ),
            (
                "invalid value: integer `0`, expected a nonzero u32",
                "must be a whole number from 1 to 4294967295, without a decimal point, not `0`",
            ),
            (
                "invalid type: floating point `1.5`, expected u64",
                "must be a whole number of at least 0, without a decimal point, not `1.5`",
            ),
            (
                "invalid type: boolean `true`, expected a sequence",
                "must be a list in brackets, not `true`",
            ),
            (
                "invalid type: null, expected struct PlanConfig",
                "must be a table, not null",
            ),
            (
                "missing field `shared_seats`",
                "must be given: `shared_seats` is missing",
            ),
            (
                "unknown variant `yaml`, expected `text` or `json`",
                "must be `text` or `json`, not `yaml`",
            ),
            (
                "unknown field `a`, expected one of `b`, `c`",
                "is not known here; known are `b`, `c`",
            ),
            (
                "unknown field `a`, expected `b`",
                "is not known here; known is `b`",
            ),
            ("duplicate field `a`", "must be given once: `a` appears twice"),
            (
                "a plan name: 1 to 64 of a-z",
                "must be a plan name: 1 to 64 of a-z",
            ),
            ("something else", "something else"),
        ] {
            assert_eq!(in_words(message, "a table"), words);
        }
    }
}
