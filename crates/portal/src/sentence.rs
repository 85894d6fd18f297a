//! Refusals in words for people on pages. The domain's own sentences are for programs too: they name fields of the API,
//! and what else to send.

use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::refusal::{
    AccessRefusal, CapacityRefusal, PoolFigures, Refusal, SeatKind, SeatRefusal, StateRefusal,
    SubscriptionRefusal,
};
use usher_l10n::Language;

use crate::form::{label, rule_label};
use crate::reader;
use crate::text::{Label, Text};

/// Said to users who are no billing contact: not even an owner's role is enough (R1).
pub(crate) const BILLING_CONTACTS_ONLY: Label = text!("sentences-billing-contacts-only");

/// A refusal in words for a person on a page, in the reader's language.
pub(crate) fn of(refusal: &Refusal) -> String {
    let text = match refusal {
        Refusal::Seat(seat) => of_seat(seat),
        Refusal::Capacity(capacity) => of_capacity(capacity),
        Refusal::Access(access) => of_access(access),
        Refusal::State(state) => of_state(state),
        Refusal::Subscription(subscription) => of_subscription(subscription),
        Refusal::Invalid { field, expected } => text!(
            "sentences-must-be",
            field = Text::from(label(field)),
            expected = expected_text(expected)
        ),
        Refusal::Forbidden { needed } if *needed == Privilege::SubscriptionManage.as_str() => {
            BILLING_CONTACTS_ONLY.into()
        }
        Refusal::Forbidden { needed } => text!("sentences-forbidden", needed = allowing(needed)),
        Refusal::NotFound { what } => text!("sentences-not-found", what = thing(what)),
    };
    text.into_words()
}

/// The same without marks around names, for sentences that are stored.
pub(crate) fn plain(refusal: &Refusal) -> String {
    usher_l10n::without_marks(&of(refusal))
}

/// How full a pool is, after the sentence that it is full.
pub(crate) fn pool_figures(figures: &PoolFigures) -> Text {
    text!(
        "sentences-pool-figures",
        pool = &figures.name,
        occupied = figures.occupied,
        seats = figures.seats,
        waiting = figures.waiting,
    )
}

fn of_seat(refusal: &SeatRefusal) -> Text {
    match refusal {
        SeatRefusal::NoSeatAvailable(figures, _) => {
            text!("sentences-no-seat", figures = pool_figures(figures))
        }
        SeatRefusal::UserSeatLimit { held, limit } => {
            text!("sentences-user-seat-limit", held = held, limit = limit)
        }
        SeatRefusal::SignedInElsewhere { device, .. } => {
            text!("sentences-signed-in-elsewhere", device = device.name.reveal())
        }
        SeatRefusal::SeatInCall { max, .. } => text!("sentences-seat-in-call", max = max),
        SeatRefusal::NoLicense { product } => text!("sentences-no-license", product = product),
        SeatRefusal::LicenseEnded { product } => text!("sentences-license-ended", product = product),
        SeatRefusal::UserInactive => text!("sentences-user-inactive").into(),
        SeatRefusal::SubscriptionEnded => text!("sentences-subscription-ended").into(),
        SeatRefusal::CoolingDown { remaining } => {
            text!("sentences-cooling-down", time = lasting(remaining.get()))
        }
        SeatRefusal::MinutesExhausted(..) => text!("sentences-minutes-exhausted").into(),
    }
}

fn of_capacity(refusal: &CapacityRefusal) -> Text {
    match refusal {
        CapacityRefusal::PlanExcludesSharedSeats { plan } => {
            text!("sentences-plan-excludes-shared", plan = plan)
        }
        CapacityRefusal::NotEnoughSeats {
            kind,
            product,
            asked,
            left,
            total,
            ..
        } => match kind {
            SeatKind::Named => text!(
                "sentences-not-enough-named",
                asked = asked,
                product = product,
                left = left,
                total = total
            ),
            SeatKind::Shared => text!(
                "sentences-not-enough-shared",
                asked = asked,
                product = product,
                left = left,
                total = total
            ),
        },
        CapacityRefusal::OverSubscription { product, over } => {
            text!("sentences-over-subscription", product = product, over = over)
        }
        CapacityRefusal::SeatsInUse {
            kind,
            product,
            asked,
            in_use,
        } => {
            let free = in_use.saturating_sub(*asked);
            match kind {
                SeatKind::Named => text!(
                    "sentences-named-in-use",
                    in_use = in_use,
                    product = product,
                    free = free,
                    asked = asked
                ),
                SeatKind::Shared => text!(
                    "sentences-shared-in-use",
                    in_use = in_use,
                    product = product,
                    free = free,
                    asked = asked
                ),
            }
        }
        CapacityRefusal::PoolNotEmpty { users } => text!("sentences-pool-not-empty", users = users),
        CapacityRefusal::DefaultPool => text!("sentences-default-pool").into(),
        CapacityRefusal::PoolInUse {
            rule,
            occupied,
            waiting,
        } => text!(
            "sentences-pool-in-use",
            rule = Text::from(rule_label(rule).unwrap_or(rule)),
            taken = text!("sentences-seats-are", count = occupied),
            waiting = text!("sentences-people-wait", count = waiting),
        ),
    }
}

fn of_access(refusal: &AccessRefusal) -> Text {
    match refusal {
        AccessRefusal::LastOwner => text!("sentences-last-owner").into(),
        AccessRefusal::GroupMappingInUse { name, .. } => text!("sentences-group-mapping", group = name),
        AccessRefusal::BreakGlassNeeded => text!("sentences-break-glass").into(),
        AccessRefusal::ControlNeedsView { control, .. } => {
            if *control == SessionPermission::ControlOwn.as_str() {
                text!("sentences-control-own-needs-view").into()
            } else {
                text!("sentences-control-all-needs-view").into()
            }
        }
    }
}

fn of_state(refusal: &StateRefusal) -> Text {
    match refusal {
        StateRefusal::AlreadyExists { what, field } => taken(what, field).into(),
        // The domain says what it is now, in English.
        StateRefusal::ChangedMeanwhile { .. } if reader::language() == Language::English => {
            Text::from(refusal.to_string())
        }
        StateRefusal::ChangedMeanwhile { .. } => text!("sentences-changed-meanwhile").into(),
        StateRefusal::SignInEnded { .. } => text!("sentences-sign-in-ended").into(),
        StateRefusal::TicketEnded { .. } => text!("sentences-ticket-ended").into(),
        StateRefusal::NotYourSession => text!("sentences-not-your-session").into(),
        StateRefusal::AlreadyJoined => text!("sentences-already-joined").into(),
        StateRefusal::IdempotencyKeyReused => text!("sentences-key-reused").into(),
        StateRefusal::WrongState { state, .. } if state.starts_with("at its limit") => {
            text!("sentences-codes-at-limit").into()
        }
        StateRefusal::WrongState {
            what: "session",
            state,
            expected,
        } => text!("sentences-session-state", state = *state, expected = *expected),
        StateRefusal::WrongState { .. } => text!("sentences-wrong-state").into(),
    }
}

fn taken(what: &str, field: &str) -> Label {
    match (what, field) {
        (_, "email") => text!("sentences-taken-email"),
        (_, "external_id") => text!("sentences-taken-external-id"),
        ("pool", _) => text!("sentences-taken-pool"),
        ("team", _) => text!("sentences-taken-team"),
        ("group", _) => text!("sentences-taken-group"),
        _ => text!("sentences-taken"),
    }
}

fn of_subscription(refusal: &SubscriptionRefusal) -> Text {
    match refusal {
        SubscriptionRefusal::SeatsOutsideBounds {
            kind,
            product,
            asked,
            min,
            max,
        } => match kind {
            SeatKind::Named => text!(
                "sentences-named-outside-bounds",
                min = min,
                max = max,
                product = product,
                asked = asked
            ),
            SeatKind::Shared => text!(
                "sentences-shared-outside-bounds",
                min = min,
                max = max,
                product = product,
                asked = asked
            ),
        },
        SubscriptionRefusal::MinutesOutsideBounds { left, max, .. } => {
            text!("sentences-minutes-outside-bounds", left = left, max = max)
        }
        SubscriptionRefusal::PlanOutsideBounds { plan } => {
            text!("sentences-plan-outside-bounds", plan = plan)
        }
        SubscriptionRefusal::Closed => text!("sentences-subscription-closed").into(),
    }
}

/// What does not exist, for a sentence. Words that are not listed are for programs alone.
fn thing(what: &'static str) -> Text {
    let label = match what {
        "account" => text!("sentences-thing-account"),
        "active owner" => text!("sentences-thing-owner"),
        "API key" => text!("sentences-thing-key"),
        "code" => text!("sentences-thing-code"),
        "device" => text!("sentences-thing-device"),
        "domain" => text!("sentences-thing-domain"),
        "form" => text!("sentences-thing-form"),
        "group" => text!("sentences-thing-group"),
        "license" => text!("sentences-thing-license"),
        "operator key" => text!("sentences-thing-operator-key"),
        "page" | "such page" => text!("sentences-thing-page"),
        "pool" => text!("sentences-thing-pool"),
        "product" => text!("sentences-thing-product"),
        "provider" => text!("sentences-thing-provider"),
        "session" => text!("sentences-thing-session"),
        "sign-in" => text!("sentences-thing-sign-in"),
        "subscription request" => text!("sentences-thing-request"),
        "team" => text!("sentences-thing-team"),
        "ticket" => text!("sentences-thing-ticket"),
        "user" => text!("sentences-thing-user"),
        other => return Text::from(other),
    };
    label.into()
}

/// What is wrong with a field, beside it. `expected` is the phrase of the domain, which is for programs too.
pub(crate) fn this_must_be(expected: &str) -> Text {
    text!("sentences-this-must-be", expected = expected_text(expected))
}

/// What a field takes. Phrases that are not listed are for programs alone.
fn expected_text(expected: &str) -> Text {
    let label = EXPECTED.iter().find(|(phrase, _)| *phrase == expected);
    label.map_or_else(|| Text::from(expected.to_owned()), |(_, label)| (*label).into())
}

/// The phrases of the domain for what forms ask people to type.
const EXPECTED: &[(&str, Label)] = &[
    (
        "a name of 1 to 120 characters without control characters",
        text!("sentences-expected-name"),
    ),
    (
        "an e-mail address, such as `sven@example.com`",
        text!("sentences-expected-email"),
    ),
    (
        "an id of 1 to 255 characters without control characters",
        text!("sentences-expected-external-id"),
    ),
    (
        "a reason of 1 to 300 characters without control characters",
        text!("sentences-expected-note"),
    ),
    (
        "a code of 6 to 16 letters and digits; hyphens and spaces are ignored",
        text!("sentences-expected-code"),
    ),
    (
        "a product slug: 1 to 64 of a-z, 0-9 and `-`, starting with a letter",
        text!("sentences-expected-slug"),
    ),
    (
        "an origin such as `https://support.example.com`: http or https, a host and perhaps a port, and nothing behind",
        text!("sentences-expected-origin"),
    ),
];

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
fn lasting(secs: u32) -> Text {
    if secs <= 120 {
        text!("sentences-seconds", count = secs)
    } else {
        text!("sentences-minutes", count = secs.div_ceil(60))
    }
}

/// The words for a privilege or permission that is needed.
fn allowing(needed: &'static str) -> Text {
    let privileges = [
        (Privilege::UsersManage, text!("sentences-need-users")),
        (Privilege::SeatsManage, text!("sentences-need-seats")),
        (Privilege::ReportsView, text!("sentences-need-reports")),
        (Privilege::SettingsManage, text!("sentences-need-settings")),
    ];
    let permissions = [
        (SessionPermission::ViewOwn, text!("sentences-need-view-own")),
        (SessionPermission::ControlOwn, text!("sentences-need-control-own")),
        (SessionPermission::ViewAccount, text!("sentences-need-view-all")),
        (
            SessionPermission::ControlAccount,
            text!("sentences-need-control-all"),
        ),
    ];
    let roles = [
        ("the role `owner`", text!("sentences-need-owner")),
        ("the role `admin`", text!("sentences-need-admin")),
        ("the role `manager`", text!("sentences-need-manager")),
        ("a role with a privilege", text!("sentences-need-more")),
    ];
    let privileges = privileges.iter().map(|(it, words)| (it.as_str(), *words));
    let permissions = permissions.iter().map(|(it, words)| (it.as_str(), *words));
    let mut known = roles.into_iter().chain(privileges).chain(permissions);
    let found = known.find(|(name, _)| *name == needed);
    found.map_or_else(|| Text::from(needed), |(_, words)| words.into())
}

#[cfg(test)]
mod tests {
    use usher_domain::text::{Code, Email, ExternalId, Name, Note, Origin, Product};

    use super::*;

    #[test]
    fn what_people_type_is_asked_for_in_their_language() {
        let expected = [
            "".parse::<Name>().unwrap_err(),
            "".parse::<Email>().unwrap_err(),
            "".parse::<ExternalId>().unwrap_err(),
            "".parse::<Note>().unwrap_err(),
            "".parse::<Code>().unwrap_err(),
            "".parse::<Product>().unwrap_err(),
            "".parse::<Origin>().unwrap_err(),
        ];
        for phrase in expected.map(|error| error.expected) {
            let listed = EXPECTED.iter().find(|(other, _)| *other == phrase);
            assert!(listed.is_some(), "{phrase}");
            assert_eq!(expected_text(phrase).into_words(), phrase);
        }
    }

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
