//! Passes: short-lived proofs for one purpose, derived with the server's key and stored nowhere.
//!
//! `usher_pass_<until>.<key>.<mac>`: the millisecond at which it expires, the number of the server's key, and
//! HMAC-SHA-256 over the purpose, the account, the id of its subject, and the expiry. A pass names nobody: the code
//! that checks it says what it must be for, so a pass for one thing is worthless for another.
//!
//! A pass given to the holder of a credential ends with `.<sealed>`, which the MAC covers too: that credential, sealed,
//! so that the pass becomes invalid with the credential.

use data_encoding::BASE64URL_NOPAD;
use usher_domain::{AccountId, SessionId, SignInId, TicketId, Timestamp};

use crate::{Identity, IdentityError, Secret, Shown};

const PREFIX: &str = "usher_pass_";

/// The purpose of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassFor {
    /// To act as the customer who joined this session.
    Customer(SessionId),
    /// To open the customer's event stream of this session.
    CustomerStream(SessionId),
    /// To open the event stream of this sign-in, as its device.
    SignInStream(SignInId),
    /// To open the event stream of this ticket, as its device.
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

    /// The first part of the MAC's input. It is longer than that of sign-ins' and tickets' own tokens, so neither can
    /// be taken for the other.
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
    /// Creates a pass that is valid until `until`.
    #[must_use]
    pub fn pass(&self, account: AccountId, purpose: PassFor, until: Timestamp) -> Secret {
        let message = purpose.message(account, until);
        let (key, mac) = self.cache.keyring().sign(&message);
        Secret::new(format!("{PREFIX}{}.{key}.{mac}", until.millis()))
    }

    /// Creates a pass that is valid until `until`, as long as the credential of the request is.
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
        let (key, mac) = self.cache.keyring().sign(&message);
        Ok(Secret::new(format!(
            "{PREFIX}{}.{key}.{mac}.{sealed}",
            until.millis()
        )))
    }

    /// The credential that requested `pass`, if the pass is valid for this purpose now. Check the credential with
    /// [`identify_again`](Self::identify_again).
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
        if until <= now || !self.cache.keyring().is_signed(&message, key, mac) {
            return None;
        }
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let bytes = self.sealer().open(&context(account, purpose), &sealed).ok()?;
        Shown::from_bytes(&bytes)
    }

    /// A digest of a message with the server's key, which nobody else can compute. It changes when the key is rotated.
    #[must_use]
    pub fn keyed_digest(&self, message: &[u8]) -> [u8; 32] {
        self.cache.keyring().digest(&[b"digest\0", message].concat())
    }

    /// Whether `pass` is valid for this purpose now.
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
        now < until && self.cache.keyring().is_signed(&message, key, mac)
    }
}

/// The context of a sealed credential in a pass: its kind and owner.
fn context(account: AccountId, purpose: PassFor) -> String {
    let (kind, id) = purpose.parts();
    format!("pass/{account}/{}/{id:032x}", char::from(kind))
}
