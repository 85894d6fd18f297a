//! The provider of single sign-on, which is kept elsewhere: that it was changed.

use crate::account::Account;
use crate::command::Decision;
use crate::event::Event;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::single_sign_on::ProviderChange;

/// Who may change it is asked before it is changed as well.
pub(super) fn decide(account: &Account, change: &ProviderChange, actor: &Actor) -> Result<Decision, Refusal> {
    // What has happened is told, whatever the settings say by now.
    if *actor != Actor::System {
        match change {
            ProviderChange::Made { .. } | ProviderChange::Changed { .. } => account.need_admin(actor)?,
            ProviderChange::Removed { .. } => account.need_to_remove_provider(actor)?,
        }
    }
    Ok(Decision::done(vec![Event::ProviderChanged {
        change: change.clone(),
    }]))
}
