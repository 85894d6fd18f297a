//! What of the subscription ends, and when (L11 to L13): on its page, and as notices on the overview.

use usher_domain::account::Phase;
use usher_domain::permission::Privilege;
use usher_domain::terms::TemporarySeats;
use usher_domain::text::{Product, counted};
use usher_domain::{Account, Actor, Timestamp};

use super::give_back;
use crate::nav::NavPage;
use crate::shown::{Moment, Until};

/// From how many days before an end on people are told on the overview.
const TOLD_DAYS: u32 = 30;

const DAY_SECS: u32 = 24 * 60 * 60;

/// The terms of the subscription, and what ends.
pub(in crate::pages) struct Ends {
    pub(in crate::pages) start: Option<Moment>,
    /// What happens at the end, and when.
    pub(in crate::pages) end: Option<(&'static str, Moment)>,
    /// When nobody can sign in any more, if that is later.
    pub(in crate::pages) sign_ins_end: Option<Moment>,
    pub(in crate::pages) renewal: Option<String>,
    pub(in crate::pages) has_ended: bool,
    pub(in crate::pages) parts: Vec<Part>,
    /// A sentence for each product that is over its subscription.
    pub(in crate::pages) over: Vec<String>,
    /// Where to choose what is given back, for viewers who may.
    pub(in crate::pages) give_back: Option<String>,
}

/// Seats or minutes that end.
pub(in crate::pages) struct Part {
    pub(in crate::pages) what: String,
    pub(in crate::pages) until: Until,
}

impl Ends {
    pub(in crate::pages) fn of(account: &Account, actor: &Actor) -> Self {
        let subscription = account.subscription();
        let terms = subscription.current_terms();
        let moment = |at| Moment(account.shown(at));
        let what = match (terms.renewal_months, terms.trial) {
            (Some(_), _) => "Renews on",
            (None, true) => "Trial ends on",
            (None, false) => "Ends on",
        };
        let seats = subscription.temporary.iter().flat_map(|(product, ends)| {
            let name = account.product_name(product);
            ends.iter().map(move |seats| Part {
                what: format!("{} of {name} until", of_seats(*seats)),
                until: Until::of(account, account.shown(seats.until)),
            })
        });
        let minutes = account.minutes_until().iter().map(|(until, minutes)| Part {
            what: format!(
                "{} until",
                counted(minutes, "pay-per-use minute", "pay-per-use minutes")
            ),
            until: Until::of(account, account.shown(*until)),
        });
        let parts: Vec<Part> = seats.chain(minutes).collect();
        let over: Vec<String> = over(account).map(|(_, sentence)| sentence).collect();
        let sign_ins_end = subscription.sign_ins_end().filter(|_| terms.grace_days > 0);
        Self {
            start: terms.start.map(moment),
            end: terms.end.map(|at| (what, moment(at))),
            sign_ins_end: sign_ins_end.map(moment),
            renewal: terms
                .renewal_months
                .map(|months| counted(months, "month", "months")),
            has_ended: subscription.has_ended(),
            give_back: give_back::link(account, actor),
            parts,
            over,
        }
    }

    pub(in crate::pages) fn says_something(&self) -> bool {
        self.start.is_some() || self.end.is_some() || !self.parts.is_empty() || !self.over.is_empty()
    }
}

/// A sentence about something that ends soon or has ended, and the page on which to act.
pub(in crate::pages) struct Notice {
    pub(in crate::pages) text: String,
    pub(in crate::pages) link: Option<(String, &'static str)>,
}

/// What this viewer should know of ends within [`TOLD_DAYS`], soonest first: people who manage the subscription or seats.
pub(in crate::pages) fn notices(account: &Account, actor: &Actor, now: Timestamp) -> Vec<Notice> {
    let manages = account.may(actor, Privilege::SubscriptionManage);
    if !manages && !account.may(actor, Privilege::SeatsManage) {
        return Vec::new();
    }
    let to_subscription = NavPage::Subscription.link(account, actor);
    let to_subscription = to_subscription.map(|link| (link, "Look at the subscription"));
    let to_choice = give_back::link(account, actor).map(|link| (link, "Choose what is given back"));
    let mut soon: Vec<(Timestamp, Notice)> = Vec::new();
    if manages && let Some((at, text)) = of_terms(account, now) {
        let link = to_subscription.clone();
        soon.push((at, Notice { text, link }));
    }
    for product in account.subscription().products.keys() {
        if let Some((at, text, is_chosen)) = of_next_end(account, product, now) {
            let link = if is_chosen { &to_choice } else { &to_subscription };
            let link = link.clone();
            soon.push((at, Notice { text, link }));
        }
    }
    for (until, minutes) in account.minutes_until() {
        if is_soon(*until, now) {
            let minutes = counted(minutes, "pay-per-use minute ends", "pay-per-use minutes end");
            let text = format!("{minutes} {}.", in_days(*until, now));
            let link = to_subscription.clone();
            soon.push((*until, Notice { text, link }));
        }
    }
    for (since, text) in over(account) {
        let link = to_choice.clone();
        soon.push((since, Notice { text, link }));
    }
    soon.sort_by_key(|(at, _)| *at);
    soon.into_iter().map(|(_, notice)| notice).collect()
}

/// What is to be known of the terms, and from when on it is true.
fn of_terms(account: &Account, now: Timestamp) -> Option<(Timestamp, String)> {
    let subscription = account.subscription();
    let end = subscription.ends_at()?;
    let terms = subscription.terms;
    let what = if terms.trial { "trial" } else { "subscription" };
    let text = match subscription.phase(now) {
        Phase::Ended => {
            format!("The {what} has ended: nobody can sign in. Ask the operator of this server to renew it.")
        }
        Phase::Grace => {
            let until = subscription.sign_ins_end()?;
            format!(
                "The {what} has ended. People can sign in until then: it stops {}.",
                in_days(until, now)
            )
        }
        Phase::Running if !is_soon(end, now) => return None,
        Phase::Running if terms.renewal_months.is_some() => {
            format!("The {what} renews {}.", in_days(end, now))
        }
        Phase::Running if terms.grace_days > 0 => {
            let days = counted(terms.grace_days, "day", "days");
            format!(
                "The {what} ends {}. {days} later nobody can sign in.",
                in_days(end, now)
            )
        }
        Phase::Running => format!("The {what} ends {}. Then nobody can sign in.", in_days(end, now)),
    };
    Some((end, text))
}

/// What is to be known of the next end of a product's seats, and whether anything has to be given back that is in use.
fn of_next_end(account: &Account, product: &Product, now: Timestamp) -> Option<(Timestamp, String, bool)> {
    let ends = account.subscription().temporary.get(product)?;
    ends.first().filter(|seats| is_soon(seats.until, now))?;
    let end = account.next_end(product)?;
    let ends = format!(
        "{} {}",
        seats_end(&account.product_name(product), end.seats),
        in_days(end.seats.until, now)
    );
    let named = end.seats.named_seats.saturating_sub(end.named_unassigned);
    let shared = end.seats.shared_seats.saturating_sub(end.shared_unallocated);
    let is_in_use = named > 0 || shared > 0;
    let text = if is_in_use {
        let back = TemporarySeats {
            named_seats: named,
            shared_seats: shared,
            ..end.seats
        };
        format!("{ends}. Users and pools give back {} then.", of_seats(back))
    } else {
        format!("{ends}. Nobody has them.")
    };
    Some((end.seats.until, text, is_in_use))
}

/// A sentence for each product that is over its subscription, and since when it is.
fn over(account: &Account) -> impl Iterator<Item = (Timestamp, String)> {
    let products = account.subscription().products.keys();
    products.filter_map(|product| {
        let over = account.over(product)?;
        let name = account.product_name(product);
        let seats = counted(over.named_seats, "named seat of", "named seats of");
        let are = if over.named_seats == 1 { "is" } else { "are" };
        let text = format!(
            "{seats} {name} {are} assigned and not bought any more. Users give them back when they are next not signed in."
        );
        Some((over.since, text))
    })
}

/// That seats of a product end, without saying when.
pub(super) fn seats_end(product: &str, seats: TemporarySeats) -> String {
    let is_one = seats.named_seats.saturating_add(seats.shared_seats) == 1;
    let verb = if is_one { "ends" } else { "end" };
    format!("{} of {product} {verb}", of_seats(seats))
}

/// Seats of either kind in words.
fn of_seats(seats: TemporarySeats) -> String {
    let named = counted(seats.named_seats, "named seat", "named seats");
    let shared = counted(seats.shared_seats, "shared seat", "shared seats");
    match (seats.named_seats, seats.shared_seats) {
        (_, 0) => named,
        (0, _) => shared,
        _ => format!("{named} and {shared}"),
    }
}

fn is_soon(at: Timestamp, now: Timestamp) -> bool {
    at.remaining(now).get() <= TOLD_DAYS * DAY_SECS
}

/// How far an end is away, in whole days.
fn in_days(at: Timestamp, now: Timestamp) -> String {
    match at.remaining(now).get().div_ceil(DAY_SECS) {
        0 | 1 => "within a day".to_owned(),
        days => format!("in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seat_ends_and_several_end() {
        let said = |named_seats, shared_seats| {
            let until = Timestamp::default();
            let seats = TemporarySeats {
                named_seats,
                shared_seats,
                until,
            };
            seats_end("Desk", seats)
        };

        assert_eq!(said(1, 0), "1 named seat of Desk ends");
        assert_eq!(said(0, 3), "3 shared seats of Desk end");
        assert_eq!(said(1, 1), "1 named seat and 1 shared seat of Desk end");
    }
}
