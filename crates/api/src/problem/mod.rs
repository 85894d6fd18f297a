//! Problem documents (RFC 9457): every answer that is not a success.

mod causes;
mod document;
mod facts;
mod table;

use std::borrow::Cow;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use usher_domain::{AccountId, Code, Refusal, Secs};

pub(crate) use self::document::ProblemDocument;
pub(crate) use self::facts::{Facts, FieldError};
pub use self::table::Kind;
pub(crate) use self::table::{
    BODY_TOO_LARGE, DOMAIN_NOT_PROVED, INVARIANT, LAST_OPERATOR_KEY, MALFORMED, METHOD_NOT_ALLOWED,
    PASSWORD_CHANGE_REQUIRED, SECOND_FACTOR_NEEDED, SECOND_FACTOR_SET_UP_NEEDED, SSO_REQUIRED, TIMEOUT,
    TOO_MANY_ATTEMPTS, TOO_MANY_KEYS, TOO_MANY_STREAMS, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE,
};

/// The media type of problem documents.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// After how many seconds a caller should ask again where the server cannot take the request now.
const RETRY_AFTER_SECS: u32 = 1;

/// Why a request was not carried out.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: Cow<'static, str>,
    facts: Option<Box<Facts>>,
    token_was_given: bool,
    retry_after_secs: u32,
}

impl Problem {
    /// A problem of a kind, with a sentence about this occurrence.
    #[must_use]
    pub fn new(kind: &'static Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            facts: None,
            token_was_given: false,
            retry_after_secs: RETRY_AFTER_SECS,
        }
    }

    /// The same problem with the facts behind it.
    pub(crate) fn with(mut self, facts: Facts) -> Self {
        self.facts = Some(Box::new(facts));
        self
    }

    /// The same problem with another sentence.
    #[must_use]
    pub fn detailed(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// The same problem, for a caller who should ask again after this long.
    #[must_use]
    pub fn after(self, retry_after: Secs) -> Self {
        Self {
            retry_after_secs: retry_after.get().max(RETRY_AFTER_SECS),
            ..self
        }
    }

    /// A refusal of the rules. `account` makes the links of its actions.
    #[must_use]
    pub fn refused(refusal: &Refusal, account: Option<AccountId>) -> Self {
        let problem = Self::new(Kind::of(refusal.code()), refusal.to_string());
        match Facts::of(refusal, account) {
            Some(facts) => problem.with(facts),
            None => problem,
        }
    }

    /// There is no such thing, or none that the caller may see.
    #[must_use]
    pub fn not_found(what: &'static str) -> Self {
        Self::refused(&Refusal::NotFound { what }, None)
    }

    /// The caller sees this but may not do it.
    #[must_use]
    pub fn forbidden(needed: &'static str) -> Self {
        Self::refused(&Refusal::Forbidden { needed }, None)
    }

    /// One field of the request has a value that it cannot have.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::all_invalid(vec![FieldError {
            field: field.into(),
            message: message.into(),
        }])
    }

    /// These fields of the request have values that they cannot have, or none.
    pub(crate) fn all_invalid(errors: Vec<FieldError>) -> Self {
        let sentence = |error: &FieldError| match error.field.as_str() {
            "" => format!("The request is not right: {}.", error.message),
            field => format!("`{field}` is not right: {}.", error.message),
        };
        let detail = errors.iter().map(sentence).collect::<Vec<_>>().join(" ");
        Self::new(Kind::of(Code::Invalid), detail).with(Facts {
            errors,
            ..Facts::default()
        })
    }

    /// Nobody is known by the credential, or there is none.
    pub(crate) fn unauthenticated(token_was_given: bool) -> Self {
        let detail = if token_was_given {
            "This credential is unknown, expired or revoked. Sign in again, or ask an admin for a new key."
        } else {
            "This call needs a credential: send `Authorization: Bearer …`."
        };
        Self {
            token_was_given,
            ..Self::new(Kind::of(Code::Unauthenticated), detail)
        }
    }

    /// A stream ticket that is not good for the stream that it stands at, or no longer.
    pub(crate) fn stale_ticket() -> Self {
        Self::unauthenticated(true).detailed(
            "This stream ticket is of another stream, or older than half a minute. Get a new one: for a sign-in or a \
             ticket with `POST …/stream-tickets`, for a customer with `GET /join/{code}` and the token that joining gave.",
        )
    }

    /// A session, user or account has as many open streams as it may.
    pub(crate) fn too_many_streams(whose: &str, most: u32) -> Self {
        let detail = format!("{whose} has {most} event streams open already. Close one, or use it.");
        let facts = Facts {
            limit: Some(most),
            ..Facts::default()
        };
        Self::new(TOO_MANY_STREAMS, detail).with(facts)
    }

    /// Passwords, or codes, were tried too often.
    #[must_use]
    pub fn too_many_attempts(wait: Secs) -> Self {
        let secs = wait.get();
        let detail = format!("Too many attempts were made. The next one is possible in {secs} seconds.");
        let facts = Facts {
            remaining_secs: Some(secs),
            ..Facts::default()
        };
        Self::new(TOO_MANY_ATTEMPTS, detail).after(wait).with(facts)
    }

    /// The password is right and temporary: another is chosen on the page at `href`.
    pub(crate) fn password_change_required(href: String) -> Self {
        let detail = format!(
            "Somebody else set this password. Its user has to sign in at {href} and choose another one first."
        );
        let facts = Facts {
            href: Some(href),
            ..Facts::default()
        };
        Self::new(PASSWORD_CHANGE_REQUIRED, detail).with(facts)
    }

    /// The password was right, and the user has a second factor.
    pub(crate) fn second_factor_needed() -> Self {
        let detail = "The password is right. Send a code of the second factor as well, as `second_factor`.";
        Self::new(SECOND_FACTOR_NEEDED, detail)
    }

    /// The account requires a second factor of this user, who has none.
    #[must_use]
    pub fn second_factor_set_up_needed() -> Self {
        let detail =
            "This account requires a second factor of you. Sign in to the portal and set one up first.";
        Self::new(SECOND_FACTOR_SET_UP_NEEDED, detail)
    }

    /// The password is right, and no way in: the account's people come in by their provider.
    #[must_use]
    pub fn sso_required(account: AccountId) -> Self {
        let detail = format!("This account requires single sign-on. Sign in at `/sso/{account}`.");
        Self::new(SSO_REQUIRED, detail)
    }

    /// The sentence about this occurrence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// When to ask again, where the answer is that the server cannot take the request now.
    #[must_use]
    pub const fn retry_after_secs(&self) -> u32 {
        self.retry_after_secs
    }

    /// What kind of problem it is.
    #[must_use]
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: Page,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(flatten)]
    facts: Option<&'a Facts>,
}

/// The page that explains a code.
struct Page(&'static str);

impl Serialize for Page {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("/problems/{}", self.0))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            kind: Page(self.kind.code),
            title: self.kind.title,
            status: self.kind.status.as_u16(),
            detail: &self.detail,
            code: self.kind.code,
            facts: self.facts.as_deref(),
        };
        let body = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))];
        let mut response = (self.kind.status, media_type, body.clone()).into_response();
        response.extensions_mut().insert(Written(body));
        let headers = response.headers_mut();
        match self.kind.status.as_u16() {
            401 => {
                let challenge = if self.token_was_given {
                    r#"Bearer realm="usher", error="invalid_token""#
                } else {
                    r#"Bearer realm="usher""#
                };
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            429 | 503 => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after_secs));
            }
            // The connection of a client that sends too slowly cannot be read on.
            408 => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

/// The bytes of a problem document, for whoever knows the id of its request.
#[derive(Clone)]
struct Written(Bytes);

/// Puts the id of the request into a problem document. It has no character that JSON writes otherwise.
pub(crate) fn name_request(response: &mut Response, id: &HeaderValue) {
    let Some(Written(document)) = response.extensions_mut().remove() else {
        return;
    };
    let Some(open) = document.strip_suffix(b"}") else {
        return;
    };
    let named = [open, b",\"request_id\":\"", id.as_bytes(), b"\"}"].concat();
    *response.body_mut() = named.into();
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::refused(&refusal, None)
    }
}
