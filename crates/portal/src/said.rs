//! Sentences with markup: text that the API writes in backticks is shown as code, and names are isolated, so that their
//! writing direction does not affect the text around them.

use std::fmt::{self, Display, Write};

use askama::filters::HtmlSafe;
use usher_l10n::{END_OF_ISOLATE, HTML_FOLLOWS, ISOLATE};

/// Marks a name for a sentence.
pub(crate) fn named(name: impl Display) -> String {
    format!("{ISOLATE}{name}{END_OF_ISOLATE}")
}

/// A sentence that templates render with its markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said<T>(pub(crate) T);

/// Its output is escaped, so it contains no text that HTML would interpret.
impl<T: AsRef<str>> HtmlSafe for Said<T> {}

impl<T: AsRef<str>> Display for Said<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_said(self.0.as_ref(), |_| None, f)
    }
}

/// Writes marked text as HTML. `html` has the values that are HTML already, by the digit after [`HTML_FOLLOWS`].
pub(crate) fn write_said<'a>(
    text: &str,
    html: impl Fn(Option<char>) -> Option<&'a str>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut ticks_left = ticks_beside_names(text);
    let (mut is_code, mut is_name) = (false, false);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '`' if !is_name => {
                ticks_left = ticks_left.saturating_sub(1);
                // A backtick without a partner is just a backtick.
                match (is_code, ticks_left) {
                    (true, _) => f.write_str("</code>")?,
                    (false, 0) => f.write_char('`')?,
                    (false, _) => f.write_str("<code>")?,
                }
                is_code = !is_code && ticks_left > 0;
            }
            ISOLATE if !is_name && !is_code => {
                f.write_str("<bdi>")?;
                is_name = true;
            }
            END_OF_ISOLATE if is_name && !is_code => {
                f.write_str("</bdi>")?;
                is_name = false;
            }
            ISOLATE | END_OF_ISOLATE => {}
            // Nobody types the noncharacter, but somebody may send it.
            HTML_FOLLOWS if !is_name => f.write_str(html(characters.next()).unwrap_or_default())?,
            other => write_escaped(other, f)?,
        }
    }
    if is_code {
        f.write_str("</code>")?;
    }
    if is_name {
        f.write_str("</bdi>")?;
    }
    Ok(())
}

fn write_escaped(character: char, to: &mut impl Write) -> fmt::Result {
    match character {
        '<' => to.write_str("&#60;"),
        '>' => to.write_str("&#62;"),
        '&' => to.write_str("&#38;"),
        '"' => to.write_str("&#34;"),
        '\'' => to.write_str("&#39;"),
        other => to.write_char(other),
    }
}

/// Text for HTML and for the attributes of its tags.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        // Writing to a string cannot fail.
        let _ = write_escaped(character, &mut html);
    }
    html
}

/// How many backticks are outside of names.
fn ticks_beside_names(text: &str) -> usize {
    let mut is_name = false;
    let beside = text.chars().filter(|character| {
        match *character {
            ISOLATE => is_name = true,
            END_OF_ISOLATE => is_name = false,
            _ => {}
        }
        *character == '`' && !is_name
    });
    beside.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_names_are_marked_and_all_else_is_escaped() {
        for (text, html) in [
            ("Send `wait: true`.", "Send <code>wait: true</code>."),
            ("a ` alone", "a ` alone"),
            ("`a` and `b", "<code>a</code> and `b"),
            ("`<b>` & \"c\"", "<code>&#60;b&#62;</code> &#38; &#34;c&#34;"),
        ] {
            assert_eq!(Said(text).to_string(), html);
        }
        let team = named("<North> أحمد");
        let message = format!("The team {team} is there.");
        let html = "The team <bdi>&#60;North&#62; أحمد</bdi> is there.";
        assert_eq!(Said(message).to_string(), html);
    }

    #[test]
    fn every_mark_is_closed_even_if_a_name_contains_marks() {
        for (name, html) in [
            ("a\u{2069}b", "<bdi>a</bdi>b"),
            ("a\u{2068}b", "<bdi>ab</bdi>"),
            ("a`b", "<bdi>a`b</bdi>"),
        ] {
            assert_eq!(Said(named(name)).to_string(), html);
        }
        let cut: String = named("cut off").chars().take(4).collect();
        assert_eq!(Said(cut).to_string(), "<bdi>cut</bdi>");
        let ticked = format!("{} and `c`", named("a`b"));
        assert_eq!(Said(ticked).to_string(), "<bdi>a`b</bdi> and <code>c</code>");
    }
}
