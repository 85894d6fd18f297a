//! Creating a pool, with the same form as for changing one.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use usher_domain::command::PoolCommand;
use usher_domain::labels::Labels;
use usher_domain::permission::Privilege;
use usher_domain::rules::Rules;
use usher_domain::{Account, Actor, Command, PoolId};
use usher_identity::draw_bits;

use super::edit::{PresetQuery, seats, showing};
use super::rules::{self, GROUPS, PRESETS, PresetShown, RuleGroup, RuleKind};
use super::tell;
use crate::answer::{Frame, done, page, page_again};
use crate::asks::Remedy;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::said::named;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "pools/new.html")]
struct NewPoolPage {
    frame: Frame,
    form: Form,
    products: Vec<ProductChoice>,
    /// For an account without shared seats.
    remedy: Remedy,
    path: String,
    here: String,
    groups: &'static [RuleGroup],
    presets: &'static [PresetShown],
    preset: Option<&'static str>,
}

/// A product that can have another pool.
struct ProductChoice {
    slug: String,
    name: String,
    unallocated: u32,
}

pub(super) async fn blank(viewer: Viewer, query: Query<PresetQuery>) -> Result<Response, Failed> {
    Ok(page(&new_page(&viewer, &query.preset, None).await?))
}

pub(super) async fn create(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let name = form.parse("name");
    let product = form.parse("product");
    let seats = seats(&mut form);
    let rules = rules::read(&mut form);
    let shown = new_page(&viewer, "", Some(form)).await?;
    let (Some(name), Some(product), Some(seats), true) = (name, product, seats, shown.form.is_right()) else {
        return Ok(page_again(&shown));
    };
    let id = PoolId::from_bits(draw_bits(viewer.portal.app.engine().now())?);
    let message = format!("The pool {} is made. Now give it users.", named(&name));
    let command = Command::Pool(PoolCommand::Create {
        id,
        name,
        product,
        seats,
        rules: Some(rules.applied_to(&Rules::default())),
        labels: Labels::default(),
    });
    match viewer.execute(command, |_, (), _| ()).await? {
        Ok(()) => {
            let to = format!("{}?open={id}", NavPage::SeatPools.path(viewer.account));
            Ok(done(&to, message))
        }
        Err(refusal) => {
            let mut shown = shown;
            tell(&mut shown.form, &refusal)?;
            Ok(page_again(&shown))
        }
    }
}

async fn new_page(viewer: &Viewer, preset: &str, form: Option<Form>) -> Result<NewPoolPage, Failed> {
    let chosen = PRESETS.iter().find(|shown| shown.slug == preset);
    let rules = rules::preset(preset);
    let look = move |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SeatsManage)?;
        let rules = rules.as_ref().unwrap_or(&account.settings().pool_defaults);
        let products = account.subscription().products.keys();
        let products = products.filter(|product| account.default_pool(product).is_some());
        let products: Vec<_> = products
            .map(|product| ProductChoice {
                slug: product.to_string(),
                name: account.product_name(product),
                unallocated: account.shared_unallocated(product),
            })
            .collect();
        Ok((products, Remedy::seats(account, actor), rules::values(rules)))
    };
    let (frame, (products, remedy, mut values)) = viewer.look(Some(NavPage::SeatPools), look).await?;
    values.push(("seats", "0".to_owned()));
    Ok(NewPoolPage {
        frame,
        form: form.unwrap_or_else(|| showing(&values)),
        products,
        remedy,
        here: format!("{}/new", NavPage::SeatPools.path(viewer.account)),
        path: NavPage::SeatPools.path(viewer.account),
        groups: &GROUPS,
        presets: &PRESETS,
        preset: chosen.map(|shown| shown.label),
    })
}
