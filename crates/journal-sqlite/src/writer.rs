//! The one thread that writes.

use std::sync::Arc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use usher_domain::{AccountId, Timestamp};
use usher_journal::{Append, AppendError, JournalError, Record, Seq, Snapshot, Text};

use crate::append::{Outcome, Statements};
use crate::connection::{OpenError, Store};
use crate::reader::failed;

/// The most orders that wait for the writer; whoever brings another waits until there is room.
const WAITING_MAX: usize = 4_096;

/// The most orders in one transaction.
const GROUP_MAX: usize = 1_024;

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
    /// Take nothing more, and answer once everything is stored that came before.
    Close(oneshot::Sender<()>),
}

pub(crate) struct Writer {
    orders: mpsc::Sender<Order>,
}

impl Writer {
    pub(crate) fn start(store: &Arc<Store>) -> Result<Self, OpenError> {
        let (orders, waiting) = mpsc::channel(WAITING_MAX);
        let connection = store.connect()?;
        // What cannot be prepared should be found out here, not by the first append.
        drop(Statements::prepare(&connection)?);
        let store = Arc::clone(store);
        thread::Builder::new()
            .name("journal".into())
            .spawn(move || run(&store, &connection, waiting))?;
        Ok(Self { orders })
    }

    pub(crate) async fn append(&self, append: Append) -> Result<(), AppendError> {
        let (answer, answered) = oneshot::channel();
        self.orders
            .send(Order::Append(append, answer))
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
        self.orders
            .send(make(answer))
            .await
            .map_err(|_closed| JournalError::Closed)?;
        answered
            .await
            .unwrap_or_else(|_gone| Err(JournalError::Failed("the writer has died".into())))
    }

    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.orders.send(Order::Close(answer)).await.is_ok() {
            // A writer that dies here has nothing left to store either.
            let _ = answered.await;
        }
    }
}

fn run(store: &Store, connection: &Connection, mut waiting: mpsc::Receiver<Order>) {
    let mut statements = match Statements::prepare(connection) {
        Ok(statements) => statements,
        Err(error) => return tracing::error!(%error, "the journal's writer could not start"),
    };
    let mut group = Vec::with_capacity(GROUP_MAX);
    let mut closed = Vec::new();
    while waiting.blocking_recv_many(&mut group, GROUP_MAX) > 0 {
        closed.extend(group.extract_if(.., |order| matches!(order, Order::Close(_))));
        if !closed.is_empty() {
            waiting.close();
        }
        write(store, connection, &mut statements, &mut group);
    }
    for order in closed {
        if let Order::Close(answer) = order {
            let _ = answer.send(());
        }
    }
}

/// Where a transaction failed.
enum Failure {
    /// Before it was committed: nothing of it is stored.
    Within(rusqlite::Error),
    /// While it was committed: it may be stored.
    Committing(rusqlite::Error),
}

/// Stores a group in one transaction and answers all of it.
fn write(store: &Store, connection: &Connection, statements: &mut Statements<'_>, group: &mut Vec<Order>) {
    let turn = store.writing();
    let mut outcomes = Vec::with_capacity(group.len());
    let result = transact(connection, statements, group, &mut outcomes);
    drop(turn);
    match result {
        Ok(()) => group
            .drain(..)
            .zip(outcomes)
            .for_each(|(order, outcome)| order.answer(outcome)),
        Err(Failure::Within(error)) if group.len() > 1 => {
            tracing::warn!(%error, "a group of commits failed; trying them one by one");
            for order in std::mem::take(group) {
                write(store, connection, statements, &mut vec![order]);
            }
        }
        Err(failure) => group.drain(..).for_each(|order| order.fail(&failure)),
    }
}

fn transact(
    connection: &Connection,
    statements: &mut Statements<'_>,
    group: &[Order],
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Failure> {
    let result = connection
        .execute_batch("BEGIN IMMEDIATE")
        .and_then(|()| apply(statements, group, outcomes));
    let result = match result {
        Ok(()) => connection.execute_batch("COMMIT").map_err(Failure::Committing),
        Err(error) => Err(Failure::Within(error)),
    };
    if result.is_err() {
        statements.forget();
    }
    if result.is_err() && !connection.is_autocommit() {
        // Where even this fails, the next `BEGIN` does too, and says so.
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
    /// Whoever asked may have gone away: nobody to tell, and nothing to do about it.
    fn answer(self, outcome: Outcome) {
        match self {
            Self::Append(_, answer) => {
                let _ = answer.send(match outcome {
                    Outcome::Done => Ok(()),
                    Outcome::Conflict => Err(AppendError::Conflict),
                    Outcome::Impossible(why) => Err(AppendError::Failed(why.into())),
                });
            }
            Self::Snapshot(_, answer) | Self::ResetRecords(answer) | Self::PutRecords { answer, .. } => {
                let _ = answer.send(match outcome {
                    Outcome::Done => Ok(()),
                    Outcome::Conflict => Err(JournalError::Failed("conflict".into())),
                    Outcome::Impossible(why) => Err(JournalError::Failed(why.into())),
                });
            }
            Self::Close(answer) => {
                let _ = answer.send(());
            }
        }
    }

    fn fail(self, failure: &Failure) {
        let (Failure::Within(error) | Failure::Committing(error)) = failure;
        match self {
            Self::Append(_, answer) => {
                let why = Text::from(error.to_string());
                let _ = answer.send(Err(match failure {
                    Failure::Within(_) => AppendError::Failed(why),
                    Failure::Committing(_) => AppendError::Unknown(why),
                }));
            }
            Self::Snapshot(_, answer) | Self::ResetRecords(answer) | Self::PutRecords { answer, .. } => {
                let _ = answer.send(Err(failed(error)));
            }
            Self::Close(answer) => {
                let _ = answer.send(());
            }
        }
    }
}
