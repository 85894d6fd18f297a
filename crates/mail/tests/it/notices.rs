//! Mails about what the journal records: who is told what, once each.

use std::sync::Arc;

use usher_app::{Bought, Message, SecurityChange, SubscriptionAnswer};
use usher_domain::account::SettingsPatch;
use usher_domain::command::{ApiKeyCommand, CredentialCommand, PoolPatch, RequestAnswer, UserPatch};
use usher_domain::link::{LinkPurpose, UsedLink};
use usher_domain::management::Management;
use usher_domain::permission::{Privilege, Role, Scope};
use usher_domain::personal::Personal;
use usher_domain::rules::{Occupies, RulesPatch, WhenFull};
use usher_domain::user::License;
use usher_domain::{Actor, ApiKeyId, Command, Secs, SignInId, TopUpId, UserId};
use usher_engine::{Cause, Channel, Request};
use usher_identity::OutboxRefused;
use usher_testkit::{
    ACCOUNT, POOL, START, Server, add_minutes_until, add_or_ask_for_minutes, answer, ask_for_seat,
    change_pool, change_settings, change_user, create_key, decline_seat, device, grant_seat, manage,
    new_user, product, request, sign_in, subscription, user, withdraw_seat_request,
};

use super::desk::{OPERATOR, announced, by, desk, mails, person};

#[tokio::test]
async fn l14_a_request_for_a_seat_is_told_to_those_who_can_give_it_and_its_answer_to_the_asker() {
    let server = desk().await;

    by(
        &server,
        person("Tuva"),
        ask_for_seat(user("Tuva"), "For the night shift."),
    )
    .await;
    let asked = announced(&server).await;

    let message = Message::SeatRequested {
        user: Personal::new("Tuva".to_owned()),
        product: "Remote support".to_owned(),
        note: Personal::new("For the night shift.".to_owned()),
    };
    let expected = ["mats@example.com", "olga@example.com"].map(|to| (to.to_owned(), message.clone()));
    assert_eq!(asked, expected);
    let until = START + Secs::new(86_400);
    let grant = grant_seat(user("Tuva"), License::Shared(POOL), Some(until));
    by(&server, person("Mats"), grant).await;
    let granted = announced(&server).await;
    assert_eq!(granted.len(), 1, "{granted:?}");
    assert_eq!(granted[0].0, "tuva@example.com");
    assert!(matches!(granted[0].1, Message::SeatGranted { until: Some(end), .. } if end == until));
}

#[tokio::test]
async fn l14_a_declined_request_is_told_with_its_reason_and_a_withdrawn_one_is_not() {
    let server = desk().await;
    by(&server, person("Tuva"), ask_for_seat(user("Tuva"), "Please.")).await;
    announced(&server).await;

    by(
        &server,
        person("Mats"),
        decline_seat(user("Tuva"), "Not this week."),
    )
    .await;
    let declined = announced(&server).await;
    by(&server, person("Tuva"), withdraw_seat_request(user("Tuva"))).await;

    assert_eq!(declined.len(), 1, "{declined:?}");
    let (to, Message::SeatDeclined { by, .. }) = &declined[0] else {
        panic!("{declined:?}");
    };
    assert_eq!(to, "tuva@example.com");
    let texts = [&by.name, &by.note].map(|text| text.as_ref().unwrap().reveal().clone());
    assert_eq!(texts, ["Mats", "Not this week."]);
    assert_eq!(announced(&server).await, []);
}

#[tokio::test]
async fn l10_a_request_for_minutes_is_told_to_the_operator_and_its_answer_to_the_asker() {
    let server = desk().await;
    server.give(ACCOUNT, manage(Management::OnRequest)).await;

    let ask = add_or_ask_for_minutes(TopUpId::from_bits(1), 600, request(7));
    by(&server, person("Berta"), ask).await;
    let asked = announced(&server).await;
    server.give(ACCOUNT, answer(7, RequestAnswer::Decline)).await;
    let answered = announced(&server).await;

    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].0, OPERATOR);
    assert!(
        matches!(&asked[0].1, Message::SubscriptionRequested { asked, .. } if asked == "600 pay-per-use minutes")
    );
    assert_eq!(answered.len(), 1, "{answered:?}");
    assert_eq!(answered[0].0, "berta@example.com");
    let Message::SubscriptionAnswered { answer, .. } = answered[0].1 else {
        panic!("{answered:?}");
    };
    assert_eq!(answer, SubscriptionAnswer::Declined);
}

#[tokio::test]
async fn changes_of_credentials_are_told_to_their_user_and_new_keys_to_the_owners() {
    let server = desk().await;

    let note = |user: UserId| Command::Credential(CredentialCommand::NotePassword { user, link: None });
    by(&server, person("Olga"), note(user("Tuva"))).await;
    let key = create_key(ApiKeyId::from_bits(3), "Billing", &[Scope::Read]);
    by(&server, person("Olga"), key).await;
    let rotate = Command::ApiKey(ApiKeyCommand::Rotate {
        id: ApiKeyId::from_bits(3),
        overlap: Secs::new(0),
    });
    by(&server, person("Olga"), rotate).await;
    let told = announced(&server).await;

    let mut changes: Vec<_> = told
        .iter()
        .map(|(to, message)| match message {
            Message::Security {
                change,
                by_reader,
                by,
                ..
            } => {
                let name = by.name.as_ref().map(|name| name.reveal().as_str());
                (to.as_str(), change.clone(), *by_reader, name)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    // Those of one moment leave in any order.
    changes.sort_by_key(|(to, change, ..)| (*to, format!("{change:?}")));
    assert_eq!(
        changes,
        [
            (
                "olga@example.com",
                SecurityChange::ApiKey("Billing".to_owned()),
                true,
                Some("Olga")
            ),
            (
                "olga@example.com",
                SecurityChange::ApiKeySecret("Billing".to_owned()),
                true,
                Some("Olga")
            ),
            ("tuva@example.com", SecurityChange::Password, false, Some("Olga")),
        ]
    );
}

#[tokio::test]
async fn a_link_that_somebody_made_is_told_when_it_is_made_and_when_it_is_used() {
    let server = desk().await;
    let made = |purpose| {
        Command::Credential(CredentialCommand::NoteLink {
            user: user("Tuva"),
            purpose,
            is_made: true,
        })
    };
    let used = |link| {
        Command::Credential(CredentialCommand::NotePassword {
            user: user("Tuva"),
            link: Some(link),
        })
    };
    by(&server, person("Olga"), made(LinkPurpose::Invitation)).await;
    // Who asks for a link gets it, and needs no second mail.
    by(&server, Actor::System, made(LinkPurpose::Reset)).await;
    assert_eq!(announced(&server).await, []);

    by(&server, person("Olga"), made(LinkPurpose::Reset)).await;
    // Whoever made the link may have used it, so Tuva is not told that she did it.
    by(&server, person("Tuva"), used(UsedLink::MadeBy(person("Olga")))).await;
    by(&server, person("Tuva"), used(UsedLink::AskedFor)).await;
    let told = announced(&server).await;

    let mut said: Vec<_> = told
        .iter()
        .map(|(to, message)| {
            assert_eq!(to, "tuva@example.com");
            let Message::Security {
                change,
                by_reader,
                by,
                ..
            } = message
            else {
                panic!("{message:?}");
            };
            let name = by.name.as_ref().map(|name| name.reveal().clone());
            (format!("{change:?}"), *by_reader, name.unwrap())
        })
        .collect();
    said.sort();
    let expected = [
        ("Password", true, "Tuva"),
        ("PasswordByLink", false, "Olga"),
        ("PasswordLink", false, "Olga"),
    ];
    assert_eq!(
        said,
        expected.map(|(change, by_reader, by)| (change.to_owned(), by_reader, by.to_owned()))
    );
}

#[tokio::test]
async fn r1_a_changed_role_is_told_to_its_user_and_another_change_of_the_profile_is_not() {
    let server = desk().await;
    let change = |patch: UserPatch| change_user(user("Tuva"), patch);
    let limit = UserPatch {
        seat_limit: Some(Some(2)),
        ..UserPatch::default()
    };
    let role = |role| UserPatch {
        role: Some(role),
        ..UserPatch::default()
    };

    by(&server, person("Olga"), change(limit)).await;
    assert_eq!(announced(&server).await, []);
    by(&server, person("Olga"), change(role(Role::Admin))).await;
    by(&server, person("Olga"), change(role(Role::Admin))).await;
    let told = announced(&server).await;

    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "tuva@example.com");
    let Message::Security { change: made, .. } = &told[0].1 else {
        panic!("{told:?}");
    };
    assert_eq!(*made, SecurityChange::Role(Role::Admin));
}

/// Two servers on one store, or one that was killed after it had written the mails.
#[tokio::test]
async fn a_commit_makes_its_mails_once_and_old_news_makes_none() {
    let server = desk().await;
    by(&server, person("Tuva"), ask_for_seat(user("Tuva"), "Please.")).await;
    let (one, other) = tokio::join!(
        server.app.announce_account(ACCOUNT),
        server.app.announce_account(ACCOUNT)
    );
    one.unwrap();
    other.unwrap();

    assert_eq!(mails(&server).await.len(), 2);
    by(
        &server,
        person("Tuva"),
        ask_for_seat(user("Tuva"), "Please, again."),
    )
    .await;
    server.clock.set(START + Secs::new(86_401));
    assert_eq!(announced(&server).await, []);
    let put = server.identity.put_in_outbox(Vec::new(), Some((ACCOUNT, 1)));
    assert_eq!(put.await.unwrap(), OutboxRefused::default());
}

#[tokio::test]
async fn a_watched_event_wakes_the_one_who_announces_and_other_events_do_not() {
    let server = desk().await;
    let announcing = tokio::spawn(Arc::clone(&server.app).announce());
    tokio::task::yield_now().await;

    by(&server, person("Tuva"), ask_for_seat(user("Tuva"), "Please.")).await;
    while mails(&server).await.is_empty() {
        tokio::task::yield_now().await;
    }

    announcing.abort();
    assert_eq!(mails(&server).await.len(), 2);
}

#[tokio::test]
async fn l12_an_end_is_told_to_those_who_manage_the_subscription_once_for_each_span() {
    let server = desk().await;
    let day = 86_400;
    let end = START + Secs::new(31 * day);
    server
        .give(ACCOUNT, add_minutes_until(TopUpId::from_bits(5), 600, end))
        .await;
    let told_at = async |days: u32| {
        server.clock.set(START + Secs::new(days * day + 3_600));
        let before = mails(&server).await.len();
        server.app.remind_of_ends().await.unwrap();
        server.app.remind_of_ends().await.unwrap();
        mails(&server).await.len() - before
    };

    let told = [
        told_at(0).await,
        told_at(1).await,
        told_at(20).await,
        told_at(25).await,
        told_at(30).await,
    ];
    assert_eq!(told, [0, 1, 0, 1, 1]);
    assert_eq!(told_at(32).await, 0);
    let (to, message) = mails(&server).await.remove(0);
    assert_eq!(to, "berta@example.com");
    assert!(matches!(
        message,
        Message::Ending {
            what: Bought::Minutes(600),
            ..
        }
    ));
}

/// Minutes are used and products renamed between two looks, and it is the same end all the same.
#[tokio::test]
async fn l12_an_end_is_told_once_though_minutes_are_used_and_products_renamed() {
    let server = desk().await;
    let end = START + Secs::new(20 * 86_400);
    let bought = subscription(0, 2, POOL).ending(product(), 0, 1, end);
    server.give(ACCOUNT, bought.command()).await;
    server
        .give(ACCOUNT, add_minutes_until(TopUpId::from_bits(5), 600, end))
        .await;
    server.app.remind_of_ends().await.unwrap();
    assert_eq!(mails(&server).await.len(), 2);

    let rules = RulesPatch::default()
        .with("occupies", |rules| rules.occupies = Occupies::SignIn)
        .with("when_full", |rules| rules.when_full = vec![WhenFull::PayPerUse]);
    let change = PoolPatch {
        rules: Some(rules),
        ..PoolPatch::default()
    };
    server.give(ACCOUNT, change_pool(POOL, change)).await;
    for number in 0..3 {
        let name = format!("Agent {number}");
        server
            .give(ACCOUNT, new_user(&name).in_pool(POOL).command())
            .await;
        let id = SignInId::from_bits(number);
        let begin = sign_in(user(&name), id, device("desk", "Desk"));
        server.give(ACCOUNT, begin.command()).await;
    }
    let renamed = SettingsPatch {
        product_names: Some([(product(), "Support".parse().unwrap())].into()),
        ..SettingsPatch::default()
    };
    server.give(ACCOUNT, change_settings(renamed)).await;
    let read = server.engine.read(ACCOUNT, |account, _| {
        (account.minutes(), account.product_name(&product()))
    });
    assert_eq!(read.await.unwrap(), (599, "Support".to_owned()));

    server.app.remind_of_ends().await.unwrap();

    assert_eq!(mails(&server).await.len(), 2);
}

/// Their owner's second factor is removed after that.
async fn is_told_after(server: &Server) -> bool {
    announced(server).await;
    let removed = Command::Credential(CredentialCommand::NoteSecondFactor {
        user: user("Olga"),
        is_set: false,
    });
    by(server, Actor::Operator, removed).await;
    let told = announced(server).await;
    let is_meant = |(to, message): &(String, Message)| {
        let change = SecurityChange::SecondFactorRemoved;
        to == "olga@example.com"
            && matches!(message, Message::Security { change: made, .. } if *made == change)
    };
    told.iter().any(is_meant)
}

/// With each other note it is another request, and no news.
#[tokio::test]
async fn l14_requests_with_other_notes_are_told_once_an_hour_and_silence_no_notice_of_security() {
    let server = desk().await;
    for number in 0..30 {
        let ask = ask_for_seat(user("Tuva"), &format!("Please, {number}."));
        by(&server, person("Tuva"), ask).await;
    }
    assert_eq!(announced(&server).await.len(), 2);

    server.clock.set(START + Secs::new(3_600));
    by(&server, person("Tuva"), ask_for_seat(user("Tuva"), "Later.")).await;

    assert_eq!(announced(&server).await.len(), 2);
    assert!(is_told_after(&server).await);
}

#[tokio::test]
async fn l14_requests_of_many_askers_silence_no_notice_of_security_and_what_is_refused_is_counted() {
    let server = desk().await;
    for number in 0..30 {
        let name = format!("Member {number}");
        server.give(ACCOUNT, new_user(&name).command()).await;
        by(&server, person(&name), ask_for_seat(user(&name), "Please.")).await;
    }

    assert!(is_told_after(&server).await);
    assert_eq!(server.app.mails_refused(), 2 * 10);
}

#[tokio::test]
async fn l10_requests_for_purchases_are_told_to_the_operator_once_an_hour_for_each_asker() {
    let server = desk().await;
    server.give(ACCOUNT, manage(Management::OnRequest)).await;
    for number in 0..5 {
        let ask = add_or_ask_for_minutes(TopUpId::from_bits(number), 600, request(number));
        by(&server, person("Berta"), ask).await;
        server.give(ACCOUNT, answer(number, RequestAnswer::Decline)).await;
    }

    let told = announced(&server).await;

    assert_eq!(
        told.iter().filter(|(to, _)| to == OPERATOR).count(),
        1,
        "{told:?}"
    );
}

/// To whom a change of the address of Tuva's user is told, and to whom one of the password.
fn readers_of(told: &[(String, Message)], wanted: &SecurityChange) -> Vec<String> {
    let is_meant =
        |message: &Message| matches!(message, Message::Security { change, .. } if change == wanted);
    let told = told.iter().filter(|(_, message)| is_meant(message));
    told.map(|(to, _)| to.clone()).collect()
}

async fn change_address(server: &Server, address: &str) {
    let change = UserPatch {
        email: Some(address.parse().unwrap()),
        ..UserPatch::default()
    };
    by(server, person("Olga"), change_user(user("Tuva"), change)).await;
}

#[tokio::test]
async fn a_changed_address_is_told_to_the_previous_and_the_new_one() {
    let server = desk().await;

    change_address(&server, "mallory@example.com").await;
    let changed = announced(&server).await;
    server.clock.set(START + Secs::new(60));
    change_address(&server, "tuva@example.com").await;
    let back = announced(&server).await;

    let both = ["mallory@example.com", "tuva@example.com"];
    assert_eq!(readers_of(&changed, &SecurityChange::Address), both);
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert_eq!(readers_of(&back, &SecurityChange::Address), both);
}

/// Before the journal is read for mails: the address may be that of somebody else by then.
#[tokio::test]
async fn a_notice_of_security_goes_to_the_address_of_its_moment() {
    let server = desk().await;
    let set = || {
        Command::Credential(CredentialCommand::NotePassword {
            user: user("Tuva"),
            link: None,
        })
    };

    by(&server, person("Olga"), set()).await;
    change_address(&server, "mallory@example.com").await;
    let first = announced(&server).await;
    by(&server, person("Olga"), set()).await;
    change_address(&server, "tuva@example.com").await;
    let second = announced(&server).await;

    assert_eq!(
        readers_of(&first, &SecurityChange::Password),
        ["tuva@example.com"]
    );
    assert_eq!(
        readers_of(&second, &SecurityChange::Password),
        ["mallory@example.com"]
    );
}

/// Their address may be that of somebody who has never heard of Usher.
#[tokio::test]
async fn a_user_who_has_never_signed_in_gets_no_text_of_anybody() {
    let server = desk().await;
    let invited = new_user("evil.example").role(Role::Manager);
    let invited = invited.privileges(&[Privilege::SeatsManage]);
    server.give(ACCOUNT, invited.command()).await;
    let stranger = user("evil.example");

    by(&server, person("Tuva"), ask_for_seat(user("Tuva"), "Please.")).await;
    by(&server, Actor::Operator, ask_for_seat(stranger, "Please.")).await;
    let decline = decline_seat(stranger, "Your invoice: https://evil.example");
    by(&server, person("Mats"), decline).await;
    let set = Command::Credential(CredentialCommand::NotePassword {
        user: stranger,
        link: None,
    });
    by(&server, person("Olga"), set).await;
    server.app.announce_account(ACCOUNT).await.unwrap();

    let rows = server.app.mails_of(Some(ACCOUNT)).await.unwrap();
    let theirs = rows.iter().filter(|row| row.entry.user == Some(stranger));
    let theirs: Vec<_> = theirs.map(|row| row.entry.about.reveal().to_string()).collect();
    let expected = r#"{"zone":"UTC","kind":"seat_declined","product":"remote-support"}"#;
    assert_eq!(theirs, [expected]);
}

#[tokio::test]
async fn a_password_that_is_chosen_while_a_server_is_set_up_is_no_news() {
    let server = desk().await;
    let user = user("Tuva");
    for channel in [Channel::SetUp, Channel::Portal] {
        let request = Request {
            actor: Actor::Operator,
            cause: Cause::by(channel),
            command: Command::Credential(CredentialCommand::NotePassword { user, link: None }),
        };
        let done = server.engine.execute(ACCOUNT, request, |_, (), _| ());
        done.await.unwrap();
    }

    server.app.announce_account(ACCOUNT).await.unwrap();

    assert_eq!(mails(&server).await.len(), 1);
}
