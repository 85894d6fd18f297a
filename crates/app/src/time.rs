//! Instants as text.

use std::fmt;

use usher_domain::WallTime;

/// An instant in RFC 3339, in UTC: `2026-11-21T09:30:00Z`.
#[must_use]
pub fn rfc3339(at: WallTime) -> impl fmt::Display {
    // No instant from Usher is outside the representable years.
    jiff::Timestamp::from_millisecond(at.get().millis()).unwrap_or(jiff::Timestamp::MAX)
}
