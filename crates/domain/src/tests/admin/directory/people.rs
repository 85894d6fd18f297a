//! D1, D6: directory entries, and deactivating users.

use super::*;
use crate::command::Decision;
use crate::directory::SignInPatch;
use crate::event::EndReason;
use crate::permission::{Actor, Privilege, Role, Scope};
use crate::refusal::{Refusal, StateRefusal};
use crate::tests::kit;

#[test]
fn d1_a_user_is_found_by_the_name_and_the_subject_of_their_entry() {
    let office = Office::with_seats(0, 0)
        .with_members(&["ann"])
        .after(&[entered("ann", Some(vouched("Ann@Corp", "7")))]);
    let found = |name: &str| {
        let user = office.account.user_by_user_name(&name.parse().unwrap());
        user.map(|user| user.id)
    };

    assert_eq!(found("aNN@corp"), Some(user("ann")));
    assert_eq!(found("ann"), None);
    let known = |sub| office.account.user_by_subject(&subject(sub)).map(|user| user.id);
    assert_eq!((known("7"), known("8")), (Some(user("ann")), None));
    assert_eq!(office.account.broken(), []);
}

#[test]
fn d1_two_users_cannot_have_one_name_or_subject() {
    let mut office = Office::with_seats(0, 0)
        .with_members(&["ann", "ben"])
        .after(&[entered("ann", Some(vouched("ann", "7")))]);

    for (taken, field) in [(entry("ANN"), "user_name"), (vouched("ben", "7"), "subject")] {
        assert_eq!(
            office.refusal(&entered("ben", Some(taken))),
            Refusal::State(StateRefusal::AlreadyExists { what: "user", field })
        );
    }
    assert_eq!(office.does(&entered("ann", Some(vouched("ann", "7")))).events, []);
    office.does(&entered("ann", None));
    office.does(&entered("ben", Some(vouched("ann", "7"))));
}

#[test]
fn d1_a_directory_creates_plain_members_without_a_seat() {
    let office = Office::with_seats(5, 0);
    let hire = |role, assign_seat| {
        kit::NewUser::with_profile(user("ann"), profile("ann", role, &[]))
            .assign_seat(assign_seat)
            .in_directory(entry("ann"))
            .command()
    };

    for actor in [scim(), Actor::SingleSignOn] {
        assert_eq!(office.answer(&actor, &hire(Role::Manager, None)), "forbidden");
        assert_eq!(
            office.answer(&actor, &hire(Role::Member, Some(true))),
            "forbidden"
        );
        let mut office = Office::with_seats(5, 0);
        office.does_as(&actor, &hire(Role::Member, None)).unwrap();
        assert_eq!(office.license_of("ann"), None);
        let hired = office.account.user(user("ann")).unwrap();
        assert_eq!(hired.directory, Some(entry("ann")));
    }
}

#[test]
fn d1_who_is_created_switched_off_holds_nothing() {
    let mut office = Office::with_seats(5, 0);
    let hire = kit::NewUser::with_profile(user("ann"), profile("ann", Role::Member, &[]))
        .assign_seat(None)
        .active(false)
        .command();

    office.does(&hire);

    assert!(!office.account.user(user("ann")).unwrap().active);
    assert_eq!(office.license_of("ann"), None);
}

#[test]
fn d1_a_directory_does_not_touch_those_who_have_rights_by_another_word() {
    let linked = |name: &str| entered(name, Some(entry(name)));
    // An admin who sets up a directory cannot become an owner through it, even if the owner has an entry.
    let office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[])
        .with("oona", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("ada", Role::Admin, &[])
        .with_members(&["ann"])
        .after(&[linked("otto"), linked("oona"), linked("ada")])
        .after(&[require_sso(Some("oona"))]);

    for (name, readdressed, switched, deleted) in [
        ("ann", "ok", "ok", "ok"),
        ("ada", "ok", "ok", "ok"),
        ("adam", "forbidden", "forbidden", "forbidden"),
        ("otto", "forbidden", "forbidden", "forbidden"),
        ("olga", "forbidden", "forbidden", "forbidden"),
        ("oona", "forbidden", "forbidden", "forbidden"),
    ] {
        assert_eq!(office.answer(&scim(), &readdress(name)), readdressed, "{name}");
        assert_eq!(office.answer(&scim(), &switch(name, false)), switched, "{name}");
        assert_eq!(office.answer(&scim(), &delete(name)), deleted, "{name}");
    }
    assert_eq!(
        office.answer(&scim(), &entered("adam", Some(entry("x")))),
        "forbidden"
    );
    assert_eq!(office.answer(&scim(), &become_a("ann", Role::Admin)), "forbidden");
}

#[test]
fn d1_only_single_sign_on_ties_a_user_to_a_subject_and_it_does_little_else() {
    let office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with_members(&["ann"]);
    let sso = Actor::SingleSignOn;

    assert_eq!(
        office.answer(&scim(), &entered("ann", Some(vouched("ann", "7")))),
        "forbidden"
    );
    for (command, answer) in [
        (entered("ann", Some(vouched("ann", "7"))), "ok"),
        (entered("olga", Some(vouched("olga", "8"))), "forbidden"),
        (readdress("ann"), "ok"),
        (readdress("olga"), "forbidden"),
        (switch("ann", false), "forbidden"),
        (delete("ann"), "forbidden"),
        (create_group("crew", &[]), "not-found"),
        (create_pool("night", 0), "not-found"),
        (license("ann", None), "not-found"),
    ] {
        assert_eq!(office.answer(&sso, &command), answer, "{command:?}");
    }
}

#[test]
fn d1_no_directory_and_no_provider_links_to_an_owner_who_connects_only_themselves() {
    let mut known = entry("otto");
    known.given_name = Some("Otto".parse().unwrap());
    let office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[])
        .with_members(&["ann"])
        .after(&[entered("otto", Some(entry("otto")))]);

    for (actor, whom, entry, answer) in [
        (scim(), "olga", Some(entry("olga")), "forbidden"),
        (
            Actor::SingleSignOn,
            "olga",
            Some(vouched("olga", "8")),
            "forbidden",
        ),
        (scim(), "otto", Some(entry("another")), "forbidden"),
        (scim(), "otto", None, "forbidden"),
        (scim(), "otto", Some(known), "ok"),
        (
            Actor::SingleSignOn,
            "otto",
            Some(vouched("otto", "8")),
            "forbidden",
        ),
        (by("olga"), "olga", Some(vouched("olga", "8")), "ok"),
        (by("otto"), "otto", Some(vouched("otto", "8")), "ok"),
        (by("ann"), "ann", Some(vouched("ann", "8")), "ok"),
        (by("ann"), "ann", Some(entry("ann")), "forbidden"),
        (by("ann"), "otto", Some(vouched("otto", "8")), "not-found"),
    ] {
        let command = entered(whom, entry);
        assert_eq!(office.answer(&actor, &command), answer, "{actor} {command:?}");
    }
}

#[test]
fn d1_a_key_that_provisions_does_nothing_else() {
    let mut office =
        crew(1, 1, &["ann"], None).after(&[license("ann", shared("default")), create_team("red", &[])]);
    office.does(&sign_in("ann"));

    for command in [
        license("ann", NAMED),
        create_pool("night", 0),
        resize("default", 0),
        create_team("blue", &[]),
        map("crew", gives(NAMED)),
        said("ann", &[]),
        kit::sign_out(laptop("ann")),
        signs_in(SignInPatch {
            second_factor_for_admins: Some(true),
            ..SignInPatch::default()
        }),
    ] {
        let answer = office.answer(&scim(), &command);
        assert!(
            ["forbidden", "not-found"].contains(&answer),
            "{answer}: {command:?}"
        );
    }
    assert!(!office.account.is_staff(&scim()));
    assert!(office.account.sees_people(&scim()));
    assert_eq!(office.answer(&scim(), &in_group("crew", &["ann"])), "ok");
}

#[test]
fn d1_only_admins_make_a_key_that_provisions() {
    let office = Office::with_seats(0, 0).with("adam", Role::Admin, &[]).with(
        "mia",
        Role::Manager,
        &[Privilege::SettingsManage, Privilege::UsersManage],
    );
    let command = kit::create_key(crate::ApiKeyId::from_bits(7), "Directory", &[Scope::Directory]);

    assert_eq!(office.answer(&by("adam"), &command), "ok");
    assert_eq!(office.answer(&by("mia"), &command), "forbidden");
}

#[test]
fn d6_who_is_switched_off_is_signed_out_and_frees_the_seat_in_the_same_step() {
    let mut office = crew(0, 1, &["ann"], shared("default")).after(&[in_group("crew", &["ann"])]);
    office.does(&sign_in("ann"));
    let occupied = |office: &Office| office.account.pool(pool("default")).unwrap().occupied();
    assert_eq!(occupied(&office), 1);

    let off: Decision = office.does_as(&scim(), &switch("ann", false)).unwrap();

    assert_eq!(sign_ins_ended(&off), [(laptop("ann"), EndReason::UserInactive)]);
    assert_eq!(occupied(&office), 0);
    assert_eq!(
        office.account.group(group("crew")).unwrap().members,
        members(&["ann"])
    );
}

#[test]
fn d6_a_named_seat_of_a_group_is_free_at_once_and_given_again() {
    let mut office = crew(1, 0, &["ann", "ben"], NAMED).after(&[in_group("crew", &["ann"])]);

    office.does(&switch("ann", false));
    assert_eq!(office.account.named_assigned(&product()), 0);
    office.does(&switch("ann", true));
    assert_eq!(office.license_of("ann"), NAMED);

    office.does(&switch("ann", false));
    office.does(&license("ben", NAMED));
    assert_eq!(office.answer(&scim(), &switch("ann", true)), "not-enough-seats");
    assert!(!office.account.user(user("ann")).unwrap().active);
}

#[test]
fn d6_a_directory_frees_the_named_seat_that_was_given_by_hand() {
    let hand = || {
        Office::with_seats(1, 0)
            .with_members(&["ann"])
            .after(&[license("ann", NAMED)])
    };
    let (mut by_directory, mut by_person) = (hand(), hand());

    by_directory.does_as(&scim(), &switch("ann", false)).unwrap();
    by_person.does(&switch("ann", false));

    assert_eq!(by_directory.license_of("ann"), None);
    assert_eq!(by_person.license_of("ann"), NAMED);
}

#[test]
fn d6_who_comes_into_a_group_while_off_gets_the_license_when_switched_on() {
    let mut office = crew(1, 0, &["ann"], NAMED).after(&[switch("ann", false), in_group("crew", &["ann"])]);
    assert_eq!(office.license_of("ann"), None);

    office.does(&switch("ann", true));

    assert_eq!(office.license_of("ann"), NAMED);
}
