//! The program's exact output. The documentation quotes these files.
//!
//! Each file in `transcripts/` holds commands, `$ usher …`, each followed by its standard output, its standard error,
//! and its exit code if that is not 0. `UPDATE_TRANSCRIPTS=1` regenerates them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{repository, usher};

const PROMPT: &str = "$ usher";

fn transcript(commands: &str) -> String {
    let mut text = String::new();
    for command in commands.lines().filter_map(|line| line.strip_prefix(PROMPT)) {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let run = usher(&arguments);
        writeln!(text, "{PROMPT}{command}\n{}{}", run.out, run.err).unwrap();
        if run.code != Some(0) {
            writeln!(text, "[exit code {}]\n", run.code.unwrap_or(-1)).unwrap();
        }
    }
    text
}

#[test]
fn the_program_prints_what_the_transcripts_have() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts");
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let expected = fs::read_to_string(&file).unwrap();

        let text = transcript(&expected);

        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&file, text).unwrap();
        } else {
            assert_eq!(text, expected, "{}", file.display());
        }
    }
}

#[test]
fn a_closed_output_pipe_is_not_a_failure() {
    let output = Command::new("sh")
        .current_dir(repository())
        .env("USHER", env!("CARGO_BIN_EXE_usher"))
        .args(["-c", "{ \"$USHER\" openapi; echo $? >&2; } | true"])
        .output()
        .unwrap();

    assert_eq!(String::from_utf8_lossy(&output.stderr), "0\n");
}
