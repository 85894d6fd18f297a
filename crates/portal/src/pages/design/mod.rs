//! All tokens and components on one page, so that one look at it shows what a change of the style sheet does. Only in the
//! sandbox.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::answer::{Frame, page};
use crate::assets::STYLE;
use crate::failed::Failed;
use crate::form::Form;
use crate::icon::Icon;
use crate::linked::Linked;
use crate::order::SortLink;
use crate::paging::{PageLinks, Paging};
use crate::portal::Portal;
use crate::routes::{Pages, get};
use crate::shown::Meter;

#[derive(Template)]
#[template(path = "design/design.html")]
struct DesignPage {
    frame: Frame,
    colors: Vec<&'static str>,
    sizes: Vec<&'static str>,
    icons: &'static [Icon],
    meters: [Meter; 3],
    /// A form whose fields are as they were sent.
    form: Form,
    /// The same with an error.
    wrong: Form,
    who: Linked,
    nobody: Linked,
    pages: PageLinks,
}

pub(crate) fn routes() -> Pages {
    Pages::new().route("/design", get(show))
}

async fn show(State(portal): State<Arc<Portal>>) -> Result<Response, Failed> {
    if !portal.app.config().sandbox {
        return Err(Failed::not_found("page"));
    }
    let mut wrong = Form::showing([("wrong", "nobody")]);
    wrong.wrong("wrong", "This must be an e-mail address.");
    Ok(page(&DesignPage {
        frame: Frame::default(),
        colors: tokens(|name, value| value.contains('#') && name != "--shadow"),
        sizes: tokens(|_, value| value.ends_with("rem")),
        icons: Icon::EVERY,
        meters: [(3, 10), (9, 10), (10, 10)].map(|(used, of)| Meter { used, of }),
        form: Form::showing([("plain", "Sven Lindqvist")]),
        wrong,
        who: Linked {
            name: "Sven Lindqvist".to_owned(),
            href: Some("#links".to_owned()),
        },
        nobody: Linked::plain("A deleted user"),
        pages: Paging::sized("2", "25", 120).links("/design", &[]),
    }))
}

/// The tokens of the style sheet that fit, by name: those of the first rule.
fn tokens(fits: fn(&str, &str) -> bool) -> Vec<&'static str> {
    let (_, rules) = STYLE.split_once(":root {").unwrap_or_default();
    let (tokens, _) = rules.split_once('}').unwrap_or_default();
    let tokens = tokens.lines().filter_map(|line| line.trim().split_once(": "));
    let known =
        tokens.filter(|(name, value)| name.starts_with("--") && fits(name, value.trim_end_matches(';')));
    known.map(|(name, _)| name).collect()
}

impl DesignPage {
    /// The heading of a sorted column.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    fn sorted(&self, column: &str) -> SortLink {
        SortLink::of("/design", &[], "name", column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_every_color_of_the_style_sheet() {
        let colors = tokens(|_, value| value.contains('#'));

        assert!(
            colors.contains(&"--ground") && colors.contains(&"--offer-ink"),
            "{colors:?}"
        );
        assert_eq!(
            colors.len(),
            STYLE.matches(": light-dark(#").count(),
            "{colors:?}"
        );
    }
}
