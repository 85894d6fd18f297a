//! The journal port on SQLite.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use usher_domain::{AccountId, Timestamp};
use usher_journal::{
    Append, AppendError, COMMITS_MAX, Commit, DUE_MAX, Hash, Inspection, Journal, JournalError, Loaded,
    Record, Seq, Snapshot, Stray, Text,
};

use crate::inspect::SqliteInspection;
use crate::reader::failed;
use crate::writer::Order;
use crate::{SqliteJournal, chain, strays};

/// How many bytes of snapshots one listing has at most, unless a single one is larger.
const SNAPSHOTS_BYTES: usize = 8 << 20;

#[async_trait]
impl Journal for SqliteJournal {
    async fn append(&self, append: Append) -> Result<(), AppendError> {
        self.writer.append(append).await
    }

    async fn head(&self, account: AccountId) -> Result<Option<(Seq, Hash)>, JournalError> {
        self.ask(move |connection| {
            let link = chain::head(connection, account)?;
            link.map(|link| Ok((link.seq, chain::hash(connection, link.position)?)))
                .transpose()
        })
        .await
    }

    async fn strays(&self) -> Result<Vec<Stray>, JournalError> {
        self.ask(strays::find).await
    }

    async fn stored_hash(&self, account: AccountId, seq: Seq) -> Result<Option<Hash>, JournalError> {
        self.ask(move |connection| {
            let link = chain::find(connection, account, seq)?;
            link.map(|link| chain::hash(connection, link.position))
                .transpose()
        })
        .await
    }

    async fn load(&self, account: AccountId) -> Result<Option<Loaded>, JournalError> {
        self.readers
            .read(move |connection| {
                let snapshot = snapshot(connection, account).map_err(failed)?;
                let after = snapshot.as_ref().map_or(Seq::ZERO, |snapshot| snapshot.seq);
                let commits =
                    chain::commits_after(connection, account, after, COMMITS_MAX).map_err(failed)?;
                if snapshot.is_none() && commits.is_empty() {
                    return Ok(None);
                }
                let loaded = Loaded { snapshot, commits };
                loaded.verify()?;
                Ok(Some(loaded))
            })
            .await
    }

    async fn commits_after(
        &self,
        account: AccountId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Commit>, JournalError> {
        let limit = limit.min(COMMITS_MAX);
        self.ask(move |connection| chain::commits_after(connection, account, after, limit))
            .await
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), JournalError> {
        self.writer
            .order(|answer| Order::Snapshot(snapshot, answer))
            .await
    }

    async fn due(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<(AccountId, Timestamp)>, JournalError> {
        let after = after.map(|after| after.bits().to_be_bytes());
        let limit = i64::try_from(limit.min(DUE_MAX)).unwrap_or(i64::MAX);
        self.ask(move |connection| {
            let mut due = connection.prepare_cached(
                "SELECT account_id, next_due FROM heads
                 WHERE account_id > coalesce(?1, x'') AND next_due IS NOT NULL ORDER BY account_id LIMIT ?2",
            )?;
            due.query_map((after, limit), |row| {
                Ok((account_id(row.get(0)?), Timestamp::from_millis(row.get(1)?)))
            })?
            .collect()
        })
        .await
    }

    async fn accounts(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, JournalError> {
        let after = after.map(|after| after.bits().to_be_bytes());
        let limit = i64::try_from(limit.min(COMMITS_MAX)).unwrap_or(i64::MAX);
        self.ask(move |connection| {
            let mut accounts = connection.prepare_cached(
                "SELECT account_id FROM heads WHERE account_id > coalesce(?1, x'') ORDER BY account_id LIMIT ?2",
            )?;
            accounts
                .query_map((after, limit), |row| Ok(account_id(row.get(0)?)))?
                .collect()
        })
        .await
    }

    async fn last_written_at(&self) -> Result<Option<Timestamp>, JournalError> {
        self.ask(|connection| {
            let sql = "SELECT at FROM commits ORDER BY position DESC LIMIT 1";
            connection
                .query_row(sql, [], |row| row.get(0).map(Timestamp::from_millis))
                .optional()
        })
        .await
    }

    async fn check_writable(&self) -> Result<(), JournalError> {
        self.writer.check().await
    }

    async fn snapshots(&self, after: Option<AccountId>) -> Result<Vec<Snapshot>, JournalError> {
        let after = after.map(|after| after.bits().to_be_bytes());
        self.ask(move |connection| {
            let mut list = connection.prepare_cached(
                "SELECT seq, hash, state, digest, account_id FROM snapshots
                 WHERE account_id > coalesce(?1, x'') ORDER BY account_id",
            )?;
            let mut rows = list.query([after])?;
            let (mut snapshots, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()? {
                let snapshot = snapshot_of(account_id(row.get(4)?), row)?;
                bytes += snapshot.state.len();
                snapshots.push(snapshot);
                if bytes >= SNAPSHOTS_BYTES {
                    break;
                }
            }
            Ok(snapshots)
        })
        .await
    }

    async fn reset_records(&self) -> Result<(), JournalError> {
        self.writer.order(Order::ResetRecords).await
    }

    async fn put_due(&self, account: AccountId, due: Option<Timestamp>) -> Result<(), JournalError> {
        self.writer
            .order(|answer| Order::PutDue(account, due, answer))
            .await
    }

    async fn finish_records(&self) -> Result<(), JournalError> {
        self.writer.order(Order::FinishRecords).await
    }

    async fn inspect(&self) -> Result<Box<dyn Inspection>, JournalError> {
        let store = std::sync::Arc::clone(&self.store);
        let begun = tokio::task::spawn_blocking(move || SqliteInspection::begin(&store));
        let begun = begun
            .await
            .map_err(|error| JournalError::Failed(Text::from(error.to_string())))?;
        Ok(Box::new(begun.map_err(failed)?))
    }

    async fn put_records(
        &self,
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        records: Vec<Record>,
    ) -> Result<(), JournalError> {
        self.writer
            .order(|answer| Order::PutRecords {
                account,
                seq,
                at,
                records,
                answer,
            })
            .await
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}

fn account_id(bytes: [u8; 16]) -> AccountId {
    AccountId::from_bits(u128::from_be_bytes(bytes))
}

fn snapshot(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<Snapshot>> {
    let mut read =
        connection.prepare_cached("SELECT seq, hash, state, digest FROM snapshots WHERE account_id = ?1")?;
    read.query_row([account.bits().to_be_bytes()], |row| snapshot_of(account, row))
        .optional()
}

/// A digest with the wrong length is replaced by one that never matches.
fn snapshot_of(account: AccountId, row: &Row<'_>) -> rusqlite::Result<Snapshot> {
    let digest = row.get_ref(3)?.as_bytes().ok();
    Ok(Snapshot {
        account,
        seq: Seq::new(row.get::<_, i64>(0)?.cast_unsigned()),
        hash: Hash::from_bytes(row.get(1)?),
        state: row.get::<_, Vec<u8>>(2)?.into_boxed_slice(),
        digest: Hash::from_bytes(
            digest
                .and_then(|digest| digest.try_into().ok())
                .unwrap_or_default(),
        ),
    })
}
