//! The single sign-on settings: the provider, and whether everybody has to use it. For owners and admins.

use std::collections::BTreeSet;
use std::str::FromStr;

use axum::response::Response;
use usher_app::ProviderRefused;
use usher_domain::account::SettingsPatch;
use usher_domain::command::AccountCommand;
use usher_domain::directory::SignInPatch;
use usher_domain::refusal::AccessRefusal;
use usher_domain::text::InvalidText;
use usher_domain::{Account, Actor, Command, Refusal};
use usher_identity::Secret;
use usher_identity::single_sign_on::{EMAIL_CLAIM_DEFAULT, EmailDomain, Provider, SCOPES_DEFAULT};

use super::SETTINGS;
use super::settings_view::{Addresses, DomainRow, RecentView, SettingsData, SettingsPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::routes::{Pages, get, post};
use crate::said::named;
use crate::sentence;
use crate::viewer::Viewer;

pub(super) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/single-sign-on", get(show))
        .route("/a/{account}/single-sign-on/provider", post(save))
        .route("/a/{account}/single-sign-on/domain", post(check_domain))
        .route("/a/{account}/single-sign-on/requirement", post(require))
        .route("/a/{account}/single-sign-on/remove", post(remove))
}

/// Whether the actor sees and changes these settings.
pub(crate) fn is_for(account: &Account, actor: &Actor) -> bool {
    account.is_admin(actor)
}

/// The submitted forms with errors.
#[derive(Default)]
struct Typed {
    provider: Option<Form>,
    requirement: Option<Form>,
    /// The error of a checked domain.
    domains: Option<Form>,
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    Ok(page(&settings_page(&viewer, Typed::default()).await?))
}

async fn settings_page(viewer: &Viewer, typed: Typed) -> Result<SettingsPage, Failed> {
    let view = |account: &Account, actor: &Actor, _| {
        account.need_admin(actor)?;
        Ok(SettingsData::of(account))
    };
    let (frame, seen) = viewer.look(Some(NavPage::Settings), view).await?;
    let app = &viewer.portal.app;
    let provider = app.identity().provider(viewer.account).await?;
    let domains = app.identity().named_domains(viewer.account).await?;
    let is_only_account = app.has_one_account().await?;
    let form = typed.provider.unwrap_or_else(|| showing(provider.as_ref()));
    let requirement = typed.requirement.unwrap_or_else(|| seen.requirement());
    Ok(SettingsPage {
        frame,
        path: path(viewer),
        settings_path: NavPage::Settings.path(viewer.account),
        has_provider: provider.is_some(),
        is_shared: provider
            .as_ref()
            .is_some_and(|provider| !provider.own_redirect_uri),
        label: provider
            .map(|provider| provider.label.to_string())
            .unwrap_or_default(),
        domains: domains.iter().map(DomainRow::of).collect(),
        domains_form: typed.domains.unwrap_or_default(),
        is_only_account,
        recent: RecentView::of(
            app.single_sign_on().recent(viewer.account),
            &viewer.wall_times().await,
        ),
        addresses: Addresses {
            redirect_uri: app.own_redirect_uri(viewer.account),
            signed_out_uri: app.url("/sso/signed-out"),
            sign_in_url: app.url(&format!("/sso/{}", viewer.account)),
            is_here_alone: app.is_known_here_alone(),
        },
        seen,
        form,
        requirement,
    })
}

fn path(viewer: &Viewer) -> String {
    format!("/a/{}/{SETTINGS}", viewer.account)
}

/// The current provider, or the initial values of a new one.
fn showing(provider: Option<&Provider>) -> Form {
    let Some(provider) = provider else {
        return Form::showing([
            ("scopes", SCOPES_DEFAULT),
            ("email_claim", EMAIL_CLAIM_DEFAULT),
            ("creates_users", "on"),
        ]);
    };
    let domains: Vec<_> = provider.email_domains.iter().map(EmailDomain::as_str).collect();
    let domains = domains.join(" ");
    let ticked = |is_ticked: bool| if is_ticked { "on" } else { "" };
    Form::showing([
        ("label", provider.label.as_str()),
        ("issuer", provider.issuer.as_str()),
        ("client_id", provider.client_id.as_str()),
        ("scopes", provider.scopes.as_str()),
        (
            "groups_claim",
            provider.groups_claim.as_ref().map_or("", |claim| claim.as_str()),
        ),
        ("email_domains", &domains),
        ("creates_users", ticked(provider.creates_users)),
        ("links_by_email", ticked(provider.links_by_email)),
        ("email_claim", provider.email_claim.as_str()),
        ("trusts_addresses", ticked(provider.trusts_addresses)),
        ("own_redirect_uri", ticked(provider.own_redirect_uri)),
    ])
}

async fn save(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer
        .look(None, |account, actor, _| account.need_admin(actor))
        .await?;
    let app = &viewer.portal.app;
    if let Some(provider) = read(&mut form) {
        let secret = read_secret(&mut form);
        if form.is_right() {
            let (actor, cause) = (&viewer.actor, viewer.cause.clone());
            let set = app.set_provider(viewer.account, provider, secret, actor, cause);
            match set.await.map_err(ProviderRefused::field) {
                Ok(()) => return Ok(done(&path(&viewer), "The provider answers, and is saved.")),
                Err(Ok((field, wrong))) => form.wrong(field, sentence::of_phrase(&wrong)),
                Err(Err(problem)) => return Err(Failed::Problem(problem)),
            }
        }
    }
    let typed = Typed {
        provider: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, typed).await?))
}

/// The provider in the form. Invalid fields become errors.
fn read(form: &mut Form) -> Option<Provider> {
    let (label, issuer, client_id, scopes) = (
        form.parse("label"),
        form.parse("issuer"),
        form.parse("client_id"),
        form.parse("scopes"),
    );
    let groups_claim = match form.value("groups_claim").trim() {
        "" => Some(None),
        _ => form.parse("groups_claim").map(Some),
    };
    let email_claim = match form.value("email_claim").trim() {
        "" => EMAIL_CLAIM_DEFAULT.parse().ok(),
        _ => form.parse("email_claim"),
    };
    let email_domains = domains(form);
    let is_ticked = |name| !form.value(name).is_empty();
    Some(Provider {
        label: label?,
        issuer: issuer?,
        client_id: client_id?,
        scopes: scopes?,
        groups_claim: groups_claim?,
        creates_users: is_ticked("creates_users"),
        links_by_email: is_ticked("links_by_email"),
        email_domains: email_domains?,
        email_claim: email_claim?,
        trusts_addresses: is_ticked("trusts_addresses"),
        own_redirect_uri: is_ticked("own_redirect_uri"),
    })
}

fn domains(form: &mut Form) -> Option<BTreeSet<EmailDomain>> {
    let typed = form
        .value("email_domains")
        .split([',', ' ', '\n', '\r', '\t', ';']);
    let domains = typed.filter(|word| !word.is_empty()).map(EmailDomain::from_str);
    match domains.collect::<Result<_, InvalidText>>() {
        Ok(domains) => Some(domains),
        Err(error) => {
            form.wrong(
                "email_domains",
                format!("Each of these must be {}.", error.expected),
            );
            None
        }
    }
}

/// The client secret, if one was entered.
fn read_secret(form: &mut Form) -> Option<Secret> {
    if form.value("client_secret").trim().is_empty() {
        return None;
    }
    let secret = Secret::of_client(form.value("client_secret"));
    if secret.is_none() {
        form.wrong(
            "client_secret",
            "This must be 1 to 1000 characters without control characters.",
        );
    }
    secret
}

/// Checks by DNS whether a domain is the account's.
async fn check_domain(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer
        .look(None, |account, actor, _| account.need_admin(actor))
        .await?;
    let Ok(domain) = form.value("domain").parse::<EmailDomain>() else {
        return Err(Failed::not_found("domain"));
    };
    let (actor, cause) = (&viewer.actor, viewer.cause.clone());
    let app = &viewer.portal.app;
    let checked = app.check_domain(viewer.account, &domain, actor, cause);
    match checked.await? {
        Ok(()) => {
            let message = format!(
                "{} is proved: its people find your provider by their address.",
                named(&domain)
            );
            return Ok(done(&path(&viewer), message));
        }
        Err(why) => form.wrong("", sentence::of_phrase(&why.to_string())),
    }
    let typed = Typed {
        domains: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, typed).await?))
}

async fn require(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer
        .look(None, |account, actor, _| account.need_admin(actor))
        .await?;
    let app = &viewer.portal.app;
    let is_required = !form.value("sso_required").is_empty();
    let break_glass = form.value("break_glass").parse().ok();
    // Held until the change is stored, so that the provider found here is not removed in between.
    let _ordered = app.sso_requirement().lock().await;
    if is_required && let Some(lack) = app.single_sign_on_lacks(viewer.account, break_glass).await? {
        form.wrong("sso_required", sentence::of_phrase(lack));
    }
    if form.is_right() {
        let change = SettingsPatch {
            sign_in: SignInPatch {
                sso_required: Some(is_required),
                break_glass: Some(break_glass),
                ..SignInPatch::default()
            },
            ..SettingsPatch::default()
        };
        match viewer
            .execute(
                Command::Account(AccountCommand::ChangeSettings { change }),
                |_, (), _| (),
            )
            .await?
        {
            Ok(()) => {
                let keep = Some(viewer.session.id);
                app.end_what_passwords_began(viewer.account, keep).await?;
                let message = if is_required {
                    "Single sign-on is required now. Users who had signed in with a password are signed out."
                } else {
                    "Single sign-on is an offer: passwords work as well."
                };
                return Ok(done(&path(&viewer), message));
            }
            Err(refusal @ Refusal::Access(AccessRefusal::BreakGlassNeeded)) => {
                form.wrong("break_glass", sentence::of(&refusal));
            }
            Err(refusal) => form.refused(&refusal),
        }
    }
    let typed = Typed {
        requirement: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, typed).await?))
}

async fn remove(Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let (actor, cause) = (&viewer.actor, viewer.cause.clone());
    let app = &viewer.portal.app;
    if !app.remove_provider(viewer.account, actor, cause).await? {
        return Err(Failed::not_found("provider"));
    }
    Ok(done(
        &path(&viewer),
        "There is no provider any more. People sign in with passwords.",
    ))
}
