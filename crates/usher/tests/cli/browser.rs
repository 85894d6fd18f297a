//! Runs the stories of `tests/browser` in a real browser. Each file has its own server, whose clock it moves.

mod tools;

use std::fs;
use std::process::Command;

use self::tools::Tools;
use crate::program::{Server, repository};

/// Generates a test for each file of stories.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                tell(stringify!($name));
            }
        )+

        const FILES: &[&str] = &[$(stringify!($name)),+];
    };
}

stories! {
    assigned_seats,
    busy,
    concurrent_devices,
    concurrent_sessions,
    console,
    frame,
    invitation,
    languages,
    operator,
    pages,
    person,
    pools,
    preferences,
    search,
    seat_pools,
    seat_requests,
    seats,
    second_factor,
    sessions,
    settings,
    setup,
    sign_in,
    sso,
    subscription,
    users,
    widths,
}

#[test]
fn every_file_of_stories_has_a_test() {
    let mut found: Vec<_> = fs::read_dir(repository().join("tests/browser"))
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".test.js").map(|name| name.replace('-', "_"))
        })
        .collect();
    found.sort();

    let mut told = FILES.to_vec();
    told.sort_unstable();
    assert_eq!(told, found);
}

fn tell(name: &str) {
    let tools = Tools::ready();
    let file = format!("tests/browser/{}.test.js", name.replace('_', "-"));
    let mut server = Server::start_with(&[], &["--sandbox"]);
    let key = server.operator_key();
    let setup_link = server.setup_link();

    let told = Command::new("node")
        .args(["--test", "--test-reporter=spec", "--test-timeout=600000", &file])
        .current_dir(repository())
        .env("USHER_URL", &server.url)
        .env("USHER_OPERATOR_KEY", key)
        .env("USHER_SETUP_LINK", setup_link)
        .env("USHER_BROWSER", tools.browser)
        .env("USHER_STORY_PACKAGES", tools.packages)
        .env("USHER_PICTURES", tools.pictures)
        .output()
        .unwrap();
    let (code, _) = server.stop();

    let out = String::from_utf8_lossy(&told.stdout);
    let err = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{file}:\n{out}{err}");
    assert_eq!(code, Some(0), "the server did not stop as told");
}
