//! The data of the settings page.

use std::collections::BTreeSet;

use askama::Template;
use usher_domain::color::ProductColor;
use usher_domain::permission::{PermissionOverrides, Privilege, SessionPermission, SessionPermissions};
use usher_domain::rules::Rules;
use usher_domain::{Account, Actor};

use super::time_zone;
use crate::answer::Frame;
use crate::form::Form;
use crate::nav::NavPage;
use crate::pages::pools::rules::{PresetShown, RuleGroup, RuleKind};
use crate::pages::sso;
use crate::sentence;
use crate::shown::Moment;

#[derive(Template)]
#[template(path = "settings/settings.html")]
pub(super) struct SettingsPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    /// Where a viewer who is operator renames the account.
    pub(super) renames: Option<String>,
    pub(super) seen: SettingsData,
    /// Whether a second factor is required.
    pub(super) second_factor: Form,
    /// The websites that may call the API, one per line.
    pub(super) origins: Form,
    /// The display names and colors of products.
    pub(super) products: Form,
    /// The account's language and time zone.
    pub(super) time_zone: Form,
    /// The rules of new pools.
    pub(super) form: Form,
    pub(super) groups: &'static [RuleGroup],
    pub(super) presets: &'static [PresetShown],
    /// The preset that filled in the rules.
    pub(super) preset: Option<&'static str>,
}

/// Whose sessions everybody sees and ends (R5).
#[derive(Template)]
#[template(path = "settings/sessions.html")]
pub(super) struct SessionsTab {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) seen: SettingsData,
    pub(super) permissions: Form,
}

/// The data that is copied out of the account.
pub(super) struct SettingsData {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) created_at: Moment,
    pub(super) pool_defaults: Rules,
    /// Why the viewer can change nothing; `None` if they can.
    pub(super) refused: Option<String>,
    /// How many users have their own session permissions.
    pub(super) overrides: usize,
    pub(super) users_link: Option<String>,
    pub(super) pools_link: Option<String>,
    /// The path of the single sign-on settings; `None` if the viewer may not see them.
    pub(super) single_sign_on: Option<String>,
    pub(super) session_permissions: SessionPermissions,
    is_second_factor_required: bool,
    cors_origins: Vec<String>,
    time_zone: String,
    language: String,
    /// The products that the account has bought, named or given a color.
    pub(super) products: Vec<ProductLook>,
}

/// A product, what people call it, and its color.
pub(super) struct ProductLook {
    pub(super) slug: String,
    pub(super) field: String,
    /// The field of its color.
    pub(super) color_field: String,
    /// Empty if pages show the slug in readable form.
    name: String,
    /// Empty without a color.
    color: &'static str,
}

/// The field of a product's name; without a slug, how the fields of all begin.
pub(super) fn product_field(slug: &str) -> String {
    format!("product-{slug}")
}

/// The field of a product's color.
pub(super) fn color_field(slug: &str) -> String {
    format!("color-{slug}")
}

impl ProductLook {
    fn all(account: &Account) -> Vec<Self> {
        let names = &account.settings().product_names;
        let bought = account.subscription().products.keys();
        let colors = account.settings().product_colors.keys();
        let all: BTreeSet<_> = bought.chain(names.keys()).chain(colors).collect();
        let shown = all.into_iter().map(|product| Self {
            slug: product.to_string(),
            field: product_field(product.as_str()),
            color_field: color_field(product.as_str()),
            name: names.get(product).map(ToString::to_string).unwrap_or_default(),
            color: account.product_color(product).map_or("", ProductColor::as_str),
        });
        shown.collect()
    }
}

/// The field with the websites that may call the API.
pub(super) const ORIGINS: &str = "cors_origins";

/// A session permission and its explanation.
pub(super) struct PermissionField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
}

pub(super) const PERMISSIONS: [PermissionField; 4] = [
    PermissionField {
        name: SessionPermission::ViewOwn.as_str(),
        label: "See their own sessions",
        hint: "Everybody finds the sessions that they started themselves, with state and device.",
    },
    PermissionField {
        name: SessionPermission::ControlOwn.as_str(),
        label: "End their own sessions from elsewhere",
        hint: "Everybody can end a session of theirs also from another device than the one that runs it. Needs the permission above.",
    },
    PermissionField {
        name: SessionPermission::ViewAccount.as_str(),
        label: "See everybody’s sessions",
        hint: "Everybody sees all sessions of the account and who works in them, except those that are paused.",
    },
    PermissionField {
        name: SessionPermission::ControlAccount.as_str(),
        label: "End anybody’s sessions",
        hint: "Everybody can end any session that they see; both sides are told by whom. Needs the permission above.",
    },
];

impl SettingsData {
    pub(super) fn of(account: &Account, actor: &Actor) -> Self {
        let settings = account.settings();
        let refused = account.need(actor, Privilege::SettingsManage).err();
        let users = account.users().values();
        let own_say = users.filter(|user| user.profile.session_permissions != PermissionOverrides::default());
        Self {
            name: account.name().to_string(),
            id: account.id().to_string(),
            created_at: Moment(account.shown(account.created_at())),
            pool_defaults: settings.pool_defaults.clone(),
            refused: refused.map(|refusal| sentence::of(&refusal)),
            overrides: own_say.count(),
            users_link: NavPage::Users.link(account, actor),
            single_sign_on: sso::has_settings(account, actor)
                .then(|| format!("/a/{}/{}", account.id(), sso::SETTINGS)),
            pools_link: NavPage::SeatPools.link(account, actor),
            session_permissions: settings.session_permissions,
            cors_origins: settings.cors_origins.iter().map(ToString::to_string).collect(),
            time_zone: settings.time_zone.to_string(),
            language: settings.language.to_string(),
            products: ProductLook::all(account),
            is_second_factor_required: settings.sign_in.second_factor_for_admins,
        }
    }

    /// The current setting for second factors.
    pub(super) fn second_factor_form(&self) -> Form {
        let required = self.is_second_factor_required.then_some(("required", "on"));
        Form::showing(required)
    }

    /// The websites that may call the API, one per line.
    pub(super) fn origins_form(&self) -> Form {
        let lines = self.cors_origins.join("\n");
        Form::showing([(ORIGINS, lines.as_str())])
    }

    /// The account's language and time zone.
    pub(super) fn time_zone_form(&self) -> Form {
        Form::showing([
            (time_zone::FIELD, self.time_zone.as_str()),
            (time_zone::LANGUAGE, self.language.as_str()),
        ])
    }

    /// The current names and colors of the products.
    pub(super) fn products_form(&self) -> Form {
        let products = self.products.iter();
        Form::showing(products.flat_map(|product| {
            [
                (product.field.as_str(), product.name.as_str()),
                (product.color_field.as_str(), product.color),
            ]
        }))
    }

    /// The current permissions; a ticked box has a value.
    pub(super) fn permissions_form(&self) -> Form {
        let given = SessionPermission::ALL
            .into_iter()
            .filter(|permission| self.session_permissions.has(*permission));
        Form::showing(given.map(|permission| (permission.as_str(), "on")))
    }
}
