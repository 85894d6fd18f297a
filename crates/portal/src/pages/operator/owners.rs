//! The owners of a customer's account: the operator invites the first one, and whoever lost an invitation.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{AccountsManage, Admitted, LinkDelivery, MadeLink, Problem};
use usher_domain::command::UserCommand;
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::link::LinkPurpose;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::text::{Email, Name};
use usher_domain::user::User;
use usher_domain::{Account, AccountId, Command, UserId};
use usher_engine::Failure;
use usher_identity::OperatorGrant;

use super::account::{account_in, account_page, path_of};
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::said::{Said, named};
use crate::shown::Moment;

/// An active owner of an account.
pub(super) struct OwnerRow {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) is_operator: bool,
    /// Whether they have not chosen a password yet.
    pub(super) is_invited: bool,
}

impl OwnerRow {
    /// The active owners of an account; `grants` are all grants.
    pub(super) fn all(account: &Account, grants: &[OperatorGrant]) -> Vec<Self> {
        let users = account.users().values();
        users
            .filter(|user| is_owner(user))
            .map(|user| Self {
                id: user.id,
                name: user.profile.name.reveal().to_string(),
                email: user.profile.email.reveal().to_string(),
                is_operator: grants
                    .iter()
                    .any(|grant| grant.owner() == (account.id(), user.id)),
                is_invited: false,
            })
            .collect()
    }
}

fn is_owner(user: &User) -> bool {
    user.active && user.profile.role == Role::Owner
}

/// The page that shows an invitation, where no mail is set up.
#[derive(Template)]
#[template(path = "operator/owner_invited.html")]
struct InvitedPage {
    frame: Frame,
    path: String,
    /// What else was done, as a sentence.
    done: Said<String>,
    name: String,
    email: String,
    url: String,
    is_here_alone: bool,
    expires_at: Moment,
}

/// The owner that a form names; `None` if its fields are empty. What is wrong is added to the form.
pub(super) fn read(form: &mut Form) -> Option<(Name, Email)> {
    if form.value("owner_name").trim().is_empty() && form.value("owner_email").trim().is_empty() {
        return None;
    }
    let name = form.parse::<Name>("owner_name");
    let email = form.parse::<Email>("owner_email");
    name.zip(email)
}

/// Adds an owner without a license, who is billing contact, and invites them. Refused as a sentence.
pub(super) async fn add(
    caller: &Admitted,
    name: Name,
    email: Email,
) -> Result<Result<(UserId, MadeLink), String>, Failed> {
    let id = UserId::from_bits(caller.draw_id()?);
    let command = Command::User(UserCommand::Create {
        id,
        profile: Profile {
            name: name.into(),
            email: email.into(),
            role: Role::Owner,
            privileges: BTreeSet::new(),
            billing_contact: true,
            seat_limit: None,
            session_permissions: PermissionOverrides::default(),
        },
        // A seat is paid for: the owner takes one if they want to work with it.
        assign_seat: Some(false),
        product: None,
        licenses: std::collections::BTreeMap::new(),
        password_set: false,
        active: true,
        directory: None,
        labels: Labels::default(),
    });
    let may = caller.app.may_invite_new(caller.account, &command, &caller.actor);
    if let Err(problem) = may.await {
        return Ok(Err(problem.detail().to_owned()));
    }
    match caller.try_execute(command, |_, (), _| ()).await {
        Ok(()) => {}
        Err(Failure::Refused(refusal)) => return Ok(Err(crate::sentence::of(&refusal))),
        Err(failure) => return Err(Problem::from(failure).into()),
    }
    Ok(match invitation(caller, id).await {
        Ok(link) => Ok((id, link)),
        Err(problem) => Err(format!(
            "The owner is added, but there is no invitation yet. {}",
            problem.detail()
        )),
    })
}

async fn invitation(caller: &Admitted, user: UserId) -> Result<MadeLink, Problem> {
    let owner = (caller.account, user);
    let (purpose, delivery) = (LinkPurpose::Invitation, LinkDelivery::Mail);
    caller
        .app
        .make_link(owner, purpose, delivery, caller.as_author())
        .await
}

/// The page that shows the invitation, or a message that it was sent. `done_so_far` is what else was done.
pub(super) async fn handed_over(
    by: &OperatorAt<AccountsManage>,
    account: AccountId,
    (user, link): (UserId, MadeLink),
    done_so_far: &str,
) -> Result<Response, Failed> {
    let look = move |account: &Account, _| {
        let user = account.user(user)?;
        let profile = &user.profile;
        Some((
            profile.name.reveal().to_string(),
            profile.email.reveal().to_string(),
        ))
    };
    let app = &by.operator.app;
    let found = app.engine().read(account, look).await.map_err(Problem::from)?;
    let (name, email) = found.ok_or_else(|| Failed::not_found("user"))?;
    let Some(url) = link.url else {
        let sent = format!("The invitation of {} is on its way by mail.", named(name));
        return Ok(done(
            &path_of(account),
            [done_so_far, sent.as_str()].join(" ").trim(),
        ));
    };
    Ok(page(&InvitedPage {
        frame: by.frame(OperatorPage::Accounts),
        path: path_of(account),
        done: Said(done_so_far.to_owned()),
        name,
        email,
        url,
        is_here_alone: app.is_known_here_alone(),
        expires_at: Moment(app.wall_times(account).await.shown(link.expires_at)),
    }))
}

/// Invites the owner whom the form names: a new one, or one of the account who has no password yet.
pub(super) async fn invite(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<AccountsManage>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    let caller = by.operator.in_account(account);
    if let Ok(user) = form.value("user").parse::<UserId>() {
        let look = move |account: &Account, _| account.user(user).is_some_and(is_owner);
        let found = by.operator.app.engine().read(account, look).await;
        match found {
            Ok(true) => {}
            Ok(false) | Err(Failure::NoAccount) => return Err(Failed::not_found("active owner")),
            Err(failure) => return Err(Problem::from(failure).into()),
        }
        return match invitation(&caller, user).await {
            Ok(link) => handed_over(&by, account, (user, link), "").await,
            Err(problem) => {
                form.wrong("", problem.detail());
                Ok(page_again(&account_page(&by, account, form).await?))
            }
        };
    }
    let owner = read(&mut form);
    if owner.is_none() && form.is_right() {
        form.wrong("owner_name", "Type the name and the e-mail address of the owner.");
    }
    let Some((name, email)) = owner else {
        return Ok(page_again(&account_page(&by, account, form).await?));
    };
    match add(&caller, name, email).await? {
        Ok(made) => handed_over(&by, account, made, "").await,
        Err(why) => {
            form.wrong("owner_email", why);
            Ok(page_again(&account_page(&by, account, form).await?))
        }
    }
}
