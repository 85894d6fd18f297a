//! Room on the disk of the data.

use std::path::Path;

use usher_journal_sqlite::FILE_NAME;

/// What a server needs at least to work: the write-ahead log grows so far, and the rest is small.
const NEEDED_BYTES: u64 = 96 << 20;

const MIB: u64 = 1 << 20;

/// What to do where the disk of a data directory is full: how much is free there, and how much is needed.
pub(crate) fn advice(directory: &Path) -> String {
    let database = std::fs::metadata(directory.join(FILE_NAME)).map_or(0, |file| file.len());
    let free = free_bytes(directory).map_or_else(String::new, |free| {
        format!(" {} MiB are free there now;", free / MIB)
    });
    format!(
        "Make room on the disk of {}, and start again:{free} {} MiB are needed to work, and for the first start of a new \
         version {} MiB besides. Nothing that was acknowledged is lost.",
        directory.display(),
        NEEDED_BYTES / MIB,
        database.div_ceil(MIB),
    )
}

/// How much an ordinary user can still write where a directory is, or the nearest one above it that exists; none where
/// nobody can tell.
#[cfg(unix)]
fn free_bytes(directory: &Path) -> Option<u64> {
    let known = directory
        .ancestors()
        .find_map(|place| rustix::fs::statvfs(place).ok())?;
    Some(known.f_bavail.saturating_mul(known.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_directory: &Path) -> Option<u64> {
    None
}
