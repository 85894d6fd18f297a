//! One account: what it is, what it uses, and its name.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{AccountsManage, AccountsRead, Problem, Scope};
use usher_domain::command::AccountCommand;
use usher_domain::labels::LabelsPatch;
use usher_domain::text::Name;
use usher_domain::{Account, AccountId, Actor, Command};
use usher_engine::Failure;
use usher_identity::OperatorScope;

use super::accounts::{PATH, Row};
use super::answer::OpenRequest;
use super::management;
use super::owners::OwnerRow;
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::pages::subscription::Ends;
use crate::said::named;
use crate::shown::Moment;

/// How many commits are looked at for the account's peak.
const COMMITS_MAX: usize = 20_000;

#[derive(Template)]
#[template(path = "operator/account.html")]
#[expect(clippy::struct_excessive_bools, reason = "independent rights")]
pub(super) struct AccountPage {
    frame: Frame,
    form: Form,
    path: String,
    row: Row,
    created_at: Moment,
    plan: String,
    users: usize,
    /// `None` if the account is closed.
    agreed: Option<SubscriptionShown>,
    may_manage: bool,
    /// The active owners, for those who may invite them.
    owners: Vec<OwnerRow>,
    /// Whether the visitor may make owners operators.
    may_grant: bool,
    may_bill: bool,
    /// Whether mail is set up.
    has_mail: bool,
}

/// What is agreed with the account, and what it asks for.
struct SubscriptionShown {
    /// Its products with their named and shared seats.
    products: Vec<(String, u32, u32)>,
    ends: Ends,
    /// Who changes the subscription.
    management: &'static str,
    /// The open requests.
    asked: Vec<OpenRequest>,
}

impl SubscriptionShown {
    fn of(account: &Account) -> Self {
        let products = account.subscription().products.iter();
        Self {
            products: products
                .map(|(product, seats)| {
                    (
                        account.product_name(product),
                        seats.named_seats,
                        seats.shared_seats,
                    )
                })
                .collect(),
            ends: Ends::of(account, &Actor::Operator),
            management: management::sentence(account.management()),
            asked: OpenRequest::all(account),
        }
    }
}

/// The path of an account's page.
pub(super) fn path_of(account: AccountId) -> String {
    format!("{PATH}/{account}")
}

/// The account that a path names.
pub(super) fn account_in(path: &str) -> Result<AccountId, Failed> {
    path.parse().map_err(|_| Failed::not_found("account"))
}

pub(super) async fn show(
    by: OperatorAt<AccountsRead>,
    Path(account): Path<String>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    Ok(page(&account_page(&by, account, Form::default()).await?))
}

pub(super) async fn account_page<S: Scope>(
    by: &OperatorAt<S>,
    account: AccountId,
    form: Form,
) -> Result<AccountPage, Failed> {
    let summary = by.operator.app.account_summary(account, COMMITS_MAX).await?;
    let summary = summary.ok_or_else(|| Failed::not_found("account"))?;
    let row = Row::of(&summary);
    let agreed = by
        .operator
        .app
        .engine()
        .read(account, |account, _| SubscriptionShown::of(account));
    let agreed = match agreed.await {
        Ok(agreed) => Some(agreed),
        Err(Failure::NoAccount) => None,
        Err(failure) => return Err(Problem::from(failure).into()),
    };
    let owners = if by.operator.has(OperatorScope::AccountsManage) {
        owners(by, account).await?
    } else {
        Vec::new()
    };
    let figures = summary.figures;
    Ok(AccountPage {
        frame: by.frame(OperatorPage::Accounts),
        form: form.or_showing([("name", row.name.as_str())]),
        path: path_of(account),
        created_at: Moment(usher_domain::WallTime::new(summary.row.created_at)),
        plan: figures
            .as_ref()
            .and_then(|figures| figures.plan.clone())
            .unwrap_or_else(|| "None yet".to_owned()),
        users: figures.map_or(0, |figures| figures.users),
        agreed,
        owners,
        may_grant: by.operator.has(OperatorScope::Everything),
        may_manage: by.operator.has(OperatorScope::AccountsManage),
        may_bill: by.operator.has(OperatorScope::BillingManage),
        has_mail: by.operator.app.mail_setup().is_some(),
        row,
    })
}

async fn owners<S: Scope>(by: &OperatorAt<S>, account: AccountId) -> Result<Vec<OwnerRow>, Failed> {
    let app = &by.operator.app;
    let grants = app.identity().operator_grants();
    let read = app
        .engine()
        .read(account, move |account, _| OwnerRow::all(account, &grants));
    let mut owners = match read.await {
        Ok(owners) => owners,
        Err(Failure::NoAccount) => return Ok(Vec::new()),
        Err(failure) => return Err(Problem::from(failure).into()),
    };
    for owner in &mut owners {
        owner.is_invited = !app.identity().has_password(account, owner.id).await?;
    }
    Ok(owners)
}

pub(super) async fn rename(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<AccountsManage>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    let Some(name) = form.parse::<Name>("name") else {
        return Ok(page_again(&account_page(&by, account, form).await?));
    };
    let command = Command::Account(AccountCommand::Change {
        name: Some(name.clone()),
        labels: LabelsPatch::default(),
    });
    let caller = by.operator.in_account(account);
    match caller.try_execute(command, |_, (), _| ()).await {
        Ok(()) => Ok(done(
            &path_of(account),
            format!("The account is called {} now.", named(name)),
        )),
        Err(Failure::Refused(refusal)) => {
            form.refused(&refusal);
            Ok(page_again(&account_page(&by, account, form).await?))
        }
        Err(failure) => Err(Problem::from(failure).into()),
    }
}
