//! Refusals in words for people on pages. The domain's own sentences are for programs too: they name fields of the API,
//! and what else to send.

use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::refusal::{AccessRefusal, CapacityRefusal, Refusal, SeatRefusal, StateRefusal};
use usher_domain::text::counted;

use crate::form::label;
use crate::form::rule_label;

/// Said to users who are no billing contact: not even an owner's role is enough (R1).
pub(crate) const BILLING_CONTACTS_ONLY: &str = "Only billing contacts see and change the subscription. An owner ticks “Billing contact” on a user’s page, also on their own.";

/// A refusal in words for a person on a page.
pub(crate) fn of(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Seat(SeatRefusal::SignedInElsewhere { device, .. }) => format!(
            "You are signed in on {} already. Sign out there first, or do both here with one click: work that goes \
             on there ends.",
            device.name.reveal()
        ),
        Refusal::Seat(SeatRefusal::CoolingDown { remaining }) => format!(
            "An admin signed you out. You can take a seat again in {}.",
            lasting(remaining.get())
        ),
        Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats { plan }) => format!(
            "The plan {plan} has named seats only. For shared seats the account needs another plan: ask the operator \
             of this server."
        ),
        Refusal::Capacity(CapacityRefusal::PoolNotEmpty { users }) => format!(
            "The pool has {}. Move them to another pool or take their licenses away first.",
            counted(users, "user", "users")
        ),
        Refusal::Capacity(CapacityRefusal::PoolInUse {
            rule,
            occupied,
            waiting,
        }) => format!(
            "\u{201c}{}\u{201d} cannot change while the pool is in use: {} taken, and {}. Change it when nobody is \
             signed in, or make a new pool with the other rule.",
            rule_label(rule).unwrap_or(rule),
            counted(occupied, "seat is", "seats are"),
            counted(waiting, "person waits", "people wait")
        ),
        Refusal::State(StateRefusal::AlreadyExists { what, field }) => format!(
            "Another {what} has this {} already. Choose another.",
            label(field).to_lowercase()
        ),
        Refusal::State(StateRefusal::TicketEnded { .. }) => {
            "This place in the queue is gone. Ask for a seat again.".to_owned()
        }
        Refusal::Access(AccessRefusal::ControlNeedsView { control, .. }) => {
            control_needs_view(control).to_owned()
        }
        Refusal::Invalid { field, expected } => format!("{} must be {expected}.", label(field)),
        Refusal::Forbidden { needed } if *needed == Privilege::SubscriptionManage.as_str() => {
            BILLING_CONTACTS_ONLY.to_owned()
        }
        Refusal::Forbidden { needed } => {
            let needed = allowing(needed);
            format!("You need {needed} for that. Ask an owner or admin of your account.")
        }
        Refusal::State(StateRefusal::WrongState {
            what,
            state,
            expected,
        }) => format!(
            "The {what} is {state}, and must be {expected} for that. Load the page again to see how it is now."
        ),
        Refusal::NotFound { what } => format!("There is no {what} at this address."),
        // Their own sentences are for people as well.
        Refusal::Seat(
            SeatRefusal::NoSeatAvailable(..)
            | SeatRefusal::UserSeatLimit { .. }
            | SeatRefusal::SeatInCall { .. }
            | SeatRefusal::NoLicense { .. }
            | SeatRefusal::LicenseEnded { .. }
            | SeatRefusal::UserInactive
            | SeatRefusal::SubscriptionEnded
            | SeatRefusal::MinutesExhausted(..),
        )
        | Refusal::Capacity(
            CapacityRefusal::NotEnoughSeats { .. }
            | CapacityRefusal::OverSubscription { .. }
            | CapacityRefusal::SeatsInUse { .. }
            | CapacityRefusal::DefaultPool,
        )
        | Refusal::Access(
            AccessRefusal::LastOwner
            | AccessRefusal::GroupMappingInUse { .. }
            | AccessRefusal::BreakGlassNeeded,
        )
        | Refusal::State(
            StateRefusal::ChangedMeanwhile { .. }
            | StateRefusal::SignInEnded { .. }
            | StateRefusal::NotYourSession
            | StateRefusal::AlreadyJoined
            | StateRefusal::IdempotencyKeyReused,
        )
        | Refusal::Subscription(_) => refusal.to_string(),
    }
}

/// Turns an error's phrase into a sentence.
pub(crate) fn of_phrase(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    format!(
        "{}{}.",
        first.unwrap_or_default(),
        chars.as_str().trim_end_matches('.')
    )
}

/// Seconds in words.
fn lasting(secs: u32) -> String {
    if secs <= 120 {
        counted(secs, "second", "seconds")
    } else {
        counted(secs.div_ceil(60), "minute", "minutes")
    }
}

fn control_needs_view(control: &str) -> &'static str {
    if control == SessionPermission::ControlOwn.as_str() {
        "Users who may end their own sessions must also see them. Allow both, or neither."
    } else {
        "Users who may end everybody’s sessions must also see them. Allow both, or neither."
    }
}

/// The words for a privilege or permission that is needed.
fn allowing(needed: &str) -> &str {
    match needed {
        "the role `owner`" => return "to be an owner",
        "the role `admin`" => return "to be an owner or admin",
        "the role `manager`" => return "to be a manager, admin or owner",
        _ => {}
    }
    let privileges = [
        (Privilege::UsersManage, "the privilege to manage users and teams"),
        (Privilege::SeatsManage, "the privilege to manage seats"),
        (Privilege::ReportsView, "the privilege to see reports"),
        (Privilege::SettingsManage, "the privilege to change settings"),
    ];
    let permissions = [
        (
            SessionPermission::ViewOwn,
            "to be allowed to see your own sessions",
        ),
        (
            SessionPermission::ControlOwn,
            "to be allowed to end your own sessions",
        ),
        (
            SessionPermission::ViewAccount,
            "to be allowed to see everybody’s sessions",
        ),
        (
            SessionPermission::ControlAccount,
            "to be allowed to end everybody’s sessions",
        ),
    ];
    let privileges = privileges.iter().map(|(it, words)| (it.as_str(), *words));
    let permissions = permissions.iter().map(|(it, words)| (it.as_str(), *words));
    let mut known = privileges.chain(permissions);
    match needed {
        "the role `admin`" => "to be an owner or admin",
        "a role with a privilege" => "a role with more rights",
        _ => known
            .find(|(name, _)| *name == needed)
            .map_or(needed, |(_, words)| words),
    }
}

#[cfg(test)]
mod tests {
    use super::of_phrase;

    #[test]
    fn a_sentence_always_has_a_capital_and_a_full_stop() {
        for (phrase, said) in [
            ("a password is short", "A password is short."),
            ("ein Wort.", "Ein Wort."),
            ("älter", "Älter."),
            ("ß", "SS."),
            ("`x` is wrong", "`x` is wrong."),
            ("🦀", "🦀."),
            ("", "."),
        ] {
            assert_eq!(of_phrase(phrase), said);
        }
    }
}
