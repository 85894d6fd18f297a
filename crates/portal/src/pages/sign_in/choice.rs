//! Which of several accounts, once the password was right in more than one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use usher_domain::{AccountId, Secs, Timestamp};
use usher_identity::{PasswordProof, RandomError, draw_bits};

/// How long a choice is open.
const LIFE: Secs = Secs::new(300);

/// The most choices that are open at a time; past it the oldest is closed.
const OPEN_MAX: usize = 1_000;

/// The choices that are open. In memory: who comes back to another server, or to a later one, signs in again.
#[derive(Default)]
pub(crate) struct Choices(Mutex<BTreeMap<String, Choice>>);

struct Choice {
    proofs: Vec<PasswordProof>,
    until: Timestamp,
}

impl Choices {
    /// Opens a choice; gives what the form has to bring back.
    pub(super) fn offer(&self, proofs: Vec<PasswordProof>, now: Timestamp) -> Result<String, RandomError> {
        // The first one alone would do; the time in front puts the oldest first.
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

    /// Closes a choice; gives what proved who signs in, where the account is one of those offered. Much can have
    /// happened since.
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
