//! Finds what tests need besides Usher, and installs what is missing.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The first of these programs that is on the path.
pub(crate) fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    programs.iter().find_map(|program| {
        env::split_paths(&path)
            .map(|directory| directory.join(program))
            .find(|candidate| candidate.is_file())
    })
}

/// Whether packages of Debian can be installed here.
pub(crate) fn can_install() -> bool {
    find(&["apt-get"]).is_some() && is_root()
}

/// Installs packages of Debian.
pub(crate) fn install(packages: &[&str], advice: &str) {
    run(Command::new("apt-get").args(["-qq", "update"]), advice);
    let install = ["-qq", "install", "-y", "--no-install-recommends"];
    run(
        Command::new("apt-get")
            .args(install)
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
        advice,
    );
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

/// Runs a command that must succeed. Where it does not, the test fails with all that it said, and the advice.
pub(crate) fn run(command: &mut Command, advice: &str) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}. {advice}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}. {advice}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
