//! A text that changes in English is looked at in every other language.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use usher_l10n::{AREAS, Language};

use crate::catalogue::{locales, texts_of};

/// The environment variable with which the files are written.
const UPDATE: &str = "UPDATE_TEXTS";

#[test]
fn the_translations_were_looked_at_since_the_english_texts_changed() {
    let mut of_areas: BTreeMap<&str, String> = BTreeMap::new();
    for (id, text) in texts_of(Language::English) {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&text.source)[..6]);
        let lines = of_areas.entry(text.area).or_default();
        writeln!(lines, "{id} {digest}").unwrap();
    }
    for area in AREAS {
        let path = locales().join("en").join(format!("{area}.checked"));
        let lines = of_areas.remove(area).unwrap_or_default();
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&path, &lines).unwrap();
        }
        let checked = std::fs::read_to_string(&path).unwrap_or_default();
        let stale: Vec<_> = lines
            .lines()
            .filter(|line| !checked.lines().any(|other| other == *line))
            .collect();
        assert!(
            stale.is_empty(),
            "new or changed in English: {stale:?}. Read them in the other languages, change them where needed, and run \
             this test with {UPDATE}=1"
        );
        assert_eq!(
            checked,
            lines,
            "{} has lines too many: run with {UPDATE}=1",
            path.display()
        );
    }
}
