//! Actions on many users.

use crate::said::named;
use crate::shown::pool_name;
use usher_domain::command::{LicenseCommand, UserCommand, UserPatch};
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Account, Command, PoolId, UserId};

/// An action on each of the selected users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Give a named seat.
    Assign(Product),
    /// Take the license away.
    Remove(Product),
    /// Put into a pool.
    Move(PoolId),
    /// Deactivate.
    Deactivate,
}

impl Act {
    /// Parses the value of a form: `assign remote-support`, `deactivate`.
    pub(super) fn parse(word: &str) -> Option<Self> {
        if word == "deactivate" {
            return Some(Self::Deactivate);
        }
        let (verb, what) = word.split_once(' ')?;
        match verb {
            "assign" => what.parse().ok().map(Self::Assign),
            "remove" => what.parse().ok().map(Self::Remove),
            "move" => what.parse().ok().map(Self::Move),
            _ => None,
        }
    }

    /// The privilege that it needs.
    pub(super) const fn privilege(&self) -> Privilege {
        match self {
            Self::Assign(_) | Self::Remove(_) | Self::Move(_) => Privilege::SeatsManage,
            Self::Deactivate => Privilege::UsersManage,
        }
    }

    /// The product that it is about; `None` for all products, or if the pool does not exist.
    pub(super) fn product<'a>(&'a self, account: &'a Account) -> Option<&'a Product> {
        match self {
            Self::Assign(product) | Self::Remove(product) => Some(product),
            Self::Move(pool) => account.pool(*pool).map(|pool| &pool.product),
            Self::Deactivate => None,
        }
    }

    /// The action in words; `None` if the pool does not exist.
    pub(super) fn words(&self, account: &Account) -> Option<String> {
        Some(match self {
            Self::Assign(product) => {
                format!("assign a named seat of {}", named(account.product_name(product)))
            }
            Self::Remove(product) => {
                format!(
                    "take the license of {} away",
                    named(account.product_name(product))
                )
            }
            Self::Move(pool) => {
                format!(
                    "move to the pool {}",
                    named(pool_name(account, account.pool(*pool)?))
                )
            }
            Self::Deactivate => "deactivate".to_owned(),
        })
    }

    /// Whether it can wait until a user is not signed in (L16).
    pub(super) const fn may_wait(&self) -> bool {
        match self {
            Self::Remove(_) | Self::Move(_) => true,
            Self::Assign(_) | Self::Deactivate => false,
        }
    }

    /// The command that waits until the user is not signed in; `None` if there is none, or the pool does not exist.
    pub(super) fn command_after_work(&self, account: &Account, user: UserId) -> Option<Command> {
        let pool = match self {
            Self::Remove(_) => None,
            Self::Move(pool) => Some(*pool),
            Self::Assign(_) | Self::Deactivate => return None,
        };
        Some(Command::License(LicenseCommand::SetAfterWork {
            user,
            product: self.product(account)?.clone(),
            pool,
        }))
    }

    /// The command for one user; `None` if the pool does not exist.
    pub(super) fn command(&self, account: &Account, user: UserId) -> Option<Command> {
        let license = match self {
            Self::Deactivate => {
                let change = UserPatch {
                    active: Some(false),
                    ..UserPatch::default()
                };
                return Some(Command::User(UserCommand::Change { id: user, change }));
            }
            Self::Assign(_) => Some(License::Named),
            Self::Remove(_) => None,
            Self::Move(pool) => Some(License::Shared(*pool)),
        };
        Some(Command::License(LicenseCommand::Set {
            user,
            product: self.product(account)?.clone(),
            license,
            until: None,
        }))
    }
}
