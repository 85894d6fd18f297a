//! The texts of mails in English. Plain and short: a mail is read between two calls.

use usher_app::{Author, Message, SecurityChange, SubscriptionAnswer};
use usher_domain::permission::Role;
use usher_domain::personal::Personal;

use super::{Button, Reader, Words};
use crate::letter::one_line;

/// What a mail says.
pub(super) fn words(reader: &Reader<'_>) -> Words {
    match &reader.mail.message {
        Message::Test => test(reader),
        Message::Invitation { by, until } => {
            let by = by.as_ref().map(|by| one_line(by.reveal()));
            invitation(reader, by, &reader.moment(*until))
        }
        Message::PasswordReset { until } => password_reset(reader, &reader.moment(*until)),
        Message::SeatRequested { user, product, note } => seat_requested(reader, user, product, note),
        Message::SeatGranted { product, until } => {
            seat_granted(reader, product, until.map(|until| reader.moment(until)))
        }
        Message::SeatDeclined { product, by } => seat_declined(reader, product, by),
        Message::SubscriptionRequested { asked, by } => subscription_requested(reader, asked, by),
        Message::SubscriptionAnswered { asked, answer, by } => {
            subscription_answered(reader, asked, *answer, by)
        }
        Message::Ending { what, at } => ending(reader, what, &reader.moment(*at)),
        Message::Security {
            change,
            by_reader,
            by,
            at,
        } => security(reader, change, *by_reader, by, &reader.moment(*at)),
    }
}

/// The first line.
pub(super) fn greeting(name: Option<String>) -> String {
    match name {
        Some(name) => format!("Hello {name},"),
        None => "Hello,".to_owned(),
    }
}

/// The last line: why the reader gets the mail.
pub(super) fn footer(reader: &Reader<'_>) -> String {
    let url = &reader.place.url;
    match &reader.mail.account {
        Some(_) => format!(
            "You get this mail because you have a user in the account {} at {url}.",
            reader.account()
        ),
        None => format!("You get this mail from the server {url}."),
    }
}

fn test(reader: &Reader<'_>) -> Words {
    Words {
        subject: "Mail from Usher works".to_owned(),
        paragraphs: vec![format!(
            "This is the test mail that somebody asked for at {}. If you can read it, invitations and notices arrive, too.",
            reader.place.url
        )],
        button: None,
        notes: Vec::new(),
    }
}

fn invitation(reader: &Reader<'_>, by: Option<String>, until: &str) -> Words {
    let account = reader.account();
    let invited = match by {
        Some(by) => format!("{by} invites you to the account {account} in Usher."),
        None => format!("You are invited to the account {account} in Usher."),
    };
    Words {
        subject: format!("Your invitation to {account}"),
        paragraphs: vec![format!("{invited} Choose a password, and you are in.")],
        button: Some(Button {
            label: "Choose a password",
            url: reader.secret_link("/invitation"),
        }),
        notes: vec![
            format!(
                "The link works once, until {until}. After that, ask an admin of {account} for a new one."
            ),
            "Do not pass this mail on: with the link, anybody could choose your password.".to_owned(),
            format!("If you do not know {account}, you need not do anything."),
        ],
    }
}

fn password_reset(reader: &Reader<'_>, until: &str) -> Words {
    let account = reader.account();
    Words {
        subject: format!("Choose a new password for {account}"),
        paragraphs: vec![format!(
            "Somebody, probably you, asked for a new password for your user in the account {account}."
        )],
        button: Some(Button {
            label: "Choose a new password",
            url: reader.secret_link("/new-password"),
        }),
        notes: vec![
            format!(
                "The link works once, until {until}. Your password stays as it is until you choose another."
            ),
            "If it was not you, you need not do anything. Do not pass this mail on.".to_owned(),
        ],
    }
}

fn seat_requested(
    reader: &Reader<'_>,
    user: &Personal<String>,
    product: &str,
    note: &Personal<String>,
) -> Words {
    let (user, product) = (one_line(user.reveal()), one_line(product));
    Words {
        subject: format!("{user} asks for a seat of {product}"),
        paragraphs: vec![
            format!(
                "{user} asks for a seat of {product} in the account {}, and writes:",
                reader.account()
            ),
            quoted(note),
        ],
        button: Some(reader.button("Answer the request", "/requests")),
        notes: vec!["You get this mail because you can assign seats. The first answer counts.".to_owned()],
    }
}

fn seat_granted(reader: &Reader<'_>, product: &str, until: Option<String>) -> Words {
    let product = one_line(product);
    let how_long = match until {
        Some(until) => format!("You have it until {until}. Then it goes back by itself."),
        None => "It is yours from now on.".to_owned(),
    };
    Words {
        subject: format!("You have a seat of {product}"),
        paragraphs: vec![format!(
            "Your request for a seat of {product} was granted. {how_long}"
        )],
        button: Some(Button {
            label: "Sign in",
            url: reader.place.link("/"),
        }),
        notes: Vec::new(),
    }
}

fn seat_declined(reader: &Reader<'_>, product: &str, by: &Author) -> Words {
    let product = one_line(product);
    let mut paragraphs = vec![format!(
        "{} declined your request for a seat of {product}.",
        named(by, "Somebody")
    )];
    paragraphs.extend(written(by));
    Words {
        subject: format!("Your request for a seat of {product}"),
        paragraphs,
        button: None,
        notes: vec![format!(
            "If you still need a seat, talk to an admin of {}.",
            reader.account()
        )],
    }
}

fn subscription_requested(reader: &Reader<'_>, asked: &str, by: &Author) -> Words {
    let account = reader.account();
    let mut paragraphs = vec![
        format!(
            "{} asks you for a purchase of the account {account}:",
            named(by, "A program")
        ),
        one_line(asked),
    ];
    paragraphs.extend(written(by));
    Words {
        subject: format!("{account} asks for a purchase"),
        paragraphs,
        button: Some(Button {
            label: "Answer the request",
            url: reader.place.link("/operator/requests"),
        }),
        notes: vec!["Nothing changes until you answer.".to_owned()],
    }
}

fn subscription_answered(reader: &Reader<'_>, asked: &str, answer: SubscriptionAnswer, by: &Author) -> Words {
    let (subject, what) = match answer {
        SubscriptionAnswer::Approved => ("Your purchase is approved", "approved your request:"),
        SubscriptionAnswer::Changed => (
            "Your purchase is approved with changes",
            "approved something else than you asked for. You had asked for:",
        ),
        SubscriptionAnswer::Declined => ("Your purchase is declined", "declined your request:"),
    };
    let mut paragraphs = vec![format!("The operator {what}"), one_line(asked)];
    paragraphs.extend(written(by));
    Words {
        subject: subject.to_owned(),
        paragraphs,
        button: Some(reader.button("See the subscription", "/subscription")),
        notes: Vec::new(),
    }
}

fn ending(reader: &Reader<'_>, what: &str, at: &str) -> Words {
    let account = reader.account();
    Words {
        subject: format!("{account}: something that you have bought ends soon"),
        paragraphs: vec![format!("{} ends on {at}.", one_line(what))],
        button: Some(reader.button("See what happens then", "/subscription")),
        notes: vec![format!(
            "You get this mail because you manage the subscription of {account}."
        )],
    }
}

fn security(reader: &Reader<'_>, change: &SecurityChange, by_reader: bool, by: &Author, at: &str) -> Words {
    let account = reader.account();
    let who = match (change, by_reader) {
        (SecurityChange::Browser(_), _) => "Somebody, probably you,".to_owned(),
        (_, true) => "You".to_owned(),
        (_, false) => named(by, "Somebody"),
    };
    let (subject, what) = match change {
        SecurityChange::Password => (
            "Your password was changed",
            "set a new password for your user".to_owned(),
        ),
        SecurityChange::SecondFactorSet => (
            "Your second factor was set up",
            "set up your second factor".to_owned(),
        ),
        SecurityChange::SecondFactorRemoved => (
            "Your second factor was removed",
            "removed your second factor".to_owned(),
        ),
        SecurityChange::Role(role) => ("Your role was changed", format!("made you {}", a_role(*role))),
        SecurityChange::ApiKey(name) => (
            "A new API key",
            format!("drew the API key {} for programs", one_line(name)),
        ),
        SecurityChange::Browser(name) => (
            "A sign-in with another browser",
            format!(
                "signed in as you with a browser that you had not used before, {},",
                one_line(name.reveal())
            ),
        ),
    };
    Words {
        subject: format!("{subject} ({account})"),
        paragraphs: vec![format!("{who} {what} in the account {account}, on {at}.")],
        button: None,
        notes: vec![
            "If this is as it should be, you need not do anything. If not, change your password at once, sign out your \
             other browsers on the page Password and sessions, and tell an admin."
                .to_owned(),
        ],
    }
}

/// A role with its article.
const fn a_role(role: Role) -> &'static str {
    match role {
        Role::Owner => "an owner",
        Role::Admin => "an admin",
        Role::Manager => "a manager",
        Role::Member => "a member",
    }
}

/// The name of whoever did something, or a word for it.
fn named(by: &Author, otherwise: &str) -> String {
    by.name
        .as_ref()
        .map_or_else(|| otherwise.to_owned(), |name| one_line(name.reveal()))
}

/// What they wrote, as a paragraph.
fn written(by: &Author) -> Option<String> {
    by.note.as_ref().map(quoted)
}

fn quoted(note: &Personal<String>) -> String {
    format!("“{}”", one_line(note.reveal()))
}
