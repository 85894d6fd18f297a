//! Why things end, and by whom.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::personal::Personal;
use crate::text::{Name, Note};

/// Who ended another user's sign-in or session, as the device is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The actor in the journal's form: an id, or `operator`, `customer`, `system`.
    pub actor: String,
    /// The person's name, where it is a person.
    pub name: Option<Personal<Name>>,
    /// Their note.
    pub note: Option<Personal<Note>>,
}

/// Why a sign-in, a session or a ticket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// The user signed out, ended the session, or left the queue.
    SignedOut,
    /// The session was ended by its user or its customer.
    Finished,
    /// Evicted by another person (S10).
    Evicted,
    /// The same user signed in on another device (S4).
    Takeover,
    /// No heartbeat (S11).
    LeaseExpired,
    /// Idle for longer than the pool allows (A2).
    Inactive,
    /// Idle while somebody waited (Q4).
    Reclaimed,
    /// The user's license was taken away or changed (L5).
    LicenseChanged,
    /// The user was deactivated or deleted (L5).
    UserInactive,
    /// The user got a new password: anybody who signed in with the old one is out.
    PasswordChanged,
    /// The pool was deleted, or the account closed.
    Closed,
    /// No minutes were left (Q3).
    MinutesExhausted,
    /// The session was ended by another person (S9).
    EndedByOther,
    /// Nobody joined before the code expired.
    Expired,
    /// The sign-in that it ran on ended.
    SignInEnded,
    /// The offered seat was not taken in time.
    OfferExpired,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 16] = [
        Self::SignedOut,
        Self::Finished,
        Self::Evicted,
        Self::Takeover,
        Self::LeaseExpired,
        Self::Inactive,
        Self::Reclaimed,
        Self::LicenseChanged,
        Self::UserInactive,
        Self::Closed,
        Self::MinutesExhausted,
        Self::EndedByOther,
        Self::Expired,
        Self::SignInEnded,
        Self::OfferExpired,
        Self::PasswordChanged,
    ];

    /// The reason's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::Finished => "finished",
            Self::Evicted => "evicted",
            Self::Takeover => "takeover",
            Self::LeaseExpired => "lease-expired",
            Self::Inactive => "inactive",
            Self::Reclaimed => "reclaimed",
            Self::LicenseChanged => "license-changed",
            Self::UserInactive => "user-inactive",
            Self::PasswordChanged => "password-changed",
            Self::Closed => "closed",
            Self::MinutesExhausted => "minutes-exhausted",
            Self::EndedByOther => "ended-by-other",
            Self::Expired => "expired",
            Self::SignInEnded => "sign-in-ended",
            Self::OfferExpired => "offer-expired",
        }
    }
}
