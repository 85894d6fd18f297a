//! Where a user is signed in, in the API.

use serde::{Deserialize, Serialize};
use usher_domain::presence;
use usher_domain::text::{DeviceId, Name};
use utoipa::ToSchema;

use super::schema;

/// Where a user is signed in.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    /// The client's id for its device: the same every time.
    #[schema(value_type = schema::DeviceId)]
    id: DeviceId,
    /// Its name.
    #[schema(value_type = schema::Name, example = "Sven's laptop")]
    name: Name,
    /// Its kind.
    #[schema(value_type = schema::DeviceKind)]
    kind: presence::DeviceKind,
}

impl Device {
    /// The client's id for the device.
    pub(crate) const fn id(&self) -> &DeviceId {
        &self.id
    }
}

impl From<&presence::Device> for Device {
    fn from(device: &presence::Device) -> Self {
        Self {
            id: device.id.reveal().clone(),
            name: device.name.reveal().clone(),
            kind: device.kind,
        }
    }
}

impl From<Device> for presence::Device {
    fn from(device: Device) -> Self {
        Self {
            id: device.id.into(),
            name: device.name.into(),
            kind: device.kind,
        }
    }
}
