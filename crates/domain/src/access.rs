//! Rights to see and to do things (R1, R5, R6). Things that a caller may not see are not found; an action that they may
//! not do on a visible thing is forbidden.

use alloc::collections::BTreeSet;

use crate::account::{Account, ApiKey, KeyMaker};
use crate::decide::rights;
use crate::event::Profile;
use crate::id::{ApiKeyId, UserId};
use crate::permission::{Actor, Privilege, Role, Scope, SessionPermission};
use crate::presence::{Session, SignIn};
use crate::refusal::{Refusal, StateRefusal};
use crate::user::User;

impl Account {
    /// Refuses an actor without the privilege.
    pub fn need(&self, actor: &Actor, privilege: Privilege) -> Result<(), Refusal> {
        if self.may(actor, privilege) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            needed: privilege.as_str(),
        })
    }

    /// Refuses an actor who may not manage this kind of thing. Actors who may not see it get "no such `what`".
    pub fn need_to_manage(
        &self,
        actor: &Actor,
        privilege: Privilege,
        what: &'static str,
    ) -> Result<(), Refusal> {
        if !self.is_staff(actor) {
            return Err(Refusal::NotFound { what });
        }
        self.need(actor, privilege)
    }

    /// Refuses an actor without the privilege over the account as a whole, which devices, tickets and customers do not
    /// see.
    pub fn need_in_account(&self, actor: &Actor, privilege: Privilege) -> Result<(), Refusal> {
        self.need_member(actor)?;
        self.need(actor, privilege)
    }

    /// Refuses actors who do not see the account's users, pools and teams, and so get none of its lists: plain members
    /// may not, and devices, tickets and customers do not see the account at all.
    pub fn need_staff(&self, actor: &Actor) -> Result<(), Refusal> {
        self.need_member(actor)?;
        if self.is_staff(actor) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            needed: "a role with a privilege",
        })
    }

    /// Refuses all but the operator (R7).
    pub fn need_operator(&self, actor: &Actor) -> Result<(), Refusal> {
        self.need_member(actor)?;
        if matches!(actor, Actor::Operator | Actor::System) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            needed: "an operator key",
        })
    }

    /// Refuses an actor who does not see the account: a device, a ticket, a customer, an inactive user.
    fn need_member(&self, actor: &Actor) -> Result<(), Refusal> {
        let sees = match actor {
            Actor::Operator | Actor::System | Actor::ApiKey { .. } => true,
            Actor::User(id) => self.active_user(*id).is_some(),
            Actor::SignIn(_) | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => false,
        };
        if sees {
            return Ok(());
        }
        Err(Refusal::NotFound { what: "account" })
    }

    /// Whether an actor has a privilege.
    #[must_use]
    pub fn may(&self, actor: &Actor, privilege: Privilege) -> bool {
        match actor {
            Actor::Operator | Actor::System => true,
            Actor::ApiKey { .. } => self.key_has(actor, Scope::from(privilege)),
            Actor::User(id) => self.active_user(*id).is_some_and(|user| user.has(privilege)),
            Actor::SignIn(_) | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => false,
        }
    }

    /// Whether an actor sees the account's users, pools and teams: everybody with any privilege, and keys that are for
    /// more than provisioning.
    #[must_use]
    pub fn is_staff(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Operator | Actor::System => true,
            Actor::ApiKey { .. } => self.key_sees_the_desk(actor),
            Actor::User(id) => self.active_user(*id).is_some_and(|user| match user.profile.role {
                Role::Owner | Role::Admin => true,
                Role::Manager => !user.profile.privileges.is_empty(),
                Role::Member => false,
            }),
            Actor::SignIn(_) | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => false,
        }
    }

    /// Whether the account's settings require a second factor of this user: of everybody above the role `member`.
    #[must_use]
    pub fn requires_second_factor(&self, user: UserId) -> bool {
        self.settings.sign_in.second_factor_for_admins
            && self
                .active_user(user)
                .is_some_and(|user| user.profile.role > Role::Member)
    }

    /// Whether an actor may act for this user: the user, their device, or a program that signs users in.
    #[must_use]
    pub fn may_act_for(&self, actor: &Actor, user: UserId) -> bool {
        match actor {
            Actor::Operator | Actor::System => true,
            Actor::ApiKey { .. } => self.key_has(actor, Scope::SignInsWrite),
            Actor::User(_)
            | Actor::SignIn(_)
            | Actor::Ticket(_)
            | Actor::Customer(_)
            | Actor::SingleSignOn => self.user_of(actor) == Some(user),
        }
    }

    /// Whether an actor is an owner, an admin or the operator. Programs never are, no matter what scopes their keys
    /// have.
    #[must_use]
    pub fn is_admin(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Operator | Actor::System => true,
            Actor::User(id) => {
                let user = self.active_user(*id);
                user.is_some_and(|user| user.profile.role >= Role::Admin)
            }
            Actor::ApiKey { .. }
            | Actor::SignIn(_)
            | Actor::Ticket(_)
            | Actor::Customer(_)
            | Actor::SingleSignOn => false,
        }
    }

    /// Refuses all but admins, owners and the operator: programs too.
    pub fn need_admin(&self, actor: &Actor) -> Result<(), Refusal> {
        if self.is_admin(actor) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            needed: "the role `admin`",
        })
    }

    /// Refuses actors who may not remove the provider of single sign-on, and everybody while single sign-on is required
    /// (D7).
    pub fn need_to_remove_provider(&self, actor: &Actor) -> Result<(), Refusal> {
        self.need_admin(actor)?;
        if self.settings.sign_in.sso_required {
            return Err(Refusal::State(StateRefusal::WrongState {
                what: "single sign-on",
                state: "required of everybody",
                expected: "an offer only",
            }));
        }
        Ok(())
    }

    /// Whether an actor sees the account's users and groups: its staff, and its directories.
    #[must_use]
    pub fn sees_people(&self, actor: &Actor) -> bool {
        self.is_staff(actor) || self.is_directory(actor)
    }

    /// Refuses actors who do not see the account's users and groups.
    pub fn need_people(&self, actor: &Actor) -> Result<(), Refusal> {
        if self.sees_people(actor) {
            return Ok(());
        }
        self.need_member(actor)?;
        Err(Refusal::Forbidden {
            needed: "a role with a privilege",
        })
    }

    /// The user, for actors who know who is in the account but not what they do: not found for others.
    pub fn visible_person(&self, actor: &Actor, user: UserId) -> Result<&User, Refusal> {
        self.users
            .get(&user)
            .filter(|_| self.sees_user(actor, user) || self.is_directory(actor))
            .ok_or(Refusal::NotFound { what: "user" })
    }

    /// Whether an actor sees this user's record.
    #[must_use]
    pub fn sees_user(&self, actor: &Actor, user: UserId) -> bool {
        self.is_staff(actor) || self.user_of(actor) == Some(user)
    }

    /// Whether an actor sees a sign-in: its device, how long its user has been idle, and when it is logged off.
    #[must_use]
    pub fn sees_sign_in(&self, actor: &Actor, sign_in: &SignIn) -> bool {
        self.sees_user(actor, sign_in.user)
    }

    /// The user, as far as the actor sees them: not found for actors who do not.
    pub fn visible_user(&self, actor: &Actor, user: UserId) -> Result<&User, Refusal> {
        self.users
            .get(&user)
            .filter(|_| self.sees_user(actor, user))
            .ok_or(Refusal::NotFound { what: "user" })
    }

    /// The user behind an actor: the user itself, or the user of the device or ticket.
    #[must_use]
    pub fn user_of(&self, actor: &Actor) -> Option<UserId> {
        match actor {
            Actor::User(id) => self.active_user(*id).map(|user| user.id),
            Actor::SignIn(id) => self.sign_ins.get(id).map(|sign_in| sign_in.user),
            Actor::Ticket(id) => self.tickets.get(id).map(|ticket| ticket.user),
            Actor::Operator
            | Actor::ApiKey { .. }
            | Actor::Customer(_)
            | Actor::SingleSignOn
            | Actor::System => None,
        }
    }

    /// Whether an actor has a session permission, by the account's default and the user's override.
    #[must_use]
    pub fn has_session_permission(&self, actor: &Actor, permission: SessionPermission) -> bool {
        let own = matches!(
            permission,
            SessionPermission::ViewOwn | SessionPermission::ControlOwn
        );
        match actor {
            Actor::Operator | Actor::System => true,
            Actor::ApiKey { id, .. } => {
                let has = match permission {
                    SessionPermission::ViewOwn | SessionPermission::ViewAccount => {
                        self.key_sees_the_desk(actor)
                    }
                    SessionPermission::ControlOwn => self.key_has(actor, Scope::SignInsWrite),
                    SessionPermission::ControlAccount => self.key_has(actor, Scope::SeatsManage),
                };
                has && self.maker_has_session_permission(*id, permission)
            }
            Actor::User(id) => self
                .active_user(*id)
                .is_some_and(|user| self.profile_has_session_permission(&user.profile, permission)),
            Actor::SignIn(_) => own,
            Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => false,
        }
    }

    /// Whether an actor sees a session: their own with `view_own`, others' with `view_account`. A paused one is visible
    /// only to its user, and to the customer who has its code (S8).
    #[must_use]
    pub fn sees_session(&self, actor: &Actor, session: &Session) -> bool {
        let is_own = self.is_own_session(actor, session);
        let is_customer = matches!(actor, Actor::Customer(id) if *id == session.id);
        if !session.is_live() {
            return is_own || is_customer;
        }
        (is_own && self.has_session_permission(actor, SessionPermission::ViewOwn))
            || self.has_session_permission(actor, SessionPermission::ViewAccount)
            || is_customer
    }

    /// Whether an actor may see a session's join code: the user who started it, and users who may control it.
    #[must_use]
    pub fn sees_code(&self, actor: &Actor, session: &Session) -> bool {
        let is_own = match actor {
            Actor::User(_) => self.user_of(actor) == Some(session.user),
            Actor::Operator
            | Actor::ApiKey { .. }
            | Actor::SignIn(_)
            | Actor::Ticket(_)
            | Actor::Customer(_)
            | Actor::SingleSignOn
            | Actor::System => self.is_own_session(actor, session),
        };
        is_own
            || (self.sees_session(actor, session)
                && self.has_session_permission(actor, SessionPermission::ControlAccount))
    }

    /// Whether the session belongs to the user behind the actor, or the actor is the program that works for them.
    #[must_use]
    pub fn is_own_session(&self, actor: &Actor, session: &Session) -> bool {
        match actor {
            Actor::SignIn(id) => *id == session.sign_in,
            Actor::ApiKey { .. } => self.key_has(actor, Scope::SignInsWrite),
            Actor::Operator
            | Actor::User(_)
            | Actor::Ticket(_)
            | Actor::Customer(_)
            | Actor::SingleSignOn
            | Actor::System => self.user_of(actor) == Some(session.user),
        }
    }

    /// R5: users who manage seats, and so owners and admins, have every permission that they are not denied. Control
    /// without view has no effect, however it came about: the account's default may have changed under a user's
    /// override.
    pub(crate) fn profile_has_session_permission(
        &self,
        profile: &Profile,
        permission: SessionPermission,
    ) -> bool {
        let over = profile.session_permissions;
        let given = self.settings.session_permissions.with(over);
        let manages_seats = profile.has(Privilege::SeatsManage);
        let has = |permission| given.has(permission) || (manages_seats && !over.denies(permission));
        match permission {
            SessionPermission::ViewOwn | SessionPermission::ViewAccount => has(permission),
            SessionPermission::ControlOwn => has(permission) && has(SessionPermission::ViewOwn),
            SessionPermission::ControlAccount => has(permission) && has(SessionPermission::ViewAccount),
        }
    }

    /// Whether the user has the permissions over everybody's sessions by an override or the account's default, and not
    /// only because they manage seats (R5).
    pub(crate) fn is_given_everybodys_sessions(&self, actor: &Actor) -> bool {
        let Actor::User(id) = actor else {
            return false;
        };
        self.active_user(*id).is_some_and(|user| {
            let over = user.profile.session_permissions;
            let given = self.settings.session_permissions.with(over);
            given.has(SessionPermission::ViewAccount) && given.has(SessionPermission::ControlAccount)
        })
    }

    /// R8: whether the actor is a key with this scope, whose maker still has the rights that the scope needs. A key
    /// that the account does not list, because it is being revoked, has none.
    #[must_use]
    pub fn key_has(&self, actor: &Actor, scope: Scope) -> bool {
        let Actor::ApiKey { id, scopes } = actor else {
            return false;
        };
        scopes.contains(&scope)
            && self.api_keys.get(id).is_some_and(|key| match key.maker {
                Some(KeyMaker::User(user)) => self.may_give_scope(&Actor::User(user), scope),
                // Keys created before makers were recorded are limited only by their scopes.
                Some(KeyMaker::Operator) | None => true,
            })
    }

    /// Whether an actor may create an API key with this scope.
    #[must_use]
    pub fn may_give_scope(&self, actor: &Actor, scope: Scope) -> bool {
        rights::may_give_scope(self, actor, scope).is_ok()
    }

    /// The scopes of an API key that work now.
    #[must_use]
    pub fn effective_scopes(&self, key: &ApiKey) -> BTreeSet<Scope> {
        let scopes = key.scopes.clone();
        let actor = Actor::ApiKey { id: key.id, scopes };
        let works = |scope: &Scope| self.key_has(&actor, *scope);
        key.scopes.iter().copied().filter(works).collect()
    }

    /// Whether the actor is an API key without any working scope, because its maker has lost every right that it needs,
    /// or is gone.
    #[must_use]
    pub fn is_powerless_key(&self, actor: &Actor) -> bool {
        matches!(actor, Actor::ApiKey { .. }) && !Scope::ALL.iter().any(|scope| self.key_has(actor, *scope))
    }

    /// Whether the actor acts for a directory: a key for provisioning, or single sign-on.
    #[must_use]
    pub fn is_directory(&self, actor: &Actor) -> bool {
        *actor == Actor::SingleSignOn || self.key_has(actor, Scope::Directory)
    }

    /// Whether a key sees the users' sign-ins, sessions and seats.
    fn key_sees_the_desk(&self, actor: &Actor) -> bool {
        let scopes = Scope::ALL.iter().filter(|scope| **scope != Scope::Directory);
        scopes.into_iter().any(|scope| self.key_has(actor, *scope))
    }

    fn maker_has_session_permission(&self, key: ApiKeyId, permission: SessionPermission) -> bool {
        match self.api_keys.get(&key).map(|key| key.maker) {
            Some(Some(KeyMaker::User(user))) => self.has_session_permission(&Actor::User(user), permission),
            Some(Some(KeyMaker::Operator) | None) => true,
            None => false,
        }
    }

    fn active_user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id).filter(|user| user.active)
    }
}
