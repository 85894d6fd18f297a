//! Refused seats, and what a user can do about it (Q1).

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Code;
use crate::id::{PoolId, SignInId, UserId};
use crate::personal::Personal;
use crate::presence::Device;
use crate::text::{Name, Product, counted};
use crate::time::Secs;
use crate::wall::WallTime;

/// No seat: the refusals that are on record (Q1).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeatRefusal {
    /// The pool is full, and there is no other way.
    #[error("{} {}{}", PoolFigures::ALL_IN_USE, .0.sentence(), possible(.1))]
    NoSeatAvailable(Box<PoolFigures>, Vec<Action>),
    /// The user's own limit is reached (S3).
    #[error(
        "You hold {}, and your own limit is {limit}. Freeing another seat will not help: ask your account owner.",
        counted(held, "seat", "seats")
    )]
    UserSeatLimit { held: u32, limit: u32 },
    /// The user is signed in on as many devices as allowed (S4).
    #[error("You are already signed in on {}. Sign out there, or ask again with `takeover`.", .device.name.reveal())]
    SignedInElsewhere {
        sign_in: SignInId,
        device: Box<Device>,
        max_devices: u32,
    },
    /// The seat has as many active sessions as allowed (S5).
    #[error("This seat is already in a call. End or pause that session first; a seat takes {max} at a time.")]
    SeatInCall { active: u32, max: u32 },
    /// The user has no license (L4).
    #[error("This user has no license for {product}. Ask an admin to assign a seat.")]
    NoLicense { product: Product },
    /// The license has ended, and is kept for work that has begun (L13, L15, L16).
    #[error(
        "The license for {product} has ended: it lasts only on the devices that are signed in already. Ask an admin to assign a seat."
    )]
    LicenseEnded { product: Product },
    /// The user is deactivated.
    #[error("This user is inactive. Ask an admin to activate them.")]
    UserInactive,
    /// The subscription has ended, and its days of grace are over (L11).
    #[error("The subscription of this account has ended. Ask an owner of the account to renew it.")]
    SubscriptionEnded,
    /// The user was evicted a short while ago (S10).
    #[error("You were logged out by another person. You can take a seat again in {}.", counted(.remaining.get(), "second", "seconds"))]
    CoolingDown { remaining: Secs },
    /// No minutes are left (Q3).
    #[error(
        "All shared seats are in use, and no pay-per-use minutes are left. Ask your account owner for minutes."
    )]
    MinutesExhausted(Box<PoolFigures>, Vec<Action>),
}

macro_rules! seat_codes {
    ($($refusal:pat => $code:ident;)*) => {
        impl SeatRefusal {
            /// The codes of refused seats: of everything that is recorded as a refusal (Q1).
            pub const CODES: &'static [Code] = &[$(Code::$code,)*];

            pub(super) const fn code(&self) -> Code {
                match self {
                    $($refusal => Code::$code,)*
                }
            }
        }
    };
}

seat_codes! {
    Self::NoSeatAvailable(..) => NoSeatAvailable;
    Self::UserSeatLimit { .. } => UserSeatLimit;
    Self::SignedInElsewhere { .. } => SignedInElsewhere;
    Self::SeatInCall { .. } => SeatInCall;
    Self::NoLicense { .. } => NoLicense;
    Self::LicenseEnded { .. } => LicenseEnded;
    Self::UserInactive => UserInactive;
    Self::SubscriptionEnded => SubscriptionEnded;
    Self::CoolingDown { .. } => CoolingDown;
    Self::MinutesExhausted(..) => MinutesExhausted;
}

impl SeatRefusal {
    /// What can be done, most useful first.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        match self {
            Self::NoSeatAvailable(_, actions) | Self::MinutesExhausted(_, actions) => actions,
            Self::UserSeatLimit { .. } => &[Action::EndOwnSession, Action::AskOwner],
            Self::SignedInElsewhere { .. } => &[Action::TakeOver],
            Self::SeatInCall { .. } => &[Action::EndOwnSession],
            Self::NoLicense { .. } | Self::LicenseEnded { .. } | Self::UserInactive => &[Action::AskAdmin],
            Self::SubscriptionEnded => &[Action::AskOwner],
            Self::CoolingDown { .. } => &[Action::Later],
        }
    }

    pub(super) const fn figures(&self) -> Option<&PoolFigures> {
        match self {
            Self::NoSeatAvailable(figures, _) | Self::MinutesExhausted(figures, _) => Some(figures),
            Self::UserSeatLimit { .. }
            | Self::SignedInElsewhere { .. }
            | Self::SeatInCall { .. }
            | Self::NoLicense { .. }
            | Self::LicenseEnded { .. }
            | Self::UserInactive
            | Self::SubscriptionEnded
            | Self::CoolingDown { .. } => None,
        }
    }
}

/// The kind of a refused attempt, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// To sign in.
    SignIn,
    /// To create a session.
    Session,
    /// To resume a paused session.
    Resume,
    /// To make a standby session active.
    Connect,
    /// To wait in the queue.
    Ticket,
}

impl Attempt {
    /// The name in the records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Session => "session",
            Self::Resume => "resume",
            Self::Connect => "connect",
            Self::Ticket => "ticket",
        }
    }
}

/// A remedy: what the refused user can do next (Q1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Repeat the request with `wait`.
    Wait,
    /// Use prepaid minutes.
    TakePayPerUse,
    /// Ask a user who manages seats.
    AskAdmin,
    /// Ask the account's owner.
    AskOwner,
    /// End one of your own sessions.
    EndOwnSession,
    /// Sign out on the other device, with `takeover`.
    TakeOver,
    /// Try again later.
    Later,
}

impl Action {
    /// The remedy in words, to complete "You can …".
    const fn as_words(self) -> &'static str {
        match self {
            Self::Wait => "wait in the queue",
            Self::TakePayPerUse => "take pay-per-use minutes",
            Self::AskAdmin => "ask an admin for a seat",
            Self::AskOwner => "ask an owner of the account",
            Self::EndOwnSession => "end a session of your own",
            Self::TakeOver => "sign out on the other device",
            Self::Later => "try again later",
        }
    }
}

/// How full a pool is, with the holders of its seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolFigures {
    /// The pool.
    pub pool: PoolId,
    /// Its name.
    pub name: Name,
    /// Its product.
    pub product: Product,
    /// The number of seats.
    pub seats: u32,
    /// Seats that are held or offered.
    pub occupied: u32,
    /// Of these, seats that are offered.
    pub offered: u32,
    /// The length of the queue.
    pub waiting: u32,
    /// Minutes left, if the pool uses them.
    pub minutes_left: Option<u64>,
    /// The holders of its seats, as far as the caller may see them.
    pub holders: Vec<HolderFigure>,
}

impl PoolFigures {
    /// What a user reads who finds a pool full (Q1). The numbers follow it ([`Self::sentence`]).
    pub const ALL_IN_USE: &str =
        "All shared seats are in use. To start a session, please wait for an available seat.";

    /// The numbers as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "{} has {} of {} seats taken{}.",
            self.name,
            self.occupied,
            self.seats,
            waiting(self.waiting)
        )
    }
}

/// A holder of a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderFigure {
    /// The user.
    pub user: UserId,
    /// The user's name.
    pub name: Personal<Name>,
    /// The device's name, if the seat is held per device.
    pub device: Option<Personal<Name>>,
    /// Whether the user is in a call.
    pub in_call: bool,
    /// Since when the seat is held.
    pub since: WallTime,
}

/// The remedies that are open now, as a sentence preceded by a space.
fn possible(actions: &[Action]) -> String {
    let words: Vec<_> = actions.iter().map(|action| action.as_words()).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => format!(" You can {only}."),
        Some((last, others)) => format!(" You can {} or {last}.", others.join(", ")),
    }
}

fn waiting(waiting: u32) -> String {
    match waiting {
        0 => String::new(),
        some => format!(", and {}", counted(some, "person waits", "people wait")),
    }
}
