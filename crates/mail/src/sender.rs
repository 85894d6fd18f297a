//! Takes mails from the outbox, sends them, and stores what became of them.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use usher_app::{App, Mail};
use usher_domain::{AccountId, Secs, Timestamp};
use usher_identity::{Channel, IdentityError, OutboxClaim, Settled};

use crate::post::{Outcome, Post, Trouble};
use crate::texts::{Place, letter};

/// How long a claim holds: longer than any conversation with a mail server lasts.
const CLAIM: Secs = Secs::new(300);

/// How long after a failure the next attempt is made, by the number of the attempt that failed. Two days in all: mail
/// servers that refuse strangers at first want minutes, and broken ones are mended within days.
const PAUSES: [Secs; 7] = [
    Secs::new(60),
    Secs::new(5 * 60),
    Secs::new(15 * 60),
    Secs::new(3_600),
    Secs::new(4 * 3_600),
    Secs::new(12 * 3_600),
    Secs::new(30 * 3_600),
];

/// The most attempts at one mail.
pub const ATTEMPTS_MAX: u32 = 8;

/// The most attempts after which a mail may have arrived: a reader must not get the same mail every hour from a mail
/// server that takes mails and does not say so.
const UNKNOWN_MAX: u32 = 2;

/// How long the sender waits when nothing is due. What is written wakes it at once; what is due again does not.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Sends the mails of one server.
pub struct Sender {
    app: Arc<App>,
    post: Post,
    place: Place,
    /// The account whose mail was sent last: the next one is another's, if another has one.
    last: Option<AccountId>,
}

impl Sender {
    /// A sender of the mails in the outbox of `app`.
    #[must_use]
    pub const fn new(app: Arc<App>, post: Post, place: Place) -> Self {
        Self {
            app,
            post,
            place,
            last: None,
        }
    }

    /// Sends whatever is due, until `stop`. A mail that is being sent then is finished.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            match self.send_one().await {
                Ok(true) if is_pending(stop.as_mut()).await => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "mails could not be taken from the outbox"
                ),
            }
            self.post.rest().await;
            let written = self.app.identity().until_outbox_is_written();
            tokio::select! {
                biased;
                () = stop.as_mut() => return,
                () = written => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Sends one mail: the one of an account that has been due for longest, account by account. Returns false if none is
    /// due.
    pub async fn send_one(&mut self) -> Result<bool, IdentityError> {
        let identity = self.app.identity().clone();
        let now = self.app.engine().now();
        let claims = identity
            .claim_from_outbox(Channel::Mail, self.last, now, now + CLAIM, 1)
            .await?;
        let Some(claim) = claims.into_iter().next() else {
            return Ok(false);
        };
        self.last = claim.entry.caused_by;
        let outcome = self.sent(&claim, now).await;
        let now = self.app.engine().now();
        log(&claim, &outcome);
        let settled = settled(&claim, outcome, now);
        // Only a claim that ran out is not settled: then another attempt is being made.
        identity.settle_in_outbox(&claim, settled, now).await?;
        Ok(true)
    }

    async fn sent(&mut self, claim: &OutboxClaim, now: Timestamp) -> Outcome {
        let never = |why: &str| Outcome::NotSent(Trouble::lasting(why));
        if claim.attempt > ATTEMPTS_MAX {
            return never("The server stopped in the middle of each attempt.");
        }
        let entry = &claim.entry;
        let Some(mail) = Mail::from_json(entry.about.reveal()) else {
            return never("This version of Usher does not know what the mail says.");
        };
        if let Some((_, why)) = mail.message.useless_from().filter(|(end, _)| *end <= now) {
            return never(why);
        }
        let secret = match self.app.identity().link_secret(entry) {
            Ok(secret) => secret,
            Err(error) => return never(&format!("The link in it cannot be read: {error}.")),
        };
        let branding = self.app.identity().branding();
        let rendered = letter(&mail, entry.account, secret.as_ref(), &self.place, &branding.look);
        let Ok(letter) = rendered else {
            return never("The mail could not be rendered.");
        };
        let written = self.app.times().world;
        self.post
            .send(entry.id, &letter, entry.recipient.reveal(), written)
            .await
    }
}

/// Whether the future has still to wait.
async fn is_pending(mut future: Pin<&mut impl Future<Output = ()>>) -> bool {
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

/// What is stored about an attempt.
fn settled(claim: &OutboxClaim, outcome: Outcome, now: Timestamp) -> Settled {
    let (trouble, may_have_left) = match outcome {
        Outcome::Sent => return Settled::Sent,
        Outcome::NotSent(trouble) => (trouble, false),
        Outcome::Unknown(trouble) => (trouble, true),
    };
    let error = Arc::from(trouble.why);
    let is_last = trouble.is_final
        || claim.attempt >= ATTEMPTS_MAX
        || (may_have_left && (claim.may_have_left || claim.attempt >= UNKNOWN_MAX));
    if is_last {
        return Settled::Failed { error, may_have_left };
    }
    Settled::Again {
        due_at: now + pause(claim.attempt),
        error,
        may_have_left,
    }
}

fn pause(attempt: u32) -> Secs {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES.get(index).copied().unwrap_or(PAUSES[PAUSES.len() - 1])
}

/// Says what became of a mail: with its id and never with an address.
fn log(claim: &OutboxClaim, outcome: &Outcome) {
    let (id, kind, attempt) = (claim.entry.id, &*claim.entry.kind, claim.attempt);
    match outcome {
        Outcome::Sent => tracing::info!(%id, kind, attempt, "a mail was sent"),
        Outcome::NotSent(trouble) => {
            tracing::warn!(%id, kind, attempt, why = trouble.why, "a mail was not sent");
        }
        Outcome::Unknown(trouble) => {
            tracing::warn!(%id, kind, attempt, why = trouble.why, "a mail may have been sent");
        }
    }
}
