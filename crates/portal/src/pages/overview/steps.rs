//! The first steps of an account: a list that is on the overview until all are done.

use usher_domain::text::counted;
use usher_domain::{Account, Actor};

use crate::asks::Remedy;
use crate::pages::seat_form::in_no_pool;
use crate::shown::pool_name;

/// One of the first steps.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) is_done: bool,
    /// What there is, or why the step is needed.
    pub(super) text: String,
    /// How it is done; without meaning once it is.
    pub(super) remedy: Remedy,
}

/// The steps of an account, in their order; none once all are done.
pub(super) fn left(account: &Account, actor: &Actor) -> Vec<Step> {
    let bought = account.subscription().products.values();
    let (named, shared) = bought.fold((0_u64, 0_u64), |(named, shared), seats| {
        (
            named + u64::from(seats.named_seats),
            shared + u64::from(seats.shared_seats),
        )
    });
    let mut steps = vec![seats(account, actor, named, shared)];
    if shared > 0 {
        steps.push(pool(account, actor));
    }
    steps.push(people(account, actor));
    steps.push(first_sign_in(account, actor));
    if steps.iter().all(|step| step.is_done) {
        steps.clear();
    }
    steps
}

fn seats(account: &Account, actor: &Actor, named: u64, shared: u64) -> Step {
    Step {
        title: "Seats",
        is_done: named + shared > 0,
        text: if named + shared > 0 {
            let kind = |count, word| (count > 0).then(|| format!("{count} {word}"));
            let kinds: Vec<_> = [kind(named, "named"), kind(shared, "shared")]
                .into_iter()
                .flatten()
                .collect();
            let noun = if named + shared == 1 { "seat" } else { "seats" };
            format!("{} {noun}.", kinds.join(" and "))
        } else {
            "The account has bought no seats yet, so nobody can use a product.".to_owned()
        },
        remedy: Remedy::seats(account, actor),
    }
}

fn pool(account: &Account, actor: &Actor) -> Step {
    let mut with_seats = account.pools().values().filter(|pool| pool.seats > 0);
    let first = with_seats.next();
    let more = with_seats.count();
    let in_no_pool = in_no_pool(account, 1, |name| name);
    Step {
        title: "Seat pool",
        is_done: first.is_some(),
        text: match first {
            // "Needs attention" has the link for them.
            Some(_) if !in_no_pool.is_empty() => in_no_pool.join(" "),
            Some(pool) if more == 0 => {
                let seats = counted(pool.seats, "seat", "seats");
                format!("{} has {seats}.", pool_name(account, pool))
            }
            Some(_) => format!("{} have seats.", counted(more + 1, "pool", "pools")),
            None => "People share the seats of a pool, and none has any yet.".to_owned(),
        },
        remedy: Remedy::pool(account, actor),
    }
}

fn people(account: &Account, actor: &Actor) -> Step {
    let count = account.users().len();
    Step {
        title: "People",
        is_done: count > 1,
        text: if count > 1 {
            format!("{}.", counted(count, "user", "users"))
        } else {
            "Add those who will take the seats.".to_owned()
        },
        remedy: Remedy::people(account, actor),
    }
}

fn first_sign_in(account: &Account, actor: &Actor) -> Step {
    let user = account.user_of(actor).and_then(|user| account.user(user));
    let has_license = user.is_some_and(|user| !user.licenses.is_empty());
    Step {
        title: "First sign-in",
        is_done: account.has_been_used(),
        text: "Nobody has taken a seat yet. One click in the agent console does.".to_owned(),
        remedy: if has_license {
            Remedy::take_a_seat()
        } else {
            Remedy::own_license(account, actor)
        },
    }
}
