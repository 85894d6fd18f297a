//! Passes: proofs that are good for a short time and one purpose, derived with the server's key and stored nowhere.
//!
//! `usher_pass_<until>.<key>.<mac>`: the millisecond at which it ends, the number of the server's key, and
//! HMAC-SHA-256 over the purpose, the account, the id of what it is for, and the end. A pass names nobody: whoever
//! checks it says what it has to be for, so a pass of one thing is worth nothing at another.
//!
//! A pass that was given to the holder of a credential goes on with `.<sealed>`, which the mac covers too: that
//! credential, sealed, so that the pass is worth nothing once the credential is not.

use data_encoding::BASE64URL_NOPAD;
use usher_domain::{AccountId, SessionId, SignInId, TicketId, Timestamp};

use crate::{Identity, IdentityError, Secret, Shown};

const PREFIX: &str = "usher_pass_";

/// What a pass is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassFor {
    /// To be the customer who joined this session.
    Customer(SessionId),
    /// To open the customer's stream of events of this session.
    CustomerStream(SessionId),
    /// To open the stream of events of this sign-in, as its device.
    SignInStream(SignInId),
    /// To open the stream of events of this ticket, as its device.
    TicketStream(TicketId),
}

impl PassFor {
    const fn parts(self) -> (u8, u128) {
        match self {
            Self::Customer(id) => (b'c', id.bits()),
            Self::CustomerStream(id) => (b'e', id.bits()),
            Self::SignInStream(id) => (b'i', id.bits()),
            Self::TicketStream(id) => (b'k', id.bits()),
        }
    }

    /// What the mac covers first. It is longer than what those of sign-ins' and tickets' own tokens cover.
    fn message(self, account: AccountId, until: Timestamp) -> [u8; 41] {
        let (kind, id) = self.parts();
        let mut message = [kind; 41];
        message[1..17].copy_from_slice(&account.bits().to_be_bytes());
        message[17..33].copy_from_slice(&id.to_be_bytes());
        message[33..].copy_from_slice(&until.millis().to_be_bytes());
        message
    }
}

impl Identity {
    /// Makes a pass that is good until then.
    #[must_use]
    pub fn pass(&self, account: AccountId, purpose: PassFor, until: Timestamp) -> Secret {
        let message = purpose.message(account, until);
        let (key, mac) = self.memory.keyring().sign(&message);
        Secret::new(format!("{PREFIX}{}.{key}.{mac}", until.millis()))
    }

    /// Makes a pass that is good until then, as long as the credential is with which it was asked for.
    pub fn pass_of(
        &self,
        shown: &Shown,
        account: AccountId,
        purpose: PassFor,
        until: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let sealed = self
            .sealer()
            .seal(&context(account, purpose), &shown.to_bytes())?;
        let sealed = BASE64URL_NOPAD.encode(&sealed);
        let message = [&purpose.message(account, until), sealed.as_bytes()].concat();
        let (key, mac) = self.memory.keyring().sign(&message);
        Ok(Secret::new(format!(
            "{PREFIX}{}.{key}.{mac}.{sealed}",
            until.millis()
        )))
    }

    /// The credential with which `pass` was asked for, where the pass is good for this now. Whether the credential is,
    /// [`identify_again`](Self::identify_again) says.
    #[must_use]
    pub fn shown_for_pass(
        &self,
        pass: &str,
        account: AccountId,
        purpose: PassFor,
        now: Timestamp,
    ) -> Option<Shown> {
        let (until, rest) = pass.strip_prefix(PREFIX)?.split_once('.')?;
        let (key, rest) = rest.split_once('.')?;
        let (mac, sealed) = rest.split_once('.')?;
        let until = until.parse().map(Timestamp::from_millis).ok()?;
        let message = [&purpose.message(account, until), sealed.as_bytes()].concat();
        if until <= now || !self.memory.keyring().is_signed(&message, key, mac) {
            return None;
        }
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let bytes = self.sealer().open(&context(account, purpose), &sealed).ok()?;
        Shown::from_bytes(&bytes)
    }

    /// A digest of a message with the server's key, which nobody else can compute. It is another one once the key is
    /// rotated.
    #[must_use]
    pub fn keyed_digest(&self, message: &[u8]) -> [u8; 32] {
        self.memory.keyring().digest(&[b"digest\0", message].concat())
    }

    /// Whether `pass` is good for this now.
    #[must_use]
    pub fn is_pass(&self, pass: &str, account: AccountId, purpose: PassFor, now: Timestamp) -> bool {
        let parts = pass.strip_prefix(PREFIX).map(|rest| rest.splitn(3, '.'));
        let Some(mut parts) = parts else { return false };
        let (Some(until), Some(key), Some(mac)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        let Ok(until) = until.parse().map(Timestamp::from_millis) else {
            return false;
        };
        let message = purpose.message(account, until);
        now < until && self.memory.keyring().is_signed(&message, key, mac)
    }
}

/// What a sealed credential in a pass is, and whose.
fn context(account: AccountId, purpose: PassFor) -> String {
    let (kind, id) = purpose.parts();
    format!("pass/{account}/{}/{id:032x}", char::from(kind))
}
