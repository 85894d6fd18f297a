//! The engine's interface for its callers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{Mutex, oneshot};
use usher_domain::command::{Heartbeat, RenewTicket};
use usher_domain::{
    Account, AccountId, Actor, Code, Event, Execute, Millis, Refusal, Secs, TicketId, Timestamp, WallTime,
};
use usher_journal::{COMMITS_MAX, Hash, Journal, Records, Seq, Text};

use crate::account::{
    Execution, HeartbeatBatch, InlineResult, Message, Proposal, Queued, Reading, Unstoppable, Work, begin,
    published,
};
use crate::node::Node;
use crate::time::Time;
use crate::{
    Cause, Clock, Failure, Figures, Options, Published, Reason, Request, SeatsInMemory, StartError,
    Subscription, WallClock, timer,
};

/// All accounts, each with one writer. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    node: Arc<Node>,
    /// Held while the clock is advanced.
    advancing: Arc<Mutex<()>>,
}

impl Engine {
    /// Starts an engine on a journal. Must be called within a tokio runtime, which it uses until
    /// [`shutdown`](Self::shutdown).
    pub async fn start(
        journal: Arc<dyn Journal>,
        clock: Clock,
        options: Options,
    ) -> Result<Self, StartError> {
        let fires_by_itself = matches!(clock, Clock::System);
        let time = Time::start(clock, journal.last_written_at().await?);
        let node = Arc::new(Node::new(journal, time, options));
        timer::mark_due(&node, |_| true).await?;
        if fires_by_itself {
            tokio::spawn(timer::run(Arc::clone(&node)));
            if node.options.follow_every.is_some() {
                tokio::spawn(timer::adopt(Arc::clone(&node)));
            }
        }
        tokio::spawn(timer::sweep(Arc::clone(&node)));
        Ok(Self {
            node,
            advancing: Arc::default(),
        })
    }

    /// Executes a command and answers once it is durable. `view` builds the answer from the account's state right after
    /// the command, and from the command's outcome. It runs while nobody else can work on the account, and again if the
    /// command has to be decided again, so it should be fast.
    pub async fn execute<C: Execute, T: Send + 'static>(
        &self,
        account: AccountId,
        request: Request<C>,
        view: impl Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.work(account, Execution { request, view }).answer().await
    }

    /// Executes a command that `make` derives from the account's state, in one step: nobody can change the account
    /// between reading it and the command. If `make` declines, nothing is done and its reason is the answer. It runs
    /// under the same conditions as `view`.
    pub async fn propose<C: Execute, T: Send + 'static, E: Send + 'static>(
        &self,
        account: AccountId,
        actor: Actor,
        cause: Cause,
        make: impl Fn(&Account, Timestamp) -> Result<C, E> + Send + 'static,
        view: impl Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<Result<T, E>, Failure> {
        let proposal = Proposal {
            actor,
            cause,
            make,
            view,
        };
        self.work(account, proposal).answer().await
    }

    /// Runs a query on an account. What it sees is durable.
    pub async fn read<T: Send + 'static>(
        &self,
        account: AccountId,
        view: impl Fn(&Account, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.work(account, Reading { view }).answer().await
    }

    /// A heartbeat of a sign-in. Returns the remaining seconds of its lease.
    pub async fn heartbeat(
        &self,
        account: AccountId,
        actor: Actor,
        cause: Cause,
        heartbeat: Heartbeat,
    ) -> Result<Secs, Failure> {
        let request = Request {
            actor,
            cause,
            command: heartbeat,
        };
        self.execute(account, request, |_, lease, _| *lease).await
    }

    /// Heartbeats of several sign-ins, each with its own answer, in the same order.
    pub async fn heartbeats(
        &self,
        account: AccountId,
        actor: Actor,
        cause: Cause,
        heartbeats: Vec<Heartbeat>,
    ) -> Result<Vec<Result<Secs, Refusal>>, Failure> {
        let beats = HeartbeatBatch {
            actor,
            cause,
            heartbeats,
        };
        self.work(account, beats).answer().await
    }

    /// A heartbeat of a ticket. Returns the remaining seconds of its lease (Q2).
    pub async fn renew_ticket(
        &self,
        account: AccountId,
        actor: Actor,
        cause: Cause,
        ticket: TicketId,
    ) -> Result<Secs, Failure> {
        let request = Request {
            actor,
            cause,
            command: RenewTicket { id: ticket },
        };
        self.execute(account, request, |_, lease, _| *lease).await
    }

    /// Follows an account from its newest commit on.
    pub async fn subscribe(&self, account: AccountId) -> Result<Subscription, Failure> {
        let (reply, answer) = oneshot::channel();
        self.node.send(account, Message::Subscribe(reply))?;
        Answering::Queued(answer).answer().await
    }

    /// Number and hash of an account's newest commit; `None` if it has none.
    pub async fn head(&self, account: AccountId) -> Result<Option<(Seq, Hash)>, Failure> {
        Ok(self.node.journal.head(account).await?)
    }

    /// The hash of a commit; `None` if there is no such commit.
    pub async fn hash_of(&self, account: AccountId, seq: Seq) -> Result<Option<Hash>, Failure> {
        Ok(self.node.journal.stored_hash(account, seq).await?)
    }

    /// Checks an account's journal from its first commit on, and its audit in `records`; for a long journal, about the
    /// first `commits_max` commits.
    pub async fn check(
        &self,
        records: &dyn Records,
        account: AccountId,
        commits_max: u64,
    ) -> Result<crate::maintenance::Report, Failure> {
        let mut report = crate::maintenance::Report::default();
        let journal = &*self.node.journal;
        crate::maintenance::verify_account(journal, records, account, commits_max, &mut report, &mut |_| {})
            .await?;
        Ok(report)
    }

    /// The first `limit` commits after `seq`, from the journal: what a subscriber has missed.
    pub async fn published_after(
        &self,
        account: AccountId,
        seq: Seq,
        limit: usize,
    ) -> Result<Vec<Published>, Failure> {
        let limit = limit.min(COMMITS_MAX);
        let commits = self.node.journal.commits_after(account, seq, limit).await?;
        let published: Result<Vec<_>, _> = commits.iter().map(published).collect();
        published.map_err(|error| {
            tracing::error!(%account, %error, "a stored commit cannot be read");
            Failure::Unavailable(Reason::Journal(Text::Static("a stored commit cannot be read")))
        })
    }

    /// Begins to watch the commits of this node for events that are of interest to somebody outside.
    pub fn watch(&self, is_of_interest: fn(&Event) -> bool) {
        self.node.watch.begin(is_of_interest);
    }

    /// The accounts with commits of interest since the last call; waits for one. For one watcher, which reads the commits
    /// with [`Self::published_after`] and compares them with what it has read when it starts.
    pub async fn touched(&self) -> BTreeSet<AccountId> {
        self.node.watch.next().await
    }

    /// The first `limit` accounts with commits after `after`, in the order of their ids. Empty only at the end.
    pub async fn accounts(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, Failure> {
        Ok(self.node.journal.accounts(after, limit.min(COMMITS_MAX)).await?)
    }

    /// The engine's time: it follows real time and never goes back, even if people set the wall clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.node.now()
    }

    /// The wall-clock time of a moment outside of any account, with the current offset.
    #[must_use]
    pub fn shown(&self, at: Timestamp) -> WallTime {
        let ahead = Millis::between(self.node.time.clock().now(), self.now());
        let is_set_back = ahead.is_at_least(Secs::new(1));
        WallTime::new(if is_set_back { at - ahead } else { at })
    }

    /// The offset of the wall clock from [`now`](Self::now).
    #[must_use]
    pub fn wall_clock(&self) -> WallClock {
        self.node.time.follow_wall();
        self.node.time.wall_clock()
    }

    /// The engine's counters.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let loaded = *self.node.tasks.borrow();
        Figures {
            accounts_loaded: u64::try_from(loaded).unwrap_or(u64::MAX),
            ..self.node.counters.read()
        }
    }

    /// How many commands the rules refused with this code since the start.
    #[must_use]
    pub fn refusals(&self, code: Code) -> u64 {
        self.node.counters.refused_with(code)
    }

    /// The seats of the accounts in memory, and those of each account of `named` by itself. Accounts leave memory when
    /// nobody has used them for a while.
    #[must_use]
    pub fn seats_in_memory(&self, named: &BTreeSet<AccountId>) -> SeatsInMemory {
        self.node.registry.seats(named)
    }

    /// Moves a manual clock, stopping wherever something is due, and processes all of it before it returns. Does
    /// nothing with the system's clock.
    pub async fn advance(&self, by: Secs) {
        let Clock::Manual(clock) = self.node.time.clock() else {
            return;
        };
        let _one_at_a_time = self.advancing.lock().await;
        let pass_until = |until: Timestamp| {
            // Time that is ahead of the wall clock passes more slowly, so one pass may not be enough.
            while let passing @ 1.. = Millis::between(self.node.now(), until).get() {
                clock.pass(i64::try_from(passing).unwrap_or(i64::MAX));
            }
        };
        let until = self.node.now() + by;
        while let Some((due, account)) = self.node.wheel.pop(until) {
            pass_until(due);
            Arc::clone(&self.node).tick(account).await;
        }
        pass_until(until);
    }

    /// Whether commits can be stored, as far as the journal knows.
    pub async fn check_writable(&self) -> Result<(), Failure> {
        Ok(self.node.journal.check_writable().await?)
    }

    /// Finishes earlier requests, stores lease renewals and snapshots, and closes the journal. Later requests are
    /// answered with [`Reason::ShuttingDown`].
    pub async fn shutdown(&self) {
        self.node.closing.store(true, Ordering::Release);
        self.node.wheel.earlier.notify_one();
        self.node.crowded.notify_one();
        self.node.registry.close();
        // The sender lives as long as the node, so this returns when the last task has ended.
        let _ = self.node.tasks.subscribe().wait_for(|tasks| *tasks == 0).await;
        self.node.saving.empty().await;
        self.node.journal.close().await;
    }

    /// Has work done: at once if the account is idle, else by the account's task, in the order of the calls.
    fn work<W: Work>(&self, account: AccountId, work: W) -> Answering<W::Answer> {
        let work = match self.node.registry.enter(account) {
            Some(resident) => match begin(resident, work) {
                InlineResult::Done(answer) => return Answering::Now(answer),
                InlineResult::Storing(rest) => return Answering::Storing(rest),
                InlineResult::NotNow(work) => work,
            },
            None => work,
        };
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Queued::new(work, reply));
        match self.node.send(account, Message::Job(job)) {
            Ok(()) => Answering::Queued(answer),
            Err(failure) => Answering::Now(Err(failure)),
        }
    }
}

/// A pending answer.
enum Answering<T: Send + 'static> {
    Now(Result<T, Failure>),
    Storing(Unstoppable<T>),
    Queued(oneshot::Receiver<Result<T, Failure>>),
}

impl<T: Send> Answering<T> {
    async fn answer(self) -> Result<T, Failure> {
        match self {
            Self::Now(answer) => answer,
            Self::Storing(rest) => rest.await,
            // If there is no answer, the task that had the message is gone, and may or may not have processed it.
            Self::Queued(answer) => answer
                .await
                .unwrap_or(Err(Failure::Unavailable(Reason::OutcomeUnknown))),
        }
    }
}
