//! Finds the programs that tests need, and installs what is missing.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::repository;

/// The files that determine which npm packages are installed, and how they are fetched.
const PACKAGE_FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

const PYTHON_ADVICE: &str =
    "Install Python 3.10 or later with venv (`apt-get install python3-venv` on Debian).";

/// The directory for builds and tools, so that the source tree stays unchanged.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// Waits until no other test installs this; other tests may be separate processes.
pub(crate) fn lock(what: &str) -> File {
    let lock = File::create(target().join(format!("{what}.lock"))).unwrap();
    lock.lock().unwrap();
    lock
}

/// The directory below `target` with the npm packages that the folder `source` of the repository pins. It is created if
/// it is missing or has others.
pub(crate) fn npm_packages(name: &str, source: &str) -> PathBuf {
    let _lock = lock(name);
    let directory = target().join(name);
    fs::create_dir_all(&directory).unwrap();
    let source = repository().join(source);
    let wanted = PACKAGE_FILES.map(|file| fs::read_to_string(source.join(file)).unwrap());
    let installed = directory.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted.concat()) {
        return directory;
    }
    for (file, text) in PACKAGE_FILES.iter().zip(&wanted) {
        fs::write(directory.join(file), text).unwrap();
    }
    let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(
        Command::new("npm").args(npm).current_dir(&directory),
        "Install Node 20 or later with npm.",
    );
    fs::write(installed, wanted.concat()).unwrap();
    directory
}

/// The Python environment below `target` with the packages that this file of the repository pins. It is created if it
/// is missing or has others.
pub(crate) fn python_environment(name: &str, requirements: &str) -> PathBuf {
    let _lock = lock(name);
    let directory = target().join(name);
    fs::create_dir_all(&directory).unwrap();
    let requirements = repository().join(requirements);
    let wanted = fs::read_to_string(&requirements).unwrap();
    let installed = directory.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return directory;
    }
    make_environment(&directory);
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
    ];
    run(
        Command::new(directory.join("bin/python"))
            .args(pip)
            .arg(&requirements),
        PYTHON_ADVICE,
    );
    fs::write(installed, wanted).unwrap();
    directory
}

/// Debian ships Python without the module that creates environments.
fn make_environment(directory: &Path) {
    let venv = || {
        let mut command = Command::new("python3");
        command.args(["-m", "venv", "--clear"]).arg(directory);
        command
    };
    let made = venv().output();
    if made.is_ok_and(|made| made.status.success()) {
        return;
    }
    if can_install() {
        install(&["python3", "python3-venv"], PYTHON_ADVICE);
    }
    run(&mut venv(), PYTHON_ADVICE);
}

/// The first of these programs that is on the path.
pub(crate) fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    programs.iter().find_map(|program| {
        env::split_paths(&path)
            .map(|directory| directory.join(program))
            .find(|candidate| candidate.is_file())
    })
}

/// Whether Debian packages can be installed here.
pub(crate) fn can_install() -> bool {
    find(&["apt-get"]).is_some() && is_root()
}

/// Installs Debian packages.
pub(crate) fn install(packages: &[&str], advice: &str) {
    let _lock = lock("apt-get");
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

/// Runs a command that must succeed. If it fails, the test fails with its output and the advice.
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
