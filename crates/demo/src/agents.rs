//! Agents who work through the API as a support product's devices would: they sign in, queue, make calls, forget to
//! sign out, and crash.

use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};
use usher_client::{Account, Device, Error, SessionAnswer, SignInAnswer};

use super::accounts::{Agent, Model, PRODUCT};

/// An event for the person at the terminal.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) account: &'static str,
    pub(super) agent: String,
    pub(super) what: String,
}

/// One agent and the agent's device.
pub(super) struct Worker {
    account_name: &'static str,
    account: Account,
    model: Model,
    agent: Agent,
    device: Device,
    stories: Sender<Story>,
    chance: fastrand::Rng,
    began: Instant,
}

/// A signed-in device with its token.
struct AtWork {
    sign_in: String,
    account: Account,
}

/// For how long agents hurry. After that everything takes longer: nothing is ever deleted, and somebody who lets the demo
/// run for hours looks at it now and then.
const LIVELY: Duration = Duration::from_mins(10);
/// How much longer.
const SLOWER: u64 = 5;

/// The time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(4);

impl Worker {
    pub(super) fn new(
        account_name: &'static str,
        account: &Account,
        model: Model,
        agent: Agent,
        kind: &str,
        stories: Sender<Story>,
        seed: u64,
    ) -> Self {
        let device = Device {
            id: format!("{kind}-{seed}"),
            name: format!("{}'s {kind}", agent.name),
            kind: kind.to_owned(),
        };
        let chance = fastrand::Rng::with_seed(seed);
        Self {
            account_name,
            account: account.clone(),
            model,
            agent,
            device,
            stories,
            chance,
            began: Instant::now(),
        }
    }

    /// Works until the program ends. Refusals are part of the demo; after an error it retries.
    pub(super) async fn work(mut self) {
        self.pause(0, 6_000).await;
        loop {
            if let Err(error) = self.shift().await {
                self.tell(match error {
                    Error::Refused(problem) => format!("is refused: {}", problem.detail),
                    other => format!("cannot reach the server: {other}"),
                })
                .await;
            }
            self.pause(3_000, 12_000).await;
        }
    }

    async fn tell(&self, what: impl Into<String>) {
        let story = Story {
            account: self.account_name,
            agent: self.agent.name.clone(),
            what: what.into(),
        };
        // The receiver is gone only when the program ends.
        let _ = self.stories.send(story).await;
    }

    async fn pause(&mut self, least_millis: u64, most_millis: u64) {
        sleep(Duration::from_millis(self.millis(least_millis, most_millis))).await;
    }

    /// How long something takes; longer after the first minutes ([`LIVELY`]).
    fn millis(&mut self, least: u64, most: u64) -> u64 {
        let slower = if self.began.elapsed() < LIVELY { 1 } else { SLOWER };
        slower * self.chance.u64(least..=most)
    }

    /// One shift, from signing in to signing out, or to a crash.
    async fn shift(&mut self) -> Result<(), Error> {
        let Some(at_work) = self.sign_in().await? else {
            return Ok(());
        };
        let pieces = self.chance.u32(1..=3);
        for _ in 0..pieces {
            match self.model {
                Model::SeatPools | Model::AssignedSeats => self.call(&at_work).await?,
                Model::ConcurrentSessions | Model::ConcurrentDevices => self.session(&at_work).await?,
            }
        }
        match self.chance.u32(0..10) {
            0 => {
                self.tell("loses the network; the seat comes back when the lease ends")
                    .await;
            }
            1 if self.model == Model::SeatPools => self.idle(&at_work).await?,
            _ => {
                at_work.account.sign_out(&at_work.sign_in).await?;
                self.tell("signs out").await;
            }
        }
        Ok(())
    }

    async fn sign_in(&mut self) -> Result<Option<AtWork>, Error> {
        let queues = self.model == Model::SeatPools;
        match self
            .account
            .sign_in(&self.agent.id, PRODUCT, &self.device, queues)
            .await?
        {
            SignInAnswer::SignedIn { sign_in, token } => {
                self.tell("signs in").await;
                Ok(Some(AtWork {
                    sign_in: sign_in.id,
                    account: self.account.with_token(token),
                }))
            }
            SignInAnswer::Waits { ticket, token } => {
                let place = ticket
                    .position
                    .map_or_else(String::new, |position| format!(", number {position}"));
                self.tell(format!("finds every seat taken and waits{place}"))
                    .await;
                self.wait_for_seat(&ticket.id, &self.account.with_token(token))
                    .await
            }
        }
    }

    /// Polls the ticket until a seat is offered, and claims it.
    async fn wait_for_seat(&self, ticket: &str, account: &Account) -> Result<Option<AtWork>, Error> {
        loop {
            sleep(Duration::from_secs(1)).await;
            if account.ticket(ticket).await?.state != "offered" {
                continue;
            }
            return Ok(match account.claim_sign_in(ticket).await? {
                SignInAnswer::SignedIn { sign_in, token } => {
                    self.tell("is offered a seat and takes it").await;
                    Some(AtWork {
                        sign_in: sign_in.id,
                        account: account.with_token(token),
                    })
                }
                SignInAnswer::Waits { .. } => None,
            });
        }
    }

    /// Stays signed in for a while, with heartbeats.
    async fn stay(&self, at_work: &AtWork, millis: u64) -> Result<(), Error> {
        let mut left = Duration::from_millis(millis);
        while !left.is_zero() {
            let step = left.min(HEARTBEAT);
            sleep(step).await;
            left -= step;
            at_work.account.heartbeat(&at_work.sign_in, false).await?;
        }
        Ok(())
    }

    /// A call with a customer who joins through a link.
    async fn call(&mut self, at_work: &AtWork) -> Result<(), Error> {
        let idle = self.millis(1_000, 4_000);
        self.stay(at_work, idle).await?;
        let fields = json!({ "sign_in": at_work.sign_in, "kind": "call", "start": "active" });
        let SessionAnswer::Session(session) = at_work.account.start_session(&fields).await? else {
            return Ok(());
        };
        self.tell("is in a call").await;
        let talk = self.millis(3_000, 12_000);
        self.stay(at_work, talk).await?;
        at_work.account.end_session(&session.id).await?;
        Ok(())
    }

    /// A support session that starts with a code, or at once.
    async fn session(&mut self, at_work: &AtWork) -> Result<(), Error> {
        let start = if self.chance.bool() { "standby" } else { "active" };
        let queues = self.model == Model::ConcurrentSessions;
        let fields = json!({
            "sign_in": at_work.sign_in, "kind": "attended", "start": start, "wait": queues,
        });
        let session = match at_work.account.start_session(&fields).await? {
            SessionAnswer::Session(session) => session,
            SessionAnswer::Waits(ticket) => {
                self.tell("finds every session seat taken and waits").await;
                match self.wait_for_session(at_work, &ticket.id).await? {
                    Some(session) => session,
                    None => return Ok(()),
                }
            }
        };
        match (&session.code, session.funding.as_str()) {
            (Some(code), _) => self.tell(format!("gives out the support code {code}")).await,
            (None, "minutes") => self.tell("works on pay-per-use minutes: no seat is free").await,
            (None, _) => self.tell("starts a session").await,
        }
        let wait = self.millis(1_000, 4_000);
        self.stay(at_work, wait).await?;
        at_work.account.connect_session(&session.id).await?;
        let work = self.millis(3_000, 10_000);
        self.stay(at_work, work).await?;
        if self.chance.u32(0..4) == 0 {
            self.put_aside(at_work, &session.id).await?;
        }
        at_work.account.end_session(&session.id).await?;
        self.tell("ends the session").await;
        Ok(())
    }

    async fn wait_for_session(
        &self,
        at_work: &AtWork,
        ticket: &str,
    ) -> Result<Option<usher_client::Session>, Error> {
        loop {
            self.stay(at_work, 1_000).await?;
            if at_work.account.ticket(ticket).await?.state != "offered" {
                continue;
            }
            return Ok(match at_work.account.claim_session(ticket).await? {
                SessionAnswer::Session(session) => Some(session),
                SessionAnswer::Waits(_) => None,
            });
        }
    }

    /// Pauses the session, which frees the seat, and resumes it when one is free.
    async fn put_aside(&mut self, at_work: &AtWork, session: &str) -> Result<(), Error> {
        at_work.account.pause_session(session).await?;
        self.tell("pauses the session; its seat is free").await;
        let rest = self.millis(2_000, 6_000);
        self.stay(at_work, rest).await?;
        match at_work.account.resume_session(session, false).await {
            Ok(_) => self.tell("resumes the session").await,
            Err(Error::Refused(problem)) => self.tell(format!("cannot resume: {}", problem.detail)).await,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Forgets to sign out, until the pool logs the agent off.
    async fn idle(&self, at_work: &AtWork) -> Result<(), Error> {
        self.tell("goes to lunch without signing out").await;
        loop {
            sleep(HEARTBEAT).await;
            if let Err(error) = at_work.account.heartbeat(&at_work.sign_in, false).await {
                return match error.code() {
                    Some("sign-in-ended") => {
                        self.tell("was logged off for being idle; the seat is free").await;
                        Ok(())
                    }
                    _ => Err(error),
                };
            }
        }
    }
}
