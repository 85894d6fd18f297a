//! Turns transitions of a shop into commands: buying, asking and answering.

use super::commands::{nth, pool, product, user};
use super::transitions::Transition;
use super::world::World;
use crate::TopUpId;
use crate::command::{Command, RequestAnswer};
use crate::permission::Actor;
use crate::tests::kit;

impl World {
    /// The commands of those who buy, and of the operator who says what they may.
    pub(super) fn in_the_shop(&self, transition: &Transition, ids: [u128; 2]) -> Option<(Command, Actor)> {
        let buyer = |someone| self.actor(someone, user(0), Actor::User(user(0)));
        Some(match transition {
            Transition::Manage { management } => (kit::manage(management.clone()), Actor::Operator),
            Transition::Subscribe {
                seats,
                is_enterprise,
                actor,
            } => {
                let [(named, shared), (others_named, others_shared)] = *seats;
                let bought = kit::no_seats()
                    .and(product(0), named, shared, pool(0))
                    .and(product(1), others_named, others_shared, pool(2))
                    .plan(if *is_enterprise { "enterprise" } else { "team" });
                (bought.request(ids[1]).command(), buyer(*actor))
            }
            Transition::BuyMinutes {
                minutes,
                again,
                actor,
            } => (self.add_minutes(*minutes, *again, ids), buyer(*actor)),
            Transition::AnswerRequest {
                request,
                approves,
                actor,
            } => {
                let id = self.request(*request)?;
                let command = if *approves {
                    kit::approve(id)
                } else {
                    kit::answer(id, RequestAnswer::Decline)
                };
                (command, buyer(*actor))
            }
            Transition::RemoveRequest { request, actor } => {
                (kit::remove_request(self.request(*request)?), buyer(*actor))
            }
            _ => return self.with_an_end(transition, ids[0]),
        })
    }

    /// The id of a request, by its number.
    fn request(&self, number: u8) -> Option<u128> {
        let requests = self.account.subscription_requests();
        let requests = requests.map(|request| (request.id, ())).collect();
        Some(nth(&requests, number)?.bits())
    }

    pub(super) fn add_minutes(&self, minutes: u32, again: bool, ids: [u128; 2]) -> Command {
        let before = again.then(|| self.naive.a_top_up()).flatten();
        let top_up = before.unwrap_or(TopUpId::from_bits(ids[0]));
        kit::add_or_ask_for_minutes(top_up, minutes, kit::request(ids[1]))
    }
}
