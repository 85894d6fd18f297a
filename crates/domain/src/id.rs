//! Identifiers that carry their kind: `pool_01h2…` can never be mistaken for a user.
//!
//! The text form is a prefix, an underscore and 26 characters of Crockford's base 32, most significant first, as in the
//! `TypeID` specification (version 0.3). Usher fills the 128 bits with UUIDs of version 7, so ids sort by creation
//! time.

use core::fmt;
use core::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Crockford's base 32 in lower case: the digits, and the letters that are not easily confused with them.
pub const ALPHABET: &str = "0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LEN: usize = 26;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: expected `{prefix}_` and 26 characters of lower-case base 32")]
pub struct InvalidId {
    /// The prefix that an id of the expected kind has.
    pub prefix: &'static str,
}

// Not `data-encoding`, which pads at the end: a TypeID has its two unused bits at the start. It also needs an allocator.
fn encode(bits: u128) -> [u8; SUFFIX_LEN] {
    let mut text = [b'0'; SUFFIX_LEN];
    let mut rest = bits;
    for slot in text.iter_mut().rev() {
        let digit = usize::try_from(rest & 31).unwrap_or(0);
        *slot = ALPHABET.as_bytes()[digit];
        rest >>= 5;
    }
    text
}

/// The digit of each byte; 255 for bytes that are not digits. A table, because ids are parsed several times per
/// request.
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut digit = 0_u8;
    while digit < 32 {
        digits[ALPHABET.as_bytes()[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

fn decode(text: &[u8]) -> Option<u128> {
    // 26 digits hold 130 bits; a first digit above 7 would overflow 128.
    if text.len() != SUFFIX_LEN || text[0] > b'7' {
        return None;
    }
    text.iter().try_fold(0_u128, |bits, byte| {
        let digit = DIGITS[usize::from(*byte)];
        (digit != u8::MAX).then_some((bits << 5) | u128::from(digit))
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The prefix of this kind, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id with these 128 bits.
            #[must_use]
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits of the id.
            #[must_use]
            pub const fn bits(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = encode(self.0);
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(core::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|digits| decode(digits.as_bytes()))
                    .map(Self)
                    .ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut text = [0_u8; $prefix.len() + 1 + SUFFIX_LEN];
                text[..$prefix.len()].copy_from_slice($prefix.as_bytes());
                text[$prefix.len()] = b'_';
                text[$prefix.len() + 1..].copy_from_slice(&encode(self.0));
                match core::str::from_utf8(&text) {
                    Ok(text) => serializer.serialize_str(text),
                    Err(error) => Err(serde::ser::Error::custom(error)),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, "an id that starts with `{}_`", $prefix)
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    )*};
}

ids! {
    /// An account: one customer of the operator.
    AccountId "acct";
    /// A user of one account.
    UserId "user";
    /// A seat pool.
    PoolId "pool";
    /// A team: users who see each other's presence.
    TeamId "team";
    /// A group of a directory.
    GroupId "grp";
    /// A user's presence on one device for one product.
    SignInId "sign";
    /// A session.
    SessionId "sess";
    /// A ticket: a place in a pool's queue.
    TicketId "tick";
    /// One purchase of prepaid minutes.
    TopUpId "topup";
    /// A request to the operator for a purchase.
    SubscriptionRequestId "subreq";
    /// An API key of an account.
    ApiKeyId "key";
    /// An operator key.
    OperatorKeyId "opkey";
    /// A recorded refusal.
    RefusalId "refu";
    /// Something that is to leave the server, such as a mail.
    OutboxId "out";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        for bits in [0, 1, 31, 32, u128::MAX, 0x0192_f3a4_b5c6_7def_8123_4567_89ab_cdef] {
            let id = UserId::from_bits(bits);

            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(
                serde_json::from_str::<UserId>(&serde_json::to_string(&id).unwrap()).unwrap(),
                id
            );
        }
    }

    #[test]
    fn the_text_form_is_that_of_the_type_id_specification() {
        let uuid = 0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881;

        assert_eq!(
            UserId::from_bits(uuid).to_string(),
            "user_01h2xcejqtf2nbrexx3vqjhp41"
        );
    }

    #[test]
    fn text_of_another_kind_or_shape_is_refused() {
        for text in [
            "",
            "user_",
            "pool_01h2xcejqtf2nbrexx3vqjhp41",
            "user_01h2xcejqtf2nbrexx3vqjhp4",
            "user_81h2xcejqtf2nbrexx3vqjhp41",
            "user_01H2XCEJQTF2NBREXX3VQJHP41",
            "user_01h2xcejqtf2nbrexx3vqjhpu1",
        ] {
            assert_eq!(
                text.parse::<UserId>(),
                Err(InvalidId { prefix: "user" }),
                "{text}"
            );
        }
    }
}
