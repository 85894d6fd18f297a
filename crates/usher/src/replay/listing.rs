//! Lists the features of a log.

use comfy_table::{CellAlignment, Table};
use serde::Serialize;
use usher_insight::flexnet::{FeatureUse, ReadReport};

use super::input::{FileReport, Input};
use super::outcome::tell_about_reading;
use crate::terminal::{self, bold, dim};
use crate::words::{grouped, plural};
use crate::{Failure, Terminal};

#[derive(Serialize)]
struct Listing<'a> {
    log: &'a str,
    features: &'a [FeatureUse],
    read: &'a ReadReport,
    #[serde(skip_serializing_if = "is_one")]
    files: &'a [FileReport],
}

/// Whether there is only one file, so its report is the report of the whole.
pub(super) const fn is_one(files: &[FileReport]) -> bool {
    files.len() == 1
}

/// Prints the features as one JSON object.
pub(super) fn json(input: &Input, features: &[FeatureUse], terminal: &mut Terminal) -> Result<(), Failure> {
    let listing = Listing {
        log: &input.name,
        features,
        read: &input.log.report,
        files: &input.files,
    };
    Ok(terminal.print_json(&listing)?)
}

/// Prints the features as a table.
pub(super) fn text(input: &Input, features: &[FeatureUse], terminal: &mut Terminal) -> Result<(), Failure> {
    let log = &input.name;
    let count = u64::try_from(features.len()).unwrap_or(u64::MAX);
    writeln!(
        terminal.out(),
        "{} in {log}\n",
        plural(count, "feature", "features")
    )?;
    writeln!(terminal.out(), "{}", table(features).trim_fmt())?;
    let Some(first) = features.iter().find(|of| of.peak > 0).or(features.first()) else {
        return Ok(());
    };
    let example = format!("usher replay {log} --feature {}", quoted(&first.feature));
    writeln!(
        terminal.out(),
        "\n{} {}",
        dim("Replay one of them:"),
        bold(example)
    )?;
    tell_about_reading(&input.files, terminal)
}

fn table(features: &[FeatureUse]) -> Table {
    let mut table = terminal::table([
        "Feature",
        "Peak",
        "Checkouts",
        "Refused",
        "Refused otherwise",
        "Users",
    ]);
    for of in features {
        table.add_row([
            of.feature.to_string(),
            grouped(of.peak.into()),
            grouped(of.outs),
            grouped(of.denied),
            grouped(of.denied_otherwise),
            grouped(of.users),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The name quoted for a shell.
fn quoted(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.+".contains(letter);
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}
