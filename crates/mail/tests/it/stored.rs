//! Mails as the outbox stores them.

use usher_app::Mail;
use usher_domain::personal::Personal;
use usher_testkit::every_message;

#[test]
fn a_mail_survives_being_stored_under_its_word() {
    for message in every_message() {
        let mail = Mail {
            name: Some(Personal::new("Sven \"the\" Ek\n".to_owned())),
            account: None,
            zone: Some("Europe/Stockholm".parse().unwrap()),
            message,
        };

        let text = mail.to_json();

        let word = format!(r#""kind":"{}""#, mail.message.kind());
        assert!(text.contains(&word), "{text}");
        assert_eq!(Mail::from_json(&text), Some(mail));
    }
    assert_eq!(Mail::from_json(r#"{"kind":"of_a_later_version"}"#), None);
}
