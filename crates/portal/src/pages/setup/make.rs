//! Making the first account and its owner.

use usher_api::Problem;
use usher_domain::command::Command;
use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::text::{Email, Name};
use usher_domain::{AccountId, Actor, UserId};
use usher_engine::{Cause, Request};
use usher_identity::draw_bits;

use crate::failed::Failed;
use crate::form::Form;
use crate::portal::Portal;

const CAUSE: Cause = Cause::Static("set-up");

/// What the form asks for.
pub(super) struct Wanted {
    account: Name,
    owner: Name,
    email: Email,
    password: String,
}

impl Wanted {
    /// What the form asks for; none where it is not right, which it then says.
    pub(super) fn of(form: &mut Form) -> Option<Self> {
        let account = form.parse("account");
        let owner = form.parse("name");
        let email = form.parse("email");
        let password = form.new_password("password", "password_again");
        Some(Self {
            account: account?,
            owner: owner?,
            email: email?,
            password: password?,
        })
    }
}

/// Makes both, or nothing.
pub(super) async fn make(portal: &Portal, wanted: Wanted) -> Result<(AccountId, UserId), Failed> {
    let now = portal.api.engine().now();
    let identity = portal.api.identity();
    let hash = identity.hash_password(wanted.password).await?;
    let (account, owner) = (
        AccountId::from_bits(draw_bits(now)?),
        UserId::from_bits(draw_bits(now)?),
    );
    identity.stage_password(account, owner, &hash).await?;
    let create = Command::CreateAccount {
        id: account,
        name: wanted.account,
    };
    give(portal, account, create).await?;
    let profile = Profile {
        name: wanted.owner,
        email: wanted.email,
        role: Role::Owner,
        privileges: std::collections::BTreeSet::new(),
        billing_contact: true,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    let create = Command::CreateUser {
        id: owner,
        profile,
        assign_seat: Some(false),
        product: None,
        password_set: true,
        directory: None,
    };
    if let Err(failed) = give(portal, account, create).await {
        // An account without an owner would close the set-up for good.
        let _ = give(portal, account, Command::DeleteAccount).await;
        return Err(failed);
    }
    Ok((account, owner))
}

/// The link came from the operator's terminal, so what it makes is made in the operator's name.
async fn give(portal: &Portal, account: AccountId, command: Command) -> Result<(), Failed> {
    let request = Request {
        actor: Actor::Operator,
        cause: CAUSE,
        command,
    };
    let given = portal.api.engine().execute(account, request, |_, _, _| ()).await;
    given.map_err(|failure| Problem::from(failure).into())
}
