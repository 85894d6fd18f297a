//! What the user chooses for themselves: the language, the time zone, the colors, sounds and notifications.

use askama::Template;
use axum::response::Response;
use usher_app::{ChosenPreferences, InvalidPreferences};
use usher_domain::text::{LanguageChoice, ZoneName};
use usher_identity::{Preferences, Theme};

use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, NO_SUCH_ZONE, Posted};
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

const PATH: &str = "/me/preferences";

pub(super) fn routes() -> Pages {
    Pages::new().route(PATH, get(show).post(save))
}

#[derive(Template)]
#[template(path = "me/preferences.html")]
struct PreferencesPage {
    frame: Frame,
    form: Form,
}

impl PreferencesPage {
    /// The themes, with what they are called.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    fn themes(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        Theme::ALL.into_iter().map(|theme| match theme {
            Theme::Auto => (theme.word(), "As the browser"),
            Theme::Light => (theme.word(), "Light"),
            Theme::Dark => (theme.word(), "Dark"),
        })
    }
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    let form = form_of(&viewer.preferences());
    Ok(page(&preferences_page(&viewer, form).await?))
}

async fn save(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let chosen = ChosenPreferences {
        time_zone: form.value("time_zone"),
        language: form.value("language"),
        sound: !form.value("sound").is_empty(),
        notifications: !form.value("notifications").is_empty(),
        theme: form.value("theme"),
    };
    match chosen.checked() {
        Ok(preferences) => {
            let (app, user) = (&viewer.portal.app, viewer.session.user);
            if !app.set_preferences(viewer.account, user, preferences).await? {
                return Err(Failed::SignIn { back: None });
            }
            Ok(done(PATH, "Your preferences are saved."))
        }
        Err(invalid) => {
            match invalid {
                InvalidPreferences::UnknownZone => form.wrong("time_zone", NO_SUCH_ZONE),
                InvalidPreferences::UnknownLanguage => {
                    form.wrong("language", text!("common-no-such-language"));
                }
                InvalidPreferences::UnknownTheme => {
                    form.wrong("theme", "There are no such colors. Choose some of the list.");
                }
            }
            Ok(page_again(&preferences_page(&viewer, form).await?))
        }
    }
}

/// The form with what is stored.
fn form_of(preferences: &Preferences) -> Form {
    let ticked = |is_on| if is_on { "on" } else { "" };
    let zone = preferences.time_zone.as_ref();
    let language = preferences.language.as_ref();
    Form::showing([
        ("time_zone", zone.map_or("", ZoneName::as_str)),
        ("language", language.map_or("", LanguageChoice::as_str)),
        ("theme", preferences.theme.word()),
        ("sound", ticked(preferences.sound)),
        ("notifications", ticked(preferences.notifications)),
    ])
}

async fn preferences_page(viewer: &Viewer, form: Form) -> Result<PreferencesPage, Failed> {
    let (frame, ()) = viewer.look(None, |_, _, _| Ok(())).await?;
    Ok(PreferencesPage { frame, form })
}
