//! Codes of an authenticator app: six digits that change every 30 seconds (RFC 6238 with SHA-1, which every app
//! supports).

use totp_rs::{Builder, Totp};
use usher_domain::Timestamp;

use super::NewSecondFactor;
use crate::{IdentityError, Secret};

/// 160 bits, as RFC 4226 recommends.
pub(super) const SECRET_BYTES: usize = 20;

/// How many steps a clock may be off, in either direction.
const SKEW: u16 = 1;

/// The issuer shown in the app beside the user's address.
const ISSUER: &str = "Usher";

/// The digits of an entered code, without the space that apps show in the middle.
pub(super) fn digits(typed: &str) -> String {
    typed.chars().filter(|it| !it.is_whitespace()).collect()
}

/// The time step of a code; `None` if it is wrong.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>, IdentityError> {
    let secs = u64::try_from(now.millis()).unwrap_or(0) / 1_000;
    let step = totp(secret, "")?.check(code, secs);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

pub(super) fn describe(secret: &[u8], name: &str) -> Result<NewSecondFactor, IdentityError> {
    let totp = totp(secret, name)?;
    let address = totp.to_url().map_err(|_| damaged())?;
    Ok(NewSecondFactor {
        secret: Secret::new(totp.secret().to_base32()),
        address: Secret::new(address),
    })
}

fn totp(secret: &[u8], name: &str) -> Result<Totp, IdentityError> {
    // A colon separates the issuer from the name.
    let name = name.replace(':', " ");
    Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(SKEW)
        .with_issuer(Some(ISSUER))
        .with_account_name(name)
        .build()
        .map_err(|_| damaged())
}

const fn damaged() -> IdentityError {
    IdentityError::damaged("second factor")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        let table = [
            (59, "287082", 1),
            (1_111_111_109, "081804", 37_037_036),
            (1_111_111_111, "050471", 37_037_037),
            (2_000_000_000, "279037", 66_666_666),
        ];
        for (secs, code, step) in table {
            let at = |secs: i64| Timestamp::from_millis(secs * 1_000);

            assert_eq!(step_of(secret, code, at(secs)).unwrap(), Some(step));
            assert_eq!(step_of(secret, code, at(secs + 30)).unwrap(), Some(step));
            assert_eq!(step_of(secret, code, at(secs + 90)).unwrap(), None);
        }
    }

    #[test]
    fn the_address_for_the_app_names_the_user() {
        let new = describe(b"12345678901234567890", "sven@contoso.example").unwrap();

        assert_eq!(new.secret.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            new.address.expose(),
            "otpauth://totp/Usher:sven%40contoso.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Usher"
        );
    }
}
