//! Why a query or a command has no result.

use usher_domain::{Broken, Refusal, Secs};
use usher_journal::{JournalError, Text};

/// Why a command was not executed, or a query not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The account does not exist, or was closed.
    #[error("there is no account with this id")]
    NoAccount,
    /// There are too many requests for this account or server. Nothing was done.
    #[error("too many requests wait for this account")]
    Overloaded {
        /// When to try again.
        retry_after: Secs,
    },
    /// It would have broken an invariant, which is a bug in Usher. Nothing was done.
    #[error("it would break a rule: {0}")]
    Invariant(Broken),
    /// The outcome is unknown.
    #[error("{0}")]
    Unavailable(Reason),
}

/// Why an outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The journal could not store or load. Nothing was done.
    #[error("the journal is not available: {0}")]
    Journal(Text),
    /// The command may or may not have been executed.
    #[error("it is not known whether the request was carried out")]
    OutcomeUnknown,
    /// The engine is shutting down. Nothing was done.
    #[error("the server is shutting down")]
    ShuttingDown,
}

impl Failure {
    /// Whether the journal could not store the result of a turn, although it may still be readable.
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

/// Why an engine could not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The journal could not be asked what is due.
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
