//! External ids and metadata, in the API.

use usher_domain::labels::{Labels, Metadata};
use usher_domain::text::ExternalId;

/// The labels of a creation request.
pub(crate) fn new(external_id: Option<ExternalId>, metadata: Option<Metadata>) -> Labels {
    Labels {
        external_id,
        metadata: metadata.unwrap_or_default(),
    }
}

/// Labels as stored in the records.
pub(crate) fn of_record(external_id: Option<&str>, metadata: Option<&str>) -> Labels {
    Labels {
        external_id: external_id.and_then(|id| id.parse().ok()),
        metadata: metadata
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default(),
    }
}
