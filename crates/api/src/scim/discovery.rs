//! The server's features and the schemas of its resources (RFC 7644, section 4).

use serde_json::{Value, json};

use super::error::Error;
use super::list::{COUNT_MAX, LIST_RESPONSE};
use super::request::{Reply, Scim};
use super::resource::Kind;
use super::{BODY_BYTES_MAX, bulk};

/// `/ServiceProviderConfig`.
pub(super) async fn service_provider_config(scim: Scim) -> Reply {
    let supported = |supported: bool| json!({"supported": supported});
    Reply::document(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": supported(true),
        "bulk": {"supported": true, "maxOperations": bulk::OPERATIONS_MAX, "maxPayloadSize": BODY_BYTES_MAX},
        "filter": {"supported": true, "maxResults": COUNT_MAX},
        "changePassword": supported(false),
        "sort": supported(true),
        "etag": supported(true),
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "An API key with the scope `directory.provision`, made in the portal, as a bearer token.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", scim.base),
        },
    }))
}

/// `/ResourceTypes`.
pub(super) async fn resource_types(scim: Scim) -> Reply {
    list(Kind::ALL.map(|kind| resource_type(kind, &scim.base)))
}

/// `/ResourceTypes/{name}`.
pub(super) fn one_resource_type(scim: &Scim, name: &str) -> Result<Reply, Error> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.schema().name == name);
    let kind = kind.ok_or_else(|| Error::not_found("resource type"))?;
    Ok(Reply::document(resource_type(kind, &scim.base)))
}

/// `/Schemas`.
pub(super) async fn schemas(scim: Scim) -> Reply {
    list(Kind::ALL.map(|kind| kind.schema().shown(&scim.base)))
}

/// `/Schemas/{urn}`.
pub(super) fn one_schema(scim: &Scim, urn: &str) -> Result<Reply, Error> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.schema().urn == urn);
    let kind = kind.ok_or_else(|| Error::not_found("schema"))?;
    Ok(Reply::document(kind.schema().shown(&scim.base)))
}

fn resource_type(kind: Kind, base: &str) -> Value {
    let schema = kind.schema();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": schema.name,
        "name": schema.name,
        "description": schema.description,
        "endpoint": format!("/{}", kind.endpoint()),
        "schema": schema.urn,
        "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", schema.name)},
    })
}

fn list<const N: usize>(resources: [Value; N]) -> Reply {
    let resources = Value::from(Vec::from(resources));
    Reply::document(json!({
        "schemas": [LIST_RESPONSE],
        "totalResults": N,
        "startIndex": 1,
        "itemsPerPage": N,
        "Resources": resources,
    }))
}
