//! Fetches the portal's script library as its lock file pins it, and bundles it for the binary.
//!
//! The packages are installed into a copy under Cargo's output directory, so that the source tree stays as it is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What decides which packages there are, and how they are fetched.
const PACKAGE_FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// The parts of the bundle in the order in which they run: extensions register with the library, and in one file they
/// do so before it looks at the page.
const PARTS: [&str; 2] = [
    "node_modules/htmx.org/dist/htmx.min.js",
    "node_modules/htmx.org/dist/ext/hx-sse.min.js",
];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    for file in PACKAGE_FILES {
        println!("cargo::rerun-if-changed=web/{file}");
    }
    match bundle() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn bundle() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo sets no OUT_DIR")?);
    let packages = out.join("web");
    copy_package_files(&packages)?;
    install(&packages)?;
    let mut bundle = Vec::new();
    for part in PARTS {
        let path = packages.join(part);
        let script = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        bundle.extend_from_slice(&script);
        bundle.push(b'\n');
    }
    let path = out.join("htmx.js");
    fs::write(&path, bundle).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn copy_package_files(to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| format!("cannot create {}: {error}", to.display()))?;
    for file in PACKAGE_FILES {
        let from = Path::new("web").join(file);
        fs::copy(&from, to.join(file)).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    }
    Ok(())
}

fn install(packages: &Path) -> Result<(), String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let ran = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(packages)
        .output()
        .map_err(|error| {
            format!(
                "cannot run `npm` ({error}), which fetches the portal's script library.\n\
                 Install Node 20 or later with npm: `apt-get install nodejs npm` on Debian, `brew install node` on macOS."
            )
        })?;
    if ran.status.success() {
        return Ok(());
    }
    Err(format!(
        "`npm ci` in {} ended with {}:\n{}",
        packages.display(),
        ran.status,
        String::from_utf8_lossy(&ran.stderr)
    ))
}
