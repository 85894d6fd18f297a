//! The demo: a temporary server with four accounts, and agents who work through its API.

mod accounts;
mod agents;
mod office;
mod show;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep};
use usher_cli::{Failure, TemporaryServer, Terminal};
use usher_client::Client;

use self::accounts::{DemoAccount, Model};
use self::agents::Worker;
use self::office::Office;

/// The most events that wait for the terminal; beyond that, agents wait too.
const STORIES_MAX: usize = 256;
/// The time between two reports on all pools.
const LOOK_EVERY: Duration = Duration::from_secs(6);

/// Shows seats being taken, refused, queued and freed, by simulated agents on a temporary server.
#[derive(Debug, Parser)]
#[command(name = "usher-demo", version)]
#[command(after_help = "\
Nothing is kept: everything is in memory and gone when the demo ends. The agents use the same API as any program; \
leases and idle times are short so that there is something to see.")]
struct Arguments {
    /// The port on this machine; 0 picks a free one
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Stop after this many seconds instead of with Ctrl+C
    #[arg(long, value_name = "SECS")]
    stop_after: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut terminal = Terminal::standard();
    match demo(&Arguments::parse(), &mut terminal).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&mut terminal),
    }
}

async fn demo(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let cannot = |error: usher_client::Error| Failure::because("The demo could not be set up", &error);
    usher_cli::start_log()?;
    let stop = usher_cli::stop().map_err(|error| Failure::because("The demo could not start", &error))?;
    let server = TemporaryServer::start(arguments.port, "`--port`").await?;
    let operator = Client::new(server.url(), server.operator_key()).map_err(cannot)?;
    let accounts = Arc::new(accounts::make(&operator).await.map_err(cannot)?);
    office::furnish(&operator, &accounts).await.map_err(cannot)?;
    show::welcome(terminal.out(), server.url(), server.operator_key(), &accounts)?;

    let (stories, mut told) = mpsc::channel(STORIES_MAX);
    let mut workers = put_to_work(&accounts, &stories);
    workers.push(tokio::spawn({
        let (accounts, office) = (Arc::clone(&accounts), Office::new(operator, stories));
        async move { office.work(&accounts).await }
    }));
    let mut looks = interval(LOOK_EVERY);
    let end = arguments
        .stop_after
        .map(|secs| Instant::now() + Duration::from_secs(secs));
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = until(end) => break,
            Some(deed) = told.recv() => show::story(terminal.out(), &deed)?,
            _ = looks.tick() => show::pools(terminal.out(), &accounts).await?,
        }
    }
    for worker in workers {
        worker.abort();
    }
    server.stop().await?;
    writeln!(terminal.out(), "\nThe demo has ended and its data is deleted.")?;
    Ok(())
}

async fn until(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => loop {
            sleep(Duration::from_hours(24)).await;
        },
    }
}

fn put_to_work(
    accounts: &[DemoAccount],
    stories: &mpsc::Sender<agents::Story>,
) -> Vec<tokio::task::JoinHandle<()>> {
    let mut workers = Vec::new();
    let mut seed = 0;
    for demo in accounts {
        let devices: &[&str] = if demo.model == Model::ConcurrentDevices {
            &["laptop", "phone"]
        } else {
            &["laptop"]
        };
        for agent in &demo.agents {
            for device in devices {
                seed += 1;
                let kind = if *device == "phone" { "phone" } else { "desktop" };
                let worker = Worker::new(
                    demo.name,
                    &demo.account,
                    demo.model,
                    agent.clone(),
                    kind,
                    stories.clone(),
                    seed,
                );
                workers.push(tokio::spawn(worker.work()));
            }
        }
    }
    workers
}
