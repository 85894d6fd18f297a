//! Repeated requests: ids derived from an `Idempotency-Key` show which request created a thing.
//!
//! Such an id is a UUID of version 8. Its upper half is derived from the key, the caller and the account; its lower
//! half from the request's content. So an existing thing distinguishes a repeat of its request from another request
//! with the same key, and no answer has to be stored.

use alloc::collections::BTreeMap;

use crate::account::Account;
use crate::command::{
    AccountCommand, ApiKeyCommand, Command, GroupCommand, PoolCommand, SessionCommand, SignInCommand,
    TeamCommand, UserCommand,
};
use crate::id::{ApiKeyId, GroupId, PoolId, SessionId, SignInId, TeamId, TicketId, TopUpId, UserId};
use crate::refusal::{Refusal, StateRefusal};

const VERSION: u128 = 8 << 76;
const VERSION_MASK: u128 = 0xf << 76;
const VARIANT: u128 = 0b10 << 62;
const VARIANT_MASK: u128 = 0b11 << 62;

/// The bits of an id derived from a key and from the request's content, each as a digest.
#[must_use]
pub const fn derived_bits(key: u64, asked: u64) -> u128 {
    let bits = ((key as u128) << 64) | asked as u128;
    (bits & !VERSION_MASK & !VARIANT_MASK) | VERSION | VARIANT
}

/// Whether an id was derived from a key.
#[must_use]
pub const fn is_derived(bits: u128) -> bool {
    bits & VERSION_MASK == VERSION
}

/// The first and the last id that can be derived from the same key as this one.
#[must_use]
pub const fn ids_of_key(bits: u128) -> (u128, u128) {
    let half = u64::MAX as u128;
    (bits & !half, bits | half)
}

/// Whether `other` was derived from the same key as `bits`, by another request.
#[must_use]
pub const fn is_another_of_key(bits: u128, other: u128) -> bool {
    let (first, last) = ids_of_key(bits);
    other != bits && first <= other && other <= last
}

/// Refuses a request whose key has created something else.
pub fn need_no_other(has_other: bool) -> Result<(), Refusal> {
    if has_other {
        return Err(Refusal::State(StateRefusal::IdempotencyKeyReused));
    }
    Ok(())
}

impl Command {
    /// The bits of the id of the thing that the command creates, if an `Idempotency-Key` may be used for it.
    pub(crate) fn made_bits(&self) -> Option<u128> {
        match self {
            Self::Account(command) => match command {
                // The id of an account is chosen by its creator, before the account exists. A top-up checks its key when
                // it is decided.
                AccountCommand::Create { .. }
                | AccountCommand::Change { .. }
                | AccountCommand::Delete
                | AccountCommand::SetSubscription(_)
                | AccountCommand::AddMinutes(_)
                | AccountCommand::AnswerRequest { .. }
                | AccountCommand::RemoveRequest { .. }
                | AccountCommand::ChooseGiveBack { .. }
                | AccountCommand::SetManagement { .. }
                | AccountCommand::ChangeSettings { .. } => None,
            },
            Self::ApiKey(command) => match command {
                ApiKeyCommand::Create { id, .. } => Some(id.bits()),
                ApiKeyCommand::Rotate { .. } | ApiKeyCommand::Revoke { .. } => None,
            },
            Self::User(command) => match command {
                UserCommand::Create { id, .. } => Some(id.bits()),
                // An identity provider vouches for people, and no program asks for it.
                UserCommand::Admit { .. } | UserCommand::Change { .. } | UserCommand::Delete { .. } => None,
            },
            Self::Pool(command) => match command {
                PoolCommand::Create { id, .. } => Some(id.bits()),
                PoolCommand::Change { .. } | PoolCommand::MoveSeats { .. } | PoolCommand::Delete { .. } => {
                    None
                }
            },
            Self::Team(command) => match command {
                TeamCommand::Create { id, .. } => Some(id.bits()),
                TeamCommand::Change { .. } | TeamCommand::Delete { .. } => None,
            },
            Self::Group(command) => match command {
                GroupCommand::Create { id, .. } => Some(id.bits()),
                GroupCommand::Change { .. }
                | GroupCommand::Delete { .. }
                | GroupCommand::Map { .. }
                | GroupCommand::SetUserGroups { .. } => None,
            },
            Self::SignIn(command) => match command {
                // Commands with an outcome of their own check their key when they are decided.
                SignInCommand::SignIn(_)
                | SignInCommand::Heartbeat(_)
                | SignInCommand::SignOut { .. }
                | SignInCommand::LockSeat { .. } => None,
            },
            Self::Session(command) => match command {
                SessionCommand::Start(_)
                | SessionCommand::Connect { .. }
                | SessionCommand::Pause { .. }
                | SessionCommand::Resume(_)
                | SessionCommand::End { .. } => None,
            },
            Self::License(_) | Self::SeatRequest(_) | Self::Credential(_) | Self::Ticket(_) => None,
        }
    }
}

/// Refuses to create a thing with an id of these bits if they were derived from a key that has created something else.
pub(crate) fn check_key(account: &Account, bits: u128) -> Result<(), Refusal> {
    if !is_derived(bits) {
        return Ok(());
    }
    need_no_other(account.has_another_of_key(bits))
}

impl Account {
    /// Whether something exists whose id was derived from the same key by another request.
    fn has_another_of_key(&self, bits: u128) -> bool {
        fn other<I: Ord + Copy, T>(of: &BTreeMap<I, T>, make: fn(u128) -> I, bits: u128) -> bool {
            let (first, last) = ids_of_key(bits);
            let mut ids = of.range(make(first)..=make(last)).map(|(id, _)| *id);
            ids.any(|id| id != make(bits))
        }
        other(&self.users, UserId::from_bits, bits)
            || other(&self.pools, PoolId::from_bits, bits)
            || other(&self.teams, TeamId::from_bits, bits)
            || other(&self.groups, GroupId::from_bits, bits)
            || other(&self.api_keys, ApiKeyId::from_bits, bits)
            || other(&self.sign_ins, SignInId::from_bits, bits)
            || other(&self.sessions, SessionId::from_bits, bits)
            || other(&self.tickets, TicketId::from_bits, bits)
            || self.top_ups.has_another_of_key(TopUpId::from_bits(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_key_lie_together_and_are_told_from_drawn_ones() {
        let made = derived_bits(7, 1);
        let other = derived_bits(7, 2);
        let (first, last) = ids_of_key(made);

        assert!((first..=last).contains(&other));
        assert!(!(first..=last).contains(&derived_bits(8, 1)));
        assert_ne!(made, other);
        assert!(is_derived(made));
        // A UUID of version 7, as drawn for new things.
        assert!(!is_derived(0x0190_63c2_4e6b_7000_8000_0000_0000_0001));
    }
}
