//! The table of problems: every code with its status, title, and the text of its page.

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

/// A row: `status "title", what: "…", why: "…", remedy: "…"`.
macro_rules! kind {
    ($code:expr, $status:ident $title:literal, what: $what:literal, why: $why:literal, remedy: $remedy:literal) => {
        const {
            &Kind {
                code: $code,
                status: StatusCode::$status,
                title: $title,
                what: $what,
                why: $why,
                remedy: $remedy,
            }
        }
    };
}

/// The body is not JSON at all.
pub const MALFORMED: &Kind = kind!("malformed", BAD_REQUEST "The body is not valid JSON",
    what: "The body, or the request itself, could not be read as what it claims to be.",
    why: "A text that is not JSON has no fields that could be checked one by one.",
    remedy: "Send one JSON object. `detail` names the line and the column at which reading stopped.");
/// The path exists, but not with this method.
pub const METHOD_NOT_ALLOWED: &Kind = kind!("method-not-allowed", METHOD_NOT_ALLOWED
    "This method is not allowed here",
    what: "The address exists, but not with this HTTP method.",
    why: "Each address takes only the methods that the OpenAPI document lists.",
    remedy: "Use one of the methods in the `Allow` header.");
/// The client was too slow.
pub const TIMEOUT: &Kind = kind!("timeout", REQUEST_TIMEOUT "The request took too long",
    what: "The request was not complete, or could not be answered, within the time that Usher gives to one.",
    why: "Every request has a bound, so that slow ones cannot hold up the rest.",
    remedy: "Send it again. Creating with an `Idempotency-Key` makes that safe.");
/// The body is too large.
pub const BODY_TOO_LARGE: &Kind = kind!("body-too-large", PAYLOAD_TOO_LARGE "The body is too large",
    what: "The body has more bytes than Usher takes.",
    why: "Every body has a bound. No call of this API needs a large one.",
    remedy: "Send less, or split it over several calls.");
/// The body is not declared as JSON.
pub const UNSUPPORTED_MEDIA_TYPE: &Kind = kind!("unsupported-media-type", UNSUPPORTED_MEDIA_TYPE
    "The body must be JSON",
    what: "The `Content-Type` header is missing or names something other than JSON.",
    why: "Usher does not guess what a body is.",
    remedy: "Send `Content-Type: application/json`.");
/// Guessing.
pub const TOO_MANY_ATTEMPTS: &Kind = kind!("too-many-attempts", TOO_MANY_REQUESTS "Too many attempts",
    what: "Wrong passwords, or wrong codes, were tried too often for this user, or from this network address.",
    why: "Guessing is slowed down. The API and the portal count together. What was right does not count.",
    remedy: "Wait for as long as `Retry-After` says and try again. A back end that acts for many users takes an API key.");
/// The password was right but temporary.
pub const PASSWORD_CHANGE_REQUIRED: &Kind = kind!("password-change-required", FORBIDDEN
    "The password has to be changed first",
    what: "The password is right, and temporary: somebody else set it.",
    why: "Nobody but its user should know a password that lets them in.",
    remedy: "The user signs in at the address that `href` names and chooses another password. Then get a token with that one.");
/// The password was right but is not enough.
pub const SECOND_FACTOR_NEEDED: &Kind = kind!("second-factor-needed", UNAUTHORIZED
    "The second factor is needed",
    what: "The password is right, and the user has a second factor.",
    why: "Once a second factor is set up, the password alone does not identify the user.",
    remedy: "Send the call again with `second_factor`: a code that the user's app shows now, or one of their recovery codes. Each is good once.");
/// The account requires more than a password of this user.
pub const SECOND_FACTOR_SET_UP_NEEDED: &Kind = kind!("second-factor-set-up-needed", FORBIDDEN
    "A second factor has to be set up first",
    what: "The account requires a second factor of everybody above the role `member`, and this user has none.",
    why: "An owner or admin switched this on in the account's settings.",
    remedy: "Sign in to the portal with the password: it leads to the page where a second factor is set up. Then get a new token.");
/// Nobody could create operator keys any more.
pub const LAST_OPERATOR_KEY: &Kind = kind!("last-operator-key", CONFLICT "This is the last key for everything",
    what: "The operator key is the last one with the scope `everything` that does not expire before.",
    why: "Without it, nobody could make another key through the API.",
    remedy: "Make another key with the scope `everything`, and revoke this one with it. On the server itself, `usher operator-key` makes and revokes any key.");
/// The limit of operator keys is reached.
pub const TOO_MANY_KEYS: &Kind = kind!("too-many-keys", CONFLICT "There are too many operator keys",
    what: "There are as many operator keys as Usher keeps.",
    why: "Every list has a bound. Keys that nobody needs are a risk.",
    remedy: "Revoke keys that are not used any more: the list says when each was used last.");
/// The limit of open streams is reached.
pub const TOO_MANY_STREAMS: &Kind = kind!("too-many-streams", TOO_MANY_REQUESTS "Too many streams are open",
    what: "This session, this user or this account has as many event streams open as it may; `limit` says how many.",
    why: "Every stream holds a connection, and nobody takes those of others.",
    remedy: "Close streams that nobody reads, and use one for each device. Come back after as long as `Retry-After` says.");
/// The account's users sign in with their provider.
pub const SSO_REQUIRED: &Kind = kind!("sso-required", FORBIDDEN "Single sign-on is required",
    what: "The password is right, but this account lets people in through its own provider only.",
    why: "An owner or admin requires single sign-on of everybody but one owner, who is kept for emergencies.",
    remedy: "Sign in at the address that `detail` names. A back end that acts for many users takes an API key.");
/// The DNS of a domain does not prove that it belongs to the account.
pub const DOMAIN_NOT_PROVED: &Kind = kind!("domain-not-proved", CONFLICT "The domain is not proved",
    what: "The DNS of the domain has no TXT record yet that says that it is this account's, or did not answer.",
    why: "People are led to an account's provider by their e-mail address only where the account has proved its domain.",
    remedy: "Set the record that `detail` names and check again; a new record can take an hour to be seen. The operator of the server can vouch for the domain instead.");
/// The journal cannot be reached.
pub const UNAVAILABLE: &Kind = kind!("unavailable", SERVICE_UNAVAILABLE "Usher cannot answer right now",
    what: "The journal could not be read or written, so nothing was changed, or it is unknown whether it was.",
    why: "An answer leaves only after its change is stored for good.",
    remedy: "Wait for as long as `Retry-After` says and send the request again.");

/// The request would have broken an invariant of the rules.
pub const INVARIANT: &Kind = kind!("invariant", INTERNAL_SERVER_ERROR "Usher would have broken one of its rules",
    what: "Usher was about to break a promise of its own, as by giving a seat that is not there. It refused, and nothing was changed.",
    why: "This is a fault of Usher. The promise is checked once more before anything is stored, whatever decided it.",
    remedy: "Tell the operator: the log names the account and the rule, and `usher_invariants_broken_total` counts it. Other requests go on.");

/// The problems that are not refusals of the domain: they are about HTTP.
const OF_HTTP: &[&Kind] = &[
    MALFORMED,
    METHOD_NOT_ALLOWED,
    TIMEOUT,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    TOO_MANY_ATTEMPTS,
    PASSWORD_CHANGE_REQUIRED,
    SECOND_FACTOR_NEEDED,
    SECOND_FACTOR_SET_UP_NEEDED,
    LAST_OPERATOR_KEY,
    TOO_MANY_KEYS,
    TOO_MANY_STREAMS,
    SSO_REQUIRED,
    INVARIANT,
    DOMAIN_NOT_PROVED,
    UNAVAILABLE,
];

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

    /// The row of a domain code.
    #[must_use]
    pub fn of(code: Code) -> &'static Self {
        Self::of_seats(code)
            .or_else(|| Self::of_administration(code))
            .unwrap_or_else(|| Self::of_requests(code))
    }

    fn of_seats(code: Code) -> Option<&'static Self> {
        Some(match code {
            Code::NoSeatAvailable => kind!(Code::NoSeatAvailable.as_str(), CONFLICT
                "All shared seats are in use",
                what: "Every seat of the user's pool is held or kept for somebody whose turn has come, and no other way in is open.",
                why: "A pool never has more holders than seats. While people wait, a freed seat goes to the first of them.",
                remedy: "`actions` lists what is open now: wait in the queue (`wait: true` or `POST …/tickets`), take pay-per-use minutes, or ask an admin. `holders` names who holds the seats, as far as the caller may see them."),
            Code::UserSeatLimit => kind!(Code::UserSeatLimit.as_str(), CONFLICT
                "The user's own seat limit is reached",
                what: "The user holds as many seats as their own limit allows.",
                why: "The limit is set per user and checked apart from the pool: a free seat in the pool does not lift it.",
                remedy: "End one of the user's own sessions, or ask the account owner to raise `seat_limit`. Freeing another seat will not help."),
            Code::SignedInElsewhere => kind!(Code::SignedInElsewhere.as_str(), CONFLICT
                "The user is signed in on another device",
                what: "The user is signed in on as many devices as the pool allows; `device` names one of them.",
                why: "The pool's rule `max_devices_per_user` bounds the devices of one user.",
                remedy: "Sign out there, or sign in with `takeover: true`, which signs the other device out in the same step."),
            Code::SeatInCall => kind!(Code::SeatInCall.as_str(), CONFLICT
                "The seat is in a call",
                what: "The seat carries as many active sessions as the pool allows.",
                why: "The pool's rule `max_active_sessions_per_seat` bounds the calls on one seat.",
                remedy: "End or pause the running session first."),
            Code::NoLicense => kind!(Code::NoLicense.as_str(), FORBIDDEN
                "The user has no license",
                what: "The user exists, but has no license for this product.",
                why: "Only users with a named seat or a place in a pool can use a product.",
                remedy: "Ask an admin to assign a seat: `PUT …/users/{user}/licenses/{product}`."),
            Code::UserInactive => kind!(Code::UserInactive.as_str(), FORBIDDEN
                "The user is inactive",
                what: "The user is switched off.",
                why: "Inactive users hold nothing and can do nothing, but keep their place in the account.",
                remedy: "Ask an admin to activate them: `PATCH …/users/{user}` with `active: true`."),
            Code::CoolingDown => kind!(Code::CoolingDown.as_str(), CONFLICT
                "The user was logged out a short while ago",
                what: "Another person logged the user out, and the pool keeps evicted users out for a while.",
                why: "Otherwise the device would take the seat back before the next person could.",
                remedy: "Try again after `remaining_secs` seconds."),
            Code::MinutesExhausted => kind!(Code::MinutesExhausted.as_str(), CONFLICT
                "No pay-per-use minutes are left",
                what: "All seats are taken, and no prepaid minutes are left to carry the work.",
                why: "The balance of minutes never goes below zero.",
                remedy: "Wait for a seat where the pool has a queue, or ask the account owner for minutes."),
            Code::SignInEnded => kind!(Code::SignInEnded.as_str(), GONE
                "The sign-in is over",
                what: "The sign-in has ended; `reason` says why. Its token is dead for good.",
                why: "A seat that was given back must not be used any further.",
                remedy: "Sign in again."),
            Code::TicketEnded => kind!(Code::TicketEnded.as_str(), GONE
                "The ticket is over",
                what: "The place in the queue, or the offered seat, is gone; `reason` says why.",
                why: "A ticket lives by heartbeats, and an offered seat passes on when it is not taken in time.",
                remedy: "Ask for a new ticket."),
            Code::NotYourSession => kind!(Code::NotYourSession.as_str(), FORBIDDEN
                "The session belongs to somebody else",
                what: "Only the user who started the session can do this.",
                why: "Pausing and resuming move that user's seat.",
                remedy: "Ask that user, or end the session, where you may control it."),
            Code::AlreadyJoined => kind!(Code::AlreadyJoined.as_str(), CONFLICT
                "Another customer has joined",
                what: "The code of this session has answered its first customer already, and the request is not theirs.",
                why: "A code is for one customer: whoever else hears of it must not come into their session, or end it.",
                remedy: "Send the token that joining gave (`Authorization: Bearer …`), or the `Idempotency-Key` of the first attempt. Another customer asks the agent for a new code."),
            Code::WrongState => kind!(Code::WrongState.as_str(), CONFLICT
                "Not possible in this state",
                what: "The thing is in another state (`state`) than the call needs (`expected`).",
                why: "Sessions and tickets move through their states in one order.",
                remedy: "Look at it again and go on from its present state."),
            _ => return None,
        })
    }

    fn of_administration(code: Code) -> Option<&'static Self> {
        Some(match code {
            Code::PlanExcludesSharedSeats => kind!(Code::PlanExcludesSharedSeats.as_str(), CONFLICT
                "The plan has named seats only",
                what: "The account's plan does not include shared seats.",
                why: "Plans differ in what they include; `team` has named seats only.",
                remedy: "Choose a plan with shared seats, such as `enterprise`."),
            Code::NotEnoughSeats => kind!(Code::NotEnoughSeats.as_str(), CONFLICT
                "Not enough seats are left",
                what: "More seats were asked for (`asked`) than are left (`left`) of those that were bought (`total`). Where it is about several users at a time, `user` is the first who could not be seated, and nothing was changed for any of them.",
                why: "Named seats and seats in pools never exceed what the account has bought.",
                remedy: "Free named seats, lower another pool, or buy more seats."),
            Code::SeatsInUse => kind!(Code::SeatsInUse.as_str(), CONFLICT
                "The seats are in use",
                what: "The subscription would fall below what is assigned to users or distributed over pools (`in_use`).",
                why: "Nobody loses a seat because a number was lowered elsewhere.",
                remedy: "Take named seats from users, or lower pools, before lowering the subscription."),
            Code::PoolNotEmpty => kind!(Code::PoolNotEmpty.as_str(), CONFLICT
                "The pool has users",
                what: "The pool still has users; `users` says how many.",
                why: "A user's license is never taken away by the way.",
                remedy: "Move or remove them first, or in the same call: `?move_users_to=pool_…` or `?remove_users=true`."),
            Code::DefaultPool => kind!(Code::DefaultPool.as_str(), CONFLICT
                "The default pool cannot be deleted",
                what: "This is the default pool of its product.",
                why: "Seats and users of a product always have one pool to go to.",
                remedy: "Lower its seats to zero instead."),
            Code::PoolInUse => kind!(Code::PoolInUse.as_str(), CONFLICT
                "The rule cannot change while the pool is in use",
                what: "The rule decides who holds a seat, and seats of the pool are taken or waited for.",
                why: "Changing it would take seats away from people, or give them out twice.",
                remedy: "Change it when nobody is signed in, or move the users to a new pool with the other rule."),
            Code::GroupMappingInUse => kind!(Code::GroupMappingInUse.as_str(), CONFLICT
                "A group's mapping names it",
                what: "The members of a group (`group`) get this pool or team by the group's mapping.",
                why: "Users added to the group later could not be given what the mapping says.",
                remedy: "Change the mapping of the group first: `PUT …/groups/{group}/mapping`."),
            Code::BreakGlassNeeded => kind!(Code::BreakGlassNeeded.as_str(), CONFLICT
                "An owner must be able to come in",
                what: "Single sign-on is required, or is to be, and no active owner would be left who can come in without it.",
                why: "If the identity provider failed, nobody could manage the account, or stop requiring it.",
                remedy: "Name another active owner as `break_glass` in the settings first, or stop requiring single sign-on."),
            Code::LastOwner => kind!(Code::LastOwner.as_str(), CONFLICT
                "The account needs an owner",
                what: "This is the last active owner of the account.",
                why: "An account without an owner could not be managed any more.",
                remedy: "Make another user an owner first."),
            Code::ChangedMeanwhile => kind!(Code::ChangedMeanwhile.as_str(), CONFLICT
                "It was changed in the meantime",
                what: "What was seen when this was chosen (`seats_seen`) is something else by now. The sentence says what.",
                why: "Nobody's change is undone by somebody who did not know of it.",
                remedy: "Look at it again, and send the call with what is there now, where it is still right."),
            Code::IdempotencyKeyReused => kind!(Code::IdempotencyKeyReused.as_str(), CONFLICT
                "The idempotency key stands for another request",
                what: "An earlier request with the same `Idempotency-Key` asked for something else, and what it made is still known.",
                why: "A key names one attempt: its repeats are answered with what the first one made, so a different request must not be taken for a repeat.",
                remedy: "Draw a new key for each new request, and send the body unchanged when you repeat one."),
            Code::AlreadyExists => kind!(Code::AlreadyExists.as_str(), CONFLICT
                "It exists already",
                what: "Another thing of this kind has the same name or address.",
                why: "E-mail addresses and directory names of users, and names of pools, teams and groups, and external ids of users and of pools, are unique in an account.",
                remedy: "Choose another, or change the one that exists."),
            Code::ControlNeedsView => kind!(Code::ControlNeedsView.as_str(), UNPROCESSABLE_ENTITY
                "Control needs view",
                what: "A permission to end sessions was given without the one to see them.",
                why: "Nobody can end what they cannot see.",
                remedy: "Give both, or neither."),
            _ => return None,
        })
    }

    fn of_requests(code: Code) -> &'static Self {
        match code {
            Code::Unauthenticated => kind!(Code::Unauthenticated.as_str(), UNAUTHORIZED
                "No valid credential",
                what: "The request has no credential, or one that is unknown, expired or revoked.",
                why: "Every call but the health checks, the pages and a customer's join needs one.",
                remedy: "Send `Authorization: Bearer …` with a key or token that is valid, or get a new one at `POST /v1/tokens`."),
            Code::Forbidden => kind!(Code::Forbidden.as_str(), FORBIDDEN
                "Not allowed",
                what: "The caller may see this, but not do it; `needed` names what is missing.",
                why: "Roles, privileges, session permissions and key scopes decide who may do what.",
                remedy: "Ask an owner or admin of the account, or use a key with that scope."),
            Code::NotFound => kind!(Code::NotFound.as_str(), NOT_FOUND
                "Not found",
                what: "There is nothing with this id at this address, or nothing that the caller may see.",
                why: "Usher does not tell a thing that is hidden from one that does not exist.",
                remedy: "Check the id, and that the credential belongs to the account in the address."),
            Code::Overloaded => kind!(Code::Overloaded.as_str(), SERVICE_UNAVAILABLE
                "Too many requests at once",
                what: "This account, or this server, has more requests waiting than it takes.",
                why: "Every queue has a bound, so that waiting never grows without end.",
                remedy: "Wait for as long as `Retry-After` says and send the request again."),
            _ => kind!(Code::Invalid.as_str(), UNPROCESSABLE_ENTITY
                "A value is not right",
                what: "The request was read, but a field or parameter has a value that it cannot have; `errors` names each.",
                why: "Usher takes only what it fully understands: unknown fields and values out of range are refused.",
                remedy: "Correct the fields in `errors` and send the request again."),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_says_what_happened_why_and_what_to_do_in_whole_sentences() {
        for kind in Kind::all() {
            for text in [kind.what, kind.why, kind.remedy] {
                let is_sentence = text.ends_with('.') && text.split_whitespace().count() >= 3;
                assert!(is_sentence, "{}: {text}", kind.code);
            }
            // It is used as a page title, which has no markup for code.
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
}
