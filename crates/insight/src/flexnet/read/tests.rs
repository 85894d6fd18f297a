use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::reading::BAD_SAMPLES_MAX;
use super::super::text::wall_clock;
use super::super::{Action, EntryKind, Ignored, ReadReport, UnreadLine, Usage};
use super::*;

const SHORT: &str = "\
 1:56:05 (lmgrd) FlexNet Licensing (v11.12.0.0 build 136775 x64_n6) started on server (IBM PC) (3/30/2016)
 1:56:09 (adskflex) Server started on server for:

 6:51:39 (adskflex) OUT: \"64300ACD_F\" user0001@host0001
 6:51:40 (adskflex) DENIED: \"64300ACD_F\" ann@pc1  (Licensed number of users already reached. (-4,342))
 6:51:41 (adskflex) UNSUPPORTED: \"X\" ann@pc1   (No such feature exists. (-5,346))
23:00:00 (adskflex) QUEUED: \"64300ACD_F\" ann@pc1
 0:10:00 (adskflex) IN: \"64300ACD_F\" user0001@host0001   (INACTIVE)
 0:10:01 (adskflex) (@adskflex-SLOG@) === Host Info ===
 0:10:02 (lmgrd) Shutting down
no line of a log
";

fn usages(log: &Log) -> Vec<&Usage> {
    let usages = log.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Use(usage) => Some(usage),
        EntryKind::Started => None,
    });
    usages.collect()
}

fn log(bytes: impl AsRef<[u8]>) -> Log {
    read(bytes.as_ref(), |_| {}).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap()
}

#[test]
fn every_line_is_an_entry_or_ignored_or_bad() {
    let log = log(SHORT);

    let expected = ReadReport {
        lines: 11,
        entries: 3,
        ignored: Ignored {
            blank: 1,
            dates: 1,
            starts: 1,
            unsupported: 1,
            queued: 1,
            statistics: 1,
            notices: 1,
        },
        bad: 1,
        bad_samples: vec![UnreadLine {
            line: 11,
            why: "no time of day",
            text: "no line of a log".to_owned(),
        }],
        ..ReadReport::default()
    };
    assert_eq!(log.report, expected);
    assert_eq!(log.report.ignored.total(), 7);
}

#[test]
fn entries_have_their_time_and_content() {
    let log = log(SHORT);

    let times: Vec<_> = log.entries.iter().map(|entry| wall_clock(entry.at)).collect();
    assert_eq!(
        times,
        [
            "2016-03-30T01:56:09",
            "2016-03-30T06:51:39",
            "2016-03-30T06:51:40",
            "2016-03-31T00:10:00",
        ]
    );
    assert_eq!(log.entries[0].kind, EntryKind::Started);
    assert_eq!(&*log.entries[0].daemon, "adskflex");
    let mark = Some(Arc::from("INACTIVE"));
    assert_eq!(usages(&log)[2].action, Action::In { mark });
    let reason = Arc::from("Licensed number of users already reached. (-4,342)");
    assert_eq!(
        usages(&log)[1].action,
        Action::Denied {
            by_limit: true,
            reason
        }
    );
    assert!(log.is_dated);
}

#[test]
fn a_compressed_log_is_known_by_its_first_bytes_and_may_have_several_parts() {
    let (head, tail) = SHORT.split_at(300);
    let parts = [gzip(head.as_bytes()), gzip(tail.as_bytes())].concat();

    assert_eq!(log(parts).entries, log(SHORT).entries);
}

#[test]
fn a_compressed_log_that_ends_too_early_gives_what_it_has() {
    let long = (0..20_000)
        .map(|index| format!("9:00:00 (d) OUT: \"F\" u{index}@pc{}\n", index * 7919 % 10_007))
        .collect::<Vec<_>>()
        .concat();
    let whole = gzip(long.as_bytes());

    let cut = log(&whole[..whole.len() / 2]);

    assert!(cut.report.cut_short);
    assert!(cut.entries.len() > 1000);
    assert!(read(&whole[..5], |_| {}).is_err());
}

#[test]
fn ends_of_line_and_marks_of_other_systems_change_nothing() {
    let windows = format!("\u{feff}{}", SHORT.replace('\n', "\r\n"));

    let windows = log(windows);

    assert_eq!(windows.entries, log(SHORT).entries);
    assert_eq!(windows.report, log(SHORT).report);
    assert_eq!(log(SHORT.trim_end()).report, log(SHORT).report);
}

#[test]
fn names_that_are_not_utf_8_are_kept_apart() {
    let log = log(b"9:00:00 (d) OUT: \"F\" m\xfcller@pc\n9:00:00 (d) OUT: \"F\" m\xe4ller@pc\n");

    assert_eq!(&*usages(&log)[0].user, "müller");
    assert_eq!(&*usages(&log)[1].user, "mäller");
}

#[test]
fn a_line_without_end_is_bad_and_not_kept() {
    let mut bytes = vec![b'x'; 3 * LINE_BYTES_MAX];
    bytes.extend_from_slice(b"\n9:00:00 (d) OUT: \"F\" ann@pc1\n");

    let log = log(bytes);

    assert_eq!((log.report.lines, log.report.bad, log.entries.len()), (2, 1, 1));
    assert_eq!(log.report.bad_samples[0].why, "too long a line");
    assert_eq!(log.report.bad_samples[0].text.len(), 160);
}

#[test]
fn only_the_first_bad_lines_are_shown() {
    let log = log("bad\n".repeat(9));

    assert_eq!(
        (log.report.bad, log.report.bad_samples.len()),
        (9, BAD_SAMPLES_MAX)
    );
}

#[test]
fn undated_and_held_lines_are_reported() {
    let log = log("\
        23:59:00 (d) OUT: \"F\" ann@pc1\n\
        0:01:00 (d) TIMESTAMP 3/30/2016\n\
        0:00:59 (e) OUT: \"F\" bob@pc2\n");

    assert_eq!((log.report.undated, log.report.held), (1, 1));
    assert_eq!(wall_clock(log.entries[0].at), "2016-03-29T23:59:00");
    assert_eq!(wall_clock(log.entries[1].at), "2016-03-30T00:01:00");
}

#[test]
fn progress_counts_the_bytes_of_the_source() {
    let zipped = gzip(SHORT.as_bytes());
    let mut last = 0;

    read(&zipped[..], |bytes| {
        assert!(bytes >= last);
        last = bytes;
    })
    .unwrap();

    assert_eq!(last, u64::try_from(zipped.len()).unwrap());
}

#[test]
fn an_empty_log_is_a_log() {
    assert_eq!(log("").report, ReadReport::default());
}

#[test]
fn logs_of_windows_in_utf_16_are_read_with_and_without_their_mark() {
    let text = SHORT.replace("user0001", "müller").replace('\n', "\r\n");
    let expected = log(&text);
    for mark in ["", "\u{feff}"] {
        let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();

        for bytes in [gzip(&little), little, big] {
            let read = log(bytes);
            assert_eq!(
                (&read.entries, &read.report),
                (&expected.entries, &expected.report)
            );
        }
    }
    assert_eq!(&*usages(&expected)[0].user, "müller");
}

#[test]
fn unreadable_lines_that_name_a_feature_are_listed() {
    let log = log("\
        9:00:00 (d) TIMESTAMP 3/30/2016\n\
        9:00:01 (d) OUT: \"Draw\" ann@pc1\n\
        9:00:02 (d) SEIZED: \"Draw\" bob@pc2\n\
        9:00:03 (d) SEIZED: \"Unknown\" bob@pc2\n\
        9:00:04 (d) Server started on server for: Draw\n\
        9:00:04 (d) Draw Mesh\n\
        9:00:05 (d) OUT: Draw\n\
        no line about Drawings\n");

    let listed: Vec<_> = log
        .report
        .unread_lines
        .iter()
        .map(|line| (line.line, line.why))
        .collect();
    assert_eq!(listed, [(3, "not understood"), (7, "no feature")]);
    assert_eq!(log.report.unread, 2);
}

#[test]
fn a_banner_before_the_first_date_is_not_reported() {
    let log = log("\
        8:59:58 (lmgrd) -----------------------------------------------\n\
        8:59:59 (lmgrd)   Please Note:\n\
        9:00:00 (d) TIMESTAMP 3/30/2016\n\
        9:00:01 (d) OUT: \"Draw\" ann@pc1\n");

    assert_eq!(log.report.undated, 0);
    assert!(log.is_dated);
}

#[test]
fn a_daemon_that_starts_again_after_a_reread_is_a_restart() {
    let log = log("\
        9:00:00 (d) Rereading license file...\n\
        9:00:00 (d) Server started on s for: Draw\n\
        9:00:01 (lmgrd) Started d (internet tcp_port 2080 pid 77)\n\
        9:00:02 (d) Server started on s for: Draw\n\
        9:00:03 (e) Rereading license file...\n\
        9:00:04 (d) Server started on s for: Draw\n");

    assert_eq!(log.entries.len(), 2);
}
