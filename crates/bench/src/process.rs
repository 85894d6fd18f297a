//! A server under measurement: a process of its own, killed by its own id.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hyper::Method;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::BenchError;
use super::client::Connection;

/// The longest wait for a server to be ready.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// The unit of the times in `/proc/…/stat`: the kernel reports hundredths of a second there, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// A running server.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Server {
    /// Starts Usher with full durability on a data directory.
    pub(super) async fn usher(program: &Path, data: &Path, operator_key: &str) -> Result<Self, BenchError> {
        let mut command = Command::new(program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data);
        command.env("USHER_OPERATOR_KEY", operator_key);
        command.env("USHER_LOG_LEVEL", "warn");
        Self::start(command).await
    }

    /// Starts the bare endpoint.
    pub(super) async fn bare() -> Result<Self, BenchError> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--bare-endpoint");
        Self::start(command).await
    }

    async fn start(mut command: Command) -> Result<Self, BenchError> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or(BenchError::NoAddress)?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            let after = line
                .split_once("http://")
                .map(|(_, rest)| rest.trim_end_matches('/').trim());
            let address = after
                .and_then(|rest| rest.split_whitespace().next())
                .and_then(|text| text.parse().ok());
            if let Some(address) = address {
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self { child, address });
            }
        }
        Err(BenchError::NoAddress)
    }

    /// Waits until the server reports that it is ready.
    pub(super) async fn ready(&self) -> Result<(), BenchError> {
        let start = Instant::now();
        while start.elapsed() < READY_WITHIN {
            if let Ok(mut connection) = Connection::open(self.address).await {
                let uri = "/readyz".parse()?;
                let answer = connection.ask(Method::GET, uri, None, bytes::Bytes::new()).await;
                if answer.is_ok_and(|answer| answer.status.is_success()) {
                    return Ok(());
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(BenchError::NoAddress)
    }

    /// The processor time that the process has used so far, with what the kernel did for it.
    pub(super) fn processor_time(&self) -> Result<Duration, BenchError> {
        let id = self.child.id().ok_or(BenchError::NoAddress)?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        Ok(TICK * ticks_of(&stat))
    }

    /// The process's resident memory, in bytes.
    pub(super) fn resident_bytes(&self) -> Result<u64, BenchError> {
        let id = self.child.id().ok_or(BenchError::NoAddress)?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        Ok(kib.unwrap_or(0) * 1024)
    }

    /// Kills the process, as in a crash.
    pub(super) async fn kill(mut self) -> Result<(), BenchError> {
        self.child.kill().await?;
        Ok(())
    }
}

/// The ticks in user and kernel mode, of the text of `/proc/…/stat`.
fn ticks_of(stat: &str) -> u32 {
    // The second field is the program's name in parentheses, and may contain spaces; the times are fields 14 and 15.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = after_name.split_whitespace().skip(11).take(2);
    times.filter_map(|field| field.parse::<u32>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_time_is_that_in_user_and_kernel_mode() {
        let stat = "4711 (usher (old) 2) S 1 4711 4711 0 -1 4194560 2500 0 3 0 1200 345 7 8 20 0 9 0 100";

        assert_eq!(ticks_of(stat), 1545);
    }
}
