//! Measures the speed and size of the server next to a bare endpoint of the same web framework, in the same run.
//!
//! The server is the program that users run, as a process of its own, and nothing of it is linked in here: versions can
//! be compared with the same client.

mod bare;
mod client;
mod load;
mod measures;
mod pages;
mod process;
mod program;
mod report;
mod world;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use self::client::Answer;

// The server's allocator, so that the bare endpoint differs in nothing but what it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the server next to a bare endpoint of the same web framework, in the same run.
#[derive(Debug, Clone, Parser)]
#[command(name = "usher-bench", version)]
struct BenchArgs {
    /// The program to measure [default: `usher`, built with cargo's release profile]
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
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
enum BenchError {
    /// A connection or a file failed.
    #[error("the benchmark could not reach its server")]
    Io(#[from] std::io::Error),
    /// An account could not be set up.
    #[error("the benchmark could not set up its accounts")]
    SetUp(#[from] usher_client::Error),
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
    /// The program to measure is missing.
    #[error("there is no program at `{}`: give `--server` the path of `usher`", .0.display())]
    NoProgram(PathBuf, #[source] std::io::Error),
    /// Not started by cargo, and no program was given.
    #[error(
        "it is not known which program to measure: start it with `cargo run --release -p usher-bench`, or give \
         `--server` the path of `usher`"
    )]
    NoCargo,
    /// Cargo could not build the program to measure.
    #[error("cargo could not build `usher`; its messages say why")]
    NotBuilt,
    /// The table could not be printed.
    #[error("the output could not be written")]
    Output(#[source] std::io::Error),
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

#[tokio::main]
async fn main() -> ExitCode {
    let args = BenchArgs::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If this cannot be written either, there is still the exit code.
            let _ = writeln!(
                std::io::stderr(),
                "error: The benchmark failed: {}.",
                with_causes(&error)
            );
            ExitCode::FAILURE
        }
    }
}

/// An error with all of its causes.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

async fn run(args: &BenchArgs) -> Result<(), BenchError> {
    if args.bare_endpoint {
        return bare::serve().await;
    }
    let program = program::find(args.server.as_deref()).await?;
    let mut report = report::Report::new(args);
    let measured = measure(&program, args, &mut report).await;
    // If something failed later, the earlier measurements are still worth showing.
    let written = report.write(&mut std::io::stdout().lock());
    measured?;
    written.map_err(BenchError::Output)
}

async fn measure(program: &Path, args: &BenchArgs, report: &mut report::Report) -> Result<(), BenchError> {
    let data = private_folder()?;
    if args.pages {
        return pages::measure(program, data.path(), report).await;
    }
    report.program(program.metadata()?.len());
    let world = world::World::make(program, data.path(), args).await?;
    measures::throughput(&world, args, report).await?;
    if args.throughput_only {
        return Ok(());
    }
    measures::account_size(&world, args, report).await?;
    let world = measures::memory(world, args, report).await?;
    measures::restart(world, program, data.path(), report).await
}

/// A temporary directory that other users cannot enter, as a server wants its data to be.
fn private_folder() -> std::io::Result<tempfile::TempDir> {
    let mut folder = tempfile::Builder::new();
    #[cfg(unix)]
    folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    folder.tempdir()
}

impl BenchArgs {
    fn lasting(&self) -> Duration {
        Duration::from_secs(self.secs)
    }
}
