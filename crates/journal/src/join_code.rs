//! The digests of join codes in the read models.

use sha2::{Digest, Sha256};
use usher_domain::join_code::JoinCode;

use crate::hash::Hash;
use crate::text::Text;

/// The digest by which a join code is found: the keyed one, or a plain one if the journal was written before codes were
/// sealed.
#[must_use]
pub fn code_digest(code: &JoinCode) -> Text {
    match code {
        JoinCode::Sealed { digest, .. } => Text::Shared(digest.clone()),
        JoinCode::Plain(code) => plain_code_digest(code.as_str()),
    }
}

/// The digest of a code that a journal stores in plain text. It needs no key, because the journal reveals the code
/// anyway, so read models can be rebuilt from such a journal alone.
#[must_use]
pub fn plain_code_digest(code: &str) -> Text {
    let digest = Sha256::new().chain_update("usher join code ").chain_update(code);
    Text::from(format!("plain-{}", Hash::from_bytes(digest.finalize().into())))
}
