//! Notes in the data directory when the data was last copied and checked, for the operator pages.

use std::path::Path;

use usher_app::{UPKEEP_FILE, Upkeep, Verdict, Verified};
use usher_engine::Clock;

use crate::note;

/// Notes a backup that succeeded.
pub(crate) fn note_backup(directory: &Path) {
    let backup = Some(Clock::System.now());
    note(directory, |before| Upkeep { backup, ..before });
}

/// Notes a check, and what it found.
pub(crate) fn note_verify(directory: &Path, found: Verdict) {
    let at = Clock::System.now();
    let verify = Some(Verified { at, found });
    note(directory, |before| Upkeep { verify, ..before });
}

/// Where the directory cannot be written, for example because the command runs as another user, nothing is noted: the
/// command itself has done its work.
fn note(directory: &Path, change: impl FnOnce(Upkeep) -> Upkeep) {
    let upkeep = change(Upkeep::read(directory));
    let Ok(text) = serde_json::to_string(&upkeep) else {
        return;
    };
    if let Err(error) = note::replace(&directory.join(UPKEEP_FILE), format!("{text}\n").as_bytes()) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "the data directory does not say when this was done"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_keeps_the_backup_that_was_noted_and_the_other_way_around() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Upkeep::read(directory.path()), Upkeep::default());

        note_backup(directory.path());
        let backup = Upkeep::read(directory.path()).backup;
        note_verify(directory.path(), Verdict::Wrong);
        note_verify(directory.path(), Verdict::Right);

        let upkeep = Upkeep::read(directory.path());
        assert!(backup.is_some());
        assert_eq!(upkeep.backup, backup);
        assert_eq!(upkeep.verify.unwrap().found, Verdict::Right);
    }

    #[test]
    fn a_directory_that_is_gone_is_noted_nowhere() {
        let directory = tempfile::tempdir().unwrap().path().join("missing");

        note_backup(&directory);

        assert_eq!(Upkeep::read(&directory), Upkeep::default());
    }
}
