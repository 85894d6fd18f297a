//! Partial changes of a resource (RFC 7644, section 3.5.2).

mod apply;

use scim_v2::filter::PatchPath;
use serde_json::{Map, Value};

use super::error::{Error, ScimType};
use super::filter::Test;
use super::intake::{member, need_schema, read, single};
use super::schema::{Attribute, AttributeRef, Found, Mutability, Schema};

/// The most operations of one request.
const OPERATIONS_MAX: usize = 1_000;

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Remove,
    Replace,
}

/// The target of an operation.
#[derive(Debug)]
pub(super) enum Target {
    /// An attribute, or a part of one.
    At(AttributeRef),
    /// The values of an attribute that match, or a part of them.
    Values {
        attribute: &'static Attribute,
        test: Test,
        part: Option<&'static Attribute>,
    },
}

/// One operation, checked against the schema. `value` has the type of the target.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) verb: Verb,
    pub(super) target: Target,
    pub(super) value: Option<Value>,
}

impl Operation {
    /// The attribute that it changes.
    pub(super) const fn attribute(&self) -> &'static Attribute {
        match &self.target {
            Target::At(place) => place.attribute,
            Target::Values { attribute, .. } => attribute,
        }
    }
}

/// Where the name of the target was given, which decides how a read-only target is treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// In `path`: on purpose, so it is refused.
    Path,
    /// In a value without a path, which may be a whole resource: it is ignored, as in a `PUT`.
    Value,
}

/// Reads the body of a `PATCH`.
pub(super) fn operations(
    schema: &'static Schema,
    body: &Map<String, Value>,
) -> Result<Vec<Operation>, Error> {
    need_schema(body, PATCH_OP)?;
    let listed = member(body, "Operations").and_then(Value::as_array);
    let listed = listed.filter(|listed| !listed.is_empty()).ok_or_else(|| {
        Error::bad(
            ScimType::InvalidSyntax,
            "`Operations` must be a list of operations.",
        )
    })?;
    if listed.len() > OPERATIONS_MAX {
        let detail = format!("A `PATCH` can have {OPERATIONS_MAX} operations. Send several requests.");
        return Err(Error::bad(ScimType::TooMany, detail));
    }
    let mut operations = Vec::with_capacity(listed.len());
    for operation in listed {
        let operation = operation.as_object().ok_or_else(|| {
            Error::bad(
                ScimType::InvalidSyntax,
                "Each of the `Operations` must be an object.",
            )
        })?;
        read_one(schema, operation, &mut operations)?;
    }
    Ok(operations)
}

fn read_one(
    schema: &'static Schema,
    operation: &Map<String, Value>,
    operations: &mut Vec<Operation>,
) -> Result<(), Error> {
    let verb = verb(member(operation, "op"))?;
    let value = member(operation, "value").filter(|value| !value.is_null());
    let path = match member(operation, "path") {
        None | Some(Value::Null) => "",
        Some(Value::String(path)) => path.trim(),
        Some(_) => return Err(Error::bad(ScimType::InvalidPath, "`path` must be a text.")),
    };
    if !path.is_empty() {
        operations.extend(change(schema, verb, path, value, Named::Path)?);
        return Ok(());
    }
    if verb == Verb::Remove {
        let detail = "`remove` needs a `path` that says what to remove.";
        return Err(Error::bad(ScimType::NoTarget, detail));
    }
    let Some(Value::Object(values)) = value else {
        let detail = "Without a `path`, `value` must be an object with the attributes to change.";
        return Err(Error::bad(ScimType::InvalidValue, detail));
    };
    for (name, value) in values {
        match value {
            // The attributes of a schema may be nested under its name.
            Value::Object(inner) if name.eq_ignore_ascii_case(schema.urn) => {
                for (name, value) in inner {
                    operations.extend(change(schema, verb, name, Some(value), Named::Value)?);
                }
            }
            value => operations.extend(change(schema, verb, name, Some(value), Named::Value)?),
        }
    }
    Ok(())
}

fn verb(op: Option<&Value>) -> Result<Verb, Error> {
    let name = op.and_then(Value::as_str).unwrap_or_default();
    match name.to_ascii_lowercase().as_str() {
        "add" => Ok(Verb::Add),
        "remove" => Ok(Verb::Remove),
        "replace" => Ok(Verb::Replace),
        _ => Err(Error::bad(
            ScimType::InvalidSyntax,
            "`op` must be `add`, `remove` or `replace`.",
        )),
    }
}

/// The operation on a path's target; `None` if Usher does not store that.
fn change(
    schema: &'static Schema,
    verb: Verb,
    path: &str,
    value: Option<&Value>,
    named: Named,
) -> Result<Option<Operation>, Error> {
    let parsed = match path.parse() {
        Ok(parsed) => parsed,
        Err(_) if named == Named::Value => return Ok(None),
        Err(error) => {
            let detail = format!("The path `{path}` cannot be read: {error}.");
            return Err(Error::bad(ScimType::InvalidPath, detail));
        }
    };
    let at = match &parsed {
        PatchPath::Attr(path) => path,
        PatchPath::Value(path) => &path.attr,
    };
    let place = match schema.find(at) {
        Some(Found::Kept(place)) => place,
        Some(Found::Ignored) => return Ok(None),
        None if named == Named::Value => return Ok(None),
        None => {
            let detail = format!("There is no attribute `{path}`.");
            return Err(Error::bad(ScimType::InvalidPath, detail));
        }
    };
    let target = match parsed {
        PatchPath::Attr(_) => Target::At(place),
        PatchPath::Value(path) => {
            let attribute = place.last();
            let part = match &path.sub_attr {
                None => None,
                Some(name) => match attribute.part(name) {
                    Some(part) => Some(part),
                    // `emails[type eq "work"].display`, which other products store.
                    None if name.eq_ignore_ascii_case("display") => return Ok(None),
                    None => {
                        let detail = format!("`{}` has no part `{name}`.", attribute.name);
                        return Err(Error::bad(ScimType::InvalidPath, detail));
                    }
                },
            };
            let test = Test::within(&path.filter, attribute)?;
            Target::Values {
                attribute,
                test,
                part,
            }
        }
    };
    if is_fixed(&target) {
        if named == Named::Value {
            return Ok(None);
        }
        let detail = format!("`{path}` cannot be changed.");
        return Err(Error::bad(ScimType::Mutability, detail));
    }
    let value = match value {
        Some(value) => typed(&target, value.clone())?,
        None => None,
    };
    // A null value unassigns (RFC 7643, section 2.5).
    let is_none = value.is_none();
    let verb = match verb {
        Verb::Replace if is_none => Verb::Remove,
        Verb::Add if is_none => return Ok(None),
        verb => verb,
    };
    Ok(Some(Operation { verb, target, value }))
}

fn is_fixed(target: &Target) -> bool {
    let (attribute, part) = match target {
        Target::At(place) => (place.attribute, place.part),
        Target::Values { attribute, part, .. } => (*attribute, *part),
    };
    attribute.mutability == Mutability::ReadOnly
        || part.is_some_and(|part| part.mutability != Mutability::ReadWrite)
}

fn typed(target: &Target, value: Value) -> Result<Option<Value>, Error> {
    match target {
        Target::At(AttributeRef { part: Some(part), .. }) | Target::Values { part: Some(part), .. } => {
            single(part, value)
        }
        Target::At(AttributeRef { attribute, .. }) => read(attribute, value),
        Target::Values { attribute, .. } => match value {
            Value::Array(mut values) if values.len() == 1 => single(attribute, values.swap_remove(0)),
            value => single(attribute, value),
        },
    }
}

#[cfg(test)]
mod tests;
