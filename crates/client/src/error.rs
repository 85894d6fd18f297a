//! What can go wrong between a caller and a server.

use reqwest::StatusCode;
use serde::Deserialize;

/// A call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server said no, and why.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The server was not reached, or broke off.
    #[error("the server could not be reached")]
    Transport(#[from] reqwest::Error),
    /// The server answered with something else than the API describes.
    #[error("the answer is not what the API describes")]
    Answer(#[from] serde_json::Error),
    /// An error that is no problem document: something between caller and server answered.
    #[error("answered with status {0} and no problem document")]
    Status(StatusCode),
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, Deserialize)]
pub struct Problem {
    /// The stable code.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// The sentence that says what happened and what to do.
    #[serde(default)]
    pub detail: String,
    /// Everything else that the document carries: numbers, actions, fields.
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

    /// The stable code, where the server said no.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }
}
