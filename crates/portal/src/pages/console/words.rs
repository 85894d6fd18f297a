//! How things ended, in words for the user concerned.

use usher_domain::refusal::{PoolFigures, SeatRefusal};
use usher_domain::{Refusal, Secs};

use crate::sentence;

/// The operator, at the start of a sentence.
pub(super) const OPERATOR: &str = "The operator of this server";
/// An actor that is not a person, at the start of a sentence.
pub(super) const PROGRAM: &str = "A program of your account";

/// What a user reads whose license has ended while they are signed in.
pub(super) const LICENSE_ENDED: &str = "Your license has ended: you keep it only where you are signed in already, and only until you sign out there. \
     If you need it for longer, ask for a seat.";

/// Why a place in the queue was lost; `None` if the user left it themselves.
pub(super) fn ticket_end(reason: &str, by: Option<&str>) -> Option<String> {
    Some(match reason {
        "offer-expired" => {
            "The seat that was kept for you was not taken in time, so it went to the next one. \
                            Sign in or start your work again if you still need one."
                .to_owned()
        }
        "evicted" => format!("{} took you out of the queue.", by.unwrap_or("Another person")),
        "lease-expired" => {
            "This page was out of touch for too long, so your place in the queue is gone."
                .to_owned()
        }
        "password-changed" => {
            "Your password was changed, so you were signed out everywhere and your place in the queue is gone."
                .to_owned()
        }
        "license-changed" | "closed" | "user-inactive" => {
            "Your license or the seat pool was changed, so your place in the queue is gone.".to_owned()
        }
        _ => return None,
    })
}

/// Why a sign-in ended. `by` is who ended it, if that was somebody else.
pub(super) fn sign_in_end(reason: &str, by: Option<&str>) -> String {
    let somebody = by.unwrap_or("Another person");
    match reason {
        "evicted" => format!("{somebody} logged you out."),
        "takeover" => "You signed in on another device, so you were signed out here.".to_owned(),
        "lease-expired" => "This page was out of touch for too long, so your seat was freed. \
                            The browser was closed, or the connection was lost."
            .to_owned(),
        "inactive" => "You were logged off because you had been inactive for too long.".to_owned(),
        "reclaimed" => {
            "You were idle while somebody waited for a seat, so your seat went to them.".to_owned()
        }
        "license-changed" => by.map_or_else(
            || "Your license was changed or taken away, so you were signed out.".to_owned(),
            |by| format!("{by} changed your license, so you were signed out."),
        ),
        "user-inactive" => "Your user was deactivated.".to_owned(),
        "password-changed" => "Your password was changed, so you were signed out everywhere.".to_owned(),
        "minutes-exhausted" => "The pay-per-use minutes were used up, so you were signed out.".to_owned(),
        "closed" => "The seat pool was deleted, so you were signed out.".to_owned(),
        _ => "You signed out.".to_owned(),
    }
}

/// Why a session ended, in words for its agent.
pub(super) fn session_end(reason: &str, by: Option<&str>) -> String {
    let somebody = by.unwrap_or("another person");
    match reason {
        "finished" => "Ended by you or the customer".to_owned(),
        "ended-by-other" => format!("Ended by {somebody}"),
        "expired" => "Nobody came before the code expired".to_owned(),
        "minutes-exhausted" => "Ended because the minutes were used up".to_owned(),
        _ => "Ended because you were signed out".to_owned(),
    }
}

/// A refusal, addressed to the refused user: the domain's sentences speak of the user in the third person.
pub(super) fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Seat(SeatRefusal::NoLicense { .. }) => {
            "You have no license for this product. Ask an admin to assign a seat to you.".to_owned()
        }
        Refusal::Seat(SeatRefusal::LicenseEnded { .. }) => LICENSE_ENDED.to_owned(),
        // The page has the numbers, and its own button or sentence for each remedy.
        Refusal::Seat(SeatRefusal::NoSeatAvailable(..)) => PoolFigures::ALL_IN_USE.to_owned(),
        refusal => sentence::of(refusal),
    }
}

/// A rounded duration in words.
pub(super) fn about(secs: Secs) -> String {
    match secs.get() {
        0..60 => "less than a minute".to_owned(),
        60..120 => "about a minute".to_owned(),
        secs @ 120..7200 => format!("about {} minutes", secs.div_ceil(60)),
        secs => format!("about {} hours", secs.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use usher_domain::event::EndReason;

    use super::*;

    #[test]
    fn a_refusal_names_the_person_who_caused_it() {
        assert_eq!(
            sign_in_end(EndReason::Evicted.as_str(), Some("Olga Owner")),
            "Olga Owner logged you out."
        );
        assert_eq!(
            session_end(EndReason::EndedByOther.as_str(), Some("Olga Owner")),
            "Ended by Olga Owner"
        );
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(about(Secs::new(59)), "less than a minute");
        assert_eq!(about(Secs::new(61)), "about a minute");
        assert_eq!(about(Secs::new(121)), "about 3 minutes");
        assert_eq!(about(Secs::new(7201)), "about 3 hours");
    }
}
