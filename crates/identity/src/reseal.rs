//! Sealing again, at a start, what is not sealed with the current secrets key.

use crate::ports::{Resealed, SealedPlace, Store};
use crate::secret::SECRET_BYTES;
use crate::{IdentityError, SealError, Sealer};

/// Seals again every value that is sealed with an older secrets key, and signing keys that early versions stored in
/// plain text.
pub(crate) async fn reseal(store: &dyn Store, sealer: &Sealer) -> Result<(), IdentityError> {
    let mut resealed = Vec::new();
    for (place, before) in store.sealed_values().await? {
        if let Some(after) = renewed(place, &before, sealer)? {
            resealed.push(Resealed { place, before, after });
        }
    }
    if !resealed.is_empty() {
        store.replace_sealed_values(resealed).await?;
    }
    Ok(())
}

fn renewed(place: SealedPlace, value: &[u8], sealer: &Sealer) -> Result<Option<Vec<u8>>, SealError> {
    match place {
        // A sealed key is longer than the key itself.
        SealedPlace::SigningKey(_) if value.len() == SECRET_BYTES => {
            sealer.seal(&place.context(), value).map(Some)
        }
        _ => sealer.renew(&place.context(), value),
    }
}

/// Whether a stored value can be opened in its place.
pub fn check_sealed(sealer: &Sealer, place: SealedPlace, value: &[u8]) -> Result<(), IdentityError> {
    match place {
        SealedPlace::ClientSecret(_) | SealedPlace::IdToken(_) | SealedPlace::Outbox(_) => {
            sealer.open_text(&place.context(), value)?;
        }
        SealedPlace::SigningKey(_) | SealedPlace::JoinKey | SealedPlace::SecondFactor(..) => {
            sealer.open(&place.context(), value)?;
        }
    }
    Ok(())
}
