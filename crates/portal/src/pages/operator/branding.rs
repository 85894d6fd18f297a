//! How the customer's page looks.

use std::str::FromStr;

use askama::Template;
use axum::response::Response;
use usher_app::{Everything, Problem};
use usher_domain::text::{InvalidText, Name};
use usher_identity::{BrandLink, BrandLook, BrandText, Logo, LogoChange};

use super::visitor::{OperatorAt, OperatorPage, OperatorPostedFile};
use crate::answer::{Frame, done, page, page_again};
use crate::brand::Brand;
use crate::failed::Failed;
use crate::form::Form;

pub(super) const PATH: &str = "/operator/branding";

#[derive(Template)]
#[template(path = "operator/branding.html")]
struct BrandingPage {
    frame: Frame,
    form: Form,
    /// How the customer's page looks now.
    brand: Brand,
}

pub(super) async fn show(by: OperatorAt<Everything>) -> Response {
    page(&branding_page(&by, Form::default()))
}

fn branding_page(by: &OperatorAt<Everything>, form: Form) -> BrandingPage {
    let branding = by.operator.app.identity().branding();
    let look = &branding.look;
    let color = look.color.as_ref().map(ToString::to_string);
    let form = form.or_showing([
        ("name", look.name.as_ref().map_or("", Name::as_str)),
        ("color", color.as_deref().unwrap_or_default()),
        ("welcome", look.welcome.as_ref().map_or("", BrandText::as_str)),
        ("goodbye", look.goodbye.as_ref().map_or("", BrandText::as_str)),
        ("help", look.help.as_ref().map_or("", BrandLink::as_str)),
        ("privacy", look.privacy.as_ref().map_or("", BrandLink::as_str)),
    ]);
    BrandingPage {
        frame: by.frame(OperatorPage::Branding),
        form,
        brand: Brand::of(&by.portal),
    }
}

pub(super) async fn set(posted: OperatorPostedFile<Everything>) -> Result<Response, Failed> {
    let OperatorPostedFile { by, mut form, file } = posted;
    let look = BrandLook {
        name: chosen(&mut form, "name"),
        color: chosen(&mut form, "color"),
        welcome: chosen(&mut form, "welcome"),
        goodbye: chosen(&mut form, "goodbye"),
        help: chosen(&mut form, "help"),
        privacy: chosen(&mut form, "privacy"),
    };
    let logo = match file.map(|file| Logo::read(&file)) {
        Some(Ok(logo)) => LogoChange::Put(logo),
        Some(Err(error)) => {
            form.wrong("logo", format!("This must be {}.", error.expected));
            LogoChange::Keep
        }
        None if form.value("no_logo") == "yes" => LogoChange::Remove,
        None => LogoChange::Keep,
    };
    if !form.is_right() {
        if matches!(logo, LogoChange::Put(_)) {
            form.wrong(
                "logo",
                "Choose the logo again: a form that is shown again has no files.",
            );
        }
        return Ok(page_again(&branding_page(&by, form)));
    }
    let identity = by.operator.app.identity();
    identity.set_branding(look, logo).await.map_err(Problem::from)?;
    Ok(done(PATH, "The customer’s page looks like this now."))
}

/// The value of a field; `None` if it is empty. If it is invalid, adds an error.
fn chosen<T: FromStr<Err = InvalidText>>(form: &mut Form, name: &str) -> Option<T> {
    if form.value(name).trim().is_empty() {
        return None;
    }
    form.parse(name)
}
