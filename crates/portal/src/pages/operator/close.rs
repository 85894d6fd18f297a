//! Closing an account.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use usher_app::{AccountSummary, AccountsManage};

use super::account::{account_in, path_of};
use super::accounts::PATH;
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page};
use crate::failed::Failed;
use crate::said::named;

#[derive(Template)]
#[template(path = "operator/close.html")]
struct ClosePage {
    frame: Frame,
    path: String,
    name: String,
    users: usize,
    occupied: u32,
}

/// An account that is not closed.
async fn open_account(by: &OperatorAt<AccountsManage>, account: &str) -> Result<AccountSummary, Failed> {
    let summary = by.operator.app.account_summary(account_in(account)?, 0).await?;
    let summary = summary.filter(|summary| summary.figures.is_some());
    summary.ok_or_else(|| Failed::not_found("account"))
}

pub(super) async fn ask(
    by: OperatorAt<AccountsManage>,
    Path(account): Path<String>,
) -> Result<Response, Failed> {
    let account = open_account(&by, &account).await?;
    let figures = account.figures.as_ref();
    Ok(page(&ClosePage {
        frame: by.frame(OperatorPage::Accounts),
        path: path_of(account.row.account),
        name: account.row.name.to_string(),
        users: figures.map_or(0, |figures| figures.users),
        occupied: figures.map_or(0, |figures| figures.shared.occupied),
    }))
}

pub(super) async fn close(
    Path(account): Path<String>,
    OperatorPosted { by, .. }: OperatorPosted<AccountsManage>,
) -> Result<Response, Failed> {
    let account = open_account(&by, &account).await?;
    by.operator
        .in_account(account.row.account)
        .close_account()
        .await?;
    Ok(done(
        PATH,
        format!(
            "Account {} closed. Everybody in it is signed out.",
            named(&account.row.name)
        ),
    ))
}
