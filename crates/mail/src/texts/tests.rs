use usher_app::{Author, Bought, Message, SecurityChange};
use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_testkit::every_message;

use super::*;

const ACCOUNT: AccountId = AccountId::from_bits(7);
const UNTIL: Timestamp = Timestamp::from_millis(1_795_424_400_000);

fn place() -> Place {
    Place {
        url: Some("https://usher.example.com".to_owned()),
    }
}

fn mail(message: Message) -> Mail {
    Mail {
        name: Some(Personal::new("Sven Ek".to_owned())),
        account: Some("Contoso & <b>Sons</b>".to_owned()),
        zone: Some("Europe/Stockholm".parse().unwrap()),
        message,
    }
}

fn invitation() -> Mail {
    mail(Message::Invitation {
        by: Some(Personal::new("Olga".to_owned())),
        until: UNTIL,
    })
}

fn every_mail() -> Vec<Mail> {
    every_message().into_iter().map(mail).collect()
}

fn by_olga() -> Author {
    Author {
        name: Some(Personal::new("Olga".to_owned())),
        note: Some(Personal::new("Not this year".to_owned())),
    }
}

fn secret() -> Secret {
    Secret::of_client("usher_invite_0123456789").unwrap()
}

#[test]
fn an_invitation_says_who_invites_and_until_when_the_link_works() {
    let letter = letter(
        &invitation(),
        Some(ACCOUNT),
        Some(&secret()),
        &place(),
        &BrandLook::default(),
    )
    .unwrap();

    assert_eq!(letter.subject, "Your invitation to Contoso & <b>Sons</b>");
    for said in [
        "Hello Sven Ek,\n",
        "Olga invites you to the account Contoso & <b>Sons</b> in Usher.",
        "Choose a password:\nhttps://usher.example.com/invitation/usher_invite_0123456789\n",
        "until Monday 23 November 2026, 10:00 (Europe/Stockholm)",
    ] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    let link = "href=\"https://usher.example.com/invitation/usher_invite_0123456789\"";
    assert_eq!(letter.html.matches(link).count(), 2);
}

#[test]
fn no_mail_loads_or_tells_anything_and_no_name_is_markup() {
    for mail in every_mail() {
        let letter = letter(
            &mail,
            Some(ACCOUNT),
            Some(&secret()),
            &place(),
            &BrandLook::default(),
        )
        .unwrap();
        for forbidden in [
            "<img",
            "url(",
            "<script",
            "<link",
            "<form",
            "<b>",
            "href=\"http://",
        ] {
            assert!(!letter.html.contains(forbidden), "{forbidden}: {}", letter.html);
        }
        let addresses = letter.html.matches("https://").count();
        assert_eq!(
            addresses,
            letter.html.matches("https://usher.example.com").count()
        );
    }
}

#[test]
fn only_mails_with_a_link_have_its_secret() {
    for mail in every_mail() {
        let has_link = matches!(
            mail.message,
            Message::Invitation { .. } | Message::PasswordReset { .. }
        );

        let letter = letter(
            &mail,
            Some(ACCOUNT),
            Some(&secret()),
            &place(),
            &BrandLook::default(),
        )
        .unwrap();

        assert_eq!(letter.text.contains("usher_invite_"), has_link, "{}", letter.text);
        assert!(!letter.subject.contains("usher_invite_"));
    }
}

#[test]
fn names_stay_in_their_line() {
    let mut mail = invitation();
    mail.name = Some(Personal::new(
        "Sven\r\n\r\nhttps://evil.example\u{202e}".to_owned(),
    ));
    mail.account = Some("Con\ntoso".to_owned());

    let letter = letter(&mail, None, None, &place(), &BrandLook::default()).unwrap();

    assert!(
        letter.text.starts_with("Hello Sven https://evil.example,\n"),
        "{}",
        letter.text
    );
    assert_eq!(letter.subject, "Your invitation to Con toso");
}

#[test]
fn a_request_quotes_its_asker_and_leads_to_where_it_is_answered() {
    let request = mail(Message::SeatRequested {
        user: Personal::new("Tuva".to_owned()),
        product: "Remote Support".to_owned(),
        note: Personal::new("For the night shift.".to_owned()),
    });

    let letter = letter(&request, Some(ACCOUNT), None, &place(), &BrandLook::default()).unwrap();

    assert_eq!(letter.subject, "Tuva asks for a seat of Remote Support");
    for said in [
        "“For the night shift.”",
        &format!("https://usher.example.com/a/{ACCOUNT}/requests\n"),
    ] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
}

#[test]
fn a_notice_of_security_says_who_did_it_and_what_to_do() {
    let notice = |change, by_reader| {
        let mail = mail(Message::Security {
            change,
            by_reader,
            by: by_olga(),
            at: UNTIL,
        });
        letter(&mail, Some(ACCOUNT), None, &place(), &BrandLook::default())
            .unwrap()
            .text
    };

    let key = || "Billing".to_owned();
    let cases = [
        (
            notice(SecurityChange::ApiKey(key()), false),
            "Olga created the API key Billing in the account",
            "revoke the key",
        ),
        (
            notice(SecurityChange::ApiKeySecret(key()), true),
            "You created a new secret for the API key Billing",
            "revoke the key",
        ),
        (
            notice(SecurityChange::Password, true),
            "You set a password for your user",
            "change your password at once",
        ),
        (
            notice(SecurityChange::Role(Role::Admin), false),
            "Olga made you an admin of the account",
            "tell an owner",
        ),
    ];
    for (text, what, advice) in cases {
        assert!(text.contains(what) && text.contains(advice), "{what}: {text}");
    }
}

#[test]
fn what_ends_is_named_in_the_singular_and_without_seats_of_which_there_are_none() {
    let seats = |named, shared| Bought::Seats {
        product: "Remote Support".to_owned(),
        named,
        shared,
    };
    for (what, subject, sentence) in [
        (Bought::Trial, "your trial ends soon", "The trial of Contoso"),
        (
            Bought::Subscription,
            "your subscription ends soon",
            "The subscription of Contoso",
        ),
        (
            seats(3, 0),
            "seats of Remote Support end soon",
            "3 named seats of Remote Support end on Monday",
        ),
        (
            seats(0, 1),
            "seats of Remote Support end soon",
            "1 shared seat of Remote Support ends on Monday",
        ),
        (
            Bought::Minutes(1),
            "pay-per-use minutes end soon",
            "1 pay-per-use minute ends on Monday",
        ),
    ] {
        let letter = letter(
            &mail(Message::Ending { what, at: UNTIL }),
            Some(ACCOUNT),
            None,
            &place(),
            &BrandLook::default(),
        )
        .unwrap();

        assert!(letter.subject.ends_with(subject), "{}", letter.subject);
        assert!(letter.text.contains(sentence), "{sentence}: {}", letter.text);
    }
}

#[test]
fn a_mail_ends_with_why_its_reader_gets_it() {
    let footer = |mail: &Mail, place: &Place| {
        let letter = letter(mail, Some(ACCOUNT), None, place, &BrandLook::default()).unwrap();
        letter.text.trim_end().lines().last().unwrap().to_owned()
    };
    let asked = mail(Message::SubscriptionRequested {
        asked: "600 minutes".to_owned(),
        by: by_olga(),
    });
    let of_server = Mail {
        name: None,
        account: None,
        ..mail(Message::Test)
    };

    assert_eq!(
        footer(&asked, &place()),
        "You get this mail because this is the operator's address of the Usher server at https://usher.example.com."
    );
    assert_eq!(
        footer(&mail(Message::Test), &place()),
        "You get this mail because you are a user of the account Contoso & <b>Sons</b> at https://usher.example.com."
    );
    assert_eq!(
        footer(&of_server, &Place { url: None }),
        "This mail comes from the Usher server."
    );
}

#[test]
fn a_mail_has_the_operators_name_color_and_links_and_loads_nothing() {
    let look = BrandLook {
        name: Some("Contoso <Rescue>".parse().unwrap()),
        color: Some("#ffd400".parse().unwrap()),
        help: Some("https://contoso.example/help".parse().unwrap()),
        privacy: Some("https://contoso.example/privacy".parse().unwrap()),
        ..BrandLook::default()
    };

    let letter = letter(&invitation(), Some(ACCOUNT), Some(&secret()), &place(), &look).unwrap();

    for shown in [
        "border-top:4px solid #ffd400",
        "background:#ffd400;color:#000000",
        "<bdi>Contoso &#60;Rescue&#62;</bdi>",
        "<a href=\"https://contoso.example/help\"",
        "<a href=\"https://contoso.example/privacy\"",
    ] {
        assert!(letter.html.contains(shown), "{shown}: {}", letter.html);
    }
    for said in [
        "in Contoso <Rescue>.",
        "\nHelp: https://contoso.example/help\nPrivacy: https://contoso.example/privacy",
    ] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    assert!(!letter.html.contains("Usher") && !letter.text.contains("Usher"));
    for loads in ["<img", "url(", "src="] {
        assert!(!letter.html.contains(loads), "{loads}: {}", letter.html);
    }
}
