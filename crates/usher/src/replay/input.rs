//! Reads the log.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use usher_insight::flexnet::{self, Log};

use crate::{Failure, progress};

/// Reads the log at `path`, `-` being standard input.
pub(super) fn read(path: &Path, shows_progress: bool) -> Result<Log, Failure> {
    let cannot = |error: &dyn std::error::Error| {
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
    if log.entries.is_empty() {
        return Err(Failure::said(format!(
            "`{}` says nothing about licenses taken or given back. Is it the debug log of a FlexNet license server, \
             with lines such as `9:15:02 (vendor) OUT: \"FEATURE\" user@host`?",
            path.display()
        )));
    }
    Ok(log)
}
