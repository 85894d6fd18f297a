//! Creates the account of a replay: one pool, and everybody who will request a seat.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::account::{Plan, ProductSeats, SettingsPatch};
use usher_domain::command::{
    AccountCommand, LicenseCommand, NewRequest, PoolCommand, PoolPatch, SetSubscription, UserCommand,
};
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::rules::{Occupies, Preset, RULE_SECS_MAX, Rules, SeatPer};
use usher_domain::text::{Name, Product};
use usher_domain::user::License;
use usher_domain::{AccountId, Command, PoolId, Secs, SubscriptionRequestId, UserId};
use usher_insight::flexnet::Grouping;

use crate::Failure;

/// The account's id.
pub(super) const ACCOUNT: AccountId = AccountId::from_bits(1);
/// The pool's id.
pub(super) const POOL: PoolId = PoolId::from_bits(1);
/// The most characters in the name of a user or pool.
const NAME_CHARS_MAX: usize = 120;

/// Creates the account and its pool.
pub(super) fn pool_commands(
    name: &str,
    product: &Product,
    seats: u32,
    grouping: Grouping,
) -> Result<[Command; 4], Failure> {
    let settings = SettingsPatch {
        pool_defaults: Some(rules(grouping)),
        ..SettingsPatch::default()
    };
    let plan = Plan {
        name: parse("enterprise")?,
        shared_seats: true,
    };
    let bought = ProductSeats {
        named_seats: 0,
        shared_seats: seats,
    };
    let named = PoolPatch {
        name: Some(name_of(name)?),
        ..PoolPatch::default()
    };
    Ok([
        Command::Account(AccountCommand::Create {
            id: ACCOUNT,
            name: parse("Replay")?,
            labels: Labels::default(),
        }),
        Command::Account(AccountCommand::ChangeSettings { change: settings }),
        Command::Account(AccountCommand::SetSubscription(SetSubscription {
            plan,
            products: BTreeMap::from([(product.clone(), bought)]),
            default_pools: BTreeMap::from([(product.clone(), POOL)]),
            temporary: BTreeMap::new(),
            terms: None,
            seen: None,
            request: NewRequest {
                id: SubscriptionRequestId::from_bits(1),
                note: None,
            },
        })),
        Command::Pool(PoolCommand::Change {
            id: POOL,
            change: named,
        }),
    ])
}

/// Signing in takes a seat, and signing out frees it; a full pool refuses.
fn rules(grouping: Grouping) -> Rules {
    Rules {
        occupies: Occupies::SignIn,
        seat_per: if grouping.shares() {
            SeatPer::User
        } else {
            SeatPer::Device
        },
        max_devices_per_user: None,
        auto_log_off_after: None,
        when_full: Vec::new(),
        lease: Secs::new(RULE_SECS_MAX),
        ..Rules::preset(Preset::HelpDeskShift)
    }
}

/// Creates a user of the pool.
pub(super) fn user_commands(holder: &str, id: UserId, product: &Product) -> Result<[Command; 2], Failure> {
    let profile = Profile {
        name: name_of(holder)?.into(),
        email: parse(&format!("{}@replay.invalid", id.bits()))?,
        role: Role::Member,
        privileges: BTreeSet::new(),
        billing_contact: false,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    Ok([
        Command::User(UserCommand::Create {
            id,
            profile,
            assign_seat: Some(false),
            product: None,
            licenses: std::collections::BTreeMap::new(),
            password_set: false,
            active: true,
            directory: None,
            labels: Labels::default(),
        }),
        Command::License(LicenseCommand::Set {
            user: id,
            product: product.clone(),
            license: Some(License::Shared(POOL)),
            until: None,
        }),
    ])
}

/// A valid name for the log's `text`: its beginning if it is too long, and a replacement if it is empty.
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

/// Parses a text as one of the domain's types.
pub(super) fn parse<T: std::str::FromStr<Err: std::error::Error + 'static>>(
    text: &str,
) -> Result<T, Failure> {
    text.parse()
        .map_err(|error| Failure::because(format_args!("`{text}` cannot be used in the replay"), &error))
}
