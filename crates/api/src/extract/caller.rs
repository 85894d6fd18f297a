//! The caller of a request. The type of the extractor says what the operation needs, and the route where the account is
//! named.

use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;
use usher_app::{AccountsManage, Admitted, Caller, Followed, Operator, Scope, bearer_of};
use usher_domain::{AccountId, SignInId, TicketId};
use usher_engine::Channel;

use crate::problem::Problem;
use crate::server::Server;

/// The parameter of routes that names the account.
const ACCOUNT: &str = "account";

/// The caller's token itself, for calls about it.
pub(crate) struct Bearer(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let token = bearer_of(&parts.headers).ok_or_else(|| Problem::unauthenticated(false))?;
        Ok(Self(token.to_owned()))
    }
}

/// The path's value for a parameter of its route; `None` if that is malformed.
async fn in_path<T: FromStr>(parts: &mut Parts, name: &str) -> Option<T> {
    let params = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    let (_, value) = params.iter().find(|(param, _)| *param == name)?;
    value.parse().ok()
}

/// The account that the request is about; `None` if its path names none.
pub(crate) async fn account_in_path(parts: &mut Parts) -> Option<AccountId> {
    in_path(parts, ACCOUNT).await
}

impl<S: Scope> FromRequestParts<Server> for Caller<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let account = account_in_path(parts).await;
        Ok(Self::of(server, parts, Channel::Api, account).await?)
    }
}

impl<S: Scope> FromRequestParts<Server> for Operator<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        Ok(Self::of(server, parts)?)
    }
}

/// What a route names that streams are about.
pub(crate) trait InPath: FromStr {
    /// The parameter of the route.
    const NAME: &'static str;
}

impl InPath for SignInId {
    const NAME: &'static str = "sign_in";
}

impl InPath for TicketId {
    const NAME: &'static str = "ticket";
}

/// Who follows the `T` that the path names: by a credential, or by a stream ticket in the address, for browsers.
pub(crate) struct Follower<T> {
    /// The caller.
    pub(crate) caller: Admitted,
    subject: PhantomData<T>,
}

impl<T: Followed + InPath + Send> FromRequestParts<Server> for Follower<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let account = account_in_path(parts).await;
        let ticket = stream_ticket(parts);
        let subject = in_path::<T>(parts, T::NAME).await;
        let caller = if let (Some(account), Some(subject), Some(ticket)) = (account, subject, ticket) {
            Admitted::by_stream_ticket(server, parts, account, subject, &ticket).await?
        } else {
            // Following keeps the subject alive.
            let caller = Caller::<AccountsManage>::of(server, parts, Channel::Api, account);
            caller.await?.into_admitted()
        };
        Ok(Self {
            caller,
            subject: PhantomData,
        })
    }
}

/// The stream ticket of a request without a header.
fn stream_ticket(parts: &Parts) -> Option<String> {
    if parts.method != Method::GET || bearer_of(&parts.headers).is_some() {
        return None;
    }
    let mut pairs = form_urlencoded::parse(parts.uri.query()?.as_bytes());
    let (_, ticket) = pairs.find(|(name, _)| name == "ticket")?;
    Some(ticket.into_owned())
}
