//! What must be true after any sequence of an admin's commands.

use proptest::prelude::*;

use super::office::*;
use crate::account::SettingsPatch;
use crate::command::{
    ApiKeyCommand, Command, GroupCommand, LeavingUsers, MemberChange, PoolPatch, TeamCommand, UserPatch,
};
use crate::directory::{GroupMapping, SignInPatch};
use crate::evolve::evolve;
use crate::evolve::hints::take_changed_pool;
use crate::permission::{Role, Scope};
use crate::rules::Preset;
use crate::tests::kit;
use crate::user::{License, User};
use crate::{Account, ApiKeyId};

const PEOPLE: [&str; 5] = ["ann", "ben", "cem", "dee", "eve"];
const POOLS: [&str; 3] = ["default", "day", "night"];
const TEAMS: [&str; 2] = ["red", "blue"];
const GROUPS: [&str; 3] = ["crew", "desk", "staff"];

fn person() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&PEOPLE[..])
}

fn a_pool() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&POOLS[..])
}

/// A pool, or the unallocated seats.
fn a_place() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => a_pool(), 1 => Just("unallocated")]
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(vec![Role::Member, Role::Manager, Role::Admin, Role::Owner])
}

fn a_license() -> impl Strategy<Value = Option<License>> {
    prop_oneof![Just(None), Just(Some(License::Named)), a_pool().prop_map(shared)]
}

fn on_users() -> impl Strategy<Value = Command> {
    prop_oneof![
        (person(), role(), any::<Option<bool>>())
            .prop_map(|(name, role, seat)| create_with(profile(name, role, &[]), seat)),
        (
            person(),
            prop::option::of(role()),
            prop::option::of(person()),
            any::<Option<bool>>()
        )
            .prop_map(|(name, role, email, active)| {
                let email = email.map(|of| format!("{of}@example.com").parse().unwrap());
                let patch = UserPatch {
                    email,
                    role,
                    active,
                    ..UserPatch::default()
                };
                change(name, patch)
            }),
        person().prop_map(delete),
        (person(), a_license()).prop_map(|(name, to)| license(name, to)),
        (
            prop::sample::select(&TEAMS[..]),
            prop::sample::subsequence(&PEOPLE[..], 0..4)
        )
            .prop_map(|(name, people)| kit::create_team(team(name), name, members(&people))),
        (
            prop::sample::select(&TEAMS[..]),
            prop::sample::subsequence(&PEOPLE[..], 0..4)
        )
            .prop_map(|(name, people)| kit::change_team_members(
                team(name),
                MemberChange::Set(members(&people))
            )),
        (
            prop::sample::select(&TEAMS[..]),
            prop::sample::subsequence(&PEOPLE[..], 0..3),
            prop::sample::subsequence(&PEOPLE[..], 0..3)
        )
            .prop_map(|(name, add, remove)| kit::change_team_members(
                team(name),
                MemberChange::Edit {
                    add: members(&add),
                    remove: members(&remove)
                }
            )),
        (person(), person(), a_license()).prop_map(|(from, to, seen)| reassign_seen(from, to, seen)),
        prop::sample::select(&TEAMS[..])
            .prop_map(|name| Command::Team(TeamCommand::Delete { id: team(name) })),
    ]
}

fn on_groups() -> impl Strategy<Value = Command> {
    let a_group = || prop::sample::select(&GROUPS[..]);
    let people = || prop::sample::subsequence(&PEOPLE[..], 0..4);
    let mapping = (
        prop::option::of(prop::sample::select(&TEAMS[..])),
        prop::option::of(role()),
        a_license(),
    );
    prop_oneof![
        2 => (a_group(), people()).prop_map(|(name, people)| create_group(name, &people)),
        4 => (a_group(), people()).prop_map(|(name, people)| in_group(name, &people)),
        3 => (a_group(), mapping).prop_map(|(name, (of, role, license))| {
            let mapping = GroupMapping {
                team: of.map(team),
                role,
                ..gives(license)
            };
            map(name, mapping)
        }),
        1 => a_group().prop_map(|name| Command::Group(GroupCommand::Delete { id: group(name) })),
        2 => (person(), prop::sample::subsequence(&GROUPS[..], 0..3)).prop_map(|(name, groups)| {
            kit::set_user_groups(user(name), groups.into_iter().map(group).collect())
        }),
        1 => (person(), person()).prop_map(|(name, called)| {
            let patch = UserPatch {
                directory: Some(Some(entry(called))),
                ..UserPatch::default()
            };
            change(name, patch)
        }),
        1 => (any::<Option<bool>>(), prop::option::of(person())).prop_map(|(sso_required, owner)| {
            let sign_in = SignInPatch {
                sso_required,
                break_glass: owner.map(|name| Some(user(name))),
                ..SignInPatch::default()
            };
            kit::change_settings(SettingsPatch {
                    sign_in,
                    ..SettingsPatch::default()
                })
        }),
    ]
}

fn on_seats() -> impl Strategy<Value = Command> {
    let leaving = prop_oneof![
        Just(LeavingUsers::Refuse),
        Just(LeavingUsers::Remove),
        a_pool().prop_map(|name| LeavingUsers::MoveTo(pool(name)))
    ];
    prop_oneof![
        (any::<bool>(), 0..4_u32, 0..6_u32).prop_map(|(shared, named_seats, shared_seats)| {
            subscribe(
                if shared { "enterprise" } else { "team" },
                named_seats,
                shared_seats,
            )
        }),
        (a_pool(), 0..4_u32).prop_map(|(name, seats)| create_pool(name, seats)),
        (a_pool(), 0..6_u32, prop::option::of(0..6_u32)).prop_map(|(name, seats, seats_seen)| {
            let patch = PoolPatch {
                seats: Some(seats),
                seats_seen,
                ..PoolPatch::default()
            };
            change_pool(name, patch)
        }),
        (a_place(), a_place(), 0..3_u32).prop_map(|(from, to, seats)| move_seats(from, to, seats)),
        (a_pool(), a_pool(), prop::sample::subsequence(&PEOPLE[..], 0..3))
            .prop_map(|(from, to, names)| move_users(from, to, &names)),
        (a_pool(), leaving).prop_map(|(name, users)| kit::delete_pool(pool(name), users)),
        ("[ab]", 1..3_u32).prop_map(|(id, minutes)| add_minutes(&id, minutes)),
        (0..3_u128).prop_map(|id| kit::create_key(ApiKeyId::from_bits(id), "Back end", &[Scope::Read])),
        (0..3_u128).prop_map(|id| Command::ApiKey(ApiKeyCommand::Rotate {
            id: ApiKeyId::from_bits(id),
            overlap: crate::Secs::new(60),
        })),
        (0..3_u128).prop_map(|id| Command::ApiKey(ApiKeyCommand::Revoke {
            id: ApiKeyId::from_bits(id)
        })),
    ]
}

/// Users sign in and work, in pools of every preset.
fn on_presence() -> impl Strategy<Value = Command> {
    let presets = vec![
        Preset::HelpDeskShift,
        Preset::ConcurrentSessions,
        Preset::ConcurrentDevices,
    ];
    prop_oneof![
        3 => person().prop_map(sign_in),
        1 => (a_pool(), prop::sample::select(presets)).prop_map(|(name, to)| change_pool(name, preset(to))),
    ]
}

fn is_active_owner(user: &User) -> bool {
    user.active && user.profile.role == Role::Owner
}

/// Derived state must be the same whether it was maintained event by event or rebuilt from the serialized form.
fn read_back(account: &Account) -> Account {
    let text = serde_json::to_string(account).unwrap();
    serde_json::from_str::<Account>(&text).unwrap().restored()
}

proptest! {
    #[test]
    fn what_is_derived_survives_storage_and_nothing_is_given_out_twice(
        commands in prop::collection::vec(prop_oneof![on_users(), on_groups(), on_seats(), on_presence()], 1..60)
    ) {
        let mut office = Office::with_seats(2, 4);
        let mut replayed = office.account.clone();
        let mut had_owner = false;

        for command in &commands {
            let Ok(decision) = office.does_as(&OPERATOR, command) else {
                continue;
            };
            for event in &decision.events {
                let stored = serde_json::to_string(event).unwrap();
                evolve(&mut replayed, &serde_json::from_str(&stored).unwrap(), now());
            }
            let account = &office.account;
            let bought = account.bought(&product());
            prop_assert!(account.named_assigned(&product()) <= bought.named_seats);
            prop_assert!(account.shared_distributed(&product()) <= bought.shared_seats);
            prop_assert_eq!(account.broken(), vec![]);
            let has_owner = account.users().values().any(is_active_owner);
            prop_assert!(has_owner || !had_owner, "the last owner is gone");
            had_owner = has_owner;
        }

        while take_changed_pool(&mut replayed).is_some() {}
        let replayed = replayed.replayed();
        prop_assert_eq!(&read_back(&office.account), &office.account);
        prop_assert_eq!(&replayed, &office.account);
    }
}
