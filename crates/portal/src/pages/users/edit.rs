//! Changing one user.

use axum::extract::Path;
use axum::response::Response;
use usher_domain::command::{UserCommand, UserPatch};
use usher_domain::permission::Privilege;
use usher_domain::refusal::CapacityRefusal;
use usher_domain::{Account, Command, Refusal, UserId};
use usher_identity::PasswordLife;

use super::link::SignInState;
use super::person::{LeavePage, Person, PersonPage, why_not};
use super::profile::{self, Wanted};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::new_password::{self, Hashed};
use crate::said::named;
use crate::viewer::Viewer;
use crate::work::{self, Question, Work};

/// The account and the user in a URL.
pub(super) type UserPath = Path<(String, String)>;

pub(super) fn user_id(text: &str) -> Result<UserId, Failed> {
    text.parse().map_err(|_| Failed::not_found("user"))
}

/// Refuses viewers who may not manage users or seats, before the form is read.
pub(super) async fn guard(viewer: &Viewer, privilege: Privilege) -> Result<(), Failed> {
    let need = move |account: &usher_domain::Account, actor: &usher_domain::Actor, _| {
        account.need_to_manage(actor, privilege, "user")
    };
    viewer.look(None, need).await.map(|_| ())
}

pub(super) async fn show(viewer: Viewer, Path((_, user)): UserPath) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    Ok(page(&person_page(&viewer, id, None, Form::default()).await?))
}

pub(super) async fn change(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    let Some(profile) = profile::read(&mut form) else {
        return again(&viewer, id, Some(form), Form::default()).await;
    };
    let name = profile.name.reveal().to_string();
    let change = profile::patch(profile, form.seen().as_ref());
    match viewer
        .execute(Command::User(UserCommand::Change { id, change }), |_, (), _| ())
        .await?
    {
        Ok(()) => Ok(done(&path_of(&viewer, id), format!("{} is saved.", named(name)))),
        Err(Refusal::NotFound { what }) => Err(Failed::not_found(what)),
        Err(refusal) => {
            profile::refused(&mut form, &refusal);
            again(&viewer, id, Some(form), Form::default()).await
        }
    }
}

pub(super) async fn set_password(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    if id == viewer.session.user {
        form.wrong(
            "",
            "Change your own password on your page, with your present one.",
        );
        return again(&viewer, id, None, form).await;
    }
    let Some(password) = form.new_password("password", "password_again") else {
        return again(&viewer, id, None, form).await;
    };
    // Asked on the page itself: a password is in no other page.
    let is_at_work = move |account: &Account, _: &usher_domain::Actor, _| {
        Ok(account.user(id).is_some_and(|user| !user.sign_ins().is_empty()))
    };
    if form.value("cut") != "yes" && viewer.look(None, is_at_work).await?.1 {
        form.wrong(
            "cut",
            "They are at work. Tick this to cut it, or wait until they are signed out.",
        );
        return again(&viewer, id, None, form).await;
    }
    let change = new_password::of_user(id);
    let hash = match new_password::hash(&viewer, &mut form, change, password).await? {
        Hashed::Yes(hash) => hash,
        Hashed::Wrong => return again(&viewer, id, None, form).await,
        Hashed::Refused(Refusal::NotFound { what }) => return Err(Failed::not_found(what)),
        Hashed::Refused(refusal) => {
            form.refused(&refusal);
            return again(&viewer, id, None, form).await;
        }
    };
    if let Err(problem) = viewer.set_password(id, &hash, PasswordLife::Temporary).await {
        form.wrong("", problem.detail());
        return again(&viewer, id, None, form).await;
    }
    Ok(done(
        &path_of(&viewer, id),
        "The password is set. They are signed out everywhere, and have to choose another one when they next sign in.",
    ))
}

/// For a user who has lost their second factor.
pub(super) async fn remove_second_factor(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    if id == viewer.session.user {
        form.wrong(
            "",
            "Remove your own second factor on your page, with your password and a code.",
        );
        return again(&viewer, id, None, form).await;
    }
    let back = path_of(&viewer, id);
    let question = Question {
        nav: NavPage::Users,
        action: format!("{back}/second-factor/remove"),
        back,
        may_wait: false,
        now: "Remove the second factor now",
    };
    let see = move |account: &Account, actor: &usher_domain::Actor, _| {
        let user = account.user(id).ok_or(Refusal::NotFound { what: "user" })?;
        let name = named(user.profile.name.reveal());
        let asked = format!("Remove the second factor of {name}, and sign them out everywhere?");
        Ok((asked, Work::of(account, actor, [user], None)))
    };
    if let Some(asked) = work::ask(&viewer, &form, question, see).await? {
        return Ok(asked);
    }
    let app = &viewer.portal.app;
    app.remove_second_factor(viewer.account, id, &viewer.actor, viewer.cause.clone())
        .await?;
    let message =
        "Their second factor is removed. They sign in with the password alone, and can set up another.";
    Ok(done(&path_of(&viewer, id), message))
}

pub(super) async fn activate(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    match switch(&viewer, id, true).await? {
        Ok(()) => {
            let message = "They are active again, with their licenses and what their groups give.";
            Ok(done(&path_of(&viewer, id), message))
        }
        // The user's groups give more seats than are left (D6).
        Err(
            refusal @ Refusal::Capacity(
                CapacityRefusal::NotEnoughSeats { .. }
                | CapacityRefusal::OverSubscription { .. }
                | CapacityRefusal::PlanExcludesSharedSeats { .. },
            ),
        ) => {
            form.refused(&refusal);
            again(&viewer, id, None, form).await
        }
        Err(refusal) => Err(Failed::refused(&refusal)),
    }
}

pub(super) async fn deactivate(
    Path((_, user)): UserPath,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    let path = path_of(&viewer, id);
    let question = Question {
        nav: NavPage::Users,
        action: format!("{path}/deactivate"),
        back: path,
        may_wait: false,
        now: "Deactivate now",
    };
    let see = move |account: &Account, actor: &usher_domain::Actor, _| {
        let user = account.user(id).ok_or(Refusal::NotFound { what: "user" })?;
        let asked = format!("Deactivate {}?", named(user.profile.name.reveal()));
        Ok((asked, Work::of(account, actor, [user], None)))
    };
    if let Some(asked) = work::ask(&viewer, &form, question, see).await? {
        return Ok(asked);
    }
    let switched = switch(&viewer, id, false).await?;
    switched.map_err(|refusal| Failed::refused(&refusal))?;
    let message = "They are deactivated: signed out everywhere. What groups gave them is taken back; other licenses wait for them.";
    Ok(done(&path_of(&viewer, id), message))
}

pub(super) async fn remove(
    Path((_, user)): UserPath,
    Posted { viewer, .. }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    let done_with = viewer
        .execute(Command::User(UserCommand::Delete { id }), |_, (), _| ())
        .await?;
    done_with.map_err(|refusal| Failed::refused(&refusal))?;
    let app = &viewer.portal.app;
    app.end_grants_of(viewer.account, Some(id)).await?;
    app.identity().forget_user(viewer.account, id).await?;
    Ok(done(&NavPage::Users.path(viewer.account), "The user is removed."))
}

pub(super) async fn ask_to_deactivate(viewer: Viewer, path: UserPath) -> Result<Response, Failed> {
    leave_page(&viewer, &path.1, false).await
}

pub(super) async fn ask_to_remove(viewer: Viewer, path: UserPath) -> Result<Response, Failed> {
    leave_page(&viewer, &path.1, true).await
}

/// Activates or deactivates a user. Deactivation also revokes their tokens.
async fn switch(viewer: &Viewer, id: UserId, active: bool) -> Result<Result<(), Refusal>, Failed> {
    let change = UserPatch {
        active: Some(active),
        ..UserPatch::default()
    };
    let switched = viewer
        .execute(Command::User(UserCommand::Change { id, change }), |_, (), _| ())
        .await?;
    if switched.is_ok() && !active {
        let identity = viewer.portal.app.identity();
        identity.revoke_user_tokens(viewer.account, id).await?;
    }
    Ok(switched)
}

pub(crate) fn path_of(viewer: &Viewer, id: UserId) -> String {
    format!("{}/{id}", NavPage::Users.path(viewer.account))
}

async fn leave_page(viewer: &Viewer, user: &str, is_removal: bool) -> Result<Response, Failed> {
    let id = user_id(user)?;
    let look = move |account: &usher_domain::Account, actor: &usher_domain::Actor, now| {
        account.need_to_manage(actor, Privilege::UsersManage, "user")?;
        let command = if is_removal {
            Command::User(UserCommand::Delete { id })
        } else {
            let change = UserPatch {
                active: Some(false),
                ..UserPatch::default()
            };
            Command::User(UserCommand::Change { id, change })
        };
        let why_not = why_not(account, actor, now, &command);
        let person = Person::of(account, actor, id, now)?;
        let work = Work::of(account, actor, account.user(id), None);
        Ok((person, work, why_not))
    };
    let (frame, (person, work, why_not)) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(page(&LeavePage {
        frame,
        path: path_of(viewer, id),
        effects: person.effects(is_removal),
        work,
        person,
        is_removal,
        why_not,
    }))
}

pub(super) async fn again(
    viewer: &Viewer,
    id: UserId,
    form: Option<Form>,
    other: Form,
) -> Result<Response, Failed> {
    Ok(page_again(&person_page(viewer, id, form, other).await?))
}

/// The page with the submitted values, or else with the current ones.
async fn person_page(
    viewer: &Viewer,
    id: UserId,
    form: Option<Form>,
    other: Form,
) -> Result<PersonPage, Failed> {
    let typed = form.as_ref().map(|form| std::sync::Arc::new(Wanted::of(form)));
    let look = move |account: &usher_domain::Account, actor: &usher_domain::Actor, now| {
        let person = Person::of(account, actor, id, now)?;
        let standing = Wanted::of(&profile::showing(&person.profile));
        let wanted = typed.as_deref().unwrap_or(&standing);
        let fields = Person::fields(account, actor, id, now, wanted);
        Ok((person, fields))
    };
    let (frame, (person, fields)) = viewer.look(Some(NavPage::Users), look).await?;
    let app = &viewer.portal.app;
    let has_second_factor = app.identity().has_second_factor(viewer.account, id);
    let browsers = person.may_users.then(|| {
        let sessions = app
            .identity()
            .portal_sessions(viewer.account, id, app.engine().now());
        sessions.len()
    });
    Ok(PersonPage {
        has_second_factor,
        browsers,
        seats: NavPage::Seats.path(viewer.account),
        sign_in_state: SignInState::of(viewer, id).await?,
        frame,
        form: form
            .unwrap_or_else(|| profile::showing(&person.profile))
            .keeping(&person.profile),
        other,
        path: path_of(viewer, id),
        fields,
        person,
    })
}
