//! The operator's settings in `usher.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use usher_domain::account::Plan;
use usher_domain::text::{Origin, PlanName};
use usher_domain::{AccountId, Secs};
use usher_identity::{InvalidLifetimes, Lifetimes};

use super::address::checked_url;
use super::setting::{Setting, Source};
use super::wrong;
use crate::Failure;
use crate::log::{Format, Level};

/// The name of the file in the data directory.
pub(crate) const FILE_NAME: &str = "usher.toml";

/// The contents of the file; `docs/usher.toml` explains them. Arguments and the environment override it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The address to listen on.
    pub(super) listen: Option<String>,
    /// The address at which people reach this server.
    pub(super) public_url: Option<String>,
    /// The file with the TLS certificate.
    pub(super) tls_cert: Option<PathBuf>,
    /// The file with its key.
    pub(super) tls_key: Option<PathBuf>,
    /// Networks of proxies that may name the client of a request.
    pub(super) trusted_proxies: Option<Vec<String>>,
    /// The most simultaneous connections from one network address.
    pub(super) connections_per_address_max: Option<NonZeroU32>,
    /// An address that serves only `/metrics`.
    pub(super) metrics_listen: Option<String>,
    /// The file with the token for `/metrics`.
    pub(super) metrics_token_file: Option<PathBuf>,
    /// Accounts that `/metrics` shows one by one.
    #[serde(default)]
    pub(super) metrics_accounts: BTreeSet<AccountId>,
    /// How long an unused portal session lives.
    session_idle_secs: Option<u32>,
    /// How long a portal session lives at most.
    session_life_secs: Option<u32>,
    /// How long a user token is valid.
    token_life_secs: Option<u32>,
    /// Origins whose pages may call the API in a browser, for all accounts.
    #[serde(default)]
    pub(super) cors_origins: BTreeSet<Origin>,
    /// Whether identity providers may be in private networks.
    pub(super) private_providers: Option<bool>,
    /// Whether requests to providers go through the proxy of the environment.
    pub(super) proxy_from_environment: Option<bool>,
    /// The DNS server for the TXT records of accounts' domains.
    pub(super) dns_server: Option<String>,
    /// The file with the key that secrets at rest are sealed with.
    pub(super) secrets_key_file: Option<PathBuf>,
    /// How much is logged.
    pub(super) log_level: Option<Level>,
    /// The format of log lines.
    pub(super) log_format: Option<Format>,
    /// The server that takes mails.
    pub(super) mail_server: Option<String>,
    /// The sender of mails.
    pub(super) mail_from: Option<String>,
    /// The user at the mail server.
    pub(super) mail_user: Option<String>,
    /// The file with the password of that user.
    pub(super) mail_password_file: Option<PathBuf>,
    /// The file with authorities for the mail server's certificate.
    pub(super) mail_authorities: Option<PathBuf>,
    /// The directory that mails are written to instead.
    pub(super) mail_to_directory: Option<PathBuf>,
    /// The operator's own address.
    pub(super) mail_operator: Option<String>,
    /// Plans in addition to the built-in ones, or replacing them (L7).
    #[serde(default)]
    plans: BTreeMap<PlanName, PlanConfig>,
    /// The path of the file.
    #[serde(skip)]
    file: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanConfig {
    shared_seats: bool,
}

impl Config {
    /// Reads the named file, which must exist, or the one in the data directory, which need not.
    pub(crate) fn read(named: Option<&Path>, directory: Option<&Path>) -> Result<Self, Failure> {
        let usual = directory.map(|directory| directory.join(FILE_NAME));
        let Some(file) = named.or(usual.as_deref()) else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, file),
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => Ok(Self::default()),
            Err(error) => {
                let text = format_args!("Cannot read the configuration in {}", file.display());
                Err(Failure::because(text, &error))
            }
        }
    }

    pub(super) fn parse(text: &str, file: &Path) -> Result<Self, Failure> {
        let parsed: Result<Self, _> = toml::from_str(text);
        let mut config = parsed.map_err(|error| {
            let why = wrong::in_words(text, &error);
            Failure::said(format!(
                "The configuration in {} cannot be used: {why}",
                file.display()
            ))
        })?;
        file.clone_into(&mut config.file);
        let folder = file.parent().unwrap_or(Path::new(""));
        for path in config.named_files().into_iter().flatten() {
            *path = folder.join(&path);
        }
        if let Some(directory) = &mut config.mail_to_directory {
            *directory = folder.join(&directory);
        }
        Ok(config)
    }

    /// The keys that name files.
    const fn named_files(&mut self) -> [&mut Option<PathBuf>; 6] {
        [
            &mut self.tls_cert,
            &mut self.tls_key,
            &mut self.secrets_key_file,
            &mut self.metrics_token_file,
            &mut self.mail_password_file,
            &mut self.mail_authorities,
        ]
    }

    /// The file itself and the files that it names: what a server needs besides its data. Empty if there is no file.
    pub(crate) fn into_files(mut self) -> Vec<PathBuf> {
        let file = std::mem::take(&mut self.file);
        if file.as_os_str().is_empty() {
            return Vec::new();
        }
        let named = self.named_files().map(Option::take);
        std::iter::once(file).chain(named.into_iter().flatten()).collect()
    }

    /// The value of the argument or the environment, or else that of the file.
    pub(super) fn choose<T: Clone>(&self, argument: Option<T>, written: Option<&T>) -> Option<Setting<T>> {
        let given = argument.map(|value| Setting {
            value,
            place: Source::Arguments,
        });
        given.or_else(|| {
            written.map(|value| Setting {
                value: value.clone(),
                place: Source::File(self.file.clone()),
            })
        })
    }

    /// The address at which people reach the server, without a trailing slash: `given` as an argument, or the file's.
    pub(crate) fn public_address(&self, given: Option<String>) -> Result<Option<String>, Failure> {
        let url = self.choose(given, self.public_url.as_ref());
        url.as_ref().map(checked_url).transpose()
    }

    /// How long people stay signed in.
    pub(super) fn lifetimes(&self) -> Result<Lifetimes, Failure> {
        let usual = Lifetimes::default();
        let chosen = |secs: Option<u32>, usual: Secs| secs.map_or(usual, Secs::new);
        let lifetimes = Lifetimes {
            session_idle: chosen(self.session_idle_secs, usual.session_idle),
            session: chosen(self.session_life_secs, usual.session),
            token: chosen(self.token_life_secs, usual.token),
        };
        lifetimes.checked().map_err(|error| {
            let key = match error {
                InvalidLifetimes::SessionIdle => "session_idle_secs",
                InvalidLifetimes::Session => "session_life_secs",
                InvalidLifetimes::Token => "token_life_secs",
            };
            Failure::said(format!(
                "`{key}` in {} cannot be used: {error}.",
                self.file.display()
            ))
        })
    }

    /// The plans that subscriptions may name.
    pub(super) fn plans(&self) -> Vec<Plan> {
        let mut plans = Plan::built_in();
        plans.retain(|plan| !self.plans.contains_key(&plan.name));
        plans.extend(self.plans.iter().map(|(name, plan)| Plan {
            name: name.clone(),
            shared_seats: plan.shared_seats,
        }));
        plans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("usher.toml")).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_example_has_every_key_and_can_be_used() {
        let example = include_str!("../../../../docs/usher.toml");

        let config = Config::parse(example, Path::new("/etc/usher/usher.toml")).unwrap();

        let lifetimes = config.lifetimes().unwrap();
        let Config {
            listen,
            public_url,
            tls_cert,
            tls_key,
            trusted_proxies,
            connections_per_address_max,
            ref metrics_listen,
            ref metrics_token_file,
            ref metrics_accounts,
            session_idle_secs: _,
            session_life_secs: _,
            token_life_secs: _,
            cors_origins,
            private_providers,
            proxy_from_environment,
            dns_server,
            secrets_key_file,
            log_level,
            log_format,
            mail_server,
            mail_from,
            mail_user,
            ref mail_password_file,
            ref mail_authorities,
            ref mail_to_directory,
            mail_operator,
            ref plans,
            file: _,
        } = config;
        assert_eq!(listen.as_deref(), Some("0.0.0.0:443"));
        assert_eq!(cors_origins.len(), 1);
        assert_eq!(public_url.as_deref(), Some("https://usher.example.com"));
        assert_eq!(tls_cert, Some("/etc/usher/tls/fullchain.pem".into()));
        assert_eq!(tls_key, Some("/etc/usher/tls/key.pem".into()));
        assert_eq!(trusted_proxies.unwrap().len(), 2);
        assert_eq!(
            connections_per_address_max,
            Some(usher_http::CONNECTIONS_PER_ADDRESS)
        );
        assert_eq!(metrics_listen.as_deref(), Some("127.0.0.1:9464"));
        assert_eq!(*metrics_token_file, Some("/etc/usher/metrics.token".into()));
        assert_eq!(metrics_accounts.len(), 1);
        assert_eq!(lifetimes, Lifetimes::default());
        assert_eq!(private_providers, Some(false));
        assert_eq!(proxy_from_environment, Some(false));
        assert_eq!(dns_server.as_deref(), Some("9.9.9.9"));
        assert_eq!(secrets_key_file, Some("/etc/usher/secrets.key".into()));
        assert_eq!((log_level, log_format), (Some(Level::Info), Some(Format::Text)));
        let mail = [mail_server, mail_from, mail_user, mail_operator];
        assert!(mail.iter().all(Option::is_some));
        assert_eq!(*mail_password_file, Some("/etc/usher/mail.password".into()));
        assert_eq!(*mail_authorities, Some("/etc/usher/mail-authorities.pem".into()));
        assert_eq!(*mail_to_directory, None);
        assert_eq!(plans.len(), 1);
    }

    #[test]
    fn paths_are_relative_to_the_folder_of_the_file() {
        let text = "tls_cert = \"cert.pem\"\ntls_key = \"/keys/key.pem\"\n";

        let config = Config::parse(text, Path::new("/etc/usher/usher.toml")).unwrap();
        let beside = Config::parse(text, Path::new("usher.toml")).unwrap();

        assert_eq!(config.tls_cert, Some("/etc/usher/cert.pem".into()));
        assert_eq!(config.tls_key, Some("/keys/key.pem".into()));
        assert_eq!(beside.tls_cert, Some("cert.pem".into()));
    }

    #[test]
    fn an_argument_overrides_the_file() {
        let config = parse("listen = \"127.0.0.1:1\"\n").unwrap();
        let choose = |argument: Option<&str>| {
            let chosen = config.choose(argument.map(str::to_owned), config.listen.as_ref());
            chosen.map(|setting| (setting.value, setting.place))
        };

        let written = Source::File("usher.toml".into());
        assert_eq!(choose(None), Some(("127.0.0.1:1".to_owned(), written)));
        assert_eq!(
            choose(Some("[::1]:2")),
            Some(("[::1]:2".to_owned(), Source::Arguments))
        );
        assert_eq!(config.choose(None, config.public_url.as_ref()), None);
    }

    #[test]
    fn l7_the_operator_may_add_plans_and_redefine_built_in_ones() {
        let config = parse("[plans.gold]\nshared_seats = true\n[plans.team]\nshared_seats = true\n").unwrap();

        let plans = config.plans();

        let plans: Vec<_> = plans
            .iter()
            .map(|plan| (plan.name.as_str(), plan.shared_seats))
            .collect();
        assert_eq!(plans, [("enterprise", true), ("gold", true), ("team", true)]);
    }

    /// A file, the number of its wrong line, and the message.
    const WRONG: &[(&str, usize, &str)] = &[
        (
            "lissten = \"127.0.0.1:80\"",
            1,
            "`lissten` is not a known key; did you mean `listen`?",
        ),
        (
            "colour = \"red\"",
            1,
            "`colour` is not a known key. docs/usher.toml shows all keys",
        ),
        (
            "[plans.Gold]\nshared_seats = true",
            1,
            "must be a plan name: 1 to 64 of a-z",
        ),
        ("[plans.gold]", 1, "`gold` needs `shared_seats`, which is missing"),
        (
            "[plans.gold]\nshared_seat = true",
            2,
            "`shared_seat` is not a known key; did you mean `shared_seats`?",
        ),
        ("[plans]\ngold = true", 2, "`gold` must be a table, not `true`"),
        (
            "[listen]\nport = 80",
            1,
            "`listen` must be a text in quotes, not a table",
        ),
        (
            "\nlisten = { port = 80 }",
            2,
            "`listen` must be a text in quotes, not a table",
        ),
        (
            "listen = 8080",
            1,
            "`listen` must be a text in quotes, not `8080`",
        ),
        (
            "tls_cert = 1",
            1,
            "`tls_cert` must be the path of a file, in quotes, not `1`",
        ),
        (
            "trusted_proxies = \"none\"",
            1,
            "`trusted_proxies` must be a list in brackets, not the text \"none\"",
        ),
        (
            "private_providers = \"yes\"",
            1,
            "`private_providers` must be `true` or `false`, without quotes",
        ),
        (
            "connections_per_address_max = 0",
            1,
            "must be a whole number from 1 to 4294967295",
        ),
        (
            "log_format = \"yaml\"",
            1,
            "`log_format` must be `text` or `json`, not `yaml`",
        ),
        (
            "log_level = \"loud\"",
            1,
            "`log_level` must be one of `error`, `warn`, `info`",
        ),
        (
            "session_idle_secs = \"1 h\"",
            1,
            "must be a whole number from 0 to 4294967295",
        ),
        (
            "session_idle_secs = -1",
            1,
            "must be a whole number from 0 to 4294967295",
        ),
        (
            "cors_origins = [\"acme.example\"]",
            1,
            "`cors_origins` must be an origin such as `https://",
        ),
        ("listen = 127.0.0.1:80", 1, "this is not TOML"),
        ("listen", 1, "this is not TOML"),
        ("listen = \"a\"\nlisten = \"b\"", 2, "is set twice"),
    ];

    #[test]
    fn an_error_is_a_sentence_with_the_line_and_the_key() {
        for (wrong, line, said) in WRONG {
            let error = parse(wrong).unwrap_err();
            let start = format!("The configuration in usher.toml cannot be used: line {line}: ");
            assert!(error.starts_with(&start), "{wrong}: {error}");
            assert!(error.contains(said), "{wrong}: {error}");
            let shown = wrong.lines().nth(line - 1).unwrap_or_default();
            assert!(error.ends_with(&format!("\n  {shown}")), "{wrong}: {error}");
            for developers in [
                "invalid type",
                "expected",
                "struct ",
                "sequence",
                "u32",
                "unknown field",
            ] {
                assert!(!error.contains(developers), "{wrong}: {error}");
            }
        }
    }

    #[test]
    fn the_life_of_sessions_has_bounds() {
        let lifetimes = |text: &str| {
            parse(text)
                .unwrap()
                .lifetimes()
                .map_err(|failure| failure.to_string())
        };

        let chosen =
            lifetimes("session_idle_secs = 900\nsession_life_secs = 36000\ntoken_life_secs = 3600\n")
                .unwrap();
        assert_eq!(chosen.session_idle, Secs::new(900));
        assert_eq!(chosen.session, Secs::new(36_000));
        assert_eq!(chosen.token, Secs::new(3_600));
        for (wrong, key) in [
            ("session_idle_secs = 10\n", "session_idle_secs"),
            ("session_life_secs = 3600\n", "session_life_secs"),
            ("token_life_secs = 9999999\n", "token_life_secs"),
        ] {
            let error = lifetimes(wrong).unwrap_err();
            assert!(error.starts_with(&format!("`{key}` in usher.toml")), "{error}");
        }
    }

    #[test]
    fn a_named_file_must_exist_but_the_default_one_need_not() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("other.toml");

        assert!(Config::read(None, Some(directory.path())).is_ok());
        assert!(Config::read(Some(&missing), None).is_err());
    }
}
