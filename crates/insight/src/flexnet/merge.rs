//! Merges several logs, or the parts of one file, in the order of time.

use std::collections::HashMap;

use super::{Entry, Log, ReadReport};

/// One of several logs has no date, so its place among the others is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("log number {0} has no dates, so nothing tells where it belongs among the others")]
pub struct NoDates(
    /// The number of the log in the given order, from 1.
    pub usize,
);

/// Merges several logs, given in any order. Lines that two of them have in common, because one log was copied while it
/// grew, count once. The report is the sum of the logs' reports; lines keep the numbers they have in their own file.
pub fn merge(logs: Vec<Log>) -> Result<Log, NoDates> {
    if let Some(place) = logs.iter().position(|log| !log.is_dated)
        && logs.len() > 1
    {
        return Err(NoDates(place + 1));
    }
    let is_dated = logs.iter().all(|log| log.is_dated);
    let mut report = ReadReport::default();
    let mut parts = Vec::with_capacity(logs.len());
    for log in logs {
        report.add(log.report);
        parts.push(log.entries);
    }
    Ok(Log {
        entries: in_order(parts),
        is_dated,
        report,
    })
}

/// The entries of all parts by their time; entries that two parts have in common appear once. Within a part, times
/// never go back.
pub(super) fn in_order(mut parts: Vec<Vec<Entry>>) -> Vec<Entry> {
    parts.retain(|part| !part.is_empty());
    parts.sort_by_key(|part| part.first().map(|entry| entry.at));
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for mut part in parts {
        drop_known(&mut part, &all);
        all.append(&mut part);
        // A stable sort keeps the order of entries within the same second.
        all.sort_by_key(|entry| entry.at);
    }
    all
}

/// Removes from a part the entries that `known` already has. An entry that both have several times stays as often as
/// the part has it more often.
fn drop_known(part: &mut Vec<Entry>, known: &[Entry]) {
    let Some(from) = part.first().map(|entry| entry.at) else {
        return;
    };
    let overlap = &known[known.partition_point(|entry| entry.at < from)..];
    let mut times: HashMap<&Entry, usize> = HashMap::new();
    for entry in overlap {
        *times.entry(entry).or_default() += 1;
    }
    part.retain(|entry| match times.get_mut(entry) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
}

impl ReadReport {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.entries += other.entries;
        self.ignored.add(other.ignored);
        self.bad += other.bad;
        self.bad_samples.extend(other.bad_samples);
        self.unread += other.unread;
        self.unread_lines.extend(other.unread_lines);
        self.undated += other.undated;
        self.held += other.held;
        self.cuts += other.cuts;
        self.cut_short |= other.cut_short;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{features, read, wall_clock};
    use super::*;

    const FIRST: &str = "\
        9:00:00 (d) TIMESTAMP 3/30/2016\n\
        9:00:01 (d) OUT: \"F\" ann@pc1\n\
        9:00:01 (d) OUT: \"F\" ann@pc1\n\
        9:00:02 (d) OUT: \"F\" bob@pc2\n";
    const LATER: &str = "\
        9:00:00 (d) TIMESTAMP 3/30/2016\n\
        9:00:01 (d) OUT: \"F\" ann@pc1\n\
        9:00:02 (d) OUT: \"F\" bob@pc2\n\
        9:00:03 (d) IN: \"F\" bob@pc2\n\
        9:00:04 (d) OUT: \"F\" cid@pc3\n";

    fn log(text: &str) -> Log {
        read(text.as_bytes(), |_| {}).unwrap()
    }

    #[test]
    fn the_lines_that_two_logs_share_count_once_in_either_order() {
        for logs in [[FIRST, LATER], [LATER, FIRST], [LATER, LATER]] {
            let is_whole = logs[0] != logs[1];

            let merged = merge(logs.map(log).into()).unwrap();

            assert!(merged.entries.is_sorted_by_key(|entry| entry.at));
            let used = &features(&merged)[0];
            let expected = if is_whole { (4, 1, 3) } else { (3, 1, 2) };
            assert_eq!((used.outs, used.ins, used.peak), expected);
        }
    }

    #[test]
    fn a_log_without_dates_cannot_be_put_among_others() {
        let undated = "9:00:01 (d) OUT: \"F\" ann@pc1\n";

        assert_eq!(merge(vec![log(FIRST), log(undated)]).unwrap_err(), NoDates(2));
        assert!(!merge(vec![log(undated)]).unwrap().is_dated);
    }

    #[test]
    fn an_older_log_at_the_end_of_a_file_comes_first() {
        let file = format!(
            "{FIRST}12:00:00 (d) TIMESTAMP 3/1/2016\n12:00:01 (d) OUT: \"F\" old@pc9\n12:00:09 (d) IN: \"F\" old@pc9\n"
        );

        let log = log(&file);

        assert_eq!(log.report.cuts, 1);
        assert_eq!(wall_clock(log.entries[0].at), "2016-03-01T12:00:01");
        assert_eq!(features(&log)[0].peak, 3);
    }
}
