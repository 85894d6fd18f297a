//! How mails leave, as the operator has set it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::task::JoinHandle;
use usher_app::{App, MailSetup};
use usher_domain::personal::Personal;
use usher_domain::text::Email;
use usher_identity::{Channel, Secret};
use usher_mail::{From, Login, MailServer, Place, Post, Sender};

use super::config::Config;
use super::setting::Setting;
use crate::{Failure, private};

/// The sender of mails to a directory, unless another is given: nobody answers files.
const FROM_NOBODY: &str = "Usher <usher@localhost.localdomain>";

/// How long a mail that is being sent may hold up the end of the server.
const FINISH_MAX: Duration = Duration::from_secs(10);

/// The settings of mail.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_field_names, reason = "they are the names of the arguments")]
pub(crate) struct MailArguments {
    /// The server that takes mails: `smtps://HOST` (TLS) or `smtp://HOST` (STARTTLS)
    #[arg(long, value_name = "URL", env = "USHER_MAIL_SERVER")]
    mail_server: Option<String>,
    /// The sender of mails: `desk@example.com` or `Help desk <desk@example.com>`
    #[arg(long, value_name = "ADDRESS", env = "USHER_MAIL_FROM")]
    mail_from: Option<String>,
    /// The user at the mail server, if it asks for one; the password is in `USHER_MAIL_PASSWORD` or in a file
    #[arg(long, value_name = "NAME", env = "USHER_MAIL_USER")]
    mail_user: Option<String>,
    /// The file with the password of the user at the mail server
    #[arg(long, value_name = "FILE", env = "USHER_MAIL_PASSWORD_FILE")]
    mail_password_file: Option<PathBuf>,
    #[arg(skip = std::env::var("USHER_MAIL_PASSWORD").ok().filter(|password| !password.is_empty()))]
    mail_password: Option<String>,
    /// Certificates of authorities that the mail server's certificate may come from, in PEM format [default: those that
    /// this machine trusts]
    #[arg(long, value_name = "FILE", env = "USHER_MAIL_AUTHORITIES")]
    mail_authorities: Option<PathBuf>,
    /// Write each mail to a file in this directory instead of sending it
    #[arg(long, value_name = "DIR", env = "USHER_MAIL_TO_DIRECTORY")]
    mail_to_directory: Option<PathBuf>,
    /// The operator's own address, for requests that only the operator answers
    #[arg(long, value_name = "ADDRESS", env = "USHER_MAIL_OPERATOR")]
    mail_operator: Option<String>,
}

/// How mails leave.
pub(crate) struct ChosenMail {
    /// For pages.
    pub(crate) setup: MailSetup,
    /// For the sender.
    pub(crate) post: Post,
    /// Whether they go to a mail server, and so to people.
    pub(crate) is_sent: bool,
}

impl ChosenMail {
    /// Links in mails lead to the public address: nobody else's word is taken for it.
    pub(super) fn check_links(&self, public_url: Option<&str>) -> Result<(), Failure> {
        if self.is_sent && public_url.is_none() {
            return Err(Failure::Usage(
                "Links in mails need the address at which people reach this server. Name it with `--public-url URL` or \
                 `public_url` in usher.toml."
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// Sends mails until the server stops.
pub(super) async fn send(app: Arc<App>, post: Post) {
    // This server has the data to itself, so every server that had claimed a mail is gone.
    if let Err(error) = app.identity().end_claims(Channel::Mail, app.engine().now()).await {
        tracing::warn!(%error, "mails that were being sent wait until their claims run out");
    }
    let url = app.url("");
    let stopped = app.closed();
    Sender::new(app, post, Place { url }).run(stopped).await;
}

/// Waits for the mail that is being sent: to be killed in the middle of it would leave open whether it has left.
pub(super) async fn finish(sending: JoinHandle<()>) {
    let task = sending.abort_handle();
    if tokio::time::timeout(FINISH_MAX, sending).await.is_err() {
        task.abort();
    }
}

impl MailArguments {
    /// How mails leave; `None` if no mail is set up.
    pub(crate) fn chosen(&self, config: &Config) -> Result<Option<ChosenMail>, Failure> {
        let server = config.choose(self.mail_server.clone(), config.mail_server.as_ref());
        let directory = config.choose(self.mail_to_directory.clone(), config.mail_to_directory.as_ref());
        let from = config.choose(self.mail_from.clone(), config.mail_from.as_ref());
        let operator = config.choose(self.mail_operator.clone(), config.mail_operator.as_ref());
        let operator = operator.as_ref().map(operator_address).transpose()?;
        let (from, to, post, is_sent) = match (server, directory) {
            (None, None) => return self.without_transport(from.as_ref(), config),
            (Some(server), Some(_)) => {
                let name = server.place.name("--mail-server", "mail_server");
                return Err(server.place.failure(format!(
                    "Mails go to a server or to a directory. Leave out {name} or the directory."
                )));
            }
            (Some(server), None) => {
                let Some(from) = from else {
                    let name = server.place.name("--mail-from", "mail_from");
                    let text =
                        format!("Mails need a sender. Name it with {name}: `Help desk <desk@example.com>`.");
                    return Err(server.place.failure(text));
                };
                let from = sender(&from)?;
                let named = self.named_server(&server, config)?;
                let to = named.to_string();
                let post = Post::to_server(from.clone(), named);
                let post = post.map_err(|trouble| Failure::said(trouble.why))?;
                (from, to, post, true)
            }
            (None, Some(directory)) => {
                let from = match &from {
                    Some(from) => sender(from)?,
                    None => FROM_NOBODY
                        .parse()
                        .map_err(|error| Failure::because("mail", &error))?,
                };
                let to = existing_directory(&directory)?;
                let post = Post::to_directory(from.clone(), directory.value);
                (from, to, post, false)
            }
        };
        let setup = MailSetup {
            from: from.to_string(),
            to,
            operator,
        };
        Ok(Some(ChosenMail { setup, post, is_sent }))
    }

    /// No mail, unless a sender or a user is named: then the mail server was forgotten.
    fn without_transport(
        &self,
        from: Option<&Setting<String>>,
        config: &Config,
    ) -> Result<Option<ChosenMail>, Failure> {
        let user = config.choose(self.mail_user.clone(), config.mail_user.as_ref());
        match from.or(user.as_ref()) {
            Some(given) => {
                let name = given.place.name("--mail-server", "mail_server");
                Err(given.place.failure(format!(
                    "Mail has settings, and no server that takes mails. Name it with {name}, such as \
                     `smtp://mail.example.com`."
                )))
            }
            None => Ok(None),
        }
    }

    fn named_server(&self, server: &Setting<String>, config: &Config) -> Result<MailServer, Failure> {
        let named = MailServer::parse(&server.value).map_err(|error| {
            let name = server.place.name("--mail-server", "mail_server");
            server.place.failure(format!("{name} cannot be used: {error}."))
        })?;
        let authorities = config.choose(self.mail_authorities.clone(), config.mail_authorities.as_ref());
        let authorities = authorities.map(|file| {
            let shown = file.value.display();
            std::fs::read(&file.value).map_err(|error| {
                Failure::because(
                    format_args!("Cannot read the authorities for mail in {shown}"),
                    &error,
                )
            })
        });
        Ok(MailServer {
            login: self.login(config)?,
            authorities: authorities.transpose()?,
            ..named
        })
    }

    /// The user and the password: both or none.
    fn login(&self, config: &Config) -> Result<Option<Login>, Failure> {
        let user = config.choose(self.mail_user.clone(), config.mail_user.as_ref());
        let file = config.choose(
            self.mail_password_file.clone(),
            config.mail_password_file.as_ref(),
        );
        let password = match (&self.mail_password, file) {
            (Some(password), _) => Some(password.clone()),
            (None, Some(file)) => {
                let shown = file.value.display();
                let text = std::fs::read_to_string(&file.value).map_err(|error| {
                    Failure::because(
                        format_args!("Cannot read the password for mail in {shown}"),
                        &error,
                    )
                })?;
                private::warn_if_others_can_read(&file.value);
                Some(text)
            }
            (None, None) => None,
        };
        let unusable = || {
            Failure::said("The password for mail cannot be used: it has 1 to 1000 characters in one line.")
        };
        match (user, password) {
            (Some(user), Some(password)) => Ok(Some(Login {
                user: user.value,
                password: Secret::of_client(&password).ok_or_else(unusable)?,
            })),
            (Some(user), None) => Err(user.place.failure(
                "The user for mail needs a password. Give it in `USHER_MAIL_PASSWORD`, or in a file with \
                 `--mail-password-file FILE`."
                    .to_owned(),
            )),
            (None, Some(_)) => Err(Failure::said(
                "The password for mail needs its user. Name it with `--mail-user NAME`.",
            )),
            (None, None) => Ok(None),
        }
    }
}

fn sender(from: &Setting<String>) -> Result<From, Failure> {
    from.value.parse().map_err(|error| {
        let name = from.place.name("--mail-from", "mail_from");
        from.place.failure(format!("{name} cannot be used: {error}."))
    })
}

fn operator_address(operator: &Setting<String>) -> Result<Personal<Arc<str>>, Failure> {
    let address: Result<Email, _> = operator.value.parse();
    let address = address.map_err(|_| {
        let name = operator.place.name("--mail-operator", "mail_operator");
        let text = format!("{name} cannot be used: expected an address such as `operator@example.com`.");
        operator.place.failure(text)
    })?;
    Ok(Personal::new(address.as_str().into()))
}

fn existing_directory(directory: &Setting<PathBuf>) -> Result<String, Failure> {
    if directory.value.is_dir() {
        return Ok(directory.value.display().to_string());
    }
    let name = directory.place.name("--mail-to-directory", "mail_to_directory");
    Err(directory.place.failure(format!(
        "{name} cannot be used: there is no directory {}. Create it first.",
        directory.value.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(arguments: &MailArguments) -> Result<Option<ChosenMail>, String> {
        arguments
            .chosen(&Config::default())
            .map_err(|failure| failure.to_string())
    }

    fn with_server(server: &str) -> MailArguments {
        MailArguments {
            mail_server: Some(server.to_owned()),
            mail_from: Some("Help desk <desk@example.com>".to_owned()),
            ..MailArguments::default()
        }
    }

    #[test]
    fn mails_go_to_a_server_to_a_directory_or_nowhere() {
        assert!(chosen(&MailArguments::default()).unwrap().is_none());
        let plain = chosen(&with_server("smtp+plain://127.0.0.1:1025"))
            .unwrap()
            .unwrap();
        assert_eq!(plain.setup.to, "127.0.0.1:1025");
        assert_eq!(plain.setup.from, "Help desk <desk@example.com>");
        assert!(plain.is_sent);
        let directory = tempfile::tempdir().unwrap();
        let files = MailArguments {
            mail_to_directory: Some(directory.path().to_owned()),
            mail_operator: Some("Operator@Example.com".to_owned()),
            ..MailArguments::default()
        };
        let files = chosen(&files).unwrap().unwrap();
        assert!(!files.is_sent);
        assert_eq!(
            files.setup.operator.unwrap().reveal().as_ref(),
            "operator@example.com"
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_said_with_the_name_of_the_setting() {
        let base = || with_server("smtp+plain://127.0.0.1:1025");
        let some = |text: &str| Some(text.to_owned());
        let cases = [
            (
                MailArguments {
                    mail_from: None,
                    ..base()
                },
                "Name it with `--mail-from`",
            ),
            (
                MailArguments {
                    mail_server: None,
                    ..base()
                },
                "no server that takes mails",
            ),
            (
                MailArguments {
                    mail_from: some("desk"),
                    ..base()
                },
                "`--mail-from` cannot be used",
            ),
            (
                with_server("mail.example.com"),
                "`--mail-server` cannot be used: expected `smtps://HOST`",
            ),
            (
                with_server("smtp+plain://mail.example.com"),
                "without TLS, mails go only to this machine",
            ),
            (
                MailArguments {
                    mail_user: some("desk"),
                    ..base()
                },
                "needs a password",
            ),
            (
                MailArguments {
                    mail_password: some("secret"),
                    ..base()
                },
                "needs its user",
            ),
            (
                MailArguments {
                    mail_operator: some("nobody"),
                    ..base()
                },
                "`--mail-operator` cannot be used",
            ),
            (
                MailArguments {
                    mail_to_directory: Some("/nowhere/at/all".into()),
                    ..base()
                },
                "Mails go to a server or to a directory",
            ),
            (
                MailArguments {
                    mail_to_directory: Some("/nowhere/at/all".into()),
                    ..MailArguments::default()
                },
                "there is no directory /nowhere/at/all",
            ),
            (
                MailArguments {
                    mail_authorities: Some("/nowhere/ca.pem".into()),
                    ..base()
                },
                "Cannot read the authorities for mail",
            ),
        ];
        for (arguments, said) in cases {
            let Err(failure) = chosen(&arguments) else {
                panic!("{said}");
            };
            assert!(failure.contains(said), "{failure}");
            assert!(!failure.contains("secret"), "{failure}");
        }
    }
}
