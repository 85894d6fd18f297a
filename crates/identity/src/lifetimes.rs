//! The lifetimes of portal sessions and user tokens, as configured by the operator.

use usher_domain::Secs;

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

/// How long people stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// How long an unused portal session lives.
    pub session_idle: Secs,
    /// How long a portal session lives at most.
    pub session: Secs,
    /// How long a user token is valid.
    pub token: Secs,
}

/// A lifetime is out of range, or the idle time is longer than the session's lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLifetimes {
    /// The idle time of sessions.
    #[error("the idle time of sessions must be 300 seconds to 30 days")]
    SessionIdle,
    /// The life of sessions.
    #[error("the life of sessions must be 1 hour to 90 days, and no shorter than their idle time")]
    Session,
    /// The life of tokens.
    #[error("the life of tokens must be 300 seconds to 30 days")]
    Token,
}

impl Default for Lifetimes {
    /// Sessions: 12 hours idle, 30 days altogether. Tokens: 12 hours.
    fn default() -> Self {
        Self {
            session_idle: Secs::new(12 * HOUR),
            session: Secs::new(30 * DAY),
            token: Secs::new(12 * HOUR),
        }
    }
}

impl Lifetimes {
    /// Checks that each lifetime is in range.
    pub fn checked(self) -> Result<Self, InvalidLifetimes> {
        if !(5 * MINUTE..=30 * DAY).contains(&self.session_idle.get()) {
            return Err(InvalidLifetimes::SessionIdle);
        }
        if !(HOUR..=90 * DAY).contains(&self.session.get()) || self.session < self.session_idle {
            return Err(InvalidLifetimes::Session);
        }
        if !(5 * MINUTE..=30 * DAY).contains(&self.token.get()) {
            return Err(InvalidLifetimes::Token);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_have_bounds_and_a_session_outlives_its_idle_time() {
        let lifetimes = |session_idle, session, token| Lifetimes {
            session_idle: Secs::new(session_idle),
            session: Secs::new(session),
            token: Secs::new(token),
        };

        assert!(Lifetimes::default().checked().is_ok());
        for (lifetimes, said) in [
            (lifetimes(300, HOUR, 300), Ok(())),
            (lifetimes(299, HOUR, 300), Err(InvalidLifetimes::SessionIdle)),
            (
                lifetimes(31 * DAY, 90 * DAY, 300),
                Err(InvalidLifetimes::SessionIdle),
            ),
            (lifetimes(300, HOUR - 1, 300), Err(InvalidLifetimes::Session)),
            (lifetimes(300, 91 * DAY, 300), Err(InvalidLifetimes::Session)),
            (lifetimes(2 * HOUR, HOUR, 300), Err(InvalidLifetimes::Session)),
            (lifetimes(300, HOUR, 299), Err(InvalidLifetimes::Token)),
            (lifetimes(300, HOUR, 31 * DAY), Err(InvalidLifetimes::Token)),
        ] {
            assert_eq!(lifetimes.checked().map(|_| ()), said, "{lifetimes:?}");
        }
    }
}
