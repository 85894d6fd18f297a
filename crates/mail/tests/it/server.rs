//! A mail server that behaves as a test tells it.

use std::sync::{Arc, Mutex};

use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use usher_mail::{Login, MailServer, Security};

/// What the server does that a good one would not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It accepts everything.
    None,
    /// It answers this to the recipient.
    Recipient(&'static str),
    /// It answers this to the sender.
    Sender(&'static str),
    /// It answers this to the mail.
    Mail(&'static str),
    /// It greets with this.
    Greeting(&'static str),
    /// It answers this to a sign-in.
    SignIn(&'static str),
    /// It ends the conversation when the recipient is named.
    DropsAtRecipient,
    /// It ends the conversation after it has read the mail.
    DropsAfterMail,
    /// It says nothing any more when the recipient is named.
    HangsAtRecipient,
    /// It says nothing any more after it has read the mail.
    HangsAfterMail,
    /// It does not offer STARTTLS.
    NoStartTls,
    /// It slips a reply in before TLS begins.
    InjectsBeforeTls,
    /// It greets with a line that never ends.
    EndlessGreeting,
    /// It answers the recipient with a line that never ends.
    EndlessAtRecipient,
    /// Its certificate is one that nobody trusts.
    Untrusted,
}

/// What the server has heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) connections: usize,
    pub(crate) commands: Vec<String>,
    pub(crate) mails: Vec<String>,
    /// How many bytes of an endless line could be sent.
    pub(crate) sent_without_end: usize,
}

/// How long an endless line is.
pub(crate) const ENDLESS_BYTES: usize = 50_000_000;

pub(crate) struct Server {
    port: u16,
    security: Security,
    authority: Vec<u8>,
    fault: Arc<Mutex<Fault>>,
    heard: Arc<Mutex<Heard>>,
    /// Notified when the server stops answering.
    hangs: Arc<Notify>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

#[derive(Clone)]
struct Script {
    security: Security,
    tls: TlsAcceptor,
    fault: Arc<Mutex<Fault>>,
    heard: Arc<Mutex<Heard>>,
    hangs: Arc<Notify>,
}

impl Server {
    pub(crate) async fn start(security: Security, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tls, authority) = certificate();
        let authority = match fault {
            Fault::Untrusted => certificate().1,
            _ => authority,
        };
        let script = Script {
            security,
            tls,
            fault: Arc::new(Mutex::new(fault)),
            heard: Arc::default(),
            hangs: Arc::default(),
        };
        let server = Self {
            port,
            security,
            authority,
            fault: Arc::clone(&script.fault),
            heard: Arc::clone(&script.heard),
            hangs: Arc::clone(&script.hangs),
        };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that goes away ends its conversation only.
                tokio::spawn(script.clone().converse(stream));
            }
        });
        server
    }

    /// The server as an operator names it.
    pub(crate) fn named(&self) -> MailServer {
        let scheme = match self.security {
            Security::Tls => "smtps",
            Security::StartTls => "smtp",
            Security::Plain => "smtp+plain",
        };
        let mut named = MailServer::parse(&format!("{scheme}://localhost:{}", self.port)).unwrap();
        named.authorities = (self.security != Security::Plain).then(|| self.authority.clone());
        named
    }

    pub(crate) fn named_with_login(&self) -> MailServer {
        let password = usher_identity::Secret::of_client("correct horse").unwrap();
        let login = Login {
            user: "desk".to_owned(),
            password,
        };
        MailServer {
            login: Some(login),
            ..self.named()
        }
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    pub(crate) fn heard<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.heard.lock().unwrap())
    }

    /// Resolves once the server has stopped answering.
    pub(crate) async fn until_it_hangs(&self) {
        self.hangs.notified().await;
    }
}

/// TLS for `localhost`, and the certificate that a client has to trust.
fn certificate() -> (TlsAcceptor, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem().into_bytes())
}

impl Script {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    async fn converse(self, stream: TcpStream) {
        self.heard.lock().unwrap().connections += 1;
        let stream: Box<dyn Stream> = match self.security {
            Security::Tls => match self.tls.accept(stream).await {
                Ok(stream) => Box::new(stream),
                Err(_) => return,
            },
            Security::StartTls | Security::Plain => Box::new(stream),
        };
        let is_open = self.security == Security::StartTls;
        let _ = self.speak(stream, is_open).await;
    }

    /// Speaks until the client goes or the script ends. `is_open` says whether TLS can still begin.
    async fn speak(&self, stream: Box<dyn Stream>, mut is_open: bool) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let greeting = match self.fault() {
            Fault::Greeting(greeting) => greeting,
            _ => "220 mail.example.com ESMTP",
        };
        if self.fault() == Fault::EndlessGreeting {
            return self.say_without_end(&mut stream).await;
        }
        say(&mut stream, greeting).await?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            self.heard.lock().unwrap().commands.push(line.clone());
            let word = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            match (word.as_str(), self.fault()) {
                ("EHLO", fault) => {
                    let offers_tls = is_open && fault != Fault::NoStartTls;
                    let more = if offers_tls {
                        "STARTTLS"
                    } else {
                        "AUTH PLAIN LOGIN"
                    };
                    say(
                        &mut stream,
                        &format!("250-mail.example.com\r\n250-8BITMIME\r\n250 {more}"),
                    )
                    .await?;
                }
                ("STARTTLS", fault) => {
                    let injected = if fault == Fault::InjectsBeforeTls {
                        "\r\n250 AUTH PLAIN"
                    } else {
                        ""
                    };
                    say(&mut stream, &format!("220 go ahead{injected}")).await?;
                    let Ok(encrypted) = self.tls.accept(stream.into_inner()).await else {
                        return Ok(());
                    };
                    stream = BufReader::new(Box::new(encrypted));
                    is_open = false;
                }
                ("AUTH", Fault::SignIn(answer))
                | ("MAIL", Fault::Sender(answer))
                | ("RCPT", Fault::Recipient(answer)) => say(&mut stream, answer).await?,
                ("AUTH", _) => say(&mut stream, "235 2.7.0 welcome").await?,
                ("RCPT", Fault::DropsAtRecipient) => return Ok(()),
                ("RCPT", Fault::EndlessAtRecipient) => return self.say_without_end(&mut stream).await,
                ("RCPT", Fault::HangsAtRecipient) => self.hang().await,
                ("DATA", _) => {
                    say(&mut stream, "354 go ahead").await?;
                    let mail = read_mail(&mut stream).await?;
                    self.heard.lock().unwrap().mails.push(mail);
                    match self.fault() {
                        Fault::DropsAfterMail => return Ok(()),
                        Fault::HangsAfterMail => self.hang().await,
                        Fault::Mail(answer) => say(&mut stream, answer).await?,
                        _ => say(&mut stream, "250 2.0.0 queued").await?,
                    }
                }
                ("QUIT", _) => return say(&mut stream, "221 bye").await,
                _ => say(&mut stream, "250 ok").await?,
            }
        }
    }

    /// Sends up to [`ENDLESS_BYTES`] of a line, as long as somebody reads them.
    async fn say_without_end(&self, stream: &mut BufReader<Box<dyn Stream>>) -> std::io::Result<()> {
        let chunk = [b'2'; 10_000];
        for _ in 0..ENDLESS_BYTES / chunk.len() {
            stream.write_all(&chunk).await?;
            stream.flush().await?;
            self.heard.lock().unwrap().sent_without_end += chunk.len();
        }
        Ok(())
    }

    async fn hang(&self) {
        self.hangs.notify_one();
        std::future::pending::<()>().await;
    }
}

async fn say(stream: &mut BufReader<Box<dyn Stream>>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// A mail up to the dot, which is not part of it.
async fn read_mail(stream: &mut BufReader<Box<dyn Stream>>) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(mail);
        }
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
