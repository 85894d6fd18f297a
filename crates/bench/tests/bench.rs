//! The benchmark without a program to measure. `.ci/run` runs it with one.

#![expect(clippy::unwrap_used, reason = "a test that cannot run the program has failed")]

use std::process::Command;

/// The message of a run that fails.
fn failure(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_usher-bench"))
        .env_remove("CARGO")
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn outside_of_cargo_it_asks_for_the_program_to_measure() {
    assert_eq!(
        failure(&[]),
        "error: The benchmark failed: it is not known which program to measure: start it with `cargo run --release -p \
         usher-bench`, or give `--server` the path of `usher`.\n"
    );
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let said = failure(&["--server", "no/such/usher"]);

    let expected = "error: The benchmark failed: there is no program at `no/such/usher`: give `--server` the path of \
                    `usher`: ";
    assert!(said.starts_with(expected), "{said}");
}
