//! What is revealed about sign-ins, sessions and tickets that have ended, and to whom (R6).

use usher_domain::permission::{Scope, SessionPermission};
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, AccountId, Actor, Refusal, SessionId};
use usher_journal::{End, SessionRow};

use crate::app::App;
use crate::problem::Problem;

impl App {
    /// How the sign-in or ticket of a refusal ended. It is revealed to its own token and to those who may see its user;
    /// for others, and if it never existed, the answer is that there is none. Other refusals stay as they are.
    pub async fn end_of(
        &self,
        account: AccountId,
        actor: &Actor,
        refusal: Refusal,
    ) -> Result<(Refusal, Option<End>), Problem> {
        let records = self.records();
        let (what, is_own, found) = match &refusal {
            Refusal::State(StateRefusal::SignInEnded { id }) => {
                let row = records.sign_in(account, *id).await?;
                let is_own = *actor == Actor::SignIn(*id);
                ("sign-in", is_own, row.map(|row| (row.user, row.end)))
            }
            Refusal::State(StateRefusal::TicketEnded { id }) => {
                let row = records.ticket(account, *id).await?;
                let is_own = *actor == Actor::Ticket(*id);
                ("ticket", is_own, row.map(|row| (row.user, row.end)))
            }
            _ => return Ok((refusal, None)),
        };
        let nothing = (Refusal::NotFound { what }, None);
        let Some((user, end)) = found else {
            return Ok(nothing);
        };
        let sees_user = move |account: &Account, actor: &Actor| account.sees_user(actor, user);
        let sees = is_own || self.may_know(account, actor, sees_user).await?;
        Ok(if sees { (refusal, end) } else { nothing })
    }

    /// An ended session, if the actor may see it: their own with `view_own`, others' with `view_account`.
    pub async fn ended_session(
        &self,
        account: AccountId,
        actor: &Actor,
        id: SessionId,
    ) -> Result<Option<SessionRow>, Problem> {
        let row = self.records().session(account, id).await?;
        let Some(row) = row.filter(|row| row.end.is_some()) else {
            return Ok(None);
        };
        let (user, sign_in) = (row.user, row.sign_in);
        let sees = move |account: &Account, actor: &Actor| {
            let is_own = match actor {
                Actor::SignIn(own) => *own == sign_in,
                Actor::ApiKey { .. } => account.key_has(actor, Scope::SignInsWrite),
                _ => account.user_of(actor) == Some(user),
            };
            (is_own && account.has_session_permission(actor, SessionPermission::ViewOwn))
                || account.has_session_permission(actor, SessionPermission::ViewAccount)
        };
        Ok(self.may_know(account, actor, sees).await?.then_some(row))
    }

    async fn may_know(
        &self,
        account: AccountId,
        actor: &Actor,
        view: impl Fn(&Account, &Actor) -> bool + Send + 'static,
    ) -> Result<bool, Problem> {
        let actor = actor.clone();
        let ask = move |account: &Account, _| view(account, &actor);
        Ok(self.engine().read(account, ask).await?)
    }
}
