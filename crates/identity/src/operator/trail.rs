//! The trail of operator keys: every change of one, by whom and from where.
//!
//! Operator keys belong to no account, and so to no journal. A row of the trail is stored with the change that it
//! tells of, in its transaction, and has a hash over itself and the row before it. The trail starts empty: keys that
//! are older than it have no row for their making.

use std::fmt;
use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use usher_domain::{OperatorKeyId, Timestamp};

use super::OperatorKeysAtRest;
use crate::{Identity, IdentityError};

/// Told apart from every other thing that is hashed.
const HASH_DOMAIN: &[u8] = b"usher operator audit 1";

const COLUMNS: &str = "seq, at, action, key_id, key_name, detail, actor, address, request, hash";

/// Who changes operator keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysChangedBy {
    /// Who has this key.
    OperatorKey(OperatorKeyId),
    /// Who has the data, with a command at the terminal.
    CommandLine,
    /// The server, which draws the first key at its start, or takes it from its environment.
    Start,
}

/// Who changes operator keys, from where, and by which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysOrigin {
    /// Who.
    pub by: KeysChangedBy,
    /// The network address of the client, where there is one.
    pub address: Option<IpAddr>,
    /// The id of the request, where there is one.
    pub request: Option<String>,
}

/// What was done to an operator key, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEntry {
    /// Its place in the trail, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What: `operator_key.created`, `operator_key.rotated` or `operator_key.revoked`.
    pub action: String,
    /// To which key.
    pub key: OperatorKeyId,
    /// What the key was called.
    pub name: String,
    /// More about it, as JSON.
    pub detail: Option<String>,
    /// Who: the id of an operator key, `command_line` or `start`.
    pub actor: String,
    /// From which network address.
    pub address: Option<String>,
    /// By which request.
    pub request: Option<String>,
    /// The SHA-256 over this entry and the one before it.
    pub hash: [u8; 32],
}

/// What is wrong with an entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailFault {
    /// Its place in the trail.
    pub seq: u64,
    /// What is wrong, as a sentence about it.
    pub problem: String,
}

/// What a check of the trail came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrailReport {
    /// How many entries there are.
    pub entries: u64,
    /// What is wrong.
    pub faults: Vec<TrailFault>,
    /// The place and the hash of the newest entry.
    pub head: Option<(u64, [u8; 32])>,
}

/// What is done to a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Done<'a> {
    Made {
        scopes: &'a [&'static str],
        expires_at: Option<Timestamp>,
    },
    Rotated {
        former_until: Option<Timestamp>,
    },
    Revoked,
}

impl KeysOrigin {
    /// An origin of which no more is known than who it is.
    #[must_use]
    pub const fn of(by: KeysChangedBy) -> Self {
        Self {
            by,
            address: None,
            request: None,
        }
    }
}

impl fmt::Display for KeysChangedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OperatorKey(id) => id.fmt(f),
            Self::CommandLine => f.write_str("command_line"),
            Self::Start => f.write_str("start"),
        }
    }
}

impl fmt::Display for TrailFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operator keys, change {}: {}", self.seq, self.problem)
    }
}

impl Identity {
    /// What was done to operator keys, the newest first, at most `limit` entries; with `before`, those before that
    /// place.
    pub async fn operator_trail(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<TrailEntry>, IdentityError> {
        self.store.read(move |tables| list(tables, before, limit)).await
    }
}

impl OperatorKeysAtRest {
    /// Walks the trail from its first entry, and names what is not as it was written.
    pub fn check_trail(&self) -> Result<TrailReport, IdentityError> {
        check(&self.0)
    }

    /// The hash of an entry of the trail; none where it is not there, or unreadable.
    pub fn trail_hash(&self, seq: u64) -> Result<Option<[u8; 32]>, IdentityError> {
        let select = "SELECT hash FROM identity_operator_audit WHERE seq = ?1";
        let found = self
            .0
            .query_row(select, [seq.cast_signed()], |row| row.get::<_, Vec<u8>>(0));
        Ok(found.optional()?.and_then(|hash| hash.try_into().ok()))
    }
}

/// Stores what is done, in the transaction that does it.
pub(super) fn note(
    tables: &Connection,
    (key, name): (OperatorKeyId, &str),
    done: Done<'_>,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let entry = Stored {
        // After the last that there ever was: where that is missing, it stays missing.
        seq: last(tables)? + 1,
        at: now.millis(),
        action: done.action().to_owned(),
        key: key.bits().to_be_bytes().to_vec(),
        name: name.to_owned(),
        detail: done.detail().map(|detail| detail.to_string()),
        actor: origin.by.to_string(),
        address: origin.address.map(|address| address.to_string()),
        request: origin.request.clone(),
        hash: Vec::new(),
    };
    let previous = tables
        .query_row(
            "SELECT hash FROM identity_operator_audit ORDER BY seq DESC LIMIT 1",
            [],
            |row| row.get::<_, Vec<u8>>(0),
        )
        .optional()?;
    let hash = entry.digest(previous.as_deref());
    tables.execute(
        &format!(
            "INSERT INTO identity_operator_audit ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        ),
        params![
            entry.seq,
            entry.at,
            entry.action,
            entry.key,
            entry.name,
            entry.detail,
            entry.actor,
            entry.address,
            entry.request,
            hash,
        ],
    )?;
    Ok(())
}

impl Done<'_> {
    const fn action(self) -> &'static str {
        match self {
            Self::Made { .. } => "operator_key.created",
            Self::Rotated { .. } => "operator_key.rotated",
            Self::Revoked => "operator_key.revoked",
        }
    }

    fn detail(self) -> Option<Value> {
        match self {
            Self::Made { scopes, expires_at } => Some(json!({ "scopes": scopes, "expires_at": expires_at })),
            Self::Rotated { former_until } => Some(json!({ "former_until": former_until })),
            Self::Revoked => None,
        }
    }
}

/// A row, whatever stands in it.
struct Stored {
    seq: i64,
    at: i64,
    action: String,
    key: Vec<u8>,
    name: String,
    detail: Option<String>,
    actor: String,
    address: Option<String>,
    request: Option<String>,
    hash: Vec<u8>,
}

impl Stored {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            at: row.get(1)?,
            action: row.get(2)?,
            key: row.get(3)?,
            name: row.get(4)?,
            detail: row.get(5)?,
            actor: row.get(6)?,
            address: row.get(7)?,
            request: row.get(8)?,
            hash: row.get(9)?,
        })
    }

    /// The hash over the row and the one before it. Each part is led by its length, so that none can grow into the
    /// next.
    fn digest(&self, previous: Option<&[u8]>) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(HASH_DOMAIN);
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        for part in [
            previous,
            Some(self.action.as_bytes()),
            Some(&self.key),
            Some(self.name.as_bytes()),
            self.detail.as_deref().map(str::as_bytes),
            Some(self.actor.as_bytes()),
            self.address.as_deref().map(str::as_bytes),
            self.request.as_deref().map(str::as_bytes),
        ] {
            // Nothing is not the same as an empty text.
            hash.update([u8::from(part.is_some())]);
            let part = part.unwrap_or_default();
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    fn entry(self) -> Option<TrailEntry> {
        Some(TrailEntry {
            seq: self.seq.cast_unsigned(),
            at: Timestamp::from_millis(self.at),
            action: self.action,
            key: OperatorKeyId::from_bits(u128::from_be_bytes(self.key.try_into().ok()?)),
            name: self.name,
            detail: self.detail,
            actor: self.actor,
            address: self.address,
            request: self.request,
            hash: self.hash.try_into().ok()?,
        })
    }
}

/// The place of the last entry that there ever was.
fn last(tables: &Connection) -> Result<i64, IdentityError> {
    let select = "SELECT seq FROM sqlite_sequence WHERE name = 'identity_operator_audit'";
    let last = tables.query_row(select, [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}

fn list(tables: &Connection, before: Option<u64>, limit: usize) -> Result<Vec<TrailEntry>, IdentityError> {
    let before = before
        .and_then(|before| i64::try_from(before).ok())
        .unwrap_or(i64::MAX);
    let mut select = tables.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM identity_operator_audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2"
    ))?;
    let rows = select.query_map(
        params![before, i64::try_from(limit).unwrap_or(i64::MAX)],
        Stored::of,
    )?;
    let damaged = || IdentityError::Damaged {
        what: "change of an operator key",
    };
    rows.map(|row| row?.entry().ok_or_else(damaged)).collect()
}

fn check(tables: &Connection) -> Result<TrailReport, IdentityError> {
    let mut select = tables.prepare(&format!(
        "SELECT {COLUMNS} FROM identity_operator_audit ORDER BY seq"
    ))?;
    let mut rows = select.query([])?;
    let mut report = TrailReport::default();
    let mut next = 1;
    // The hash of the row before, where that is known; the first row follows none.
    let mut previous = Some(None::<Vec<u8>>);
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if seq > next {
            report.miss(next, seq - 1);
            previous = None;
        }
        if let Ok(stored) = Stored::of(row) {
            let follows = |previous: &Option<Vec<u8>>| stored.digest(previous.as_deref())[..] == stored.hash;
            if !previous.as_ref().is_none_or(follows) {
                report.fault(
                    seq,
                    "it is not the one that was written, or does not follow the one before it",
                );
            }
            previous = Some(Some(stored.hash));
        } else {
            report.fault(seq, "it cannot be read");
            previous = None;
        }
        report.entries += 1;
        next = seq.saturating_add(1);
    }
    let last = last(tables)?;
    if last >= next {
        report.miss(next, last);
    }
    let hash = previous.flatten().and_then(|hash| hash.try_into().ok());
    report.head = hash.map(|hash| ((next - 1).cast_unsigned(), hash));
    Ok(report)
}

impl TrailReport {
    fn fault(&mut self, seq: i64, problem: impl Into<String>) {
        self.faults.push(TrailFault {
            seq: seq.cast_unsigned(),
            problem: problem.into(),
        });
    }

    /// The entries from one place to another are missing.
    fn miss(&mut self, from: i64, to: i64) {
        if from == to {
            self.fault(from, "it is missing");
        } else {
            self.fault(
                from,
                format!("it is missing, and so is what follows up to change {to}"),
            );
        }
    }
}
