//! Users: creating, changing, deactivating, deleting.

use super::office::*;
use crate::command::{Command, UserPatch};
use crate::event::{EndReason, Profile, UserEvent};
use crate::labels::{Labels, LabelsPatch};
use crate::permission::{Override, PermissionOverrides, Privilege, Role, Scope};
use crate::refusal::{CapacityRefusal, Refusal, SeatKind, StateRefusal};
use crate::repeat::derived_bits;
use crate::tests::kit;
use crate::text::Product;
use crate::user::License;
use crate::{Event, PoolId, UserId};

fn active(active: bool) -> UserPatch {
    UserPatch {
        active: Some(active),
        ..UserPatch::default()
    }
}

fn role(role: Role) -> UserPatch {
    UserPatch {
        role: Some(role),
        ..UserPatch::default()
    }
}

#[test]
fn l6_a_new_user_gets_a_named_seat_where_one_is_free_and_the_caller_leaves_it_open() {
    for (seats, wish, assigned) in [
        (1, None, Ok(true)),
        (1, Some(true), Ok(true)),
        (1, Some(false), Ok(false)),
        (0, None, Ok(false)),
        (0, Some(true), Err("not-enough-seats")),
        (0, Some(false), Ok(false)),
    ] {
        let mut office = Office::with_seats(seats, 10);

        let answer = office.does_as(&OPERATOR, &create("ann", wish));

        assert_eq!(
            answer.map(|_| ()).map_err(|refusal| refusal.code().as_str()),
            assigned.map(|_| ()),
            "{seats} {wish:?}"
        );
        let license = (assigned == Ok(true)).then_some(License::Named);
        assert_eq!(office.license_of("ann"), license, "{seats} {wish:?}");
    }
}

#[test]
fn l1_l6_the_refusal_of_a_seat_says_how_many_there_are() {
    let office = Office::with_seats(1, 0).after(&[create("ann", None)]);

    assert_eq!(
        office.refusal(&create("ben", Some(true))),
        Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
            kind: SeatKind::Named,
            product: product(),
            asked: 1,
            left: 0,
            total: 1,
            user: None,
        })
    );
}

#[test]
fn l6_where_nothing_was_bought_a_seat_cannot_be_asked_for() {
    let office = Office::new();

    assert_eq!(office.answer(&OPERATOR, &create("ann", None)), "ok");
    assert_eq!(office.answer(&OPERATOR, &create("ann", Some(true))), "invalid");
}

#[test]
fn l6_of_several_products_none_is_guessed() {
    let chat = || -> Product { "chat".parse().unwrap() };
    let bought = kit::subscription(1, 1, pool("default")).and(chat(), 0, 1, pool("chat"));
    let mut office = Office::new().after(&[bought.command()]);

    assert_eq!(office.answer(&OPERATOR, &create("ann", Some(true))), "invalid");
    office.does(&create("ann", None));

    assert!(office.account.user(user("ann")).unwrap().licenses.is_empty());
}

#[test]
fn l6_a_new_user_gets_licenses_of_as_many_products_as_the_caller_names_or_is_not_created() {
    let chat = || -> Product { "chat".parse().unwrap() };
    let bought = kit::subscription(1, 1, pool("default")).and(chat(), 1, 1, pool("chat"));
    let mut office =
        Office::new()
            .after(&[bought.command()])
            .with("una", Role::Manager, &[Privilege::UsersManage]);
    let in_pool = License::Shared(pool("chat"));
    let with = |name: &str, of_chat| {
        kit::new_user(name)
            .licenses([(product(), License::Named), (chat(), of_chat)].into())
            .command()
    };

    assert_eq!(office.answer(&by("una"), &with("ann", in_pool)), "forbidden");
    assert_eq!(office.answer(&by("una"), &with("ann", License::Named)), "ok");
    office.does_as(&by("una"), &with("ann", License::Named)).unwrap();
    assert_eq!(office.account.user(user("ann")).unwrap().licenses.len(), 2);
    assert_eq!(
        office.answer(&OPERATOR, &with("ben", in_pool)),
        "not-enough-seats"
    );
}

#[test]
fn l4_there_may_be_more_active_users_than_seats() {
    let office = Office::with_seats(1, 1).with_members(&["ann", "ben", "cem", "dee"]);

    assert_eq!(office.account.users().len(), 4);
    assert!(
        office
            .account
            .users()
            .values()
            .all(|user| user.active && user.licenses.is_empty())
    );
}

#[test]
fn an_address_belongs_to_one_user_and_is_free_again_when_they_change_it_or_leave() {
    let mut office = Office::new().with_members(&["ann", "ben"]);
    let take = |email: &str| {
        change(
            "ben",
            UserPatch {
                email: Some(email.parse().unwrap()),
                ..UserPatch::default()
            },
        )
    };
    assert_eq!(
        office.refusal(&take("Ann@example.com")),
        Refusal::State(StateRefusal::AlreadyExists {
            what: "user",
            field: "email"
        })
    );

    office.does(&take("benjamin@example.com"));
    office.does(&delete("ann"));

    assert_eq!(office.answer(&OPERATOR, &take("ann@example.com")), "ok");
    let ben = office
        .account
        .user_by_email(&"benjamin@example.com".parse().unwrap());
    assert_eq!(ben.map(|ben| ben.id), Some(user("ben")));
    let unknown = office.account.user_by_email(&"ben@example.com".parse().unwrap());
    assert_eq!(unknown, None);
}

#[test]
fn an_address_is_taken_however_its_domain_is_written() {
    let mut office = Office::with_seats(2, 0).after(&[create("ann", None), create("ben", None)]);
    let take = |id: &str, email: &str| {
        change(
            id,
            UserPatch {
                email: Some(email.parse().unwrap()),
                ..UserPatch::default()
            },
        )
    };
    office.does(&take("ann", "ann@bücher.example"));

    let taken = office.refusal(&take("ben", "ann@xn--bcher-kva.example"));

    let field = "email";
    assert_eq!(
        taken,
        Refusal::State(StateRefusal::AlreadyExists { what: "user", field })
    );
    assert_eq!(
        office.answer(&OPERATOR, &take("ann", "Ann@xn--bcher-kva.example")),
        "ok"
    );
}

#[test]
fn creating_the_same_user_again_is_a_retry() {
    let mut office = Office::with_seats(2, 0).after(&[create("ann", None)]);

    let again = office.does(&create("ann", None));

    assert_eq!(again.events, []);
    let other = kit::NewUser::with_profile(user("ann"), profile("ben", Role::Member, &[]))
        .assign_seat(None)
        .command();
    assert_eq!(office.answer(&OPERATOR, &other), "already-exists");
}

#[test]
fn only_what_changes_is_stored() {
    let mut office = Office::new().with_members(&["ann"]);
    let same = UserPatch {
        name: Some("ann".parse().unwrap()),
        role: Some(Role::Member),
        active: Some(true),
        ..UserPatch::default()
    };
    let limit = UserPatch {
        seat_limit: Some(Some(2)),
        new_password: true,
        ..UserPatch::default()
    };

    assert_eq!(office.does(&change("ann", same)).events, []);
    assert_eq!(
        office.does(&change("ann", limit)).events,
        // The password is recorded once it is stored.
        [Event::User(UserEvent::Changed {
            id: user("ann"),
            profile: Profile {
                seat_limit: Some(2),
                ..profile("ann", Role::Member, &[])
            }
        })]
    );
}

#[test]
fn l5_switching_a_user_off_ends_what_they_do_and_keeps_their_license() {
    let mut office = Office::with_seats(0, 2)
        .with_members(&["ann"])
        .after(&[license("ann", shared("default"))]);
    office.does(&sign_in("ann"));

    let off = office.does(&change("ann", active(false)));

    assert_eq!(sign_ins_ended(&off), [(laptop("ann"), EndReason::UserInactive)]);
    assert_eq!(office.license_of("ann"), shared("default"));
    assert_eq!(office.does(&change("ann", active(false))).events, []);
    office.does(&change("ann", active(true)));
    office.does(&sign_in("ann"));
}

#[test]
fn l5_deleting_a_user_ends_what_they_do_and_frees_their_seat() {
    let mut office = Office::with_seats(1, 0).after(&[create("ann", Some(true))]);
    office.does(&sign_in("ann"));

    let gone = office.does(&delete("ann"));

    assert_eq!(sign_ins_ended(&gone), [(laptop("ann"), EndReason::UserInactive)]);
    assert_eq!(office.answer(&OPERATOR, &create("ben", Some(true))), "ok");
    assert_eq!(office.answer(&OPERATOR, &delete("ann")), "not-found");
}

#[test]
fn r4_the_last_active_owner_stays() {
    let mut office = Office::new()
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[]);
    let losses = |name| {
        [
            change(name, active(false)),
            change(name, role(Role::Admin)),
            delete(name),
        ]
    };
    for loss in losses("otto") {
        assert_eq!(office.answer(&OPERATOR, &loss), "ok");
    }

    office.does(&change("olga", active(false)));

    for loss in losses("otto") {
        assert_eq!(office.answer(&OPERATOR, &loss), "last-owner", "{loss:?}");
        assert_eq!(office.answer(&by("otto"), &loss), "last-owner", "{loss:?}");
    }
    for loss in losses("olga") {
        assert_eq!(office.answer(&OPERATOR, &loss), "ok", "{loss:?}");
    }
}

#[test]
fn r5_a_users_control_needs_view_with_the_accounts_default_beneath() {
    let office = Office::new().with_members(&["ann"]);
    let over = |over| {
        change(
            "ann",
            UserPatch {
                session_permissions: Some(over),
                ..UserPatch::default()
            },
        )
    };
    let none = PermissionOverrides::default();

    for (overrides, answer) in [
        (none, "ok"),
        (
            PermissionOverrides {
                view_own: Override::Deny,
                ..none
            },
            "control-needs-view",
        ),
        (
            PermissionOverrides {
                view_own: Override::Deny,
                control_own: Override::Deny,
                ..none
            },
            "ok",
        ),
        (
            PermissionOverrides {
                control_account: Override::Allow,
                ..none
            },
            "control-needs-view",
        ),
        (
            PermissionOverrides {
                view_account: Override::Allow,
                control_account: Override::Allow,
                ..none
            },
            "ok",
        ),
    ] {
        assert_eq!(
            office.answer(&OPERATOR, &over(overrides)),
            answer,
            "{overrides:?}"
        );
    }
}

fn create_labelled(name: &str, external_id: &str) -> Command {
    let labels = Labels {
        external_id: Some(external_id.parse().unwrap()),
        ..Labels::default()
    };
    kit::NewUser::with_profile(user(name), profile(name, Role::Member, &[]))
        .assign_seat(Some(false))
        .labels(labels)
        .command()
}

fn label(name: &str, external_id: &str) -> Command {
    let labels = LabelsPatch {
        external_id: Some(Some(external_id.parse().unwrap())),
        metadata: None,
    };
    let patch = UserPatch {
        labels,
        ..UserPatch::default()
    };
    change(name, patch)
}

#[test]
fn l3_a_new_user_gets_the_licenses_that_are_named_or_is_not_made() {
    let with = |license| kit::new_user("ann").licensed(license).command();
    let mut office = Office::with_seats(0, 10).after(&[create_pool("north", 0)]);

    assert_eq!(
        office.answer(&OPERATOR, &with(License::Named)),
        "not-enough-seats"
    );
    assert_eq!(
        office.answer(&OPERATOR, &with(License::Shared(pool("nowhere")))),
        "not-found"
    );
    let people_only = key(&[Scope::UsersManage]);
    assert_eq!(
        office.answer(&people_only, &with(License::Shared(pool("north")))),
        "forbidden"
    );
    office.does(&with(License::Shared(pool("north"))));

    assert_eq!(office.license_of("ann"), Some(License::Shared(pool("north"))));
}

#[test]
fn an_external_id_finds_its_user_and_is_unique_in_the_account() {
    let mut office = Office::with_seats(0, 10).after(&[create_labelled("ann", "crm-7")]);
    let find = |office: &Office, id: &str| {
        let found = office.account.user_by_external_id(&id.parse().unwrap());
        found.map(|user| user.profile.name.reveal().to_string())
    };

    assert_eq!(find(&office, "crm-7").as_deref(), Some("ann"));
    assert_eq!(
        office.answer(&OPERATOR, &create_labelled("ben", "crm-7")),
        "already-exists"
    );
    office.does(&label("ann", "crm-8"));
    assert_eq!(find(&office, "crm-7"), None);
    assert_eq!(find(&office, "crm-8").as_deref(), Some("ann"));
    // Repeating the creation does not undo later changes.
    office.does(&create_labelled("ann", "crm-7"));
    assert_eq!(find(&office, "crm-8").as_deref(), Some("ann"));
    office.does(&delete("ann"));
    assert_eq!(find(&office, "crm-8"), None);
}

#[test]
fn labels_of_users_need_the_privilege_to_manage_them() {
    let office = Office::with_seats(0, 10).with_members(&["ann"]);
    let mine = label("ann", "crm-7");

    assert_eq!(office.answer(&by("ann"), &mine), "forbidden");
    assert_eq!(office.answer(&key(&[Scope::UsersManage]), &mine), "ok");
}

#[test]
fn a_key_that_stands_for_one_request_makes_nothing_of_another() {
    let made = |asked| {
        let id = UserId::from_bits(derived_bits(7, asked));
        kit::NewUser::with_id(id, "ann").command()
    };
    let office = Office::with_seats(0, 10).after(&[made(1)]);

    assert_eq!(office.answer(&OPERATOR, &made(1)), "ok");
    assert_eq!(office.answer(&OPERATOR, &made(2)), "idempotency-key-reused");
    let pool = kit::create_pool(PoolId::from_bits(derived_bits(7, 3)), "north", 1);
    assert_eq!(office.answer(&OPERATOR, &pool), "idempotency-key-reused");
}
