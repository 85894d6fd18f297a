//! The connection to a mail server: TCP, TLS, and a bound on what the server says.
//!
//! The mail server, and before TLS anybody on the way to it, is a stranger: it may send a line that never ends, or replies
//! that nobody has asked for. So what it sends between two commands is bounded, and TLS begins only if nothing that was
//! sent in clear text is left to be read.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use lettre::transport::smtp::response::Response;
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::server::MailServer;

/// The most bytes that the server may send between two of our commands. The longest replies are lists of what it offers.
const REPLY_BYTES_MAX: usize = 100_000;

/// The greeting that the library expects at the beginning. After STARTTLS a server says none.
const GREETING: &[u8] = b"220 TLS has begun\r\n";

/// The server sent more than [`REPLY_BYTES_MAX`] without being asked anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {REPLY_BYTES_MAX} bytes came as one reply")]
pub(crate) struct TooMuch;

/// What TLS with a mail server needs.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

/// The settings of TLS cannot be used: the authorities' certificates, or the server's name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnusableTls;

impl Tls {
    /// TLS with this server: its certificate comes from an authority that this machine trusts, or from one of its own.
    pub(crate) fn with(server: &MailServer) -> Result<Self, UnusableTls> {
        let pem = server.authorities.as_deref().unwrap_or_default();
        let authorities: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let authorities = authorities.map_err(|_| UnusableTls)?;
        if server.authorities.is_some() && authorities.is_empty() {
            return Err(UnusableTls);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(authorities, Arc::clone(&provider));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| UnusableTls)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier.map_err(|_| UnusableTls)?))
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name: ServerName::try_from(server.host.clone()).map_err(|_| UnusableTls)?,
        })
    }

    async fn begin(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}

/// Why TLS did not begin after a conversation in clear text.
pub(crate) enum NoStartTls {
    /// The connection or TLS failed.
    Failed(io::Error),
    /// The server refused, in this reply.
    Refused(Response),
    /// The server does not offer STARTTLS.
    NotOffered,
    /// The server said what does not belong here, such as replies that nobody asked for.
    Confused,
}

impl From<io::Error> for NoStartTls {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// A connection that reads no more than [`REPLY_BYTES_MAX`] between two writes.
pub(crate) struct Stream {
    carrier: Carrier,
    /// What is read before anything that the server sends.
    first: &'static [u8],
    /// How much may still come before the next write.
    left: usize,
}

enum Carrier {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    const fn of(carrier: Carrier) -> Self {
        Self {
            carrier,
            first: b"",
            left: REPLY_BYTES_MAX,
        }
    }

    /// Clear text.
    pub(crate) async fn plain(server: &MailServer) -> io::Result<Self> {
        Ok(Self::of(Carrier::Plain(connect(server).await?)))
    }

    /// TLS from the first byte.
    pub(crate) async fn tls(server: &MailServer, tls: &Tls) -> io::Result<Self> {
        let stream = tls.begin(connect(server).await?).await?;
        Ok(Self::of(Carrier::Tls(Box::new(stream))))
    }

    /// TLS after a conversation in clear text, of which nothing is left. `name` is what this server calls itself.
    pub(crate) async fn start_tls(server: &MailServer, tls: &Tls, name: &str) -> Result<Self, NoStartTls> {
        let mut stream = connect(server).await?;
        expect(&mut stream, 220).await?;
        stream.write_all(format!("EHLO {name}\r\n").as_bytes()).await?;
        let offered = expect(&mut stream, 250).await?;
        let is_offered = |line: &str| line.trim().eq_ignore_ascii_case("STARTTLS");
        if !offered.message().any(is_offered) {
            return Err(NoStartTls::NotOffered);
        }
        stream.write_all(b"STARTTLS\r\n").await?;
        expect(&mut stream, 220).await?;
        let stream = tls.begin(stream).await?;
        Ok(Self {
            first: GREETING,
            ..Self::of(Carrier::Tls(Box::new(stream)))
        })
    }
}

async fn connect(server: &MailServer) -> io::Result<TcpStream> {
    TcpStream::connect((server.host.as_str(), server.port)).await
}

/// Reads one reply, which has to be of this code, and has to be all that the server has sent.
async fn expect(stream: &mut TcpStream, code: u16) -> Result<Response, NoStartTls> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        stream.read_buf(&mut bytes).await?;
        if bytes.len() == before {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        if bytes.len() > REPLY_BYTES_MAX {
            return Err(io::Error::other(TooMuch).into());
        }
        let Some(end) = end_of_reply(&bytes) else { continue };
        if end < bytes.len() {
            return Err(NoStartTls::Confused);
        }
        let text = String::from_utf8_lossy(&bytes);
        let reply: Response = text.parse().map_err(|_| NoStartTls::Confused)?;
        return match reply {
            reply if reply.has_code(code) => Ok(reply),
            reply if !reply.is_positive() => Err(NoStartTls::Refused(reply)),
            _ => Err(NoStartTls::Confused),
        };
    }
}

/// Where the first reply ends: after the first line that does not go on (`250-…`); `None` if it has not come yet.
fn end_of_reply(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(length) = bytes[start..].iter().position(|byte| *byte == b'\n') {
        let line = &bytes[start..start + length];
        start += length + 1;
        if line.get(3) != Some(&b'-') {
            return Some(start);
        }
    }
    None
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        if !stream.first.is_empty() {
            let (now, later) = stream.first.split_at(stream.first.len().min(buffer.remaining()));
            buffer.put_slice(now);
            stream.first = later;
            return Poll::Ready(Ok(()));
        }
        if stream.left == 0 {
            return Poll::Ready(Err(io::Error::other(TooMuch)));
        }
        let most = buffer.remaining().min(stream.left);
        let mut bounded = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let read = match &mut stream.carrier {
            Carrier::Plain(carrier) => Pin::new(carrier).poll_read(context, &mut bounded),
            Carrier::Tls(carrier) => Pin::new(carrier).poll_read(context, &mut bounded),
        };
        let filled = bounded.filled().len();
        buffer.advance(filled);
        stream.left -= filled;
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.left = REPLY_BYTES_MAX;
        match &mut self.carrier {
            Carrier::Plain(carrier) => Pin::new(carrier).poll_write(context, bytes),
            Carrier::Tls(carrier) => Pin::new(carrier).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.carrier {
            Carrier::Plain(carrier) => Pin::new(carrier).poll_flush(context),
            Carrier::Tls(carrier) => Pin::new(carrier).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.carrier {
            Carrier::Plain(carrier) => Pin::new(carrier).poll_shutdown(context),
            Carrier::Tls(carrier) => Pin::new(carrier).poll_shutdown(context),
        }
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.carrier {
            Carrier::Plain(carrier) => carrier.peer_addr(),
            Carrier::Tls(carrier) => carrier.get_ref().0.peer_addr(),
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

#[cfg(test)]
mod tests {
    use super::end_of_reply;

    #[test]
    fn a_reply_ends_with_the_first_line_that_does_not_go_on() {
        for (bytes, end) in [
            ("", None),
            ("220 ready", None),
            ("220 ready\r\n", Some(11)),
            ("220\r\n", Some(5)),
            ("250-one\r\n", None),
            ("250-one\r\n250 two\r\n", Some(18)),
            ("250-one\r\n250 two\r\n250 more\r\n", Some(18)),
        ] {
            assert_eq!(end_of_reply(bytes.as_bytes()), end, "{bytes:?}");
        }
    }
}
