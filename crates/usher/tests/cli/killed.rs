//! Whenever the program is killed during a write, the data opens afterwards and is complete.
//!
//! The program runs with a limit on the size of the files that it writes: the system kills it in the middle of the
//! write that exceeds it. So each limit is one point in its work, the same each time, with a torn write at its end. The
//! suite tries some limits; `USHER_TEST_KILLS=all` tries one for each page of the database.

use std::path::Path;

use crate::data::{fill, tamper};
use crate::data_directories::{copy_of, kept};
use crate::program::{Server, start_limited, usher, usher_limited, usher_with};

/// The database's page size, and so the smallest step between two kills.
const PAGE_KIB: usize = 4;

/// The step between the suite's limits: a prime, so that they do not always hit the same kind of write.
const STRIDE: usize = 13;

const NO_LIMIT_KIB: usize = 1 << 20;

/// Limits up to one that is never reached.
fn limits(up_to_kib: usize) -> impl Iterator<Item = usize> {
    let is_long = std::env::var("USHER_TEST_KILLS").is_ok_and(|kills| kills == "all");
    let stride = if is_long { 1 } else { STRIDE };
    (PAGE_KIB..=up_to_kib).step_by(PAGE_KIB * stride)
}

fn assert_opens(data: &Path, limit: usize) {
    let path = data.to_str().unwrap();
    let server = Server::start(data);
    assert_eq!(server.stop().0, Some(0), "after a kill at {limit} KiB");
    let verified = usher(&["verify", "--data", path]);
    assert_eq!(
        verified.code,
        Some(0),
        "after a kill at {limit} KiB: {}{}",
        verified.out,
        verified.err
    );
}

#[test]
fn a_first_start_that_was_killed_starts_again() {
    let mut killed = 0;
    for limit in limits(700) {
        let data = tempfile::tempdir().unwrap();

        let shown = start_limited(limit, data.path());

        killed += u32::from(shown.is_none());
        let again = start_limited(NO_LIMIT_KIB, data.path()).expect("it opens");
        let is_known = shown.is_some_and(|shown| shown.has_key) || again.has_key;
        assert!(
            is_known,
            "after a kill at {limit} KiB nobody knows an operator key"
        );
        assert_opens(data.path(), limit);
    }
    assert!(killed > 0, "no first start was killed");
}

#[test]
fn a_killed_upgrade_is_completed_by_the_next_start() {
    for (directory, _) in kept() {
        let mut killed = 0;
        for limit in limits(500) {
            let data = copy_of(&directory);

            let shown = start_limited(limit, data.path());

            killed += u32::from(shown.is_none());
            assert_opens(data.path(), limit);
        }
        assert!(killed > 0, "no upgrade of {} was killed", directory.display());
    }
}

#[test]
fn a_killed_rebuild_leaves_the_old_or_the_new_tables_complete() {
    let audit = |data: &Path| -> i64 {
        let database = rusqlite::Connection::open(data.join("usher.db")).unwrap();
        database
            .query_row("SELECT count(*) FROM audit", [], |row| row.get(0))
            .unwrap()
    };
    let whole = tempfile::tempdir().unwrap();
    fill(whole.path());
    tamper(whole.path(), &["DELETE FROM audit WHERE place = 2 << 20"]);
    let (old, new) = (audit(whole.path()), audit(whole.path()) + 1);
    let (mut killed, mut done) = (0, 0);
    for limit in limits(700) {
        let data = copy_of(whole.path());

        let run = usher_limited(limit, &["rebuild", "--data", data.path().to_str().unwrap()]);

        let left = audit(data.path());
        assert!(
            left == old || left == new,
            "{limit} KiB: {left} entries, neither {old} nor {new}"
        );
        killed += u32::from(run.code.is_none());
        done += u32::from(left == new);
        assert_eq!(
            usher(&["rebuild", "--data", data.path().to_str().unwrap()]).code,
            Some(0)
        );
        assert_opens(data.path(), limit);
    }
    assert!(killed > 0 && done > 0, "{killed} killed, {done} done");
}

#[test]
fn a_killed_backup_leaves_no_file_with_its_name() {
    let (mut killed, mut done) = (0, 0);
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    Server::start(data.path()).stop();
    for limit in limits(700) {
        let target = tempfile::tempdir().unwrap();
        let file = target.path().join("usher.db");
        let arguments = [
            "backup",
            file.to_str().unwrap(),
            "--data",
            data.path().to_str().unwrap(),
        ];

        let run = usher_limited(limit, &arguments);

        killed += u32::from(run.code.is_none());
        if file.exists() {
            done += 1;
        } else {
            assert_eq!(usher(&arguments).code, Some(0), "the name is free");
        }
        let key = data.path().join("secrets.key");
        let verified = usher_with(
            &[("USHER_SECRETS_KEY_FILE", key.to_str().unwrap())],
            &["verify", "--data", target.path().to_str().unwrap()],
        );
        assert_eq!(
            verified.code,
            Some(0),
            "{limit} KiB: {}{}",
            verified.out,
            verified.err
        );
    }
    assert!(killed > 0 && done > 0, "{killed} killed, {done} done");
}
