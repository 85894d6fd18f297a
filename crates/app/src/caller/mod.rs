//! Authentication: whom a credential names, whether it is valid in the account of the request, and whether it has the
//! scope that the operation needs.

mod admission;
mod admitted;
mod follow;
mod scope;

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, header};
use usher_domain::personal::Personal;
use usher_domain::{AccountId, Actor, OperatorKeyId};
use usher_engine::{Cause, Channel};
use usher_http::RequestLog;
use usher_identity::{
    Credential, Identified, KeysChangedBy, KeysOrigin, OperatorHolder, OperatorScope, OperatorSession,
};
use usher_journal::Text;

pub use self::admission::{Admission, has_scope};
use self::admission::{admit, need_scope};
pub use self::admitted::Admitted;
pub use self::follow::{Followed, may_follow};
pub use self::scope::{AccountsManage, AccountsRead, BillingManage, Everything, Scope};
use crate::app::App;
use crate::arrival::Arrival;
use crate::problem::Problem;

/// A caller of an operation that needs the scope `S` of an operator key.
pub struct Caller<S> {
    admitted: Admitted,
    needs: PhantomData<S>,
}

impl<S> Deref for Caller<S> {
    type Target = Admitted;

    fn deref(&self) -> &Admitted {
        &self.admitted
    }
}

impl<S: Scope> Caller<S> {
    /// The sender of a request about `account`, from the credential in its `Authorization` header. A problem if there
    /// is none, or it is not valid there; `account` is `None` if the request does not name a well-formed account id.
    pub async fn of(
        app: &Arc<App>,
        parts: &Parts,
        channel: Channel,
        account: Option<AccountId>,
    ) -> Result<Self, Problem> {
        let known = Known::of(app, parts, channel, account)?;
        let account = account.ok_or_else(|| Problem::not_found("account"))?;
        let admission = Admission::Credential {
            shown: known.identified.shown,
            needed: S::NEEDED,
            ticket_for: None,
        };
        Ok(Self {
            admitted: Admitted {
                app: Arc::clone(app),
                account,
                actor: admit(app, account, known.identified, S::NEEDED).await?,
                cause: known.cause,
                admission,
            },
            needs: PhantomData,
        })
    }

    /// The caller without the required scope.
    #[must_use]
    pub fn into_admitted(self) -> Admitted {
        self.admitted
    }
}

/// An operator with the scope `S`, by an operator key or a grant, for requests that need not name an account.
pub struct Operator<S> {
    /// The use cases.
    pub app: Arc<App>,
    /// The request's origin, for the audit.
    pub cause: Cause,
    holder: OperatorHolder,
    scopes: BTreeSet<OperatorScope>,
    admission: Admission,
    needs: PhantomData<S>,
}

impl<S: Scope> Operator<S> {
    /// The operator who sends a request. A problem if it is no operator, or the key lacks the scope.
    pub fn of(app: &Arc<App>, parts: &Parts) -> Result<Self, Problem> {
        let known = Known::of(app, parts, Channel::Api, None)?;
        let Credential::OperatorKey { id: key, scopes } = known.identified.credential else {
            return Err(Problem::forbidden("an operator key"));
        };
        need_scope(&scopes, S::NEEDED)?;
        Ok(Self {
            app: Arc::clone(app),
            holder: OperatorHolder::Key(key),
            scopes,
            cause: known.cause,
            admission: Admission::Credential {
                shown: known.identified.shown,
                needed: S::NEEDED,
                ticket_for: None,
            },
            needs: PhantomData,
        })
    }

    /// The operator in whose browser this session is; `None` if it was opened by a grant that is no longer valid. A
    /// problem if the session lacks the scope.
    pub async fn of_session(
        app: &Arc<App>,
        session: &OperatorSession,
        arrival: &Arrival,
    ) -> Result<Option<Self>, Problem> {
        if let OperatorHolder::Owner(account, user) = session.holder
            && app.check_grant(account, user).await?.is_err()
        {
            return Ok(None);
        }
        need_scope(&session.scopes, S::NEEDED)?;
        // Of a grant it is the owner's id, so that every act says whose it was.
        let credential = Text::from(session.holder.to_string());
        Ok(Some(Self {
            app: Arc::clone(app),
            cause: arrival.cause(Channel::Portal, Some(credential)),
            holder: session.holder,
            scopes: session.scopes.clone(),
            admission: Admission::Credential {
                shown: session.shown,
                needed: S::NEEDED,
                ticket_for: None,
            },
            needs: PhantomData,
        }))
    }

    /// Whether the operator has a scope, so that a page can show what it may do.
    #[must_use]
    pub fn has(&self, scope: OperatorScope) -> bool {
        has_scope(&self.scopes, scope)
    }

    /// The id of the key; `None` of an owner who is operator.
    #[must_use]
    pub const fn key(&self) -> Option<OperatorKeyId> {
        match self.holder {
            OperatorHolder::Key(key) => Some(key),
            OperatorHolder::Owner(..) => None,
        }
    }

    /// The actor of changes to operator keys, for the audit trail.
    #[must_use]
    pub fn keys_origin(&self) -> KeysOrigin {
        let by = match self.holder {
            OperatorHolder::Key(key) => KeysChangedBy::OperatorKey(key),
            OperatorHolder::Owner(_, user) => KeysChangedBy::Owner(user),
        };
        keys_origin(by, &self.cause)
    }

    /// The operator as the caller of one account.
    #[must_use]
    pub fn in_account(&self, account: AccountId) -> Admitted {
        Admitted {
            app: Arc::clone(&self.app),
            account,
            actor: Actor::Operator,
            cause: self.cause.clone(),
            admission: self.admission.clone(),
        }
    }
}

/// The token after `Bearer `.
#[must_use]
pub fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The sender of a request, with the cause of its changes.
struct Known {
    identified: Identified,
    cause: Cause,
}

impl Known {
    fn of(app: &App, parts: &Parts, channel: Channel, account: Option<AccountId>) -> Result<Self, Problem> {
        let token = bearer_of(&parts.headers).ok_or_else(|| Problem::unauthenticated(false))?;
        let arrival = Arrival::of(app, &parts.extensions, &parts.headers);
        let identified = app
            .identity()
            .identify(token, account, arrival.address, app.engine().now())
            .map_err(|_| Problem::unauthenticated(true))?;
        match &identified.credential {
            Credential::OperatorKey { id, .. } => RequestLog::note_actor(&parts.extensions, id),
            _ => RequestLog::note_actor(&parts.extensions, identified.caller.clone().into_actor()),
        }
        let credential = match &identified.credential {
            Credential::Itself => None,
            Credential::UserToken(id) => Some(Text::from(format!("token_{id}"))),
            Credential::OperatorKey { id, .. } => Some(Text::from(id.to_string())),
            Credential::OperatorGrant { user, .. } => Some(Text::from(user.to_string())),
        };
        Ok(Self {
            cause: arrival.cause(channel, credential),
            identified,
        })
    }
}

/// The origin of a change of operator keys or grants that came in like this, for their audit trail.
#[must_use]
pub fn keys_origin(by: KeysChangedBy, cause: &Cause) -> KeysOrigin {
    KeysOrigin {
        by,
        address: cause
            .address
            .as_ref()
            .map(|address| Personal::new(*address.reveal())),
        request: cause.request.as_ref().map(ToString::to_string),
    }
}
