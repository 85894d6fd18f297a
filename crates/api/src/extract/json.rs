//! JSON bodies, read strictly: the right media type, no unknown fields, and errors that name the place.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::{self, DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};
use usher_app::{BodyDigest, in_words};
use utoipa::ToSchema;

use crate::problem::{BODY_TOO_LARGE, FieldError, MALFORMED, Problem, TIMEOUT, UNSUPPORTED_MEDIA_TYPE};

use super::missing::missing_fields;
use super::missing_or;

/// The most bytes of a body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// The field that bodies never have: the capacity in which somebody acts.
const IN_THE_ADDRESS: &str = "as";

/// How long a body may take to arrive.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// JSON's name for values with fields.
const OBJECT: &str = "an object";

/// The delimiters of a field's name in an error of [`read_fields`].
const AT: &str = "at `";
const AT_END: &str = "`: ";

/// A body of JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned + ToSchema> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let digest = request.extensions().get::<BodyDigest>().cloned();
        let body = json_bytes(request, BODY_BYTES_MAX).await?;
        if let Some(digest) = digest {
            digest.put(&body);
        }
        // Serde accepts an array as an object, with the fields in order. Nobody intends that.
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        if first.is_some_and(|byte| *byte != b'{') && serde_json::from_slice::<IgnoredAny>(&body).is_ok() {
            return Err(Problem::invalid("", "must be a JSON object"));
        }
        // Tracking the position costs time, so that is only done after an error.
        match serde_json::from_slice(&body) {
            Ok(value) => Ok(Self(value)),
            Err(error) => Err(explain::<T>(&body, &error)),
        }
    }
}

/// A body declared as JSON, of at most this many bytes.
pub(crate) async fn json_bytes(request: Request, bytes_max: usize) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(
            UNSUPPORTED_MEDIA_TYPE,
            "Send the body as JSON, with `Content-Type: application/json`.",
        ));
    }
    read(request.into_body(), bytes_max).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(media_type) = headers.get(header::CONTENT_TYPE) else {
        return false;
    };
    let Ok(media_type) = media_type.to_str() else {
        return false;
    };
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail =
            format!("The body has more than {bytes_max} bytes. Send less, or split it over several calls.");
        Problem::new(BODY_TOO_LARGE, detail)
    };
    let announced = body.size_hint().lower();
    if usize::try_from(announced).is_ok_and(|bytes| bytes > bytes_max) {
        return Err(too_large());
    }
    let body = Limited::new(body, bytes_max).collect();
    let Ok(body) = tokio::time::timeout(BODY_TIME_MAX, body).await else {
        return Err(Problem::new(
            TIMEOUT,
            "The body did not arrive in time. Send it again.",
        ));
    };
    match body {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Problem::new(
            MALFORMED,
            "The body broke off before its end. Send it again, whole.",
        )),
    }
}

/// Reads a value that was read ahead to find out its type. The error names the field for [`placed`].
pub(crate) fn read_fields<T: DeserializeOwned, E: de::Error>(fields: Map<String, Value>) -> Result<T, E> {
    let read = serde_path_to_error::deserialize(Value::Object(fields));
    read.map_err(|error| E::custom(format_args!("{AT}{}{AT_END}{}", error.path(), error.inner())))
}

/// The field and the message of an error of [`read_fields`].
fn placed(message: &str) -> Option<(&str, &str)> {
    let (field, message) = message.strip_prefix(AT)?.split_once(AT_END)?;
    Some((if field == "." { "" } else { field }, message))
}

fn explain<T: DeserializeOwned + ToSchema>(body: &[u8], error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    if !error.is_data() {
        let detail = if body.is_empty() {
            "The body is empty. Send a JSON object.".to_owned()
        } else {
            format!(
                "The body is not valid JSON: reading stopped at line {line}, column {column}. Correct it there."
            )
        };
        return Problem::new(MALFORMED, detail);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let field = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => error.path().to_string(),
        Ok(_) => String::new(),
    };
    let message = error.to_string();
    if field == IN_THE_ADDRESS && message.starts_with("unknown field") {
        let message = "does not stand in the body, but in the address of the calls that take it: `?as=user`";
        return Problem::invalid(field, message);
    }
    let place = format!(" at line {line} column {column}");
    let message = message.strip_suffix(&place).unwrap_or(&message);
    let field = if field == "." { "" } else { &field };
    let (field, message) = placed(message).unwrap_or((field, message));
    let field = missing_or(field, message);
    let message = in_words(message, OBJECT);
    // Serde loses the position where it reads ahead.
    let message = match line {
        0 => message,
        _ => format!("{message} (line {line}, column {column})"),
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let others = missing_fields::<T>(&body).into_iter();
    let others = others.filter(|other| *other != field).map(|other| {
        let name = other.rsplit('.').next().unwrap_or(&other);
        let message = format!("must be given: `{name}` is missing");
        FieldError {
            field: other,
            message,
        }
    });
    let others: Vec<_> = others.collect();
    let mut errors = vec![FieldError { field, message }];
    errors.extend(others);
    Problem::all_invalid(errors)
}
