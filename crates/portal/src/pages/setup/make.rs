//! Creates the first account and its owner.

use usher_app::{Arrival, Problem};
use usher_domain::command::{AccountCommand, Command, UserCommand};
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::text::{Email, Name};
use usher_domain::{AccountId, Actor, UserId};
use usher_engine::{Channel, Request};
use usher_identity::{PasswordHash, PasswordLife, draw_bits, known_about};

use crate::failed::Failed;
use crate::form::Form;
use crate::from::From;
use crate::new_password;
use crate::portal::Portal;

/// The values of the form.
pub(super) struct Wanted {
    account: Name,
    owner: Name,
    email: Email,
    password: PasswordHash,
}

impl Wanted {
    /// The values of the form; `None` if there are errors, which are added to the form.
    pub(super) async fn of(portal: &Portal, from: &From, form: &mut Form) -> Result<Option<Self>, Failed> {
        let account = form.parse::<Name>("account");
        let owner = form.parse::<Name>("name");
        let email = form.parse::<Email>("email");
        let password = form.new_password("password", "password_again");
        let (Some(account), Some(owner), Some(email), Some(password)) = (account, owner, email, password)
        else {
            return Ok(None);
        };
        let about = known_about(&account, &owner, &email);
        let hashed = new_password::hash_of_first_owner(portal, from, form, password, about);
        let password = hashed.await?;
        Ok(password.map(|password| Self {
            account,
            owner,
            email,
            password,
        }))
    }
}

/// Creates both, or nothing.
pub(super) async fn make(
    portal: &Portal,
    arrival: &Arrival,
    wanted: Wanted,
) -> Result<(AccountId, UserId), Failed> {
    let now = portal.app.engine().now();
    let identity = portal.app.identity();
    let (account, owner) = (
        AccountId::from_bits(draw_bits(now)?),
        UserId::from_bits(draw_bits(now)?),
    );
    identity
        .stage_password(account, owner, &wanted.password, PasswordLife::Lasting)
        .await?;
    let create = Command::Account(AccountCommand::Create {
        id: account,
        name: wanted.account,
        labels: Labels::default(),
    });
    give(portal, arrival, account, create).await?;
    let profile = Profile {
        name: wanted.owner.into(),
        email: wanted.email.into(),
        role: Role::Owner,
        privileges: std::collections::BTreeSet::new(),
        billing_contact: true,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    let create = Command::User(UserCommand::Create {
        id: owner,
        profile,
        assign_seat: Some(false),
        product: None,
        licenses: std::collections::BTreeMap::new(),
        password_set: true,
        active: true,
        directory: None,
        labels: Labels::default(),
    });
    if let Err(failed) = give(portal, arrival, account, create).await {
        // An account without an owner would close the setup for good.
        let _ = give(portal, arrival, account, Command::Account(AccountCommand::Delete)).await;
        return Err(failed);
    }
    Ok((account, owner))
}

/// The link came from the operator's terminal, so the commands are executed in the operator's name.
async fn give(
    portal: &Portal,
    arrival: &Arrival,
    account: AccountId,
    command: Command,
) -> Result<(), Failed> {
    let request = Request {
        actor: Actor::Operator,
        cause: arrival.cause(Channel::SetUp, None),
        command,
    };
    let given = portal.app.engine().execute(account, request, |_, (), _| ()).await;
    given.map_err(|failure| Problem::from(failure).into())
}
