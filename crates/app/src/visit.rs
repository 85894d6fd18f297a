//! Customers and their codes, for the API and the portal: what a code leads to, and what its customer is told about the
//! end of a session.

use std::net::IpAddr;

use usher_domain::event::EndReason;
use usher_domain::personal::Personal;
use usher_domain::text::{Code, Note};
use usher_domain::{Secs, Timestamp, WallTime};
use usher_engine::Failure;
use usher_identity::{PassFor, Secret};
use usher_journal::{CODE_KEPT_SECS, CodeOwner, End, JournalError, SessionRow};

use crate::app::App;
use crate::problem::Problem;

/// How long the token of a customer who joined is valid: joining again with it renews it.
pub const CUSTOMER_TOKEN_SECS: u32 = 3600;

/// Who ended a session, as its customer is told: they do not learn who it was inside the help desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ender {
    /// The customer.
    Customer,
    /// The agent, or the agent's own device.
    Agent,
    /// Somebody else in the account.
    Account,
    /// Usher itself: something expired.
    Usher,
}

impl Ender {
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Account => "account",
            Self::Usher => "usher",
        }
    }

    /// Who ended a session for this reason; `actor` is who did it, by the name in the journal, if anybody did.
    fn of(reason: &str, actor: Option<&str>) -> Self {
        let is = |of: EndReason| reason == of.as_str();
        if actor == Some("customer") {
            Self::Customer
        } else if is(EndReason::Finished) || is(EndReason::SignedOut) {
            Self::Agent
        } else if actor.is_some() {
            Self::Account
        } else if is(EndReason::SignInEnded) {
            Self::Agent
        } else {
            Self::Usher
        }
    }
}

/// An ended session, as its customer sees it.
#[derive(Debug, Clone)]
pub struct Over {
    /// The session in the records.
    pub row: SessionRow,
    /// How it ended.
    pub end: End,
    /// When it ended, by the wall clock.
    pub ended_at: WallTime,
    /// The agent's name; empty if the agent was deleted.
    pub agent: String,
    /// The account's name.
    pub account_name: String,
}

impl Over {
    /// How it ended, as its customer is told.
    #[must_use]
    pub fn ending(&self) -> CustomerEnding {
        let by = self.end.by.as_ref();
        let note = by.and_then(|by| by.note.as_ref()).map(|note| &**note.reveal());
        CustomerEnding::of(&self.end.reason, by.map(|by| &*by.actor), note)
    }
}

/// How a session ended, or is about to, as its customer is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerEnding {
    /// Who ended it.
    pub ender: Ender,
    /// What they said about it.
    pub note: Option<String>,
}

impl CustomerEnding {
    /// A session that ended for this reason. `actor` is the journal's word for who ended it, if somebody did.
    #[must_use]
    pub fn of(reason: &str, actor: Option<&str>, note: Option<&str>) -> Self {
        Self {
            ender: Ender::of(reason, actor),
            note: note_for_customer(reason, note).map(str::to_owned),
        }
    }

    /// A session that somebody else of the account has ended, and that closes soon.
    #[must_use]
    pub fn announced(note: Option<&Personal<Note>>) -> Self {
        Self {
            ender: Ender::Account,
            note: note.map(|note| note.reveal().to_string()),
        }
    }
}

/// The note about the end of their session that a customer is told: every note about the session itself. What an admin
/// tells an agent when signing them out is only for the agent, although it also ends the sessions.
fn note_for_customer<'a>(reason: &str, note: Option<&'a str>) -> Option<&'a str> {
    let is_about_session = [EndReason::Finished, EndReason::EndedByOther]
        .iter()
        .any(|about| about.as_str() == reason);
    note.filter(|_| is_about_session)
}

/// A code without a session: it never had one, or the session ended more than an hour ago. The answer does not reveal
/// which.
#[must_use]
pub fn no_such_code() -> Problem {
    Problem::not_found("session").detailed("This code is not valid. Ask for a new one.")
}

impl App {
    /// The session that a code leads to; a problem if there is none. Wrong codes are counted by network, and throttled;
    /// a right code is never delayed because of wrong ones.
    pub async fn code_owner(&self, code: &Code, from: Option<IpAddr>) -> Result<CodeOwner, Problem> {
        let owner = self.kept_code(code).await?;
        owner.ok_or_else(|| self.wrong_code(from))
    }

    /// The session that a code leads to, which has not ended, or less than an hour ago. Counts nothing.
    pub async fn kept_code(&self, code: &Code) -> Result<Option<CodeOwner>, JournalError> {
        let now = self.engine.now();
        let kept = Secs::new(CODE_KEPT_SECS);
        let owner = self.find_code(code).await?;
        Ok(owner.filter(|owner| owner.retired_at.is_none_or(|retired_at| now < retired_at + kept)))
    }

    /// The problem that a code has no session, or that there were too many wrong codes.
    #[must_use]
    pub fn wrong_code(&self, from: Option<IpAddr>) -> Problem {
        match self.throttle.join_code(from) {
            Ok(_) => no_such_code(),
            Err(wait) => Problem::too_many_attempts(wait),
        }
    }

    /// The session of a code, if it has ended.
    pub async fn session_over(&self, owner: CodeOwner) -> Result<Option<Over>, Problem> {
        let row = self.records.session(owner.account, owner.session).await?;
        let Some((row, end)) = row.and_then(|row| row.end.clone().map(|end| (row, end))) else {
            return Ok(None);
        };
        let (user, at) = (row.user, end.at);
        let told = self.engine.read(owner.account, move |account, _| {
            let agent = account
                .user(user)
                .map(|agent| agent.profile.name.reveal().to_string());
            let agent = agent.unwrap_or_default();
            (agent, account.name().to_string(), account.shown(at))
        });
        match told.await {
            Ok((agent, account_name, ended_at)) => Ok(Some(Over {
                row,
                end,
                ended_at,
                agent,
                account_name,
            })),
            Err(Failure::NoAccount) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// The token of a customer who has joined, valid until then.
    #[must_use]
    pub fn customer_token(&self, owner: CodeOwner, until: Timestamp) -> Secret {
        self.identity
            .pass(owner.account, PassFor::Customer(owner.session), until)
    }

    /// Whether this is the token of the customer who joined the session.
    #[must_use]
    pub fn is_customer(&self, token: &str, owner: CodeOwner) -> bool {
        let now = self.engine.now();
        self.identity
            .is_pass(token, owner.account, PassFor::Customer(owner.session), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_told_who_ended_a_session_without_names_from_inside() {
        for (reason, actor, ender) in [
            ("finished", None, Ender::Agent),
            ("finished", Some("customer"), Ender::Customer),
            ("finished", Some("key_1"), Ender::Agent),
            ("ended-by-other", Some("user_1"), Ender::Account),
            ("sign-in-ended", None, Ender::Agent),
            ("sign-in-ended", Some("user_1"), Ender::Account),
            ("expired", None, Ender::Usher),
            ("minutes-exhausted", None, Ender::Usher),
        ] {
            assert_eq!(Ender::of(reason, actor), ender, "{reason} {actor:?}");
        }
    }
}
