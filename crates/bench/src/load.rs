//! Load: requests over many connections for a limited time, and the resulting figures.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::BenchError;
use super::process::Server;

/// The figures of one stretch of load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    /// Requests per second that got the expected answer.
    pub(super) requests_per_sec: f64,
    /// The processor time of the server for each of them, in microseconds. What else the machine does matters less to
    /// it than to the others, except for changes: the fewer of them share a transaction, the more each costs.
    pub(super) processor_micros: f64,
    /// The median time of a request.
    pub(super) median: Duration,
    /// The time that 99 of 100 requests did not exceed.
    pub(super) p99: Duration,
}

/// A client that sends one request after another.
pub(super) trait Client: Send + 'static {
    /// Sends one request. Fails unless the answer is the expected one.
    fn step(&mut self) -> impl Future<Output = Result<(), BenchError>> + Send;
}

/// Runs all clients of `server` for `lasting`, and returns them with the figures.
pub(super) async fn run<C: Client>(
    server: &Server,
    clients: Vec<C>,
    lasting: Duration,
) -> Result<(Vec<C>, Stretch), BenchError> {
    let used = server.processor_time()?;
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for mut client in clients {
        tasks.spawn(async move {
            let mut micros = Vec::with_capacity(1 << 14);
            loop {
                let asked = Instant::now();
                if asked.duration_since(start) >= lasting {
                    return Ok::<_, BenchError>((client, micros));
                }
                client.step().await?;
                micros.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
        });
    }
    let mut clients = Vec::new();
    let mut micros = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        let (client, of_one) = joined.map_err(|error| BenchError::Client(error.to_string()))??;
        clients.push(client);
        micros.extend(of_one);
    }
    let elapsed = start.elapsed();
    let used = server.processor_time()?.saturating_sub(used);
    micros.sort_unstable();
    Ok((clients, Stretch::of(&micros, elapsed, used)))
}

impl Stretch {
    fn of(sorted_micros: &[u32], elapsed: Duration, used: Duration) -> Self {
        let at = |per_cent: usize| {
            let index = (sorted_micros.len() * per_cent / 100).min(sorted_micros.len().saturating_sub(1));
            Duration::from_micros(sorted_micros.get(index).copied().map_or(0, u64::from))
        };
        let requests = f64::from(u32::try_from(sorted_micros.len()).unwrap_or(u32::MAX));
        Self {
            requests_per_sec: requests / elapsed.as_secs_f64(),
            processor_micros: used.as_secs_f64() * 1e6 / requests,
            median: at(50),
            p99: at(99),
        }
    }
}

/// The median of some figures.
pub(super) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
