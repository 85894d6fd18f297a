//! What made an actor give a command.

use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Text;

/// What made an actor give a command: how it came in, with which credential, from where, and by which request.
///
/// No two requests should have the same: by it, a commit whose answer was lost is told from another's. It is stored
/// with every commit, so its text form is short: `api k=opkey_… a=192.0.2.7 r=01h…`, where what is not known is left
/// out. Journals of before have a request's id alone, or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// How the command came in.
    pub way: Way,
    /// The id of the key, token or session that was shown, where the actor does not say it: never a secret.
    pub credential: Option<Text>,
    /// The network address of the client.
    pub address: Option<IpAddr>,
    /// The id of the request.
    pub request: Option<Text>,
}

macro_rules! ways {
    ($($(#[$doc:meta])* $way:ident = $word:literal,)*) => {
        /// How a command came in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Way {
            $($(#[$doc])* $way,)*
        }

        impl Way {
            /// Every way.
            pub const ALL: &[Self] = &[$(Self::$way,)*];

            /// The word that stands for it in the journal and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$way => $word,)*
                }
            }
        }
    };
}

ways! {
    /// By the REST API.
    Api = "api",
    /// By a page of the portal.
    Portal = "portal",
    /// By the link that sets the first account up.
    SetUp = "set_up",
    /// By provisioning from a directory.
    Scim = "scim",
    /// By signing in with an identity provider.
    SingleSignOn = "single_sign_on",
    /// By a command at the terminal.
    CommandLine = "command_line",
    /// Because its time had come.
    Timer = "timer",
    /// Because Usher had been away.
    Resume = "resume",
    /// Because the account left memory.
    Leave = "leave",
}

/// The word names no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a way in which commands come in: expected {}", words())]
pub struct InvalidWay;

/// Every way, for people.
fn words() -> String {
    let words: Vec<_> = Way::ALL.iter().map(|way| way.as_str()).collect();
    words.join(", ")
}

impl FromStr for Way {
    type Err = InvalidWay;

    fn from_str(word: &str) -> Result<Self, InvalidWay> {
        let known = Self::ALL.iter().find(|way| way.as_str() == word);
        known.copied().ok_or(InvalidWay)
    }
}

impl Cause {
    /// A cause of which no more is known than how it came in.
    #[must_use]
    pub const fn by(way: Way) -> Self {
        Self {
            way,
            credential: None,
            address: None,
            request: None,
        }
    }

    /// Reads the text form. What is neither of this form nor a word for a way is the id of a request: that is all
    /// that was stored once.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (word, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let Ok(way) = word.parse() else {
            return Self {
                request: (!text.is_empty()).then(|| Text::from(text.to_owned())),
                ..Self::by(Way::Api)
            };
        };
        let mut cause = Self::by(way);
        if let Some(after) = rest.strip_prefix("k=") {
            let (credential, after) = after.split_once(' ').unwrap_or((after, ""));
            cause.credential = Some(Text::from(credential.to_owned()));
            rest = after;
        }
        if let Some(after) = rest.strip_prefix("a=") {
            let (address, after) = after.split_once(' ').unwrap_or((after, ""));
            cause.address = address.parse().ok();
            rest = after;
        }
        cause.request = rest.strip_prefix("r=").map(|id| Text::from(id.to_owned()));
        cause
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> Text {
        if self.credential.is_none() && self.address.is_none() && self.request.is_none() {
            return Text::Static(self.way.as_str());
        }
        let mut text = String::with_capacity(96);
        // Writing to a string does not fail.
        let _ = write!(text, "{self}");
        text.into()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.way.as_str())?;
        if let Some(credential) = &self.credential {
            write!(f, " k={credential}")?;
        }
        if let Some(address) = self.address {
            write!(f, " a={address}")?;
        }
        if let Some(request) = &self.request {
            write!(f, " r={request}")?;
        }
        Ok(())
    }
}

impl From<&str> for Cause {
    fn from(text: &str) -> Self {
        Self::read(text)
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::read(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_survives_its_text_form() {
        let address: IpAddr = "2001:db8::7".parse().unwrap();
        for credential in [None, Some(Text::Static("opkey_01h"))] {
            for address in [None, Some(address)] {
                for request in [None, Some(Text::Static("01h2")), Some(Text::Static("a r=b k=c"))] {
                    let cause = Cause {
                        credential: credential.clone(),
                        address,
                        request,
                        ..Cause::by(Way::Portal)
                    };

                    assert_eq!(Cause::read(&cause.to_string()), cause);
                    assert_eq!(cause.text().as_str(), cause.to_string());
                }
            }
        }
    }

    #[test]
    fn causes_of_before_are_words_or_ids_of_requests() {
        assert_eq!(Cause::read("timer"), Cause::by(Way::Timer));
        assert_eq!(Cause::read("portal"), Cause::by(Way::Portal));
        let old = Cause::read("3f9c0a1b");
        assert_eq!((old.way, old.request.as_deref()), (Way::Api, Some("3f9c0a1b")));
        assert_eq!(Cause::read(""), Cause::by(Way::Api));
    }
}
