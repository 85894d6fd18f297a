//! What the stories need besides Usher: a browser, and their packages. What is missing is installed, or said.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::repository;

/// What Chromium is called by those who package it.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// What decides which packages there are, and how they are fetched.
const PACKAGE_FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Where everything is that stories are told with.
pub(super) struct Tools {
    pub(super) browser: PathBuf,
    /// The directory that holds the stories' `node_modules`: not the source tree, which stays as it is.
    pub(super) packages: PathBuf,
    pub(super) pictures: PathBuf,
}

impl Tools {
    /// Installs what is missing.
    pub(super) fn ready() -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let packages = target.join("browser-tests");
        let pictures = target.join("pictures");
        fs::create_dir_all(&packages).unwrap();
        fs::create_dir_all(&pictures).unwrap();
        // One test installs, and the others wait for it; they may be processes of their own.
        let lock = File::create(packages.join("lock")).unwrap();
        lock.lock().unwrap();
        install_packages(&packages);
        let browser = browser();
        Self {
            browser,
            packages,
            pictures,
        }
    }
}

fn install_packages(packages: &Path) {
    let source = repository().join("tests/browser");
    let wanted = PACKAGE_FILES.map(|file| fs::read_to_string(source.join(file)).unwrap());
    let installed = packages.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted.concat()) {
        return;
    }
    for (file, text) in PACKAGE_FILES.iter().zip(&wanted) {
        fs::write(packages.join(file), text).unwrap();
    }
    let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(
        Command::new("npm").args(npm).current_dir(packages),
        "Install Node 20 or later with npm.",
    );
    fs::write(installed, wanted.concat()).unwrap();
}

fn browser() -> PathBuf {
    if let Some(named) = env::var_os("USHER_BROWSER").filter(|named| !named.is_empty()) {
        return named.into();
    }
    if let Some(found) = find(&BROWSERS) {
        return found;
    }
    assert!(
        find(&["apt-get"]).is_some() && is_root(),
        "The stories need Chromium, which was not found. Install it (`apt-get install chromium` on Debian), or name \
         the program in USHER_BROWSER."
    );
    let advice = "Install Chromium by hand, or name the program in USHER_BROWSER.";
    run(Command::new("apt-get").args(["-qq", "update"]), advice);
    let install = [
        "-qq",
        "install",
        "-y",
        "--no-install-recommends",
        "chromium",
        "fonts-liberation",
    ];
    let quietly = ("DEBIAN_FRONTEND", "noninteractive");
    run(
        Command::new("apt-get").args(install).env(quietly.0, quietly.1),
        advice,
    );
    find(&BROWSERS).expect("the package has the program")
}

/// The first of these programs that is on the path.
fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    programs.iter().find_map(|program| {
        env::split_paths(&path)
            .map(|directory| directory.join(program))
            .find(|candidate| candidate.is_file())
    })
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command, advice: &str) {
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
