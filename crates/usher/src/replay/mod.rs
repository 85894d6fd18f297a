//! `usher replay`: shows how a pool with a given number of seats would have answered everybody in a license server's
//! log.
//!
//! Every step of the log goes through the engine that serves devices, on a clock that follows the log's.

mod choice;
mod desk;
mod drive;
mod input;
mod listing;
mod outcome;
mod setting;

use std::path::PathBuf;

use clap::Args;
use usher_insight::flexnet::{Grouping, features, plan};

use self::drive::Play;
use crate::{Failure, Terminal};

#[derive(Debug, Args)]
#[command(
    about = "Replay FlexNet debug logs: who would have been granted a seat, and who refused",
    after_help = "\
Each checkout is paired with its return first, so the length of each session is as in the log, at any
number of seats. Several logs are read as one: give them in any order; lines that two of them have in
common count once.

Without `--feature`, lists the features of the log, each with the most licenses that were in use
at once.

Examples:
  usher replay debug.log.gz
  usher replay debug.log.gz --feature MATLAB --seats 200
  usher replay may.log june.log --feature MATLAB --seats 200
  usher replay debug.log.gz --feature MATLAB --group host --json"
)]
pub(crate) struct Arguments {
    /// The license server's debug logs, plain or compressed with gzip; `-` for standard input
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// The feature whose checkouts to replay
    #[arg(long)]
    feature: Option<String>,
    /// The number of seats in the pool [default: the most licenses that were in use at once in the log]
    #[arg(long, requires = "feature", value_parser = clap::value_parser!(u32).range(1..=i64::from(desk::SEATS_MAX)))]
    seats: Option<u32>,
    /// Who shares one seat: nobody (each checkout takes its own), or all checkouts from a host or of a user
    #[arg(
        long,
        requires = "feature",
        default_value = "none",
        value_name = "none|host|user"
    )]
    group: Grouping,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Lists the features of a log, or replays one.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let shows_progress = terminal.is_watched() && !arguments.json;
    let input = input::read_all(&arguments.logs, shows_progress)?;
    let features = features(&input.log);
    let Some(feature) = &arguments.feature else {
        return if arguments.json {
            listing::json(&input, &features, terminal)
        } else {
            listing::text(&input, &features, terminal)
        };
    };
    let seats = choice::seats(&features, feature, arguments.seats, &input.name)?;
    let play = Play {
        steps: &plan(&input.log, feature, arguments.group),
        is_dated: input.log.is_dated,
        feature,
        seats,
        grouping: arguments.group,
    };
    let count = drive::run(&play, shows_progress)?;
    let outcome = outcome::Outcome::new(&input, feature, arguments.group, &count);
    if arguments.json {
        outcome.json(terminal)
    } else {
        outcome.text(terminal)
    }
}
