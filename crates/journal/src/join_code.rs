//! What read models keep of a join code.

use sha2::{Digest, Sha256};
use usher_domain::join_code::JoinCode;

use crate::hash::Hash;
use crate::text::Text;

/// What a join code is found by: its keyed digest, or, where its journal is from before codes were sealed, a plain one.
#[must_use]
pub fn code_digest(code: &JoinCode) -> Text {
    match code {
        JoinCode::Sealed { digest, .. } => Text::Shared(digest.clone()),
        JoinCode::Plain(code) => plain_code_digest(code.as_str()),
    }
}

/// The digest of a code that a journal has as it is. It needs no key, because the journal tells the code anyway, so that
/// read models can be made from a journal alone.
#[must_use]
pub fn plain_code_digest(code: &str) -> Text {
    let digest = Sha256::new().chain_update("usher join code ").chain_update(code);
    Text::from(format!("plain-{}", Hash::from_bytes(digest.finalize().into())))
}
