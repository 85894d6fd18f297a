//! Reads a log line by line, compressed or not, in UTF-8, UTF-16 or a single-byte encoding.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;

use super::Log;
use super::reading::Reading;
use super::text::decode;

/// A longer line is bad; the rest of it is skipped and not kept in memory.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The log cannot be read. The contents of its lines are never an error.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source failed before the first line.
    #[error("cannot read the log")]
    Io(#[from] io::Error),
}

/// Reads a whole log. Its first bytes show whether it is compressed with gzip.
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
        lines(&mut in_utf_8(MultiGzDecoder::new(plain)), true)
    } else {
        lines(&mut in_utf_8(plain), false)
    }
}

/// Converts UTF-16 text from Windows, with or without a byte order mark, to UTF-8. All other text is left as it is.
fn in_utf_8<'a>(mut source: impl Read + 'a) -> impl BufRead + 'a {
    let mut head = Vec::new();
    // An error here is kept until the lines are read, so that the reader of the lines reports it.
    let failed = source.by_ref().take(4).read_to_end(&mut head).err();
    let encoding: Option<&'static Encoding> = match *head {
        [0xff, 0xfe, ..] | [1..=0xff, 0, 1..=0xff, 0] => Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, 1..=0xff, 0, 1..=0xff] => Some(UTF_16BE),
        _ => None,
    };
    let rest = Broken { source, failed };
    let decoder = DecodeReaderBytesBuilder::new()
        .encoding(encoding)
        .bom_sniffing(false)
        .strip_bom(encoding.is_some())
        .build(Cursor::new(head).chain(rest));
    BufReader::new(decoder)
}

/// A source that may have failed early: it returns that error after its last byte.
struct Broken<R> {
    source: R,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Broken<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.failed.take() {
            Some(failed) => Err(failed),
            None => self.source.read(buffer),
        }
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
            Err(_) if zipped && reading.has_lines() => {
                reading.note_cut_short();
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

#[cfg(test)]
#[path = "read/tests.rs"]
mod tests;
