//! The program's log, on standard error.

use std::str::FromStr;

use clap::ValueEnum;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::Failure;

/// The variable with filter directives in the syntax of `tracing`, for debugging. It overrides the level.
const DIRECTIVES: &str = "USHER_LOG";

/// The directives of commands other than the server: warnings and errors, but no line per request.
const OF_COMMANDS: &str = "warn,usher_cli=info";

/// How much a server logs: with `info` one line for each request that changes something or is refused, with `debug` one
/// for each request. The variants have no comments, because clap would print them in the help.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// The format of log lines: text for people, or one JSON object for programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

/// Starts the log of a command that is not the server, or of a program beside the product.
pub fn start_for_command() -> Result<(), Failure> {
    install(filter(OF_COMMANDS)?, Format::Text);
    Ok(())
}

/// Starts the log of the server.
pub(crate) fn start(level: Level, format: Format) -> Result<(), Failure> {
    // At `info`, libraries log much that only their authors need.
    let usual = match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "warn,usher=info",
        Level::Debug => "warn,usher=debug",
        Level::Trace => "warn,usher=trace",
    };
    install(filter(usual)?, format);
    Ok(())
}

/// The directives of the environment, or else `usual`.
fn filter(usual: &str) -> Result<EnvFilter, Failure> {
    let asked = std::env::var(DIRECTIVES).ok().filter(|text| !text.is_empty());
    parse(asked.as_deref().unwrap_or(usual))
}

fn parse(directives: &str) -> Result<EnvFilter, Failure> {
    EnvFilter::from_str(directives).map_err(|error| {
        Failure::Usage(format!(
            "`{directives}` in `{DIRECTIVES}` cannot be used: {error}. Give it directives such as \
             `warn,usher_engine=debug`, or leave it out."
        ))
    })
}

fn install(filter: EnvFilter, format: Format) {
    let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, as in a test, changes nothing.
    let _ = match format {
        Format::Text => registry.with(lines.with_ansi(colours)).try_init(),
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_log_directives_are_refused_with_an_example() {
        let error = parse("usher=loud").unwrap_err().to_string();

        assert!(
            error.starts_with("`usher=loud` in `USHER_LOG` cannot be used: "),
            "{error}"
        );
        assert!(error.contains("such as `warn,usher_engine=debug`"), "{error}");
        assert!(parse("warn,usher_engine=debug").is_ok());
    }
}
