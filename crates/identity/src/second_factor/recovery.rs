//! Recovery codes, for users who have lost the app.

use crate::random::fill;
use crate::secret::BASE32;
use crate::{RandomError, Secret, SecretDigest};

/// How many recovery codes a user gets.
pub const RECOVERY_CODES: usize = 10;

/// 80 bits, which are 16 letters.
const BYTES: usize = 10;
/// The letters between two hyphens.
const GROUP: usize = 4;

/// Draws [`RECOVERY_CODES`] codes: `x4f9-0c2m-7tqe-hw61`.
pub(super) fn draw() -> Result<Vec<Secret>, RandomError> {
    (0..RECOVERY_CODES).map(|_| draw_one()).collect()
}

fn draw_one() -> Result<Secret, RandomError> {
    let mut bytes = [0_u8; BYTES];
    fill(&mut bytes)?;
    let letters: Vec<char> = BASE32.encode(&bytes).chars().collect();
    let groups: Vec<String> = letters
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    Ok(Secret::new(groups.join("-")))
}

pub(super) fn digests(codes: &[Secret]) -> Vec<SecretDigest> {
    codes.iter().map(|code| digest(code.expose())).collect()
}

/// The digest of a code as entered: case, hyphens and letters that look like digits do not matter.
pub(super) fn digest(typed: &str) -> SecretDigest {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters
        .map(|letter| match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    SecretDigest::of(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_entered_in_any_notation() {
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
