//! Changing a user's license for a product. If that cuts their work, it asks first.

use axum::extract::Path;
use axum::response::Response;
use usher_domain::command::LicenseCommand;
use usher_domain::permission::Privilege;
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Account, Actor, Command, PoolId, Refusal, UserId};

use super::edit::{again, guard, path_of, user_id};
use super::licenses::{self, field_of};
use crate::answer::done;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::days;
use crate::said::named;
use crate::sentence;
use crate::viewer::Viewer;
use crate::work::{self, Answer, Question, Work};

pub(super) async fn set(
    Path((_, user, product)): Path<(String, String, String)>,
    Posted { viewer, mut form }: Posted,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    guard(&viewer, Privilege::SeatsManage).await?;
    let product: Product = product.parse().map_err(|_| Failed::not_found("product"))?;
    let license = match form.value("license") {
        "none" => None,
        "named" => Some(License::Named),
        pool => {
            let pool = pool.parse().map_err(|_| Failed::not_found("pool"))?;
            Some(License::Shared(pool))
        }
    };
    let now = viewer.portal.app.engine().now();
    let zone = viewer.account_zone().await;
    let until = license.and_then(|_| days::last_day(&mut form, "until", &zone, now));
    if !form.is_right() {
        return again(&viewer, id, None, form).await;
    }
    if let Some(asked) = ask_about_license(&viewer, &form, id, product.clone(), license).await? {
        return Ok(asked);
    }
    let may_wait = license != Some(License::Named) && until.is_none();
    let waits = may_wait && Answer::of(&form) == Some(Answer::Wait);
    let command = Command::License(if waits {
        LicenseCommand::SetAfterWork {
            user: id,
            product: product.clone(),
            pool: license.and_then(pool_of),
        }
    } else {
        LicenseCommand::Set {
            user: id,
            product: product.clone(),
            license,
            until,
        }
    });
    let of = product.clone();
    let said = move |account: &Account, (): &(), _| said(account, id, &of, license);
    match viewer.execute(command, said).await? {
        Ok(message) => Ok(done(&path_of(&viewer, id), message)),
        Err(Refusal::NotFound { what }) => Err(Failed::not_found(what)),
        Err(refusal) => {
            form.wrong(&field_of(&product), sentence::of(&refusal));
            again(&viewer, id, None, form).await
        }
    }
}

fn pool_of(license: License) -> Option<PoolId> {
    match license {
        License::Shared(pool) => Some(pool),
        License::Named => None,
    }
}

/// What was done, in a sentence.
fn said(account: &Account, id: UserId, product: &Product, license: Option<License>) -> String {
    let has = account.user(id).and_then(|user| user.licenses.get(product));
    if has != license.as_ref() {
        return "The license changes as soon as the user is not signed in for the product.".to_owned();
    }
    match license {
        None => {
            let product = named(account.product_name(product));
            format!("The license of {product} is taken away.")
        }
        Some(license) => {
            let seat = licenses::phrase(account, &[(product.clone(), license)].into());
            format!("The user has {seat} now.")
        }
    }
}

/// Asks before a change of license ends what the user is doing with the product (L5).
async fn ask_about_license(
    viewer: &Viewer,
    form: &Form,
    id: UserId,
    product: Product,
    license: Option<License>,
) -> Result<Option<Response>, Failed> {
    let back = path_of(viewer, id);
    let question = Question {
        nav: NavPage::Users,
        action: format!("{back}/licenses/{product}"),
        back,
        // Nothing would hold a named seat until then, and a loan begins now.
        may_wait: license != Some(License::Named) && form.value("until").trim().is_empty(),
        now: "Change now",
    };
    let see = move |account: &Account, actor: &Actor, _| {
        let user = account.user(id).ok_or(Refusal::NotFound { what: "user" })?;
        let name = named(user.profile.name.reveal());
        let of = named(account.product_name(&product));
        let asked = match license {
            None => format!("Take the license of {of} from {name}?"),
            Some(license) => {
                let seat = licenses::phrase(account, &[(product.clone(), license)].into());
                format!("Give {name} {seat}?")
            }
        };
        let changes = user.licenses.get(&product) != license.as_ref();
        let work = if changes {
            Work::of(account, actor, [user], Some(&product))
        } else {
            Work::default()
        };
        Ok((asked, work))
    };
    work::ask(viewer, form, question, see).await
}
