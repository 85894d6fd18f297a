//! Records of sign-ins, sessions, tickets, refusals and minutes.

use usher_domain::event::{By, Claim, MinutesEvent, RefusalEvent, SessionEvent, SignInEvent, TicketEvent};
use usher_domain::presence::{Customer, Funding};
use usher_domain::text::Product;
use usher_domain::{SessionId, TicketId, UserId};
use usher_journal::table::{Assignment, Change};
use usher_journal::{
    CLAIMED, End, EndedBy, Minutes, Record, Refusal, SessionRow, SignInRow, Text, TicketRow, code_digest,
};

use super::{Context, Recorder, personal, text};

impl Recorder {
    pub(super) fn note_sign_in(&mut self, context: &Context<'_>, event: &SignInEvent) {
        match event {
            SignInEvent::SignedIn {
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
                self.records.push(Record::SignIn(Change::add(SignInRow {
                    id: *id,
                    user: *user,
                    product: text(product),
                    device_id: personal(&device.id),
                    device_name: personal(&device.name),
                    pool: *pool,
                    funding: carried_by(*funding),
                    started_at: self.at,
                    end: None,
                })));
                if !matches!(funding, Funding::Free) {
                    self.note_got_in(context, *user, product);
                }
                self.note_first_minute(context, Claim::SignIn(*id), *funding);
            }
            SignInEvent::Ended { id, reason, by } => {
                let end = SignInRow::end.set_once(Some(self.end(reason.as_str(), by.as_ref())));
                let change = Change::set([SignInRow::id.is(*id)], [end]);
                self.records.push(Record::SignIn(change));
            }
            SignInEvent::ActivityReported { .. }
            | SignInEvent::LogOffWarned { .. }
            | SignInEvent::ReclaimWarned { .. }
            | SignInEvent::ReclaimCancelled { .. }
            | SignInEvent::SeatLocked { .. } => {}
        }
    }

    pub(super) fn note_session(&mut self, context: &Context<'_>, event: &SessionEvent) {
        match event {
            SessionEvent::Created {
                id,
                sign_in,
                kind,
                customer,
                code,
                standby_until,
                funding,
                ticket,
            } => {
                self.note_claimed(*ticket);
                if let Some(host) = context.before.and_then(|before| before.sign_ins().get(sign_in)) {
                    let is_riding = *funding == Funding::Rides;
                    let carried = carried_by(if is_riding { host.funding } else { *funding });
                    self.records.push(Record::Session(Change::add(SessionRow {
                        id: *id,
                        sign_in: *sign_in,
                        user: host.user,
                        product: text(&host.product),
                        kind: Text::Static(kind.as_str()),
                        pool: host.pool,
                        funding: carried,
                        code: code.as_ref().map(code_digest),
                        started_at: self.at,
                        connected_at: None,
                        end: None,
                        customer: None,
                        external_id: None,
                        metadata: None,
                    })));
                    self.records.extend(code.as_ref().map(|code| Record::CodeIssued {
                        code: code_digest(code),
                        session: *id,
                    }));
                    self.note_customer(*id, customer.as_ref());
                    if standby_until.is_none() {
                        self.note_connected(*id);
                    }
                    self.note_got_in(context, host.user, &host.product);
                }
                self.note_first_minute(context, Claim::Session(*id), *funding);
            }
            SessionEvent::Connected { id, customer } => {
                self.note_connected(*id);
                self.note_customer(*id, customer.as_ref());
            }
            SessionEvent::CustomerJoined { id, customer, .. } => self.note_customer(*id, customer.as_ref()),
            SessionEvent::Resumed { id, funding, ticket } => {
                self.note_claimed(*ticket);
                self.note_resumed(context, *id, *funding);
                self.note_first_minute(context, Claim::Session(*id), *funding);
            }
            SessionEvent::Ended { id, reason, by } => {
                let session = context.before.and_then(|before| before.sessions().get(id));
                let code = session.and_then(|session| session.code.as_ref());
                self.records.extend(code.map(|code| Record::CodeRetired {
                    code: code_digest(code),
                }));
                let end = self.end(reason.as_str(), by.as_ref());
                self.change_session(*id, [SessionRow::end.set_once(Some(end))]);
            }
            SessionEvent::Paused { .. } | SessionEvent::Ending { .. } => {}
        }
    }

    pub(super) fn note_ticket(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Opened {
                id,
                user,
                product,
                pool,
                wanted,
                ..
            } => self.records.push(Record::Ticket(Change::add(TicketRow {
                id: *id,
                user: *user,
                product: text(product),
                pool: *pool,
                opened_at: self.at,
                wanted: Some(Text::Static(wanted.as_str())),
                offered_at: None,
                end: None,
            }))),
            TicketEvent::Offered { id, .. } => {
                self.change_ticket(*id, TicketRow::offered_at.set_once(Some(self.at)));
            }
            TicketEvent::Ended { id, reason, by } => {
                let end = self.end(reason.as_str(), by.as_ref());
                self.change_ticket(*id, TicketRow::end.set_once(Some(end)));
            }
        }
    }

    pub(super) fn note_minutes(&mut self, context: &Context<'_>, event: &MinutesEvent) {
        match event {
            MinutesEvent::Paid { claim, .. } => self.note_balance(context, -1, Some(*claim)),
            MinutesEvent::ClaimMoved { claim } => self.note_moved(context, *claim),
            MinutesEvent::Low { .. } => {}
        }
    }

    /// The first minute is paid at the start (Q3).
    fn note_first_minute(&mut self, context: &Context<'_>, claim: Claim, funding: Funding) {
        if let Funding::Minutes { .. } = funding {
            self.note_balance(context, -1, Some(claim));
        }
    }

    pub(super) fn note_balance(&mut self, context: &Context<'_>, delta: i64, claim: Option<Claim>) {
        let before = context.before.map_or(0, |before| before.minutes());
        self.records.push(Record::Minutes(Minutes {
            delta,
            balance: before.saturating_add_signed(delta),
            claim: claim.map(|claim| claim.to_string().into()),
        }));
    }

    fn note_resumed(&mut self, context: &Context<'_>, id: SessionId, funding: Funding) {
        let session = context.before.and_then(|before| before.sessions().get(&id));
        let carried = match session {
            Some(session) if funding == Funding::Rides => host_of(context, session.sign_in),
            Some(_) | None => carried_by(funding),
        };
        if carried.is_some() {
            self.change_session(id, [SessionRow::funding.set(carried)]);
        }
        if let Some(session) = session {
            self.note_got_in(context, session.user, &session.product);
        }
    }

    fn note_customer(&mut self, id: SessionId, customer: Option<&Customer>) {
        if let Some(customer) = customer {
            let name = Some(personal(&customer.name));
            self.change_session(id, [SessionRow::customer.set(name)]);
        }
    }

    fn note_connected(&mut self, id: SessionId) {
        let at = SessionRow::connected_at.set_once(Some(self.at));
        self.change_session(id, [at]);
    }

    pub(super) fn change_session<const N: usize>(
        &mut self,
        id: SessionId,
        values: [Assignment<SessionRow>; N],
    ) {
        let change = Change::set([SessionRow::id.is(id)], values);
        self.records.push(Record::Session(change));
    }

    fn change_ticket(&mut self, id: TicketId, value: Assignment<TicketRow>) {
        let change = Change::set([TicketRow::id.is(id)], [value]);
        self.records.push(Record::Ticket(change));
    }

    fn end(&self, reason: &'static str, by: Option<&By>) -> End {
        End {
            at: self.at,
            reason: Text::Static(reason),
            by: ended_by(by),
        }
    }

    /// A claim moved from minutes to a seat, with the sessions that ride on it.
    fn note_moved(&mut self, context: &Context<'_>, claim: Claim) {
        let moved: Vec<SessionId> = match claim {
            Claim::Session(id) => vec![id],
            Claim::SignIn(id) => {
                let host = context.before.and_then(|before| before.sign_ins().get(&id));
                host.map(|host| host.sessions().to_vec()).unwrap_or_default()
            }
        };
        for id in moved {
            let seat = Some(Text::Static(Funding::Seat.as_str()));
            self.change_session(id, [SessionRow::funding.set(seat)]);
        }
    }

    fn note_claimed(&mut self, ticket: Option<TicketId>) {
        if let Some(id) = ticket {
            let end = self.end(CLAIMED, None);
            self.change_ticket(id, TicketRow::end.set_once(Some(end)));
        }
    }

    /// Resolves the open refusals of a user who got in.
    fn note_got_in(&mut self, context: &Context<'_>, user: UserId, product: &Product) {
        let owner = context.before.and_then(|before| before.user(user));
        if owner.is_some_and(|owner| owner.refused_since(product).is_some()) {
            self.records.push(Record::Refusal(Change::set(
                [Refusal::user.is(user), Refusal::product.is(text(product))],
                [Refusal::resolved_at.set_once(Some(self.at))],
            )));
        }
    }

    pub(super) fn note_refusal(&mut self, event: &RefusalEvent) {
        let RefusalEvent::Refused {
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
        } = event;
        self.records.push(Record::Refusal(Change::add(Refusal {
            id: *id,
            user: *user,
            product: text(product),
            pool: *pool,
            code: Text::Static(code.as_str()),
            attempt: Text::Static(attempt.as_str()),
            device: device.as_ref().map(personal),
            seats: seats.unwrap_or(0),
            occupied: occupied.unwrap_or(0),
            waiting: *waiting,
            resolved_at: None,
        })));
    }
}

pub(super) fn ended_by(by: Option<&By>) -> Option<EndedBy> {
    by.map(|by| EndedBy {
        actor: Text::from(by.actor.clone()),
        name: by.name.as_ref().map(personal),
        note: by.note.as_ref().map(personal),
    })
}

fn carried_by(funding: Funding) -> Option<Text> {
    match funding {
        Funding::Free | Funding::Rides => None,
        Funding::Named | Funding::Seat | Funding::Minutes { .. } => Some(Text::Static(funding.as_str())),
    }
}

/// What pays for the sessions that ride on a sign-in.
fn host_of(context: &Context<'_>, sign_in: usher_domain::SignInId) -> Option<Text> {
    let host = context.before?.sign_ins().get(&sign_in)?;
    carried_by(host.funding)
}
