//! Why a question or a command has no outcome.

use usher_domain::{Broken, Refusal, Secs};
use usher_journal::{JournalError, Text};

/// Why a command was not carried out, or a question not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such account, or it was closed.
    #[error("there is no account with this id")]
    NoAccount,
    /// Too much is asked of this account or server at the moment. Nothing was done.
    #[error("too many requests wait for this account")]
    Overloaded {
        /// When to ask again.
        retry_after: Secs,
    },
    /// It would have broken a promise of the rules, which is a fault of Usher. Nothing was done.
    #[error("it would break a rule: {0}")]
    Invariant(Broken),
    /// The answer is not known.
    #[error("{0}")]
    Unavailable(Reason),
}

/// Why an answer is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The journal could not store or load. Nothing was done.
    #[error("the journal is not available: {0}")]
    Journal(Text),
    /// The command may have been carried out or not.
    #[error("it is not known whether the request was carried out")]
    OutcomeUnknown,
    /// The engine is shutting down. Nothing was done.
    #[error("the server is shutting down")]
    ShuttingDown,
}

impl Failure {
    /// Whether the journal did not store what came of a turn, though it may still be read.
    pub(crate) const fn is_of_storing(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(Reason::Journal(_) | Reason::OutcomeUnknown)
        )
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Closed => Self::Unavailable(Reason::ShuttingDown),
            JournalError::Failed(reason) => Self::Unavailable(Reason::Journal(reason)),
            error @ (JournalError::Full | JournalError::Broken { .. }) => {
                Self::Unavailable(Reason::Journal(error.to_string().into()))
            }
        }
    }
}

/// Why an engine did not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The journal did not tell what is due.
    #[error("could not read what is due")]
    Journal(#[from] JournalError),
}

/// An error with its sources, in one line.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
