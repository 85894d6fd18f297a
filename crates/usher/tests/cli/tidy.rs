//! House rules that no compiler lint checks: the length of files, words to avoid, lints that are turned off silently,
//! sleeping tests, and paths of somebody's machine.

use std::path::PathBuf;

use crate::program::repository;

/// The longest source files. New ones are to be far shorter.
const SOURCE_LINES_MAX: usize = 490;
/// The longest files of tests.
const TEST_LINES_MAX: usize = 600;

/// Phrases that nobody who grew up with English would write, and what to write instead.
const WORDS: [(&str, &str); 13] = [
    (" anew", "again"),
    ("by and by", "after a while"),
    (" of late", "recently"),
    ("stands for", "means"),
    ("is good once", "works once"),
    ("none where", "`None` if"),
    ("half sign-in", "pending sign-in"),
    ("as it stands", "as it is"),
    ("told apart", "distinguished"),
    ("lays no hand", "cannot change"),
    ("sign of life", "heartbeat"),
    ("signs of life", "heartbeats"),
    (", save ", "except"),
];

/// The only place where tests may wait for time to pass, on tokio's paused clock.
const MAY_SLEEP: &str = "crates/engine/tests/it/harness.rs";

/// The text files of the repository that people write, with their path.
fn files() -> Vec<(String, String)> {
    let ends = ["rs", "md", "html", "js", "py", "toml", "css"];
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = ["crates", "docs", "tests"].map(PathBuf::from).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(repository().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            let is_text = path
                .extension()
                .is_some_and(|end| ends.iter().any(|it| end == *it));
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if is_text && !path.ends_with("cli/tidy.rs") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                files.push((path.to_str().unwrap().to_owned(), text));
            }
        }
    }
    files.retain(|(path, _)| !path.contains("/vendor/"));
    for path in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ] {
        let text = std::fs::read_to_string(repository().join(path)).unwrap();
        files.push((path.to_owned(), text));
    }
    files
}

fn is_rust(path: &str) -> bool {
    path.rsplit('.').next() == Some("rs")
}

/// The lines for which `is_wrong` holds, with their place.
fn wrong(is_wrong: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        for (index, line) in text.lines().enumerate() {
            if is_wrong(&path, line) {
                wrong.push(format!("{path}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    wrong
}

#[test]
fn files_are_short_enough_to_be_read() {
    let long: Vec<_> = files()
        .into_iter()
        .filter(|(path, _)| is_rust(path))
        .map(|(path, text)| {
            let is_test = path.contains("/tests/") || path.contains("/contract/");
            let max = if is_test { TEST_LINES_MAX } else { SOURCE_LINES_MAX };
            (path, text.lines().count(), max)
        })
        .filter(|(_, lines, max)| lines > max)
        .collect();

    assert_eq!(long, [], "split these by topic");
}

#[test]
fn no_file_has_a_word_that_we_avoid() {
    let is_wrong = |_: &str, line: &str| WORDS.iter().any(|(word, _)| line.to_lowercase().contains(word));
    let found = wrong(is_wrong);

    assert_eq!(found, [""; 0], "better: {WORDS:?}");
}

#[test]
fn lints_are_switched_off_with_expect_and_a_reason() {
    // `expect` fails once there is nothing to allow any more.
    let is_wrong = |path: &str, line: &str| {
        let code = line.trim_start();
        is_rust(path) && (code.starts_with("#[allow(") || code.starts_with("#![allow("))
    };

    assert_eq!(wrong(is_wrong), [""; 0], "write `expect` with a reason");
}

#[test]
fn no_test_sleeps() {
    let is_wrong = |path: &str, line: &str| {
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/contract");
        is_rust(path) && is_test && path != MAY_SLEEP && line.contains("sleep(")
    };

    assert_eq!(wrong(is_wrong), [""; 0], "wait for what happens, or move a clock");
}

#[test]
fn no_file_names_a_path_of_a_machine() {
    let is_wrong = |_: &str, line: &str| ["/home/", "/root/", "/work/"].iter().any(|it| line.contains(it));

    assert_eq!(
        wrong(is_wrong),
        [""; 0],
        "use a relative path, or one that everybody has"
    );
}
