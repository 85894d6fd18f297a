//! Replays of real logs against figures from elsewhere.

use std::process::Command;

use serde_json::Value;

use crate::program::{repository, usher};

const FIGURES: [&str; 7] = [
    "attempts",
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

fn figures(count: &Value) -> [u64; 7] {
    FIGURES.map(|name| count[name].as_u64().expect(name))
}

/// The figures of the independent count in `tests/oracle`, and the seats it took.
fn oracle(log: &str, feature: &str, seats: Option<u32>, group: &str) -> (u64, [u64; 7]) {
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
fn the_figures_of_a_company_and_of_a_university_stand() {
    let elk = "tests/traces/elk-autodesk.log.gz";
    let matlab = "tests/traces/upm-matlab.log.gz";
    for (log, feature, seats, group, expected) in [
        (
            elk,
            "64300ACD_F",
            6,
            "none",
            [952, 833, 119, 6, 125_669, 4_477, 66],
        ),
        (
            elk,
            "64300ACD_F",
            6,
            "host",
            [952, 843, 109, 6, 117_782, 4_477, 66],
        ),
        (
            elk,
            "64300ACD_F",
            6,
            "user",
            [952, 843, 109, 6, 117_782, 4_477, 66],
        ),
        (
            matlab,
            "MATLAB",
            200,
            "none",
            [6_345, 6_211, 134, 200, 15_801, 10_203, 103],
        ),
    ] {
        let count = replay(log, feature, Some(seats), group);

        assert_eq!(figures(&count), expected, "{log} {feature} {group}");
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
fn the_object_says_what_it_is_of_and_how_the_log_was_read() {
    let count = replay("tests/traces/traps.log", "Draw", Some(2), "host");

    assert_eq!(count["log"], "tests/traces/traps.log");
    assert_eq!(count["feature"], "Draw");
    assert_eq!(count["group"], "host");
    assert_eq!(count["seats"], 2);
    assert_eq!(count["read"]["bad"], 2);
    assert_eq!(count["read"]["bad_samples"][0]["line"], 20);
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

    assert_eq!(figures(&count)[..4], [3, 2, 1, 1]);
}

#[test]
fn a_checkout_of_more_licenses_than_there_are_seats_is_refused_however_many_it_asks_for() {
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

    assert_eq!(figures(&count)[..4], [2, 1, 1, 2]);
    assert_eq!(without.code, Some(1));
    assert!(
        without.err.contains("Say how many with `--seats`"),
        "{}",
        without.err
    );
}
