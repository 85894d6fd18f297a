//! Reads a log, compressed or not, line by line.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::calendar::{self, Stamp};
use super::line::{Deed, Line, Said, Use, is_limit};
use super::names::Names;
use super::text::decode;
use super::{Action, BadLine, DaemonStart, Entry, Log};

/// A longer line is bad; the rest of it is skipped, not kept.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// How many bad lines a report shows.
pub const BAD_SAMPLES_MAX: usize = 5;
const SAMPLE_CHARS_MAX: usize = 160;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The log cannot be read. What its lines say is never an error.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source gave out before the first line.
    #[error("cannot read the log")]
    Io(#[from] io::Error),
}

/// Reads a whole log. Whether it is compressed with gzip is told by its first bytes.
///
/// `progress` is called with the number of bytes taken from `source` so far, compressed as they come.
pub fn read(mut source: impl Read, progress: impl FnMut(u64)) -> Result<Log, ReadError> {
    let mut magic = Vec::new();
    source.by_ref().take(2).read_to_end(&mut magic)?;
    let zipped = magic == GZIP_MAGIC;
    let counted = Counted {
        source: Cursor::new(magic).chain(source),
        bytes: 0,
        progress,
    };
    let plain = BufReader::new(counted);
    if zipped {
        lines(&mut BufReader::new(MultiGzDecoder::new(plain)), true)
    } else {
        lines(&mut { plain }, false)
    }
}

struct Counted<R, P> {
    source: R,
    bytes: u64,
    progress: P,
}

impl<R: Read, P: FnMut(u64)> Read for Counted<R, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        (self.progress)(self.bytes);
        Ok(length)
    }
}

fn lines(input: &mut dyn BufRead, zipped: bool) -> Result<Log, ReadError> {
    let mut reading = Reading::default();
    let mut line = Vec::new();
    loop {
        match next_line(input, &mut line) {
            Ok(Length::End) => break,
            Ok(Length::Whole) => reading.line(&line),
            Ok(Length::TooLong) => reading.bad("too long a line", &decode(&line)),
            Err(_) if zipped && reading.log.report.lines > 0 => {
                reading.log.report.cut_short = true;
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(reading.finish())
}

enum Length {
    Whole,
    TooLong,
    End,
}

/// Puts the next line without its end into `line`, as far as it fits.
fn next_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Length> {
    line.clear();
    let mut length = Length::End;
    loop {
        let part = match input.fill_buf() {
            Ok([]) => return Ok(length),
            Ok(part) => part,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = part.iter().position(|byte| *byte == b'\n');
        let text = &part[..end.unwrap_or(part.len())];
        let room = LINE_BYTES_MAX - line.len();
        line.extend_from_slice(&text[..text.len().min(room)]);
        length = match length {
            Length::TooLong => Length::TooLong,
            _ if text.len() > room => Length::TooLong,
            _ => Length::Whole,
        };
        let taken = end.map_or(part.len(), |end| end + 1);
        input.consume(taken);
        if end.is_some() {
            return Ok(length);
        }
    }
}

/// A log in the making: its instants are known when all lines are read.
#[derive(Default)]
struct Reading {
    log: Log,
    names: Names,
    stamps: Vec<Stamp>,
    entry_stamps: Vec<usize>,
    start_stamps: Vec<usize>,
}

impl Reading {
    fn line(&mut self, bytes: &[u8]) {
        let first = self.log.report.lines == 0;
        let bytes = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .filter(|_| first)
            .unwrap_or(bytes);
        let text = decode(bytes.strip_suffix(b"\r").unwrap_or(bytes));
        match Line::parse(&text) {
            Line::Blank => {
                self.log.report.lines += 1;
                self.log.report.ignored.blank += 1;
            }
            Line::Bad(why) => self.bad(why, &text),
            Line::Said { clock, daemon, what } => {
                let day = if let Said::Day(day) = what {
                    Some(day)
                } else {
                    None
                };
                self.stamps.push(Stamp { clock, day });
                self.said(daemon, what, &text);
            }
        }
    }

    fn said(&mut self, daemon: &str, what: Said<'_>, text: &str) {
        if let Said::Bad(why) = what {
            return self.bad(why, text);
        }
        let report = &mut self.log.report;
        report.lines += 1;
        match what {
            Said::Use(usage) => self.entry(daemon, &usage),
            Said::Started => {
                report.ignored.starts += 1;
                self.start(daemon);
            }
            Said::Day(_) => report.ignored.dates += 1,
            Said::Unsupported => report.ignored.unsupported += 1,
            Said::Queued => report.ignored.queued += 1,
            Said::Statistics => report.ignored.statistics += 1,
            Said::Notice | Said::Bad(_) => report.ignored.notices += 1,
        }
    }

    fn entry(&mut self, daemon: &str, usage: &Use<'_>) {
        let remark = usage.remark.map(|remark| self.names.get(remark));
        let action = match usage.deed {
            Deed::Out => Action::Out,
            Deed::In => Action::In { mark: remark },
            Deed::Denied => Action::Denied {
                by_limit: remark.as_deref().is_some_and(is_limit),
                reason: remark.unwrap_or_else(|| Arc::from("")),
            },
        };
        self.log.report.entries += 1;
        self.entry_stamps.push(self.stamps.len() - 1);
        self.log.entries.push(Entry {
            at: usher_domain::Timestamp::default(),
            line: self.log.report.lines,
            daemon: self.names.get(daemon),
            feature: self.names.get(usage.feature),
            user: self.names.get(usage.user),
            host: self.names.get(usage.host),
            count: usage.count,
            action,
        });
    }

    fn start(&mut self, daemon: &str) {
        self.start_stamps.push(self.stamps.len() - 1);
        self.log.starts.push(DaemonStart {
            at: usher_domain::Timestamp::default(),
            line: self.log.report.lines,
            daemon: self.names.get(daemon),
        });
    }

    fn bad(&mut self, why: &'static str, text: &str) {
        let report = &mut self.log.report;
        report.lines += 1;
        report.bad += 1;
        if report.bad_samples.len() < BAD_SAMPLES_MAX {
            report.bad_samples.push(BadLine {
                line: report.lines,
                why,
                text: text.trim().chars().take(SAMPLE_CHARS_MAX).collect(),
            });
        }
    }

    fn finish(mut self) -> Log {
        let dated = calendar::date(&self.stamps);
        for (entry, stamp) in self.log.entries.iter_mut().zip(self.entry_stamps) {
            entry.at = dated.times[stamp];
        }
        for (start, stamp) in self.log.starts.iter_mut().zip(self.start_stamps) {
            start.at = dated.times[stamp];
        }
        self.log.report.undated = dated.undated;
        self.log.report.held = dated.held;
        self.log
    }
}

#[cfg(test)]
#[path = "read/tests.rs"]
mod tests;
