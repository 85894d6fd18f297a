//! The account that agents work in, and what is known about it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use usher_client::{Account, Client, Device, SignIn, SignInAnswer};
use usher_domain::Secs;
use usher_domain::rules::{Preset, Rules};
use usher_testkit::HelpDesk;

pub(super) const OPERATOR_KEY: &str = "a-key-that-only-this-test-knows";
pub(super) const PRODUCT: &str = "remote-support";
/// How many agents work at the same time, each for different people.
pub(super) const AGENTS: usize = 8;
/// The number of seats in each pool.
const SEATS: [u32; 3] = [2, 3, 5];
/// The number of people who share each pool's seats.
const PEOPLE_PER_POOL: usize = 8;

/// What is known about a person's sign-in.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// Not signed in: never was, or signing out was acknowledged.
    Out,
    /// Signing in was acknowledged.
    In { id: String, token: String },
    /// It is unknown whether the last call was executed.
    InDoubt,
}

/// A person, and what is known about their sign-in.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) user: String,
    pub(super) pool: usize,
    pub(super) known: Known,
}

/// The one device that each person has.
pub(super) fn device() -> Device {
    Device {
        id: "desk".into(),
        name: "The desk".into(),
        kind: "desktop".into(),
    }
}

/// A pool's seats, and how many of them are certainly held: incremented after signing in is acknowledged, and
/// decremented before signing out is requested.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) seats: u32,
    pub(super) held: AtomicU32,
}

/// The default pool is empty; the others have the seats.
fn desk() -> HelpDesk {
    let rules = Rules {
        lease: Secs::new(3600),
        ..Rules::preset(Preset::HelpDeskShift)
    };
    let mut desk = HelpDesk::of(usher_testkit::ACCOUNT, "Under load").pool(0);
    for (number, seats) in SEATS.into_iter().enumerate() {
        desk = desk
            .another_pool(&format!("Pool {number}"), seats)
            .rules(rules.clone());
        desk = desk.agents(u32::try_from(PEOPLE_PER_POOL).unwrap());
    }
    desk
}

/// The account and everything known about it.
pub(super) struct World {
    pub(super) account: Account,
    pub(super) pools: Arc<[Pool]>,
    pub(super) people: Vec<Person>,
    key: String,
}

impl World {
    /// Creates the account, its pools and its people.
    pub(super) async fn make(url: &str) -> Self {
        let operator = Client::new(url, OPERATOR_KEY).unwrap();
        let opened = desk().open_on(&operator, 1).await.unwrap();
        let people = opened.users.into_iter().enumerate().map(|(number, user)| Person {
            user,
            pool: number / PEOPLE_PER_POOL,
            known: Known::Out,
        });
        let (people, account) = (people.collect(), opened.account);
        let key = account
            .create_api_key("agents", &["read", "sign-ins.write"])
            .await
            .unwrap()
            .key;
        Self {
            account: account.with_token(&key),
            pools: SEATS
                .map(|seats| Pool {
                    seats,
                    held: AtomicU32::new(0),
                })
                .into(),
            people,
            key,
        }
    }

    /// Divides the people among `agents` agents.
    pub(super) fn take_people(&mut self, agents: usize) -> Vec<Vec<Person>> {
        let mut dealt: Vec<Vec<Person>> = (0..agents).map(|_| Vec::new()).collect();
        for (number, person) in self.people.drain(..).enumerate() {
            dealt[number % agents].push(person);
        }
        dealt
    }

    /// Compares the state of the restarted server with what was acknowledged, and resolves what was unknown. Returns
    /// how many acknowledged sign-ins were found.
    pub(super) async fn check_and_adopt(&mut self, url: &str) -> usize {
        let acknowledged = self
            .people
            .iter()
            .filter(|person| matches!(person.known, Known::In { .. }))
            .count();
        self.account = Account::of(Client::new(url, &self.key).unwrap(), self.account.id());
        let mut present = self.sign_ins().await;
        for pool in &*self.pools {
            pool.held.store(0, Ordering::SeqCst);
        }
        for person in &mut self.people {
            let found = present.remove(&person.user);
            match (&person.known, &found) {
                (Known::In { id, .. }, Some(sign_in)) => assert_eq!(*id, sign_in.id, "{person:?}"),
                (Known::In { .. }, None) => panic!("an acknowledged sign-in is lost: {person:?}"),
                (Known::Out, Some(sign_in)) => panic!("came back: {sign_in:?} of {person:?}"),
                (Known::Out, None) | (Known::InDoubt, _) => {}
            }
            person.known = match found {
                None => Known::Out,
                // Signing in again is safe and returns the token (S6).
                Some(sign_in) => {
                    self.pools[person.pool].held.fetch_add(1, Ordering::SeqCst);
                    let again = self
                        .account
                        .sign_in(&person.user, PRODUCT, &device(), false)
                        .await;
                    let Ok(SignInAnswer::SignedIn { sign_in: same, token }) = again else {
                        panic!("not the sign-in that exists: {again:?}");
                    };
                    assert_eq!(same.id, sign_in.id);
                    Known::In { id: same.id, token }
                }
            };
        }
        assert!(present.is_empty(), "sign-ins of nobody: {present:?}");
        self.check_seats().await;
        acknowledged
    }

    async fn check_seats(&self) {
        for pool in &*self.pools {
            let held = pool.held.load(Ordering::SeqCst);
            assert!(held <= pool.seats, "{held} of {} seats are held", pool.seats);
        }
        for pool in self.account.pools().await.unwrap() {
            assert!(pool.occupied <= pool.seats, "{pool:?}");
            let number = pool.name.strip_prefix("Pool ");
            if let Some(number) = number.and_then(|number| number.parse::<usize>().ok()) {
                let held = self.pools[number].held.load(Ordering::SeqCst);
                assert_eq!(pool.occupied, held, "{pool:?}");
            }
        }
    }

    /// Everybody who is signed in, by user.
    async fn sign_ins(&self) -> BTreeMap<String, SignIn> {
        let mut found = BTreeMap::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.account.sign_ins(cursor.as_deref()).await.unwrap();
            for sign_in in page.items {
                let other = found.insert(sign_in.user.clone(), sign_in);
                assert!(other.is_none(), "two sign-ins of one user: {other:?}");
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return found;
            }
        }
    }
}
