//! `usher mail`: whether mails leave.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use usher_app::{Mail, Message};
use usher_domain::OutboxId;
use usher_domain::text::Email;
use usher_engine::Clock;
use usher_identity::{BrandLook, draw_bits};
use usher_mail::{Outcome, Place, letter};

use crate::data::DataArgument;
use crate::serve::config::{self, Config};
use crate::serve::{ChosenMail, MailArguments};
use crate::{Failure, Terminal, progress};

/// Check whether mails leave
#[derive(Debug, Args)]
#[command(after_help = "\
The settings are those of `usher serve`: arguments, the environment, or usher.toml in the data
directory. `USHER_MAIL_PASSWORD` holds the password for the mail server. No server needs to run.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    data: DataArgument,
    /// The configuration file [default: usher.toml in the data directory, if it exists]
    #[arg(long, value_name = "FILE", env = "USHER_CONFIG", global = true)]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Send a test mail at once, and say what the mail server answers
    Test {
        /// The address that gets it
        address: Email,
        /// The address at which people reach the server, which the mail names
        #[arg(long, value_name = "URL", env = "USHER_PUBLIC_URL")]
        public_url: Option<String>,
        #[command(flatten)]
        mail: Box<MailArguments>,
    },
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let directory = arguments.data.directory().ok();
    let config = Config::read(arguments.config.as_deref(), directory.as_deref())?;
    let Task::Test {
        address,
        public_url,
        mail,
    } = &arguments.task;
    let url = config.public_address(public_url.clone())?;
    let Some(chosen) = mail.chosen(&config)? else {
        let usual = || Some(directory?.join(config::FILE_NAME));
        let file = arguments.config.clone().or_else(usual);
        return Err(no_mail(file.as_deref()));
    };
    progress::block_on(test(address, chosen, url, terminal))?
}

/// No mail is set up in the file that was looked at.
fn no_mail(file: Option<&Path>) -> Failure {
    let place = match file {
        Some(file) if file.exists() => format!(" in {}", file.display()),
        Some(file) => format!(": there is no {}", file.display()),
        None => String::new(),
    };
    Failure::said(format!(
        "No mail is set up{place}. Name the server's directory with `--data DIR`, or the server that takes mails with \
         `--mail-server`, such as `smtp://mail.example.com`, or `mail_server` in usher.toml, and the sender with \
         `--mail-from`."
    ))
}

async fn test(
    address: &Email,
    mut chosen: ChosenMail,
    url: Option<String>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let now = Clock::System.now();
    let id = draw_bits(now).map_err(|error| Failure::because("The mail could not be made", &error))?;
    let mail = Mail {
        name: None,
        account: None,
        zone: None,
        message: Message::Test,
    };
    let letter = letter(&mail, None, None, &Place { url }, &BrandLook::default())
        .map_err(|error| Failure::because("The mail could not be made", &error))?;
    let to: Arc<str> = address.as_str().into();
    let outcome = chosen.post.send(OutboxId::from_bits(id), &letter, &to, now).await;
    chosen.post.rest().await;
    let setup = &chosen.setup;
    match outcome {
        Outcome::Sent if chosen.is_sent => {
            writeln!(
                terminal.out(),
                "{} has accepted the test mail from {}. Look whether it arrives, also among the junk mail.",
                setup.to,
                setup.from
            )?;
            Ok(())
        }
        Outcome::Sent => {
            writeln!(terminal.out(), "The test mail is a file in {}.", setup.to)?;
            Ok(())
        }
        Outcome::NotSent(trouble) => Err(Failure::said(format!(
            "The test mail was not sent: {}",
            trouble.why
        ))),
        Outcome::Unknown(trouble) => Err(Failure::said(format!(
            "It is not known whether the test mail was sent: {}",
            trouble.why
        ))),
    }
}
