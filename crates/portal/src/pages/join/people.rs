//! Pages for people at URLs where programs get the API's answers.

use axum::extract::Request;
use axum::http::{HeaderMap, header};

/// The prefix of the customer's URLs.
const JOIN: &str = "/join/";

/// Whether a browser requests a page at a URL that is also the API's.
pub(crate) fn is_for_people(request: &Request) -> bool {
    request.uri().path().starts_with(JOIN) && asks_for_page(request.headers())
}

/// Whether a request asks for a page: browsers send `text/html` when somebody follows a link or submits a form, and
/// programs do not. A client that accepts JSON too gets what it prefers, and JSON if it prefers neither.
fn asks_for_page(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter();
    let accept = accept.filter_map(|value| value.to_str().ok());
    let mut page = 0.0_f32;
    let mut json = 0.0_f32;
    for range in accept.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        let weight = weight.unwrap_or(1.0_f32);
        match kind.as_str() {
            "text/html" => page = page.max(weight),
            "application/json" | "application/problem+json" => json = json.max(weight),
            _ => {}
        }
    }
    page > json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_do_not() {
        let table = [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("text/html", true),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html", false),
            ("application/json;q=0.5, text/html", true),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0", false),
            ("text/event-stream", false),
            ("", false),
        ];
        for (accept, page) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());

            assert_eq!(asks_for_page(&headers), page, "{accept}");
        }
        assert!(!asks_for_page(&HeaderMap::new()));
    }
}
