//! The account's language and time zone.

use axum::response::Response;
use usher_app::{known_language, known_zone};
use usher_domain::account::SettingsPatch;

use super::{Typed, change_settings, settings_page};
use crate::answer::{done, page_again};
use crate::failed::Failed;
use crate::form::{NO_SUCH_ZONE, Posted};
use crate::nav::NavPage;

/// The field with the zone.
pub(super) const FIELD: &str = "time_zone";
/// The field with the language.
pub(super) const LANGUAGE: &str = "language";

pub(super) async fn change(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let zone = known_zone(form.value(FIELD));
    if zone.is_none() {
        form.wrong(FIELD, NO_SUCH_ZONE);
    }
    // A form without the field leaves the language as it is.
    let language = match form.value(LANGUAGE) {
        "" => None,
        named => {
            let known = known_language(named);
            if known.is_none() {
                form.wrong(LANGUAGE, text!("common-no-such-language"));
            }
            known
        }
    };
    if let (Some(zone), true) = (zone, form.is_right()) {
        let change = SettingsPatch {
            time_zone: Some(zone.clone()),
            language,
            ..SettingsPatch::default()
        };
        let Err(refusal) = change_settings(&viewer, change).await? else {
            let to = NavPage::Settings.path(viewer.account);
            return Ok(done(&to, text!("settings-region-saved", zone = zone.as_str())));
        };
        form.refused(&refusal);
    }
    let typed = Typed {
        time_zone: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}
