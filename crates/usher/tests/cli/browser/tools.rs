//! What the stories need besides Usher: a browser and npm packages. If something is missing, it is installed, or the
//! error says how.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::install::{can_install, find, install, lock, npm_packages, target};

/// The names of Chromium in various distributions.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The paths of everything that stories need.
pub(super) struct Tools {
    pub(super) browser: PathBuf,
    /// The directory that holds the stories' `node_modules`.
    pub(super) packages: PathBuf,
    pub(super) pictures: PathBuf,
}

impl Tools {
    /// Installs what is missing, and returns the paths.
    pub(super) fn ready() -> Self {
        let packages = npm_packages("browser-tests", "tests/browser");
        let pictures = target().join("pictures");
        fs::create_dir_all(&pictures).unwrap();
        let browser = browser();
        Self {
            browser,
            packages,
            pictures,
        }
    }
}

fn browser() -> PathBuf {
    let _lock = lock("browser");
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
