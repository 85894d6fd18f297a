//! Claims, and the minutes that carry some of them (Q3).

use crate::account::Account;
use crate::event::Claim;
use crate::evolve::seats::{self, Booking};
use crate::presence::Funding;
use crate::time::Timestamp;

/// Books a new claim; minutes pay for their first minute at once (Q3).
pub(super) fn start_claim(account: &mut Account, claim: Claim) {
    let Some((booking, funding)) = Booking::of(account, claim) else {
        return;
    };
    if let Funding::Minutes { .. } = funding {
        account.minutes = account.minutes.saturating_sub(1);
    }
    seats::book(account, &booking, funding);
}

pub(super) fn minute_paid(account: &mut Account, claim: Claim, next_at: Timestamp) {
    let Some((_, Funding::Minutes { next_at: paid, .. })) = Booking::of(account, claim) else {
        return;
    };
    account.minutes = account.minutes.saturating_sub(1);
    account.minutes_unsettled = true;
    account.minute_claims.remove(&(paid, claim));
    account.minute_claims.insert((next_at, claim));
    set_funding(account, claim, |funding| {
        *funding = Funding::Minutes {
            next_at,
            warned: false,
        }
    });
}

pub(super) fn claim_moved(account: &mut Account, claim: Claim) {
    let Some((booking, funding)) = Booking::of(account, claim) else {
        return;
    };
    seats::unbook(account, &booking, funding, None);
    seats::book(account, &booking, Funding::Seat);
    set_funding(account, claim, |funding| *funding = Funding::Seat);
}

/// More minutes: who was warned is warned again should they not suffice.
pub(super) fn minutes_added(account: &mut Account) {
    account.minutes_unsettled = true;
    let claims: Vec<Claim> = account.minute_claims.iter().map(|(_, claim)| *claim).collect();
    for claim in claims {
        set_funding(account, claim, |funding| {
            if let Funding::Minutes { warned, .. } = funding {
                *warned = false;
            }
        });
    }
}

pub(super) fn set_funding(account: &mut Account, claim: Claim, change: impl FnOnce(&mut Funding)) {
    match claim {
        Claim::SignIn(id) => {
            if let Some(sign_in) = account.sign_ins.get_mut(&id) {
                change(&mut sign_in.funding);
            }
            seats::list_idle(account, id);
            seats::schedule_sign_in(account, id);
        }
        Claim::Session(id) => {
            if let Some(session) = account.sessions.get_mut(&id) {
                change(&mut session.funding);
            }
            seats::schedule_session(account, id);
        }
    }
}
