//! Mails before something that an account has bought ends (L11, L12).

use std::sync::Arc;
use std::time::Duration;

use usher_domain::account::Phase;
use usher_domain::permission::Privilege;
use usher_domain::{Account, AccountId, Actor, Secs, Timestamp, UserId};
use usher_engine::Failure;
use usher_identity::OutboxEntry;

use super::message::{Bought, Message};
use super::notices::readers;
use super::{MailReader, id_of, mail_in};
use crate::app::App;
use crate::problem::Problem;

/// How many days before an end people are told, the next one first.
const DAYS: [u32; 3] = [1, 7, 30];

/// How often accounts are looked through.
const LOOK_EVERY: Duration = Duration::from_hours(6);

/// How many accounts are read at a time.
const PAGE: usize = 500;

/// Something that ends.
struct End {
    /// Which end of the account it is. It says the same however many minutes are left, and whatever products are called.
    which: String,
    what: Bought,
    at: Timestamp,
}

impl App {
    /// Writes mails before ends, as long as the program runs.
    pub(super) async fn remind(self: Arc<Self>) {
        let mut turns = tokio::time::interval(LOOK_EVERY);
        loop {
            turns.tick().await;
            if let Err(problem) = self.remind_of_ends().await {
                tracing::warn!(
                    why = problem.detail(),
                    "mails about what ends could not be written yet"
                );
            }
        }
    }

    /// Writes the mails about what ends within 30, 7 or 1 days, once each.
    pub async fn remind_of_ends(&self) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let accounts = self.engine.accounts(after, PAGE).await?;
            let Some(last) = accounts.last() else {
                return Ok(());
            };
            after = Some(*last);
            for account in accounts {
                if let Err(problem) = self.remind_of_ends_of(account).await {
                    // The next look makes up for it, and the others are told now.
                    tracing::warn!(
                        %account,
                        why = problem.detail(),
                        "mails about what ends could not be written yet"
                    );
                }
            }
        }
    }

    async fn remind_of_ends_of(&self, account: AccountId) -> Result<(), Problem> {
        let identity = self.identity.clone();
        let signed_in_once = identity.users_signed_in_once(account).await?;
        let look = move |account: &Account, now| {
            let manages = |user: UserId| {
                signed_in_once.contains(&user)
                    && account.may(&Actor::User(user), Privilege::SubscriptionManage)
            };
            let mut mails = Vec::new();
            for end in ends(account, now) {
                let Some(days) = days_before(end.at, now) else {
                    continue;
                };
                for user in readers(account, manages) {
                    let message = Message::Ending {
                        what: end.what.clone(),
                        at: account.shown(end.at).get(),
                    };
                    let reader = MailReader {
                        user,
                        zone: identity.preferences(account.id(), user).time_zone,
                        signed_in_once: true,
                    };
                    // No span between two mails about one end is longer than such an id is remembered.
                    let end_of_user = format!("{user}/{}/{}/{days}", end.which, end.at.millis());
                    let id = id_of("reminder.v2", &end_of_user);
                    mails.extend(mail_in(account, reader, message).map(|mail| (id, user, mail)));
                }
            }
            mails
        };
        let mails = match self.engine.read(account, look).await {
            Ok(mails) => mails,
            Err(Failure::NoAccount) => return Ok(()),
            Err(failure) => return Err(failure.into()),
        };
        if mails.is_empty() {
            return Ok(());
        }
        let entries = mails.into_iter().map(|(id, user, (mail, address))| {
            let entry = self.entry(&mail, address)?.for_user((account, user));
            Ok(OutboxEntry { id, ..entry })
        });
        let entries = entries.collect::<Result<_, Problem>>()?;
        // The next look makes up for a reader who gets too many mails now.
        let _ = self.identity.put_in_outbox(entries, None).await?;
        Ok(())
    }
}

/// The shortest of the [`DAYS`] within which it ends; `None` if it ends later, or has ended.
fn days_before(end: Timestamp, now: Timestamp) -> Option<u32> {
    let within = |days: &u32| end <= now + Secs::new(days * 86_400);
    DAYS.into_iter().find(within).filter(|_| now < end)
}

/// What of an account's subscription ends, by the account's time.
fn ends(account: &Account, now: Timestamp) -> Vec<End> {
    let subscription = account.subscription();
    let mut ends = Vec::new();
    let is_running = subscription.phase(now) == Phase::Running;
    if let Some(at) = subscription.ends_at()
        && is_running
        && subscription.terms.renewal_months.is_none()
    {
        let (which, what) = if subscription.terms.trial {
            ("trial", Bought::Trial)
        } else {
            ("subscription", Bought::Subscription)
        };
        let which = which.to_owned();
        ends.push(End { which, what, at });
    }
    for (product, seats) in &subscription.temporary {
        let name = account.product_name(product);
        ends.extend(seats.iter().map(|seats| End {
            which: format!("seats of {}", product.as_str()),
            what: Bought::Seats {
                product: name.clone(),
                named: seats.named_seats,
                shared: seats.shared_seats,
            },
            at: seats.until,
        }));
    }
    ends.extend(account.minutes_until().iter().map(|(until, minutes)| End {
        which: "minutes".to_owned(),
        what: Bought::Minutes(*minutes),
        at: *until,
    }));
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_thirty_seven_and_one_day_before_it() {
        let end = Timestamp::from_millis(100 * 86_400_000);
        let at = |days: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "a few days")]
            let millis = (days * 86_400_000.0) as i64;
            days_before(end, Timestamp::from_millis(end.millis() - millis))
        };

        let told: Vec<_> = [31.0, 30.0, 7.5, 7.0, 1.5, 1.0, 0.5, 0.0, -1.0].map(at).into();

        let expected = [
            None,
            Some(30),
            Some(30),
            Some(7),
            Some(7),
            Some(1),
            Some(1),
            None,
            None,
        ];
        assert_eq!(told, expected);
    }
}
