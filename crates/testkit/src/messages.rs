//! A mail of each kind.

use usher_app::{Author, Bought, Message, SecurityChange, SubscriptionAnswer};
use usher_domain::permission::Role;
use usher_domain::personal::Personal;

use crate::START;

/// Every message that a mail can have, with every variant of what it says. A new variant that is missing does not
/// compile: it needs its place in the chain.
pub fn every_message() -> Vec<Message> {
    std::iter::successors(Some(Message::Test), next).collect()
}

fn next(message: &Message) -> Option<Message> {
    let (product, asked) = ("Remote Support".to_owned(), "600 minutes".to_owned());
    let by = by_olga();
    let next = match message {
        Message::Test => Message::Invitation {
            by: by.name,
            until: START,
        },
        Message::Invitation { .. } => Message::PasswordReset { until: START },
        Message::PasswordReset { .. } => Message::SeatRequested {
            user: Personal::new("Tuva\n<b>".to_owned()),
            product,
            note: Personal::new("Please\nhttp://evil.example <img src=x>".to_owned()),
        },
        Message::SeatRequested { .. } => Message::SeatGranted {
            product,
            until: Some(START),
        },
        Message::SeatGranted { until: Some(_), .. } => Message::SeatGranted { product, until: None },
        Message::SeatGranted { until: None, .. } => Message::SeatDeclined { product, by },
        Message::SeatDeclined { .. } => Message::SubscriptionRequested { asked, by },
        Message::SubscriptionRequested { .. } => Message::SubscriptionAnswered {
            asked,
            answer: SubscriptionAnswer::Approved,
            by,
        },
        Message::SubscriptionAnswered { answer, .. } => match next_answer(*answer) {
            Some(answer) => Message::SubscriptionAnswered { asked, answer, by },
            None => ending(Bought::Trial),
        },
        Message::Ending { what, .. } => match next_bought(what) {
            Some(what) => ending(what),
            None => security(SecurityChange::Password),
        },
        Message::Security { change, .. } => security(next_change(change)?),
    };
    Some(next)
}

const fn next_answer(answer: SubscriptionAnswer) -> Option<SubscriptionAnswer> {
    match answer {
        SubscriptionAnswer::Approved => Some(SubscriptionAnswer::Changed),
        SubscriptionAnswer::Changed => Some(SubscriptionAnswer::Declined),
        SubscriptionAnswer::Declined => None,
    }
}

fn next_bought(bought: &Bought) -> Option<Bought> {
    match bought {
        Bought::Trial => Some(Bought::Subscription),
        Bought::Subscription => Some(Bought::Seats {
            product: "Remote\nSupport".to_owned(),
            named: 3,
            shared: 1,
        }),
        Bought::Seats { .. } => Some(Bought::Minutes(600)),
        Bought::Minutes(_) => None,
    }
}

fn next_change(change: &SecurityChange) -> Option<SecurityChange> {
    match change {
        SecurityChange::Password => Some(SecurityChange::PasswordByLink),
        SecurityChange::PasswordByLink => Some(SecurityChange::PasswordLink),
        SecurityChange::PasswordLink => Some(SecurityChange::SecondFactorSet),
        SecurityChange::SecondFactorSet => Some(SecurityChange::SecondFactorRemoved),
        SecurityChange::SecondFactorRemoved => Some(SecurityChange::Role(Role::Owner)),
        SecurityChange::Role(_) => Some(SecurityChange::ApiKey("<b>Billing".to_owned())),
        SecurityChange::ApiKey(_) => Some(SecurityChange::ApiKeySecret("<b>Billing".to_owned())),
        SecurityChange::ApiKeySecret(_) => {
            let name = "Firefox\nhttp://evil.example".to_owned();
            Some(SecurityChange::Browser(Personal::new(name)))
        }
        SecurityChange::Browser(_) => Some(SecurityChange::Address),
        SecurityChange::Address => None,
    }
}

fn ending(what: Bought) -> Message {
    Message::Ending { what, at: START }
}

fn security(change: SecurityChange) -> Message {
    Message::Security {
        change,
        by_reader: false,
        by: by_olga(),
        at: START,
    }
}

fn by_olga() -> Author {
    Author {
        name: Some(Personal::new("Olga".to_owned())),
        note: Some(Personal::new("Not this year".to_owned())),
    }
}
