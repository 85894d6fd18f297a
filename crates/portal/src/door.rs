//! Which requests are open to viewers who first have to change their password or set up a second factor. A handler says
//! so by the type of its extractor; no path is compared.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::portal::Portal;
use crate::viewer::Viewer;

/// The page for changing your own password. Viewers with a temporary password are redirected there.
pub(crate) const PASSWORD: &str = "/me/password";

/// The page for setting up a second factor. Viewers who lack a required one are redirected there.
pub(crate) const SECOND_FACTOR: &str = "/me/second-factor";

/// Which viewers a handler lets through who have something to do first.
pub(crate) trait Door: Send {
    /// Whether viewers with a temporary password get through.
    const LETS_TEMPORARY_PASSWORD: bool = false;
    /// Whether viewers who lack a required second factor get through.
    const LETS_MISSING_SECOND_FACTOR: bool = false;
    /// Whether the request counts as use of the session, which extends it.
    const IS_USE: bool = true;
}

macro_rules! doors {
    ($($(#[doc = $doc:literal])+ $name:ident { $($rule:ident: $value:literal),* })*) => {
        $(
            $(#[doc = $doc])+
            pub(crate) enum $name {}

            impl Door for $name {
                $(const $rule: bool = $value;)*
            }
        )*
    };
}

doors! {
    /// Any page: open to viewers with nothing to do first.
    AnyDoor {}
    /// The page for changing the password.
    PasswordDoor { LETS_TEMPORARY_PASSWORD: true }
    /// The page for setting up the second factor.
    SecondFactorDoor { LETS_MISSING_SECOND_FACTOR: true }
    /// Signing out.
    WayOut { LETS_TEMPORARY_PASSWORD: true, LETS_MISSING_SECOND_FACTOR: true }
    /// Requests that an open page makes by itself.
    ByItself { IS_USE: false }
}

/// The viewer of a request to a handler with door `D`.
pub(crate) struct ViewerAt<D> {
    pub(crate) viewer: Viewer,
    door: PhantomData<D>,
}

impl<D: Door> FromRequestParts<Arc<Portal>> for ViewerAt<D> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Failed> {
        Ok(Self {
            viewer: Viewer::at::<D>(parts, portal).await?,
            door: PhantomData,
        })
    }
}

/// A form posted to a handler with door `D`.
pub(crate) struct PostedAt<D> {
    pub(crate) viewer: Viewer,
    pub(crate) form: Form,
    door: PhantomData<D>,
}

impl<D: Door> FromRequest<Arc<Portal>> for PostedAt<D> {
    type Rejection = Failed;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        let Posted { viewer, form } = Posted::at::<D>(request, portal).await?;
        Ok(Self {
            viewer,
            form,
            door: PhantomData,
        })
    }
}
