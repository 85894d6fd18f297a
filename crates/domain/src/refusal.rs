//! Every "no", with a stable code, the numbers behind it, and what can be done (Q1).

use serde::{Deserialize, Serialize};

use crate::id::{GroupId, PoolId, SignInId, UserId};
use crate::presence::Device;
use crate::text::{Name, Product, counted};
use crate::time::Secs;
use crate::wall::WallTime;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// The stable code of a refusal or problem. A code never changes its meaning and is never used again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as it stands in answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The pool is full.
    NoSeatAvailable "no-seat-available";
    /// The user's own limit of seats is reached.
    UserSeatLimit "user-seat-limit";
    /// The user is signed in on as many devices as the pool allows.
    SignedInElsewhere "signed-in-elsewhere";
    /// The seat has as many active sessions as the pool allows.
    SeatInCall "seat-in-call";
    /// The user has no license for the product.
    NoLicense "no-license";
    /// The user is switched off.
    UserInactive "user-inactive";
    /// The user was logged out a short while ago.
    CoolingDown "cooling-down";
    /// No minutes are left.
    MinutesExhausted "minutes-exhausted";
    /// The plan has named seats only.
    PlanExcludesSharedSeats "plan-excludes-shared-seats";
    /// Fewer seats are left than asked for.
    NotEnoughSeats "not-enough-seats";
    /// The subscription cannot go below what is assigned or distributed.
    SeatsInUse "seats-in-use";
    /// The pool has users.
    PoolNotEmpty "pool-not-empty";
    /// The default pool cannot be deleted.
    DefaultPool "default-pool";
    /// The rule cannot change while seats of the pool are taken or waited for.
    PoolInUse "pool-in-use";
    /// The account's last owner cannot be removed.
    LastOwner "last-owner";
    /// A group's mapping names the pool or team.
    InAMapping "in-a-mapping";
    /// Single sign-on can be required only while an active owner is named as its break-glass owner.
    BreakGlassNeeded "break-glass-needed";
    /// It is no longer what was seen when it was chosen.
    ChangedMeanwhile "changed-meanwhile";
    /// Another thing has this name or address.
    AlreadyExists "already-exists";
    /// The sign-in is over.
    SignInEnded "sign-in-ended";
    /// The place in the queue is gone.
    TicketEnded "ticket-ended";
    /// Only who started a session may do that.
    NotYourSession "not-your-session";
    /// Another customer came in through the code.
    AlreadyJoined "already-joined";
    /// An `Idempotency-Key` stands for another request.
    IdempotencyKeyReused "idempotency-key-reused";
    /// The thing is not in a state in which that can be done.
    WrongState "wrong-state";
    /// A permission to control needs the one to view.
    ControlNeedsView "control-needs-view";
    /// The request is malformed.
    Invalid "invalid";
    /// Nobody is known by this credential.
    Unauthenticated "unauthenticated";
    /// The caller may not do that.
    Forbidden "forbidden";
    /// There is no such thing, or none that the caller may see.
    NotFound "not-found";
    /// Too much is asked of this account or server at the moment.
    Overloaded "overloaded";
}

/// What was tried when a refusal was recorded.
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
    /// The word that the records use.
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

/// What the refused person can do next (Q1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Ask again with `wait`.
    Wait,
    /// Have minutes carry the work.
    TakePayPerUse,
    /// Ask somebody who manages seats.
    AskAdmin,
    /// Ask the account's owner.
    AskOwner,
    /// End one of one's own sessions.
    EndOwnSession,
    /// Sign out on the other device, with `takeover`.
    TakeOver,
    /// Come back later.
    Later,
}

impl Action {
    /// What it is to do so, to complete "You can …".
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

/// How full a pool is, with those who hold its seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolFigures {
    /// The pool.
    pub pool: PoolId,
    /// Its name.
    pub name: Name,
    /// Its product.
    pub product: Product,
    /// Seats it has.
    pub seats: u32,
    /// Seats that are held or offered.
    pub occupied: u32,
    /// Of these, seats that are offered.
    pub offered: u32,
    /// How many wait.
    pub waiting: u32,
    /// Minutes left, where the pool falls back on them.
    pub minutes_left: Option<u64>,
    /// Who holds the seats: as far as the caller may view them.
    pub holders: Vec<HolderFigure>,
}

/// One who holds a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderFigure {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: Name,
    /// Where, where the seat is held per device.
    pub device: Option<Name>,
    /// Whether they are in a call.
    pub in_call: bool,
    /// Since when.
    pub since: WallTime,
}

/// A kind of seat that can run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatKind {
    /// Seats of one's own.
    Named,
    /// Seats of pools.
    Shared,
}

impl SeatKind {
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Shared => "shared",
        }
    }
}

/// A command was not carried out, and why. Nothing of it was.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The pool is full and no other way is open.
    #[error(
        "All shared seats are in use. {} has {} of {} seats taken{}.{}",
        .0.name, .0.occupied, .0.seats, waiting(.0.waiting), possible(.1)
    )]
    NoSeatAvailable(Box<PoolFigures>, Vec<Action>),
    /// The user's own limit (S3).
    #[error(
        "You hold {}, and your own limit is {limit}. Freeing another seat will not help: ask your account owner.",
        counted(held, "seat", "seats")
    )]
    UserSeatLimit { held: u32, limit: u32 },
    /// As many devices as the pool allows (S4).
    #[error("You are signed in on {} already. Sign out there, or ask again with `takeover`.", .device.name)]
    SignedInElsewhere {
        sign_in: SignInId,
        device: Box<Device>,
        max_devices: u32,
    },
    /// As many active sessions as the seat allows (S5).
    #[error("This seat is in a call already. End or pause that session first; a seat takes {max} at a time.")]
    SeatInCall { active: u32, max: u32 },
    /// No license (L4).
    #[error("This user has no license for {product}. Ask an admin to assign a seat.")]
    NoLicense { product: Product },
    /// Switched off.
    #[error("This user is inactive. Ask an admin to activate them.")]
    UserInactive,
    /// Logged out a short while ago (S10).
    #[error("You were logged out by another person. You can take a seat again in {}.", counted(.remaining.get(), "second", "seconds"))]
    CoolingDown { remaining: Secs },
    /// No minutes are left (Q3).
    #[error(
        "All shared seats are in use, and no pay-per-use minutes are left. Ask your account owner for minutes."
    )]
    MinutesExhausted(Box<PoolFigures>, Vec<Action>),
    /// Named seats only (L7).
    #[error("The plan {plan} has named seats only. Choose a plan with shared seats, such as `enterprise`.")]
    PlanExcludesSharedSeats { plan: String },
    /// Fewer seats are left than asked for (L1, P3).
    #[error(
        "{asked} more {} {} of {product} {} needed, and {left} of {total} {} left. {}, or buy more.",
        .kind.as_str(), plural(*.asked, "seat", "seats"), plural(*.asked, "is", "are"), plural(*.left, "is", "are"),
        freeing(*.kind)
    )]
    NotEnoughSeats {
        kind: SeatKind,
        product: Product,
        asked: u32,
        left: u32,
        total: u32,
        /// The first who could not be seated, where it is about several at a time (D4).
        user: Option<UserId>,
    },
    /// Below what is assigned or distributed (L8).
    #[error(
        "{in_use} {} {} of {product} {} in use. Free {} of them before lowering to {asked}.",
        .kind.as_str(), plural(*.in_use, "seat", "seats"), plural(*.in_use, "is", "are"),
        .in_use.saturating_sub(*.asked)
    )]
    SeatsInUse {
        kind: SeatKind,
        product: Product,
        asked: u32,
        in_use: u32,
    },
    /// The pool has users (P2).
    #[error(
        "The pool has {}. Move or remove them first, or name a pool to move them to.",
        counted(users, "user", "users")
    )]
    PoolNotEmpty { users: u32 },
    /// The default pool (P2).
    #[error("The default pool of a product cannot be deleted. Lower its seats to 0 instead.")]
    DefaultPool,
    /// A rule that decides who holds a seat cannot change under those who do.
    #[error(
        "`{rule}` cannot change while the pool is in use: {} taken, and {}. Change it when nobody is signed in or waits, or make another pool.",
        counted(occupied, "seat is", "seats are"),
        counted(waiting, "person waits", "people wait")
    )]
    PoolInUse {
        rule: &'static str,
        occupied: u32,
        waiting: u32,
    },
    /// Somebody must own the account.
    #[error("This is the account's last active owner. Make another user an owner first.")]
    LastOwner,
    /// A mapping names it (D5).
    #[error("The members of the group {name} get this {what}. Change the group's mapping first.")]
    InAMapping {
        what: &'static str,
        group: GroupId,
        name: Name,
    },
    /// Nobody could come in if the identity provider failed (D7).
    #[error(
        "Single sign-on needs an active owner who can come in without it. Name one as the break-glass owner, or stop requiring single sign-on."
    )]
    BreakGlassNeeded,
    /// Somebody was faster: what was asked for was chosen on the sight of something else. `now` is a clause.
    #[error("This was changed in the meantime: {now} now. Look at it again, and choose again.")]
    ChangedMeanwhile { field: &'static str, now: String },
    /// The name or address is taken.
    #[error("Another {what} has this {field} already. Choose another.")]
    AlreadyExists { what: &'static str, field: &'static str },
    /// The sign-in is over. The reason is in the records where the account does not know it.
    #[error("This sign-in is over. Sign in again.")]
    SignInEnded { id: SignInId },
    /// The place in the queue is gone.
    #[error("This ticket is over. Ask for a new one.")]
    TicketEnded { id: crate::id::TicketId },
    /// Only its user may do that (S8).
    #[error("Only the user who started this session can do that. Ask them, or end the session if you may.")]
    NotYourSession,
    /// The code has answered its first customer.
    #[error("Another customer has joined with this code already. Ask your agent for a new one.")]
    AlreadyJoined,
    /// The key was drawn for another request.
    #[error("This `Idempotency-Key` stands for another request already. Draw a new key for each request.")]
    IdempotencyKeyReused,
    /// Not in this state.
    #[error("The {what} is {state}. It must be {expected} for that: look at it again, and go on from there.")]
    WrongState {
        what: &'static str,
        state: &'static str,
        expected: &'static str,
    },
    /// Control needs view (R5).
    #[error("`{control}` needs `{view}`. Give both, or neither.")]
    ControlNeedsView {
        control: &'static str,
        view: &'static str,
    },
    /// A value is out of range.
    #[error("`{field}` must be {expected}.")]
    Invalid { field: &'static str, expected: String },
    /// May not.
    #[error("You need {needed} for that. Ask {}.", ask_whom(needed))]
    Forbidden { needed: &'static str },
    /// No such thing, or none that the caller may see.
    #[error(
        "There is no {what} with this id, or none that you may see. Check the id, and which account your credential is for."
    )]
    NotFound { what: &'static str },
}

/// What is open now, as a sentence with the space before it.
fn possible(actions: &[Action]) -> String {
    let words: Vec<_> = actions.iter().map(|action| action.as_words()).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => format!(" You can {only}."),
        Some((last, others)) => format!(" You can {} or {last}.", others.join(", ")),
    }
}

/// Where seats come from that are bought already.
const fn freeing(kind: SeatKind) -> &'static str {
    match kind {
        SeatKind::Named => "Take a named seat from somebody",
        SeatKind::Shared => "Lower another pool",
    }
}

/// Who can give what is needed: only the operator has operator keys.
fn ask_whom(needed: &str) -> &'static str {
    if needed.contains("operator key") {
        "the operator of this server"
    } else {
        "an owner or admin of the account"
    }
}

fn waiting(waiting: u32) -> String {
    match waiting {
        0 => String::new(),
        some => format!(", and {}", counted(some, "person waits", "people wait")),
    }
}

const fn plural<'a>(count: u32, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::NoSeatAvailable(..) => Code::NoSeatAvailable,
            Self::UserSeatLimit { .. } => Code::UserSeatLimit,
            Self::SignedInElsewhere { .. } => Code::SignedInElsewhere,
            Self::SeatInCall { .. } => Code::SeatInCall,
            Self::NoLicense { .. } => Code::NoLicense,
            Self::UserInactive => Code::UserInactive,
            Self::CoolingDown { .. } => Code::CoolingDown,
            Self::MinutesExhausted(..) => Code::MinutesExhausted,
            Self::PlanExcludesSharedSeats { .. } => Code::PlanExcludesSharedSeats,
            Self::NotEnoughSeats { .. } => Code::NotEnoughSeats,
            Self::SeatsInUse { .. } => Code::SeatsInUse,
            Self::PoolNotEmpty { .. } => Code::PoolNotEmpty,
            Self::DefaultPool => Code::DefaultPool,
            Self::PoolInUse { .. } => Code::PoolInUse,
            Self::LastOwner => Code::LastOwner,
            Self::InAMapping { .. } => Code::InAMapping,
            Self::BreakGlassNeeded => Code::BreakGlassNeeded,
            Self::ChangedMeanwhile { .. } => Code::ChangedMeanwhile,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::SignInEnded { .. } => Code::SignInEnded,
            Self::TicketEnded { .. } => Code::TicketEnded,
            Self::NotYourSession => Code::NotYourSession,
            Self::AlreadyJoined => Code::AlreadyJoined,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::WrongState { .. } => Code::WrongState,
            Self::ControlNeedsView { .. } => Code::ControlNeedsView,
            Self::Invalid { .. } => Code::Invalid,
            Self::Forbidden { .. } => Code::Forbidden,
            Self::NotFound { .. } => Code::NotFound,
        }
    }

    /// Whether the refusal is one of a seat, which is recorded (Q1).
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        matches!(
            self,
            Self::NoSeatAvailable(..)
                | Self::UserSeatLimit { .. }
                | Self::SignedInElsewhere { .. }
                | Self::SeatInCall { .. }
                | Self::NoLicense { .. }
                | Self::UserInactive
                | Self::CoolingDown { .. }
                | Self::MinutesExhausted(..)
        )
    }

    /// What can be done, most useful first.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        match self {
            Self::NoSeatAvailable(_, actions) | Self::MinutesExhausted(_, actions) => actions,
            Self::UserSeatLimit { .. } => &[Action::EndOwnSession, Action::AskOwner],
            Self::SignedInElsewhere { .. } => &[Action::TakeOver],
            Self::SeatInCall { .. } => &[Action::EndOwnSession],
            Self::NoLicense { .. } | Self::UserInactive => &[Action::AskAdmin],
            Self::CoolingDown { .. } => &[Action::Later],
            _ => &[],
        }
    }

    /// How full the pool is, where that is the reason.
    #[must_use]
    pub fn figures(&self) -> Option<&PoolFigures> {
        match self {
            Self::NoSeatAvailable(figures, _) | Self::MinutesExhausted(figures, _) => Some(figures),
            _ => None,
        }
    }
}
