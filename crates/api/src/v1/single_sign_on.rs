//! Single sign-on: the provider with which an account's users sign in.

mod domains;

use axum::Json as Answer;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::str::FromStr;
use usher_app::{AccountsManage, AccountsRead, Admitted, Caller};
use usher_domain::text::{InvalidText, Name};
use usher_identity::Secret;
use usher_identity::single_sign_on::{EMAIL_CLAIM_DEFAULT, EmailDomain, Provider, SCOPES_DEFAULT};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::domains::Domain;
use super::path::AccountPath;
use super::schema;
use crate::extract::Json;
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(get, set, remove))
        .routes(routes!(domains::check))
        .routes(routes!(domains::vouch, domains::withdraw))
}

/// The provider with which users sign in.
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
#[derive(Serialize, ToSchema)]
struct SingleSignOn {
    /// The issuer: the part of the address before `/.well-known/openid-configuration`.
    #[schema(example = "https://login.example.com/tenant")]
    issuer: String,
    /// Usher's client id there.
    #[schema(example = "usher")]
    client_id: String,
    /// The requested scopes.
    #[schema(example = "openid profile email")]
    scopes: String,
    /// The claim with a user's groups; null if groups do not come from the provider.
    #[schema(example = "groups")]
    groups_claim: Option<String>,
    /// The label of the button: "Continue with …".
    #[schema(value_type = schema::Name)]
    label: Name,
    /// Whether unknown people become users.
    creates_users: bool,
    /// Whether a person with a verified address becomes the user with that address.
    links_by_email: bool,
    /// The claim with a user's e-mail address.
    #[schema(example = "email")]
    email_claim: String,
    /// Whether addresses count as verified even if the provider does not say so.
    trusts_addresses: bool,
    /// The e-mail domains of people who may sign in; empty for any.
    #[schema(example = json!(["example.com"]))]
    email_domains: Vec<String>,
    /// The same domains, with their proofs.
    domains: Vec<Domain>,
    /// The redirect URI to register with the provider; null if the server does not know its own.
    #[schema(example = "https://usher.example.com/sso/acct_01h2xcejqtf2nbrexx3vqjhp41/callback")]
    redirect_uri: Option<String>,
    /// Whether people come back to `redirect_uri`, rather than to the older address shared by all accounts.
    own_redirect_uri: bool,
    /// Where people sign in with this provider.
    #[schema(example = "/sso/acct_01h2xcejqtf2nbrexx3vqjhp41")]
    sign_in_path: String,
}

/// The provider to sign in with. Omitted fields have their defaults.
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSingleSignOn {
    /// The issuer: the part of the address before `/.well-known/openid-configuration`.
    #[schema(max_length = 300, example = "https://login.example.com/tenant")]
    issuer: String,
    /// Usher's client id there.
    #[schema(max_length = 255, example = "usher")]
    client_id: String,
    /// The client secret. It is never shown again; left out: the stored one is kept if issuer and client id stay the
    /// same.
    #[schema(min_length = 1, max_length = 1000, write_only, format = Password)]
    client_secret: Option<String>,
    /// The requested scopes.
    #[serde(default = "default_scopes")]
    #[schema(default = "openid profile email")]
    scopes: String,
    /// The claim with a user's groups, such as `groups` or `realm_access.roles`; null if groups do not come from the
    /// provider.
    groups_claim: Option<String>,
    /// The label of the button: "Continue with …".
    #[schema(value_type = schema::Name)]
    label: Name,
    /// Whether unknown people become users.
    #[serde(default)]
    creates_users: bool,
    /// Whether a person with a verified address becomes the user with that address. Needs `email_domains`; never makes
    /// anybody an owner or admin.
    #[serde(default)]
    links_by_email: bool,
    /// The e-mail domains of people who may sign in; empty for any.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["example.com"]))]
    email_domains: Vec<String>,
    /// The claim with a user's e-mail address, such as `preferred_username` or `upn`. Anything other than `email` needs
    /// `trusts_addresses`.
    #[serde(default = "default_email_claim")]
    #[schema(default = "email")]
    email_claim: String,
    /// Whether addresses count as verified even if the provider does not say so: new people become users, and existing
    /// users are found by their address. For a provider with one tenant and its own directory. Needs `email_domains`.
    #[serde(default)]
    trusts_addresses: bool,
    /// Whether people come back to `redirect_uri`, which has to be registered with the provider. Always true for new
    /// providers; `true` switches one that was set up earlier, and it cannot be switched back.
    #[serde(default)]
    own_redirect_uri: bool,
}

fn default_scopes() -> String {
    SCOPES_DEFAULT.to_owned()
}

fn default_email_claim() -> String {
    EMAIL_CLAIM_DEFAULT.to_owned()
}

impl SingleSignOn {
    /// The account's stored provider.
    async fn of(caller: &Admitted) -> Result<Self, Problem> {
        let identity = caller.app.identity();
        let provider = identity.provider(caller.account).await?;
        let provider = provider.ok_or_else(|| Problem::not_found("single sign-on"))?;
        let named = identity.named_domains(caller.account).await?;
        let domains = provider.email_domains.iter();
        Ok(Self {
            issuer: provider.issuer.to_string(),
            client_id: provider.client_id.to_string(),
            scopes: provider.scopes.to_string(),
            groups_claim: provider.groups_claim.map(|claim| claim.to_string()),
            label: provider.label,
            creates_users: provider.creates_users,
            links_by_email: provider.links_by_email,
            email_claim: provider.email_claim.to_string(),
            trusts_addresses: provider.trusts_addresses,
            email_domains: domains.map(ToString::to_string).collect(),
            domains: named.into_iter().map(Domain::from).collect(),
            redirect_uri: caller.app.own_redirect_uri(caller.account),
            own_redirect_uri: provider.own_redirect_uri,
            sign_in_path: format!("/sso/{}", caller.account),
        })
    }
}

impl NewSingleSignOn {
    fn into_provider(self) -> Result<(Provider, Option<Secret>), Problem> {
        let domains = self.email_domains.iter();
        let domains = domains.map(|domain| parse::<EmailDomain>("email_domains", domain));
        let secret = self
            .client_secret
            .map(|secret| client_secret(&secret))
            .transpose()?;
        let claim = self.groups_claim.as_deref();
        let provider = Provider {
            issuer: parse("issuer", &self.issuer)?,
            client_id: parse("client_id", &self.client_id)?,
            scopes: parse("scopes", &self.scopes)?,
            groups_claim: claim.map(|claim| parse("groups_claim", claim)).transpose()?,
            label: self.label,
            creates_users: self.creates_users,
            links_by_email: self.links_by_email,
            email_domains: domains.collect::<Result<BTreeSet<_>, _>>()?,
            email_claim: parse("email_claim", &self.email_claim)?,
            trusts_addresses: self.trusts_addresses,
            own_redirect_uri: self.own_redirect_uri,
        };
        Ok((provider, secret))
    }
}

fn parse<T: FromStr<Err = InvalidText>>(field: &'static str, text: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|error: InvalidText| Problem::invalid(field, format!("expected {}", error.expected)))
}

fn client_secret(text: &str) -> Result<Secret, Problem> {
    Secret::of_client(text).ok_or_else(|| {
        Problem::invalid(
            "client_secret",
            "expected 1 to 1000 characters without control characters",
        )
    })
}

/// Get the provider of single sign-on
///
/// For owners and admins. The client secret is never shown.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/single-sign-on", operation_id = "getSingleSignOn", tag = "accounts",
    params(AccountPath), responses((status = 200, description = "The provider.", body = SingleSignOn))
)]
async fn get(caller: Caller<AccountsRead>) -> Result<Answer<SingleSignOn>, Problem> {
    caller.read(|account, actor, _| account.need_admin(actor)).await?;
    SingleSignOn::of(&caller).await.map(Answer)
}

/// Set the provider of single sign-on
///
/// For owners and admins. Usher requests the provider's discovery document before anything is saved.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/single-sign-on", operation_id = "setSingleSignOn", tag = "accounts",
    params(AccountPath), request_body = NewSingleSignOn,
    responses((status = 200, description = "The provider as it is now.", body = SingleSignOn))
)]
async fn set(
    caller: Caller<AccountsManage>,
    Json(body): Json<NewSingleSignOn>,
) -> Result<Answer<SingleSignOn>, Problem> {
    caller.read(|account, actor, _| account.need_admin(actor)).await?;
    let (provider, secret) = body.into_provider()?;
    let (actor, cause) = (&caller.actor, caller.cause.clone());
    let set = caller
        .app
        .set_provider(caller.account, provider, secret, actor, cause);
    set.await.map_err(|refused| match refused.field() {
        Ok((field, wrong)) => Problem::invalid(field, wrong),
        Err(problem) => (*problem).into(),
    })?;
    SingleSignOn::of(&caller).await.map(Answer)
}

/// Remove the provider of single sign-on
///
/// For owners and admins; not while single sign-on is required. Users who signed in with it stay signed in.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/single-sign-on", operation_id = "removeSingleSignOn", tag = "accounts",
    params(AccountPath), responses((status = 204, description = "There is no provider.")),
    extensions(("x-problems" = json!(["wrong-state"])))
)]
async fn remove(caller: Caller<AccountsManage>) -> Result<StatusCode, Problem> {
    let (actor, cause) = (&caller.actor, caller.cause.clone());
    caller.app.remove_provider(caller.account, actor, cause).await?;
    Ok(StatusCode::NO_CONTENT)
}
