//! The small markup language of descriptions: paragraphs, `code` and **bold**.

use std::fmt;

/// Text that is HTML already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl askama::FastWritable for Html {
    fn write_into(&self, writer: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(writer.write_str(&self.0)?)
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

impl Html {
    /// HTML that is concatenated from HTML parts.
    pub(super) fn raw(html: String) -> Self {
        Self(html)
    }

    /// One paragraph or several, with their markup.
    pub(super) fn of(text: &str) -> Self {
        let mut html = String::with_capacity(text.len() + 64);
        for paragraph in text.split("\n\n").filter(|it| !it.trim().is_empty()) {
            if paragraph.trim_start().starts_with('|') {
                push_table(&mut html, paragraph);
                continue;
            }
            html.push_str("<p>");
            push_inline(&mut html, paragraph);
            html.push_str("</p>");
        }
        Self(html)
    }

    /// Part of a line, with its markup.
    pub(super) fn inline(text: &str) -> Self {
        let mut html = String::with_capacity(text.len() + 16);
        push_inline(&mut html, text);
        Self(html)
    }
}

/// A table: its head, a separator line, and the rows.
fn push_table(html: &mut String, text: &str) {
    html.push_str("<div class=\"wide\"><table>");
    for (place, line) in text.lines().enumerate().filter(|(place, _)| *place != 1) {
        let cells = line.trim().trim_matches('|').split('|');
        let (open, close) = if place == 0 {
            ("<th scope=\"col\">", "</th>")
        } else {
            ("<td>", "</td>")
        };
        html.push_str("<tr>");
        for cell in cells {
            html.push_str(open);
            push_inline(html, cell.trim());
            html.push_str(close);
        }
        html.push_str("</tr>");
    }
    html.push_str("</table></div>");
}

/// A text with HTML's special characters escaped.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push_escaped(&mut html, text);
    html
}

fn push_inline(html: &mut String, text: &str) {
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 1 {
            html.push_str("<code>");
            push_escaped(html, part);
            html.push_str("</code>");
            continue;
        }
        for (place, part) in part.split("**").enumerate() {
            let (open, close) = if place % 2 == 1 {
                ("<strong>", "</strong>")
            } else {
                ("", "")
            };
            html.push_str(open);
            push_escaped(html, part);
            html.push_str(close);
        }
    }
}

fn push_escaped(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_one() {
        let html = Html::of("| event | data |\n| --- | --- |\n| `offer` | `ticket` |");

        assert_eq!(
            html.to_string(),
            "<div class=\"wide\"><table><tr><th scope=\"col\">event</th><th scope=\"col\">data</th></tr>\
             <tr><td><code>offer</code></td><td><code>ticket</code></td></tr></table></div>"
        );
    }

    #[test]
    fn markup_becomes_html_and_nothing_else_does() {
        let html = Html::of("**Ids** carry `user_…` & <more>.\n\nSecond.");

        assert_eq!(
            html.to_string(),
            "<p><strong>Ids</strong> carry <code>user_…</code> &amp; &lt;more&gt;.</p><p>Second.</p>"
        );
    }
}
