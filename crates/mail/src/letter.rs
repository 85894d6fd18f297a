//! A rendered mail, and its form on the wire.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use usher_domain::text::address;
use usher_domain::{Hidden, OutboxId, Timestamp};

/// The longest subject in characters: clients show about half of it.
const SUBJECT_CHARS_MAX: usize = 150;

/// The longest line of a mail in bytes (RFC 5322, 2.1.1), without its end.
const LINE_BYTES_MAX: usize = 998;

/// Where a mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A mail server, which may take ASCII only.
    Server,
    /// A file, which people read as it is.
    File,
}

/// A rendered mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its subject, in one line.
    pub subject: String,
    /// The whole text, for clients and people that want no HTML.
    pub text: String,
    /// The same as a page.
    pub html: String,
}

/// The sender of all mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From(Mailbox);

/// The text is not a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address, alone or after a name: `desk@example.com` or `Help desk <desk@example.com>`")]
pub struct InvalidFrom;

/// A mail that cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLetter {
    /// The recipient's address is not one that mail goes to.
    #[error("the address is not one that mail can be sent to: correct it")]
    Recipient,
    /// The texts of the mail have no form on the wire.
    #[error("the mail could not be written down")]
    Form,
}

/// A mail ready to be sent.
pub(crate) struct Wire {
    /// Its sender and its recipient, for the conversation with the mail server.
    pub(crate) from: Address,
    pub(crate) to: Address,
    /// Its headers and its body.
    pub(crate) bytes: Vec<u8>,
}

impl FromStr for From {
    type Err = InvalidFrom;

    fn from_str(text: &str) -> Result<Self, InvalidFrom> {
        let text = text.trim();
        if text.contains(char::is_control) || Hidden::find(text).is_some() {
            return Err(InvalidFrom);
        }
        let mailbox: Mailbox = text.parse().map_err(|_| InvalidFrom)?;
        let address = on_the_wire(mailbox.email.as_ref()).ok_or(InvalidFrom)?;
        Ok(Self(Mailbox::new(mailbox.name, address)))
    }
}

impl From {
    /// The domain of the address, in the DNS's form.
    pub(crate) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl std::fmt::Display for From {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0.name {
            Some(name) => write!(f, "{name} <{}>", self.0.email),
            None => write!(f, "{}", self.0.email),
        }
    }
}

/// The address as mail servers take it: its domain in the DNS's form. `None` if mail cannot be sent to it.
fn on_the_wire(address: &str) -> Option<Address> {
    let (local, domain) = address.rsplit_once('@')?;
    let domain = address::ascii(domain)?;
    Address::new(local, domain).ok()
}

/// A text of one line, for a header: without control characters and those that change the direction of the text.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    Hidden::removed_from(&words.join(" "))
}

/// Programs must not answer such a mail, as with notes of absence (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Letter {
    /// The letter from `from` to `to` as it is sent. Every copy with the same id has the same `Message-ID`.
    pub(crate) fn wire(
        &self,
        id: OutboxId,
        from: &From,
        to: &str,
        at: Timestamp,
        destination: Destination,
    ) -> Result<Wire, NoLetter> {
        let to = on_the_wire(to).ok_or(NoLetter::Recipient)?;
        let subject: String = one_line(&self.subject).chars().take(SUBJECT_CHARS_MAX).collect();
        let message = Message::builder()
            .from(from.0.clone())
            // Without the name: people choose their own, and some filters distrust what strangers choose.
            .to(Mailbox::new(None, to.clone()))
            .subject(subject)
            .date(system_time(at))
            .message_id(Some(format!("<{id}@{}>", from.domain())))
            .header(AutoSubmitted)
            .multipart(
                MultiPart::alternative()
                    .singlepart(
                        SinglePart::builder()
                            .header(ContentType::TEXT_PLAIN)
                            .body(self.text_body(destination)),
                    )
                    .singlepart(SinglePart::html(self.html.clone())),
            )
            .map_err(|_| NoLetter::Form)?;
        Ok(Wire {
            from: from.0.email.clone(),
            to,
            bytes: message.formatted(),
        })
    }
}

impl Letter {
    /// The text with its lines as they are, if they can be sent so: then a link stands in one piece for everybody who looks
    /// at the mail without a mail program.
    fn text_body(&self, destination: Destination) -> Body {
        let lines: Vec<_> = self.text.lines().collect();
        let is_whole = |line: &&str| line.len() <= LINE_BYTES_MAX && !line.contains(['\0', '\r']);
        let encoding = match destination {
            _ if !lines.iter().all(is_whole) => None,
            _ if self.text.is_ascii() => Some(ContentTransferEncoding::SevenBit),
            Destination::File => Some(ContentTransferEncoding::EightBit),
            Destination::Server => None,
        };
        match encoding {
            // The lines are within the bounds that the name of this function warns of.
            Some(encoding) => {
                Body::dangerous_pre_encoded(format!("{}\r\n", lines.join("\r\n")).into_bytes(), encoding)
            }
            None => Body::new(self.text.clone()),
        }
    }
}

fn system_time(at: Timestamp) -> SystemTime {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_795_424_400_000);

    fn letter(subject: &str) -> Letter {
        Letter {
            subject: subject.to_owned(),
            text: "Hello\r\n.\r\nRCPT TO:<eve@example.com>\r\n".to_owned(),
            html: "<p>Hello".to_owned(),
        }
    }

    fn wire(subject: &str, to: &str) -> Result<Wire, NoLetter> {
        let from = "Help desk <desk@contoso.example>".parse().unwrap();
        letter(subject).wire(OutboxId::from_bits(7), &from, to, AT, Destination::Server)
    }

    /// A link of usual length.
    const LINK: &str = "https://usher.example.com/invitation/usher_invitation_01m8kjm25qebwt4anx2sxhf08v.\
                        0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr";

    #[test]
    fn a_link_in_the_text_is_in_one_piece() {
        let body = |text: &str, destination: Destination| {
            let letter = Letter {
                text: format!("{text}\n\n{LINK}\n"),
                ..letter("Welcome")
            };
            let from = "desk@contoso.example".parse().unwrap();
            let wire = letter.wire(
                OutboxId::from_bits(7),
                &from,
                "sven@contoso.example",
                AT,
                destination,
            );
            String::from_utf8(wire.unwrap().bytes).unwrap()
        };
        let is_whole = |body: &str| body.contains(&format!("\r\n\r\n{LINK}\r\n"));

        let plain = body("Hello Sven,", Destination::Server);
        let accented = body("Hello Søren,", Destination::File);
        let on_the_way = body("Hello Søren,", Destination::Server);
        let endless = body(&"a".repeat(999), Destination::File);

        assert!(
            is_whole(&plain) && plain.contains("Content-Transfer-Encoding: 7bit"),
            "{plain}"
        );
        assert!(
            is_whole(&accented) && accented.contains("Hello Søren,"),
            "{accented}"
        );
        // Not every mail server takes more than ASCII.
        assert!(on_the_way.is_ascii() && !is_whole(&on_the_way), "{on_the_way}");
        assert!(
            endless.lines().all(|line| line.len() <= LINE_BYTES_MAX),
            "{endless}"
        );
    }

    /// The header fields, unfolded.
    fn headers(wire: &Wire) -> Vec<String> {
        let text = String::from_utf8(wire.bytes.clone()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        head.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_mail_has_the_headers_that_others_rely_on_and_two_forms_of_its_text() {
        let wire = wire("Mail works", "sven@contoso.example").unwrap();

        let headers = headers(&wire);

        for header in [
            "From: \"Help desk\" <desk@contoso.example>",
            "To: sven@contoso.example",
            "Subject: Mail works",
            "Date: Mon, 23 Nov 2026 09:00:00 +0000",
            "Message-ID: <out_00000000000000000000000007@contoso.example>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(headers.iter().any(|line| line == header), "{header}: {headers:?}");
        }
        let body = String::from_utf8(wire.bytes).unwrap();
        assert_eq!(body.matches("multipart/alternative").count(), 1);
        assert!(body.find("text/plain").unwrap() < body.find("text/html").unwrap());
    }

    #[test]
    fn a_copy_has_the_same_message_id() {
        let id = |subject| {
            let wire = wire(subject, "sven@contoso.example").unwrap();
            headers(&wire)
                .into_iter()
                .find(|line| line.starts_with("Message-ID"))
        };

        assert_eq!(id("one"), id("another"));
    }

    #[test]
    fn no_text_makes_a_header_of_its_own() {
        for subject in [
            "Hello\r\nBcc: eve@example.com",
            "Hello\nBcc: eve@example.com",
            "Hello\r\rBcc: eve@example.com",
            "Hello\u{2028}Bcc: eve@example.com",
            "Grüße\r\n\r\nBcc: eve@example.com",
            "=?utf-8?q?Hello=0D=0ABcc:_eve@example.com?=",
            &"Bcc: eve@example.com ".repeat(200),
            "\u{202e}txet desrever",
        ] {
            let wire = wire(subject, "sven@contoso.example").unwrap();
            let headers = headers(&wire);
            let names: Vec<_> = headers.iter().filter_map(|line| line.split(':').next()).collect();
            assert!(!names.contains(&"Bcc"), "{headers:?}");
            assert_eq!(
                names.iter().filter(|name| **name == "Subject").count(),
                1,
                "{headers:?}"
            );
            assert!(!String::from_utf8(wire.bytes).unwrap().contains('\u{202e}'));
        }
    }

    #[test]
    fn an_address_goes_out_with_the_domain_of_the_dns_and_nothing_else_does() {
        let to = |address: &str| wire("Hello", address).map(|wire| wire.to.to_string());

        assert_eq!(
            to("ann@münchen.example").as_deref(),
            Ok("ann@xn--mnchen-3ya.example")
        );
        assert_eq!(to("ann+desk@example.com").as_deref(), Ok("ann+desk@example.com"));
        // Only servers with SMTPUTF8 take it: the conversation says whether this one does.
        assert_eq!(to("åke@example.com").as_deref(), Ok("åke@example.com"));
        for wrong in [
            "ann",
            "ann@",
            "@example.com",
            "ann@example.com> <eve@example.com",
            "ann@example.com\r\nRCPT TO:<eve@example.com>",
            "<ann@example.com>",
            "ann eve@example.com",
        ] {
            assert_eq!(to(wrong), Err(NoLetter::Recipient), "{wrong}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for (text, shown) in [
            ("desk@example.com", "desk@example.com"),
            ("Help desk <desk@example.com>", "Help desk <desk@example.com>"),
            (
                "\"Desk, Help\" <desk@example.com>",
                "Desk, Help <desk@example.com>",
            ),
            (
                "Støtte <desk@münchen.example>",
                "Støtte <desk@xn--mnchen-3ya.example>",
            ),
        ] {
            assert_eq!(text.parse::<From>().unwrap().to_string(), shown);
        }
        for wrong in [
            "",
            "Help desk",
            "desk@",
            "a@b.example, c@d.example",
            "Desk\r\nBcc: x <d@e.example>",
        ] {
            assert_eq!(wrong.parse::<From>(), Err(InvalidFrom), "{wrong}");
        }
    }
}
