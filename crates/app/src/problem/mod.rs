//! Why a request failed: a code of the table, a sentence about this occurrence, and its details. The API turns it into
//! a problem document, the portal into a page.

mod causes;
mod table;

use std::borrow::Cow;

use usher_domain::{AccountId, Code, Refusal, Secs, WallTime};

pub use self::table::{
    BODY_TOO_LARGE, DOMAIN_NOT_PROVED, INVARIANT, Kind, LAST_OPERATOR_KEY, MALFORMED, METHOD_NOT_ALLOWED,
    PASSWORD_CHANGE_REQUIRED, SECOND_FACTOR_NEEDED, SECOND_FACTOR_SET_UP_NEEDED, SSO_REQUIRED, TIMEOUT,
    TOO_MANY_ATTEMPTS, TOO_MANY_KEYS, TOO_MANY_STREAMS, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE,
};

/// An invalid value in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field, or the name of the parameter; empty for the body as a whole.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// The details of a problem.
#[derive(Debug, Clone)]
pub enum About {
    /// A refusal of the rules.
    Refusal {
        /// The refusal.
        refusal: Refusal,
        /// The account for the links of its actions, if known.
        account: Option<AccountId>,
    },
    /// These values of the request are invalid.
    Fields(Vec<FieldError>),
    /// The limit that is reached.
    Bound(u32),
    /// The request can be repeated after this time.
    Wait(Secs),
    /// The page where a person can do what is needed first.
    Page(String),
}

/// How a sign-in, session or ticket ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The reason, by its name in the journal.
    pub reason: String,
    /// Who ended it, if that was somebody else and the caller may know: an id, or a word such as `operator`.
    pub by: Option<String>,
    /// The name of the person or key that ended it, if known.
    pub by_name: Option<String>,
    /// The note that was given when ending it.
    pub note: Option<String>,
    /// When, by the wall clock.
    pub at: WallTime,
}

/// After how many seconds a caller should try again if the server cannot take the request now.
const RETRY_AFTER_SECS: u32 = 1;

/// Why a request failed.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: Cow<'static, str>,
    about: Option<Box<About>>,
    end: Option<Box<Ended>>,
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
            about: None,
            end: None,
            token_was_given: false,
            retry_after_secs: RETRY_AFTER_SECS,
        }
    }

    /// The same problem with its details.
    fn about_this(mut self, about: About) -> Self {
        self.about = Some(Box::new(about));
        self
    }

    /// The same problem with how its subject ended.
    #[must_use]
    pub fn with_end(mut self, end: Ended) -> Self {
        self.end = Some(Box::new(end));
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

    /// The same problem, for a caller who should try again after this time.
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
        let about = About::Refusal {
            refusal: refusal.clone(),
            account,
        };
        Self::new(Kind::of(refusal.code()), refusal.to_string()).about_this(about)
    }

    /// The thing does not exist, or the caller may not see it.
    #[must_use]
    pub fn not_found(what: &'static str) -> Self {
        Self::refused(&Refusal::NotFound { what }, None)
    }

    /// The caller may see this but not do it.
    #[must_use]
    pub fn forbidden(needed: &'static str) -> Self {
        Self::refused(&Refusal::Forbidden { needed }, None)
    }

    /// A field of the request has an invalid value.
    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::all_invalid(vec![FieldError {
            field: field.into(),
            message: message.into(),
        }])
    }

    /// These fields of the request are invalid or missing.
    #[must_use]
    pub fn all_invalid(errors: Vec<FieldError>) -> Self {
        let sentence = |error: &FieldError| match error.field.as_str() {
            "" => format!("The request is not right: {}.", error.message),
            field => format!("`{field}` is not right: {}.", error.message),
        };
        let detail = errors.iter().map(sentence).collect::<Vec<_>>().join(" ");
        Self::new(Kind::of(Code::Invalid), detail).about_this(About::Fields(errors))
    }

    /// The credential is unknown or missing.
    #[must_use]
    pub fn unauthenticated(token_was_given: bool) -> Self {
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

    /// A stream ticket that is not valid for this stream, or no longer valid.
    #[must_use]
    pub fn stale_ticket() -> Self {
        Self::unauthenticated(true).detailed(
            "This stream ticket is of another stream, or older than half a minute. Get a new one: for a sign-in or a \
             ticket with `POST …/stream-tickets`, for a customer with `GET /join/{code}` and the token that joining gave.",
        )
    }

    /// A session, user or account has the most open streams allowed.
    #[must_use]
    pub fn too_many_streams(whose: &str, most: u32) -> Self {
        let detail = format!("{whose} has {most} event streams open already. Close one, or use it.");
        Self::new(TOO_MANY_STREAMS, detail).about_this(About::Bound(most))
    }

    /// There were too many attempts at passwords or codes.
    #[must_use]
    pub fn too_many_attempts(wait: Secs) -> Self {
        let wait_in_words = match wait.get() {
            secs @ ..=120 => format!("{secs} seconds"),
            secs => format!("{} minutes", secs.div_ceil(60)),
        };
        let detail = format!("Too many attempts were made. The next one is possible in {wait_in_words}.");
        Self::new(TOO_MANY_ATTEMPTS, detail)
            .after(wait)
            .about_this(About::Wait(wait))
    }

    /// The password is right but temporary: a new one is chosen on the page at `href`.
    #[must_use]
    pub fn password_change_required(href: String) -> Self {
        let detail = format!(
            "Somebody else set this password. Its user has to sign in at {href} and choose another one first."
        );
        Self::new(PASSWORD_CHANGE_REQUIRED, detail).about_this(About::Page(href))
    }

    /// The password was right, and the user has a second factor.
    #[must_use]
    pub fn second_factor_needed() -> Self {
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

    /// The password is right but not accepted: the account's users sign in with their provider.
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

    /// When to try again, if the server cannot take the request now.
    #[must_use]
    pub const fn retry_after_secs(&self) -> u32 {
        self.retry_after_secs
    }

    /// Its details, if there are more than its sentence says.
    #[must_use]
    pub fn about(&self) -> Option<&About> {
        self.about.as_deref()
    }

    /// How its subject ended, if known.
    #[must_use]
    pub fn end(&self) -> Option<&Ended> {
        self.end.as_deref()
    }

    /// Whether an unknown credential was sent, rather than none.
    #[must_use]
    pub const fn token_was_given(&self) -> bool {
        self.token_was_given
    }

    /// What kind of problem it is.
    #[must_use]
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::refused(&refusal, None)
    }
}
