//! Turns transitions into commands, and sets up the account that they start from.

use std::collections::{BTreeMap, BTreeSet};

use super::transitions::{Someone, Transition};
use super::world::World;
use crate::command::{
    Command, GroupCommand, LeavingUsers, LicenseCommand, MemberChange, OneOrMore, PoolPatch,
    SeatRequestCommand, SeatWay, UserPatch,
};
use crate::directory::GroupMapping;
use crate::event::{Claim, EndReason, Event, MinutesEvent, SessionEvent, SignInEvent, TicketEvent};
use crate::permission::{Actor, Role, Scope};
use crate::pool::Pool;
use crate::presence::{Device, Funding, SessionKind};
use crate::rules::{Rules, RulesPatch};
use crate::tests::kit;
use crate::tests::witness::execute;
use crate::text::Product;
use crate::time::Secs;
use crate::user::License;
use crate::{ApiKeyId, GroupId, PoolId, SessionId, SignInId, TeamId, TicketId, TopUpId, UserId};

pub(super) const USERS: u8 = 5;
pub(super) const PRODUCTS: [&str; 2] = ["remote-support", "service-desk"];

impl World {
    /// Buys seats, and gives everybody a license.
    pub(super) fn found(&mut self, rules: [Rules; 3]) {
        let subscription = kit::subscription(1, 3, pool(0)).and(product(1), 1, 3, pool(2));
        self.must(&subscription.command());
        for (number, (rules, seats)) in (0..).zip(rules.into_iter().zip([1, 1, 1])) {
            if number == 1 {
                self.must(&kit::create_pool_of(product(0), pool(1), "Second", 0));
            }
            self.must(&kit::change_pool(
                pool(number),
                PoolPatch {
                    seats: Some(seats),
                    rules: Some(RulesPatch::from(rules.clone())),
                    ..PoolPatch::default()
                },
            ));
        }
        for number in 0..USERS {
            self.must(&new_user(number).command());
            for of in 0..2 {
                let is_named = number == 4 && of == 1;
                let shared = License::Shared(pool(u128::from(of) * 2));
                self.must(&kit::set_license_of(
                    user(number),
                    product(of),
                    Some(if is_named { License::Named } else { shared }),
                ));
            }
        }
        for number in 0..3 {
            self.must(&create_group(number));
        }
        self.must(&kit::create_team(
            TeamId::from_bits(0),
            "Team",
            BTreeSet::from([user(1)]),
        ));
        self.must(&kit::add_minutes(TopUpId::from_bits(0), 3));
    }

    fn must(&mut self, command: &Command) {
        let decision = execute(&mut self.account, command, &Actor::Operator, self.now).unwrap();
        for event in &decision.events {
            self.naive.see(&self.account, event);
            self.ends.before(&self.account, event, false, self.now);
        }
        self.history.push((decision.events, self.now));
    }

    fn fresh(&mut self) -> u128 {
        self.ids += 1;
        self.ids
    }

    /// The command of a transition, and its actor; `None` if there is nothing that it could be about.
    pub(super) fn command(&mut self, transition: &Transition) -> Option<(Command, Actor)> {
        let ids = [self.fresh(), self.fresh()];
        self.at_the_desk(transition, ids)
            .or_else(|| self.in_a_session(transition, ids[0]))
            .or_else(|| self.in_the_queue(transition))
            .or_else(|| self.in_the_directory(transition))
            .or_else(|| self.in_the_shop(transition, ids))
            .or_else(|| Some((self.in_the_office(transition, ids)?, Actor::Operator)))
    }

    fn at_the_desk(&self, transition: &Transition, ids: [u128; 2]) -> Option<(Command, Actor)> {
        let on = |number: u8| {
            let id = nth(&self.account.sign_ins, number)?;
            Some((id, self.account.sign_ins[&id].user, Actor::SignIn(id)))
        };
        match transition {
            Transition::SignIn {
                user: number,
                product: of,
                device: on,
                takeover,
                wait,
                actor,
            } => {
                let user = user(*number);
                let command = kit::sign_in(user, SignInId::from_bits(ids[0]), device(*on))
                    .product(product(*of))
                    .takeover(*takeover)
                    .wait(*wait)
                    .command();
                Some((command, self.actor(*actor, user, Actor::User(user))))
            }
            Transition::SignInTwice {
                user: number,
                product: of,
                takeover,
            } => {
                let ids = ids.map(SignInId::from_bits);
                let command = kit::sign_in_on_all(
                    user(*number),
                    OneOrMore {
                        first: (ids[0], device(0)),
                        others: vec![(ids[1], device(1))],
                    },
                )
                .product(product(*of))
                .takeover(*takeover)
                .wait(true)
                .command();
                Some((command, Actor::Operator))
            }
            Transition::Heartbeat {
                sign_in,
                active,
                actor,
            } => {
                let (sign_in, owner, token) = on(*sign_in)?;
                let active = *active;
                let command = kit::heartbeat(sign_in, active);
                Some((command, self.actor(*actor, owner, token)))
            }
            Transition::SignOut { sign_in, actor } => {
                let (sign_in, owner, token) = on(*sign_in)?;
                let command = kit::sign_out(sign_in);
                Some((command, self.actor(*actor, owner, token)))
            }
            Transition::Lock { sign_in, secs, actor } => {
                let (sign_in, owner, token) = on(*sign_in)?;
                let hold = Secs::new(*secs);
                let command = kit::lock_seat(sign_in, hold);
                Some((command, self.actor(*actor, owner, token)))
            }
            _ => None,
        }
    }

    fn in_a_session(&self, transition: &Transition, id: u128) -> Option<(Command, Actor)> {
        let on = |number: u8| {
            let id = nth(&self.account.sessions, number)?;
            let session = &self.account.sessions[&id];
            Some((id, session.user, Actor::SignIn(session.sign_in)))
        };
        let (command, actor, (owner, token)) = match transition {
            Transition::Create {
                sign_in,
                start,
                valid_for,
                wait,
                actor,
            } => {
                let sign_in = nth(&self.account.sign_ins, *sign_in)?;
                let command = kit::call(SessionId::from_bits(id), sign_in)
                    .kind(SessionKind::Attended)
                    .start(*start)
                    .code("ABC123")
                    .valid_for(valid_for.map(Secs::new))
                    .wait(*wait)
                    .command();
                let owner = self.account.sign_ins[&sign_in].user;
                (command, actor, (owner, Actor::SignIn(sign_in)))
            }
            Transition::Connect { session, actor } => {
                let (id, owner, token) = on(*session)?;
                let command = kit::join(id, crate::presence::JoinProof::None);
                (command, actor, (owner, token))
            }
            Transition::Pause { session, actor } => {
                let (id, owner, token) = on(*session)?;
                (kit::pause(id), actor, (owner, token))
            }
            Transition::Resume { session, wait, actor } => {
                let (session, owner, token) = on(*session)?;
                let command = kit::resume(session, *wait, TicketId::from_bits(id));
                (command, actor, (owner, token))
            }
            Transition::End { sessions, actor } => {
                let (_, owner, token) = on(sessions[0])?;
                let ids = sessions.iter().filter_map(|number| Some(on(*number)?.0));
                let command = kit::end(ids.collect()).command();
                (command, actor, (owner, token))
            }
            _ => return None,
        };
        Some((command, self.actor(*actor, owner, token)))
    }

    /// Events of some kind that give a seat to somebody.
    pub(super) fn foul_events(&self, kind: u8, number: u8, other: u8) -> Option<Vec<Event>> {
        let sign_in = |number| nth(&self.account.sign_ins, number);
        let session = |number| nth(&self.account.sessions, number);
        let ticket = |number| nth(&self.account.tickets, number);
        let moved = |claim| Event::Minutes(MinutesEvent::ClaimMoved { claim });
        let offered = |id| Event::Ticket(TicketEvent::Offered { id, until: self.now });
        let ended = |id| {
            Event::SignIn(SignInEvent::Ended {
                id,
                reason: EndReason::Takeover,
                by: None,
            })
        };
        Some(match kind {
            0 => vec![signed_in(1, number, 0), signed_in(2, other, 1)],
            1 => vec![ended(sign_in(number)?), signed_in(1, other, 2)],
            2 => vec![created(1, sign_in(number)?), created(2, sign_in(other)?)],
            3 => vec![moved(Claim::SignIn(sign_in(number)?)), ended(sign_in(other)?)],
            4 => [number, other]
                .into_iter()
                .filter_map(session)
                .map(|id| moved(Claim::Session(id)))
                .collect(),
            _ => [number, other]
                .into_iter()
                .filter_map(ticket)
                .map(offered)
                .collect(),
        })
    }

    fn in_the_queue(&self, transition: &Transition) -> Option<(Command, Actor)> {
        let (number, actor, command): (_, _, fn(TicketId) -> Command) = match transition {
            Transition::Claim { ticket, actor } => (ticket, actor, |id| kit::claim(id)),
            Transition::Drop { ticket, actor } => (ticket, actor, |id| kit::drop_ticket(id)),
            Transition::Renew { ticket, actor } => (ticket, actor, |id| kit::renew(id)),
            _ => return None,
        };
        let id = nth(&self.account.tickets, *number)?;
        let owner = self.account.tickets[&id].user;
        Some((command(id), self.actor(*actor, owner, Actor::Ticket(id))))
    }

    /// The license for a number: named, none, or of a pool of the product.
    fn license(&self, product: &Product, number: u8) -> Option<License> {
        let pools = self
            .account
            .pools
            .values()
            .filter(|pool| pool.product == *product);
        let pools: BTreeMap<PoolId, &Pool> = pools.map(|pool| (pool.id, pool)).collect();
        match number {
            1 => Some(License::Named),
            2 => None,
            _ => nth(&pools, number).map(License::Shared),
        }
    }

    /// The commands of directories, and of users who map groups.
    fn in_the_directory(&self, transition: &Transition) -> Option<(Command, Actor)> {
        let directory = Actor::ApiKey {
            id: ApiKeyId::from_bits(2),
            scopes: BTreeSet::from([Scope::Directory]),
        };
        Some(match transition {
            Transition::FillGroup { group: number, users } => {
                let command = kit::change_group_members(
                    group(*number),
                    MemberChange::Set(users.iter().copied().map(user).collect()),
                );
                (command, directory)
            }
            Transition::MapGroup {
                group: number,
                licenses,
                role,
                is_team,
            } => {
                let licenses = (0..).zip(licenses).filter_map(|(of, license)| {
                    let product = product(of);
                    let license = self.license(&product, *license)?;
                    Some((product, license))
                });
                let mapping = GroupMapping {
                    team: is_team.then_some(TeamId::from_bits(0)),
                    role: *role,
                    licenses: licenses.collect(),
                };
                let id = group(*number);
                (kit::map_group(id, mapping), Actor::Operator)
            }
            Transition::ToggleGroup { group: number } => {
                let id = group(*number);
                let command = if self.account.groups.contains_key(&id) {
                    Command::Group(GroupCommand::Delete { id })
                } else {
                    create_group(*number)
                };
                (command, directory)
            }
            Transition::SayGroups { user: number, groups } => {
                let groups = groups.iter().copied().map(group);
                let known = groups.filter(|id| self.account.groups.contains_key(id));
                let command = kit::set_user_groups(user(*number), known.collect());
                (command, Actor::SingleSignOn)
            }
            Transition::Provision { user: number, active } => {
                let change = UserPatch {
                    active: Some(*active),
                    ..UserPatch::default()
                };
                let id = user(*number);
                (kit::change_user(id, change), directory)
            }
            _ => return None,
        })
    }

    /// Requests for seats, and what becomes of them.
    fn at_the_counter(&self, transition: &Transition) -> Option<Command> {
        let command = match transition {
            Transition::AskForSeat {
                user: number,
                product: of,
            } => SeatRequestCommand::Send {
                user: user(*number),
                product: product(*of),
                note: "Please".parse().unwrap(),
            },
            Transition::WithdrawRequest {
                user: number,
                product: of,
            } => SeatRequestCommand::Withdraw {
                user: user(*number),
                product: product(*of),
            },
            Transition::GrantSeat {
                user: number,
                product: of,
                license,
                secs,
            } => SeatRequestCommand::Grant {
                user: user(*number),
                product: product(*of),
                license: self.license(&product(*of), *license)?,
                until: secs.map(|secs| self.now + Secs::new(secs)),
            },
            Transition::DeclineSeat {
                user: number,
                product: of,
            } => SeatRequestCommand::Decline {
                user: user(*number),
                product: product(*of),
                note: None,
            },
            _ => return None,
        };
        Some(Command::SeatRequest(command))
    }

    /// The commands of users who manage the account.
    fn in_the_office(&self, transition: &Transition, ids: [u128; 2]) -> Option<Command> {
        let change_pool = |number: u8, change| {
            let id = nth(&self.account.pools, number)?;
            Some(kit::change_pool(id, change))
        };
        let change_user = |number: u8, change| Some(kit::change_user(user(number), change));
        match transition {
            Transition::Resize { pool, seats } => change_pool(
                *pool,
                PoolPatch {
                    seats: Some(*seats),
                    ..PoolPatch::default()
                },
            ),
            Transition::ChangeRules { pool, rules } => change_pool(
                *pool,
                PoolPatch {
                    rules: Some(RulesPatch::from((**rules).clone())),
                    ..PoolPatch::default()
                },
            ),
            Transition::DeletePool { pool: number, moves } => Some(kit::delete_pool(
                nth(&self.account.pools, *number)?,
                if *moves {
                    LeavingUsers::MoveTo(pool(0))
                } else {
                    LeavingUsers::Remove
                },
            )),
            Transition::License {
                user: number,
                product: of,
                license,
                secs,
            } => {
                let (user, product) = (user(*number), product(*of));
                let license = self.license(&product, *license);
                Some(Command::License(match (secs, license) {
                    (Some(0), Some(License::Shared(pool))) => LicenseCommand::SetAfterWork {
                        user,
                        product,
                        pool: Some(pool),
                    },
                    (Some(0), _) => LicenseCommand::SetAfterWork {
                        user,
                        product,
                        pool: None,
                    },
                    (secs, license) => LicenseCommand::Set {
                        user,
                        license,
                        product,
                        until: secs.map(|secs| self.now + Secs::new(secs)),
                    },
                }))
            }
            Transition::AskForSeat { .. }
            | Transition::WithdrawRequest { .. }
            | Transition::GrantSeat { .. }
            | Transition::DeclineSeat { .. } => self.at_the_counter(transition),
            Transition::Reassign {
                from,
                to,
                product: of,
            } => Some(kit::reassign(product(*of), user(*from), user(*to), None)),
            Transition::Activate { user, active } => change_user(
                *user,
                UserPatch {
                    active: Some(*active),
                    ..UserPatch::default()
                },
            ),
            Transition::LimitSeats { user, limit } => change_user(
                *user,
                UserPatch {
                    seat_limit: Some(*limit),
                    ..UserPatch::default()
                },
            ),
            Transition::Promote { user, role } => change_user(
                *user,
                UserPatch {
                    role: Some(*role),
                    ..UserPatch::default()
                },
            ),
            Transition::AddMinutes { minutes, again } => Some(self.add_minutes(*minutes, *again, ids)),
            _ => self.between_pools(transition),
        }
    }

    fn between_pools(&self, transition: &Transition) -> Option<Command> {
        match transition {
            Transition::MoveSeats { from, to, seats } => {
                let from = nth(&self.account.pools, *from)?;
                let to = nth(&self.account.pools, *to)?;
                let way = SeatWay::Between { from, to };
                Some(kit::move_seats(way, *seats))
            }
            Transition::MoveUsers {
                from,
                to,
                user: one,
                after_work,
            } => Some(Command::License(LicenseCommand::MoveUsers {
                from: nth(&self.account.pools, *from)?,
                to: nth(&self.account.pools, *to)?,
                users: one.map(|number| BTreeSet::from([user(number)])),
                after_work: *after_work,
            })),
            Transition::StepSeats { pool, more } => {
                let pool = nth(&self.account.pools, *pool)?;
                let way = if *more {
                    SeatWay::IntoPool(pool)
                } else {
                    SeatWay::OutOfPool(pool)
                };
                Some(kit::move_seats(way, 1))
            }
            _ => None,
        }
    }

    pub(super) fn actor(&self, someone: Someone, owner: UserId, token: Actor) -> Actor {
        let key = |scopes: &[Scope]| Actor::ApiKey {
            id: ApiKeyId::from_bits(1),
            scopes: scopes.iter().copied().collect(),
        };
        match someone {
            Someone::Owner => Actor::User(owner),
            Someone::Device => token,
            Someone::BackEnd => key(&Scope::ALL),
            Someone::Reader => key(&[Scope::Read]),
            Someone::Operator => Actor::Operator,
            Someone::Customer => nth(&self.account.sessions, 0).map_or(Actor::Operator, Actor::Customer),
            Someone::User(number) => Actor::User(user(number)),
        }
    }
}

pub(super) fn product(number: u8) -> Product {
    PRODUCTS[usize::from(number) % PRODUCTS.len()].parse().unwrap()
}

fn signed_in(id: u128, number: u8, on: u8) -> Event {
    Event::SignIn(SignInEvent::SignedIn {
        id: SignInId::from_bits(id),
        user: user(number),
        product: product(0),
        device: device(on),
        pool: Some(pool(0)),
        funding: Funding::Seat,
        lease: Secs::new(60),
        ticket: None,
    })
}

fn created(id: u128, sign_in: SignInId) -> Event {
    Event::Session(SessionEvent::Created {
        id: SessionId::from_bits(id),
        sign_in,
        kind: SessionKind::Call,
        customer: None,
        code: None,
        standby_until: None,
        funding: Funding::Seat,
        ticket: None,
    })
}

pub(super) fn user(number: u8) -> UserId {
    UserId::from_bits(u128::from(number % USERS))
}

pub(super) fn pool(number: u128) -> PoolId {
    PoolId::from_bits(number)
}

fn group(number: u8) -> GroupId {
    GroupId::from_bits(u128::from(number))
}

fn create_group(number: u8) -> Command {
    kit::create_group(group(number), &format!("Group {number}"), BTreeSet::new())
}

fn new_user(number: u8) -> kit::NewUser {
    let user = kit::NewUser::with_id(user(number), &format!("User {number}"))
        .email(&format!("user{number}@example.com"));
    if number == 0 {
        user.role(Role::Owner).billing_contact()
    } else {
        user
    }
}

fn device(number: u8) -> Device {
    kit::device(&format!("device-{number}"), &format!("Device {number}"))
}

/// The entry for a number.
pub(super) fn nth<K: Copy, V>(of: &BTreeMap<K, V>, number: u8) -> Option<K> {
    let index = usize::from(number).checked_rem(of.len())?;
    of.keys().nth(index).copied()
}
