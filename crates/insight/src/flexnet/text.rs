//! Turns bytes of unknown encoding into text that is safe to show, and times into the log's own clock.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use usher_domain::Timestamp;

/// The text of a line: UTF-8 if it is valid, else one character per byte, so that two names that differ in bytes differ
/// in text. Control characters are replaced, because names are printed to terminals.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    };
    let unsafe_to_show = |letter: char| letter.is_control() && letter != '\t';
    if text.contains(unsafe_to_show) {
        Cow::Owned(text.replace(unsafe_to_show, "\u{fffd}"))
    } else {
        text
    }
}

/// Formats the time as the license server's clock showed it: `2016-03-30T08:55:54`.
#[must_use]
pub fn wall_clock(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(
        |_| at.millis().to_string(),
        |instant| {
            instant
                .to_zoned_datetime(jiff::tz::TimeZone::UTC)
                .datetime()
                .to_string()
        },
    )
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
pub(super) fn as_wall_clock<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&wall_clock(*at))
}

#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn as_optional_wall_clock<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    at.map(wall_clock).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf_8_becomes_one_character_per_byte() {
        assert_eq!(decode(b"m\xfcller@pc"), "müller@pc");
        assert_eq!(decode("müller@pc".as_bytes()), "müller@pc");
        assert_ne!(decode(b"\xe4"), decode(b"\xf6"));
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(decode(b"\x1b[2Jbob\tx\0"), "\u{fffd}[2Jbob\tx\u{fffd}");
    }

    #[test]
    fn a_time_is_formatted_as_the_clock_of_the_log_showed_it() {
        assert_eq!(
            wall_clock(Timestamp::from_millis(1_459_328_154_000)),
            "2016-03-30T08:55:54"
        );
        assert_eq!(
            wall_clock(Timestamp::from_millis(i64::MAX)),
            "9223372036854775807"
        );
    }
}
