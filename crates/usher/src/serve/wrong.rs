//! Explains what is wrong with a line of `usher.toml`.

/// A key at least this similar to a known one is considered mistyped.
const LIKENESS_MIN: f64 = 0.85;

/// The line's number, its key and the problem, followed by the line itself.
pub(super) fn in_words(text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or(text);
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default();
    let why = phrase(key(line), error.message());
    format!("line {}: {why}\n  {}", number + 1, line.trim_end())
}

/// The key that a line sets, or the last part of the table name in it.
fn key(line: &str) -> Option<&str> {
    let line = line.trim();
    let name = match line.strip_prefix('[') {
        Some(table) => table.split(']').next()?.rsplit('.').next()?,
        None => line.split_once('=')?.0,
    };
    Some(name.trim()).filter(|name| !name.is_empty())
}

fn phrase(key: Option<&str>, message: &str) -> String {
    let name = key.map(|key| format!("`{key}` ")).unwrap_or_default();
    if let Some(unknown) = message.strip_prefix("unknown field ") {
        return unknown_key(unknown);
    }
    if let Some(missing) = message.strip_prefix("missing field ") {
        return format!("{name}needs {missing}, which is missing.");
    }
    if message.starts_with("duplicate key") {
        return format!("{name}is set twice. Remove one.");
    }
    let words = usher_app::in_words(message, "a table");
    if words.starts_with("must be ") {
        return format!("{name}{words}.");
    }
    // The parser's own messages are about syntax: quotes, brackets, text after a value.
    let form = message.split(", expected").next().unwrap_or_default();
    format!("this is not TOML: {form}. Write `key = value`, with strings in quotes.")
}

/// `unknown` begins with the unknown key in backticks and ends with the known ones.
fn unknown_key(unknown: &str) -> String {
    let mut words = unknown.split('`').skip(1).step_by(2);
    let typed = words.next().unwrap_or_default();
    let likeness = |known: &str| strsim::jaro_winkler(typed, known);
    let nearest = words.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    match nearest.filter(|nearest| likeness(nearest) >= LIKENESS_MIN) {
        Some(nearest) => format!("`{typed}` is not a known key; did you mean `{nearest}`?"),
        None => format!("`{typed}` is not a known key. docs/usher.toml shows all keys."),
    }
}
