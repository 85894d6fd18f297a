//! Measures how many commits per second are stored, each with three records and durable before its answer: `cargo bench
//! -p usher-journal-sqlite -- [directory]`.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failure ends the program, and figures are what it is for"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use usher_domain::{AccountId, PoolId, SignInId, Timestamp, UserId};
use usher_journal::table::Change;
use usher_journal::{Append, Audit, Commit, Hash, Journal, Occupancy, Record, Seq, SignInRow, Text};
use usher_journal_sqlite::SqliteJournal;

const ACCOUNTS: u64 = 1_000;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);

/// An account as its owner in the engine sees it.
struct Account {
    id: AccountId,
    pool: PoolId,
    seq: Seq,
    hash: Hash,
    actor: Text,
}

impl Account {
    fn new(number: u64) -> Self {
        let bits = scatter(number);
        let actor = UserId::from_bits(bits).to_string().into();
        Self {
            id: AccountId::from_bits(bits),
            pool: PoolId::from_bits(bits),
            seq: Seq::ZERO,
            hash: Hash::GENESIS,
            actor,
        }
    }

    fn sign_in(&mut self, at: Timestamp, device: &Text) -> Append {
        self.seq = self.seq.next();
        let commit = Commit::seal(self.hash, self.id, self.seq, at, vec![b'x'; 330]);
        self.hash = commit.hash;
        let user = UserId::from_bits(self.id.bits());
        let time = u128::from(at.millis().unsigned_abs()) << 80;
        let id = SignInId::from_bits(time | (u128::from(self.seq.get()) ^ (self.id.bits() >> 64)));
        let product = Text::from("remote-support");
        let records = vec![
            Record::Audit {
                index: 0,
                entry: Audit {
                    actor: self.actor.clone(),
                    action: "sign-in.started".into(),
                    target: Some(self.actor.clone()),
                    detail: None,
                    cause: Some(Text::from("request").into()),
                },
            },
            Record::SignIn(Change::add(SignInRow {
                id,
                user,
                product: product.clone(),
                device_id: device.clone().into(),
                device_name: device.clone().into(),
                pool: Some(self.pool),
                funding: Some("seat".into()),
                started_at: at,
                end: None,
            })),
            Record::Occupancy(Occupancy {
                pool: self.pool,
                product,
                seats: 10,
                occupied: 5,
                offered: 0,
                waiting: 2,
            }),
        ];
        Append {
            commit,
            next_due: Some(at),
            records,
        }
    }
}

/// Spreads numbers over the whole range of ids.
fn scatter(number: u64) -> u128 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u128::from(mixed ^ (mixed >> 29)) << 64 | u128::from(mixed)
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
}

/// Has `appenders` tasks append for a while, each to its share of the accounts in turn.
async fn round(journal: &SqliteJournal, shares: Vec<Vec<Account>>) -> (Vec<Duration>, Vec<Vec<Account>>) {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for mut share in shares {
        let journal = journal.clone();
        tasks.spawn(async move {
            let device = Text::Shared(Arc::from("laptop-4711"));
            let mut waits = Vec::new();
            while start.elapsed() < ROUND {
                for account in &mut share {
                    if start.elapsed() >= ROUND {
                        break;
                    }
                    let append = account.sign_in(now(), &device);
                    let asked = Instant::now();
                    journal.append(append).await.expect("the append is stored");
                    waits.push(asked.elapsed());
                }
            }
            (waits, share)
        });
    }
    let done = tasks.join_all().await;
    let (waits, shares): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let mut waits = waits.concat();
    waits.sort_unstable();
    (waits, shares)
}

#[tokio::main]
async fn main() {
    let parent = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let parent = parent.map_or_else(std::env::temp_dir, PathBuf::from);
    for appenders in [1, 8, 64, 256] {
        let dir = tempfile::tempdir_in(&parent).expect("a directory");
        let journal = SqliteJournal::open(dir.path()).expect("a journal");
        let mut shares: Vec<Vec<Account>> = (0..appenders).map(|_| Vec::new()).collect();
        for number in 0..ACCOUNTS {
            let share = usize::try_from(number).unwrap_or(0) % appenders;
            shares[share].push(Account::new(number));
        }
        for _ in 0..ROUNDS {
            let (waits, back) = round(&journal, shares).await;
            shares = back;
            let per_sec = u64::try_from(waits.len()).unwrap_or(u64::MAX) / ROUND.as_secs();
            let wait = |share: usize| waits[(waits.len() - 1) * share / 1_000];
            println!(
                "{appenders:4} appenders: {per_sec:6} commits/s, waits: half {:?}, 99 % {:?}, longest {:?}",
                wait(500),
                wait(990),
                wait(1_000)
            );
        }
        journal.close().await;
    }
}
