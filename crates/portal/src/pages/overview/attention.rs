//! What needs attention: the most urgent first, each with what to do about it. Of one kind, more than a few are one line.

use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::presence::TicketState;
use usher_domain::rules::WhenFull;
use usher_domain::text::counted;
use usher_domain::{Account, Actor, Secs, Timestamp};

use crate::linked::{Linked, pool_page, user_page};
use crate::nav::NavPage;
use crate::pages::minutes::MINUTES_LOW;
use crate::pages::queue::Elapsed;
use crate::pages::seat_form::in_no_pool;
use crate::pages::subscription;
use crate::shown::pool_name;

/// The most lines.
const LINES_MAX: usize = 10;
/// From so many of one kind on they are one line.
const GROUPED_FROM: usize = 4;
/// From then on somebody without a call is named beside those who wait.
const IDLE_FROM: Secs = Secs::new(300);

/// The lines, the most urgent first.
#[derive(Debug, Default)]
pub(super) struct Attention {
    pub(super) lines: Vec<Line>,
    /// How many more there are.
    pub(super) more: usize,
}

/// Something that needs attention.
#[derive(Debug)]
pub(super) struct Line {
    /// What it is, and the page of the person or pool that it is about.
    pub(super) title: Linked,
    /// What more there is to know; may be empty.
    pub(super) text: String,
    /// The page on which to do something about it.
    pub(super) link: Option<(String, &'static str)>,
}

impl Attention {
    /// Everything that the viewer may see.
    pub(super) fn of(account: &Account, actor: &Actor, now: Timestamp) -> Self {
        let mut found = Self::default();
        let is_staff = account.is_staff(actor);
        if is_staff {
            found.add_waiting(account, actor, now);
            found.add_requests(account, actor);
        }
        for text in subscription::answered(account, actor) {
            let link = NavPage::Subscription.link(account, actor);
            found.add(text, "", link.map(|link| (link, "See the answer")));
        }
        if is_staff {
            for notice in subscription::notices(account, actor, now) {
                found.add(notice.text, "", notice.link);
            }
            found.add_in_no_pool(account, actor);
            found.add_draining(account, actor);
            found.add_minutes(account, actor);
            found.add_full(account, actor);
        }
        found.more = found.lines.len().saturating_sub(LINES_MAX);
        found.lines.truncate(LINES_MAX);
        found
    }

    fn add(
        &mut self,
        title: impl Into<Linked>,
        text: impl Into<String>,
        link: Option<(String, &'static str)>,
    ) {
        self.lines.push(Line {
            title: title.into(),
            text: text.into(),
            link,
        });
    }

    /// The pools in which somebody waits, the longest wait first, with somebody who is idle there.
    fn add_waiting(&mut self, account: &Account, actor: &Actor, now: Timestamp) {
        let waiting = account.tickets().values();
        let waiting = waiting.filter(|ticket| matches!(ticket.state, TicketState::Waiting {}));
        let mut firsts: Vec<_> = waiting
            .filter_map(|ticket| {
                let pool = account.pool(ticket.pool)?;
                (pool.queue().next() == Some(ticket.id)).then_some((ticket, pool))
            })
            .collect();
        firsts.sort_by_key(|(ticket, _)| ticket.since);
        let queue = NavPage::Queue.link(account, actor);
        let link = queue.map(|link| (link, "Look at the queue"));
        if firsts.len() >= GROUPED_FROM {
            let people: u32 = account.pools().values().map(Pool::waiting).sum();
            let longest = firsts
                .first()
                .map(|(ticket, _)| Elapsed(now.since(ticket.since)).minutes());
            let title = format!(
                "{} in {}.",
                counted(people, "person waits", "people wait"),
                counted(firsts.len(), "pool", "pools")
            );
            let text = format!("The first has waited {}.", longest.unwrap_or_default());
            return self.add(title, text, link);
        }
        for (ticket, pool) in firsts {
            let user = account.user(ticket.user);
            let user = user
                .map(|user| user.profile.name.reveal().to_string())
                .unwrap_or_default();
            let waited = Elapsed(now.since(ticket.since)).minutes();
            let title = match pool.waiting() {
                0 | 1 => format!("{user} has waited {waited} in {}.", pool_name(account, pool)),
                more => format!(
                    "{user} and {} more wait in {}, the first for {waited}.",
                    more - 1,
                    pool_name(account, pool)
                ),
            };
            let title = Linked {
                name: title,
                href: user_page(account, actor, ticket.user),
            };
            let idle = longest_idle(account, actor, pool, now);
            match idle {
                Some((text, link)) => self.add(title, text, Some((link, "Open the seat"))),
                None => self.add(title, "", link.clone()),
            }
        }
    }

    fn add_requests(&mut self, account: &Account, actor: &Actor) {
        let Some(path) = NavPage::Requests.link(account, actor) else {
            return;
        };
        let requests: Vec<_> = account.open_seat_requests().collect();
        if requests.len() >= GROUPED_FROM {
            let title = format!(
                "{} for a seat.",
                counted(requests.len(), "person asks", "people ask")
            );
            return self.add(title, "", Some((path, "Answer")));
        }
        for (user, product, request) in requests {
            let title = Linked {
                name: format!(
                    "{} asks for a seat of {}.",
                    user.profile.name.reveal(),
                    account.product_name(product)
                ),
                href: user_page(account, actor, user.id),
            };
            let text = format!("“{}”", request.note.reveal());
            self.add(title, text, Some((path.clone(), "Answer")));
        }
    }

    /// Shared seats that are bought and in no pool.
    fn add_in_no_pool(&mut self, account: &Account, actor: &Actor) {
        let link = NavPage::SeatPools.link(account, actor);
        let link = link.map(|link| (link, "Give a pool more seats"));
        for sentence in in_no_pool(account, GROUPED_FROM - 1, |name| name) {
            self.add(sentence, "", link.clone());
        }
    }

    fn add_draining(&mut self, account: &Account, actor: &Actor) {
        let draining: Vec<_> = account
            .pools()
            .values()
            .filter(|pool| pool.is_draining())
            .collect();
        let path = NavPage::Seats.link(account, actor);
        if draining.len() >= GROUPED_FROM {
            let title = format!("{} draining.", counted(draining.len(), "pool is", "pools are"));
            return self.add(title, "", path.map(|path| (path, "Look at the seats")));
        }
        for pool in draining {
            let taken = counted(pool.occupied(), "seat is", "seats are");
            let title = Linked {
                name: format!(
                    "{} is draining: {taken} taken, and it has {}.",
                    pool_name(account, pool),
                    pool.seats
                ),
                href: pool_page(account, actor, pool.id),
            };
            let link = path
                .clone()
                .map(|path| (format!("{path}?hall={}", pool.id), "Look at its seats"));
            self.add(title, "", link);
        }
    }

    fn add_minutes(&mut self, account: &Account, actor: &Actor) {
        let falls_back = |pool: &Pool| pool.rules.when_full.contains(&WhenFull::PayPerUse);
        let is_used = account.minutes() > 0 || account.pools().values().any(falls_back);
        if !is_used || account.minutes() >= MINUTES_LOW {
            return;
        }
        let minutes = counted(
            account.minutes(),
            "pay-per-use minute is",
            "pay-per-use minutes are",
        );
        let link = NavPage::Minutes.link(account, actor);
        self.add(
            format!("{minutes} left."),
            "",
            link.map(|link| (link, "Look at the minutes")),
        );
    }

    /// The pools that are full while nobody waits.
    fn add_full(&mut self, account: &Account, actor: &Actor) {
        let is_full = |pool: &&Pool| {
            pool.seats > 0 && pool.free_seats() == 0 && pool.waiting() == 0 && !pool.is_draining()
        };
        let full: Vec<_> = account.pools().values().filter(is_full).collect();
        let path = NavPage::Seats.link(account, actor);
        if full.len() >= GROUPED_FROM {
            let title = format!("{} full.", counted(full.len(), "pool is", "pools are"));
            let link = path.map(|path| (format!("{path}?show=full"), "Look at their seats"));
            return self.add(title, "", link);
        }
        for pool in full {
            let title = match pool.seats {
                1 => format!("{} is full: its seat is taken.", pool_name(account, pool)),
                seats => format!(
                    "{} is full: all {seats} seats are taken.",
                    pool_name(account, pool)
                ),
            };
            let title = Linked {
                name: title,
                href: pool_page(account, actor, pool.id),
            };
            let link = path
                .clone()
                .map(|path| (format!("{path}?hall={}", pool.id), "Free or add seats"));
            self.add(title, "", link);
        }
    }
}

/// The user of the pool who has been idle for longest, and the seat, for viewers who may free it.
fn longest_idle(account: &Account, actor: &Actor, pool: &Pool, now: Timestamp) -> Option<(String, String)> {
    if !account.may(actor, Privilege::SeatsManage) {
        return None;
    }
    let seats = NavPage::Seats.link(account, actor)?;
    let of_pool = account
        .sign_ins()
        .values()
        .filter(|sign_in| sign_in.pool == Some(pool.id));
    let idle = of_pool.filter_map(|sign_in| Some((sign_in.idle_since?, sign_in)));
    let (since, sign_in) = idle.min_by_key(|(since, _)| *since)?;
    if now.since(since) < IDLE_FROM {
        return None;
    }
    let user = account.user(sign_in.user)?.profile.name.reveal();
    let text = format!(
        "{user} has been idle for {}.",
        Elapsed(now.since(since)).minutes()
    );
    Some((text, format!("{seats}?hall={}&seat={}", pool.id, sign_in.id)))
}

#[cfg(test)]
impl Attention {
    pub(super) fn sample() -> Self {
        let mut sample = Self::default();
        sample.add("<b>Kwame</b> has waited 3 min in Day shift.", "", None);
        sample
    }
}
