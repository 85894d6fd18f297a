//! The program's exact output. The documentation quotes these files.
//!
//! Each file in `transcripts/` holds commands, `$ usher …`, each followed by its standard output, its standard error,
//! and its exit code if that is not 0. Those in `transcripts/server/` run against a sandbox, one for each file, with its
//! operator key; ids and times in them are always the same ones. `UPDATE_TRANSCRIPTS=1` regenerates them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Server, repository, usher_with};

const PROMPT: &str = "$ usher";

/// The ids that accounts have in transcripts, in the order in which they appear.
const ACCOUNTS: [&str; 2] = [
    "acct_01m8kjm25qebwt4anx2sxhf08v",
    "acct_01m8kjn6txf4g9h3wq7bz5d2rk",
];

/// The time that transcripts have.
const TIME: &str = "2026-11-29 12:00:00Z";

fn transcript(commands: &str, environment: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for command in commands.lines().filter_map(|line| line.strip_prefix(PROMPT)) {
        let arguments = words(command);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = usher_with(environment, &arguments);
        writeln!(text, "{PROMPT}{command}\n{}{}", run.out, run.err).unwrap();
        if run.code != Some(0) {
            writeln!(text, "[exit code {}]\n", run.code.unwrap_or(-1)).unwrap();
        }
    }
    text
}

/// The words of a command: spaces separate them, except between single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in command.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The text with the ids and times that transcripts have.
fn with_usual_values(mut text: String) -> String {
    for usual in ACCOUNTS {
        let mut places = text
            .match_indices("acct_")
            .filter_map(|(place, _)| text.get(place..place + usual.len()));
        let Some(id) = places.find(|id| !ACCOUNTS.contains(id)).map(str::to_owned) else {
            break;
        };
        text = text.replace(&id, usual);
    }
    let is_time = |part: &str| {
        let form = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
        part.chars().map(form).collect::<String>() == "0000-00-00 00:00:00Z"
    };
    let ends: Vec<usize> = text.match_indices('Z').map(|(place, _)| place + 1).collect();
    for end in ends {
        let start = end.saturating_sub(TIME.len());
        if text.get(start..end).is_some_and(is_time) {
            text.replace_range(start..end, TIME);
        }
    }
    text
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli/transcripts")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn check(file: &Path, transcript: impl Fn(&str) -> String) {
    let expected = fs::read_to_string(file).unwrap();

    let text = transcript(&expected);

    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        fs::write(file, text).unwrap();
    } else {
        assert_eq!(text, expected, "{}", file.display());
    }
}

#[test]
fn the_program_prints_what_the_transcripts_have() {
    for file in files_in("") {
        check(&file, |commands| transcript(commands, &[]));
    }
}

#[test]
fn the_program_prints_what_the_transcripts_with_a_server_have() {
    for file in files_in("server") {
        let mut server = Server::start_with(&[], &["--sandbox"]);
        let key = server.operator_key();
        let environment = [
            ("USHER_SERVER", server.url.as_str()),
            ("USHER_OPERATOR_KEY", &key),
        ];

        check(&file, |commands| {
            with_usual_values(transcript(commands, &environment))
        });
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
