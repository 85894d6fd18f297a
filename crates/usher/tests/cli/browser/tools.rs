//! What the stories need besides Usher: a browser, and their packages. What is missing is installed, or said.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{can_install, find, install, run};
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
        can_install(),
        "The stories need Chromium, which was not found. Install it (`apt-get install chromium` on Debian), or name \
         the program in USHER_BROWSER."
    );
    install(
        &["chromium", "fonts-liberation"],
        "Install Chromium by hand, or name the program in USHER_BROWSER.",
    );
    find(&BROWSERS).expect("the package has the program")
}
