//! One account in memory: its current owner does its work, and other jobs wait in its inbox.

mod away;
mod commit;
mod follow;
mod inline;
mod job;
mod keep;
mod pacer;
mod resident;
mod saving;
mod state;
mod task;
mod turn;

pub(crate) use commit::published;
pub(crate) use inline::{InlineResult, Unstoppable, begin};
pub(crate) use job::{Execution, HeartbeatBatch, Job, Phase, Proposal, Queued, Reading, Work};
pub(crate) use resident::Resident;
pub(crate) use saving::SavingRoom;
pub(crate) use task::spawn;

use tokio::sync::oneshot;

use crate::{Failure, Subscription};

/// A message in an account's inbox.
pub(crate) enum Message {
    /// A command or a query.
    Job(Box<dyn Job>),
    /// A request to follow the account.
    Subscribe(oneshot::Sender<Result<Subscription, Failure>>),
    /// Something is due.
    Tick(oneshot::Sender<Result<(), Failure>>),
    /// The account should leave memory. `is_pressed`: its place is needed.
    Leave { is_pressed: bool },
}

impl Message {
    /// Whether a caller uses the account, rather than the engine itself.
    pub(crate) const fn is_use(&self) -> bool {
        matches!(self, Self::Job(_) | Self::Subscribe(_))
    }
}
