//! Which requests a viewer may make who has something to do first, as types: a handler says by its extractor that it
//! takes them, and no path is compared.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::portal::Portal;
use crate::viewer::Viewer;

/// Where a password is changed: where viewers are sent whose password is temporary.
pub(crate) const PASSWORD: &str = "/me/password";

/// Where a second factor is set up: where viewers are sent who lack the one that their account requires.
pub(crate) const SECOND_FACTOR: &str = "/me/second-factor";

/// What a handler takes besides the requests of viewers who have nothing to do first.
pub(crate) trait Door: Send {
    /// Whether it takes viewers whose password is temporary.
    const TAKES_TEMPORARY_PASSWORD: bool = false;
    /// Whether it takes viewers who lack the second factor that their account requires.
    const TAKES_NO_SECOND_FACTOR: bool = false;
    /// Whether somebody does something. What a page asks for by itself does not keep its session from ending.
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
    /// Any page.
    AnyDoor {}
    /// Where the password is changed.
    PasswordDoor { TAKES_TEMPORARY_PASSWORD: true }
    /// Where the second factor is set up.
    SecondFactorDoor { TAKES_NO_SECOND_FACTOR: true }
    /// The way out.
    WayOut { TAKES_TEMPORARY_PASSWORD: true, TAKES_NO_SECOND_FACTOR: true }
    /// What a page asks for by itself, as long as it is open.
    ByItself { IS_USE: false }
}

/// A viewer at a door of this kind.
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

/// A form that is posted at a door of this kind.
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
