//! The choice between several accounts, if the password was right in more than one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use usher_domain::{AccountId, Secs, Timestamp};
use usher_identity::{PasswordProof, RandomError, draw_bits};

/// How long a choice stays open.
const LIFE: Secs = Secs::new(300);

/// The most open choices; beyond that the oldest is closed.
const OPEN_MAX: usize = 1_000;

/// The open choices, in memory only: after a restart, or on another server, the user signs in again.
#[derive(Default)]
pub(super) struct Choices(Mutex<BTreeMap<String, Choice>>);

struct Choice {
    proofs: Vec<PasswordProof>,
    until: Timestamp,
}

impl Choices {
    /// Opens a choice, and returns the key that the form has to send back.
    pub(super) fn offer(&self, proofs: Vec<PasswordProof>, now: Timestamp) -> Result<String, RandomError> {
        // One random part would be enough; the time in front sorts the oldest first.
        let key = format!("{:032x}{:032x}", draw_bits(now)?, draw_bits(now)?);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, choice| choice.until > now);
        while open.len() >= OPEN_MAX {
            open.pop_first();
        }
        let until = now + LIFE;
        open.insert(key.clone(), Choice { proofs, until });
        Ok(key)
    }

    /// Closes a choice, and returns the proof for the chosen account if it is one of those offered. Check the proof
    /// again: much may have happened since.
    pub(super) fn take(&self, key: &str, account: AccountId, now: Timestamp) -> Option<PasswordProof> {
        let choice = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key)?;
        let mut proofs = choice.proofs.into_iter();
        proofs.find(|proof| choice.until > now && proof.account() == account)
    }
}
