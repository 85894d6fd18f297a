//! The display names and colors of products.

use std::collections::BTreeMap;

use axum::response::Response;
use usher_domain::account::SettingsPatch;
use usher_domain::color::ProductColor;
use usher_domain::command::AccountCommand;
use usher_domain::text::{Name, Product};
use usher_domain::{Account, Command};

use super::view::{color_field, product_field};
use super::{Typed, settings_page, shown_at_a_field};
use crate::answer::{done, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;

/// What the form says of a product: a name, and a color. What is left empty is removed: pages then show the slug in
/// readable form, and no color.
struct Chosen {
    name: Option<Name>,
    color: Option<ProductColor>,
}

/// Sets the names and colors of the products in the form.
pub(super) async fn change(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let wanted = read(&mut form);
    if form.is_right() {
        // Made in the step that carries it out, because somebody else may name other products in between.
        let make = move |account: &Account, _| {
            let settings = account.settings();
            let (mut names, mut colors) = (settings.product_names.clone(), settings.product_colors.clone());
            for (product, chosen) in &wanted {
                set(&mut names, product, chosen.name.clone());
                set(&mut colors, product, chosen.color);
            }
            let change = SettingsPatch {
                product_names: Some(names),
                product_colors: Some(colors),
                ..SettingsPatch::default()
            };
            Ok(Command::Account(AccountCommand::ChangeSettings { change }))
        };
        let Err(refusal) = shown_at_a_field(viewer.propose(make, |_, (), _| ()).await?)? else {
            let to = NavPage::Settings.path(viewer.account);
            return Ok(done(&to, "The names and colors of the products are saved."));
        };
        form.refused_as_a_whole(&refusal);
    }
    let typed = Typed {
        products: Some(form),
        ..Typed::default()
    };
    Ok(page_again(&settings_page(&viewer, "", typed).await?))
}

fn set<V>(all: &mut BTreeMap<Product, V>, product: &Product, value: Option<V>) {
    match value {
        Some(value) => all.insert(product.clone(), value),
        None => all.remove(product),
    };
}

fn read(form: &mut Form) -> BTreeMap<Product, Chosen> {
    let mut wanted = BTreeMap::new();
    let entries: Vec<_> = form.entries().collect();
    for (field, typed) in entries {
        let product = field
            .strip_prefix(&product_field(""))
            .and_then(|slug| slug.parse::<Product>().ok());
        let Some(product) = product else {
            continue;
        };
        let name = if typed.trim().is_empty() {
            None
        } else {
            form.parse::<Name>(&field)
        };
        let color = color(form, &color_field(product.as_str()));
        wanted.insert(product, Chosen { name, color });
    }
    wanted
}

fn color(form: &mut Form, field: &str) -> Option<ProductColor> {
    let chosen = form.value(field).to_owned();
    let color = ProductColor::ALL
        .into_iter()
        .find(|color| color.as_str() == chosen);
    if color.is_none() && !chosen.is_empty() {
        form.wrong(field, "Choose one of these colors.");
    }
    color
}
