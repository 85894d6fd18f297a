//! An account's state as bytes, so that loading need not start at its first commit.

use serde::{Deserialize, Serialize};
use usher_domain::{Account, Timestamp};
use usher_journal::Snapshot;

use crate::replay::Replayed;

/// Incremented when the state's format changes; snapshots in another format are ignored and the commits are read
/// instead.
const FORMAT: u32 = 1;

/// The bytes of a snapshot are not a state that this version can read.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSnapshot {
    /// Another version wrote it.
    #[error("its form is {0}, and {FORMAT} is expected")]
    Format(u32),
    /// It is not a state.
    #[error("it is not a state")]
    State(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    at: Timestamp,
    account: &'a Account,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize)]
struct Read {
    at: Timestamp,
    account: Account,
}

/// The bytes of a state, as the result of its commits: leases that only memory knows to be renewed have their stored
/// end.
pub(crate) fn write(account: &Account, at: Timestamp) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Written {
        format: FORMAT,
        at,
        account,
    })
}

/// The state of a snapshot.
pub(crate) fn read(snapshot: &Snapshot) -> Result<Replayed, InvalidSnapshot> {
    let Format { format } = serde_json::from_slice(&snapshot.state)?;
    if format != FORMAT {
        return Err(InvalidSnapshot::Format(format));
    }
    let Read { at, account } = serde_json::from_slice(&snapshot.state)?;
    Ok(Replayed {
        account: Some(account.restored()),
        seq: snapshot.seq,
        hash: snapshot.hash,
        at,
        ..Replayed::default()
    })
}
