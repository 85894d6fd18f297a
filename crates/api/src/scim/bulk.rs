//! Many operations in one request (RFC 7644, section 3.7). Each is a separate change: earlier ones remain if a later
//! one is refused.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::condition::Condition;
use super::error::{Error, ScimType};
use super::intake::{member, need_schema};
use super::operate::Change;
use super::request::{Reply, Scim};
use super::resource::Kind;
use super::selection::Selection;

/// The most operations of one request.
pub(super) const OPERATIONS_MAX: usize = 500;

const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// The prefix of a reference to something that another operation creates.
const REFERENCE: &str = "bulkId:";

/// One operation.
struct Part {
    method: Method,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Value,
    /// The `bulkId`s that it refers to.
    references: BTreeSet<String>,
}

/// The resources created by operations, by `bulkId`: their id, or that creating them failed.
type CreatedIds = BTreeMap<String, Option<String>>;

/// `POST /Bulk`.
pub(super) async fn run(scim: &Scim, body: &Map<String, Value>) -> Result<Reply, Error> {
    need_schema(body, BULK_REQUEST)?;
    let listed = member(body, "Operations").and_then(Value::as_array);
    let listed = listed.ok_or_else(|| {
        Error::bad(
            ScimType::InvalidSyntax,
            "`Operations` must be a list of operations.",
        )
    })?;
    if listed.len() > OPERATIONS_MAX {
        let detail = format!("A bulk request can have {OPERATIONS_MAX} operations. Send several requests.");
        return Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    let errors_max = match member(body, "failOnErrors") {
        None | Some(Value::Null) => usize::MAX,
        Some(number) => number
            .as_u64()
            .filter(|number| *number > 0)
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(|| {
                Error::bad(
                    ScimType::InvalidValue,
                    "`failOnErrors` must be a whole number above 0.",
                )
            })?,
    };
    let parts: Vec<Result<Part, Error>> = listed.iter().map(Part::read).collect();
    let results = run_all(scim, parts, errors_max).await;
    Ok(Reply::document(json!({
        "schemas": [BULK_RESPONSE],
        "Operations": results,
    })))
}

/// Runs the operations in order, except that an operation waits for a later one that creates something it refers to.
async fn run_all(scim: &Scim, parts: Vec<Result<Part, Error>>, errors_max: usize) -> Vec<Value> {
    let creating = |part: &Result<Part, Error>| match part {
        Ok(part) if part.method == Method::POST => part.bulk_id.clone(),
        _ => None,
    };
    let mut unmade: BTreeSet<String> = parts.iter().filter_map(creating).collect();
    let mut made = CreatedIds::new();
    let mut results: Vec<Option<Value>> = parts.iter().map(|_| None).collect();
    let mut waiting: Vec<(usize, Result<Part, Error>)> = parts.into_iter().enumerate().collect();
    let mut errors = 0;
    while !waiting.is_empty() && errors < errors_max {
        let can_run = |part: &Result<Part, Error>| match part {
            Ok(part) => part.references.is_disjoint(&unmade),
            Err(_) => true,
        };
        // If all remaining operations wait for each other, the first one fails because of its unresolved reference.
        let next = waiting.iter().position(|(_, part)| can_run(part)).unwrap_or(0);
        let (number, part) = waiting.remove(next);
        let (result, is_error) = run_one(&scim.part(number), part, &mut made, &mut unmade).await;
        errors += usize::from(is_error);
        if let Some(place) = results.get_mut(number) {
            *place = Some(result);
        }
    }
    results.into_iter().flatten().collect()
}

async fn run_one(
    scim: &Scim,
    part: Result<Part, Error>,
    made: &mut CreatedIds,
    unmade: &mut BTreeSet<String>,
) -> (Value, bool) {
    let (mut result, done, bulk_id) = match part {
        Ok(mut part) => {
            let mut result = json!({"method": part.method.as_str()});
            if let Some(id) = &part.bulk_id {
                result["bulkId"] = json!(id);
            }
            let done = match part.resolve(made) {
                Ok(()) => part.run(scim).await,
                Err(error) => Err(error),
            };
            let bulk_id = part.bulk_id.filter(|_| part.method == Method::POST);
            (result, done, bulk_id)
        }
        Err(error) => (json!({}), Err(error), None),
    };
    let is_error = done.is_err();
    if let Some(bulk_id) = bulk_id {
        let id = done
            .as_ref()
            .ok()
            .and_then(|reply| reply.body.as_ref()?.get("id"));
        let id = id.and_then(Value::as_str).map(str::to_owned);
        unmade.remove(&bulk_id);
        made.insert(bulk_id, id);
    }
    match done {
        Ok(reply) => {
            result["status"] = reply.status.as_str().into();
            if let Some(location) = reply.location {
                result["location"] = location.into();
            }
            if let Some(version) = reply.version {
                result["version"] = version.to_string().into();
            }
        }
        Err(error) => {
            result["status"] = error.status.as_str().into();
            result["response"] = error.body();
        }
    }
    (result, is_error)
}

impl Part {
    fn read(operation: &Value) -> Result<Self, Error> {
        let wrong = |detail: &str| Error::bad(ScimType::InvalidSyntax, detail);
        let operation = operation
            .as_object()
            .ok_or_else(|| wrong("Each of the `Operations` must be an object."))?;
        let text = |name| member(operation, name).and_then(Value::as_str);
        let method = match text("method").unwrap_or_default().to_ascii_uppercase().as_str() {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(wrong("`method` must be `POST`, `PUT`, `PATCH` or `DELETE`.")),
        };
        let path = text("path").ok_or_else(|| wrong("`path` is missing, such as `/Users`."))?;
        let bulk_id = text("bulkId").map(str::to_owned);
        if method == Method::POST && bulk_id.is_none() {
            return Err(wrong("A `POST` needs a `bulkId`."));
        }
        let mut data = member(operation, "data").cloned().unwrap_or_default();
        let mut references = BTreeSet::new();
        let mut note = |text: &str| references.extend(text.strip_prefix(REFERENCE).map(str::to_owned));
        visit(&mut data, &mut |text| note(text));
        note(path.rsplit('/').next().unwrap_or_default());
        Ok(Self {
            method,
            path: path.to_owned(),
            bulk_id,
            version: text("version").map(str::to_owned),
            data,
            references,
        })
    }

    /// Replaces references by ids.
    fn resolve(&mut self, made: &CreatedIds) -> Result<(), Error> {
        let mut missing = None;
        let mut put = |text: &mut String| {
            let Some(reference) = text.strip_prefix(REFERENCE) else {
                return;
            };
            match made.get(reference) {
                Some(Some(id)) => *text = id.clone(),
                _ => missing = Some(reference.to_owned()),
            }
        };
        visit(&mut self.data, &mut put);
        if let Some((before, last)) = self.path.rsplit_once('/') {
            let mut last = last.to_owned();
            put(&mut last);
            self.path = format!("{before}/{last}");
        }
        match missing {
            None => Ok(()),
            Some(reference) => {
                let detail = format!("No operation has created `{REFERENCE}{reference}`.");
                Err(Error::new(StatusCode::CONFLICT, detail))
            }
        }
    }

    async fn run(&self, scim: &Scim) -> Result<Reply, Error> {
        let mut segments = self.path.trim_start_matches('/').splitn(2, '/');
        let kind = segments.next().and_then(Kind::at);
        let id = segments.next().unwrap_or_default();
        let wrong = || {
            let detail = format!("There is no `{} {}`.", self.method, self.path);
            Error::bad(ScimType::InvalidPath, detail)
        };
        let kind = kind.filter(|_| id.is_empty() == (self.method == Method::POST));
        let kind = kind.ok_or_else(wrong)?;
        let change = Change {
            kind,
            id: id.to_owned(),
            condition: Condition::version(self.version.clone()),
            selection: Selection::Default,
        };
        let data = || {
            self.data
                .as_object()
                .ok_or_else(|| Error::bad(ScimType::InvalidSyntax, "`data` must be an object."))
        };
        match self.method {
            Method::POST => scim.create(kind, data()?, Selection::Default).await,
            Method::PUT => scim.replace(change, data()?).await,
            Method::PATCH => scim.patch(change, data()?).await,
            _ => scim.delete(change).await,
        }
    }
}

/// Visits every text in a value.
fn visit(value: &mut Value, look: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(values) => values.iter_mut().for_each(|value| visit(value, look)),
        Value::Object(values) => values.values_mut().for_each(|value| visit(value, look)),
        _ => {}
    }
}
