//! How a problem document looks in the OpenAPI document.

use utoipa::openapi::schema::{AdditionalProperties, Object};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Facts;

/// The members of every problem document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used")]
struct Common {
    /// The page that explains this code.
    #[schema(format = "uri-reference", example = "/problems/no-seat-available")]
    r#type: String,
    /// A short title, the same for every problem of this code.
    #[schema(example = "All shared seats are in use")]
    title: String,
    /// The HTTP status.
    #[schema(example = 409)]
    status: u16,
    /// A sentence about this occurrence, for people.
    #[schema(
        example = "All shared seats are in use. To start a session, please wait for an available seat. Support has 10 of 10 seats taken, and 2 people wait. You can wait in the queue or ask an admin for a seat."
    )]
    detail: String,
    /// The stable code, for programs.
    #[schema(example = "no-seat-available")]
    code: String,
    /// The id of the request, as in the `X-Request-Id` header: include it when you ask for help.
    #[schema(required = false, example = "5b1c0de2f00dfeed0000000000000017")]
    request_id: String,
}

/// The members that every document has, and those of [`Facts`], as one flat object.
pub(crate) enum ProblemDocument {}

fn object(schema: RefOr<Schema>) -> Object {
    match schema {
        RefOr::T(Schema::Object(object)) => object,
        _ => Object::default(),
    }
}

impl PartialSchema for ProblemDocument {
    fn schema() -> RefOr<Schema> {
        let mut document = object(Common::schema());
        // An empty array is left out, so none of the facts is required.
        document.properties.extend(object(Facts::schema()).properties);
        document.description = Some(
            "A problem document (RFC 9457). Which members are there besides the first five depends on the `code`."
                .to_owned(),
        );
        document.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(true)));
        RefOr::T(Schema::Object(document))
    }
}

impl ToSchema for ProblemDocument {
    fn name() -> std::borrow::Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Facts::schemas(schemas);
    }
}
