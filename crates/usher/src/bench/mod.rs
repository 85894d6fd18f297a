//! `usher bench`: how fast and how small, beside a bare endpoint of the same web framework in the same run.

mod bare;
mod client;
mod load;
mod measures;
mod pages;
mod process;
mod report;
mod world;

use std::time::Duration;

use client::Answer;

use crate::{Failure, Terminal};

/// Measure the server beside a bare endpoint of the same web framework, in the same run
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct BenchArgs {
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Accounts that the requests are spread over.
    #[arg(long, default_value_t = 1_000)]
    accounts: usize,
    /// Users of each account; all of them are signed in for the figures of memory and restart.
    #[arg(long, default_value_t = 200)]
    users: usize,
    /// Users of the large account in the comparison with one of 50.
    #[arg(long, default_value_t = 50_000)]
    large: usize,
    /// Rounds of measuring; the medians are shown.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measure in a round.
    #[arg(long, default_value_t = 2)]
    secs: u64,
    /// Measure rates and times of requests only.
    #[arg(long)]
    throughput_only: bool,
    /// Measure the portal's pages only, in an account of 10,000 users of whom 1,000 are at work.
    #[arg(long, conflicts_with = "throughput_only")]
    pages: bool,
    /// Serve the bare endpoint that the figures are compared with.
    #[arg(long, hide = true)]
    bare_endpoint: bool,
}

/// Why a benchmark came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A connection or a file failed.
    #[error("the benchmark could not talk to its server")]
    Io(#[from] std::io::Error),
    /// HTTP failed.
    #[error("the benchmark's server broke off")]
    Http(#[from] hyper::Error),
    /// A path was none.
    #[error("the benchmark asked for a malformed path")]
    Uri(#[from] hyper::http::uri::InvalidUri),
    /// A header was none.
    #[error("the benchmark made a malformed header")]
    Header(#[from] hyper::header::InvalidHeaderValue),
    /// An answer was not the JSON that was expected.
    #[error("the benchmark's server answered with something else than expected")]
    Json(#[from] serde_json::Error),
    /// A request was refused.
    #[error("`{path}` answered {status}: {body}")]
    Refused {
        /// What was asked.
        path: String,
        /// The status.
        status: u16,
        /// The problem document.
        body: String,
    },
    /// A client task ended badly.
    #[error("a client of the benchmark ended: {0}")]
    Client(String),
    /// The server did not come up.
    #[error("the benchmark's server did not say where it listens, or is not ready")]
    NoAddress,
}

impl BenchError {
    fn refused(path: &str, answer: &Answer) -> Self {
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        Self::Refused {
            path: path.to_owned(),
            status: answer.status.as_u16(),
            body,
        }
    }
}

/// Runs the benchmark and writes its table.
pub(crate) fn run(args: &BenchArgs, terminal: &mut Terminal) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::because("The benchmark could not start", &error))?;
    if args.bare_endpoint {
        return runtime
            .block_on(bare::serve(terminal))
            .map_err(|error| failure(&error));
    }
    let mut report = report::Report::new(args);
    let measured = runtime.block_on(measure(args, &mut report));
    // What was measured before something failed is worth seeing.
    report.write(terminal.out())?;
    measured.map_err(|error| failure(&error))
}

fn failure(error: &BenchError) -> Failure {
    Failure::because("The benchmark came to nothing", error)
}

async fn measure(args: &BenchArgs, report: &mut report::Report) -> Result<(), BenchError> {
    let data = tempfile::tempdir()?;
    if args.pages {
        return pages::measure(data.path(), report).await;
    }
    let world = world::World::make(data.path(), args).await?;
    measures::throughput(&world, args, report).await?;
    if args.throughput_only {
        return Ok(());
    }
    measures::account_size(&world, args, report).await?;
    let world = measures::memory(world, args, report).await?;
    measures::restart(world, data.path(), report).await
}

impl BenchArgs {
    fn lasting(&self) -> Duration {
        Duration::from_secs(self.secs)
    }
}
