//! What a failed call means for the person who made it.

use usher_client::{Error, NoAnswer, Problem};

use crate::Failure;

/// The failure of a call that may be repeated. `what` is the clause that is true now.
pub(super) fn failure(what: &str, error: &Error, base: &str) -> Failure {
    let again = "Run the command again: what was done already is not done twice.";
    Failure::said(sentences(what, error, base, again))
}

/// The failure of a call that must not happen twice, and was made with this `Idempotency-Key`.
pub(super) fn failure_once(what: &str, error: &Error, base: &str, key: &str) -> Failure {
    let again = format!(
        "To repeat it so that it is not done twice, run the command again with `--idempotency-key {key}`."
    );
    Failure::said(sentences(what, error, base, &again))
}

/// `again` says how to repeat a call that the server may have carried out.
fn sentences(what: &str, error: &Error, base: &str, again: &str) -> String {
    if let Some(no_answer) = error.no_answer() {
        return of_no_answer(what, &no_answer, base, again);
    }
    match error {
        Error::Refused(problem) => of_problem(what, problem, base),
        Error::Redirected(to) => {
            format!("{what}: {base} redirects to {to}. Give the URL of the server itself with `--server`.")
        }
        Error::Status(status) => format!(
            "{what}: {base} answers with status {status}, and not as an Usher server does. Check the URL in \
             `--server`, and any proxy in front of the server."
        ),
        Error::Answer(_) | Error::Transport(_) => format!(
            "{what}, as far as can be told: {base} does not answer as an Usher server of this version does. Check the \
             URL in `--server`, and use the `usher` program of the server's version."
        ),
    }
}

fn of_problem(what: &str, problem: &Problem, base: &str) -> String {
    if problem.code == "unauthenticated" {
        return format!(
            "{what}: {base} does not accept this operator key, because it is unknown there, expired or revoked. On \
             the server, `usher operator-key list` shows the keys that work."
        );
    }
    let Problem { title, detail, .. } = problem;
    match (title.as_str(), detail.as_str()) {
        ("", "") => format!("{what}: {}.", problem.code),
        ("", detail) => format!("{what}: {detail}"),
        (title, detail) => format!("{what}: {title}. {detail}").trim_end().to_owned(),
    }
}

fn of_no_answer(what: &str, no_answer: &NoAnswer, base: &str, again: &str) -> String {
    let after_scheme = base.split_once("://").map_or(base, |(_, rest)| rest);
    match no_answer {
        NoAnswer::Unreachable(cause) => format!(
            "No server answers at {base} ({cause}). Start one with `usher serve`, or give its URL with `--server`."
        ),
        NoAnswer::Certificate(why) => format!(
            "{what}: the certificate of {base} is not accepted, because {why}. If an authority of your own issued it, \
             name the file with that authority's certificate in `SSL_CERT_FILE`."
        ),
        NoAnswer::NoTls => {
            format!("{what}: {base} does not speak TLS. Give the URL as `--server http://{after_scheme}`.")
        }
        NoAnswer::NotARequest(cause) => format!("{what}: {base} cannot be asked ({cause})."),
        NoAnswer::Late => {
            format!("{base} did not answer in time, so it is not known whether this was done. {again}")
        }
        NoAnswer::Broken(cause) => {
            let tls = if base.starts_with("http://") {
                format!(" If the server speaks TLS, give its URL as `--server https://{after_scheme}`.")
            } else {
                String::new()
            };
            format!(
                "{base} closed the connection without an answer ({cause}), so it is not known whether this was done. \
                 {again}{tls}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_may_have_been_carried_out_says_how_to_repeat_it() {
        let base = "http://127.0.0.1:8080";

        for no_answer in [NoAnswer::Late, NoAnswer::Broken("connection closed".to_owned())] {
            let text = of_no_answer("Nothing was added", &no_answer, base, "AGAIN");

            assert!(text.contains("not known whether this was done. AGAIN"), "{text}");
            assert!(!text.contains("Nothing was added"), "{text}");
        }
    }

    #[test]
    fn a_call_that_was_not_sent_does_not_ask_to_repeat_it() {
        let base = "https://usher.example.com";

        for no_answer in [
            NoAnswer::Unreachable("Connection refused".to_owned()),
            NoAnswer::Certificate("it has expired".to_owned()),
            NoAnswer::NoTls,
            NoAnswer::NotARequest("invalid header".to_owned()),
        ] {
            let text = of_no_answer("Nothing was added", &no_answer, base, "AGAIN");

            assert!(!text.contains("AGAIN"), "{text}");
            assert!(
                text.contains(base) || text.contains("http://usher.example.com"),
                "{text}"
            );
        }
    }
}
