//! `usher serve`: the server.

mod config;
mod secrets;
mod setting;
mod signals;
mod transport;

pub(crate) use signals::stop;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use usher_api::{Api, CONNECTIONS_PER_ADDRESS};
use usher_engine::{Clock, Engine, Options};
use usher_identity::single_sign_on::Reach;
use usher_identity::{Identity, Secret};
use usher_journal::{AccountFilter, PageRequest, Records};
use usher_journal_sqlite::SqliteJournal;

use self::config::Config;
use self::secrets::SecretsArguments;
use self::setting::Setting;
use self::transport::{FreshTls, TransportArguments};
use crate::data::{DataArgument, Lock, open_journal};
use crate::terminal::{bold, dim};
use crate::{Failure, Terminal, operator_key};

/// Where a server listens that was not told otherwise: where only this machine reaches it.
const LISTEN: &str = "127.0.0.1:8080";
/// How often tokens that have expired are cleared away.
const MAINTAIN_EVERY: Duration = Duration::from_mins(5);

/// Run the server
#[derive(Debug, Args)]
#[command(after_help = concat!("\
The first start makes an operator key and shows it once. `USHER_OPERATOR_KEY` sets one instead, also
in place of one that was lost. `USHER_SECRETS_KEY` gives the key that secrets at rest are sealed with:
32 bytes, in base 64 or as hexadecimal digits; several apart by commas, the current one first. Without
it and without a file for it, the first start makes the file secrets.key in the data directory.

A configuration with all that it may hold:

", include_str!("../../../../docs/usher.toml")))]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes one that is free [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT", env = "USHER_LISTEN")]
    listen: Option<String>,
    #[command(flatten)]
    data: DataArgument,
    /// The configuration [default: usher.toml in the data directory, if there is one]
    #[arg(long, value_name = "FILE", env = "USHER_CONFIG")]
    config: Option<PathBuf>,
    /// Where customers reach this server, for the links they get: `https://usher.example.com`
    #[arg(long, value_name = "URL", env = "USHER_PUBLIC_URL")]
    public_url: Option<String>,
    /// Let accounts sign in at providers in private networks and on this machine, not on the internet only
    #[arg(
        long,
        env = "USHER_PRIVATE_PROVIDERS",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = clap::builder::BoolishValueParser::new(),
        hide_possible_values = true
    )]
    private_providers: Option<bool>,
    /// Keep everything in memory, with a clock that moves only when told to: for trying out and for tests
    #[arg(long)]
    sandbox: bool,
    #[arg(skip = std::env::var("USHER_OPERATOR_KEY").ok().filter(|key| !key.is_empty()))]
    operator_key: Option<String>,
    #[command(flatten)]
    secrets: SecretsArguments,
    #[command(flatten)]
    transport: TransportArguments,
}

/// Serves until it is told to stop.
pub(crate) fn run(arguments: Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::because("The server could not start", &error))?;
    runtime.block_on(serve(arguments, terminal))
}

/// What a server stands on.
pub(crate) struct Store {
    journal: SqliteJournal,
    pub(crate) identity: Identity,
    directory: Option<PathBuf>,
    /// The file with the secrets key, where this start made it.
    made_key: Option<PathBuf>,
    _lock: Option<Lock>,
}

async fn serve(arguments: Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let stop = signals::stop().map_err(|error| Failure::because("The server could not start", &error))?;
    let directory = if arguments.sandbox {
        None
    } else {
        Some(arguments.data.directory()?)
    };
    let config = Config::read(arguments.config.as_deref(), directory.as_deref())?;
    let tls = arguments.transport.tls(&config)?;
    let trusted_proxies = arguments.transport.trusted_proxies(&config)?;
    let public_url = config.choose(arguments.public_url, config.public_url.as_ref());
    let public_url = public_url.as_ref().map(checked_url).transpose()?;
    let private_providers = arguments.private_providers.or(config.private_providers);
    let lock = directory.as_deref().map(Lock::take).transpose()?;
    let listener = match config.choose(arguments.listen, config.listen.as_ref()) {
        Some(Setting { value, place }) => listen_on(&value, &place.name("--listen", "listen")).await?,
        None => listen_on(LISTEN, "`--listen`").await?,
    };
    let store = Store::open(directory, lock, &arguments.secrets, &config)?;
    let key = first_operator_key(&store.identity, arguments.operator_key.as_deref()).await?;

    let clock = if arguments.sandbox {
        Clock::manual(Clock::System.now())
    } else {
        Clock::System
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let connections_max = config.connections_per_address_max;
    let config = usher_api::Config {
        plans: config.plans(),
        sandbox: arguments.sandbox,
        public_url,
        own_url: Some(format!("{scheme}://{}", openable(listener.local_addr()?))),
        trusted_proxies,
        connections_per_address_max: connections_max.unwrap_or(CONNECTIONS_PER_ADDRESS),
        // A sandbox is for trying out, on one's own machine too.
        providers: if private_providers == Some(true) || arguments.sandbox {
            Reach::PrivateToo
        } else {
            Reach::Internet
        },
        ..usher_api::Config::default()
    };
    greet(&listener, scheme, &store, key.as_ref(), terminal)?;
    let url = config.public_url.clone().or_else(|| config.own_url.clone());
    let url = url.unwrap_or_default();
    show_way_in(&store, &url, terminal).await?;
    run_until(stop, listener, tls, &store, clock, config).await
}

/// Serves until `stop`, then finishes what was begun and leaves nothing unsaved.
pub(crate) async fn run_until(
    stop: impl Future<Output = ()> + Send,
    listener: TcpListener,
    tls: Option<FreshTls>,
    store: &Store,
    clock: Clock,
    config: usher_api::Config,
) -> Result<(), Failure> {
    let journal = Arc::new(store.journal.clone());
    let engine = Engine::start(Arc::clone(&journal) as _, clock, Options::default())
        .await
        .map_err(|error| Failure::because("The server could not start", &error))?;
    let api = Api::new(engine.clone(), store.identity.clone(), journal, config);
    let (rest, _) = usher_api::router(Arc::clone(&api));
    let site = usher_portal::site(Arc::clone(&api), rest);
    let upkeep = tokio::spawn(maintain(Arc::clone(&api)));
    let connections = Arc::clone(api.connections());
    let stopped = async move {
        stop.await;
        tracing::info!("stopping");
        api.close();
    };
    let reread = tokio::spawn(reread_keys(store.identity.clone()));
    let shown = tls.as_ref().map(|fresh| fresh.tls.clone());
    let fresh = tls.map(|fresh| tokio::spawn(transport::keep_fresh(fresh)));
    let served = usher_api::serve(listener, site, shown, connections, stopped).await;
    for task in [Some(upkeep), Some(reread), fresh].into_iter().flatten() {
        task.abort();
    }
    engine.shutdown().await;
    if let Err(error) = store.identity.maintain(engine.now()).await {
        tracing::warn!(%error, "credentials were not cleared up");
    }
    tracing::info!("stopped");
    served.map_err(|error| Failure::because("The server stopped", &error))
}

impl Store {
    /// What a server in memory stands on.
    pub(crate) fn in_memory() -> Result<Self, Failure> {
        Self::open(None, None, &SecretsArguments::default(), &Config::default())
    }

    fn open(
        directory: Option<PathBuf>,
        lock: Option<Lock>,
        secrets: &SecretsArguments,
        config: &Config,
    ) -> Result<Self, Failure> {
        let journal = match &directory {
            Some(directory) => open_journal(directory)?,
            None => SqliteJournal::open_in_memory()
                .map_err(|error| Failure::because("The sandbox could not start", &error))?,
        };
        let (identity, made_key) = match &directory {
            Some(directory) => secrets.open_identity(&journal, directory, config)?,
            None => (Identity::in_memory().map_err(|error| cannot_open(&error))?, None),
        };
        Ok(Self {
            journal,
            identity,
            directory,
            made_key,
            _lock: lock,
        })
    }
}

fn cannot_open(error: &dyn std::error::Error) -> Failure {
    Failure::because("Cannot open the credentials", error)
}

/// Listens at an address, or says why not; `setting` is what another one is chosen with.
pub(crate) async fn listen_on(address: &str, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::said(format!(
            "Another program listens on {address} already. Stop it, or choose another port with {setting}."
        )),
        ErrorKind::PermissionDenied => Failure::said(format!(
            "Not allowed to listen on {address}. Choose a port above 1023 with {setting}."
        )),
        ErrorKind::InvalidInput => Failure::Usage(format!(
            "`{address}` is not a place to listen on. Give {setting} a host and a port, as in `{LISTEN}`."
        )),
        _ => Failure::because(format_args!("Cannot listen on {address}"), &error),
    })
}

/// Sets the key that the operator brings, or draws one where there is none yet: that one has to be shown.
pub(crate) async fn first_operator_key(
    identity: &Identity,
    given: Option<&str>,
) -> Result<Option<Secret>, Failure> {
    let cannot = |error| Failure::because("The operator key cannot be used", &error);
    let now = Clock::System.now();
    match given {
        Some(key) => identity
            .set_operator_key(key, now)
            .await
            .map(|()| None)
            .map_err(cannot),
        None => identity.create_operator_key(now).await.map_err(cannot),
    }
}

fn greet(
    listener: &TcpListener,
    scheme: &str,
    store: &Store,
    key: Option<&Secret>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let url = format!("{scheme}://{address}");
    let out = terminal.out();
    writeln!(out, "Usher listens on {}", bold(&url))?;
    match store.directory.as_deref().map(Path::display) {
        Some(directory) => writeln!(out, "The data is in {directory}")?,
        None => writeln!(
            out,
            "This is a sandbox: everything is in memory, and the clock stands until it is moved."
        )?,
    }
    if let Some(file) = store.made_key.as_deref().map(Path::display) {
        writeln!(
            out,
            "Secrets in the data are sealed with the new key in {file}. Keep a copy of it apart from backups of the data: \
             neither is of use without the other."
        )?;
    }
    if let Some(key) = key {
        writeln!(out, "\nOperator key: {}", bold(key.expose()))?;
        writeln!(out, "{}", dim("Keep it well: it is shown only this once."))?;
    }
    out.flush()?;
    tracing::info!(%address, "serving");
    Ok(())
}

/// An address at which browsers find this server, without a slash at its end: links are made of it, and cookies and
/// redirects depend on whether it is `https`.
fn checked_url(setting: &Setting<String>) -> Result<String, Failure> {
    let text = &setting.value;
    let url = text.trim_end_matches('/');
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_host = |host: &str| {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(is_usual)
    };
    if host.is_some_and(is_host) {
        return Ok(url.to_owned());
    }
    let name = setting.place.name("--public-url", "public_url");
    Err(setting.place.failure(format!(
        "`{text}` is not the address of a server. Give {name} one as `https://usher.example.com`, without a path."
    )))
}

/// An address that a browser on this machine can open, also where the server listens on all of its addresses.
fn openable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Shows where to sign in, or the link to the page that sets the first account up, as long as there is none.
async fn show_way_in(store: &Store, url: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    let one = PageRequest::new(1, None);
    let accounts = store.journal.list_accounts(AccountFilter::default(), one).await;
    let accounts = accounts.map_err(|error| Failure::because("The server could not start", &error))?;
    let cannot = |error| Failure::because("The set-up link cannot be made", &error);
    let out = terminal.out();
    if !accounts.items.is_empty() {
        store.identity.remove_setup_link().await.map_err(cannot)?;
        writeln!(out, "Sign in at {}", bold(format!("{url}/sign-in")))?;
        out.flush()?;
        return Ok(());
    }
    let link = store.identity.create_setup_link().await.map_err(cannot)?;
    let link = format!("{url}/setup/{}", link.expose());
    writeln!(out, "\nSet up the first account: {}", bold(&link))?;
    writeln!(
        out,
        "{}",
        dim(
            "Open it in a browser. The link works once; later starts show another as long as there is no account."
        )
    )?;
    out.flush()?;
    Ok(())
}

/// Takes over what `usher operator-key` did to the keys in the database.
async fn reread_keys(identity: Identity) {
    let mut turns = tokio::time::interval(operator_key::TAKEN_OVER_WITHIN);
    loop {
        turns.tick().await;
        if let Err(error) = identity.reread_operator_keys().await {
            tracing::warn!(%error, "the operator keys were not read anew");
        }
    }
}

async fn maintain(api: Arc<Api>) {
    let mut turns = tokio::time::interval(MAINTAIN_EVERY);
    loop {
        turns.tick().await;
        if let Err(error) = api.identity().maintain(api.engine().now()).await {
            tracing::warn!(%error, "credentials were not cleared up");
        }
        if let Err(error) = api.record_left_over().await {
            tracing::warn!(%error, "changes of credentials were not recorded");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::setting::Place;
    use super::*;

    #[test]
    fn a_public_address_has_a_scheme_and_a_host_and_nothing_else() {
        for (given, url) in [
            ("https://usher.example.com", "https://usher.example.com"),
            ("https://usher.example.com/", "https://usher.example.com"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(checked_url(&given_as(given)).unwrap(), url);
        }
        for wrong in [
            "usher.example.com",
            "https://",
            "ftp://x",
            "https://x/path",
            "https://x?y",
            "https://a b",
        ] {
            assert!(checked_url(&given_as(wrong)).is_err(), "{wrong}");
        }
        let written = Setting {
            place: Place::File("/etc/usher/usher.toml".into()),
            ..given_as("https://x/path")
        };
        let error = checked_url(&written).unwrap_err().to_string();
        assert!(
            error.contains("Give `public_url` in /etc/usher/usher.toml one as `https"),
            "{error}"
        );
    }

    #[test]
    fn private_providers_are_let_in_or_kept_out_by_the_argument() {
        #[derive(clap::Parser)]
        struct Serve {
            #[command(flatten)]
            arguments: Arguments,
        }
        let parse = |words: &[&str]| {
            let parsed: Result<Serve, _> = clap::Parser::try_parse_from([&["serve"], words].concat());
            parsed.map(|serve| serve.arguments.private_providers)
        };

        assert_eq!(parse(&[]).unwrap(), None);
        assert_eq!(parse(&["--private-providers"]).unwrap(), Some(true));
        assert_eq!(parse(&["--private-providers=false"]).unwrap(), Some(false));
        assert_eq!(parse(&["--private-providers", "--sandbox"]).unwrap(), Some(true));
        assert!(parse(&["--private-providers=maybe"]).is_err());
    }

    fn given_as(url: &str) -> Setting<String> {
        Setting {
            value: url.to_owned(),
            place: Place::Arguments,
        }
    }

    #[test]
    fn a_link_leads_to_this_machine_where_the_server_listens_everywhere() {
        for (listens, shown) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(openable(listens.parse().unwrap()).to_string(), shown);
        }
    }
}
