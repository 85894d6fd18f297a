//! Agents who sign people in and out until the server is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;
use usher_client::{Account, Error, SignInAnswer};

use super::world::{Known, PRODUCT, Person, Pool, device};

/// Far more calls than an agent can make before the server is killed.
const CALLS_MAX: usize = 5_000;

/// State shared by all agents.
pub(super) struct Load {
    pub(super) account: Account,
    pub(super) pools: Arc<[Pool]>,
    pub(super) answered: AtomicU64,
    pub(super) kill_after: u64,
    /// Set once enough calls were acknowledged to kill the server.
    pub(super) reached: watch::Sender<bool>,
}

/// The server has been killed.
struct Gone;

impl Load {
    fn note_answer(&self) {
        if self.answered.fetch_add(1, Ordering::SeqCst) + 1 == self.kill_after {
            self.reached.send_replace(true);
        }
    }
}

/// Works for these people until the server is gone, and returns what is known about them then.
pub(super) async fn agent(
    load: Arc<Load>,
    mut people: Vec<Person>,
    mut chance: fastrand::Rng,
) -> Vec<Person> {
    for _ in 0..CALLS_MAX {
        let chosen = chance.usize(..people.len());
        let person = &mut people[chosen];
        let done = match person.known.clone() {
            Known::In { id, token } if chance.u8(..10) < 6 => sign_out(&load, person, &id, &token).await,
            Known::In { id, token } => stay(&load, person, &id, &token).await,
            Known::Out | Known::InDoubt => sign_in(&load, person).await,
        };
        match done {
            Ok(()) => load.note_answer(),
            Err(Gone) => break,
        }
    }
    people
}

async fn sign_in(load: &Load, person: &mut Person) -> Result<(), Gone> {
    person.known = Known::InDoubt;
    match load
        .account
        .sign_in(&person.user, PRODUCT, &device(), false)
        .await
    {
        Ok(SignInAnswer::SignedIn { sign_in, token }) => {
            let pool = &load.pools[person.pool];
            let held = pool.held.fetch_add(1, Ordering::SeqCst) + 1;
            assert!(held <= pool.seats, "{held} of {} seats were given", pool.seats);
            person.known = Known::In {
                id: sign_in.id,
                token,
            };
            Ok(())
        }
        Ok(SignInAnswer::Waits { ticket, .. }) => panic!("nobody asked to wait: {ticket:?}"),
        Err(Error::Refused(problem)) if problem.code == "no-seat-available" => {
            person.known = Known::Out;
            Ok(())
        }
        Err(error) => gone(&error),
    }
}

async fn sign_out(load: &Load, person: &mut Person, id: &str, token: &str) -> Result<(), Gone> {
    person.known = Known::InDoubt;
    load.pools[person.pool].held.fetch_sub(1, Ordering::SeqCst);
    match load.account.with_token(token).sign_out(id).await {
        Ok(()) => {
            person.known = Known::Out;
            Ok(())
        }
        Err(error) => gone(&error),
    }
}

/// A heartbeat, and signing in again: both find the existing sign-in.
async fn stay(load: &Load, person: &Person, id: &str, token: &str) -> Result<(), Gone> {
    if let Err(error) = load.account.with_token(token).heartbeat(id, true).await {
        return gone(&error);
    }
    match load
        .account
        .sign_in(&person.user, PRODUCT, &device(), false)
        .await
    {
        Ok(SignInAnswer::SignedIn { sign_in, .. }) => {
            assert_eq!(sign_in.id, id);
            Ok(())
        }
        Ok(answer) => panic!("not the sign-in that exists: {answer:?}"),
        Err(error) => gone(&error),
    }
}

/// Only a killed server gives no answer. Anything else is a fault.
fn gone(error: &Error) -> Result<(), Gone> {
    match error {
        Error::Transport(_) => Err(Gone),
        other => panic!("an answer that nobody should get: {other:?}"),
    }
}
