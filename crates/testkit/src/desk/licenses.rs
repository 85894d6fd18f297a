//! Licenses, and requests for seats.

use std::collections::BTreeSet;

use usher_domain::command::{Command, LicenseCommand, SeatRequestCommand};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{PoolId, Timestamp, UserId};

use super::product;

/// Gives, changes or (`None`) removes a license of the usual product.
pub fn set_license(user: UserId, license: Option<License>) -> Command {
    set_license_of(user, product(), license)
}

/// Gives, changes or (`None`) removes a license of this product.
pub const fn set_license_of(user: UserId, product: Product, license: Option<License>) -> Command {
    Command::License(LicenseCommand::Set {
        user,
        product,
        license,
        until: None,
    })
}

/// Lends a license of the usual product until a time.
pub fn lend(user: UserId, license: License, until: Timestamp) -> Command {
    Command::License(LicenseCommand::Set {
        user,
        product: product(),
        license: Some(license),
        until: Some(until),
    })
}

/// Asks for a seat of the usual product.
pub fn ask_for_seat(user: UserId, note: &str) -> Command {
    Command::SeatRequest(SeatRequestCommand::Send {
        user,
        product: product(),
        note: note.parse().unwrap(),
    })
}

/// Withdraws a request for a seat of the usual product.
pub fn withdraw_seat_request(user: UserId) -> Command {
    Command::SeatRequest(SeatRequestCommand::Withdraw {
        user,
        product: product(),
    })
}

/// Grants a request for a seat of the usual product.
pub fn grant_seat(user: UserId, license: License, until: Option<Timestamp>) -> Command {
    Command::SeatRequest(SeatRequestCommand::Grant {
        user,
        product: product(),
        license,
        until,
    })
}

/// Declines a request for a seat of the usual product.
pub fn decline_seat(user: UserId, note: &str) -> Command {
    Command::SeatRequest(SeatRequestCommand::Decline {
        user,
        product: product(),
        note: Some(note.parse().unwrap()),
    })
}

/// Moves a user's license to another user. `seen` is the license that the caller saw.
pub const fn reassign(product: Product, from: UserId, to: UserId, seen: Option<License>) -> Command {
    Command::License(LicenseCommand::Reassign {
        product,
        from,
        to,
        seen,
    })
}

/// Takes a license of the usual product away, or moves its user to a pool, once they are signed out.
pub fn set_license_after_work(user: UserId, pool: Option<PoolId>) -> Command {
    Command::License(LicenseCommand::SetAfterWork {
        user,
        product: product(),
        pool,
    })
}

/// Moves users from one pool to another; `None` moves everybody.
pub const fn move_users(from: PoolId, to: PoolId, users: Option<BTreeSet<UserId>>) -> Command {
    Command::License(LicenseCommand::MoveUsers {
        from,
        to,
        users,
        after_work: false,
    })
}

/// Moves all users from one pool to another; those at work once they are signed out.
pub const fn move_users_after_work(from: PoolId, to: PoolId) -> Command {
    Command::License(LicenseCommand::MoveUsers {
        from,
        to,
        users: None,
        after_work: true,
    })
}
