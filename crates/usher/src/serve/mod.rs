//! `usher serve`: the server.

mod address;
pub(crate) mod config;
mod greeting;
mod limits;
mod mail;
mod mails;
mod metrics;
mod outward;
pub(crate) mod secrets;
mod setting;
mod signals;
mod stop;
mod store;
mod temporary;
mod transport;
mod wrong;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use usher_app::App;
use usher_engine::{Clock, Engine, Options};
use usher_http::CONNECTIONS_PER_ADDRESS;
use usher_identity::Identity;
use usher_identity::single_sign_on::Reach;
use usher_mail::Post;

use self::address::{LISTEN, listen_on, openable, plain_http_warning};
use self::config::Config;
use self::greeting::{greet, show_way_in};
pub(crate) use self::mail::{ChosenMail, MailArguments};
use self::mails::Mails;
use self::metrics::MetricsArguments;
pub(crate) use self::secrets::{SECRETS_KEY_NAME, SECRETS_KEY_WAYS, SecretsArguments};
use self::setting::Setting;
pub use self::signals::stop;
pub(crate) use self::store::authenticator;
use self::store::{FirstKey, Store, first_operator_key, set_operator_key};
pub use self::temporary::TemporaryServer;
use self::transport::{FreshTls, TransportArguments};
use crate::data::{DataArgument, FirstStart, Lock, network_file_system};
use crate::terminal::WARNING;
use crate::{Failure, Terminal, log, note, operator_key};

/// How often expired tokens are deleted.
const MAINTAIN_EVERY: Duration = Duration::from_mins(5);

/// Run the server
#[derive(Debug, Args)]
#[command(mut_args(switch))]
#[command(after_help = concat!("\
The first start creates an operator key and shows it once; if its output is not a terminal, the key is
in the file operator.key in the data directory instead. `USHER_OPERATOR_KEY` sets your own key, also to
replace a lost one. `USHER_SECRETS_KEY` gives the key that secrets at rest are sealed with: 32 bytes,
in base 64 or as hexadecimal digits; several separated by commas, the current one first. Without it and
without a key file, the first start creates the file secrets.key in the data directory.

A configuration with every setting:

", include_str!("../../../../docs/usher.toml")))]
pub(crate) struct Arguments {
    /// The address to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT", env = "USHER_LISTEN")]
    listen: Option<String>,
    #[command(flatten)]
    data: DataArgument,
    /// The configuration file [default: usher.toml in the data directory, if it exists]
    #[arg(long, value_name = "FILE", env = "USHER_CONFIG")]
    config: Option<PathBuf>,
    /// The address at which people reach this server, used in links: `https://usher.example.com`
    #[arg(long, value_name = "URL", env = "USHER_PUBLIC_URL")]
    public_url: Option<String>,
    /// Let accounts use identity providers in private networks and on this machine, not only on the internet
    #[arg(long, env = "USHER_PRIVATE_PROVIDERS")]
    private_providers: Option<bool>,
    /// Start even though acknowledged changes are missing: after a loss, or on a backup. No mails are sent until the
    /// next start
    #[arg(long)]
    accept_loss: bool,
    /// Send no mails, whatever is set up: to practice a restore. Mails that wait go on waiting
    #[arg(long)]
    no_mail: bool,
    /// Send requests to providers through the proxy that `HTTPS_PROXY` names, except to hosts of `NO_PROXY`
    #[arg(long, env = "USHER_PROXY_FROM_ENVIRONMENT")]
    proxy_from_environment: Option<bool>,
    /// The DNS server for the TXT records of accounts' domains [default: this machine's]
    #[arg(long, value_name = "IP[:PORT]", env = "USHER_DNS_SERVER")]
    dns_server: Option<String>,
    /// Keep everything in memory, with a clock that moves only on request: for trying things out and for tests
    #[arg(long)]
    sandbox: bool,
    #[arg(skip = std::env::var("USHER_OPERATOR_KEY").ok().filter(|key| !key.is_empty()))]
    operator_key: Option<String>,
    #[command(flatten)]
    secrets: SecretsArguments,
    #[command(flatten)]
    transport: TransportArguments,
    /// How much to log: `info` has one line for each request that changes something or is refused [default: info]
    #[arg(long, value_name = "LEVEL", env = "USHER_LOG_LEVEL", value_enum)]
    log_level: Option<log::Level>,
    /// The log's format: text for people, or json for programs [default: text]
    #[arg(long, value_name = "FORMAT", env = "USHER_LOG_FORMAT", value_enum)]
    log_format: Option<log::Format>,
    #[command(flatten)]
    metrics: MetricsArguments,
    #[command(flatten)]
    mail: MailArguments,
}

/// Arguments that switch something on by name alone, and on or off with a value.
const SWITCHES: [&str; 2] = ["private_providers", "proxy_from_environment"];

fn switch(argument: clap::Arg) -> clap::Arg {
    if !SWITCHES.contains(&argument.get_id().as_str()) {
        return argument;
    }
    argument
        .value_name("BOOL")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .value_parser(clap::builder::BoolishValueParser::new())
        .hide_possible_values(true)
}

/// Runs the server until it is stopped.
pub(crate) fn run(arguments: Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::because("The server could not start", &error))?;
    let directory = (!arguments.sandbox)
        .then(|| arguments.data.directory())
        .transpose()?;
    let mut format = log::Format::Text;
    let served = runtime.block_on(serve(arguments, directory.clone(), &mut format, terminal));
    // A thread that hangs on the disk must not keep the program from ending.
    runtime.shutdown_background();
    let served = served.map_err(|failure| match &directory {
        Some(directory) => failure.in_directory(directory),
        None => failure,
    });
    match (served, format) {
        // Programs read this output line by line, including the reason why the server does not run.
        (Err(failure), log::Format::Json) => Err(failure.logged()),
        (served, _) => served,
    }
}

/// Runs the server. `format` is set to the log's format as soon as that is known.
async fn serve(
    arguments: Arguments,
    directory: Option<PathBuf>,
    format: &mut log::Format,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let stop = signals::stop().map_err(|error| Failure::because("The server could not start", &error))?;
    let config = Config::read(arguments.config.as_deref(), directory.as_deref())?;
    *format = arguments.log_format.or(config.log_format).unwrap_or_default();
    log::start(
        arguments.log_level.or(config.log_level).unwrap_or_default(),
        *format,
    )?;
    let tls = arguments.transport.tls(&config)?;
    let mut settings = chosen_settings(&arguments, &config)?;
    let mut mails = chosen_mails(&arguments, &config, settings.public_url.as_deref())?;
    // Declared first, so that it is dropped after everything below that has these files open.
    let mut first_start = directory.as_deref().and_then(FirstStart::look);
    let lock = directory.as_deref().map(Lock::take).transpose()?;
    if let Some(first_start) = &mut first_start {
        first_start.arm();
    }
    let listener = listen(&arguments, &config).await?;
    let metrics = arguments.metrics.listener(&config).await?;
    settings.metrics_token = arguments.metrics.token(&config)?;
    let store = checked_store(&arguments, &config, directory.zip(lock)).await?;
    if store.has_accepted_loss {
        mails = Mails::after_loss(&store.identity).await?;
    }
    let drawn = first_operator_key(&store.identity, arguments.operator_key.as_deref()).await?;
    let is_shown = terminal.is_shown();
    let key = drawn
        .clone()
        .map(|key| FirstKey::new(key, store.directory.as_deref(), is_shown))
        .transpose()?;

    let clock = if arguments.sandbox {
        Clock::manual(Clock::System.now())
    } else {
        Clock::System
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    // Not before: a start that fails need not warn about the limit of open files.
    let per_address = config.connections_per_address_max;
    let bounds = limits::bounds(per_address.unwrap_or(CONNECTIONS_PER_ADDRESS));
    settings.connections_max = bounds.all;
    settings.connections_per_address_max = bounds.per_address;
    settings.data_directory = store.directory.clone();
    settings.own_url = Some(format!("{scheme}://{}", openable(listener.local_addr()?)));
    greet(&listener, scheme, &store, &mails, key.as_ref(), terminal)?;
    let plain = plain_http_warning(listener.local_addr()?, settings.public_url.as_deref());
    let plain = plain.filter(|_| tls.is_none());
    warn(
        plain.into_iter().chain(network_warning(&store)),
        *format,
        terminal,
    )?;
    let url = settings.public_url.clone().or_else(|| settings.own_url.clone());
    let url = url.unwrap_or_default();
    show_way_in(&store, &url, terminal).await?;
    if let Some(key) = drawn {
        set_operator_key(&store.identity, key.expose()).await?;
    }
    store.begin_note()?;
    if let Some(first_start) = first_start {
        first_start.succeeded();
    }
    let listeners = Listeners { listener, metrics };
    let (setup, post) = mails.into_parts().unzip();
    settings.mail = setup;
    run_until(stop, listeners, tls, &store, clock, settings, post).await
}

/// What the arguments and the configuration say about the API and the portal. The address of this server, the
/// bounds on connections and the token for its metrics are still missing.
fn chosen_settings(arguments: &Arguments, config: &Config) -> Result<usher_app::Config, Failure> {
    let trusted_proxies = arguments.transport.trusted_proxies(config)?;
    let public_url = config.public_address(arguments.public_url.clone())?;
    let private_providers = arguments.private_providers.or(config.private_providers);
    let (outbound_proxy, dns_server) = outward::chosen(
        config,
        arguments.proxy_from_environment,
        arguments.dns_server.clone(),
    )?;
    Ok(usher_app::Config {
        plans: config.plans(),
        sandbox: arguments.sandbox,
        cors_origins: config.cors_origins.clone(),
        public_url,
        trusted_proxies,
        metrics_accounts: config.metrics_accounts.clone(),
        // A sandbox is for trying things out, often with a provider on the same machine.
        providers: if private_providers == Some(true) || arguments.sandbox {
            Reach::PrivateToo
        } else {
            Reach::Internet
        },
        outbound_proxy,
        dns_server,
        ..usher_app::Config::default()
    })
}

/// Whether mails leave this server, unless it has lost data.
fn chosen_mails(arguments: &Arguments, config: &Config, public_url: Option<&str>) -> Result<Mails, Failure> {
    if arguments.no_mail {
        return Ok(Mails::Off);
    }
    let mail = arguments.mail.chosen(config)?;
    if let Some(mail) = &mail {
        mail.check_links(public_url)?;
    }
    Ok(Mails::chosen(mail))
}

/// Listens on the chosen address.
async fn listen(arguments: &Arguments, config: &Config) -> Result<TcpListener, Failure> {
    match config.choose(arguments.listen.clone(), config.listen.as_ref()) {
        Some(Setting { value, place }) => listen_on(&value, &place.name("--listen", "listen")).await,
        None => listen_on(LISTEN, "`--listen`").await,
    }
}

/// Opens the data in a directory that is locked for this server, or begins without any in memory, and checks it.
async fn checked_store(
    arguments: &Arguments,
    config: &Config,
    locked: Option<(PathBuf, Lock)>,
) -> Result<Store, Failure> {
    let lifetimes = config.lifetimes()?;
    let mut store = match locked {
        Some((directory, lock)) => {
            Store::open(directory, lock, &arguments.secrets, config, arguments.accept_loss).await?
        }
        None => Store::in_memory()?,
    };
    store.identity = store.identity.with_lifetimes(lifetimes);
    store.check().await?;
    Ok(store)
}

/// The sockets of a server.
struct Listeners {
    /// The socket for everything.
    listener: TcpListener,
    /// The socket for `/metrics` only, without a token.
    metrics: Option<TcpListener>,
}

/// Prints a warning for the operator, in the log's format.
fn warn(
    warnings: impl Iterator<Item = String>,
    format: log::Format,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    for warning in warnings {
        match format {
            log::Format::Text => writeln!(terminal.err(), "{WARNING} {warning}")?,
            log::Format::Json => tracing::warn!("{warning}"),
        }
    }
    Ok(())
}

/// The warning about a disk that may lose data it has reported as stored.
fn network_warning(store: &Store) -> Option<String> {
    let directory = store.directory.as_deref()?;
    let kind = network_file_system(directory)?;
    Some(format!(
        "The data in {} is on a network file system ({kind}). Its locks and syncs may be unreliable, and acknowledged \
         changes can then be lost. Keep the data on a local disk, and send backups over the network instead.",
        directory.display()
    ))
}

/// Serves until `stop`, then finishes running requests and stores everything, or reports what could not be stored.
async fn run_until(
    stop: impl Future<Output = ()> + Send,
    listeners: Listeners,
    tls: Option<FreshTls>,
    store: &Store,
    clock: Clock,
    config: usher_app::Config,
    post: Option<Post>,
) -> Result<(), Failure> {
    let journal = Arc::new(store.journal.clone());
    let options = Options {
        authenticator: store.authenticator.clone(),
        ..Options::default()
    };
    let engine = Engine::start(Arc::clone(&journal) as _, clock, options)
        .await
        .map_err(|error| Failure::because("The server could not start", &error))?;
    let app = App::new(engine.clone(), store.identity.clone(), journal, config);
    let (rest, _) = usher_api::router(Arc::clone(&app));
    let site = usher_portal::site(Arc::clone(&app), rest);
    let upkeep = tokio::spawn(maintain(Arc::clone(&app)));
    let announcing = post.is_some().then(|| tokio::spawn(Arc::clone(&app).announce()));
    let sending = post.map(|post| tokio::spawn(mail::send(Arc::clone(&app), post)));
    let Listeners { listener, metrics } = listeners;
    let metrics = metrics.map(|metrics| metrics::serve(metrics, Arc::clone(&app), app.closed()));
    let metrics = metrics.map(tokio::spawn);
    let connections = Arc::clone(app.connections());
    let stopped = async move {
        stop.await;
        tracing::info!("stopping");
        app.close();
    };
    let reread = tokio::spawn(reread_keys(store.identity.clone()));
    let noting = store
        .keeper
        .clone()
        .map(|keeper| tokio::spawn(note::keep(keeper)));
    let shown = tls.as_ref().map(|fresh| fresh.tls.clone());
    let fresh = tls.map(|fresh| tokio::spawn(transport::keep_fresh(fresh)));
    let served = usher_http::serve(listener, site, shown, connections, usher_api::too_late, stopped).await;
    for task in [Some(upkeep), Some(reread), noting, fresh, metrics, announcing]
        .into_iter()
        .flatten()
    {
        task.abort();
    }
    if let Some(sending) = sending {
        mail::finish(sending).await;
    }
    stop::store_the_rest(&engine, &store.identity).await?;
    if let Some(keeper) = store.keeper.clone() {
        let noted = tokio::task::spawn_blocking(move || keeper.write()).await;
        if let Ok(Err(error)) = noted {
            tracing::warn!(%error, "the newest change could not be noted");
        }
    }
    tracing::info!("stopped");
    served.map_err(|error| Failure::because("The server stopped", &error))
}

/// Applies the changes that `usher operator-key` and `usher signing-key` have made in the database.
async fn reread_keys(identity: Identity) {
    let mut turns = tokio::time::interval(operator_key::TAKEN_OVER_WITHIN);
    loop {
        turns.tick().await;
        if let Err(error) = identity.reread_operator_keys().await {
            tracing::warn!(%error, "the operator keys could not be reloaded");
        }
        if let Err(error) = identity.reread_signing_keys().await {
            tracing::warn!(%error, "the signing keys could not be reloaded");
        }
    }
}

async fn maintain(app: Arc<App>) {
    let mut turns = tokio::time::interval(MAINTAIN_EVERY);
    loop {
        turns.tick().await;
        if let Err(error) = app.identity().maintain(app.engine().now()).await {
            tracing::warn!(%error, "expired credentials could not be deleted");
        }
        if let Err(error) = app.record_left_over().await {
            tracing::warn!(%error, "changes of credentials could not be recorded");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_allows_or_forbids_private_providers() {
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
}
