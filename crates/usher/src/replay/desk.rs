//! An account with one pool in the engine, in which the users of a log request seats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::try_join_all;
use usher_domain::command::{Heartbeat, OneOrMore, SignInCommand, SignUserIn};
use usher_domain::pool::Pool;
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::rules::RULE_SECS_MAX;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Command, Secs, SignInId, Timestamp, UserId};
use usher_engine::{Cause, Channel, Clock, Engine, Options, Request as Order};
use usher_insight::flexnet::{Grouping, Request};
use usher_journal::MemoryJournal;

use super::setting::{ACCOUNT, POOL, parse, pool_commands, user_commands};
use crate::Failure;

const CAUSE: Cause = Cause::by(Channel::CommandLine);
/// How often every signed-in user sends a heartbeat.
const RENEW_AFTER: Secs = Secs::new(RULE_SECS_MAX / 3);
/// The most commands that run at the same time. Far below the bound of the engine's inbox.
const AT_ONCE_MAX: usize = 256;
/// The most seats that a pool has in a replay, and the most checkouts at once.
pub(super) const SEATS_MAX: u32 = 100_000;

/// The initial state of a desk.
pub(super) struct Opening<'a> {
    /// The start of the replay's clock.
    pub(super) at: Timestamp,
    /// The pool's name.
    pub(super) name: &'a str,
    /// The pool's seats.
    pub(super) seats: u32,
    /// Who holds a seat.
    pub(super) grouping: Grouping,
    /// Everybody who will request a seat.
    pub(super) holders: BTreeSet<Arc<str>>,
}

/// A pool in the engine, and the sign-ins that each session of the log holds.
pub(super) struct Desk {
    engine: Engine,
    product: Product,
    /// The most sign-ins needed to find out whether this many checkouts fit at once.
    devices_max: u32,
    users: BTreeMap<Arc<str>, UserId>,
    /// The sign-ins of each granted session of the log, oldest first.
    held: BTreeMap<usize, Vec<(UserId, SignInId)>>,
    occupied: u32,
    sign_ins_made: u64,
    now: Timestamp,
    renew_at: Timestamp,
}

impl Desk {
    /// Starts an engine with the pool and everybody who will request a seat.
    pub(super) async fn open(opening: Opening<'_>) -> Result<Self, Failure> {
        let engine = Engine::start(
            Arc::new(MemoryJournal::new()),
            Clock::manual(opening.at),
            Options::default(),
        )
        .await
        .map_err(|error| Failure::because("The replay could not start", &error))?;
        let desk = Self {
            engine,
            product: parse("seats")?,
            devices_max: if opening.grouping.shares() {
                u32::MAX
            } else {
                opening.seats.saturating_add(1)
            },
            users: (1_u128..)
                .zip(opening.holders)
                .map(|(bits, holder)| (holder, UserId::from_bits(bits)))
                .collect(),
            held: BTreeMap::new(),
            occupied: 0,
            sign_ins_made: 0,
            now: opening.at,
            renew_at: opening.at + RENEW_AFTER,
        };
        let pool = pool_commands(opening.name, &desk.product, opening.seats, opening.grouping)?;
        desk.prepare(pool).await?;
        desk.invite().await?;
        Ok(desk)
    }

    /// How many seats are occupied.
    pub(super) const fn occupied(&self) -> u32 {
        self.occupied
    }

    /// Moves the clock to `at`. Everybody who is signed in sends heartbeats meanwhile.
    pub(super) async fn pass_time(&mut self, at: Timestamp) -> Result<(), Failure> {
        while self.renew_at <= at {
            self.advance(self.renew_at).await;
            self.renew().await?;
            self.renew_at = self.now + RENEW_AFTER;
        }
        self.advance(at).await;
        Ok(())
    }

    /// Whether a session was granted and has not ended.
    pub(super) fn holds(&self, session: usize) -> bool {
        self.held.contains_key(&session)
    }

    /// Signs the holder of a session in on as many new devices as there are checkouts, all or none. Returns whether
    /// that was granted.
    pub(super) async fn take(&mut self, session: usize, request: &Request) -> Result<bool, Failure> {
        let Some(user) = self.users.get(&request.holder).copied() else {
            return Err(Failure::said(format!(
                "the replay does not know `{}`.",
                request.holder
            )));
        };
        let checkouts = request.checkouts.min(self.devices_max);
        if checkouts > SEATS_MAX {
            return Err(Failure::said(format!(
                "`{}` checks out {checkouts} licenses at once in this log. A replay can have {SEATS_MAX} at most.",
                request.holder
            )));
        }
        let devices = (0..checkouts)
            .map(|_| self.next_device())
            .collect::<Result<Vec<_>, _>>()?;
        let Some(devices) = OneOrMore::all(devices) else {
            self.held.entry(session).or_default();
            return Ok(true);
        };
        let ids: Vec<_> = devices.iter().map(|(id, _)| (user, *id)).collect();
        let sign_in = Command::SignIn(SignInCommand::SignIn(SignUserIn {
            user,
            product: self.product.clone(),
            devices,
            takeover: false,
            wait: false,
        }));
        match self.order(Actor::User(user), sign_in).await {
            Ok(occupied) => {
                self.occupied = occupied;
                self.held.entry(session).or_default().extend(ids);
                Ok(true)
            }
            Err(usher_engine::Failure::Refused(refusal)) => match refusal.figures() {
                Some(figures) => {
                    self.occupied = figures.occupied;
                    Ok(false)
                }
                None => Err(Failure::because("The replay was refused a seat", &refusal)),
            },
            Err(failure) => Err(Failure::because("The replay failed", &failure)),
        }
    }

    /// Signs a session out of its newest devices until `left` remain. Returns whether it had any.
    pub(super) async fn give_back(&mut self, session: usize, left: u32) -> Result<bool, Failure> {
        let Some(held) = self.held.get_mut(&session) else {
            return Ok(false);
        };
        let left = usize::try_from(left).map_or(held.len(), |left| left.min(held.len()));
        let leaving = held.split_off(left);
        if held.is_empty() {
            self.held.remove(&session);
        }
        self.sign_out(&leaving).await?;
        Ok(true)
    }

    /// Stops the engine.
    pub(super) async fn close(self) {
        self.engine.shutdown().await;
    }

    async fn invite(&self) -> Result<(), Failure> {
        let users: Vec<_> = self.users.iter().collect();
        for some in users.chunks(AT_ONCE_MAX) {
            let invited = some.iter().map(|(holder, id)| async {
                self.prepare(user_commands(holder, **id, &self.product)?).await
            });
            try_join_all(invited).await?;
        }
        Ok(())
    }

    async fn prepare(&self, commands: impl IntoIterator<Item = Command>) -> Result<(), Failure> {
        for command in commands {
            let made = self.order(Actor::Operator, command).await;
            made.map_err(|failure| {
                Failure::because("The pool for the replay could not be created", &failure)
            })?;
        }
        Ok(())
    }

    async fn sign_out(&mut self, leaving: &[(UserId, SignInId)]) -> Result<(), Failure> {
        for some in leaving.chunks(AT_ONCE_MAX) {
            let out = some.iter().map(|(user, id)| {
                self.order(
                    Actor::User(*user),
                    Command::SignIn(SignInCommand::SignOut {
                        sign_in: *id,
                        note: None,
                        acting: None,
                    }),
                )
            });
            let answers = try_join_all(out)
                .await
                .map_err(|failure| Failure::because("The replay failed", &failure))?;
            if let Some(occupied) = answers.last() {
                self.occupied = *occupied;
            }
        }
        Ok(())
    }

    /// Executes a command, and returns the number of occupied seats after it.
    async fn order(&self, actor: Actor, command: Command) -> Result<u32, usher_engine::Failure> {
        let order = Order {
            actor,
            cause: CAUSE,
            command,
        };
        let view = |account: &Account, (): &(), _| account.pool(POOL).map_or(0, Pool::occupied);
        self.engine.execute(ACCOUNT, order, view).await
    }

    async fn advance(&mut self, at: Timestamp) {
        let by = at.since(self.now);
        if by > Secs::ZERO {
            self.engine.advance(by).await;
            self.now = self.now + by;
        }
    }

    async fn renew(&self) -> Result<(), Failure> {
        let lives: Vec<Heartbeat> = self
            .held
            .values()
            .flatten()
            .map(|(_, sign_in)| Heartbeat {
                sign_in: *sign_in,
                active: false,
            })
            .collect();
        for some in lives.chunks(AT_ONCE_MAX) {
            let answers = self
                .engine
                .heartbeats(ACCOUNT, Actor::Operator, CAUSE, some.to_vec())
                .await;
            let answers = answers.map_err(|failure| Failure::because("The replay failed", &failure))?;
            answers
                .into_iter()
                .collect::<Result<Vec<_>, _>>()
                .map_err(|refusal| Failure::because("The replay lost a seat that is still held", &refusal))?;
        }
        Ok(())
    }

    fn next_device(&mut self) -> Result<(SignInId, Device), Failure> {
        self.sign_ins_made += 1;
        let number = self.sign_ins_made;
        let device = Device {
            id: parse(&format!("checkout-{number}"))?,
            name: parse(&format!("Checkout {number}"))?,
            kind: DeviceKind::Desktop,
        };
        Ok((SignInId::from_bits(u128::from(number)), device))
    }
}
