//! Whose sessions everybody sees and ends (R5).

use axum::response::Response;
use usher_domain::account::SettingsPatch;
use usher_domain::command::AccountCommand;
use usher_domain::permission::SessionPermissions;
use usher_domain::refusal::AccessRefusal;
use usher_domain::{Account, Actor, Command, Refusal};

use super::shown_at_a_field;
use super::view::{SessionsTab, SettingsData};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::sentence;
use crate::viewer::Viewer;

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    Ok(page(&tab(&viewer, None).await?))
}

pub(super) async fn change(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let wanted = SessionPermissions::of(|permission| !form.value(permission.as_str()).is_empty());
    let shown: Option<SessionPermissions> = form.seen();
    let make = move |account: &Account, _| {
        let now = account.settings().session_permissions;
        let change = SettingsPatch {
            session_permissions: Some(changed_permissions(wanted, shown.unwrap_or(now), now)),
            ..SettingsPatch::default()
        };
        Ok(Command::Account(AccountCommand::ChangeSettings { change }))
    };
    let Err(refusal) = shown_at_a_field(viewer.propose(make, |_, (), _| ()).await?)? else {
        let to = format!("{}/permissions", NavPage::Settings.path(viewer.account));
        return Ok(done(&to, "The session permissions are saved."));
    };
    match refusal {
        Refusal::Access(AccessRefusal::ControlNeedsView { control, .. }) => {
            form.wrong(control, sentence::of(&refusal));
        }
        refusal => form.refused(&refusal),
    }
    Ok(page_again(&tab(&viewer, Some(form)).await?))
}

/// The current permissions with what the user changed of those that the form showed.
fn changed_permissions(
    wanted: SessionPermissions,
    shown: SessionPermissions,
    now: SessionPermissions,
) -> SessionPermissions {
    SessionPermissions::of(|permission| {
        let is_untouched = wanted.has(permission) == shown.has(permission);
        if is_untouched { now } else { wanted }.has(permission)
    })
}

/// The page with the submitted values, or else with the current ones.
async fn tab(viewer: &Viewer, typed: Option<Form>) -> Result<SessionsTab, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        account.need_staff(actor)?;
        Ok(SettingsData::of(account, actor))
    };
    let (frame, seen) = viewer.look(Some(NavPage::Settings), look).await?;
    let permissions = typed.unwrap_or_else(|| seen.permissions_form());
    Ok(SessionsTab {
        frame,
        path: NavPage::Settings.path(viewer.account),
        permissions: permissions.keeping(&seen.session_permissions),
        seen,
    })
}
