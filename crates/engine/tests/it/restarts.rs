//! With random requests, faults, conflicts and restarts, a node's memory always equals the replayed commits in every
//! field, and no pool is oversold.

use usher_domain::command::{PoolPatch, SignInCommand};
use usher_domain::rules::{Occupies, RulesPatch, WhenFull};
use usher_domain::{Account, Command, Secs, SessionId, SignInId, TicketId, UserId};
use usher_engine::Options;
use usher_engine::replay::{Replayed, fold};
use usher_journal::{COMMITS_MAX, Fault, Journal, Loaded, Seq};
use usher_testkit as kit;

use crate::harness::{ACCOUNT, Desk, Dice, POOL, add_minutes, sign_in, user};

const USERS: u32 = 6;

/// Frequent snapshots, so that loads begin at one.
fn options() -> Options {
    Options {
        snapshot_bytes_min: 2_000,
        ..Options::default()
    }
}

/// Two nodes on one journal, and the requests to them.
struct Trial {
    nodes: Vec<Desk>,
    dice: Dice,
    ids: u32,
}

impl Trial {
    async fn begin(seed: u64, rules: RulesPatch) -> Self {
        let desk = Desk::with_pool(3, USERS).await;
        let change = PoolPatch {
            rules: Some(rules),
            ..PoolPatch::default()
        };
        desk.execute(kit::change_pool(POOL, change)).await.unwrap();
        desk.execute(add_minutes(20)).await.unwrap();
        let mut trial = Self {
            nodes: Vec::new(),
            dice: Dice::new(seed),
            ids: 1_000,
        };
        for _ in 0..2 {
            trial.nodes.push(Self::node_on(&desk).await);
        }
        trial
    }

    async fn node_on(desk: &Desk) -> Desk {
        Desk::on(desk.journal.another_node(), desk.clock.clone(), options()).await
    }

    fn pick(&mut self, many: usize) -> usize {
        usize::try_from(self.dice.roll(u64::try_from(many.max(1)).unwrap())).unwrap()
    }

    fn fresh(&mut self) -> u128 {
        self.ids += 1;
        self.ids.into()
    }

    /// Makes one random thing happen on one of the nodes.
    async fn step(&mut self) {
        let number = self.pick(2);
        let node = self.nodes[number].clone();
        match self.dice.roll(30) {
            0..3 => {
                let faults = [
                    Fault::Failed,
                    Fault::Conflict,
                    Fault::UnknownStored,
                    Fault::UnknownNotStored,
                ];
                let fault = faults[self.pick(faults.len())].clone();
                node.journal.fault_at(1, fault);
            }
            3 => self.nodes[number] = Self::node_on(&node).await,
            4..6 => {
                let secs = u32::try_from(self.dice.roll(70)).unwrap();
                node.engine.advance(Secs::new(secs)).await;
            }
            6 => self.compare(&node).await,
            7..10 => {
                // A refusal or a failure is a valid outcome too.
                if let Ok(account) = node.engine.read(ACCOUNT, |account, _| account.clone()).await {
                    for id in account.sign_ins().keys() {
                        let _ = node.heartbeat(*id).await;
                    }
                }
            }
            _ => {
                let Ok(account) = node.engine.read(ACCOUNT, |account, _| account.clone()).await else {
                    return;
                };
                if let Some(command) = self.command(&account) {
                    let _ = node.execute(command).await;
                }
            }
        }
    }

    fn command(&mut self, account: &Account) -> Option<Command> {
        let sign_ins: Vec<SignInId> = account.sign_ins().keys().copied().collect();
        let sessions: Vec<SessionId> = account.sessions().keys().copied().collect();
        let tickets: Vec<TicketId> = account.tickets().keys().copied().collect();
        let id = self.fresh();
        Some(match self.dice.roll(12) {
            0..3 => {
                let number = u32::try_from(self.dice.roll(u64::from(USERS))).unwrap();
                let sign_in = sign_in(number, SignInId::from_bits(id), true);
                Command::SignIn(SignInCommand::SignIn(sign_in))
            }
            3..6 => kit::call(
                SessionId::from_bits(id),
                *sign_ins.get(self.pick(sign_ins.len()))?,
            )
            .wait(self.dice.roll(2) == 0)
            .command(),
            6 => kit::end(vec![*sessions.get(self.pick(sessions.len()))?]).command(),
            7 => kit::sign_out(*sign_ins.get(self.pick(sign_ins.len()))?),
            8 => kit::drop_ticket(*tickets.get(self.pick(tickets.len()))?),
            9 => {
                let seats = u32::try_from(self.dice.roll(4)).unwrap();
                let change = PoolPatch {
                    seats: Some(seats),
                    ..PoolPatch::default()
                };
                kit::change_pool(POOL, change)
            }
            10 => limit(
                user(u32::try_from(self.dice.roll(u64::from(USERS))).unwrap()),
                self.dice.roll(3),
            ),
            _ => add_minutes(3),
        })
    }

    /// Checks that a node's memory equals the replayed commits, from the first one and from a snapshot.
    async fn compare(&self, node: &Desk) {
        // After a commit of this node, everything pending or done by the other node is known.
        if node.execute(add_minutes(1)).await.is_err() {
            return;
        }
        let live = node.state().await.as_stored();
        assert_eq!(live, node.replayed().await, "with a snapshot");
        let all = Loaded {
            snapshot: None,
            commits: node
                .journal
                .commits_after(ACCOUNT, Seq::ZERO, COMMITS_MAX)
                .await
                .unwrap(),
        };
        assert_eq!(
            Some(live),
            fold(&all, &usher_journal::Authenticator::unkeyed())
                .unwrap()
                .account,
            "from the first commit on"
        );
    }

    /// Checks that no commit oversold a pool.
    async fn check_promise(&self) {
        for node in &self.nodes {
            assert_eq!(node.engine.figures().invariants_broken, 0);
        }
        let commits = self.nodes[0]
            .journal
            .commits_after(ACCOUNT, Seq::ZERO, COMMITS_MAX)
            .await;
        let mut replayed = Replayed::default();
        for commit in commits.unwrap() {
            replayed.apply(&commit).unwrap();
            assert!(replayed.oversold.is_empty(), "{:?}", replayed.oversold);
            assert_eq!(replayed.broken(), []);
        }
    }
}

fn limit(id: UserId, seats: u64) -> Command {
    let seats = u32::try_from(seats).unwrap();
    let change = usher_domain::command::UserPatch {
        seat_limit: Some((seats > 0).then_some(seats)),
        ..usher_domain::command::UserPatch::default()
    };
    kit::change_user(id, change)
}

#[tokio::test(start_paused = true)]
async fn memory_is_what_the_commits_make_whatever_fails_and_starts_again() {
    for seed in 0..12 {
        let occupies = if seed % 3 == 0 {
            Occupies::SignIn
        } else {
            Occupies::Session
        };
        let when_full = match seed % 4 {
            0 => vec![WhenFull::PayPerUse],
            1 => vec![WhenFull::Queue],
            2 => vec![WhenFull::PayPerUse, WhenFull::Queue],
            _ => vec![WhenFull::Queue, WhenFull::PayPerUse],
        };
        let rules = RulesPatch::default()
            .with("occupies", |rules| rules.occupies = occupies)
            .with("when_full", |rules| rules.when_full = when_full)
            .with("reclaim_idle_after_secs", |rules| {
                rules.reclaim_idle_after = (seed % 2 == 0).then_some(Secs::new(90));
            });
        let mut trial = Trial::begin(seed, rules).await;
        for _ in 0..150 {
            trial.step().await;
        }
        trial.compare(&trial.nodes[0]).await;
        trial.check_promise().await;
    }
}
