//! Finds out which secrets keys the sealed secrets of a database were sealed with, without any key.

use std::collections::BTreeSet;

use crate::SecretsKeys;
use crate::seal::KeyId;

/// The ids of the keys that a database's sealed secrets were sealed with. An attacker who can write the database can
/// forge them.
#[derive(Debug, Default)]
pub struct SealedSecrets {
    count: u64,
    ids: BTreeSet<KeyId>,
}

impl SealedSecrets {
    /// Takes note of a stored value. A plain-text one, as signing keys once were, does not count.
    pub fn add(&mut self, value: &[u8]) {
        if let Some(id) = KeyId::of_sealed(value) {
            self.count += 1;
            self.ids.insert(id);
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether there are any, and none of them was sealed with one of `keys`.
    #[must_use]
    pub fn are_foreign_to(&self, keys: &SecretsKeys) -> bool {
        self.count > 0 && !self.ids.iter().any(|id| keys.have(*id))
    }

    /// The ids of their keys, separated by commas.
    #[must_use]
    pub fn key_names(&self) -> String {
        let names: Vec<_> = self.ids.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}
