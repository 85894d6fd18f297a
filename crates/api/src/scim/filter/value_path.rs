//! Value paths with a part behind the brackets, `emails[type eq "work"].value eq "x"`, which Entra and validators send.
//! The grammar of filters (RFC 7644, section 3.4.2.2) puts the comparison inside: `emails[type eq "work" and value eq
//! "x"]`. The meaning is the same, so they are rewritten to it.

/// The filter with every comparison after brackets moved into them. Everything else stays unchanged, so that the parser
/// refuses it.
pub(super) fn moved_inside(filter: &str) -> String {
    let mut moved = String::with_capacity(filter.len() + 8);
    // The starts of the attribute before the open bracket and of the bracket's contents, in `moved`.
    let mut open: Option<(usize, usize)> = None;
    let mut rest = filter;
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '"' => quoted(rest),
            _ => &rest[..first.len_utf8()],
        };
        rest = &rest[token.len()..];
        if first == '[' {
            let attribute = moved.rfind(|c: char| c.is_whitespace() || c == '(');
            open = Some((attribute.map_or(0, |before| before + 1), moved.len() + 1));
        }
        if first == ']'
            && let Some((attribute, inside)) = open.take()
            && let Some((comparison, after)) = Comparison::behind(rest)
        {
            let (name, asked) = (&moved[attribute..inside - 1], &moved[inside..]);
            let path = comparison.inside(name, asked);
            moved.truncate(attribute);
            moved.push_str(&path);
            rest = after;
            continue;
        }
        moved.push_str(token);
    }
    moved
}

/// A quoted text with its escapes; the whole rest if it has no end.
fn quoted(text: &str) -> &str {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return &text[..=at],
            _ => {}
        }
    }
    text
}

/// The part after the brackets.
struct Comparison<'a> {
    part: &'a str,
    operator: &'a str,
    /// Empty for `pr`.
    value: &'a str,
}

impl<'a> Comparison<'a> {
    fn behind(text: &'a str) -> Option<(Self, &'a str)> {
        let text = text.strip_prefix('.')?;
        let (part, text) = word(text, |c| c.is_ascii_alphanumeric() || "-_$".contains(c))?;
        let (operator, text) = word(text.trim_start(), |c| c.is_ascii_alphabetic())?;
        if operator.eq_ignore_ascii_case("pr") {
            let value = "";
            return Some((
                Self {
                    part,
                    operator,
                    value,
                },
                text,
            ));
        }
        let text = text.trim_start();
        let value = if text.starts_with('"') {
            quoted(text)
        } else {
            word(text, |c| !c.is_whitespace() && c != ')')?.0
        };
        Some((
            Self {
                part,
                operator,
                value,
            },
            &text[value.len()..],
        ))
    }

    /// The path with this comparison in its brackets. `ne` means that there is no such value at all, as for an
    /// attribute without brackets; `eq null` means that there is no value.
    fn inside(&self, name: &str, asked: &str) -> String {
        let Self {
            part,
            operator,
            value,
        } = self;
        let is_null = value.eq_ignore_ascii_case("null");
        match operator.to_ascii_lowercase().as_str() {
            "ne" if is_null => format!("{name}[({asked}) and {part} pr]"),
            "eq" if is_null => format!("not ({name}[({asked}) and {part} pr])"),
            "ne" => format!("not ({name}[({asked}) and {part} eq {value}])"),
            _ => format!("{name}[({asked}) and {part} {operator} {value}]"),
        }
    }
}

fn word(text: &str, is_of_it: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(|c| !is_of_it(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_after_brackets_moves_into_them() {
        for (sent, read) in [
            (
                r#"emails[type eq "work"].value eq "a]b@c.d""#,
                r#"emails[(type eq "work") and value eq "a]b@c.d"]"#,
            ),
            (
                r#"active eq true and (emails[type eq "work" or primary eq true].value pr)"#,
                r#"active eq true and (emails[(type eq "work" or primary eq true) and value pr ])"#,
            ),
            (
                r#"emails[type eq "a\"].b"].value ne "x" and active eq true"#,
                r#"not (emails[(type eq "a\"].b") and value eq "x"]) and active eq true"#,
            ),
            (r#"emails[type eq "work"]"#, r#"emails[type eq "work"]"#),
            (r#"emails[type eq "work"]."#, r#"emails[type eq "work"]."#),
            (
                r#"userName eq "emails[a].b eq 1""#,
                r#"userName eq "emails[a].b eq 1""#,
            ),
            ("]. [", "]. ["),
        ] {
            assert_eq!(moved_inside(sent), read);
        }
    }
}
