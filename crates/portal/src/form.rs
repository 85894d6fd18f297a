//! Forms: the submitted values, their errors, and the proof that one of our pages sent them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use usher_app::Problem;
use usher_domain::Refusal;
use usher_domain::refusal::StateRefusal;
use usher_domain::rules::TABLE;
use usher_domain::text::InvalidText;

use crate::door::{AnyDoor, Door};
use crate::failed::Failed;
use crate::forgery;
use crate::portal::Portal;
use crate::said::Said;
use crate::sentence;
use crate::text::Label;
use crate::viewer::Viewer;

/// The submitted fields of a form, with their errors. Templates show both (`m::field`).
#[derive(Debug, Default)]
pub(crate) struct Form {
    values: Vec<(String, String)>,
    errors: Vec<FormError>,
}

/// The error of a field for a time zone that does not exist.
pub(crate) const NO_SUCH_ZONE: Label = text!("sentences-no-such-zone");

/// The hidden field with what the form showed.
const SEEN: &str = "seen";

/// An error in a form.
#[derive(Debug)]
pub(crate) struct FormError {
    /// The name of the field; empty for the form as a whole.
    pub(crate) field: String,
    /// A sentence for the user.
    pub(crate) message: Said<String>,
}

/// What lists of errors call fields that have no label of their own, and whose name does not say it.
const LABELS: &[(&str, &str)] = &[
    ("account", "Name of the account"),
    ("act", "What to do"),
    ("actor", "Who"),
    ("address", "From address"),
    ("color", "Color"),
    ("control_account", "End anybody’s sessions"),
    ("control_own", "End their own sessions from elsewhere"),
    ("cors_origins", "Websites that may call the API"),
    ("customer", "Customer's name"),
    ("cut", "End this work now"),
    ("device", "Name of this device"),
    ("email", "E-mail address"),
    ("end", "Last day"),
    ("expires", "Good until"),
    ("external_id", "Id in your own system"),
    ("key", "Operator key"),
    ("kind", "What happens at the end"),
    ("minutes_max", "Minutes in 30 days, at most"),
    ("mode", "Who changes it"),
    ("password_again", "Password, again"),
    ("new_product", "Another product"),
    ("note", "Why you need it"),
    ("own", "A license for yourself"),
    ("people", "People"),
    ("present", "Present password"),
    ("product_name", "Name of the product"),
    ("product_names", "The names of the products"),
    ("product_colors", "The colors of the products"),
    ("product_slug", "Name for programs"),
    ("scopes", "What the key is good for"),
    ("sessions", "Whose sessions everybody sees"),
    ("setting", "Who takes the seats"),
    ("target", "To whom or what"),
    ("until", "Lend it until the end of"),
    ("user", "Who"),
    ("users", "Users who give their seats"),
    ("view_account", "See everybody’s sessions"),
    ("view_own", "See their own sessions"),
    ("way", "How"),
];

impl FormError {
    /// What the list of errors calls the field, unless the page has a label for it (`labels.rs`).
    pub(crate) fn label(&self) -> String {
        label(&self.field)
    }
}

/// The label of a pool rule; `None` if there is no such rule.
pub(crate) fn rule_label(name: &str) -> Option<&'static str> {
    TABLE.iter().find(|rule| rule.name == name).map(|rule| rule.label)
}

/// The label of the field with this name.
pub(crate) fn label(field: &str) -> String {
    if let Some(rule) = rule_label(field) {
        return rule.to_owned();
    }
    let known = LABELS.iter().find(|(other, _)| *other == field);
    if let Some((_, label)) = known {
        return (*label).to_owned();
    }
    let words = field.replace(['_', '-'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

impl Form {
    /// A form with initial values.
    pub(crate) fn showing<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let values = values.into_iter();
        Self {
            values: values
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            errors: Vec::new(),
        }
    }

    /// The same form, with these values in fields that were not submitted.
    pub(crate) fn or_showing<'a>(mut self, values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (name, value) in values {
            if self.values.iter().all(|(other, _)| other != name) {
                self.values.push((name.to_owned(), value.to_owned()));
            }
        }
        self
    }

    /// What the form showed when it was loaded, from [`Self::keeping`]; `None` if it has none.
    pub(crate) fn seen<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.value(SEEN)).ok()
    }

    /// The same form, with what it shows in the hidden field `seen`, unless it was submitted with one. So that a form
    /// changes only what its user changed, and not what somebody else has changed since.
    pub(crate) fn keeping(self, shown: &impl Serialize) -> Self {
        let shown = serde_json::to_string(shown).unwrap_or_default();
        self.or_showing([(SEEN, shown.as_str())])
    }

    /// Removes a field, so that it shows its initial value ([`Self::or_showing`]).
    pub(crate) fn forget(&mut self, name: &str) {
        self.values.retain(|(other, _)| other != name);
    }

    /// Gives a field another value.
    pub(crate) fn replace(&mut self, name: &str, value: String) {
        self.forget(name);
        self.values.push((name.to_owned(), value));
    }

    /// All submitted fields with their values.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.values.iter().cloned()
    }

    /// The fields of a form with room for one file (RFC 7578), and the file; `None` if it is empty, or there is none.
    pub(crate) async fn with_file(
        request: Request,
        portal: &Arc<Portal>,
    ) -> Result<(Self, Option<Bytes>), Failed> {
        let parts = Multipart::from_request(request, portal).await;
        let mut parts = parts.map_err(|_| unreadable("one that a browser sends: use the page’s own form"))?;
        let (mut values, mut file) = (Vec::new(), None);
        let long = |_: MultipartError| unreadable(SHORTER);
        while let Some(part) = parts.next_field().await.map_err(long)? {
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_some() {
                file = Some(part.bytes().await.map_err(long)?).filter(|file| !file.is_empty());
            } else {
                values.push((name, part.text().await.map_err(long)?));
            }
        }
        let errors = Vec::new();
        Ok((Self { values, errors }, file))
    }

    fn parse_body(body: &[u8]) -> Self {
        Self {
            values: form_urlencoded::parse(body).into_owned().collect(),
            errors: Vec::new(),
        }
    }

    /// The submitted value of a field; empty if there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        let mut values = self.values.iter();
        let found = values.find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field, such as the ticked boxes of a list.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.values.iter().filter(move |(other, _)| other == name);
        of_name.map(|(_, value)| value.as_str())
    }

    /// The error of a field.
    pub(crate) fn error(&self, name: &str) -> Option<Said<&str>> {
        let error = self.errors.iter().find(|error| error.field == name)?;
        Some(Said(error.message.0.as_str()))
    }

    /// All errors, in the order in which they were found.
    pub(crate) fn errors(&self) -> &[FormError] {
        &self.errors
    }

    /// The one error of a form that is wrong as a whole, and not at a field.
    pub(crate) fn only_message(&self) -> Option<&Said<String>> {
        match self.errors.as_slice() {
            [error] if error.field.is_empty() => Some(&error.message),
            _ => None,
        }
    }

    /// Whether there are no errors.
    pub(crate) fn is_right(&self) -> bool {
        self.errors.is_empty()
    }

    /// Parses a field as a value of the domain. If it is invalid, adds an error that says what the field takes.
    pub(crate) fn parse<T: std::str::FromStr<Err = InvalidText>>(&mut self, name: &str) -> Option<T> {
        match self.value(name).parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, sentence::this_must_be(error.expected));
                None
            }
        }
    }

    /// Adds an error to a field, or to the form as a whole if the name is empty.
    pub(crate) fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FormError {
            field: name.to_owned(),
            message: Said(message.into()),
        });
    }

    /// Adds a refusal as an error: to the field that it is about, if there is one.
    pub(crate) fn refused(&mut self, refusal: &Refusal) {
        match refusal {
            Refusal::State(StateRefusal::AlreadyExists { field, .. }) => {
                self.wrong(field, sentence::of(refusal));
            }
            // The sentence is shown beside the field, where the API's name for the field would only confuse.
            Refusal::Invalid { field, expected } => self.wrong(field, sentence::this_must_be(expected)),
            Refusal::Seat(_)
            | Refusal::Capacity(_)
            | Refusal::Access(_)
            | Refusal::State(_)
            | Refusal::Subscription(_)
            | Refusal::Forbidden { .. }
            | Refusal::NotFound { .. } => self.wrong("", sentence::of(refusal)),
        }
    }

    /// Adds a refusal as an error of the form as a whole, where it is about several fields.
    pub(crate) fn refused_as_a_whole(&mut self, refusal: &Refusal) {
        self.wrong("", sentence::of(refusal));
    }

    /// A new password that was entered twice. If it is invalid, adds an error.
    pub(crate) fn new_password(&mut self, name: &str, again: &str) -> Option<String> {
        use usher_identity::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
        let password = self.value(name).to_owned();
        let chars = password.chars().count();
        if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars) {
            let (min, max) = (PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX);
            self.wrong(name, text!("sentences-password-length", min = min, max = max));
            return None;
        }
        if password != self.value(again) {
            self.wrong(again, text!("sentences-passwords-differ"));
            return None;
        }
        Some(password)
    }
}

/// A form of a signed-in user, sent by a page of their session.
pub(crate) struct Posted {
    pub(crate) viewer: Viewer,
    pub(crate) form: Form,
}

/// A form that does not require a signed-in user.
pub(crate) struct PostedByAnybody(pub(crate) Form);

/// The same from a page that hides its origin (`Referrer-Policy`): of where it comes from, only `Sec-Fetch-Site` is checked.
/// Its handler checks a token that only its page knows.
pub(crate) struct PostedWithoutOrigin(pub(crate) Form);

impl FromRequest<Arc<Portal>> for Posted {
    type Rejection = Failed;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        Self::at::<AnyDoor>(request, portal).await
    }
}

impl Posted {
    /// A form posted to a handler with door `D`.
    pub(crate) async fn at<D: Door>(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        let (mut parts, body) = request.into_parts();
        let viewer = Viewer::at::<D>(&mut parts, portal).await?;
        let request = Request::from_parts(parts, body);
        let header = request.headers().get(forgery::HEADER);
        let header = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let PostedByAnybody(form) = PostedByAnybody::from_request(request, portal).await?;
        let token = header.as_deref().unwrap_or_else(|| form.value(forgery::FIELD));
        if !viewer.knows_token(token) {
            return Err(forgery::refused().into());
        }
        Ok(Self { viewer, form })
    }
}

impl FromRequest<Arc<Portal>> for PostedByAnybody {
    type Rejection = Failed;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        if forgery::is_from_elsewhere(request.headers()) {
            return Err(forgery::refused().into());
        }
        Ok(Self(read(request, portal).await?))
    }
}

impl FromRequest<Arc<Portal>> for PostedWithoutOrigin {
    type Rejection = Failed;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        if forgery::fetched_from_elsewhere(request.headers()) == Some(true) {
            return Err(forgery::refused().into());
        }
        Ok(Self(read(request, portal).await?))
    }
}

async fn read(request: Request, portal: &Arc<Portal>) -> Result<Form, Failed> {
    let body = Bytes::from_request(request, portal).await;
    let body = body.map_err(|_| unreadable(SHORTER))?;
    Ok(Form::parse_body(&body))
}

/// What a form that is too long must be.
const SHORTER: &str = "shorter: send less at once";

/// The problem of a form that cannot be read.
fn unreadable(expected: &str) -> Problem {
    let refusal = Refusal::Invalid {
        field: "form",
        expected: expected.to_owned(),
    };
    Problem::refused(&refusal, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_field_by_its_label() {
        let mut form = Form::default();
        for field in ["name", "email", "lease_secs", "license-remote-support"] {
            form.wrong(field, "This must be better.");
        }

        let labels: Vec<_> = form.errors().iter().map(FormError::label).collect();

        let lease = rule_label("lease_secs").unwrap_or_default();
        assert_eq!(
            labels,
            ["Name", "E-mail address", lease, "License remote support"]
        );
        assert!(lease.len() > "lease".len());
    }
}
