//! The account's time zone.

use axum::response::Response;
use usher_app::known_zone;
use usher_domain::account::SettingsPatch;

use super::{Typed, change_settings, settings_page};
use crate::answer::{done, page_again};
use crate::failed::Failed;
use crate::form::{NO_SUCH_ZONE, Posted};
use crate::nav::NavPage;

/// The field with the zone.
pub(super) const FIELD: &str = "time_zone";

pub(super) async fn change(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    if let Some(zone) = known_zone(form.value(FIELD)) {
        let change = SettingsPatch {
            time_zone: Some(zone.clone()),
            ..SettingsPatch::default()
        };
        let Err(refusal) = change_settings(&viewer, change).await? else {
            let to = NavPage::Settings.path(viewer.account);
            return Ok(done(&to, format!("The account is in the time zone {zone} now.")));
        };
        form.refused(&refusal);
    } else {
        form.wrong(FIELD, NO_SUCH_ZONE);
    }
    let typed = Typed {
        time_zone: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}
