//! Recovery codes: for who has lost the app.

use crate::random::fill;
use crate::secret::Digest;
use crate::{RandomError, Secret};

/// How many recovery codes a user gets.
pub const RECOVERY_CODES: usize = 10;

/// 80 bits, five a letter.
const LETTERS: usize = 16;
/// After how many letters there is a hyphen.
const GROUP: usize = 4;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Draws [`RECOVERY_CODES`] codes: `x4f9-0c2m-7tqe-hw61`.
pub(super) fn draw() -> Result<Vec<Secret>, RandomError> {
    (0..RECOVERY_CODES).map(|_| draw_one()).collect()
}

fn draw_one() -> Result<Secret, RandomError> {
    let mut bytes = [0_u8; LETTERS];
    fill(&mut bytes)?;
    let letters = bytes.map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    let groups: Vec<String> = letters
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    Ok(Secret::new(groups.join("-")))
}

pub(super) fn digests(codes: &[Secret]) -> Vec<Digest> {
    codes.iter().map(|code| digest(code.expose())).collect()
}

/// The digest of a code as it was typed: capitals, hyphens and letters that look like digits do not matter.
pub(super) fn digest(typed: &str) -> Digest {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters
        .map(|letter| match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    Digest::of(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_as_it_is_read() {
        assert!(digest("x4f9-0c2m-7tqe-hw61") == digest("X4F9 Oc2m 7TQE hw6l"));
        assert!(digest("x4f9-0c2m-7tqe-hw61") != digest("x4f9-0c2m-7tqe-hw62"));
    }

    #[test]
    fn no_two_codes_are_the_same() {
        let codes = draw().unwrap();
        let different: std::collections::BTreeSet<_> = codes.iter().map(Secret::expose).collect();

        assert_eq!(different.len(), RECOVERY_CODES);
        assert!(codes.iter().all(|code| code.expose().len() == 19));
    }
}
