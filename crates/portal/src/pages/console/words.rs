//! How things ended, in words for the user concerned.

use usher_domain::presence::SessionKind;
use usher_domain::refusal::SeatRefusal;
use usher_domain::{Refusal, Secs};

use crate::sentence;
use crate::text::{Label, Text};

/// Who ended something of the user.
pub(super) enum Ender {
    Operator,
    /// An API key.
    Program,
    Person(String),
    /// A person whose name is not known.
    Somebody,
}

impl Ender {
    /// At the beginning of a sentence.
    pub(super) fn first(&self) -> Text {
        match self {
            Self::Operator => text!("console-the-operator").into(),
            Self::Program => text!("console-a-program").into(),
            Self::Person(name) => Text::name(name),
            Self::Somebody => text!("console-another-person").into(),
        }
    }

    /// After "by".
    fn within(&self) -> Text {
        match self {
            Self::Operator => text!("console-the-operator-within").into(),
            Self::Program => text!("console-a-program-within").into(),
            Self::Person(name) => Text::name(name),
            Self::Somebody => text!("console-another-person-within").into(),
        }
    }
}

/// What a user reads whose license has ended while they are signed in.
pub(super) const LICENSE_ENDED: Label = text!("console-license-ended");

/// What a session is.
pub(super) const fn kind(kind: SessionKind) -> Label {
    match kind {
        SessionKind::Call => text!("console-call"),
        SessionKind::Attended => text!("console-attended"),
        SessionKind::Unattended => text!("console-unattended"),
    }
}

/// Why a place in the queue was lost; `None` if the user left it themselves.
pub(super) fn ticket_end(reason: &str, by: Option<Ender>) -> Option<Text> {
    Some(match reason {
        "offer-expired" => text!("console-lost-offer").into(),
        "evicted" => text!(
            "console-lost-evicted",
            name = by.unwrap_or(Ender::Somebody).first()
        ),
        "lease-expired" => text!("console-lost-lease").into(),
        "password-changed" => text!("console-lost-password").into(),
        "license-changed" | "closed" | "user-inactive" => text!("console-lost-license").into(),
        _ => return None,
    })
}

/// Why a sign-in ended. `by` is who ended it, if that was somebody else.
pub(super) fn sign_in_end(reason: &str, by: Option<Ender>) -> Text {
    match (reason, by) {
        ("evicted", by) => text!(
            "console-out-evicted",
            name = by.unwrap_or(Ender::Somebody).first()
        ),
        ("takeover", _) => text!("console-out-takeover").into(),
        ("lease-expired", _) => text!("console-out-lease").into(),
        ("inactive", _) => text!("console-out-inactive").into(),
        ("reclaimed", _) => text!("console-out-reclaimed").into(),
        ("license-changed", Some(by)) => text!("console-out-license-by", name = by.first()),
        ("license-changed", None) => text!("console-out-license").into(),
        ("user-inactive", _) => text!("console-out-deactivated").into(),
        ("password-changed", _) => text!("console-out-password").into(),
        ("minutes-exhausted", _) => text!("console-out-minutes").into(),
        ("closed", _) => text!("console-out-pool-deleted").into(),
        _ => text!("console-out").into(),
    }
}

/// Why a session ended, in words for its agent.
pub(super) fn session_end(reason: &str, by: Option<Ender>) -> Text {
    match reason {
        "finished" => text!("console-session-ended").into(),
        "ended-by-other" => {
            let by = by.unwrap_or(Ender::Somebody);
            text!("console-session-ended-by", name = by.within())
        }
        "expired" => text!("console-session-expired").into(),
        "minutes-exhausted" => text!("console-session-minutes").into(),
        _ => text!("console-session-signed-out").into(),
    }
}

/// A refusal, addressed to the refused user: the domain's sentences speak of the user in the third person.
pub(super) fn refusal(refusal: &Refusal) -> Text {
    match refusal {
        Refusal::Seat(SeatRefusal::NoLicense { .. }) => text!("console-refused-no-license").into(),
        Refusal::Seat(SeatRefusal::LicenseEnded { .. }) => LICENSE_ENDED.into(),
        // The page has the numbers, and its own button or sentence for each remedy.
        Refusal::Seat(SeatRefusal::NoSeatAvailable(..)) => text!("console-refused-no-seat").into(),
        refusal => sentence::of(refusal).into(),
    }
}

/// A rounded duration in words.
pub(super) fn about(secs: Secs) -> Text {
    match secs.get() {
        0..60 => text!("console-under-a-minute").into(),
        60..120 => text!("console-about-minutes", count = 1),
        secs @ 120..7200 => text!("console-about-minutes", count = secs.div_ceil(60)),
        secs => text!("console-about-hours", count = secs.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use usher_domain::event::EndReason;

    use super::*;

    #[test]
    fn a_refusal_names_the_person_who_caused_it() {
        assert_eq!(
            sign_in_end(
                EndReason::Evicted.as_str(),
                Some(Ender::Person("Olga Owner".to_owned()))
            )
            .plain(),
            "Olga Owner logged you out."
        );
        assert_eq!(
            session_end(
                EndReason::EndedByOther.as_str(),
                Some(Ender::Person("Olga Owner".to_owned()))
            )
            .plain(),
            "Ended by Olga Owner"
        );
    }

    #[test]
    fn waits_are_rounded_up() {
        let about = |secs| about(Secs::new(secs)).plain();
        assert_eq!(about(59), "less than a minute");
        assert_eq!(about(61), "about a minute");
        assert_eq!(about(121), "about 3 minutes");
        assert_eq!(about(7201), "about 3 hours");
    }
}
