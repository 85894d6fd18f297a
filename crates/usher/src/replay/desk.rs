//! An account of its own with one pool, in the engine, at which the people of a log ask for seats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::try_join_all;
use usher_domain::account::{Plan, ProductSeats, SettingsPatch};
use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::presence::{Device, DeviceKind};
use usher_domain::rules::{Occupies, Preset, RULE_SECS_MAX, Rules, SeatPer};
use usher_domain::text::{Name, Product};
use usher_domain::user::License;
use usher_domain::{Account, AccountId, Actor, Command, Outcome, PoolId, Secs, SignInId, Timestamp, UserId};
use usher_engine::{Cause, Clock, Engine, Heartbeat, Options, Request as Order};
use usher_insight::flexnet::{Grouping, Request};
use usher_journal::MemoryJournal;

use crate::Failure;

const ACCOUNT: AccountId = AccountId::from_bits(1);
const POOL: PoolId = PoolId::from_bits(1);
const CAUSE: Cause = Cause::Static("replay");
/// The longest that a pool can have: a checkout of the log lives until it is given back.
const LEASE: Secs = Secs::new(RULE_SECS_MAX);
/// How often those who are signed in give a sign of life.
const RENEW_AFTER: Secs = Secs::new(RULE_SECS_MAX / 3);
/// Commands that are on their way at once. Far below what the engine lets wait for one account.
const AT_ONCE_MAX: usize = 256;
/// The longest name of a person, device or pool.
const NAME_CHARS_MAX: usize = 120;

/// What a desk starts with.
pub(super) struct Opening<'a> {
    /// When.
    pub(super) at: Timestamp,
    /// What the pool is called.
    pub(super) name: &'a str,
    /// How many seats it has.
    pub(super) seats: u32,
    /// Who holds a seat.
    pub(super) grouping: Grouping,
    /// Everybody who will ask for one.
    pub(super) holders: BTreeSet<Arc<str>>,
}

/// A pool in the engine, and who holds which sign-ins there.
pub(super) struct Desk {
    engine: Engine,
    product: Product,
    users: BTreeMap<Arc<str>, UserId>,
    /// The sign-ins of each client, oldest first.
    held: BTreeMap<Arc<str>, Vec<(UserId, SignInId)>>,
    occupied: u32,
    sign_ins_made: u64,
    now: Timestamp,
    renew_at: Timestamp,
}

impl Desk {
    /// An engine with the pool and everybody who will ask for a seat.
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
        desk.buy(opening.name, opening.seats, opening.grouping).await?;
        desk.invite().await?;
        Ok(desk)
    }

    /// How many seats are taken.
    pub(super) const fn occupied(&self) -> u32 {
        self.occupied
    }

    /// Lets the clock pass to `at`. Whoever is signed in gives signs of life meanwhile.
    pub(super) async fn pass_time(&mut self, at: Timestamp) -> Result<(), Failure> {
        while self.renew_at <= at {
            self.advance(self.renew_at).await;
            self.renew().await?;
            self.renew_at = self.now + RENEW_AFTER;
        }
        self.advance(at).await;
        Ok(())
    }

    /// Signs the holder in on as many new devices as there are checkouts, all or none. Says whether that was granted.
    pub(super) async fn take(&mut self, request: &Request) -> Result<bool, Failure> {
        let Some(user) = self.users.get(&request.holder).copied() else {
            return Err(Failure::said(format!(
                "`{}` is not known to the replay.",
                request.holder
            )));
        };
        let devices = (0..request.checkouts)
            .map(|_| self.next_device())
            .collect::<Result<Vec<_>, _>>()?;
        let sign_in = Command::SignIn {
            user,
            product: self.product.clone(),
            devices,
            takeover: false,
            wait: false,
        };
        match self.order(Actor::User(user), sign_in).await {
            Ok((outcome, occupied)) => {
                self.occupied = occupied;
                if let Outcome::SignIns { ids, .. } = outcome {
                    let held = self.held.entry(Arc::clone(&request.client)).or_default();
                    held.extend(ids.into_iter().map(|id| (user, id)));
                }
                Ok(true)
            }
            Err(usher_engine::Failure::Refused(refusal)) => match refusal.figures() {
                Some(figures) => {
                    self.occupied = figures.occupied;
                    Ok(false)
                }
                None => Err(Failure::because("The replay was refused a seat", &refusal)),
            },
            Err(failure) => Err(Failure::because("The replay cannot go on", &failure)),
        }
    }

    /// Signs the client out of its newest devices, as many as it gives back and has. Says how many those were.
    pub(super) async fn give_back(&mut self, request: &Request) -> Result<u32, Failure> {
        let Some(held) = self.held.get_mut(&request.client) else {
            return Ok(0);
        };
        let given = usize::try_from(request.checkouts).map_or(held.len(), |asked| asked.min(held.len()));
        let leaving = held.split_off(held.len() - given);
        if held.is_empty() {
            self.held.remove(&request.client);
        }
        self.sign_out(&leaving).await?;
        Ok(u32::try_from(given).unwrap_or(u32::MAX))
    }

    /// Signs everybody out.
    pub(super) async fn free_all(&mut self) -> Result<(), Failure> {
        let leaving: Vec<_> = std::mem::take(&mut self.held).into_values().flatten().collect();
        self.sign_out(&leaving).await
    }

    /// Ends the engine.
    pub(super) async fn close(self) {
        self.engine.shutdown().await;
    }

    async fn buy(&self, name: &str, seats: u32, grouping: Grouping) -> Result<(), Failure> {
        let rules = Rules {
            occupies: Occupies::SignIn,
            seat_per: if grouping.shares() {
                SeatPer::User
            } else {
                SeatPer::Device
            },
            max_devices_per_user: None,
            auto_log_off_after: None,
            when_full: Vec::new(),
            lease: LEASE,
            ..Rules::preset(Preset::HelpDeskShift)
        };
        let bought = ProductSeats {
            named_seats: 0,
            shared_seats: seats,
        };
        let commands = [
            Command::CreateAccount {
                id: ACCOUNT,
                name: parse("Replay")?,
            },
            Command::ChangeSettings {
                change: SettingsPatch {
                    pool_defaults: Some(rules),
                    ..SettingsPatch::default()
                },
            },
            Command::SetSubscription {
                plan: Plan {
                    name: parse("enterprise")?,
                    shared_seats: true,
                },
                products: BTreeMap::from([(self.product.clone(), bought)]),
                default_pools: BTreeMap::from([(self.product.clone(), POOL)]),
            },
            Command::ChangePool {
                id: POOL,
                change: usher_domain::command::PoolPatch {
                    name: Some(name_of(name)?),
                    ..Default::default()
                },
            },
        ];
        for command in commands {
            self.prepare(command).await?;
        }
        Ok(())
    }

    async fn invite(&self) -> Result<(), Failure> {
        let users: Vec<_> = self.users.iter().collect();
        for some in users.chunks(AT_ONCE_MAX) {
            let created = some.iter().map(|(holder, id)| async move {
                self.prepare(create_user(holder, **id)?).await?;
                self.prepare(Command::SetLicense {
                    user: **id,
                    product: self.product.clone(),
                    license: Some(License::Shared(POOL)),
                })
                .await
            });
            try_join_all(created).await?;
        }
        Ok(())
    }

    async fn prepare(&self, command: Command) -> Result<(), Failure> {
        match self.order(Actor::Operator, command).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(Failure::because(
                "The pool for the replay could not be made",
                &failure,
            )),
        }
    }

    async fn sign_out(&mut self, leaving: &[(UserId, SignInId)]) -> Result<(), Failure> {
        for some in leaving.chunks(AT_ONCE_MAX) {
            let out = some.iter().map(|(user, id)| {
                self.order(
                    Actor::User(*user),
                    Command::SignOut {
                        sign_in: *id,
                        note: None,
                    },
                )
            });
            let answers = try_join_all(out)
                .await
                .map_err(|failure| Failure::because("The replay cannot go on", &failure))?;
            if let Some((_, occupied)) = answers.last() {
                self.occupied = *occupied;
            }
        }
        Ok(())
    }

    /// Gives a command, and how many seats are taken after it.
    async fn order(&self, actor: Actor, command: Command) -> Result<(Outcome, u32), usher_engine::Failure> {
        let order = Order {
            actor,
            cause: CAUSE,
            command,
        };
        let view = |account: &Account, outcome: &Outcome, _| {
            let occupied = account.pool(POOL).map_or(0, usher_domain::pool::Pool::occupied);
            (outcome.clone(), occupied)
        };
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
            let answers = answers.map_err(|failure| Failure::because("The replay cannot go on", &failure))?;
            answers
                .into_iter()
                .collect::<Result<Vec<_>, _>>()
                .map_err(|refusal| Failure::because("The replay lost a seat that is held", &refusal))?;
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

fn create_user(holder: &str, id: UserId) -> Result<Command, Failure> {
    let profile = Profile {
        name: name_of(holder)?,
        email: parse(&format!("{}@replay.invalid", id.bits()))?,
        role: Role::Member,
        privileges: BTreeSet::new(),
        billing_contact: false,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    Ok(Command::CreateUser {
        id,
        profile,
        assign_seat: Some(false),
        product: None,
        password_set: false,
    })
}

/// A name for what the log calls `text`: its beginning, where it is too long, and something where it is nothing.
fn name_of(text: &str) -> Result<Name, Failure> {
    let shown: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(NAME_CHARS_MAX)
        .collect();
    parse(if shown.trim().is_empty() {
        "unknown"
    } else {
        &shown
    })
}

fn parse<T: std::str::FromStr<Err: std::error::Error>>(text: &str) -> Result<T, Failure> {
    text.parse()
        .map_err(|error| Failure::because(format_args!("`{text}` cannot be used in the replay"), &error))
}
