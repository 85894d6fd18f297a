//! The paths below an account, for the OpenAPI document; handlers extract the parts they need.

use serde::Deserialize;
use usher_domain::{
    AccountId, ApiKeyId, GroupId, PoolId, SessionId, SignInId, SubscriptionRequestId, TeamId, TicketId,
    UserId,
};
use utoipa::IntoParams;

use super::schema;

macro_rules! paths {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $text:literal])+ $field:ident: $type:ty as $schema:ty),* })*) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Path)]
        pub(crate) struct $name {
            /// The account. Callers of another account find nothing here.
            #[param(value_type = schema::AccountId)]
            #[expect(dead_code, reason = "the `Caller` has checked it")]
            pub(crate) account: AccountId,
            $(
                $(#[doc = $text])+
                #[param(value_type = $schema)]
                pub(crate) $field: $type,
            )*
        }
    )*};
}

paths! {
    /// An account.
    AccountPath {}
    /// A user.
    UserPath {
        /// The user.
        user: UserId as schema::UserId
    }
    /// An e-mail domain of users who sign in with the account's provider.
    DomainPath {
        /// The domain.
        domain: String as String
    }
    /// A user's license.
    LicensePath {
        /// The user.
        user: UserId as schema::UserId,
        /// The product.
        product: usher_domain::text::Product as schema::Product
    }
    /// A pool.
    PoolPath {
        /// The pool.
        pool: PoolId as schema::PoolId
    }
    /// A team.
    TeamPath {
        /// The team.
        team: TeamId as schema::TeamId
    }
    /// A group.
    GroupPath {
        /// The group.
        group: GroupId as schema::GroupId
    }
    /// A sign-in.
    SignInPath {
        /// The sign-in.
        sign_in: SignInId as schema::SignInId
    }
    /// A session.
    SessionPath {
        /// The session.
        session: SessionId as schema::SessionId
    }
    /// A ticket.
    TicketPath {
        /// The ticket.
        ticket: TicketId as schema::TicketId
    }
    /// A request for a purchase.
    SubscriptionRequestPath {
        /// The request.
        subscription_request: SubscriptionRequestId as schema::SubscriptionRequestId
    }
    /// An API key.
    ApiKeyPath {
        /// The key.
        api_key: ApiKeyId as schema::ApiKeyId
    }
}
