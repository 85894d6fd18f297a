//! Creating an account.

use askama::Template;
use axum::response::Response;
use usher_app::AccountsManage;
use usher_domain::labels::Labels;
use usher_domain::text::{ExternalId, Name};
use usher_domain::{Account, AccountId, Timestamp};
use usher_engine::Failure;
use usher_identity::draw_bits;

use super::account::path_of;
use super::owners;
use super::visitor::{OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::said::named;

#[derive(Template)]
#[template(path = "operator/create.html")]
struct CreatePage {
    frame: Frame,
    form: Form,
    new_id: AccountId,
}

pub(super) async fn show(by: OperatorAt<AccountsManage>) -> Result<Response, Failed> {
    Ok(page(&create_page(&by, Form::default())?))
}

fn create_page(by: &OperatorAt<AccountsManage>, form: Form) -> Result<CreatePage, Failed> {
    // A form that is sent twice, for example by reloading the response, names the same account.
    let new_id = match form.value("id").parse() {
        Ok(id) => id,
        Err(_) => AccountId::from_bits(draw_bits(by.operator.app.engine().now())?),
    };
    Ok(CreatePage {
        frame: by.frame(OperatorPage::Accounts),
        form,
        new_id,
    })
}

pub(super) async fn create(
    OperatorPosted { by, mut form }: OperatorPosted<AccountsManage>,
) -> Result<Response, Failed> {
    let id = form.value("id").parse::<AccountId>();
    let id = id.map_err(|_| Failed::not_found("account"))?;
    let name = form.parse::<Name>("name");
    let has_external_id = !form.value("external_id").is_empty();
    let external_id = has_external_id
        .then(|| form.parse::<ExternalId>("external_id"))
        .flatten();
    let owner = owners::read(&mut form);
    let (Some(name), true) = (name, form.is_right()) else {
        return Ok(page_again(&create_page(&by, form)?));
    };
    let labels = Labels {
        external_id,
        ..Labels::default()
    };
    let app = &by.operator.app;
    let _one_at_a_time = app.making_accounts().lock().await;
    let view = |account: &Account, _: Timestamp| account.name().to_string();
    match by.operator.create_account(id, name, labels, view).await {
        Ok((name, false)) => {
            let created = format!("Account {} created. Give it a subscription next.", named(name));
            let Some((owner_name, email)) = owner else {
                return Ok(done(&path_of(id), created));
            };
            match owners::add(&by.operator.in_account(id), owner_name, email).await? {
                Ok(made) => owners::handed_over(&by, id, made, &created).await,
                Err(why) => Ok(done(&path_of(id), format!("{created} {why}"))),
            }
        }
        Ok((name, true)) => Ok(done(
            &path_of(id),
            format!("Account {} was created before.", named(name)),
        )),
        Err(Failure::Refused(refusal)) => {
            form.refused(&refusal);
            Ok(page_again(&create_page(&by, form)?))
        }
        Err(failure) => Err(failure.into()),
    }
}
