use std::sync::Arc;

use async_trait::async_trait;
use usher_domain::{AccountId, OutboxId, Timestamp};

use super::StoreError;
use crate::{Channel, OutboxClaim, OutboxEntry, OutboxFigures, OutboxRefused, OutboxRow, Settled};

/// What is to leave the server. Entries are stored by the methods that make the changes which they are about, in the
/// same transaction; [`put_in_outbox`](Self::put_in_outbox) is for causes that are stored elsewhere.
///
/// Wherever entries are stored, one whose id exists is ignored, and one for which its budget has no room is not stored
/// ([`OutboxBudget::has_room`](crate::OutboxBudget::has_room)); the others are. What was stored counts until
/// [`forget_outbox_use`](Self::forget_outbox_use), also when the entries are gone.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Stores entries. `followed` says up to which commit the account's journal was read for them; one that is not
    /// after the stored commit changes nothing, and its entries are ignored.
    async fn put_in_outbox(
        &self,
        entries: Vec<OutboxEntry>,
        followed: Option<(AccountId, u64)>,
    ) -> Result<OutboxRefused, StoreError>;

    /// Since when mails are written: the `now` of the first call.
    async fn outbox_since(&self, now: Timestamp) -> Result<Timestamp, StoreError>;

    /// The commits up to which journals were read, in the order of their accounts.
    async fn followed(&self) -> Result<Vec<(AccountId, u64)>, StoreError>;

    /// The commit up to which an account's journal was read; `None` if it was not.
    async fn followed_until(&self, account: AccountId) -> Result<Option<u64>, StoreError>;

    /// Claims at most `max` entries that are due at `now`: nobody else gets them before `until`. Accounts take turns, in
    /// the order of their ids, beginning after the account `after`, so that many entries of one keep none of another
    /// waiting. Of one account, the longest due come first. An entry whose claim has run out is due again, and may have
    /// left.
    async fn claim_from_outbox(
        &self,
        channel: Channel,
        after: Option<AccountId>,
        now: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<OutboxClaim>, StoreError>;

    /// Ends all claims at `now`, as if they had run out: for a start of the only server, when nobody is sending.
    async fn end_claims(&self, channel: Channel, now: Timestamp) -> Result<(), StoreError>;

    /// Gives up all entries that have not been sent, for this reason; each may have left. Returns how many there were.
    async fn give_up_outbox(
        &self,
        channel: Channel,
        error: Arc<str>,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Stores the outcome of a claim. Returns false, and changes nothing, where the entry has been claimed again since,
    /// or is gone. What an entry that is sent or given up is about is removed, with its secret.
    async fn settle_in_outbox(
        &self,
        id: OutboxId,
        attempt: u32,
        settled: Settled,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The newest entries that concern an account, or none (`None`), newest first.
    async fn outbox_of(
        &self,
        account: Option<AccountId>,
        channel: Channel,
        max: usize,
    ) -> Result<Vec<OutboxRow>, StoreError>;

    /// How many entries of a channel wait and have failed.
    async fn outbox_figures(&self, channel: Channel) -> Result<OutboxFigures, StoreError>;

    /// Forgets that entries were written before `until`, so that they are not counted any more.
    async fn forget_outbox_use(&self, until: Timestamp) -> Result<(), StoreError>;

    /// Removes entries that were sent or given up before `until`.
    async fn remove_ended_from_outbox(&self, until: Timestamp) -> Result<(), StoreError>;
}
