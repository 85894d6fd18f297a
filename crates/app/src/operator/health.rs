//! Whether the server is well: for its operator.

use std::path::{Path, PathBuf};
use std::time::Duration;

use usher_engine::{Figures, WallClock};

use super::upkeep::{JournalEnd, Upkeep};
use crate::app::App;
use crate::problem::Problem;

/// How long storing may take before the server counts as not ready.
pub const STORE_TIME_MAX: Duration = Duration::from_secs(2);

/// Whether the server is well.
#[derive(Debug, Clone)]
pub struct Health {
    /// The version that runs.
    pub version: &'static str,
    /// Why changes cannot be stored at the moment; `None` if they can.
    pub trouble: Option<String>,
    /// What the data directory needs and has; `None` for a sandbox, which keeps everything in memory, or if the
    /// directory cannot be read.
    pub storage: Option<Storage>,
    /// What the engine has counted since the start.
    pub figures: Figures,
    /// Open connections.
    pub connections: u32,
    /// Open event streams.
    pub streams: u64,
    /// The machine's clock.
    pub clock: WallClock,
}

/// The data directory and its disk, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The directory.
    pub directory: PathBuf,
    /// All files in the directory together.
    pub used_bytes: u64,
    /// What the server may still write on the disk; `None` if the system does not say.
    pub free_bytes: Option<u64>,
    /// The end of the journal, at most a few seconds ago; `None` if it is not known.
    pub journal: Option<JournalEnd>,
    /// When it was last copied and checked.
    pub upkeep: Upkeep,
}

impl App {
    /// Whether commits can be stored, in time; a problem if they cannot.
    pub async fn check_writable(&self) -> Result<(), Problem> {
        let writable = tokio::time::timeout(STORE_TIME_MAX, self.engine.check_writable()).await;
        let in_time = writable.map_err(|_| {
            Problem::new(
                crate::problem::UNAVAILABLE,
                "Commits are not stored in time. Look at the disk and the log.",
            )
        })?;
        Ok(in_time?)
    }

    /// Whether the server is well.
    pub async fn health(&self) -> Health {
        let trouble = self.check_writable().await.err();
        let directory = self.config.data_directory.clone();
        let storage = tokio::task::spawn_blocking(|| directory.and_then(Storage::of));
        Health {
            version: env!("CARGO_PKG_VERSION"),
            trouble: trouble.map(|problem| problem.detail().to_owned()),
            storage: storage.await.ok().flatten(),
            figures: self.engine.figures(),
            connections: self.connections().count(),
            streams: self.streams().count(),
            clock: self.engine.wall_clock(),
        }
    }
}

impl Storage {
    fn of(directory: PathBuf) -> Option<Self> {
        let entries = std::fs::read_dir(&directory).ok()?;
        let sizes = entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()));
        Some(Self {
            used_bytes: sizes.fold(0, u64::saturating_add),
            free_bytes: free_bytes(&directory),
            journal: JournalEnd::read(&directory),
            upkeep: Upkeep::read(&directory),
            directory,
        })
    }
}

#[cfg(unix)]
fn free_bytes(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
const fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_as_large_as_its_files_and_a_missing_one_has_no_size() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operator");

        let storage = Storage::of(directory.clone()).unwrap();
        let missing = Storage::of(directory.join("missing"));

        let own = std::fs::metadata(directory.join("health.rs")).unwrap().len();
        assert!(storage.used_bytes > own);
        assert!(cfg!(not(unix)) || storage.free_bytes.is_some());
        assert_eq!(missing, None);
    }
}
