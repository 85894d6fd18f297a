//! Proving that the e-mail domains belong to the account.

use axum::http::StatusCode;
use serde::Serialize;
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::single_sign_on::ProvedBy;
use usher_domain::{Account, Actor};
use usher_identity::single_sign_on::{EmailDomain, NamedDomain};
use utoipa::ToSchema;

use crate::extract::Path;
use crate::problem::{DOMAIN_NOT_PROVED, Problem};
use crate::v1::path::DomainPath;

/// An e-mail domain of the account's users. Somebody who enters an address in it at `/sso` is sent to the account's
/// provider once the domain is proved, or always on a server with one account.
#[expect(clippy::struct_field_names, reason = "named as in the API")]
#[derive(Serialize, ToSchema)]
pub(super) struct Domain {
    /// The domain.
    #[schema(example = "example.com")]
    domain: String,
    /// The name of the TXT record that proves it.
    #[schema(example = "_usher-challenge.example.com")]
    record_name: String,
    /// The text of that record.
    #[schema(example = "usher-domain=5f0c6d1e7a8b4c3d9e2f1a0b7c6d5e4f")]
    record_value: String,
    /// How it was proved: `dns` or `operator`; null if it is not proved.
    #[schema(example = "dns")]
    proved_by: Option<&'static str>,
}

impl From<NamedDomain> for Domain {
    fn from(named: NamedDomain) -> Self {
        Self {
            record_name: named.record_name(),
            record_value: named.record_value(),
            proved_by: named.proved_by.map(|by| match by {
                ProvedBy::Dns => "dns",
                ProvedBy::Operator => "operator",
            }),
            domain: named.domain.to_string(),
        }
    }
}

fn parsed(path: &DomainPath) -> Result<EmailDomain, Problem> {
    path.domain.parse().map_err(|_| Problem::not_found("domain"))
}

/// Check the DNS of a domain
///
/// For owners and admins. Queries the domain's DNS for the TXT record that proves it, and stores the proof.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/single-sign-on/domains/{domain}/check", operation_id = "checkDomain",
    tag = "accounts", params(DomainPath),
    responses((status = 204, description = "The domain is proved.")),
    extensions(("x-problems" = json!(["domain-not-proved"])))
)]
pub(super) async fn check(
    caller: Caller<AccountsManage>,
    Path(path): Path<DomainPath>,
) -> Result<StatusCode, Problem> {
    caller.read(|account, actor, _| account.need_admin(actor)).await?;
    let domain = parsed(&path)?;
    let (actor, cause) = (&caller.actor, caller.cause.clone());
    let checked = caller.app.check_domain(caller.account, &domain, actor, cause);
    match checked.await? {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(why) => Err(Problem::new(
            DOMAIN_NOT_PROVED,
            format!("The domain is not proved: {why}."),
        )),
    }
}

/// Vouch for a domain
///
/// Only for the operator: the domain counts as proved, regardless of its DNS.
#[utoipa::path(
    put, path = "/v1/accounts/{account}/single-sign-on/domains/{domain}/proof", operation_id = "vouchForDomain",
    tag = "accounts", params(DomainPath),
    responses((status = 204, description = "The domain is proved by the operator."))
)]
pub(super) async fn vouch(
    caller: Caller<AccountsManage>,
    Path(path): Path<DomainPath>,
) -> Result<StatusCode, Problem> {
    set(&caller, &path, Some(ProvedBy::Operator)).await
}

/// Withdraw the proof of a domain
///
/// Only for the operator, for example when a domain has a new owner. The account can prove it again with its DNS.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/single-sign-on/domains/{domain}/proof",
    operation_id = "withdrawDomainProof", tag = "accounts", params(DomainPath),
    responses((status = 204, description = "The domain is not proved."))
)]
pub(super) async fn withdraw(
    caller: Caller<AccountsManage>,
    Path(path): Path<DomainPath>,
) -> Result<StatusCode, Problem> {
    set(&caller, &path, None).await
}

async fn set(
    caller: &Admitted,
    path: &DomainPath,
    proved_by: Option<ProvedBy>,
) -> Result<StatusCode, Problem> {
    caller
        .read(|account: &Account, actor, _| account.need_staff(actor))
        .await?;
    if caller.actor != Actor::Operator {
        return Err(Problem::forbidden("an operator key"));
    }
    let (domain, cause) = (parsed(path)?, caller.cause.clone());
    let set = caller
        .app
        .set_domain_proof(caller.account, &domain, proved_by, &caller.actor, cause);
    set.await?;
    Ok(StatusCode::NO_CONTENT)
}
