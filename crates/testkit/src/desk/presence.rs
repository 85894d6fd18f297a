//! Sign-ins, sessions and their ends.

use usher_domain::command::{
    Acting, ClaimTicket, Command, Heartbeat, OneOrMore, RenewTicket, ResumeSession, SessionCommand,
    SignInCommand, SignUserIn, StartSession, TicketCommand,
};
use usher_domain::labels::Labels;
use usher_domain::presence::{Customer, Device, DeviceKind, JoinProof, SessionKind, Start};
use usher_domain::text::{Note, Product};
use usher_domain::{Secs, SessionId, SignInId, TicketId, UserId};

use super::product;

/// A device with this id and name.
pub fn device(id: &str, name: &str) -> Device {
    Device {
        id: id.parse().unwrap(),
        name: name.parse().unwrap(),
        kind: DeviceKind::Desktop,
    }
}

/// A user who signs in. The usual one does so for the usual product, and does not wait for a seat.
#[derive(Debug, Clone)]
pub struct NewSignIn(SignUserIn);

/// Signs a user in on a device.
pub fn sign_in(user: UserId, id: SignInId, device: Device) -> NewSignIn {
    sign_in_on_all(user, OneOrMore::one((id, device)))
}

/// Signs a user in on several devices, all or none.
pub fn sign_in_on_all(user: UserId, devices: OneOrMore<(SignInId, Device)>) -> NewSignIn {
    NewSignIn(SignUserIn {
        user,
        product: product(),
        devices,
        takeover: false,
        wait: false,
    })
}

impl NewSignIn {
    /// For another product.
    #[must_use]
    pub fn product(mut self, product: Product) -> Self {
        self.0.product = product;
        self
    }

    /// Whether other devices are signed out if there are too many (S4).
    #[must_use]
    pub const fn takeover(mut self, takeover: bool) -> Self {
        self.0.takeover = takeover;
        self
    }

    /// Whether the user waits if no seat is free (Q2).
    #[must_use]
    pub const fn wait(mut self, wait: bool) -> Self {
        self.0.wait = wait;
        self
    }

    /// The command that signs the user in.
    pub fn command(self) -> Command {
        Command::SignIn(SignInCommand::SignIn(self.0))
    }

    /// The same with its outcome.
    pub fn with_outcome(self) -> SignUserIn {
        self.0
    }
}

/// A heartbeat, which says whether the user is active.
pub const fn heartbeat(sign_in: SignInId, active: bool) -> Command {
    Command::SignIn(SignInCommand::Heartbeat(Heartbeat { sign_in, active }))
}

/// Protects a seat from being reclaimed for this long.
pub const fn lock_seat(sign_in: SignInId, hold: Secs) -> Command {
    Command::SignIn(SignInCommand::LockSeat { sign_in, hold })
}

/// Signs out, without a note, in the capacity that follows from the actor.
pub fn sign_out(sign_in: SignInId) -> Command {
    sign_out_with(sign_in, None, None)
}

/// Signs out or evicts, with a note and in this capacity.
pub fn sign_out_with(sign_in: SignInId, note: Option<Note>, acting: Option<Acting>) -> Command {
    Command::SignIn(SignInCommand::SignOut {
        sign_in,
        note,
        acting,
    })
}

/// A session that begins. The usual one is a call that is active at once, without a customer, and does not wait for a
/// seat.
#[derive(Debug, Clone)]
pub struct NewSession(StartSession);

/// Starts a call.
pub fn call(id: SessionId, sign_in: SignInId) -> NewSession {
    NewSession(StartSession {
        id,
        sign_in,
        kind: SessionKind::Call,
        start: Start::Active,
        customer: None,
        code: "ABC234".parse().unwrap(),
        valid_for: None,
        wait: false,
        labels: Labels::default(),
    })
}

impl NewSession {
    /// Of another kind.
    #[must_use]
    pub const fn kind(mut self, kind: SessionKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// On standby, or active at once.
    #[must_use]
    pub const fn start(mut self, start: Start) -> Self {
        self.0.start = start;
        self
    }

    /// With a customer who is known from the start.
    #[must_use]
    pub fn customer(mut self, customer: Option<Customer>) -> Self {
        self.0.customer = customer;
        self
    }

    /// With another code for the customer.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.0.code = code.parse().unwrap();
        self
    }

    /// How long the code is valid; `None` for the pool's default.
    #[must_use]
    pub const fn valid_for(mut self, valid_for: Option<Secs>) -> Self {
        self.0.valid_for = valid_for;
        self
    }

    /// Whether the user waits if no seat is free (Q2).
    #[must_use]
    pub const fn wait(mut self, wait: bool) -> Self {
        self.0.wait = wait;
        self
    }

    /// The command that starts the session.
    pub fn command(self) -> Command {
        Command::Session(SessionCommand::Start(self.0))
    }
}

/// The customer joins with this proof of who they are, without a name.
pub const fn join(id: SessionId, proof: JoinProof) -> Command {
    Command::Session(SessionCommand::Connect {
        id,
        customer: None,
        proof,
    })
}

/// Pauses a session.
pub const fn pause(id: SessionId) -> Command {
    Command::Session(SessionCommand::Pause { id })
}

/// Resumes a paused session; the ticket is opened if the user waits.
pub const fn resume(id: SessionId, wait: bool, ticket: TicketId) -> Command {
    Command::Session(SessionCommand::Resume(ResumeSession { id, wait, ticket }))
}

/// Sessions that are ended. The usual end has no note, the capacity that follows from the actor, and no proof.
#[derive(Debug, Clone)]
pub struct EndOfSessions {
    ids: Vec<SessionId>,
    note: Option<Note>,
    acting: Option<Acting>,
    proof: JoinProof,
}

/// Ends sessions, all or none.
pub const fn end(ids: Vec<SessionId>) -> EndOfSessions {
    EndOfSessions {
        ids,
        note: None,
        acting: None,
        proof: JoinProof::None,
    }
}

impl EndOfSessions {
    /// With a note for the user.
    #[must_use]
    pub fn note(mut self, note: Option<Note>) -> Self {
        self.note = note;
        self
    }

    /// In this capacity.
    #[must_use]
    pub const fn acting(mut self, acting: Option<Acting>) -> Self {
        self.acting = acting;
        self
    }

    /// By a customer with this proof.
    #[must_use]
    pub fn proof(mut self, proof: JoinProof) -> Self {
        self.proof = proof;
        self
    }

    /// The command that ends the sessions.
    pub fn command(self) -> Command {
        Command::Session(SessionCommand::End {
            ids: self.ids,
            note: self.note,
            acting: self.acting,
            proof: self.proof,
        })
    }
}

/// Takes the offered seat.
pub const fn claim(id: TicketId) -> Command {
    Command::Ticket(TicketCommand::Claim(ClaimTicket { id }))
}

/// Leaves the queue.
pub const fn drop_ticket(id: TicketId) -> Command {
    Command::Ticket(TicketCommand::Drop { id })
}

/// A heartbeat of a ticket.
pub const fn renew(id: TicketId) -> Command {
    Command::Ticket(TicketCommand::Renew(RenewTicket { id }))
}
