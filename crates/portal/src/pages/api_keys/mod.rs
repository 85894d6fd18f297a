//! API keys, with which programs of the account call the API.

mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::response::Response;
use usher_domain::command::ApiKeyCommand;
use usher_domain::permission::{Privilege, Scope};
use usher_domain::text::Name;
use usher_domain::{Account, Actor, ApiKeyId, Command, Refusal, Secs};

pub(crate) use self::view::OVERLAPS;
use self::view::{CreatedPage, KeysData, KeysPage, KeysQuery, RevokePage, RotatePage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::days;
use crate::routes::{Pages, get};
use crate::said::named;
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/api-keys", get(show).post(create))
        .route(
            "/a/{account}/api-keys/{key}/rotate",
            get(ask_to_rotate).post(rotate),
        )
        .route("/a/{account}/api-keys/{key}/revoke", get(confirm).post(revoke))
}

async fn show(viewer: Viewer, Query(query): Query<KeysQuery>) -> Result<Response, Failed> {
    Ok(page(&keys_page(&viewer, &query, Form::default()).await?))
}

async fn keys_page(viewer: &Viewer, query: &KeysQuery, form: Form) -> Result<KeysPage, Failed> {
    let wanted = query.clone();
    let look = move |account: &Account, actor: &Actor, now| KeysData::of(account, actor, &wanted, now);
    let (frame, mut seen) = viewer.look(Some(NavPage::ApiKeys), look).await?;
    let app = &viewer.portal.app;
    let wall = viewer.wall_times().await;
    for key in &mut seen.keys {
        key.used(
            app.identity().api_key_use(viewer.account, key.id),
            &wall,
            app.engine().now(),
        );
    }
    // A form that is sent twice, for example by reloading the response, names the same key.
    let new_id = match form.value("id").parse() {
        Ok(id) => id,
        Err(_) => ApiKeyId::from_bits(usher_identity::draw_bits(app.engine().now())?),
    };
    Ok(KeysPage {
        frame,
        path: NavPage::ApiKeys.path(viewer.account),
        seen,
        form,
        new_id,
    })
}

async fn create(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let app = Arc::clone(&viewer.portal.app);
    let id = form.value("id").parse::<ApiKeyId>();
    let id = id.map_err(|_| Failed::not_found("API key"))?;
    let name = form.parse::<Name>("name");
    let zone = viewer.account_zone().await;
    let expires_at = days::last_day(&mut form, "expires", &zone, app.engine().now());
    let scopes: BTreeSet<_> = form.all("scopes").filter_map(scope).collect();
    if scopes.is_empty() {
        form.wrong("scopes", "Choose at least one thing that the key is good for.");
    }
    let (Some(name), true) = (name, form.is_right()) else {
        let again = keys_page(&viewer, &KeysQuery::default(), form).await?;
        return Ok(page_again(&again));
    };
    let command = Command::ApiKey(ApiKeyCommand::Create {
        id,
        name,
        scopes,
        expires_at,
    });
    let find = move |account: &Account, (): &(), _| account.api_keys().get(&id).cloned();
    let made = match viewer.execute(command, find).await? {
        Ok(made) => made.ok_or_else(|| Failed::not_found("API key"))?,
        Err(refusal @ (Refusal::Forbidden { .. } | Refusal::NotFound { .. })) => {
            return Err(Failed::refused(&refusal));
        }
        Err(refusal) => {
            form.refused(&refusal);
            let again = keys_page(&viewer, &KeysQuery::default(), form).await?;
            return Ok(page_again(&again));
        }
    };
    let path = NavPage::ApiKeys.path(viewer.account);
    let identity = app.identity();
    if identity.api_key_last_used_at(viewer.account, id).is_some() {
        return Ok(done(
            &path,
            "This key was made before and is in use. It is not shown again.",
        ));
    }
    let secret = identity
        .put_api_key(viewer.account, id, made.scopes, made.expires_at)
        .await?;
    let (frame, ()) = viewer.look(Some(NavPage::ApiKeys), |_, _, _| Ok(())).await?;
    Ok(page(&CreatedPage {
        frame,
        path,
        name: made.name.to_string(),
        key: secret.into_exposed(),
    }))
}

async fn confirm(viewer: Viewer, Path((_, key)): Path<(String, String)>) -> Result<Response, Failed> {
    let id = key_id(&key)?;
    let (frame, name) = viewer
        .look(Some(NavPage::ApiKeys), move |account, actor, _| {
            known(account, actor, id)
        })
        .await?;
    let last_used = viewer
        .portal
        .app
        .identity()
        .api_key_last_used_at(viewer.account, id);
    let wall = viewer.wall_times().await;
    Ok(page(&RevokePage {
        frame,
        path: NavPage::ApiKeys.path(viewer.account),
        id,
        name,
        last_used_at: last_used.map(|at| crate::shown::Moment(wall.shown(at))),
    }))
}

async fn ask_to_rotate(viewer: Viewer, Path((_, key)): Path<(String, String)>) -> Result<Response, Failed> {
    let id = key_id(&key)?;
    let (frame, name) = viewer
        .look(Some(NavPage::ApiKeys), move |account, actor, _| {
            known(account, actor, id)
        })
        .await?;
    Ok(page(&RotatePage {
        frame,
        path: NavPage::ApiKeys.path(viewer.account),
        id,
        name,
    }))
}

async fn rotate(
    Path((_, key)): Path<(String, String)>,
    Posted { viewer, form }: Posted,
) -> Result<Response, Failed> {
    let id = key_id(&key)?;
    let overlap = overlap(&form)?;
    let find = move |account: &Account, (): &(), _| account.api_keys().get(&id).cloned();
    let rotated = viewer
        .execute(Command::ApiKey(ApiKeyCommand::Rotate { id, overlap }), find)
        .await?;
    let rotated = rotated.map_err(|refusal| Failed::refused(&refusal))?;
    let key = rotated.ok_or_else(|| Failed::not_found("API key"))?;
    let app = &viewer.portal.app;
    let secret = app
        .identity()
        .rotate_api_key(viewer.account, &key, overlap, app.engine().now())
        .await?;
    let (frame, ()) = viewer.look(Some(NavPage::ApiKeys), |_, _, _| Ok(())).await?;
    Ok(page(&CreatedPage {
        frame,
        path: NavPage::ApiKeys.path(viewer.account),
        name: key.name.to_string(),
        key: secret.into_exposed(),
    }))
}

async fn revoke(Path((_, key)): Path<(String, String)>, posted: Posted) -> Result<Response, Failed> {
    let (id, viewer) = (key_id(&key)?, posted.viewer);
    let (_, name) = viewer
        .look(None, move |account, actor, _| known(account, actor, id))
        .await?;
    // The key first: once the account no longer lists it, it could not be revoked.
    viewer
        .portal
        .app
        .identity()
        .revoke_api_key(viewer.account, id)
        .await?;
    let revoked = viewer
        .execute(Command::ApiKey(ApiKeyCommand::Revoke { id }), |_, (), _| ())
        .await?;
    revoked.map_err(|refusal| Failed::refused(&refusal))?;
    let path = NavPage::ApiKeys.path(viewer.account);
    Ok(done(
        &path,
        format!(
            "The key {} is revoked. Programs that use it are refused from now on.",
            named(name)
        ),
    ))
}

/// For how long the present secret of a key works on.
pub(crate) fn overlap(form: &Form) -> Result<Secs, Failed> {
    let chosen = form.value("overlap");
    let mut overlaps = OVERLAPS.iter();
    let known = overlaps.find(|(secs, _)| *secs == chosen);
    let secs = known.and_then(|(secs, _)| secs.parse().ok());
    secs.map(Secs::new).ok_or_else(|| Failed::not_found("overlap"))
}

/// The name of a key, if the actor may manage it.
fn known(account: &Account, actor: &Actor, id: ApiKeyId) -> Result<String, Refusal> {
    account.need_to_manage(actor, Privilege::SettingsManage, "API key")?;
    let key = account.api_keys().get(&id);
    key.map(|key| key.name.to_string())
        .ok_or(Refusal::NotFound { what: "API key" })
}

fn key_id(text: &str) -> Result<ApiKeyId, Failed> {
    text.parse().map_err(|_| Failed::not_found("API key"))
}

fn scope(word: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope.as_str() == word)
}
