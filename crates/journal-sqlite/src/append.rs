//! Stores one commit within the writer's transaction.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Statement, params};
use usher_domain::{AccountId, Timestamp};
use usher_journal::{Append, READ_MODELS, Record, Seq, Snapshot};

use crate::chain::{self, MILESTONE_EVERY};
use crate::records::write::{Origin, RecordStatements};

/// The most accounts whose newest commit is cached.
const HEADS_MAX: usize = 65_536;

const NOT_REBUILDING: Outcome = Outcome::Impossible("the read models are not being rebuilt");

/// The result of a request whose statements all ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It takes effect when the transaction commits.
    Done,
    /// The account has newer commits; nothing was changed.
    Conflict,
    /// It cannot be stored; nothing was changed.
    Impossible(&'static str),
}

/// The writer's prepared statements.
pub(crate) struct Statements<'c> {
    connection: &'c Connection,
    last_position: Statement<'c>,
    read_head: Statement<'c>,
    insert_head: Statement<'c>,
    move_head: Statement<'c>,
    insert_commit: Statement<'c>,
    insert_milestone: Statement<'c>,
    put_snapshot: Statement<'c>,
    records: RecordStatements<'c>,
    /// The newest commits of recently written accounts: `seq` and position.
    heads: HashMap<[u8; 16], (i64, i64)>,
    is_rebuilding: bool,
}

impl<'c> Statements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            last_position: connection.prepare("SELECT coalesce(max(position), 0) FROM commits")?,
            read_head: connection.prepare("SELECT seq, position FROM heads WHERE account_id = ?1")?,
            insert_head: connection
                .prepare("INSERT INTO heads (account_id, seq, position, next_due) VALUES (?1, ?2, ?3, ?4)")?,
            move_head: connection.prepare(
                "UPDATE heads SET seq = ?2, position = ?3, next_due = ?4
                 WHERE account_id = ?1 AND seq = ?2 - 1",
            )?,
            insert_commit: connection.prepare(
                "INSERT INTO commits (position, previous, seq, at, account_id, hash, entries)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?,
            insert_milestone: connection
                .prepare("INSERT INTO milestones (account_id, seq, position) VALUES (?1, ?2, ?3)")?,
            put_snapshot: connection.prepare(
                "INSERT INTO snapshots (account_id, seq, hash, state, digest) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (account_id) DO UPDATE SET seq = ?2, hash = ?3, state = ?4, digest = ?5
                 WHERE seq <= ?2",
            )?,
            records: RecordStatements::prepare(connection)?,
            heads: HashMap::new(),
            is_rebuilding: false,
        })
    }

    /// The position of the newest commit of all accounts.
    pub(crate) fn last_position(&mut self) -> rusqlite::Result<i64> {
        self.last_position.query_row([], |row| row.get(0))
    }

    pub(crate) fn append(&mut self, append: &Append, position: i64) -> rusqlite::Result<Outcome> {
        let commit = &append.commit;
        if self.is_rebuilding {
            return Ok(Outcome::Impossible("the read models are being made again"));
        }
        if let Some(why) = RecordStatements::misfit(&append.records) {
            return Ok(Outcome::Impossible(why));
        }
        let account = commit.account.bits().to_be_bytes();
        let (seq, next_due) = (
            commit.seq.get().cast_signed(),
            append.next_due.map(Timestamp::millis),
        );
        let Some(previous) = self.position_before(account, seq)? else {
            return Ok(Outcome::Conflict);
        };
        let set_head = if previous > 0 {
            &mut self.move_head
        } else {
            &mut self.insert_head
        };
        if set_head.execute(params![account, seq, position, next_due])? != 1 {
            self.heads.remove(&account);
            return Ok(Outcome::Conflict);
        }
        self.remember(account, seq, position);
        self.insert_commit.execute(params![
            position,
            previous,
            seq,
            commit.at.millis(),
            account,
            commit.hash.as_bytes(),
            commit.entries,
        ])?;
        if commit.seq.get().is_multiple_of(MILESTONE_EVERY) {
            self.insert_milestone.execute(params![account, seq, position])?;
        }
        let origin = Origin {
            account: commit.account,
            seq: commit.seq,
            at: commit.at,
            position,
        };
        self.records.put(&origin, &append.records)?;
        Ok(Outcome::Done)
    }

    /// The position of the commit before `seq`, 0 for the first; `None` if the account has newer commits. If another
    /// process has written since, the cached entry has the wrong `seq`, or moving the head fails.
    fn position_before(&mut self, account: [u8; 16], seq: i64) -> rusqlite::Result<Option<i64>> {
        let known = self.heads.get(&account).filter(|(known, _)| known + 1 == seq);
        if let Some((_, position)) = known {
            return Ok(Some(*position));
        }
        let head: Option<(i64, i64)> = self
            .read_head
            .query_row([account], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (head_seq, position) = head.unwrap_or_default();
        Ok((seq > 0 && head_seq + 1 == seq).then_some(position))
    }

    fn remember(&mut self, account: [u8; 16], seq: i64, position: i64) {
        if self.heads.len() >= HEADS_MAX {
            self.heads.clear();
        }
        self.heads.insert(account, (seq, position));
    }

    /// Drops what was cached by a transaction that was rolled back.
    pub(crate) fn forget(&mut self) {
        self.is_rebuilding = false;
        self.heads.clear();
    }

    /// Fills the read models from a stored commit.
    pub(crate) fn put_records(
        &mut self,
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        records: &[Record],
    ) -> rusqlite::Result<Outcome> {
        if !self.is_rebuilding {
            return Ok(NOT_REBUILDING);
        }
        if let Some(why) = RecordStatements::misfit(records) {
            return Ok(Outcome::Impossible(why));
        }
        let Some(link) = chain::find(self.connection, account, seq)? else {
            return Ok(Outcome::Impossible("the commit of the records is not stored"));
        };
        self.records.put(
            &Origin {
                account,
                seq,
                at,
                position: link.position,
            },
            records,
        )?;
        Ok(Outcome::Done)
    }

    /// Empties everything that derives from commits, before [`put_records`](Self::put_records) fills the read models.
    /// The engine makes new snapshots later.
    pub(crate) fn reset_records(&mut self) -> rusqlite::Result<Outcome> {
        for table in READ_MODELS {
            self.connection.execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.connection.execute_batch(&format!(
            "DELETE FROM snapshots;
             DELETE FROM milestones;
             INSERT INTO milestones (account_id, seq, position)
             SELECT account_id, seq, position FROM commits WHERE seq % {MILESTONE_EVERY} = 0;
             UPDATE facts SET stale = 0"
        ))?;
        self.is_rebuilding = true;
        Ok(Outcome::Done)
    }

    /// Rewrites a stored value, so that the disk has to accept a page.
    pub(crate) fn write_nothing_new(&self) -> rusqlite::Result<Outcome> {
        let version: i64 = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        self.connection.pragma_update(None, "user_version", version)?;
        Ok(Outcome::Done)
    }

    /// Stores an account's next deadline.
    pub(crate) fn put_due(
        &mut self,
        account: AccountId,
        due: Option<Timestamp>,
    ) -> rusqlite::Result<Outcome> {
        if !self.is_rebuilding {
            return Ok(NOT_REBUILDING);
        }
        self.connection
            .prepare_cached("UPDATE heads SET next_due = ?2 WHERE account_id = ?1")?
            .execute(params![account.bits().to_be_bytes(), due.map(Timestamp::millis)])?;
        Ok(Outcome::Done)
    }

    /// Ends the rebuild that [`reset_records`](Self::reset_records) began: it takes effect when the transaction
    /// commits.
    pub(crate) fn finish_records(&mut self) -> Outcome {
        if std::mem::take(&mut self.is_rebuilding) {
            return Outcome::Done;
        }
        NOT_REBUILDING
    }

    /// Whether a rebuild is running, in a transaction that stays open until it is complete.
    pub(crate) const fn is_rebuilding(&self) -> bool {
        self.is_rebuilding
    }

    pub(crate) fn save_snapshot(&mut self, snapshot: &Snapshot) -> rusqlite::Result<Outcome> {
        self.put_snapshot.execute(params![
            snapshot.account.bits().to_be_bytes(),
            snapshot.seq.get().cast_signed(),
            snapshot.hash.as_bytes(),
            snapshot.state,
            snapshot.digest.as_bytes(),
        ])?;
        Ok(Outcome::Done)
    }
}
