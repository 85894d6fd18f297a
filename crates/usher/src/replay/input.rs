//! Reads the logs.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use usher_insight::flexnet::{self, Log, ReadReport, merge};

use crate::{Failure, progress};

/// One log, from one file or several.
pub(super) struct Input {
    /// The names of the files.
    pub(super) name: String,
    /// The merged log.
    pub(super) log: Log,
    /// A report for each file.
    pub(super) files: Vec<FileReport>,
}

/// How one file was read.
#[derive(serde::Serialize)]
pub(super) struct FileReport {
    /// The file's name.
    pub(super) log: String,
    /// Whether it has dates.
    pub(super) is_dated: bool,
    /// The statistics of reading it.
    pub(super) read: ReadReport,
}

/// Reads all logs, given in any order.
pub(super) fn read_all(paths: &[PathBuf], shows_progress: bool) -> Result<Input, Failure> {
    let mut logs = Vec::with_capacity(paths.len());
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let log = read(path, shows_progress)?;
        files.push(FileReport {
            log: path.display().to_string(),
            is_dated: log.is_dated,
            read: log.report.clone(),
        });
        logs.push(log);
    }
    let log = merge(logs).map_err(|error| {
        let name = files.get(error.0 - 1).map_or("-", |file| &file.log);
        Failure::said(format!(
            "`{name}` has no dates, so its place among the others is unknown. Replay it alone, or leave it \
             out."
        ))
    })?;
    let names: Vec<&str> = files.iter().map(|file| &*file.log).collect();
    Ok(Input {
        name: names.join(" "),
        log,
        files,
    })
}

/// Reads the log at `path`; `-` is standard input.
fn read(path: &Path, shows_progress: bool) -> Result<Log, Failure> {
    let cannot = |error: &(dyn std::error::Error + 'static)| {
        Failure::because(format_args!("Cannot read `{}`", path.display()), error)
    };
    let (source, bytes): (Box<dyn Read>, u64) = if path == Path::new("-") {
        (Box::new(io::stdin().lock()), 0)
    } else {
        let file = File::open(path).map_err(|error| cannot(&error))?;
        let bytes = file.metadata().map_err(|error| cannot(&error))?.len();
        (Box::new(file), bytes)
    };
    let bar = progress::bytes(bytes, shows_progress);
    let log = flexnet::read(source, |bytes| bar.set_position(bytes)).map_err(|error| cannot(&error))?;
    bar.finish_and_clear();
    if log.report.entries == 0 {
        return Err(Failure::said(format!(
            "`{}` has no lines about licenses checked out or in. Is it the debug log of a FlexNet license server, \
             with lines such as `9:15:02 (vendor) OUT: \"FEATURE\" user@host`?",
            path.display()
        )));
    }
    Ok(log)
}
