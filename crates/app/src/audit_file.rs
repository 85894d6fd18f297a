//! The audit as a file, in the API and the portal alike.

use std::io;

use serde::Serialize;
use serde_json::value::RawValue;
use usher_domain::{WallTime, WallTimes};
use usher_journal::{AuditRow, Hash, Text};

use crate::time::rfc3339;

/// The characters that start a formula in spreadsheets; some programs also accept the full-width forms.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Marks the file as UTF-8: otherwise, some spreadsheets assume an older encoding.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditFormat {
    /// Comma-separated values, with a header row.
    Csv,
    /// One JSON object per line.
    JsonLines,
}

/// An entry of a file.
#[derive(Debug, Serialize)]
pub struct AuditLine {
    at: String,
    seq: u64,
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_name: Option<String>,
    action: String,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Box<RawValue>>,
    came_by: &'static str,
    credential: String,
    address: String,
    request_id: String,
    hash: String,
    wall_time: String,
}

const COLUMNS: [&str; 14] = [
    "at",
    "seq",
    "actor",
    "actor_name",
    "action",
    "target",
    "target_name",
    "detail",
    "came_by",
    "credential",
    "address",
    "request_id",
    "hash",
    "wall_time",
];

impl AuditLine {
    /// An entry, with the hash of its commit, which can be compared with another file or with an anchor.
    #[must_use]
    pub fn of(row: &AuditRow, wall: &WallTimes, hash: Option<Hash>) -> Self {
        let text = |text: Option<&Text>| text.map(ToString::to_string).unwrap_or_default();
        let cause = row.read_cause();
        let detail = row.detail.as_ref().map(|detail| detail.reveal().to_string());
        Self {
            at: rfc3339(WallTime::new(row.at)).to_string(),
            seq: row.seq.get(),
            actor: row.actor.to_string(),
            actor_name: None,
            action: row.action.to_string(),
            target: text(row.target.as_ref()),
            target_name: None,
            detail: detail.and_then(|detail| RawValue::from_string(detail).ok()),
            came_by: cause.channel.as_str(),
            credential: text(cause.credential.as_ref()),
            address: cause
                .address
                .map(|address| address.reveal().to_string())
                .unwrap_or_default(),
            request_id: text(cause.request.as_ref()),
            hash: hash.map(|hash| hash.to_string()).unwrap_or_default(),
            wall_time: rfc3339(wall.shown(row.at)).to_string(),
        }
    }

    /// The same entry with the names of its actor and target.
    #[must_use]
    pub fn named(self, actor: String, target: String) -> Self {
        Self {
            actor_name: Some(actor),
            target_name: Some(target),
            ..self
        }
    }
}

impl AuditFormat {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/x-ndjson",
        }
    }

    /// The extension of such files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// A part of a file; `is_first` if it is the first.
    pub fn write(self, lines: impl Iterator<Item = AuditLine>, is_first: bool) -> Result<Vec<u8>, io::Error> {
        match self {
            Self::Csv => csv(lines, is_first),
            Self::JsonLines => json_lines(lines),
        }
    }
}

fn csv(lines: impl Iterator<Item = AuditLine>, with_columns: bool) -> Result<Vec<u8>, io::Error> {
    let start = if with_columns { BYTE_ORDER_MARK } else { &[] };
    let mut writer = csv::Writer::from_writer(start.to_vec());
    if with_columns {
        writer.write_record(COLUMNS)?;
    }
    for line in lines {
        let seq = line.seq.to_string();
        let cells: [&str; COLUMNS.len()] = [
            &line.at,
            &seq,
            &line.actor,
            line.actor_name.as_deref().unwrap_or_default(),
            &line.action,
            &line.target,
            line.target_name.as_deref().unwrap_or_default(),
            line.detail.as_ref().map_or("", |detail| detail.get()),
            line.came_by,
            &line.credential,
            &line.address,
            &line.request_id,
            &line.hash,
            &line.wall_time,
        ];
        writer.write_record(cells.map(defused))?;
    }
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}

fn json_lines(all: impl Iterator<Item = AuditLine>) -> Result<Vec<u8>, io::Error> {
    let mut bytes = Vec::new();
    for line in all {
        serde_json::to_writer(&mut bytes, &line)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// A cell of a sheet that no program takes for a formula: the people who enter names are not those who open the sheet.
#[must_use]
pub fn defused(cell: &str) -> String {
    if cell.starts_with(FORMULA_STARTS) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for start in ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"] {
            let cell = format!("{start}HYPERLINK(\"https://evil.example\")");
            assert_eq!(defused(&cell), format!("'{cell}"));
        }
        assert_eq!(defused("Nora = Sven"), "Nora = Sven");
    }

    #[test]
    fn a_file_says_once_that_it_is_utf_8() {
        let first = AuditFormat::Csv.write(std::iter::empty(), true).unwrap();
        let next = AuditFormat::Csv.write(std::iter::empty(), false).unwrap();

        assert!(first.starts_with(b"\xef\xbb\xbfat,seq,actor"), "{first:?}");
        assert!(next.is_empty());
    }
}
