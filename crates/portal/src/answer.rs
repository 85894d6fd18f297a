//! Responses that are pages, and the frame that all pages share.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use usher_identity::{Preferences, Theme};
use usher_l10n::Value;

use crate::brand::Brand;
use crate::failed::Failed;
use crate::nav::Nav;
use crate::pages::console::Holds;
use crate::said::Said;
use crate::shown::initials;
use crate::{assets, flash, labels, reader};

/// The part of a page that the layout renders around it.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// The signed-in user, if any.
    pub(crate) signed: Option<Signed>,
    /// The operator, on operator pages.
    pub(crate) operator: Option<OperatorSigned>,
    /// The operator's look, on the pages of customers.
    pub(crate) brand: Option<Brand>,
    /// The anti-forgery token for the page's forms.
    pub(crate) csrf: String,
    /// The colors that the signed-in user has chosen.
    pub(crate) theme: Theme,
    /// The message about the last action, shown once.
    pub(crate) flash: Option<Said<String>>,
    /// Whether the page has a live part, whose stream brings everything that changes.
    pub(crate) is_live: bool,
}

/// The signed-in user, and the pages they can go to.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) account_name: String,
    pub(crate) user_name: String,
    /// Their own page among the account's users.
    pub(crate) own_page: String,
    /// Empty while the user may see only one page.
    pub(crate) nav: Nav,
    /// On every page but the console: what this browser holds for the user there.
    pub(crate) holds: Option<Holds>,
    /// Whether this is the console, which shows that itself.
    pub(crate) is_console: bool,
    pub(crate) is_owner: bool,
    /// Whether pages make sounds and show notifications.
    pub(crate) preferences: Preferences,
}

impl Signed {
    pub(crate) fn initials(&self) -> String {
        initials(&self.user_name)
    }
}

/// The holder of an operator key, or an owner who is operator, and the pages they can go to.
#[derive(Debug)]
pub(crate) struct OperatorSigned {
    /// The name of the key; of an owner, the names of the owner and the account.
    pub(crate) name: String,
    pub(crate) is_owner: bool,
    pub(crate) nav: Nav,
}

impl Frame {
    /// The menu.
    pub(crate) fn nav(&self) -> Option<&Nav> {
        let of_operator = || self.operator.as_ref().map(|operator| &operator.nav);
        self.signed
            .as_ref()
            .map(|signed| &signed.nav)
            .or_else(of_operator)
    }

    /// Whose pages the menu has.
    pub(crate) fn nav_label(&self) -> String {
        match &self.signed {
            Some(signed) => text!("shell-pages-of", account = &signed.account_name).plain(),
            None => text!("shell-operator-pages").plain(),
        }
    }

    /// Whether an owner is signed in.
    pub(crate) fn is_owner(&self) -> bool {
        self.signed.as_ref().is_some_and(|signed| signed.is_owner)
    }

    /// What this browser holds for the user at the console.
    pub(crate) fn holds(&self) -> Option<&Holds> {
        self.signed.as_ref()?.holds.as_ref()
    }

    /// Whether there is a menu.
    pub(crate) fn has_nav(&self) -> bool {
        self.nav().is_some_and(|nav| !nav.is_empty())
    }

    /// The name in the header: the operator's on the pages of customers.
    pub(crate) fn product_name(&self) -> &str {
        self.brand.as_ref().map_or("Usher", Brand::name)
    }

    /// The URL, width and height of the operator's logo, on the pages of customers.
    pub(crate) fn logo(&self) -> Option<(String, u32, u32)> {
        self.brand.as_ref()?.logo()
    }

    /// The zone of the page's times; `None` where nobody is signed in.
    pub(crate) fn zone(&self) -> Option<String> {
        self.signed.as_ref()?;
        Some(reader::current().zone_name()?.replace('_', " "))
    }

    /// The zone for the sentence at the bottom of the page.
    pub(crate) fn zone_word(&self) -> Option<Value> {
        self.zone().map(Value::Word)
    }

    /// The tag of the page's language.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) fn language(&self) -> &'static str {
        reader::language().tag()
    }

    /// Where the script writes the time until which a live page is up to date.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) fn live_at(&self) -> Value {
        Value::Html {
            html: "<span data-at></span>".to_owned(),
            plain: String::new(),
        }
    }

    /// What the script says: words by name, as JSON.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) fn words(&self) -> String {
        let words = [
            ("copied", text!("shell-script-copied")),
            ("in", text!("shell-script-in")),
            ("underMinute", text!("shell-script-under-minute")),
        ];
        let words = words.map(|(name, label)| (name.to_owned(), label.plain().into()));
        serde_json::Value::Object(words.into_iter().collect()).to_string()
    }

    /// The word for the attribute of the page's root; `None` for the browser's colors.
    pub(crate) fn data_theme(&self) -> Option<&'static str> {
        (self.theme != Theme::Auto).then(|| self.theme.word())
    }

    /// The color schemes of the page.
    pub(crate) fn color_scheme(&self) -> &'static str {
        self.data_theme().unwrap_or("light dark")
    }

    /// The part of the assets' URLs that changes when an asset does.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) fn assets(&self) -> &'static str {
        &assets::VERSION
    }
}

/// A page.
pub(crate) fn page(template: &impl Template) -> Response {
    page_at(StatusCode::OK, template)
}

/// The page with a form that has errors, with status 422.
pub(crate) fn page_again(template: &impl Template) -> Response {
    page_at(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A page with another status.
pub(crate) fn page_at(status: StatusCode, template: &impl Template) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    match fragment(template) {
        Ok(html) => (status, kind, labels::in_errors(html)).into_response(),
        // Not a page: it might be the error page itself that cannot be rendered.
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, NO_PAGE).into_response(),
    }
}

/// The answer if a page cannot be rendered.
const NO_PAGE: &str = "Usher could not make this page. Tell the operator of this server: its log says why.\n";

/// Renders a part of a page. A failure is a bug in Usher: it is logged, and answered with 500.
pub(crate) fn fragment(template: &impl Template) -> Result<String, Failed> {
    template.render().map_err(|error| {
        tracing::error!(%error, "a template could not be rendered");
        Failed::Fault
    })
}

/// Redirects to a page that shows `message`.
pub(crate) fn done(path: &str, message: impl Into<String>) -> Response {
    done_with(CookieJar::new(), path, message)
}

/// The same, with other cookies too.
pub(crate) fn done_with(jar: CookieJar, path: &str, message: impl Into<String>) -> Response {
    (flash::keep(jar, message.into()), Redirect::to(path)).into_response()
}

#[cfg(test)]
mod tests {
    use usher_testkit::BrokenTemplate;

    use super::*;

    #[test]
    fn a_page_or_fragment_that_cannot_be_rendered_is_a_fault_of_the_server() {
        let broken = BrokenTemplate::default();

        let page = page(&broken);
        let fragment = fragment(&broken).map_err(Failed::into_response);

        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let answer = fragment.unwrap_err();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
