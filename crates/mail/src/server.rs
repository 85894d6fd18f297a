//! The mail server, as the operator names it.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};
use usher_identity::Secret;

/// How the conversation with the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314): `smtps://`.
    Tls,
    /// TLS after a command in clear text, or nothing at all (RFC 3207): `smtp://`.
    StartTls,
    /// None: `smtp+plain://`, on this machine only.
    Plain,
}

/// What this server signs in with at the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The name that the mail server knows, often an address.
    pub user: String,
    /// What proves it; shown nowhere.
    pub password: Secret,
}

/// A mail server that takes mails for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the conversation is protected.
    pub security: Security,
    /// What this server signs in with, if the mail server asks for it.
    pub login: Option<Login>,
    /// Certificates of authorities that are trusted besides those of this machine, in PEM.
    pub authorities: Option<Vec<u8>>,
}

/// The text does not name a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServer {
    /// It is not an address of this kind.
    #[error(
        "expected `smtps://HOST` (TLS, port 465) or `smtp://HOST` (STARTTLS, port 587), with another port if needed, such \
         as `smtp://mail.example.com:2587`"
    )]
    Form,
    /// It has a user or a password.
    #[error("the address has a user or a password in it, which others could read: give both apart")]
    WithLogin,
    /// Clear text to another machine.
    #[error(
        "without TLS, mails go only to this machine: name `smtp+plain://127.0.0.1` or `[::1]`, or use `smtp://`"
    )]
    PlainElsewhere,
}

impl MailServer {
    /// Reads an address such as `smtps://mail.example.com`.
    pub fn parse(text: &str) -> Result<Self, InvalidServer> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidServer::Form)?;
        let (security, usual) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            "smtp+plain" => (Security::Plain, 25),
            _ => return Err(InvalidServer::Form),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidServer::WithLogin);
        }
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let written = url.host_str().filter(|host| !host.is_empty() && is_bare);
        // The standard reads hosts of unknown schemes as they are: here they are read as those of web addresses.
        let host = Host::parse(written.ok_or(InvalidServer::Form)?).map_err(|_| InvalidServer::Form)?;
        let (host, is_here) = match host {
            Host::Domain(name) => {
                let is_here = name == "localhost";
                (name, is_here)
            }
            Host::Ipv4(ip) => (ip.to_string(), IpAddr::V4(ip).is_loopback()),
            Host::Ipv6(ip) => (ip.to_string(), IpAddr::V6(ip).is_loopback()),
        };
        if security == Security::Plain && !is_here {
            return Err(InvalidServer::PlainElsewhere);
        }
        Ok(Self {
            host,
            port: url.port().unwrap_or(usual),
            security,
            login: None,
            authorities: None,
        })
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_an_address_with_or_without_a_port() {
        for (text, shown, security) in [
            ("smtps://mail.example.com", "mail.example.com:465", Security::Tls),
            (
                " smtp://mail.example.com/ ",
                "mail.example.com:587",
                Security::StartTls,
            ),
            (
                "smtp://mail.example.com:2587",
                "mail.example.com:2587",
                Security::StartTls,
            ),
            ("smtp://[2001:db8::1]:25", "[2001:db8::1]:25", Security::StartTls),
            (
                "smtps://MÜNCHEN.example",
                "xn--mnchen-3ya.example:465",
                Security::Tls,
            ),
            ("smtp+plain://127.0.0.1", "127.0.0.1:25", Security::Plain),
            ("smtp+plain://[::1]:1025", "[::1]:1025", Security::Plain),
            ("smtp+plain://localhost:1025", "localhost:1025", Security::Plain),
        ] {
            let server = MailServer::parse(text).unwrap();
            assert_eq!(
                (server.to_string().as_str(), server.security),
                (shown, security),
                "{text}"
            );
        }
    }

    #[test]
    fn clear_text_goes_nowhere_else_and_secrets_stay_out_of_the_address() {
        for (text, why) in [
            ("smtp+plain://mail.example.com", InvalidServer::PlainElsewhere),
            ("smtp+plain://10.0.0.1", InvalidServer::PlainElsewhere),
            (
                "smtp+plain://localhost.example.com",
                InvalidServer::PlainElsewhere,
            ),
            ("smtp://desk:secret@mail.example.com", InvalidServer::WithLogin),
            ("smtp://desk@mail.example.com", InvalidServer::WithLogin),
            ("mail.example.com:25", InvalidServer::Form),
            ("mail.example.com", InvalidServer::Form),
            ("https://mail.example.com", InvalidServer::Form),
            ("smtp://mail.example.com/path", InvalidServer::Form),
            ("smtp://mail.example.com?tls=no", InvalidServer::Form),
            ("smtp://mail.example.com:99999", InvalidServer::Form),
            ("smtp://", InvalidServer::Form),
            ("smtp://a b", InvalidServer::Form),
            ("", InvalidServer::Form),
        ] {
            assert_eq!(MailServer::parse(text), Err(why), "{text}");
        }
    }
}
