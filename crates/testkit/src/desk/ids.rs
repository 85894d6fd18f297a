//! Ids that follow from names, so that a test can name a thing before and after it exists.

use usher_domain::text::Product;
use usher_domain::{AccountId, GroupId, PoolId, SignInId, TeamId, UserId};

/// The account of a [`HelpDesk`](super::HelpDesk).
pub const ACCOUNT: AccountId = AccountId::from_bits(1);

/// The default pool of a [`HelpDesk`](super::HelpDesk).
pub const POOL: PoolId = pool("pool");

/// The name of [`product`].
pub const PRODUCT: &str = "remote-support";

/// The product of all users, unless a test says otherwise.
pub fn product() -> Product {
    PRODUCT.parse().unwrap()
}

/// The bits of an id for a name of up to 16 letters.
pub const fn bits(name: &str) -> u128 {
    let letters = name.as_bytes();
    assert!(letters.len() <= 16, "the name is too long for an id");
    let mut bits = 0;
    let mut next = 0;
    while next < letters.len() {
        bits = (bits << 8) | letters[next] as u128;
        next += 1;
    }
    bits
}

/// The user with this name.
pub const fn user(name: &str) -> UserId {
    UserId::from_bits(bits(name))
}

/// One of the users that [`HelpDesk::agents`](super::HelpDesk::agents) adds, counted from 0. Later ones have higher ids.
pub const fn agent(number: u32) -> UserId {
    UserId::from_bits((bits("agent") << 32) | number as u128)
}

/// The pool with this name.
pub const fn pool(name: &str) -> PoolId {
    PoolId::from_bits(bits(name))
}

/// The team with this name.
pub const fn team(name: &str) -> TeamId {
    TeamId::from_bits(bits(name))
}

/// The directory's group with this name.
pub const fn group(name: &str) -> GroupId {
    GroupId::from_bits(bits(name))
}

/// The sign-in of a user on one of their devices.
pub fn on(name: &str, device: &str) -> SignInId {
    SignInId::from_bits(bits(&format!("{name}@{device}")))
}
