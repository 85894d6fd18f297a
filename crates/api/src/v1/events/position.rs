//! Positions in a stream of events.

use std::fmt;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use usher_journal::Seq;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The header with a client's position.
const HEADER: &str = "last-event-id";

/// A position in an account's events: everything up to it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    seq: Seq,
    /// From 1; 0 is before the commit's first event.
    index: u32,
}

impl Position {
    /// The position of an event in its commit.
    pub(super) const fn new(seq: Seq, index: u32) -> Self {
        Self { seq, index }
    }

    /// The position after all events of a commit.
    pub(super) const fn behind(seq: Seq) -> Self {
        Self {
            seq: seq.next(),
            index: 0,
        }
    }

    /// The newest commit whose events were all reported.
    pub(super) const fn told_whole(self) -> Seq {
        Seq::new(self.seq.get().saturating_sub(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seq, self.index)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (seq, index) = text.split_once('.').ok_or(())?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(seq) || !digits(index) {
            return Err(());
        }
        Ok(Self {
            seq: Seq::new(seq.parse().map_err(|_| ())?),
            index: index.parse().map_err(|_| ())?,
        })
    }
}

/// The header in the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its shape is used")]
pub(crate) struct LastEventIdHeader {
    /// The id of the last received event: the stream continues right after it. Browsers send it automatically.
    #[param(rename = "Last-Event-ID", value_type = Option<String>, pattern = "^[0-9]+[.][0-9]+$", example = "41.2")]
    last_event_id: Option<String>,
}

/// The client's position, if it sends one.
pub(crate) struct LastEventId(pub(crate) Option<Position>);

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(position) => Ok(Self(Some(position))),
            Err(()) => Err(Problem::invalid(
                "Last-Event-ID",
                "must be the `id` of an event of this stream, such as `41.2`",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text_form_and_nothing_else_is_one() {
        let place = Position::new(Seq::new(41), 2);

        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", "41", "41.", ".2", "+41.2", "41.-2", "41.2.3", "a.b"] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }

    #[test]
    fn after_a_commit_comes_before_the_first_event_of_the_next() {
        let behind = Position::behind(Seq::new(41));

        assert!(Position::new(Seq::new(41), u32::MAX) < behind);
        assert!(behind < Position::new(Seq::new(42), 1));
        assert_eq!(behind.told_whole(), Seq::new(41));
    }
}
