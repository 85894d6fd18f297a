//! Reading and planning never panics, whatever the file contains.

mod pool;

use proptest::prelude::*;
use usher_insight::flexnet::{Grouping, features, plan, read};

/// Lines that look like those of a log, with everything that can be wrong about them.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let clock = prop_oneof![
        6 => "[ 0-2]?[0-9]:[0-5][0-9]:[0-5][0-9]",
        1 => "20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?(Z|\\+01:00)?",
        1 => "[0-9:]{0,9}"
    ];
    let daemon = prop_oneof![Just("(d)"), Just("(lmgrd)"), Just("(e)"), Just("(d"), Just("")];
    let message = prop_oneof![
        4 => "(OUT|IN|DENIED|UPGRADE): \"[AB]\" [ab]@[xy]( \\([0-9](->[0-9])? licenses\\))?( \\(INACTIVE\\))?",
        1 => "DENIED: [0-9] [AB] to [ab]@[xy]",
        1 => "(OUT|IN): \"[AB]\" @[xy] \\([0-9]\\) \\^\\^\\^ 1.0 [ab] 127.0.0.1",
        1 => "(Rereading license file|...Finished rereading|UNHEARD: \"A\")",
        2 => "DENIED: \"[AB]\" [ab]@[xy] (\\(Licensed number of users already reached. \\(-4,342\\)\\))?",
        1 => "TIMESTAMP (1[0-3]|[0-9])/([0-3][0-9]|[0-9])/20[0-9]{2}",
        1 => "Server started on s for:",
        1 => "\\(@d-SLOG@\\) Time: Thu Apr [0-3][0-9] 2015 15:34:04",
        1 => "(OUT|IN): [\"A@ ()\\[\\]]{0,12}",
    ];
    let shaped =
        (clock, daemon, message).prop_map(|(clock, daemon, message)| format!("{clock} {daemon} {message}"));
    prop_oneof![
        9 => shaped.prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}

fn check(bytes: &[u8]) {
    let Ok(log) = read(bytes, |_| {}) else {
        // Only input that looks compressed can be unreadable.
        assert!(bytes.starts_with(&[0x1f, 0x8b]));
        return;
    };
    let report = &log.report;
    assert_eq!(report.lines, report.entries + report.ignored.total() + report.bad);
    assert!(log.entries.is_sorted_by_key(|entry| entry.at));

    for feature in features(&log) {
        for grouping in [Grouping::None, Grouping::Host, Grouping::User] {
            let steps = plan(&log, &feature.feature, grouping);
            assert!(steps.is_sorted_by_key(|step| step.at));

            let count = pool::replay(&steps, feature.peak, grouping);

            assert!(count.peak <= feature.peak);
            let attempts = feature.outs + feature.denied;
            assert!((attempts..=attempts + feature.upgrades).contains(&count.attempts));
            assert!(count.users >= feature.users);
            assert!(count.longest_full_secs <= count.secs_at_limit);
            assert!(
                count
                    .episodes
                    .is_some_and(|episodes| episodes.all <= count.attempts)
            );
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn input_that_looks_compressed_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        check(&[&[0x1f, 0x8b, 8][..], &bytes].concat());
    }

    #[test]
    fn lines_in_any_order_keep_time_and_figures_in_bounds(lines in prop::collection::vec(line(), 0..40)) {
        check(&lines.join(&b'\n'));
    }
}
