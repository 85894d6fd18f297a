//! Randomness from the operating system: ids, codes and secrets.

use usher_domain::Timestamp;
use usher_domain::text::Code;

use crate::RandomError;

/// How many characters a code has: 49 bits, which is enough because guesses are limited.
pub const CODE_CHARS: usize = 10;

/// Letters and digits that nobody confuses when they are read aloud: no 0, O, 1, I, L, U.
const CODE_ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The largest multiple of the alphabet's length that fits into a byte: bytes from here on would favor some letters.
const CODE_BYTE_END: u8 = 240;

/// Fills `bytes` with randomness from the operating system.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(bytes).map_err(|_| RandomError)
}

/// A code with which a customer joins a session: [`CODE_CHARS`] letters and digits, uniformly distributed.
pub fn draw_code() -> Result<Code, RandomError> {
    let mut text = String::with_capacity(CODE_CHARS);
    while text.len() < CODE_CHARS {
        let mut bytes = [0_u8; CODE_CHARS];
        fill(&mut bytes)?;
        let letters = bytes.iter().filter(|byte| **byte < CODE_BYTE_END);
        let missing = CODE_CHARS - text.len();
        text.extend(
            letters
                .take(missing)
                .map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 30)])),
        );
    }
    Code::try_from(text).map_err(|_| RandomError)
}

/// The bits of a new id: a UUID of version 7 that sorts by `now`.
pub fn draw_bits(now: Timestamp) -> Result<u128, RandomError> {
    let mut random = [0_u8; 10];
    fill(&mut random)?;
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .as_u128())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_code_has_only_letters_that_nobody_confuses_and_all_of_them() {
        let mut seen = BTreeMap::<u8, usize>::new();

        for _ in 0..3_000 {
            let code = draw_code().unwrap();
            assert_eq!(code.as_str().len(), CODE_CHARS);
            for byte in code.as_str().bytes() {
                *seen.entry(byte).or_default() += 1;
            }
        }

        // 30,000 letters, with 1,000 of each expected: one run in a billion exceeds these bounds.
        assert_eq!(seen.keys().copied().collect::<Vec<_>>(), CODE_ALPHABET);
        assert!(
            seen.values().all(|count| (780..=1_220).contains(count)),
            "{seen:?}"
        );
    }

    #[test]
    fn ids_are_uuids_of_version_7_and_sort_by_the_time_given() {
        let early = draw_bits(Timestamp::from_millis(1_700_000_000_000)).unwrap();
        let late = draw_bits(Timestamp::from_millis(1_700_000_000_001)).unwrap();

        assert!(early < late);
        assert_eq!(uuid::Uuid::from_u128(early).get_version_num(), 7);
        assert_eq!(early >> 80, 1_700_000_000_000);
    }
}
