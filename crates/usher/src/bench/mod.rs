//! `usher bench`: measures speed and size next to a bare endpoint of the same web framework, in the same run.

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

/// Measure the server next to a bare endpoint of the same web framework, in the same run
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct BenchArgs {
    /// Number of simultaneous connections.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Number of accounts over which the requests are spread.
    #[arg(long, default_value_t = 1_000)]
    accounts: usize,
    /// Users in each account; all of them are signed in to measure memory and restart.
    #[arg(long, default_value_t = 200)]
    users: usize,
    /// Users in the large account that is compared with one of 50.
    #[arg(long, default_value_t = 50_000)]
    large: usize,
    /// Number of rounds; the medians are shown.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds per measurement in a round.
    #[arg(long, default_value_t = 2)]
    secs: u64,
    /// Measure only the rates and times of requests.
    #[arg(long)]
    throughput_only: bool,
    /// Measure only the portal's pages, in an account of 10,000 users of whom 1,000 are signed in.
    #[arg(long, conflicts_with = "throughput_only")]
    pages: bool,
    /// Serve the bare endpoint for the comparison.
    #[arg(long, hide = true)]
    bare_endpoint: bool,
}

/// Why a benchmark failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A connection or a file failed.
    #[error("the benchmark could not reach its server")]
    Io(#[from] std::io::Error),
    /// An HTTP connection failed.
    #[error("the connection to the benchmark's server broke")]
    Http(#[from] hyper::Error),
    /// A path was malformed.
    #[error("the benchmark requested a malformed path")]
    Uri(#[from] hyper::http::uri::InvalidUri),
    /// A header was malformed.
    #[error("the benchmark built a malformed header")]
    Header(#[from] hyper::header::InvalidHeaderValue),
    /// An answer was not the expected JSON.
    #[error("the benchmark's server sent an unexpected answer")]
    Json(#[from] serde_json::Error),
    /// A request was refused.
    #[error("`{path}` answered {status}: {body}")]
    Refused {
        /// The path of the request.
        path: String,
        /// The status of the answer.
        status: u16,
        /// The body of the answer, usually a problem document.
        body: String,
    },
    /// A client's task panicked.
    #[error("a client of the benchmark panicked: {0}")]
    Client(String),
    /// The server did not start.
    #[error("the benchmark's server did not print its address, or is not ready")]
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

/// Runs the benchmark and prints its table.
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
    // If something failed later, the earlier measurements are still worth showing.
    report.write(terminal.out())?;
    measured.map_err(|error| failure(&error))
}

fn failure(error: &BenchError) -> Failure {
    Failure::because("The benchmark failed", error)
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
