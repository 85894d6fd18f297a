//! Replays of real logs, compared with independent figures.

use std::process::Command;

use serde_json::Value;

use crate::program::{repository, usher};

const FIGURES: [&str; 8] = [
    "attempts",
    "episodes",
    "granted",
    "refused",
    "peak",
    "secs_at_limit",
    "longest_full_secs",
    "users",
];

fn replay(log: &str, feature: &str, seats: Option<u32>, group: &str) -> Value {
    let mut arguments = vec!["replay", log, "--feature", feature, "--group", group, "--json"];
    let seats = seats.map(|seats| seats.to_string());
    if let Some(seats) = &seats {
        arguments.extend(["--seats", seats]);
    }
    let run = usher(&arguments);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{arguments:?}");
    serde_json::from_str(&run.out).unwrap()
}

fn figures(count: &Value) -> [u64; 8] {
    FIGURES.map(|name| count[name].as_u64().expect(name))
}

/// The figures of the independent count in `tests/oracle`, and the number of seats it used.
fn oracle(log: &str, feature: &str, seats: Option<u32>, group: &str) -> (u64, [u64; 8]) {
    let mut command = Command::new("python3");
    command.current_dir(repository());
    command.args([
        "tests/oracle/replay_count.py",
        log,
        "--feature",
        feature,
        "--group",
        group,
    ]);
    if let Some(seats) = seats {
        command.args(["--seats", &seats.to_string()]);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let count: Value = serde_json::from_slice(&output.stdout).unwrap();
    (count["seats"].as_u64().unwrap(), figures(&count))
}

#[test]
fn the_length_of_sessions_does_not_depend_on_the_number_of_seats() {
    for (log, feature, seats, refused) in [
        ("umich-ansys-2", "hfsshpc", 60, 81),
        ("elk-autodesk", "64300ACD_F", 6, 122),
        ("upm-matlab", "MATLAB", 100, 1_345),
    ] {
        let log = format!("tests/traces/{log}.log.gz");

        let count = replay(&log, feature, Some(seats), "none");

        assert_eq!(count["refused"], refused, "{log} {feature}");
        let (_, expected) = oracle(&log, feature, Some(seats), "none");
        assert_eq!(figures(&count), expected, "{log} {feature}");
    }
}

#[test]
fn an_independent_count_comes_to_the_same_figures() {
    for (log, feature, seats, group) in [
        ("umich-ansys-1", "aa_r_hpc", Some(200), "none"),
        ("umich-ansys-2", "hfsshpc", Some(61), "none"),
        ("umich-ansys-2", "hfss_solve", Some(6), "host"),
        ("umich-ansys-3", "ansoft_distrib_engine", None, "none"),
        ("upm-autodesk", "64300ACD_F", Some(121), "host"),
        ("upm-maple", "Maple", Some(19), "none"),
        ("upm-matlab", "Signal_Toolbox", Some(49), "user"),
    ] {
        let log = format!("tests/traces/{log}.log.gz");

        let count = replay(&log, feature, seats, group);

        let (oracle_seats, expected) = oracle(&log, feature, seats, group);
        assert_eq!(figures(&count), expected, "{log} {feature} {seats:?} {group}");
        assert_eq!(count["seats"], oracle_seats);
    }
}

#[test]
fn an_independent_count_agrees_on_a_log_with_every_trap() {
    let log = "tests/traces/traps.log";
    for feature in ["Draw", "Mesh"] {
        for group in ["none", "host", "user"] {
            for seats in [Some(1), Some(4), None] {
                let count = replay(log, feature, seats, group);

                let (_, expected) = oracle(log, feature, seats, group);
                assert_eq!(figures(&count), expected, "{feature} {seats:?} {group}");
            }
        }
    }
}

#[test]
fn the_json_names_what_was_replayed_and_how_the_log_was_read() {
    let count = replay("tests/traces/traps.log", "Draw", Some(2), "host");

    assert_eq!(count["log"], "tests/traces/traps.log");
    assert_eq!(count["feature"], "Draw");
    assert_eq!(count["group"], "host");
    assert_eq!(count["seats"], 2);
    assert_eq!(count["read"]["bad"], 2);
    assert_eq!(count["read"]["bad_samples"][0]["line"], 20);
    assert_eq!(count["read"]["unread"], 1);
    assert_eq!(count["read"]["unread_lines"][0]["line"], 21);
    assert_eq!(count["read"]["undated"], 3);
    assert!(count["longest_full"]["from"].is_string());
    for name in ["refused_most", "gave_back", "gave_back_nothing", "first", "last"] {
        assert!(!count[name].is_null(), "{name}");
    }
}

#[test]
fn seats_that_are_held_for_longer_than_any_lease_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("long.log");
    let lines = [
        "9:00:00 (d) TIMESTAMP 1/1/2020",
        "9:00:01 (d) OUT: \"A\" ann@pc1",
        "9:00:00 (d) TIMESTAMP 6/1/2021",
        "9:00:01 (d) OUT: \"A\" bob@pc2",
        "9:00:02 (d) IN: \"A\" ann@pc1",
        "9:00:03 (d) OUT: \"A\" bob@pc2",
    ];
    std::fs::write(&log, lines.join("\n")).unwrap();

    let count = replay(log.to_str().unwrap(), "A", Some(1), "none");

    assert_eq!(figures(&count)[..4], [3, 2, 2, 1]);
}

#[test]
fn a_checkout_of_more_licenses_than_seats_is_refused_however_large() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("greedy.log");
    let lines = [
        "9:00:00 (d) TIMESTAMP 1/1/2020",
        "9:00:01 (d) OUT: \"A\" ann@pc1  (900000 licenses)",
        "9:00:02 (d) OUT: \"A\" bob@pc2  (2 licenses)",
    ];
    std::fs::write(&log, lines.join("\n")).unwrap();
    let log = log.to_str().unwrap();

    let count = replay(log, "A", Some(2), "none");
    let without = usher(&["replay", log, "--feature", "A"]);

    assert_eq!(figures(&count)[..4], [2, 2, 1, 1]);
    assert_eq!(without.code, Some(1));
    assert!(
        without.err.contains("Set the number with `--seats`"),
        "{}",
        without.err
    );
}

#[test]
fn several_logs_in_any_order_count_as_one() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, lines: &[&str]| {
        let path = directory.path().join(name);
        std::fs::write(&path, lines.join("\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let shared = ["9:00:01 (d) OUT: \"A\" ann@pc1", "9:00:02 (d) OUT: \"A\" bob@pc2"];
    let may = write(
        "may.log",
        &[&["9:00:00 (d) TIMESTAMP 5/1/2020"], &shared[..]].concat(),
    );
    let june = write(
        "june.log",
        &[
            &["9:00:00 (d) TIMESTAMP 5/1/2020"],
            &shared[1..],
            &["9:00:00 (d) TIMESTAMP 6/1/2020", "9:00:03 (d) IN: \"A\" ann@pc1"],
        ]
        .concat(),
    );
    let undated = write("undated.log", &shared);

    for logs in [[&may, &june], [&june, &may]] {
        let run = usher(&[
            "replay",
            logs[0],
            logs[1],
            "--feature",
            "A",
            "--seats",
            "2",
            "--json",
        ]);
        let count: Value = serde_json::from_str(&run.out).unwrap();

        assert_eq!(figures(&count)[..5], [2, 2, 2, 0, 2]);
        assert_eq!(
            (count["gave_back"].as_u64(), count["files"][1]["log"].as_str()),
            (Some(1), Some(logs[1].as_str()))
        );
    }
    let refused = usher(&["replay", &may, &undated]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("has no dates"), "{}", refused.err);
    let alone = usher(&["replay", &undated, "--feature", "A", "--seats", "1", "--json"]);
    let count: Value = serde_json::from_str(&alone.out).unwrap();
    assert_eq!(count["refused"], 1);
    assert!(count["secs_at_limit"].is_null() && count["first"].is_null() && count["episodes"].is_null());
}
