//! The cause of a command: where it came from.

use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use usher_domain::personal::Personal;

use crate::Text;

/// The cause of a command: its channel, the credential, the client's address and the request.
///
/// No two requests should have the same cause: it distinguishes a commit whose answer was lost from another one. It is
/// stored with every commit, so its text form is short: `api k=opkey_… a=192.0.2.7 r=01h…`, without unknown parts.
/// Older journals store only a request id or one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The channel of the command.
    pub channel: Channel,
    /// The id of the key, token or session that was used, unless the actor already names it. Never a secret.
    pub credential: Option<Text>,
    /// The network address of the client.
    pub address: Option<Personal<IpAddr>>,
    /// The id of the request.
    pub request: Option<Text>,
}

macro_rules! channels {
    ($($(#[$doc:meta])* $channel:ident = $word:literal,)*) => {
        /// The channel through which a command came in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Channel {
            $($(#[$doc])* $channel,)*
        }

        impl Channel {
            /// Every channel.
            pub const ALL: &[Self] = &[$(Self::$channel,)*];

            /// The channel's name in the journal and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$channel => $word,)*
                }
            }
        }
    };
}

channels! {
    /// The REST API.
    Api = "api",
    /// A page of the portal.
    Portal = "portal",
    /// The link that creates the first account.
    SetUp = "set_up",
    /// Provisioning by a directory (SCIM).
    Scim = "scim",
    /// Signing in with an identity provider.
    SingleSignOn = "single_sign_on",
    /// A command at the terminal.
    CommandLine = "command_line",
    /// A deadline: the command was due.
    Timer = "timer",
    /// The end of an outage of Usher.
    Resume = "resume",
    /// The account was unloaded from memory.
    Leave = "leave",
}

/// The word is not the name of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a channel through which commands come in: expected {}", words())]
pub struct InvalidChannel;

/// The names of all channels, for the error message.
fn words() -> String {
    let words: Vec<_> = Channel::ALL.iter().map(|channel| channel.as_str()).collect();
    words.join(", ")
}

impl FromStr for Channel {
    type Err = InvalidChannel;

    fn from_str(word: &str) -> Result<Self, InvalidChannel> {
        let known = Self::ALL.iter().find(|channel| channel.as_str() == word);
        known.copied().ok_or(InvalidChannel)
    }
}

impl Cause {
    /// A cause with nothing but a channel.
    #[must_use]
    pub const fn by(channel: Channel) -> Self {
        Self {
            channel,
            credential: None,
            address: None,
            request: None,
        }
    }

    /// Parses the text form. A text that is neither of this form nor the name of a channel is a request id: older
    /// journals stored nothing else.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let (word, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let Ok(channel) = word.parse() else {
            return Self {
                request: (!text.is_empty()).then(|| Text::from(text.to_owned())),
                ..Self::by(Channel::Api)
            };
        };
        let mut cause = Self::by(channel);
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
            return Text::Static(self.channel.as_str());
        }
        let mut text = String::with_capacity(96);
        // Writing to a string cannot fail.
        let _ = write!(text, "{self}");
        text.into()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.channel.as_str())?;
        if let Some(credential) = &self.credential {
            write!(f, " k={credential}")?;
        }
        if let Some(address) = &self.address {
            write!(f, " a={}", address.reveal())?;
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
                        address: address.map(Into::into),
                        request,
                        ..Cause::by(Channel::Portal)
                    };

                    assert_eq!(Cause::read(&cause.to_string()), cause);
                    assert_eq!(cause.text().as_str(), cause.to_string());
                }
            }
        }
    }

    #[test]
    fn older_causes_are_words_or_request_ids() {
        assert_eq!(Cause::read("timer"), Cause::by(Channel::Timer));
        assert_eq!(Cause::read("portal"), Cause::by(Channel::Portal));
        let old = Cause::read("3f9c0a1b");
        assert_eq!(
            (old.channel, old.request.as_deref()),
            (Channel::Api, Some("3f9c0a1b"))
        );
        assert_eq!(Cause::read(""), Cause::by(Channel::Api));
    }
}
