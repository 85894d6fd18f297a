//! Errors of a call to the server.

use reqwest::StatusCode;
use serde::Deserialize;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused the call.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The server could not be reached, or closed the connection early.
    #[error("the server could not be reached")]
    Transport(#[from] reqwest::Error),
    /// The answer does not have the documented format.
    #[error("the answer is not what the API describes")]
    Answer(#[from] serde_json::Error),
    /// An error that is not a problem document, so it came from something between this client and the server.
    #[error("answered with status {0} and no problem document")]
    Status(StatusCode),
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, Deserialize)]
pub struct Problem {
    /// The stable code, such as `no-seat-available`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// A sentence that says what happened and what to do.
    #[serde(default)]
    pub detail: String,
    /// All other members of the document: numbers, actions, fields.
    #[serde(flatten)]
    pub facts: serde_json::Map<String, serde_json::Value>,
}

impl Error {
    pub(crate) fn of_answer(status: StatusCode, body: &[u8]) -> Self {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => Self::Refused(Box::new(problem)),
            Err(_) => Self::Status(status),
        }
    }

    /// The stable code, if the server refused the call.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }
}
