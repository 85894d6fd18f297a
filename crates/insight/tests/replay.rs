//! Replays real logs through a naive pool and checks the figures against an independent count.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its trace has failed")]

mod pool;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use usher_insight::flexnet::{Count, Grouping, Log, features, plan, read};

use pool::replay;

const LOGS: [&str; 7] = [
    "elk-autodesk",
    "umich-ansys-1",
    "umich-ansys-2",
    "umich-ansys-3",
    "upm-autodesk",
    "upm-maple",
    "upm-matlab",
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn trace(name: &str) -> PathBuf {
    repository().join(format!("tests/traces/{name}.log.gz"))
}

fn log(name: &str) -> Log {
    read(File::open(trace(name)).unwrap(), |_| {}).unwrap()
}

fn figures(count: &Count) -> [u64; 7] {
    [
        count.attempts,
        count.granted,
        count.refused,
        u64::from(count.peak),
        count.secs_at_limit,
        count.longest_full_secs,
        count.users,
    ]
}

/// The figures of the independent count in `tests/oracle`.
fn oracle(path: &Path, feature: &str, seats: u32, grouping: Grouping) -> [u64; 7] {
    let output = Command::new("python3")
        .arg(repository().join("tests/oracle/replay_count.py"))
        .arg(path)
        .args(["--feature", feature, "--seats", &seats.to_string()])
        .args(["--group", &grouping.to_string()])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let count: Value = serde_json::from_slice(&output.stdout).unwrap();
    [
        "attempts",
        "granted",
        "refused",
        "peak",
        "secs_at_limit",
        "longest_full_secs",
        "users",
    ]
    .map(|key| count[key].as_u64().unwrap())
}

#[test]
fn the_figures_of_a_company_and_of_a_university_stand() {
    for (name, feature, seats, grouping, expected) in [
        (
            "elk-autodesk",
            "64300ACD_F",
            6,
            Grouping::None,
            [952, 833, 119, 6, 125_669, 4_477, 66],
        ),
        (
            "elk-autodesk",
            "64300ACD_F",
            6,
            Grouping::Host,
            [952, 843, 109, 6, 117_782, 4_477, 66],
        ),
        (
            "elk-autodesk",
            "64300ACD_F",
            6,
            Grouping::User,
            [952, 843, 109, 6, 117_782, 4_477, 66],
        ),
        (
            "upm-matlab",
            "MATLAB",
            200,
            Grouping::None,
            [6_345, 6_211, 134, 200, 15_801, 10_203, 103],
        ),
    ] {
        let count = replay(&plan(&log(name), feature, grouping), seats, grouping);

        assert_eq!(figures(&count), expected, "{name} {feature} {grouping}");
    }
}

#[test]
fn an_independent_count_comes_to_the_same_figures() {
    for (name, feature, seats, grouping) in [
        ("elk-autodesk", "64300ACD_F", 5, Grouping::User),
        ("umich-ansys-1", "aa_r_hpc", 200, Grouping::None),
        ("umich-ansys-2", "hfsshpc", 61, Grouping::None),
        ("umich-ansys-2", "hfss_solve", 6, Grouping::Host),
        ("umich-ansys-3", "ansoft_distrib_engine", 16, Grouping::None),
        ("upm-autodesk", "64300ACD_F", 121, Grouping::Host),
        ("upm-maple", "Maple", 19, Grouping::None),
        ("upm-matlab", "Signal_Toolbox", 49, Grouping::User),
    ] {
        let count = replay(&plan(&log(name), feature, grouping), seats, grouping);

        let expected = oracle(&trace(name), feature, seats, grouping);
        assert_eq!(figures(&count), expected, "{name} {feature} {seats} {grouping}");
    }
}

#[test]
fn an_independent_count_agrees_on_a_log_with_every_trap() {
    let path = repository().join("tests/traces/traps.log");
    let log = read(File::open(&path).unwrap(), |_| {}).unwrap();
    assert!(log.report.bad > 0);

    for feature in features(&log) {
        for grouping in [Grouping::None, Grouping::Host, Grouping::User] {
            for seats in [1, feature.peak.div_ceil(2), feature.peak] {
                let count = replay(&plan(&log, &feature.feature, grouping), seats, grouping);

                let expected = oracle(&path, &feature.feature, seats, grouping);
                assert_eq!(
                    figures(&count),
                    expected,
                    "{} {seats} {grouping}",
                    feature.feature
                );
            }
        }
    }
}

/// Groupings and seats take turns from feature to feature: every one of them over every feature takes minutes and adds
/// little.
#[test]
fn an_independent_count_agrees_on_every_feature_of_every_log() {
    for name in LOGS {
        let log = log(name);
        for (index, feature) in features(&log).into_iter().enumerate() {
            let grouping = [Grouping::None, Grouping::Host, Grouping::User][index % 3];
            let seats = [feature.peak, feature.peak.div_ceil(2)][index / 3 % 2];
            let count = replay(&plan(&log, &feature.feature, grouping), seats, grouping);

            let expected = oracle(&trace(name), &feature.feature, seats, grouping);
            let what = format!("{name} {} {seats} {grouping}", feature.feature);
            assert_eq!(figures(&count), expected, "{what}");
        }
    }
}

#[test]
fn real_logs_have_no_bad_lines_and_all_their_dates() {
    for name in LOGS {
        let report = log(name).report;

        assert_eq!((report.bad, report.undated, report.held), (0, 0, 0), "{name}");
        assert_eq!(report.lines, report.entries + report.ignored.total(), "{name}");
    }
}

#[test]
fn at_its_own_peak_a_log_without_denials_is_granted_in_full() {
    for name in LOGS {
        let log = log(name);
        for feature in features(&log) {
            let steps = plan(&log, &feature.feature, Grouping::None);

            let count = replay(&steps, feature.peak, Grouping::None);

            assert_eq!(
                (count.refused, count.peak),
                (0, feature.peak),
                "{name} {}",
                feature.feature
            );
            assert_eq!(count.granted, feature.outs);
        }
    }
}
