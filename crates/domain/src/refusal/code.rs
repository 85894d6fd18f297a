//! The stable codes of refusals and problems.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// The stable code of a refusal or problem. A code never changes its meaning and is never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code in answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

impl Code {
    /// Whether the refusal is about a full pool, so that the pool's figures say why (Q1).
    #[must_use]
    pub const fn is_of_full_pool(self) -> bool {
        matches!(self, Self::NoSeatAvailable | Self::MinutesExhausted)
    }
}

codes! {
    /// The pool is full.
    NoSeatAvailable "no-seat-available";
    /// The user's own seat limit is reached.
    UserSeatLimit "user-seat-limit";
    /// The user is signed in on as many devices as the pool allows.
    SignedInElsewhere "signed-in-elsewhere";
    /// The seat has as many active sessions as the pool allows.
    SeatInCall "seat-in-call";
    /// The user has no license for the product.
    NoLicense "no-license";
    /// The user's license has ended, and is kept for work that has begun.
    LicenseEnded "license-ended";
    /// The user is deactivated.
    UserInactive "user-inactive";
    /// The subscription has ended.
    SubscriptionEnded "subscription-ended";
    /// The user was evicted a short while ago.
    CoolingDown "cooling-down";
    /// No minutes are left.
    MinutesExhausted "minutes-exhausted";
    /// The plan has named seats only.
    PlanExcludesSharedSeats "plan-excludes-shared-seats";
    /// There are fewer seats left than requested.
    NotEnoughSeats "not-enough-seats";
    /// More seats are given out than are bought, since seats ended.
    OverSubscription "over-subscription";
    /// The subscription cannot go below what is assigned or distributed.
    SeatsInUse "seats-in-use";
    /// More or fewer seats or minutes than the account may set by itself, or another plan.
    OutsideBounds "outside-bounds";
    /// Only the operator changes the account's subscription.
    SubscriptionClosed "subscription-closed";
    /// The pool has users.
    PoolNotEmpty "pool-not-empty";
    /// The default pool cannot be deleted.
    DefaultPool "default-pool";
    /// The rule cannot change while seats of the pool are held or waited for.
    PoolInUse "pool-in-use";
    /// The account's last owner cannot be removed.
    LastOwner "last-owner";
    /// A group's mapping names the pool or team.
    GroupMappingInUse "in-a-mapping";
    /// Single sign-on can be required only while an active owner is named as its break-glass owner.
    BreakGlassNeeded "break-glass-needed";
    /// It differs from what the caller saw.
    ChangedMeanwhile "changed-meanwhile";
    /// Another thing has this name or address.
    AlreadyExists "already-exists";
    /// The sign-in has ended.
    SignInEnded "sign-in-ended";
    /// The ticket has ended.
    TicketEnded "ticket-ended";
    /// Only the user who started the session may do that.
    NotYourSession "not-your-session";
    /// Another customer has joined with the code.
    AlreadyJoined "already-joined";
    /// The `Idempotency-Key` was used for another request.
    IdempotencyKeyReused "idempotency-key-reused";
    /// The thing is not in a state that allows this.
    WrongState "wrong-state";
    /// A control permission needs the view permission.
    ControlNeedsView "control-needs-view";
    /// The request is malformed.
    Invalid "invalid";
    /// The credential is missing or invalid.
    Unauthenticated "unauthenticated";
    /// The caller may not do that.
    Forbidden "forbidden";
    /// There is no such thing, or none that the caller may see.
    NotFound "not-found";
    /// There are too many requests for this account or server.
    Overloaded "overloaded";
}
