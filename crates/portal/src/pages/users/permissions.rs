//! Which sessions a user sees and ends: what the account says for everybody, or something else (R5).

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::permission::{PermissionOverrides, Privilege, SessionPermission};
use usher_domain::refusal::AccessRefusal;
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};

use super::edit::{UserPath, guard, path_of, user_id};
use super::person::{Tabs, why_fixed};
use super::words::{self, Choice};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted, label};
use crate::nav::NavPage;
use crate::said::named;
use crate::sentence;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "users/permissions.html")]
struct PermissionsPage {
    frame: Frame,
    form: Form,
    /// The user's page.
    path: String,
    /// The list of users.
    list: String,
    seen: Seen,
}

/// The user's permissions, copied out of the account.
struct Seen {
    name: String,
    tabs: Tabs,
    said: PermissionOverrides,
    permissions: Vec<Permission>,
    manages_seats: bool,
    /// Why the viewer cannot change them.
    why_fixed: Option<String>,
    /// The list of the user's sessions, if the viewer sees them.
    sessions_link: Option<String>,
}

/// One session permission.
struct Permission {
    name: &'static str,
    label: String,
    /// Whether the user has it.
    has: bool,
    choices: Vec<Choice>,
}

pub(super) async fn show(viewer: Viewer, Path((_, user)): UserPath) -> Result<Response, Failed> {
    Ok(page(&permissions_page(&viewer, user_id(&user)?, None).await?))
}

pub(super) async fn change(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    let wanted = read(&form);
    // Somebody else may have changed them since: what this form's user left as it was stays as it is now.
    let is_news = form.seen::<PermissionOverrides>() != Some(wanted);
    let change = UserPatch {
        session_permissions: is_news.then_some(wanted),
        ..UserPatch::default()
    };
    let command = Command::User(UserCommand::Change { id, change });
    let name_of = move |account: &Account, (): &(), _| {
        let user = account.user(id);
        user.map(|user| named(user.profile.name.reveal()))
            .unwrap_or_default()
    };
    match viewer.execute(command, name_of).await? {
        Ok(name) => {
            let to = format!("{}/permissions", path_of(&viewer, id));
            Ok(done(&to, format!("The session permissions of {name} are saved.")))
        }
        Err(Refusal::NotFound { what }) => Err(Failed::not_found(what)),
        Err(refusal) => {
            match &refusal {
                Refusal::Access(AccessRefusal::ControlNeedsView { control, .. }) => {
                    form.wrong(control, sentence::of(&refusal));
                }
                refusal => form.refused(refusal),
            }
            Ok(page_again(&permissions_page(&viewer, id, Some(form)).await?))
        }
    }
}

fn read(form: &Form) -> PermissionOverrides {
    PermissionOverrides::of(|permission| {
        words::override_of(form.value(permission.as_str())).unwrap_or_default()
    })
}

impl Seen {
    fn of(
        account: &Account,
        actor: &Actor,
        id: UserId,
        now: Timestamp,
        typed: Option<PermissionOverrides>,
    ) -> Result<Self, Refusal> {
        let user = account.visible_user(actor, id)?;
        account.need_staff(actor)?;
        let profile = &user.profile;
        let default = account.settings().session_permissions;
        let chosen = typed.unwrap_or(profile.session_permissions);
        let permissions = SessionPermission::ALL.iter().map(|permission| {
            let word = words::override_word(chosen.get(*permission));
            let inherit = if default.has(*permission) { "yes" } else { "no" };
            Permission {
                name: permission.as_str(),
                label: label(permission.as_str()),
                has: account.has_session_permission(&Actor::User(id), *permission),
                choices: vec![
                    Choice::new("inherit", format!("As for everybody ({inherit})"), word),
                    Choice::new("allow", "Allow", word),
                    Choice::new("deny", "Deny", word),
                ],
            }
        });
        let sees_theirs = account.user_of(actor) == Some(id)
            || account.has_session_permission(actor, SessionPermission::ViewAccount);
        let sessions = NavPage::Sessions.link(account, actor).filter(|_| sees_theirs);
        Ok(Self {
            name: profile.name.reveal().to_string(),
            tabs: Tabs::of(account, actor, id),
            said: profile.session_permissions,
            permissions: permissions.collect(),
            manages_seats: profile.has(Privilege::SeatsManage),
            why_fixed: why_fixed(account, actor, user, now),
            sessions_link: sessions.map(|path| format!("{path}?user={id}")),
        })
    }
}

/// The page with the submitted values, or else with the current ones.
async fn permissions_page(
    viewer: &Viewer,
    id: UserId,
    typed: Option<Form>,
) -> Result<PermissionsPage, Failed> {
    let wanted = Arc::new(typed.as_ref().map(read));
    let look =
        move |account: &Account, actor: &Actor, now: Timestamp| Seen::of(account, actor, id, now, *wanted);
    let (frame, seen) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(PermissionsPage {
        frame,
        form: typed.unwrap_or_default().keeping(&seen.said),
        path: path_of(viewer, id),
        list: NavPage::Users.path(viewer.account),
        seen,
    })
}
