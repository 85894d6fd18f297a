//! The account itself (R7): its name, its settings, its API keys.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::account::{Account, ApiKey, CORS_ORIGINS_MAX, KeyMaker, PRODUCT_NAMES_MAX, SettingsPatch};
use crate::command::{AccountCommand, ApiKeyCommand, Decision};
use crate::decide::{Decide, dates, labels, pools, presence, rights, subscription, users};
use crate::directory::SignInPatch;
use crate::event::{AccountEvent, ApiKeyEvent, EndReason, Event};
use crate::id::{ApiKeyId, UserId};
use crate::labels::{Labelled, LabelsPatch};
use crate::permission::{Actor, Privilege, Role, Scope, SessionPermissions};
use crate::refusal::{AccessRefusal, Refusal, StateRefusal};
use crate::repeat;
use crate::text::{Name, Product};
use crate::time::Timestamp;

pub(super) fn decide(
    account: &Account,
    command: &AccountCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        AccountCommand::Create { .. } => {
            account.need_operator(actor)?;
            Err(taken("account", "id"))
        }
        AccountCommand::Change { name, labels } => change(account, name.as_ref(), labels, actor),
        AccountCommand::Delete => delete(account, actor),
        AccountCommand::SetSubscription(command) => {
            command.decide(account, actor, now).map(Decision::without_outcome)
        }
        AccountCommand::AddMinutes(command) => {
            command.decide(account, actor, now).map(Decision::without_outcome)
        }
        AccountCommand::AnswerRequest { id, answer, note } => {
            subscription::answer(account, *id, answer, note.as_ref(), actor)
        }
        AccountCommand::RemoveRequest { id } => subscription::remove(account, *id, actor),
        AccountCommand::ChooseGiveBack { product, choice } => dates::choose(account, product, choice, actor),
        AccountCommand::SetManagement { management } => {
            subscription::set_management(account, management, actor)
        }
        AccountCommand::ChangeSettings { change } => change_settings(account, change, actor),
    }
}

pub(super) fn decide_key(
    account: &Account,
    command: &ApiKeyCommand,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    match command {
        ApiKeyCommand::Create {
            id,
            name,
            scopes,
            expires_at,
        } => {
            check_key(account, *id, name, scopes, actor)?;
            let event = Event::ApiKey(ApiKeyEvent::Created {
                id: *id,
                name: name.clone(),
                scopes: scopes.clone(),
                expires_at: *expires_at,
                maker: maker(actor),
            });
            let is_new = !account.api_keys.contains_key(id);
            Ok(Decision::done(is_new.then_some(event).into_iter().collect()))
        }
        ApiKeyCommand::Rotate { id, overlap } => {
            let key = need_key(account, *id, actor)?;
            rights::need_no_key(actor)?;
            // The holder of the new secret can do everything that the key can.
            for scope in &key.scopes {
                rights::may_give_scope(account, actor, *scope)?;
            }
            let event = Event::ApiKey(ApiKeyEvent::Rotated {
                id: *id,
                overlap: *overlap,
                maker: maker(actor),
            });
            Ok(Decision::done(vec![event]))
        }
        ApiKeyCommand::Revoke { id } => {
            need_key(account, *id, actor)?;
            Ok(Decision::done(vec![Event::ApiKey(ApiKeyEvent::Revoked {
                id: *id,
            })]))
        }
    }
}

fn change(
    account: &Account,
    name: Option<&Name>,
    labels: &LabelsPatch,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_operator(actor)?;
    let name = name.filter(|name| account.name != **name);
    let renamed = name.map(|name| Event::Account(AccountEvent::Renamed { name: name.clone() }));
    let labelled = labels::changed(account, Labelled::Account, labels)?;
    Ok(Decision::done(renamed.into_iter().chain(labelled).collect()))
}

/// The devices' sign-ins end with a reason before everything is removed.
fn delete(account: &Account, actor: &Actor) -> Result<Decision, Refusal> {
    account.need_operator(actor)?;
    let by = presence::by(account, actor, None);
    let mut events: Vec<Event> = account
        .users
        .keys()
        .flat_map(|user| presence::end_presence(account, *user, None, EndReason::Closed, Some(&by)))
        .collect();
    events.push(Event::Account(AccountEvent::Deleted {}));
    Ok(Decision::done(events))
}

fn change_settings(account: &Account, change: &SettingsPatch, actor: &Actor) -> Result<Decision, Refusal> {
    account.need_in_account(actor, Privilege::SettingsManage)?;
    let lacking = change
        .session_permissions
        .and_then(SessionPermissions::control_without_view);
    if let Some(control) = lacking {
        return Err(users::control_needs_view(control));
    }
    if let Some(default) = change.session_permissions {
        rights::may_give_everybody(account, actor, default)?;
    }
    if let Some(rules) = &change.pool_defaults {
        pools::check_rules(rules)?;
    }
    let origins = change.cors_origins.as_ref();
    if origins.is_some_and(|origins| origins.len() > CORS_ORIGINS_MAX) {
        return Err(Refusal::Invalid {
            field: "cors_origins",
            expected: format!("at most {CORS_ORIGINS_MAX} origins"),
        });
    }
    if let Some(names) = &change.product_names {
        check_product_names(names)?;
    }
    let colors = change.product_colors.as_ref();
    if colors.is_some_and(|colors| colors.len() > PRODUCT_NAMES_MAX) {
        return Err(Refusal::Invalid {
            field: "product_colors",
            expected: format!("colors of at most {PRODUCT_NAMES_MAX} products"),
        });
    }

    let settings = &account.settings;
    let sign_in = change.sign_in.news(settings.sign_in);
    if !sign_in.is_empty() {
        check_sign_in(account, sign_in, actor)?;
    }
    let news = SettingsPatch {
        session_permissions: change
            .session_permissions
            .filter(|permissions| *permissions != settings.session_permissions),
        pool_defaults: change
            .pool_defaults
            .clone()
            .filter(|rules| *rules != settings.pool_defaults),
        sign_in,
        cors_origins: change
            .cors_origins
            .clone()
            .filter(|origins| *origins != settings.cors_origins),
        product_names: change
            .product_names
            .clone()
            .filter(|names| *names != settings.product_names),
        product_colors: change
            .product_colors
            .clone()
            .filter(|colors| *colors != settings.product_colors),
        time_zone: change
            .time_zone
            .clone()
            .filter(|zone| *zone != settings.time_zone),
        language: change
            .language
            .clone()
            .filter(|language| *language != settings.language),
    };
    if news == SettingsPatch::default() {
        return Ok(Decision::done(Vec::new()));
    }
    Ok(Decision::done(vec![Event::Account(
        AccountEvent::SettingsChanged { change: news },
    )]))
}

/// People tell products apart by their names alone.
fn check_product_names(names: &BTreeMap<Product, Name>) -> Result<(), Refusal> {
    let different: BTreeSet<String> = names.values().map(Name::folded).collect();
    if names.len() <= PRODUCT_NAMES_MAX && different.len() == names.len() {
        return Ok(());
    }
    Err(Refusal::Invalid {
        field: "product_names",
        expected: format!(
            "at most {PRODUCT_NAMES_MAX} names, each for one product only: names that differ only in case or spaces are \
             the same"
        ),
    })
}

/// Only owners and admins decide how people sign in, not programs. Where single sign-on is required, an active owner
/// must be able to sign in without it (D7).
fn check_sign_in(account: &Account, change: SignInPatch, actor: &Actor) -> Result<(), Refusal> {
    account.need_admin(actor)?;
    let after = change.applied_to(account.settings.sign_in);
    let is_owner = |id: UserId| {
        let user = account.users.get(&id);
        user.is_some_and(|user| user.active && user.profile.role == Role::Owner)
    };
    match after.break_glass {
        Some(user) if is_owner(user) => Ok(()),
        Some(_) if after.sso_required || change.break_glass.is_some() => {
            Err(Refusal::Access(AccessRefusal::BreakGlassNeeded))
        }
        None if after.sso_required => Err(Refusal::Access(AccessRefusal::BreakGlassNeeded)),
        _ => Ok(()),
    }
}

fn check_key(
    account: &Account,
    id: ApiKeyId,
    name: &Name,
    scopes: &BTreeSet<Scope>,
    actor: &Actor,
) -> Result<(), Refusal> {
    account.need_in_account(actor, Privilege::SettingsManage)?;
    rights::need_no_key(actor)?;
    if scopes.is_empty() {
        return Err(Refusal::Invalid {
            field: "scopes",
            expected: "at least one scope".to_owned(),
        });
    }
    for scope in scopes {
        rights::may_give_scope(account, actor, *scope)?;
    }
    match account.api_keys.get(&id) {
        Some(made) if !repeat::is_derived(id.bits()) && (made.name != *name || made.scopes != *scopes) => {
            Err(taken("API key", "id"))
        }
        _ => Ok(()),
    }
}

/// The user or operator whose rights limit a key from now on.
const fn maker(actor: &Actor) -> Option<KeyMaker> {
    match actor {
        Actor::Operator | Actor::System => Some(KeyMaker::Operator),
        Actor::User(id) => Some(KeyMaker::User(*id)),
        // None of them makes keys ([`check_key`]).
        Actor::ApiKey { .. }
        | Actor::SignIn(_)
        | Actor::Ticket(_)
        | Actor::Customer(_)
        | Actor::SingleSignOn => None,
    }
}

fn need_key<'a>(account: &'a Account, id: ApiKeyId, actor: &Actor) -> Result<&'a ApiKey, Refusal> {
    account.need_to_manage(actor, Privilege::SettingsManage, "API key")?;
    let key = account.api_keys.get(&id);
    key.ok_or(Refusal::NotFound { what: "API key" })
}

pub(super) fn taken(what: &'static str, field: &'static str) -> Refusal {
    Refusal::State(StateRefusal::AlreadyExists { what, field })
}
