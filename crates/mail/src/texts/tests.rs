use usher_app::{Author, Message, SecurityChange, SubscriptionAnswer};
use usher_domain::personal::Personal;

use super::*;

const ACCOUNT: AccountId = AccountId::from_bits(7);
const UNTIL: Timestamp = Timestamp::from_millis(1_795_424_400_000);

fn place() -> Place {
    Place {
        url: "https://usher.example.com".to_owned(),
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

fn every_message() -> Vec<Mail> {
    vec![
        mail(Message::Test),
        invitation(),
        mail(Message::PasswordReset { until: UNTIL }),
        mail(Message::SeatRequested {
            user: Personal::new("Tuva\n<b>".to_owned()),
            product: "Remote Support".to_owned(),
            note: Personal::new("Please\nhttp://evil.example <img src=x>".to_owned()),
        }),
        mail(Message::SeatGranted {
            product: "Remote Support".to_owned(),
            until: Some(UNTIL),
        }),
        mail(Message::SeatDeclined {
            product: "Remote Support".to_owned(),
            by: by_olga(),
        }),
        mail(Message::SubscriptionRequested {
            asked: "600 minutes".to_owned(),
            by: by_olga(),
        }),
        mail(Message::SubscriptionAnswered {
            asked: "600 minutes".to_owned(),
            answer: SubscriptionAnswer::Changed,
            by: by_olga(),
        }),
        mail(Message::Ending {
            what: "The trial".to_owned(),
            at: UNTIL,
        }),
        mail(Message::Security {
            change: SecurityChange::Password,
            by_reader: false,
            by: by_olga(),
            at: UNTIL,
        }),
    ]
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
    let letter = letter(&invitation(), Some(ACCOUNT), Some(&secret()), &place()).unwrap();

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
    for mail in every_message() {
        let letter = letter(&mail, Some(ACCOUNT), Some(&secret()), &place()).unwrap();
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
    for mail in every_message() {
        let has_link = matches!(
            mail.message,
            Message::Invitation { .. } | Message::PasswordReset { .. }
        );

        let letter = letter(&mail, Some(ACCOUNT), Some(&secret()), &place()).unwrap();

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

    let letter = letter(&mail, None, None, &place()).unwrap();

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

    let letter = letter(&request, Some(ACCOUNT), None, &place()).unwrap();

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
    let notice = |by_reader| {
        let mail = mail(Message::Security {
            change: SecurityChange::ApiKey("Billing".to_owned()),
            by_reader,
            by: by_olga(),
            at: UNTIL,
        });
        letter(&mail, Some(ACCOUNT), None, &place()).unwrap().text
    };

    assert!(
        notice(false).contains("Olga drew the API key Billing for programs"),
        "{}",
        notice(false)
    );
    assert!(
        notice(true).contains("You drew the API key Billing for programs"),
        "{}",
        notice(true)
    );
    assert!(
        notice(true).contains("If not, change your password at once"),
        "{}",
        notice(true)
    );
}
