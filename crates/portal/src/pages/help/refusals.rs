//! What each refusal of a seat means, in words for people.

/// A refusal of a seat, explained.
pub(super) struct RefusalHelp {
    /// As in the problem table.
    pub(super) code: &'static str,
    /// In a few words, addressed to the refused user.
    pub(super) title: &'static str,
    pub(super) what: &'static str,
    /// What the refused user can do.
    pub(super) you: &'static str,
    /// What people can do who manage the account.
    pub(super) admins: &'static str,
}

pub(super) const REFUSALS: &[RefusalHelp] = &[
    RefusalHelp {
        code: "no-seat-available",
        title: "Limit reached",
        what: "All seats of your pool are taken, or kept for people whose turn has come. A pool never has more people at \
               work than it has seats.",
        you: "Wait in the queue, if your pool has one: the next free seat is offered to you, and you see your place in \
              the queue and an estimated wait. Sessions of your own that you no longer need can be ended or paused. If \
              you often find no seat, ask for a named seat.",
        admins: "“Seat pools” shows who is signed in and whether they work; you can sign people out there, or give the \
                 pool more seats. “Refusals” shows how often people find no seat.",
    },
    RefusalHelp {
        code: "user-seat-limit",
        title: "Your own limit is reached",
        what: "You hold as many seats as your own limit allows. A free seat in the pool does not help.",
        you: "End or pause one of your sessions, or sign out on another device. If you need more seats at once, ask an \
              owner of your account.",
        admins: "The limit is on the user’s page. An owner can raise it.",
    },
    RefusalHelp {
        code: "signed-in-elsewhere",
        title: "You are signed in on another device",
        what: "You are signed in on as many devices as your pool allows.",
        you: "Choose “Sign out there and in here”. Your seat comes along; sessions on the other device end.",
        admins: "The rules of the pool say on how many devices a user can be signed in.",
    },
    RefusalHelp {
        code: "seat-in-call",
        title: "Your seat is in a call",
        what: "Your seat has as many active sessions as your pool allows.",
        you: "End or pause the session that is active. Then start the next one.",
        admins: "The rules of the pool say how many sessions can be active on a seat.",
    },
    RefusalHelp {
        code: "no-license",
        title: "You have no license",
        what: "A license lets you use a product, with a named seat or with the shared seats of a pool. You have none for \
               this product.",
        you: "Ask for a seat on the agent console. The people who manage seats see it at once, and the answer appears \
              there.",
        admins: "Give the user a license on their page, or answer their request under “Requests”.",
    },
    RefusalHelp {
        code: "license-ended",
        title: "Your license has ended",
        what: "Your license for this product was lent until a time that has passed, or was taken away while you worked. \
               You keep it until you are signed out on all devices, so that no call is cut. You cannot sign in on \
               another device with it, or begin a session that takes a seat.",
        you: "Finish what you are doing, and sign out on all devices. Then you have again what you had before. If you need \
              the product for longer, ask for a seat on the agent console.",
        admins: "The user’s page says until when the license was lent. Save it again there if they are to keep it, or \
                 answer their request under “Requests”.",
    },
    RefusalHelp {
        code: "user-inactive",
        title: "Your user is deactivated",
        what: "An admin of your account has deactivated your user. You keep your name and your history, but you cannot \
               work.",
        you: "Ask an owner or admin of your account.",
        admins: "Activate the user on their page.",
    },
    RefusalHelp {
        code: "subscription-ended",
        title: "The subscription has ended",
        what: "The subscription of your account has ended, and its days of grace are over. Work that was going on then \
               can be finished; nobody can start anything new.",
        you: "Ask an owner of your account.",
        admins: "“Subscription” says when it ended, and how to renew it.",
    },
    RefusalHelp {
        code: "cooling-down",
        title: "You were signed out a short while ago",
        what: "Another person signed you out, and your pool keeps you out for a while, so that somebody else can take \
               the seat.",
        you: "Wait as long as the page says. Then sign in again.",
        admins: "The rules of the pool say how long people stay out.",
    },
    RefusalHelp {
        code: "minutes-exhausted",
        title: "No minutes are left",
        what: "All seats of your pool are taken. Your pool then goes on with pay-per-use minutes, and none are left.",
        you: "Try again when a seat is free. If you cannot wait, ask an owner of your account for minutes.",
        admins: "“Minutes” shows what they were used for. “Subscription” is where you add some.",
    },
];

#[cfg(test)]
mod tests {
    use usher_domain::refusal::SeatRefusal;

    use super::*;

    #[test]
    fn every_refusal_of_a_seat_is_explained_to_people() {
        let codes = SeatRefusal::CODES.iter().map(|code| code.as_str());

        let explained = REFUSALS.iter().map(|help| help.code);

        assert_eq!(explained.collect::<Vec<_>>(), codes.collect::<Vec<_>>());
    }
}
