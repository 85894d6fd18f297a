//! The display names of products.

use std::collections::BTreeMap;

use axum::response::Response;
use usher_domain::account::SettingsPatch;
use usher_domain::command::AccountCommand;
use usher_domain::text::{Name, Product};
use usher_domain::{Account, Command};

use super::view::product_field;
use super::{Typed, settings_page, shown_at_a_field};
use crate::answer::{done, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;

/// Sets the names of the products in the form. An empty one is removed, so that pages show the slug in readable form.
pub(super) async fn rename(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let wanted = read(&mut form);
    if form.is_right() {
        // Made in the step that carries it out, because somebody else may name other products in between.
        let make = move |account: &Account, _| {
            let mut names = account.settings().product_names.clone();
            for (product, name) in &wanted {
                match name {
                    Some(name) => names.insert(product.clone(), name.clone()),
                    None => names.remove(product),
                };
            }
            let change = SettingsPatch {
                product_names: Some(names),
                ..SettingsPatch::default()
            };
            Ok(Command::Account(AccountCommand::ChangeSettings { change }))
        };
        let Err(refusal) = shown_at_a_field(viewer.propose(make, |_, (), _| ()).await?)? else {
            let to = NavPage::Settings.path(viewer.account);
            return Ok(done(&to, "The names of the products are saved."));
        };
        form.refused_as_a_whole(&refusal);
    }
    let typed = Typed {
        products: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}

fn read(form: &mut Form) -> BTreeMap<Product, Option<Name>> {
    let mut wanted = BTreeMap::new();
    let entries: Vec<_> = form.entries().collect();
    for (field, typed) in entries {
        let product = field
            .strip_prefix(&product_field(""))
            .and_then(|slug| slug.parse().ok());
        let Some(product) = product else {
            continue;
        };
        let name = if typed.trim().is_empty() {
            None
        } else {
            form.parse::<Name>(&field)
        };
        wanted.insert(product, name);
    }
    wanted
}
