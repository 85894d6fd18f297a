//! What directories know of a user.

use serde::Serialize;
use usher_domain::directory;
use usher_domain::personal::Personal;
use usher_domain::text::{ExternalId, Issuer, Name, UserName};
use utoipa::ToSchema;

use crate::v1::schema;

/// A user's data in a directory, from a SCIM client or an identity provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DirectoryEntry {
    /// The user's name in the directory.
    #[schema(value_type = schema::UserName)]
    user_name: UserName,
    /// The directory's own id; null if it has none.
    #[schema(required, value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// The given name; null if unknown.
    #[schema(required, value_type = Option<schema::Name>)]
    given_name: Option<Name>,
    /// The family name; null if unknown.
    #[schema(required, value_type = Option<schema::Name>)]
    family_name: Option<Name>,
    /// The user's identity at the provider; null before the first sign-in with it.
    #[schema(required)]
    subject: Option<Subject>,
}

/// A user's identity at an identity provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Subject {
    /// The issuer.
    #[schema(value_type = schema::Issuer)]
    issuer: Issuer,
    /// The subject.
    #[schema(value_type = schema::ExternalId)]
    sub: ExternalId,
}

impl From<&directory::DirectoryEntry> for DirectoryEntry {
    fn from(entry: &directory::DirectoryEntry) -> Self {
        let entry = entry.clone();
        Self {
            user_name: entry.user_name.into_revealed(),
            external_id: entry.external_id.map(Personal::into_revealed),
            given_name: entry.given_name.map(Personal::into_revealed),
            family_name: entry.family_name.map(Personal::into_revealed),
            subject: entry.subject.map(Personal::into_revealed).map(|subject| Subject {
                issuer: subject.issuer,
                sub: subject.sub,
            }),
        }
    }
}
