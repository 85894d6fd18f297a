//! The texts of mails in English. Plain and short: a mail is read between two calls.

use usher_app::{Author, Bought, Message, SecurityChange, SubscriptionAnswer, seats_in_words};
use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_domain::text::counted;

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
    let at_url = reader.place.url.as_ref().map(|url| format!(" at {url}"));
    let at_url = at_url.unwrap_or_default();
    if reader.mail.message.is_for_operator() {
        return format!(
            "You get this mail because this is the operator's address of the {} server{at_url}.",
            reader.brand()
        );
    }
    match &reader.mail.account {
        Some(_) => format!(
            "You get this mail because you are a user of the account {}{at_url}.",
            reader.account()
        ),
        None => format!("This mail comes from the {} server{at_url}.", reader.brand()),
    }
}

fn test(reader: &Reader<'_>) -> Words {
    let server = match &reader.place.url {
        Some(url) => format!("the {} server at {url}", reader.brand()),
        None => format!("the {} server", reader.brand()),
    };
    Words {
        subject: format!("Mail from {} works", reader.brand()),
        paragraphs: vec![format!(
            "This is a test mail from {server}. If you can read it, its other mails arrive, too."
        )],
        button: None,
        notes: Vec::new(),
    }
}

fn invitation(reader: &Reader<'_>, by: Option<String>, until: &str) -> Words {
    let account = reader.account();
    let invited = match by {
        Some(by) => format!("{by} invites you to the account {account} in {}.", reader.brand()),
        None => format!("You are invited to the account {account} in {}.", reader.brand()),
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
            "Somebody, probably you, asked for a new password for your user{}.",
            reader.in_account()
        )],
        button: Some(Button {
            label: "Choose a new password",
            url: reader.secret_link("/reset-password"),
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
        Some(until) => {
            format!("You have it until {until}. After that you no longer have it; you need not do anything.")
        }
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
            "{} asks to buy for the account {account}:",
            named(by, "A program with an API key")
        ),
        one_line(asked),
    ];
    paragraphs.extend(written(by));
    Words {
        subject: format!("{account} asks to buy"),
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

fn ending(reader: &Reader<'_>, what: &Bought, at: &str) -> Words {
    let account = reader.account();
    let (subject, sentence) = match what {
        Bought::Trial => (
            "your trial ends soon".to_owned(),
            format!("The trial of {account} ends on {at}."),
        ),
        Bought::Subscription => (
            "your subscription ends soon".to_owned(),
            format!("The subscription of {account} ends on {at}."),
        ),
        Bought::Seats {
            product,
            named,
            shared,
        } => {
            let product = one_line(product);
            let seats = seats_in_words(*named, *shared);
            let end = if named.saturating_add(*shared) == 1 {
                "ends"
            } else {
                "end"
            };
            (
                format!("seats of {product} end soon"),
                format!("{seats} of {product} {end} on {at}."),
            )
        }
        Bought::Minutes(minutes) => (
            "pay-per-use minutes end soon".to_owned(),
            format!(
                "{} on {at}, if they are not used until then.",
                counted(minutes, "pay-per-use minute ends", "pay-per-use minutes end")
            ),
        ),
    };
    Words {
        subject: format!("{account}: {subject}"),
        paragraphs: vec![sentence],
        button: Some(reader.button("See what happens then", "/subscription")),
        notes: vec![format!(
            "You get this mail because you manage the subscription of {account}."
        )],
    }
}

fn security(reader: &Reader<'_>, change: &SecurityChange, by_reader: bool, by: &Author, at: &str) -> Words {
    let account = reader.account();
    let who = if by_reader {
        "You".to_owned()
    } else {
        named(by, "Somebody")
    };
    let (subject, sentence) = match change {
        SecurityChange::Password => (
            "Your password was set",
            format!("{who} set a password for your user in the account {account} on {at}."),
        ),
        SecurityChange::PasswordByLink => (
            "Your password was set",
            format!(
                "A password was set for your user in the account {account} on {at}, with a link that {} made.",
                named(by, "somebody else")
            ),
        ),
        SecurityChange::PasswordLink => (
            "A password reset link was created",
            format!(
                "{who} created a password reset link for your user in the account {account} on {at}. Your present password \
                 works until the link is used."
            ),
        ),
        SecurityChange::SecondFactorSet => (
            "Your second factor was set up",
            format!("{who} set up your second factor in the account {account} on {at}."),
        ),
        SecurityChange::SecondFactorRemoved => (
            "Your second factor was removed",
            format!("{who} removed your second factor in the account {account} on {at}."),
        ),
        SecurityChange::Role(role) => (
            "Your role was changed",
            format!(
                "{who} made you {} of the account {account} on {at}.",
                a_role(*role)
            ),
        ),
        SecurityChange::ApiKey(name) => (
            "A new API key",
            format!(
                "{who} created the API key {} in the account {account} on {at}.",
                one_line(name)
            ),
        ),
        SecurityChange::ApiKeySecret(name) => (
            "A new secret for an API key",
            format!(
                "{who} created a new secret for the API key {} in the account {account} on {at}.",
                one_line(name)
            ),
        ),
        SecurityChange::Address => (
            "Your e-mail address was changed",
            format!(
                "{who} changed the e-mail address of your user{} on {at}.",
                reader.in_account()
            ),
        ),
        SecurityChange::Browser(name) => (
            "A sign-in from a new browser",
            format!(
                "Somebody, probably you, signed in as you in the account {account} on {at}, with a browser that you had \
                 not used before: {}.",
                one_line(name.reveal())
            ),
        ),
    };
    Words {
        subject: format!("{subject} ({account})"),
        paragraphs: vec![sentence],
        button: None,
        notes: vec![advice(change).to_owned()],
    }
}

/// What to do about a change that the reader did not expect.
const fn advice(change: &SecurityChange) -> &'static str {
    match change {
        SecurityChange::Role(_) => "If you did not expect this, tell an owner of the account.",
        SecurityChange::Address => {
            "This mail goes to the previous and to the new address. If you did not expect the change, tell an admin of the \
             account at once: with the new address, somebody else could choose another password for your user."
        }
        SecurityChange::ApiKey(_) | SecurityChange::ApiKeySecret(_) => {
            "You get this mail because you are an owner. If nobody of you meant to do this, revoke the key on the page API \
             keys, and ask whose password or browser was used."
        }
        SecurityChange::PasswordByLink => {
            "If you chose this password, you need not do anything. If not, somebody else may know it: choose another one \
             with Forgot your password on the sign-in page, or ask an owner, and tell an admin."
        }
        SecurityChange::PasswordLink => {
            "If you asked for it, you need not do anything. If not, tell another admin or an owner of the account, who can \
             revoke the link on your page."
        }
        SecurityChange::Password
        | SecurityChange::SecondFactorSet
        | SecurityChange::SecondFactorRemoved
        | SecurityChange::Browser(_) => {
            "If you expected this, you need not do anything. If not, change your password at once, sign out your other \
             browsers on the page Password and sessions, and tell an admin."
        }
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

/// The name of the author, or `otherwise` if it is not known.
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
