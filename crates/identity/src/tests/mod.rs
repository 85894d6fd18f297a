//! The guarantees for callers, tested through the public interface.

mod api_keys;
mod devices;
/// The credentials of the test kit, which depends on this crate: its own tests cannot depend on the kit.
#[path = "../../../testkit/src/credentials.rs"]
#[expect(dead_code, unreachable_pub, reason = "other crates use the rest")]
mod kit;
mod known_browsers;
mod operator;
mod operator_grants;
mod operator_keys;
mod passwords;
mod personal;
mod portal;
mod preferences;
mod seal;
mod second_factor;
mod single_sign_on;
mod unrecorded;
mod user_tokens;

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Secs, SignInId, TicketId, Timestamp, UserId};

use self::kit::{AuthenticatorApp, first_operator_key, nobody};
use crate::{Caller, HashingShare, Identity, MemoryStore, PasswordLife, SecretsKeys, Unauthenticated};

const ACME: AccountId = AccountId::from_bits(0xacce);
const OTHER: AccountId = AccountId::from_bits(0x07e4);
const SVEN: UserId = UserId::from_bits(0x57e2);
const TUVA: UserId = UserId::from_bits(0x707a);
const KEY: ApiKeyId = ApiKeyId::from_bits(0xce1);
const SIGN_IN: SignInId = SignInId::from_bits(0x519);
const TICKET: TicketId = TicketId::from_bits(0x519);
const NOON: Timestamp = Timestamp::from_millis(1_800_000_000_000);

const SVEN_OF_ACME: Caller = Caller::User {
    account: ACME,
    user: SVEN,
};

fn identity() -> Identity {
    Identity::in_memory().unwrap()
}

/// A server on a store that the test also uses directly.
async fn on(store: &Arc<MemoryStore>) -> Identity {
    let store = Arc::clone(store);
    Identity::open(store, &SecretsKeys::draw().unwrap())
        .await
        .unwrap()
}

fn secs(secs: u32) -> Secs {
    Secs::new(secs)
}

fn reader() -> BTreeSet<Scope> {
    BTreeSet::from([Scope::Read, Scope::SignInsWrite])
}

/// The holder of the token in a request that names the account `ACME`.
fn caller(identity: &Identity, bearer: &str, now: Timestamp) -> Result<Caller, Unauthenticated> {
    identity.authenticate(bearer, Some(ACME), now)
}
