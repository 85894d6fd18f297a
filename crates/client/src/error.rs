//! Errors of a call to the server.

use std::error::Error as StdError;
use std::io;

use reqwest::StatusCode;
use rustls::{CertificateError, InvalidMessage};
use serde::Deserialize;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused the call.
    #[error("{}", .0.detail)]
    Refused(Box<Problem>),
    /// The server could not be reached, or closed the connection early. [`Error::no_answer`] says which.
    #[error("the server could not be reached")]
    Transport(#[from] reqwest::Error),
    /// The answer does not have the documented format.
    #[error("the answer is not what the API describes")]
    Answer(#[from] serde_json::Error),
    /// A redirect to this address. The API has none, so it came from something between this client and the server.
    #[error("redirected to {0}")]
    Redirected(String),
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
    /// What kind of problem it is, in a few words.
    #[serde(default)]
    pub title: String,
    /// A sentence that says what happened and what to do.
    #[serde(default)]
    pub detail: String,
    /// All other members of the document: numbers, actions, fields.
    #[serde(flatten)]
    pub facts: serde_json::Map<String, serde_json::Value>,
}

/// Why no answer came. The texts are clauses for people, such as `Connection refused`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody accepts connections at this address. Nothing was sent.
    Unreachable(String),
    /// The server's certificate was not accepted. Nothing was sent.
    Certificate(String),
    /// The server does not speak TLS, although its URL says `https`. Nothing was sent.
    NoTls,
    /// The request could not be written, because a part of it is not allowed in one. Nothing was sent.
    NotARequest(String),
    /// The answer did not come in time. The server may have carried out the call.
    Late,
    /// The connection broke before the answer was complete. The server may have carried out the call.
    Broken(String),
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

    /// Why no answer came; `None` if one came.
    #[must_use]
    pub fn no_answer(&self) -> Option<NoAnswer> {
        let Self::Transport(error) = self else {
            return None;
        };
        Some(
            match causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
                Some(rustls::Error::InvalidCertificate(error)) => NoAnswer::Certificate(in_words(error)),
                Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => NoAnswer::NoTls,
                _ if error.is_builder() => NoAnswer::NotARequest(innermost(error)),
                // A connection that is not there in time is late as well, but nothing was sent.
                _ if error.is_connect() => NoAnswer::Unreachable(innermost(error)),
                _ if error.is_timeout() => NoAnswer::Late,
                _ => NoAnswer::Broken(innermost(error)),
            },
        )
    }
}

/// An error and its causes, the outermost first.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        // The source of an I/O error is the source of the error in it, which would leave that one out.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}

/// The innermost cause of an error, such as `Connection refused`: the outer ones only say who tried to reach whom.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

/// Why a certificate was not accepted.
fn in_words(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its issuer is not one that this machine trusts".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host name".to_owned()
        }
        CertificateError::Revoked => "it has been revoked".to_owned(),
        other => other.to_string(),
    }
}
