//! Records of sign-ins, sessions, tickets, refusals and minutes.

use usher_domain::event::{By, Claim};
use usher_domain::presence::{Customer, Funding};
use usher_domain::text::Product;
use usher_domain::{Account, Event, SessionId, UserId};
use usher_journal::{EndedBy, Record, Text, code_digest};

use super::{Context, Recorder, text};

/// The outcome of a ticket that was claimed.
const CLAIMED: Text = Text::Static(usher_journal::CLAIMED);

impl Recorder {
    pub(super) fn note_presence(&mut self, context: &Context<'_>, event: &Event) {
        match event {
            Event::SignedIn { .. } | Event::SignInEnded { .. } => self.note_sign_in(context, event),
            Event::SessionCreated { .. }
            | Event::SessionConnected { .. }
            | Event::CustomerJoined { .. }
            | Event::SessionResumed { .. }
            | Event::SessionEnded { .. } => self.note_session(context, event),
            Event::ClaimMoved { claim } => self.note_moved(context, *claim),
            Event::TicketOpened {
                id,
                user,
                product,
                pool,
                wanted,
                ..
            } => self.records.push(Record::TicketOpened {
                id: *id,
                user: *user,
                product: text(product),
                pool: *pool,
                wanted: Text::Static(wanted.as_str()),
            }),
            Event::OfferMade { id, .. } => self.records.push(Record::TicketOffered { id: *id }),
            Event::TicketEnded { id, reason, by } => self.records.push(Record::TicketEnded {
                id: *id,
                outcome: Text::Static(reason.as_str()),
                by: ended_by(by.as_ref()),
            }),
            Event::Refused { .. } => self.note_refusal(event),
            _ => {}
        }
    }

    fn note_sign_in(&mut self, context: &Context<'_>, event: &Event) {
        match event {
            Event::SignedIn {
                id,
                user,
                product,
                device,
                pool,
                funding,
                ticket,
                ..
            } => {
                self.note_claimed(*ticket);
                self.records.push(Record::SignInStarted {
                    id: *id,
                    user: *user,
                    product: text(product),
                    device_id: text(&device.id),
                    device_name: text(&device.name),
                    pool: *pool,
                    funding: carried_by(*funding),
                });
                if !matches!(funding, Funding::Free) {
                    self.note_got_in(context, *user, product);
                }
            }
            Event::SignInEnded { id, reason, by } => self.records.push(Record::SignInEnded {
                id: *id,
                reason: Text::Static(reason.as_str()),
                by: ended_by(by.as_ref()),
            }),
            _ => {}
        }
    }

    fn note_session(&mut self, context: &Context<'_>, event: &Event) {
        match event {
            Event::SessionCreated { .. } => self.note_session_created(context, event),
            Event::SessionConnected { id, customer } => {
                self.records.push(Record::SessionConnected { id: *id });
                self.note_customer(*id, customer.as_ref());
            }
            Event::CustomerJoined { id, customer, .. } => self.note_customer(*id, customer.as_ref()),
            Event::SessionResumed { id, funding, ticket } => {
                self.note_claimed(*ticket);
                let session = context.before.and_then(|before| before.sessions().get(id));
                let funding = match session {
                    Some(session) if *funding == Funding::Rides => host_of(context, session.sign_in),
                    _ => carried_by(*funding),
                };
                self.records
                    .extend(funding.map(|funding| Record::SessionFunded { id: *id, funding }));
                if let Some(session) = session {
                    self.note_got_in(context, session.user, &session.product);
                }
            }
            Event::SessionEnded { id, reason, by } => {
                let session = context.before.and_then(|before| before.sessions().get(id));
                let code = session.and_then(|session| session.code.as_ref());
                self.records.extend(code.map(|code| Record::CodeRetired {
                    code: code_digest(code),
                }));
                self.records.push(Record::SessionEnded {
                    id: *id,
                    reason: Text::Static(reason.as_str()),
                    by: ended_by(by.as_ref()),
                });
            }
            _ => {}
        }
    }

    fn note_session_created(&mut self, context: &Context<'_>, event: &Event) {
        let Event::SessionCreated {
            id,
            sign_in,
            kind,
            customer,
            code,
            standby_until,
            funding,
            ticket,
            ..
        } = event
        else {
            return;
        };
        self.note_claimed(*ticket);
        let host = context.before.and_then(|before| before.sign_ins().get(sign_in));
        let Some(host) = host else { return };
        let funding = match funding {
            Funding::Rides => carried_by(host.funding),
            funding => carried_by(*funding),
        };
        self.records.push(Record::SessionStarted {
            id: *id,
            sign_in: *sign_in,
            user: host.user,
            product: text(&host.product),
            kind: Text::Static(kind.as_str()),
            pool: host.pool,
            funding,
            code: code.as_ref().map(code_digest),
        });
        if let Some(code) = code {
            self.records.push(Record::CodeIssued {
                code: code_digest(code),
                session: *id,
            });
        }
        self.note_customer(*id, customer.as_ref());
        if standby_until.is_none() {
            self.records.push(Record::SessionConnected { id: *id });
        }
        self.note_got_in(context, host.user, &host.product);
    }

    fn note_customer(&mut self, id: SessionId, customer: Option<&Customer>) {
        self.records
            .extend(customer.map(|customer| Record::SessionCustomer {
                id,
                name: text(&customer.name),
            }));
    }

    /// A claim went from minutes to a seat, with the sessions that ride on it.
    fn note_moved(&mut self, context: &Context<'_>, claim: Claim) {
        let moved: Vec<SessionId> = match claim {
            Claim::Session(id) => vec![id],
            Claim::SignIn(id) => {
                let host = context.before.and_then(|before| before.sign_ins().get(&id));
                host.map(|host| host.sessions().to_vec()).unwrap_or_default()
            }
        };
        let seat = Text::Static(Funding::Seat.as_str());
        self.records
            .extend(moved.into_iter().map(|id| Record::SessionFunded {
                id,
                funding: seat.clone(),
            }));
    }

    fn note_claimed(&mut self, ticket: Option<usher_domain::TicketId>) {
        self.records.extend(ticket.map(|id| Record::TicketEnded {
            id,
            outcome: CLAIMED,
            by: None,
        }));
    }

    /// Closes the open refusals of a user who got in.
    fn note_got_in(&mut self, context: &Context<'_>, user: UserId, product: &Product) {
        let owner = context.before.and_then(|before| before.user(user));
        if owner.is_some_and(|owner| owner.refused_since(product).is_some()) {
            self.records.push(Record::RefusalsResolved {
                user,
                product: text(product),
            });
        }
    }

    fn note_refusal(&mut self, event: &Event) {
        let Event::Refused {
            id,
            user,
            product,
            pool,
            code,
            attempt,
            device,
            seats,
            occupied,
            waiting,
        } = event
        else {
            return;
        };
        self.records.push(Record::RefusalPut {
            id: *id,
            user: *user,
            product: text(product),
            pool: *pool,
            code: Text::Static(code.as_str()),
            attempt: Text::Static(attempt.as_str()),
            device: device.as_ref().map(text),
            seats: seats.unwrap_or(0),
            occupied: occupied.unwrap_or(0),
            waiting: *waiting,
        });
    }

    pub(super) fn note_minutes(&mut self, context: &Context<'_>, event: &Event) {
        let (delta, claim) = match event {
            Event::MinutesAdded { minutes, .. } => (i64::from(*minutes), None),
            Event::MinutePaid { claim, .. } => (-1, Some(claim_text(*claim))),
            // The first minute is paid at the start.
            Event::SignedIn {
                id,
                funding: Funding::Minutes { .. },
                ..
            } => (-1, Some(id.to_string().into())),
            Event::SessionCreated {
                id,
                funding: Funding::Minutes { .. },
                ..
            }
            | Event::SessionResumed {
                id,
                funding: Funding::Minutes { .. },
                ..
            } => (-1, Some(id.to_string().into())),
            _ => return,
        };
        let before = context.before.map_or(0, Account::minutes);
        self.records.push(Record::Minutes {
            delta,
            balance: before.saturating_add_signed(delta),
            claim,
        });
    }
}

fn ended_by(by: Option<&By>) -> Option<EndedBy> {
    by.map(|by| EndedBy {
        actor: Text::from(by.actor.clone()),
        name: by.name.as_ref().map(text),
        note: by.note.as_ref().map(text),
    })
}

fn carried_by(funding: Funding) -> Option<Text> {
    match funding {
        Funding::Free | Funding::Rides => None,
        funding => Some(Text::Static(funding.as_str())),
    }
}

/// What carries the sessions that ride on a sign-in.
fn host_of(context: &Context<'_>, sign_in: usher_domain::SignInId) -> Option<Text> {
    let host = context.before?.sign_ins().get(&sign_in)?;
    carried_by(host.funding)
}

fn claim_text(claim: Claim) -> Text {
    match claim {
        Claim::SignIn(id) => id.to_string().into(),
        Claim::Session(id) => id.to_string().into(),
    }
}
