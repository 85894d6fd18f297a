//! The trail of operator keys and grants: every change of one, with its author and address.
//!
//! Operator keys belong to no account, and so to no journal. A row of the trail is stored together with the change that
//! it describes, with a hash over itself and the previous row. The trail starts empty: keys that are older have no row
//! for their creation.

use std::fmt;
use std::net::IpAddr;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use usher_domain::personal::{OfKeyHolder, Personal};
use usher_domain::{OperatorKeyId, Timestamp, UserId};

use super::grants::OperatorGrant;
use crate::ports::StoredOperatorKey;

// The chain of commits in `usher-journal` hashes other fields in another form. Both forms are stored, so neither changes.
/// The prefix of the hash input, so that no other hash can be taken for it.
const HASH_DOMAIN: &[u8] = b"usher operator audit 1";

/// Who changes operator keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysChangedBy {
    /// The holder of this key.
    OperatorKey(OperatorKeyId),
    /// This owner of an account, in an operator session of the owner's grant, or on the owner's own page.
    Owner(UserId),
    /// A person with access to the data, with a command at the terminal.
    CommandLine,
    /// The server, which draws the first key at its start, or takes it from its environment.
    Start,
    /// The person who set the server up, with the link that its first start printed.
    SetUp,
    /// Usher itself, which ends the grant of somebody who is no owner any more.
    Usher,
}

/// The author of a change, with address and request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysOrigin {
    /// The author.
    pub by: KeysChangedBy,
    /// The client's network address, if there is one.
    pub address: Option<Personal<IpAddr, OfKeyHolder>>,
    /// The id of the request, if there is one.
    pub request: Option<String>,
}

/// A stored entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEntry {
    /// Its number in the trail, from 1.
    pub seq: u64,
    /// The time of the change.
    pub at: Timestamp,
    /// The action: `operator_key.created`, `operator_key.rotated` or `operator_key.revoked`; `operator_grant.created`,
    /// `operator_grant.confirmed`, `operator_grant.revoked` or `operator_grant.ended`.
    pub action: String,
    /// What was changed.
    pub subject: TrailSubject,
    /// The key's name at that time; of a grant, the names of the owner and the account.
    pub name: String,
    /// Details as JSON.
    pub detail: Option<String>,
    /// The author: the id of an operator key or of an owner, `command_line`, `start`, `set_up` or `usher`.
    pub actor: String,
    /// The author's network address.
    pub address: Option<Personal<String, OfKeyHolder>>,
    /// The id of the request.
    pub request: Option<String>,
    /// The SHA-256 over this entry and the previous one.
    pub hash: [u8; 32],
}

/// What an entry of the trail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailSubject {
    /// This key.
    Key(OperatorKeyId),
    /// The grant of this owner.
    Grant(UserId),
}

/// A wrong entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailFault {
    /// Its number in the trail.
    pub seq: u64,
    /// What is wrong, as a sentence about it.
    pub problem: String,
}

/// The result of checking the trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrailReport {
    /// How many entries there are.
    pub entries: u64,
    /// The wrong entries.
    pub faults: Vec<TrailFault>,
    /// The number and the hash of the newest entry.
    pub head: Option<(u64, [u8; 32])>,
}

/// A change of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// It was created, with these scopes and this end.
    Created,
    /// It got a new secret.
    Rotated {
        /// Until when the former one works; `None` if it stops working at once.
        former_until: Option<Timestamp>,
    },
    /// It was removed.
    Revoked,
}

/// A change of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantChange {
    /// It was made.
    Made {
        /// Whether an operator key confirmed it at once for a server with several accounts.
        is_confirmed: bool,
    },
    /// An operator key confirmed that it goes on with several accounts.
    Confirmed,
    /// Somebody ended it.
    Revoked,
    /// It ended by itself, because its user is no active owner any more, or was none at some time since.
    Ended,
}

impl KeysOrigin {
    /// An origin with nothing but the author.
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
            Self::Owner(user) => user.fmt(f),
            Self::CommandLine => f.write_str("command_line"),
            Self::Start => f.write_str("start"),
            Self::SetUp => f.write_str("set_up"),
            Self::Usher => f.write_str("usher"),
        }
    }
}

impl fmt::Display for TrailFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operator keys, change {}: {}", self.seq, self.problem)
    }
}

impl KeyChange {
    const fn action(self) -> &'static str {
        match self {
            Self::Created => "operator_key.created",
            Self::Rotated { .. } => "operator_key.rotated",
            Self::Revoked => "operator_key.revoked",
        }
    }

    fn detail(self, key: &StoredOperatorKey) -> Option<Value> {
        match self {
            Self::Created => {
                let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
                Some(json!({ "scopes": scopes, "expires_at": key.expires_at }))
            }
            Self::Rotated { former_until } => Some(json!({ "former_until": former_until })),
            Self::Revoked => None,
        }
    }
}

/// How the actions of grants begin.
const OF_GRANTS: &str = "operator_grant.";

impl GrantChange {
    const fn action(self) -> &'static str {
        match self {
            Self::Made { .. } => "operator_grant.created",
            Self::Confirmed => "operator_grant.confirmed",
            Self::Revoked => "operator_grant.revoked",
            Self::Ended => "operator_grant.ended",
        }
    }

    fn detail(self, grant: &OperatorGrant) -> Value {
        let account = grant.account.to_string();
        match self {
            Self::Made { is_confirmed } => json!({ "account": account, "confirmed": is_confirmed }),
            Self::Confirmed | Self::Revoked | Self::Ended => json!({ "account": account }),
        }
    }
}

/// A row of the trail as stored, with unchecked contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailRow {
    /// Its position in the trail, from 1.
    pub seq: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// What was done.
    pub action: String,
    /// The id of the key, or of the user who has the grant, 16 bytes.
    pub key: Vec<u8>,
    /// The key's name, or the grant's.
    pub name: String,
    /// More about it, as JSON.
    pub detail: Option<String>,
    /// Who did it.
    pub actor: String,
    /// From which network address.
    pub address: Option<Personal<String, OfKeyHolder>>,
    /// By which request.
    pub request: Option<String>,
    /// The SHA-256 over this row and the previous one.
    pub hash: Vec<u8>,
}

impl TrailRow {
    /// The row for a change of a key, after the row `last`, which is the last one ever added, with the hash of the
    /// newest existing row.
    #[must_use]
    pub fn of(
        key: &StoredOperatorKey,
        change: KeyChange,
        origin: &KeysOrigin,
        now: Timestamp,
        after: (i64, Option<&[u8]>),
    ) -> Self {
        let what = (change.action(), key.id.bits(), key.name.to_string());
        Self::after(after, what, change.detail(key), origin, now)
    }

    /// The same for a change of a grant.
    #[must_use]
    pub fn of_grant(
        grant: &OperatorGrant,
        change: GrantChange,
        origin: &KeysOrigin,
        now: Timestamp,
        after: (i64, Option<&[u8]>),
    ) -> Self {
        let what = (
            change.action(),
            grant.user.bits(),
            grant.name.reveal().to_string(),
        );
        Self::after(after, what, Some(change.detail(grant)), origin, now)
    }

    fn after(
        (last, previous): (i64, Option<&[u8]>),
        (action, id, name): (&str, u128, String),
        detail: Option<Value>,
        origin: &KeysOrigin,
        now: Timestamp,
    ) -> Self {
        let mut row = Self {
            // The number after the last one ever used: if entries are missing at the end, the gap stays visible.
            seq: last + 1,
            at: now.millis(),
            action: action.to_owned(),
            key: id.to_be_bytes().to_vec(),
            name,
            detail: detail.map(|detail| detail.to_string()),
            actor: origin.by.to_string(),
            address: origin
                .address
                .as_ref()
                .map(|address| address.map(IpAddr::to_string)),
            request: origin.request.clone(),
            hash: Vec::new(),
        };
        row.hash = row.digest(previous).to_vec();
        row
    }

    /// The hash over the row and the previous one. Each part is preceded by its length, so that none can extend into
    /// the next.
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
            self.address.as_ref().map(|address| address.reveal().as_bytes()),
            self.request.as_deref().map(str::as_bytes),
        ] {
            // A missing value differs from an empty text.
            hash.update([u8::from(part.is_some())]);
            let part = part.unwrap_or_default();
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// The row's entry; `None` if its key or hash is malformed.
    #[must_use]
    pub fn into_entry(self) -> Option<TrailEntry> {
        let id = u128::from_be_bytes(self.key.try_into().ok()?);
        Some(TrailEntry {
            seq: self.seq.cast_unsigned(),
            at: Timestamp::from_millis(self.at),
            subject: if self.action.starts_with(OF_GRANTS) {
                TrailSubject::Grant(UserId::from_bits(id))
            } else {
                TrailSubject::Key(OperatorKeyId::from_bits(id))
            },
            action: self.action,
            name: self.name,
            detail: self.detail,
            actor: self.actor,
            address: self.address,
            request: self.request,
            hash: self.hash.try_into().ok()?,
        })
    }
}

/// Checks the rows of the trail one after the other.
#[derive(Debug)]
pub struct TrailCheck {
    report: TrailReport,
    /// The position of the next row, if none is missing.
    next: i64,
    previous: Previous,
}

/// What is known of the row before the next one.
#[derive(Debug)]
enum Previous {
    /// There is none: the next row is the first.
    None,
    /// It has this hash.
    Hash(Vec<u8>),
    /// It is missing, or cannot be read.
    Unknown,
}

impl Default for TrailCheck {
    fn default() -> Self {
        Self {
            report: TrailReport::default(),
            next: 1,
            previous: Previous::None,
        }
    }
}

impl TrailCheck {
    /// Checks the next row, in order of position; `None` if it cannot be read.
    pub fn take(&mut self, seq: i64, row: Option<TrailRow>) {
        if seq > self.next {
            self.report.miss(self.next, seq - 1);
            self.previous = Previous::Unknown;
        }
        if let Some(row) = row {
            let follows = match &self.previous {
                Previous::None => row.digest(None)[..] == row.hash,
                Previous::Hash(hash) => row.digest(Some(hash))[..] == row.hash,
                Previous::Unknown => true,
            };
            if !follows {
                self.report.fault(
                    seq,
                    "it is not the one that was written, or does not follow the one before it",
                );
            }
            self.previous = Previous::Hash(row.hash);
        } else {
            self.report.fault(seq, "it cannot be read");
            self.previous = Previous::Unknown;
        }
        self.report.entries += 1;
        self.next = seq.saturating_add(1);
    }

    /// What was found, where `last` is the position of the last row ever added.
    #[must_use]
    pub fn finish(mut self, last: i64) -> TrailReport {
        if last >= self.next {
            self.report.miss(self.next, last);
        }
        if let Previous::Hash(hash) = self.previous {
            let hash = hash.try_into().ok();
            self.report.head = hash.map(|hash| ((self.next - 1).cast_unsigned(), hash));
        }
        self.report
    }
}

impl TrailReport {
    fn fault(&mut self, seq: i64, problem: impl Into<String>) {
        self.faults.push(TrailFault {
            seq: seq.cast_unsigned(),
            problem: problem.into(),
        });
    }

    /// Reports the entries from one number to another as missing.
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
