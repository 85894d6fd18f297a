//! The demo as people run it.

use std::process::Command;

#[test]
fn the_demo_sets_up_four_accounts_and_says_how_to_sign_in() {
    // It ends as soon as everything is set up.
    let output = Command::new(env!("CARGO_BIN_EXE_usher-demo"))
        .args(["--port", "0", "--stop-after", "0"])
        .output()
        .unwrap();

    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    let starting = |with: &str| said.lines().filter(|line| line.starts_with(with)).count();
    assert_eq!(starting("Open http://127.0.0.1:"), 1, "{said}");
    assert_eq!(starting("  owner  owner@"), 4, "{said}");
    assert_eq!(starting("  agent  agent-0@"), 4, "{said}");
    assert_eq!(starting("  pages  http://127.0.0.1:"), 4, "{said}");
    assert!(
        said.ends_with("The demo has ended and its data is deleted.\n"),
        "{said}"
    );
}
