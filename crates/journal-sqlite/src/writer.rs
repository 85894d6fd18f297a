//! The one thread that writes, and the task that gathers requests for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, mpsc as channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use tokio::task;
use usher_domain::{AccountId, Timestamp};
use usher_journal::{Append, AppendError, JournalError, Record, Seq, Snapshot};

use crate::append::{Outcome, Statements};
use crate::connection::{OpenError, Store};
use crate::reader::failed;

/// The most requests that wait for the writer; further callers wait until there is room.
const WAITING_MAX: usize = 4_096;

/// The most requests in one transaction.
const GROUP_MAX: usize = 1_024;

/// A group closes after this many idle scheduler rounds, that is, rounds without a new request. A disk sync costs as
/// much as dozens of commits, so it pays to include callers that are about to ask; if there are none, waiting costs
/// microseconds.
const QUIET_ROUNDS: u32 = 3;

/// A group goes to the writer after this many rounds, even if requests keep coming.
const ROUNDS_MAX: u32 = 32;

type Answer<E> = oneshot::Sender<Result<(), E>>;

pub(crate) enum Order {
    Append(Append, Answer<AppendError>),
    Snapshot(Snapshot, Answer<JournalError>),
    PutRecords {
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        records: Vec<Record>,
        answer: Answer<JournalError>,
    },
    ResetRecords(Answer<JournalError>),
    /// Test whether the disk accepts a transaction.
    Check(Answer<JournalError>),
    PutDue(AccountId, Option<Timestamp>, Answer<JournalError>),
    FinishRecords(Answer<JournalError>),
    /// Accept nothing more, and answer once all earlier requests are stored.
    Close(oneshot::Sender<()>),
}

pub(crate) struct Writer {
    orders: mpsc::Sender<Order>,
    /// The gathering end of the channels, until the first request: a journal may be opened before there is a runtime.
    gatherer: Mutex<Option<(mpsc::Receiver<Order>, channel::Sender<Group>)>>,
    gathers: Once,
    /// Whether the last transaction failed.
    is_failing: Arc<AtomicBool>,
    /// The thread, until it is joined.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. The task that gathers for it starts on the runtime of the first request.
    pub(crate) fn start(store: &Arc<Store>) -> Result<Self, OpenError> {
        let (orders, waiting) = mpsc::channel(WAITING_MAX);
        let (groups, incoming) = channel::channel();
        let connection = store.connect()?;
        // If the statements cannot be prepared, fail here and not at the first append.
        drop(Statements::prepare(&connection)?);
        let store = Arc::clone(store);
        let is_failing = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&is_failing);
        let thread = thread::Builder::new()
            .name("journal".into())
            .spawn(move || run(&store, &connection, &incoming, &noted))?;
        Ok(Self {
            orders,
            gatherer: Mutex::new(Some((waiting, groups))),
            gathers: Once::new(),
            is_failing,
            thread: Mutex::new(Some(thread)),
        })
    }

    async fn hand_in(&self, order: Order) -> Result<(), mpsc::error::SendError<Order>> {
        self.gathers.call_once(|| {
            let gatherer = self
                .gatherer
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some((waiting, groups)) = gatherer {
                tokio::spawn(gather(waiting, groups));
            }
        });
        self.orders.send(order).await
    }

    pub(crate) async fn append(&self, append: Append) -> Result<(), AppendError> {
        let (answer, answered) = oneshot::channel();
        self.hand_in(Order::Append(append, answer))
            .await
            .map_err(|_closed| AppendError::Closed)?;
        answered
            .await
            .unwrap_or_else(|_gone| Err(AppendError::Unknown("the writer has died".into())))
    }

    pub(crate) async fn order(
        &self,
        make: impl FnOnce(Answer<JournalError>) -> Order,
    ) -> Result<(), JournalError> {
        let (answer, answered) = oneshot::channel();
        self.hand_in(make(answer))
            .await
            .map_err(|_closed| JournalError::Closed)?;
        answered
            .await
            .unwrap_or_else(|_gone| Err(JournalError::Failed("the writer has died".into())))
    }

    /// Whether transactions succeed: reports the last one, or tries another if that one failed.
    pub(crate) async fn check(&self) -> Result<(), JournalError> {
        if self.is_failing.load(Ordering::Relaxed) {
            self.order(Order::Check).await
        } else {
            Ok(())
        }
    }

    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.hand_in(Order::Close(answer)).await.is_ok() {
            // A writer that dies here has nothing left to store either.
            let _ = answered.await;
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // When the thread ends, its connection is closed. A panic has been reported by the thread itself.
            let _ = task::spawn_blocking(|| thread.join()).await;
        }
    }
}

/// Requests for the thread, and the channel for its answers.
struct Group {
    orders: Vec<Order>,
    answer: oneshot::Sender<Vec<(Order, Verdict)>>,
}

/// Gathers requests while the thread is working, hands them over together, and answers them together: from within the
/// runtime, that costs far less than waking each task from the thread.
async fn gather(mut waiting: mpsc::Receiver<Order>, groups: channel::Sender<Group>) {
    let mut orders = Vec::new();
    let mut closed = Vec::new();
    while waiting.recv_many(&mut orders, GROUP_MAX).await > 0 {
        let (mut rounds, mut quiet) = (0, 0);
        while quiet < QUIET_ROUNDS && rounds < ROUNDS_MAX && orders.len() < GROUP_MAX {
            task::yield_now().await;
            let before = orders.len();
            orders.extend(std::iter::from_fn(|| waiting.try_recv().ok()).take(GROUP_MAX - before));
            quiet = if orders.len() == before { quiet + 1 } else { 0 };
            rounds += 1;
        }
        closed.extend(orders.extract_if(.., |order| matches!(order, Order::Close(_))));
        if !closed.is_empty() {
            waiting.close();
        }
        // A snapshot may be large and nobody needs it now: commits are stored and answered first.
        let is_snapshot = |order: &mut Order| matches!(order, Order::Snapshot(..));
        let snapshots: Vec<_> = orders.extract_if(.., is_snapshot).collect();
        for orders in [std::mem::take(&mut orders), snapshots] {
            if store_and_answer(orders, &groups).await.is_none() {
                return;
            }
        }
    }
    for order in closed {
        order.answer(Verdict::Outcome(Outcome::Done));
    }
}

/// Has the thread store a group, and answers its callers. `None` if the thread has died: the requests are dropped, and
/// their callers learn that from the closed channel.
async fn store_and_answer(orders: Vec<Order>, groups: &channel::Sender<Group>) -> Option<()> {
    if orders.is_empty() {
        return Some(());
    }
    let (answer, answered) = oneshot::channel();
    groups.send(Group { orders, answer }).ok()?;
    for (order, verdict) in answered.await.ok()? {
        order.answer(verdict);
    }
    Some(())
}

fn run(store: &Store, connection: &Connection, groups: &channel::Receiver<Group>, is_failing: &AtomicBool) {
    let mut statements = match Statements::prepare(connection) {
        Ok(statements) => statements,
        Err(error) => return tracing::error!(%error, "the journal's writer could not start"),
    };
    while let Ok(group) = groups.recv() {
        let answers = write(store, connection, &mut statements, group.orders);
        let has_failed = |(_, verdict): &(Order, Verdict)| matches!(verdict, Verdict::Failed(_));
        is_failing.store(answers.iter().any(has_failed), Ordering::Relaxed);
        // The runtime may be gone; then nobody waits.
        let _ = group.answer.send(answers);
    }
}

/// The stage at which a transaction failed.
enum Failure {
    /// Before the commit: nothing of it is stored.
    Within(rusqlite::Error),
    /// During the commit: it may be stored.
    Committing(rusqlite::Error),
}

/// The result of a request.
enum Verdict {
    Outcome(Outcome),
    Failed(Arc<Failure>),
}

/// Stores a group in one transaction.
fn write(
    store: &Store,
    connection: &Connection,
    statements: &mut Statements<'_>,
    group: Vec<Order>,
) -> Vec<(Order, Verdict)> {
    let turn = store.writing();
    let mut outcomes = Vec::with_capacity(group.len());
    let result = transact(connection, statements, &group, &mut outcomes);
    drop(turn);
    match result {
        Ok(()) => group
            .into_iter()
            .zip(outcomes.into_iter().map(Verdict::Outcome))
            .collect(),
        // If another program has locked the database, retrying one by one would wait for that lock each time.
        Err(Failure::Within(error)) if group.len() > 1 && !is_busy(&error) => {
            tracing::warn!(%error, "a group of commits failed; trying them one by one");
            let one_by_one = group.into_iter();
            one_by_one
                .flat_map(|order| write(store, connection, statements, vec![order]))
                .collect()
        }
        Err(failure) => {
            let failure = Arc::new(failure);
            let failed = |order| (order, Verdict::Failed(Arc::clone(&failure)));
            group.into_iter().map(failed).collect()
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn transact(
    connection: &Connection,
    statements: &mut Statements<'_>,
    group: &[Order],
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Failure> {
    let begun = if statements.is_rebuilding() {
        Ok(())
    } else {
        connection.execute_batch("BEGIN IMMEDIATE")
    };
    let result = begun.and_then(|()| apply(statements, group, outcomes));
    let result = match result {
        // All or nothing: the transaction ends with the last request of the rebuild.
        Ok(()) if statements.is_rebuilding() => Ok(()),
        Ok(()) => connection.execute_batch("COMMIT").map_err(Failure::Committing),
        Err(error) => Err(Failure::Within(error)),
    };
    if result.is_err() {
        statements.forget();
    }
    if result.is_err() && !connection.is_autocommit() {
        // If even this fails, so does the next `BEGIN`, which reports it.
        let _ = connection.execute_batch("ROLLBACK");
    }
    result
}

fn apply(
    statements: &mut Statements<'_>,
    group: &[Order],
    outcomes: &mut Vec<Outcome>,
) -> rusqlite::Result<()> {
    let mut position = statements.last_position()? + 1;
    for order in group {
        let outcome = match order {
            Order::Append(append, _) => statements.append(append, position)?,
            Order::Snapshot(snapshot, _) => statements.save_snapshot(snapshot)?,
            Order::PutRecords {
                account,
                seq,
                at,
                records,
                ..
            } => statements.put_records(*account, *seq, *at, records)?,
            Order::ResetRecords(_) => statements.reset_records()?,
            Order::Check(_) => statements.write_nothing_new()?,
            Order::PutDue(account, due, _) => statements.put_due(*account, *due)?,
            Order::FinishRecords(_) => statements.finish_records(),
            Order::Close(_) => Outcome::Done,
        };
        if outcome == Outcome::Done && matches!(order, Order::Append(..)) {
            position += 1;
        }
        outcomes.push(outcome);
    }
    Ok(())
}

impl Order {
    /// Answers the caller, who may have gone away; nothing depends on it.
    fn answer(self, verdict: Verdict) {
        match self {
            Self::Append(_, answer) => {
                let _ = answer.send(verdict.of_append());
            }
            Self::Snapshot(_, answer)
            | Self::ResetRecords(answer)
            | Self::Check(answer)
            | Self::FinishRecords(answer)
            | Self::PutDue(_, _, answer)
            | Self::PutRecords { answer, .. } => {
                let _ = answer.send(verdict.of_other());
            }
            Self::Close(answer) => {
                let _ = answer.send(());
            }
        }
    }
}

impl Verdict {
    fn of_append(self) -> Result<(), AppendError> {
        match self {
            Self::Outcome(Outcome::Done) => Ok(()),
            Self::Outcome(Outcome::Conflict) => Err(AppendError::Conflict),
            Self::Outcome(Outcome::Impossible(why)) => Err(AppendError::Failed(why.into())),
            Self::Failed(failure) => Err(match &*failure {
                Failure::Within(error) => AppendError::Failed(error.to_string().into()),
                Failure::Committing(error) => AppendError::Unknown(error.to_string().into()),
            }),
        }
    }

    fn of_other(self) -> Result<(), JournalError> {
        match self {
            Self::Outcome(Outcome::Done) => Ok(()),
            Self::Outcome(Outcome::Conflict) => Err(JournalError::Failed("conflict".into())),
            Self::Outcome(Outcome::Impossible(why)) => Err(JournalError::Failed(why.into())),
            Self::Failed(failure) => {
                let (Failure::Within(error) | Failure::Committing(error)) = &*failure;
                Err(failed(error))
            }
        }
    }
}
