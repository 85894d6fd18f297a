//! The program under measurement.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use super::BenchError;

/// A message of cargo about something it has built.
#[derive(Deserialize)]
struct Built {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The given program, or else the one that users get: it is built first, so that no old one is measured.
pub(super) async fn find(given: Option<&Path>) -> Result<PathBuf, BenchError> {
    if let Some(given) = given {
        // A name without a folder would be looked up on the path.
        return given
            .canonicalize()
            .map_err(|error| BenchError::NoProgram(given.to_owned(), error));
    }
    // Cargo sets it for the programs that it runs.
    let cargo = std::env::var_os("CARGO").ok_or(BenchError::NoCargo)?;
    build(&cargo).await
}

async fn build(cargo: &OsStr) -> Result<PathBuf, BenchError> {
    let mut command = Command::new(cargo);
    command.args([
        "build",
        "--release",
        "--package=usher",
        "--bin=usher",
        "--message-format=json-render-diagnostics",
    ]);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    command.arg("--manifest-path").arg(manifest);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let program = messages.lines().find_map(executable);
    program
        .filter(|_| output.status.success())
        .ok_or(BenchError::NotBuilt)
}

/// The path of the program, if this message of cargo has it.
fn executable(message: &str) -> Option<PathBuf> {
    let built: Built = serde_json::from_str(message).ok()?;
    built.executable.filter(|_| built.target.name == "usher")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_the_messages_of_cargo() {
        let library = r#"{"target":{"kind":["lib"],"name":"usher_cli"},"executable":null}"#;
        let program = r#"{"target":{"kind":["bin"],"name":"usher"},"executable":"/t/usher"}"#;
        let end = r#"{"reason":"build-finished","success":true}"#;

        assert_eq!(executable(library), None);
        assert_eq!(executable(program), Some(PathBuf::from("/t/usher")));
        assert_eq!(executable(end), None);
    }
}
