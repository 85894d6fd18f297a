//! Hashing passwords: argon2id, on blocking threads, a bounded number at once.

/// The fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// The most characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// The most passwords that are hashed at a time: each takes 19 MiB and a processor for some 20 ms.
pub const HASHING_AT_ONCE_MAX: usize = 4;
/// The most passwords that wait to be hashed; past it the answer is
/// [`Overloaded`](crate::PasswordError::Overloaded).
pub const HASHING_WAITING_MAX: usize = 60;

/// The hash of a password, in the PHC text form.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}
