//! The list of errors above a form names each field in the words of its label on the page. The same field has another
//! label in another form, and many are made for an account's products, so only the rendered page knows.

/// Where the list of errors begins (`m::errors`).
const ERRORS: &str = "id=\"errors\"";

/// How the link to a field begins.
const LINK: &str = "<a href=\"#";

/// The page, with the labels of its fields in its lists of errors. Fields without a label of their own, such as a group
/// of boxes, keep the name that they have.
pub(crate) fn in_errors(html: String) -> String {
    if !html.contains(ERRORS) {
        return html;
    }
    let mut parts = html.split(ERRORS);
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        page.push_str(ERRORS);
        let (errors, rest) = part.split_at(part.find("</ul>").unwrap_or(part.len()));
        let mut links = errors.split(LINK);
        page.push_str(links.next().unwrap_or_default());
        for link in links {
            page.push_str(LINK);
            page.push_str(&labelled(&html, link).unwrap_or_else(|| link.to_owned()));
        }
        page.push_str(rest);
    }
    page
}

/// A link to a field with the field's label as its text; `link` begins with the field's name.
fn labelled(html: &str, link: &str) -> Option<String> {
    let (field, rest) = link.split_once("\">")?;
    let (_, rest) = rest.split_once("</a>")?;
    Some(format!("{field}\">{}</a>{rest}", label_of(html, field)?))
}

/// The text of a field's label, without markup.
fn label_of(html: &str, field: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("<label for=\"{field}\""))?;
    let (_, rest) = rest.split_once('>')?;
    let (label, _) = rest.split_once("</label>")?;
    let mut text = String::new();
    let mut is_tag = false;
    for letter in label.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_their_fields_as_the_page_labels_them() {
        let page = concat!(
            "<div id=\"errors\"><ul><li><a href=\"#seats-chat\">Seats chat</a>: Too many.</li>",
            "<li><a href=\"#mode\">Mode</a>: Choose one.</li></ul></div>",
            "<label for=\"seats-chat\">Seats of <bdi>Chat &#38; more</bdi></label>",
            "<div id=\"errors\"><ul><li>Once more.</li></ul></div>",
        );

        let labelled = in_errors(page.to_owned());

        let as_labelled = page.replace(">Seats chat<", ">Seats of Chat &#38; more<");
        assert_eq!(labelled, as_labelled);
        assert_eq!(in_errors("<p>no form</p>".to_owned()), "<p>no form</p>");
    }
}
