//! Replays real logs through a naive pool and checks the figures against an independent count.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its trace has failed")]

mod pool;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use usher_insight::flexnet::{Action, Count, EntryKind, Grouping, Log, features, plan, read};

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

fn figures(count: &Count) -> [u64; 8] {
    [
        count.attempts,
        count.episodes.unwrap().all,
        count.granted,
        count.refused,
        u64::from(count.peak),
        count.secs_at_limit.unwrap(),
        count.longest_full_secs.unwrap(),
        count.users,
    ]
}

/// One replay: the feature, the number of seats, and the grouping.
type Play<'a> = (&'a str, u32, Grouping);

/// The figures of the independent count in `tests/oracle`, for all replays of one log.
fn oracle(path: &Path, plays: &[Play<'_>]) -> Vec<[u64; 8]> {
    let mut child = Command::new("python3")
        .arg(repository().join("tests/oracle/replay_count.py"))
        .arg(path)
        .arg("--many")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut asked = child.stdin.take().unwrap();
    for (feature, seats, grouping) in plays {
        writeln!(asked, "{seats} {grouping} {feature}").unwrap();
    }
    drop(asked);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = std::str::from_utf8(&output.stdout).unwrap().lines();
    let counts = lines.map(|line| {
        let count: Value = serde_json::from_str(line).unwrap();
        [
            "attempts",
            "episodes",
            "granted",
            "refused",
            "peak",
            "secs_at_limit",
            "longest_full_secs",
            "users",
        ]
        .map(|key| count[key].as_u64().unwrap())
    });
    counts.collect()
}

/// Compares the replays of one log with the independent count.
fn compare(path: &Path, log: &Log, plays: &[Play<'_>]) {
    let expected = oracle(path, plays);
    assert_eq!(expected.len(), plays.len());
    for ((feature, seats, grouping), expected) in plays.iter().zip(expected) {
        let count = replay(&plan(log, feature, *grouping), *seats, *grouping);

        let what = format!("{} {feature} {seats} {grouping}", path.display());
        assert_eq!(figures(&count), expected, "{what}");
    }
}

#[test]
fn refusals_do_not_depend_on_what_was_granted_before() {
    for (name, feature, seats, refused) in [
        ("umich-ansys-2", "hfsshpc", 60, 81),
        ("elk-autodesk", "64300ACD_F", 6, 122),
        ("upm-matlab", "MATLAB", 100, 1_345),
    ] {
        let count = replay(&plan(&log(name), feature, Grouping::None), seats, Grouping::None);

        assert_eq!(count.refused, refused, "{name} {feature}");
    }
}

const GROUPINGS: [Grouping; 3] = [Grouping::None, Grouping::Host, Grouping::User];

#[test]
fn an_independent_count_agrees_on_a_log_with_every_trap_and_on_every_format() {
    let mut paths = vec![repository().join("tests/traces/traps.log")];
    let cases = fs::read_dir(repository().join("tests/traces/cases")).unwrap();
    paths.extend(cases.map(|case| case.unwrap().path()));
    assert!(paths.len() > 5);

    for path in paths {
        let log = read(File::open(&path).unwrap(), |_| {}).unwrap();
        let features = features(&log);
        let plays: Vec<Play<'_>> = features
            .iter()
            .flat_map(|of| [1, of.peak.div_ceil(2), of.peak].map(|seats| (&*of.feature, seats)))
            .flat_map(|(feature, seats)| GROUPINGS.map(|grouping| (feature, seats, grouping)))
            .collect();
        compare(&path, &log, &plays);
    }
}

fn case(name: &str) -> Log {
    let path = repository().join(format!("tests/traces/cases/flexnet-{name}.log"));
    read(File::open(path).unwrap(), |_| {}).unwrap()
}

#[test]
fn a_reread_of_the_license_file_returns_nothing() {
    let log = case("reread-keeps-seats");

    let [at_two, at_three] =
        [2, 3].map(|seats| replay(&plan(&log, "editor", Grouping::None), seats, Grouping::None));

    assert_eq!(features(&log)[0].peak, 3);
    assert_eq!((at_three.refused, at_three.gave_back_nothing), (0, 0));
    assert_eq!((at_two.refused, at_two.gave_back_nothing), (1, 0));
    assert_eq!(&*at_two.refused_most[0].user, "cid");
}

#[test]
fn every_format_of_a_usage_line_is_read() {
    let figures = |name: &str| {
        let of = &features(&case(name))[0];
        (
            of.feature.to_string(),
            of.peak,
            of.denied,
            of.denied_otherwise,
            of.users,
        )
    };

    assert_eq!(figures("upgrade"), ("tokens".to_owned(), 9, 0, 0, 1));
    assert_eq!(
        figures("denied-users-are-queued"),
        ("solver".to_owned(), 25, 2, 0, 3)
    );
    assert_eq!(figures("verbose"), ("f1".to_owned(), 3, 1, 0, 3));
    assert_eq!(figures("denied-old-style"), ("editor".to_owned(), 1, 2, 0, 2));

    let old = case("denied-old-style");
    let denied = old.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Use(usage) if matches!(usage.action, Action::Denied { .. }) => Some(usage),
        _ => None,
    });
    let denied: Vec<_> = denied
        .map(|usage| (&*usage.feature, &*usage.user, usage.count))
        .collect();
    assert_eq!(denied, [("editor", "dave", 3); 2]);
}

#[test]
fn an_independent_count_agrees_on_every_feature_of_every_log() {
    for name in LOGS {
        let log = log(name);
        let features = features(&log);
        let plays: Vec<Play<'_>> = features
            .iter()
            .enumerate()
            .flat_map(|(index, of)| {
                // The groupings alternate from feature to feature.
                let grouping = GROUPINGS[index % 3];
                [of.peak, of.peak.div_ceil(2)].map(|seats| (&*of.feature, seats, grouping))
            })
            .collect();
        compare(&trace(name), &log, &plays);
    }
}

#[test]
fn real_logs_have_no_bad_lines_and_all_their_dates() {
    for name in LOGS {
        let report = log(name).report;

        let irregular = [
            report.bad,
            report.undated,
            report.held,
            report.unread,
            report.cuts,
        ];
        assert_eq!(irregular, [0; 5], "{name}");
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
