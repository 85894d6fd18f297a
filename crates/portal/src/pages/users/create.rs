//! Adding a user with their licenses, all or nothing; an invitation that fails then leaves them added.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use usher_app::problem::SSO_REQUIRED;
use usher_app::{LinkDelivery, Problem};
use usher_domain::command::UserCommand;
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::link::LinkPurpose;
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Account, Actor, Command, Refusal, Timestamp, UserId};
use usher_identity::{PasswordHash, PasswordLife, draw_bits};

pub(crate) use super::edit::path_of;
use super::licenses::{self, Chosen, LicenseField};
use super::link;
use super::person::NewPage;
use super::profile::{self, ProfileFields, Wanted};
use crate::answer::{done, page, page_again};
use crate::asks::Remedy;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::new_password::{self, Hashed};
use crate::said::named;
use crate::viewer::Viewer;

/// The licenses for a new user, by product.
pub(crate) type Licenses = BTreeMap<Product, License>;

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    Ok(page(&new_page(&viewer, Form::default()).await?))
}

pub(super) async fn create(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let profile = profile::read(&mut form);
    let invites = form.value("sign_in_with") == "invitation";
    let sets_password = match form.value("sign_in_with") {
        "password" => true,
        // A form without the choice, for accounts that require single sign-on.
        "" => ["password", "password_again"]
            .iter()
            .any(|name| !form.value(name).is_empty()),
        _ => false,
    };
    let password = if sets_password {
        form.new_password("password", "password_again")
    } else {
        None
    };
    let licenses = Chosen::of(&form).licenses(&mut form);
    let (Some(profile), true) = (profile, form.is_right()) else {
        return again(&viewer, form).await;
    };
    let name = named(profile.name.reveal());
    let id = UserId::from_bits(draw_bits(viewer.portal.app.engine().now())?);
    let create = command(id, profile, licenses.clone(), password.is_some());
    if invites && let Err(problem) = may_invite(&viewer, &create).await {
        form.wrong("", problem.detail());
        return again(&viewer, form).await;
    }
    let mut hash = None;
    if let Some(password) = password {
        match new_password::hash(&viewer, &mut form, create.clone(), password).await? {
            Hashed::Yes(hashed) => hash = Some(hashed),
            Hashed::Wrong => return again(&viewer, form).await,
            Hashed::Refused(refusal) => {
                profile::refused(&mut form, &refusal);
                return again(&viewer, form).await;
            }
        }
    }
    match make(&viewer, id, create, hash).await? {
        Ok(()) => {
            let look = move |account: &Account, _: &Actor, _| Ok(licenses::phrase(account, &licenses));
            let message = match viewer.look(None, look).await?.1.as_str() {
                "" => format!("{name} is added, without a license."),
                licenses => format!("{name} is added, with {licenses}."),
            };
            if !invites {
                return Ok(done(&path_of(&viewer, id), message));
            }
            let purpose = LinkPurpose::Invitation;
            match link::make_link(&viewer, id, purpose, LinkDelivery::Mail).await {
                Ok(made) => link::handed_over(&viewer, id, purpose, made, message).await,
                Err(problem) => link::not_invited(&viewer, id, &problem).await,
            }
        }
        Err(refusal) => {
            profile::refused(&mut form, &refusal);
            again(&viewer, form).await
        }
    }
}

/// Whether the viewer could invite the user whom the command creates: an account that requires single sign-on invites
/// nobody. What else the rules refuse is said when the user is created.
pub(crate) async fn may_invite(viewer: &Viewer, create: &Command) -> Result<(), Problem> {
    let app = &viewer.portal.app;
    match app.may_invite_new(viewer.account, create, &viewer.actor).await {
        Err(problem) if problem.kind().code == SSO_REQUIRED.code => Err(problem),
        _ => Ok(()),
    }
}

/// Creates the user completely, or not at all.
pub(crate) async fn make(
    viewer: &Viewer,
    id: UserId,
    create: Command,
    password: Option<PasswordHash>,
) -> Result<Result<(), Refusal>, Failed> {
    let identity = viewer.portal.app.identity();
    let password_set = password.is_some();
    if let Some(hash) = password {
        // Staged before the user exists, so that no user is ever incomplete.
        let staged = identity.stage_password(viewer.account, id, &hash, PasswordLife::Temporary);
        staged.await?;
    }
    let made = viewer.execute(create, |_, (), _| ()).await?;
    // If the outcome is unknown, the password stays, because the user may exist.
    if password_set && made.is_err() {
        identity.remove_password(viewer.account, id).await?;
    }
    Ok(made)
}

/// The command that creates the user with these licenses, and with no others (L6).
pub(crate) fn command(id: UserId, profile: Profile, licenses: Licenses, password_set: bool) -> Command {
    Command::User(UserCommand::Create {
        id,
        profile,
        assign_seat: licenses.is_empty().then_some(false),
        product: None,
        licenses,
        password_set,
        active: true,
        directory: None,
        labels: Labels::default(),
    })
}

async fn again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    Ok(page_again(&new_page(viewer, form).await?))
}

async fn new_page(viewer: &Viewer, form: Form) -> Result<NewPage, Failed> {
    let wanted = Arc::new((Wanted::of(&form), Chosen::of(&form)));
    let look = move |account: &Account, actor: &Actor, now: Timestamp| {
        let (wanted, chosen) = wanted.as_ref();
        let fields = ProfileFields::of(account, actor, now, None, wanted);
        let licenses = LicenseField::for_new(account, actor, chosen);
        let by_provider_only = account.settings().sign_in.sso_required;
        Ok((fields, licenses, Remedy::seats(account, actor), by_provider_only))
    };
    let (frame, (fields, licenses, seats_remedy, by_provider_only)) =
        viewer.look(Some(NavPage::Users), look).await?;
    Ok(NewPage {
        frame,
        form,
        path: NavPage::Users.path(viewer.account),
        fields,
        licenses,
        seats_remedy,
        by_provider_only,
    })
}
