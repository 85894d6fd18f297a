//! The one table of problems: each code with its status, its title, and the text of its page. `codes/<code>.md` has
//! these; they are read at compile time.

use http::StatusCode;
use usher_domain::Code;

/// A kind of problem. The code never changes its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// A short title, the same for every occurrence.
    pub title: &'static str,
    /// What happened.
    pub what: &'static str,
    /// Why Usher does so.
    pub why: &'static str,
    /// What the caller can do.
    pub remedy: &'static str,
}

/// The kind with this code, from its file.
macro_rules! kind {
    ($code:literal) => {
        const { &Kind::read($code, include_str!(concat!("codes/", $code, ".md"))) }
    };
}

/// Problems that are not refusals of the domain: constants, and the list of them.
macro_rules! of_http {
    ($($(#[$doc:meta])* $name:ident $code:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: &Kind = kind!($code);
        )*

        const OF_HTTP: &[&Kind] = &[$($name,)*];
    };
}

of_http! {
    /// The body is not JSON at all.
    MALFORMED "malformed";
    /// The path exists, but not with this method.
    METHOD_NOT_ALLOWED "method-not-allowed";
    /// The client was too slow.
    TIMEOUT "timeout";
    /// The body is too large.
    BODY_TOO_LARGE "body-too-large";
    /// The body is not declared as JSON.
    UNSUPPORTED_MEDIA_TYPE "unsupported-media-type";
    /// Guessing.
    TOO_MANY_ATTEMPTS "too-many-attempts";
    /// The password was right but temporary.
    PASSWORD_CHANGE_REQUIRED "password-change-required";
    /// The password was right but is not enough.
    SECOND_FACTOR_NEEDED "second-factor-needed";
    /// The account requires more than a password of this user.
    SECOND_FACTOR_SET_UP_NEEDED "second-factor-set-up-needed";
    /// Nobody could create operator keys any more.
    LAST_OPERATOR_KEY "last-operator-key";
    /// The limit of operator keys is reached.
    TOO_MANY_KEYS "too-many-keys";
    /// The limit of open streams is reached.
    TOO_MANY_STREAMS "too-many-streams";
    /// The account's users sign in with their provider.
    SSO_REQUIRED "sso-required";
    /// The request would have broken an invariant of the rules.
    INVARIANT "invariant";
    /// The DNS of a domain does not prove that it belongs to the account.
    DOMAIN_NOT_PROVED "domain-not-proved";
    /// The journal cannot be reached.
    UNAVAILABLE "unavailable";
}

impl Kind {
    /// Every kind: the domain's codes in their order, then those of HTTP.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let of_domain = Code::ALL.iter().copied().map(Self::of);
        of_domain.chain(OF_HTTP.iter().copied())
    }

    /// The kind with this code.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        Self::all().find(|kind| kind.code == code)
    }

    /// The kind of a domain code.
    #[must_use]
    pub const fn of(code: Code) -> &'static Self {
        match code {
            Code::NoSeatAvailable => kind!("no-seat-available"),
            Code::UserSeatLimit => kind!("user-seat-limit"),
            Code::SignedInElsewhere => kind!("signed-in-elsewhere"),
            Code::SeatInCall => kind!("seat-in-call"),
            Code::NoLicense => kind!("no-license"),
            Code::LicenseEnded => kind!("license-ended"),
            Code::UserInactive => kind!("user-inactive"),
            Code::SubscriptionEnded => kind!("subscription-ended"),
            Code::CoolingDown => kind!("cooling-down"),
            Code::MinutesExhausted => kind!("minutes-exhausted"),
            Code::PlanExcludesSharedSeats => kind!("plan-excludes-shared-seats"),
            Code::NotEnoughSeats => kind!("not-enough-seats"),
            Code::OverSubscription => kind!("over-subscription"),
            Code::SeatsInUse => kind!("seats-in-use"),
            Code::OutsideBounds => kind!("outside-bounds"),
            Code::SubscriptionClosed => kind!("subscription-closed"),
            Code::PoolNotEmpty => kind!("pool-not-empty"),
            Code::DefaultPool => kind!("default-pool"),
            Code::PoolInUse => kind!("pool-in-use"),
            Code::LastOwner => kind!("last-owner"),
            Code::GroupMappingInUse => kind!("in-a-mapping"),
            Code::BreakGlassNeeded => kind!("break-glass-needed"),
            Code::ChangedMeanwhile => kind!("changed-meanwhile"),
            Code::AlreadyExists => kind!("already-exists"),
            Code::SignInEnded => kind!("sign-in-ended"),
            Code::TicketEnded => kind!("ticket-ended"),
            Code::NotYourSession => kind!("not-your-session"),
            Code::AlreadyJoined => kind!("already-joined"),
            Code::IdempotencyKeyReused => kind!("idempotency-key-reused"),
            Code::WrongState => kind!("wrong-state"),
            Code::ControlNeedsView => kind!("control-needs-view"),
            Code::Invalid => kind!("invalid"),
            Code::Unauthenticated => kind!("unauthenticated"),
            Code::Forbidden => kind!("forbidden"),
            Code::NotFound => kind!("not-found"),
            Code::Overloaded => kind!("overloaded"),
        }
    }

    /// Reads a file. One that lacks a part does not compile.
    const fn read(code: &'static str, file: &'static str) -> Self {
        Self {
            code,
            title: between(file, "# ", "\n\nStatus: "),
            status: status(between(file, "\n\nStatus: ", "\n\n## What happened\n\n")),
            what: between(file, "\n\n## What happened\n\n", "\n\n## Why\n\n"),
            why: between(file, "\n\n## Why\n\n", "\n\n## What to do\n\n"),
            remedy: between(file, "\n\n## What to do\n\n", "\n"),
        }
    }
}

/// The status with this number, if a problem may have it.
const fn status(number: &str) -> StatusCode {
    let [hundreds, tens, ones] = *number.as_bytes() else {
        panic!("a status has three digits");
    };
    match (hundreds, tens, ones) {
        (b'4', b'0', b'0') => StatusCode::BAD_REQUEST,
        (b'4', b'0', b'1') => StatusCode::UNAUTHORIZED,
        (b'4', b'0', b'3') => StatusCode::FORBIDDEN,
        (b'4', b'0', b'4') => StatusCode::NOT_FOUND,
        (b'4', b'0', b'5') => StatusCode::METHOD_NOT_ALLOWED,
        (b'4', b'0', b'8') => StatusCode::REQUEST_TIMEOUT,
        (b'4', b'0', b'9') => StatusCode::CONFLICT,
        (b'4', b'1', b'0') => StatusCode::GONE,
        (b'4', b'1', b'3') => StatusCode::PAYLOAD_TOO_LARGE,
        (b'4', b'1', b'5') => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (b'4', b'2', b'2') => StatusCode::UNPROCESSABLE_ENTITY,
        (b'4', b'2', b'9') => StatusCode::TOO_MANY_REQUESTS,
        (b'5', b'0', b'0') => StatusCode::INTERNAL_SERVER_ERROR,
        (b'5', b'0', b'3') => StatusCode::SERVICE_UNAVAILABLE,
        _ => panic!("a problem does not have this status"),
    }
}

/// The text between the first `start` and the first `end` after it.
const fn between(text: &'static str, start: &str, end: &str) -> &'static str {
    let bytes = text.as_bytes();
    let from = find(bytes, start.as_bytes(), 0) + start.len();
    let until = find(bytes, end.as_bytes(), from);
    let (head, _) = bytes.split_at(until);
    let (_, found) = head.split_at(from);
    match std::str::from_utf8(found) {
        Ok(found) => found,
        Err(_) => panic!("a part begins and ends with whole characters"),
    }
}

/// Where `wanted` begins in `bytes`, at or after `from`.
const fn find(bytes: &[u8], wanted: &[u8], from: usize) -> usize {
    let mut at = from;
    while at + wanted.len() <= bytes.len() {
        let mut same = 0;
        while same < wanted.len() && bytes[at + same] == wanted[same] {
            same += 1;
        }
        if same == wanted.len() {
            return at;
        }
        at += 1;
    }
    panic!("the file of a problem lacks a part: see the others")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_row_says_what_happened_why_and_what_to_do_in_whole_sentences() {
        for kind in Kind::all() {
            for text in [kind.what, kind.why, kind.remedy] {
                let is_sentence = text.ends_with('.') && text.split_whitespace().count() >= 3;
                assert!(is_sentence, "{}: {text}", kind.code);
            }
            // It is the title of a page, where nothing is marked as code.
            assert!(
                !kind.title.contains('`') && !kind.title.ends_with('.'),
                "{}",
                kind.title
            );
        }
    }

    #[test]
    fn every_code_has_a_row_of_its_own() {
        let codes: BTreeSet<_> = Kind::all().map(|kind| kind.code).collect();

        for code in Code::ALL {
            assert_eq!(Kind::of(*code).code, code.as_str());
        }
        assert_eq!(codes.len(), Kind::all().count());
    }

    #[test]
    fn every_file_belongs_to_a_code_and_has_no_other_parts() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/problem/codes");
        let mut files = BTreeSet::new();
        for file in fs::read_dir(directory).unwrap() {
            let path = file.unwrap().path();
            let code = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let kind = Kind::find(&code).unwrap_or_else(|| panic!("no code {code}"));
            let written = format!(
                "# {}\n\nStatus: {}\n\n## What happened\n\n{}\n\n## Why\n\n{}\n\n## What to do\n\n{}\n",
                kind.title,
                kind.status.as_u16(),
                kind.what,
                kind.why,
                kind.remedy
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), written, "{code}");
            files.insert(code);
        }
        assert_eq!(files.len(), Kind::all().count());
    }
}
