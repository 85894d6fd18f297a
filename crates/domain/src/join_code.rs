//! Join codes in an account: found by a digest, and sealed. The domain can read neither.

use alloc::sync::Arc;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{Code, InvalidText};

/// A join code, sealed by the caller before the command that contains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum JoinCode {
    /// A digest and the sealed code, both usable only with the server's keys.
    Sealed {
        /// A keyed digest of the code, the same everywhere.
        digest: Arc<str>,
        /// The code, sealed for its account.
        sealed: Arc<str>,
    },
    /// A plain code, in journals from before codes were sealed.
    Plain(Code),
}

impl From<Code> for JoinCode {
    fn from(code: Code) -> Self {
        Self::Plain(code)
    }
}

impl FromStr for JoinCode {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        text.parse().map(Self::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_older_journals_are_read_and_sealed_ones_come_back_as_they_are() {
        let plain: JoinCode = serde_json::from_str(r#""K7QM2XABCD""#).unwrap();
        assert_eq!(plain, "k7qm-2xabcd".parse().unwrap());

        let sealed = JoinCode::Sealed {
            digest: "d1".into(),
            sealed: "c2VhbGVk".into(),
        };
        let stored = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<JoinCode>(&stored).unwrap(), sealed);
    }
}
