//! Texts without upper and lower case, for searching.

/// The text with every letter in the one case that all forms of the letter share, in any script: `Ö` and `ö`, `Σ`, `σ` and
/// `ς`, `ß` and `SS` are the same.
#[must_use]
pub fn folded(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_letter_are_the_same() {
        for (one, other) in [
            ("ÖSTERREICH", "österreich"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("οδός", "ΟΔΌΣ"),
            ("ПОМОЩЬ", "помощь"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("ol"), folded("öl"));
    }
}
