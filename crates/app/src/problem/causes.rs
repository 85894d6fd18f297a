//! The errors of the crates behind the API, as problems.

use usher_domain::Code;
use usher_engine::{Failure, Reason};
use usher_identity::{IdentityError, PasswordError, RandomError};
use usher_journal::JournalError;

use super::{INVARIANT, Kind, Problem, UNAVAILABLE};

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::refused(&refusal, None),
            Failure::NoAccount => Self::not_found("account"),
            Failure::Overloaded { retry_after } => Self::new(
                Kind::of(Code::Overloaded),
                "Too many requests wait for this account. Try again in a moment.",
            )
            .after(retry_after),
            Failure::Invariant(broken) => Self::new(
                INVARIANT,
                format!(
                    "This would have broken a rule ({}). Nothing was done. Tell the operator of this server: its log names the account.",
                    broken.name()
                ),
            ),
            Failure::Unavailable(reason) => {
                tracing::error!(%reason, "a request could not be answered");
                let detail = match reason {
                    Reason::OutcomeUnknown => {
                        "It is not known whether this was carried out. Look, then send it again if it was not."
                    }
                    Reason::ShuttingDown => {
                        "This server is shutting down. Nothing was done. Send it again in a moment."
                    }
                    Reason::Journal(_) => {
                        "The journal is not available. Nothing was done. Send it again in a moment; if it stays so, the operator's log says why."
                    }
                };
                Self::new(UNAVAILABLE, detail)
            }
        }
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        Failure::from(error).into()
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        if matches!(error, IdentityError::Busy) {
            return Self::new(
                Kind::of(Code::Overloaded),
                "Too many of your changes wait to be stored. Try again in a moment.",
            );
        }
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the credential store failed"
        );
        Self::new(
            UNAVAILABLE,
            "The credential store is not available. Send it again in a moment; if it stays so, the operator's log says why.",
        )
    }
}

impl From<RandomError> for Problem {
    fn from(error: RandomError) -> Self {
        IdentityError::from(error).into()
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        use PasswordError as E;
        match error {
            E::TooShort | E::TooLong | E::Weak(_) => Self::invalid("password", error.to_string()),
            E::Overloaded => Self::new(
                Kind::of(Code::Overloaded),
                "Too many passwords are being checked at once. Try again in a moment.",
            ),
            E::Identity(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use usher_domain::{Broken, PoolId, Secs};

    use super::*;

    #[test]
    fn a_broken_invariant_is_refused_as_a_fault_of_the_server() {
        let broken = Broken::Oversold(PoolId::from_bits(1));

        let kind = Problem::from(Failure::Invariant(broken)).kind();

        assert_eq!((kind.code, kind.status.as_u16()), ("invariant", 500));
    }

    #[test]
    fn temporary_refusals_say_when_to_come_back() {
        let table = [
            (
                Failure::Overloaded {
                    retry_after: Secs::new(3),
                },
                3,
            ),
            (Failure::Unavailable(Reason::ShuttingDown), 1),
        ];
        for (failure, secs) in table {
            let problem = Problem::from(failure);

            assert_eq!(problem.kind().status.as_u16(), 503);
            assert_eq!(problem.retry_after_secs(), secs);
        }
    }
}
