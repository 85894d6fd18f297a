//! How a caller was authenticated, and whether that still holds: requests check once, streams repeatedly.

use std::collections::BTreeSet;

use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, AccountId, Actor, Refusal, Timestamp};
use usher_engine::Failure;
use usher_identity::{
    Caller as TokenHolder, Credential, Identified, OperatorGrant, OperatorScope, PassFor, Shown,
};

use super::follow::may_follow;
use crate::app::App;
use crate::problem::Problem;

/// How a caller was authenticated.
#[derive(Clone)]
pub enum Admission {
    /// A credential.
    Credential {
        /// The credential.
        shown: Shown,
        /// The scope that an operator key needs.
        needed: OperatorScope,
        /// The stream of the caller's stream ticket, if they used one.
        ticket_for: Option<PassFor>,
    },
    /// The token of a customer who joined: it cannot be revoked, and ends with its session.
    Customer {
        /// The token, or the stream ticket.
        proof: String,
        /// What it has to be for.
        purpose: PassFor,
        /// When it was checked: it must have been valid then.
        shown_at: Timestamp,
    },
}

impl Admission {
    /// The caller as authenticated now; a problem if nobody is, or if that cannot be checked at the moment.
    pub(super) async fn admitted(&self, app: &App, account: AccountId) -> Result<Actor, Problem> {
        match self {
            Self::Credential {
                shown,
                needed,
                ticket_for,
            } => {
                let known = app
                    .identity()
                    .identify_again(shown, account, app.engine().now())
                    .map_err(|_| Problem::unauthenticated(true))?;
                let actor = admit(app, account, known, *needed).await?;
                if let Some(purpose) = *ticket_for {
                    let holder = actor.clone();
                    let may = move |account: &Account, _| {
                        match may_follow(account, &holder, purpose) {
                            // The stream itself reports how it ended.
                            Err(Refusal::State(
                                StateRefusal::SignInEnded { .. } | StateRefusal::TicketEnded { .. },
                            )) => Ok(()),
                            answer => answer,
                        }
                    };
                    app.engine().read(account, may).await??;
                }
                Ok(actor)
            }
            Self::Customer {
                proof,
                purpose,
                shown_at,
            } => match (
                app.identity().is_pass(proof, account, *purpose, *shown_at),
                *purpose,
            ) {
                (true, PassFor::Customer(id) | PassFor::CustomerStream(id)) => Ok(Actor::Customer(id)),
                _ => Err(Problem::unauthenticated(true)),
            },
        }
    }
}

/// Admits the holder of a credential to an account if they have any rights there.
pub(super) async fn admit(
    app: &App,
    account: AccountId,
    known: Identified,
    needed: OperatorScope,
) -> Result<Actor, Problem> {
    if known.caller.is_foreign_to(account) {
        return Err(Problem::not_found("account"));
    }
    match &known.credential {
        Credential::OperatorKey { scopes, .. } => need_scope(scopes, needed)?,
        Credential::OperatorGrant { account, user } => {
            need_scope(&OperatorGrant::scopes(), needed)?;
            if app.check_grant(*account, *user).await?.is_err() {
                return Err(Problem::unauthenticated(true));
            }
        }
        Credential::Itself | Credential::UserToken(_) => {}
    }
    if let TokenHolder::User { user, .. } = known.caller {
        match app.lacks_second_factor(account, user).await {
            Ok(false) | Err(Failure::NoAccount) => {}
            Ok(true) => return Err(Problem::second_factor_set_up_needed()),
            Err(failure) => return Err(failure.into()),
        }
    }
    let actor = known.caller.into_actor();
    if matches!(actor, Actor::ApiKey { .. }) {
        need_power(app, account, &actor).await?;
    }
    Ok(actor)
}

/// Whether an operator key with these scopes has the needed one. Any scope implies `accounts.read`.
#[must_use]
pub fn has_scope(scopes: &BTreeSet<OperatorScope>, needed: OperatorScope) -> bool {
    match needed {
        OperatorScope::AccountsRead => !scopes.is_empty(),
        needed => scopes.contains(&needed) || scopes.contains(&OperatorScope::Everything),
    }
}

/// Refuses an operator key without the scope.
pub(super) fn need_scope(scopes: &BTreeSet<OperatorScope>, needed: OperatorScope) -> Result<(), Problem> {
    if has_scope(scopes, needed) {
        return Ok(());
    }
    Err(Problem::forbidden(match needed {
        OperatorScope::AccountsRead => "the scope `accounts.read` of an operator key",
        OperatorScope::AccountsManage => "the scope `accounts.manage` of an operator key",
        OperatorScope::BillingManage => "the scope `billing.manage` of an operator key",
        OperatorScope::Everything => "the scope `everything` of an operator key",
    }))
}

/// Refuses an API key whose creator has lost all rights that the key has. Every command and read checks the key's
/// rights again: this explains why there are none.
async fn need_power(app: &App, account: AccountId, key: &Actor) -> Result<(), Problem> {
    let key = key.clone();
    let is_powerless = move |account: &Account, _| account.is_powerless_key(&key);
    match app.engine().read(account, is_powerless).await {
        Ok(false) | Err(Failure::NoAccount) => Ok(()),
        Ok(true) => Err(
            Problem::forbidden("an API key whose creator still has its rights").detailed(
                "This API key may do nothing, because the user who made it is gone, deactivated or has lost the \
                 rights. Ask an owner or admin of the account to rotate the key, which makes them its maker.",
            ),
        ),
        Err(failure) => Err(failure.into()),
    }
}
