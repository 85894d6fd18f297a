//! One-time links for a user, made by an admin and shown once.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{LinkBy, LinkDelivery, MadeLink, PendingState, Problem};
use usher_domain::link::LinkPurpose;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, Refusal, Timestamp, UserId};
use usher_identity::AuthorCredential;

use super::edit::{UserPath, again, guard, path_of, user_id};
use crate::answer::{Frame, done, page};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::shown::Moment;
use crate::viewer::Viewer;

/// A link that was just made. It is shown only here.
#[derive(Template)]
#[template(path = "users/link.html")]
pub(super) struct LinkPage {
    frame: Frame,
    /// The user's page.
    path: String,
    name: String,
    email: String,
    is_invitation: bool,
    /// What else was done, as a sentence; may be empty.
    done: crate::said::Said<String>,
    url: String,
    is_here_alone: bool,
    expires_at: Moment,
}

/// The state of what a user signs in with.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignInState {
    pub(super) has_password: bool,
    pub(super) invitation: Option<LinkState>,
    pub(super) reset: Option<LinkState>,
    /// Whether the account requires single sign-on of the user.
    pub(super) by_provider_only: bool,
    /// Whether links are sent by mail.
    pub(super) has_mail: bool,
}

/// A link that was made and not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LinkState {
    pub(super) expires_at: Moment,
    pub(super) state: PendingState,
}

impl SignInState {
    pub(super) async fn of(viewer: &Viewer, id: UserId) -> Result<Self, Failed> {
        let app = &viewer.portal.app;
        let owner = (viewer.account, id);
        let links = LinkPurpose::ALL.map(|purpose| app.pending_link(owner, purpose));
        let look = move |account: &Account, _: &Actor, now: Timestamp| {
            let states = links.map(|link| {
                let link = link?;
                Some(LinkState {
                    expires_at: Moment(account.shown(link.expires_at())),
                    state: link.state(account, now),
                })
            });
            Ok((account.needs_single_sign_on(id), states))
        };
        let (_, (by_provider_only, [invitation, reset])) = viewer.look(None, look).await?;
        Ok(Self {
            has_password: app.identity().has_password(viewer.account, id).await?,
            invitation,
            // Of one that ended there is nothing to tell: the password works as before.
            reset: reset.filter(|link| link.state == PendingState::Works),
            by_provider_only,
            has_mail: app.mail_setup().is_some(),
        })
    }
}

pub(super) async fn invite(path: UserPath, posted: Posted) -> Result<Response, Failed> {
    make(path, posted, LinkPurpose::Invitation).await
}

pub(super) async fn make_password_reset_link(path: UserPath, posted: Posted) -> Result<Response, Failed> {
    make(path, posted, LinkPurpose::Reset).await
}

pub(super) async fn revoke_invitation(path: UserPath, posted: Posted) -> Result<Response, Failed> {
    revoke(path, posted, LinkPurpose::Invitation).await
}

pub(super) async fn revoke_password_reset_link(path: UserPath, posted: Posted) -> Result<Response, Failed> {
    revoke(path, posted, LinkPurpose::Reset).await
}

async fn make(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
    purpose: LinkPurpose,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    let delivery = delivery(&form);
    match make_link(&viewer, id, purpose, delivery).await {
        Ok(link) => handed_over(&viewer, id, purpose, link, String::new()).await,
        Err(problem) if problem.kind().status.is_client_error() => {
            form.wrong("", problem.detail());
            again(&viewer, id, None, form).await
        }
        Err(problem) => Err(problem.into()),
    }
}

/// By mail, unless the form asks for a link to copy.
fn delivery(form: &Form) -> LinkDelivery {
    match form.value("delivery") {
        "shown" => LinkDelivery::Shown,
        _ => LinkDelivery::Mail,
    }
}

/// Makes a link in the viewer's name.
pub(crate) async fn make_link(
    viewer: &Viewer,
    id: UserId,
    purpose: LinkPurpose,
    delivery: LinkDelivery,
) -> Result<MadeLink, Problem> {
    let (app, owner) = (&viewer.portal.app, (viewer.account, id));
    let by = LinkBy {
        actor: &viewer.actor,
        cause: &viewer.cause,
        credential: Some(AuthorCredential::PortalSession(viewer.session.id)),
    };
    app.make_link(owner, purpose, delivery, by).await
}

/// The page that shows a link, or a message that it was sent. `done` is what else was done.
pub(super) async fn handed_over(
    viewer: &Viewer,
    id: UserId,
    purpose: LinkPurpose,
    link: MadeLink,
    done: String,
) -> Result<Response, Failed> {
    let Some(url) = link.url.clone() else {
        let sent = match purpose {
            LinkPurpose::Invitation => "The invitation is on its way to them by mail.",
            LinkPurpose::Reset => "The link is on its way to them by mail.",
        };
        let message = [done.as_str(), sent].join(" ");
        return Ok(crate::answer::done(&path_of(viewer, id), message.trim()));
    };
    Ok(page(&link_page(viewer, id, purpose, (url, link), done).await?))
}

async fn revoke(
    Path((_, user)): UserPath,
    Posted { viewer, mut form }: Posted,
    purpose: LinkPurpose,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::UsersManage).await?;
    let app = &viewer.portal.app;
    let revoked = app.revoke_link(viewer.account, id, purpose, &viewer.actor, &viewer.cause);
    match revoked.await {
        Ok(true) => Ok(done(
            &path_of(&viewer, id),
            "The link is revoked: it opens nothing any more.",
        )),
        Ok(false) => {
            form.wrong("", "There is no link to revoke: it was used, or has ended.");
            again(&viewer, id, None, form).await
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn link_page(
    viewer: &Viewer,
    id: UserId,
    purpose: LinkPurpose,
    (url, link): (String, MadeLink),
    done: String,
) -> Result<LinkPage, Failed> {
    let look = move |account: &Account, _: &Actor, _| {
        let user = account.user(id).ok_or(Refusal::NotFound { what: "user" })?;
        let profile = &user.profile;
        Ok((
            profile.name.reveal().to_string(),
            profile.email.reveal().to_string(),
        ))
    };
    let (frame, (name, email)) = viewer.look(Some(NavPage::Users), look).await?;
    Ok(LinkPage {
        frame,
        path: path_of(viewer, id),
        name,
        email,
        is_invitation: purpose == LinkPurpose::Invitation,
        done: crate::said::Said(done),
        url,
        is_here_alone: viewer.portal.app.is_known_here_alone(),
        expires_at: Moment(viewer.wall_times().await.shown(link.expires_at)),
    })
}

/// The page of a user who was added, but could not be invited.
pub(super) async fn not_invited(viewer: &Viewer, id: UserId, problem: &Problem) -> Result<Response, Failed> {
    let mut form = Form::default();
    form.wrong(
        "",
        format!(
            "The user is added, but there is no invitation yet. {}",
            problem.detail()
        ),
    );
    again(viewer, id, None, form).await
}
