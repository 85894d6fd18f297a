//! The data of the single sign-on settings.

use askama::Template;
use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_domain::single_sign_on::ProvedBy;
use usher_domain::{Account, WallTimes};
use usher_identity::single_sign_on::{NamedDomain, Recent};

use crate::answer::Frame;
use crate::form::Form;
use crate::said::Said;
use crate::sentence;
use crate::shown::Moment;

/// The URLs to enter at the provider and to give to people.
pub(super) struct Addresses {
    /// `None` if the server does not know its own address.
    pub(super) redirect_uri: Option<String>,
    pub(super) signed_out_uri: Option<String>,
    pub(super) sign_in_url: Option<String>,
    /// Whether only this machine can reach them.
    pub(super) is_here_alone: bool,
}

#[derive(Template)]
#[template(path = "sso/settings.html")]
pub(super) struct SettingsPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) settings_path: String,
    pub(super) has_provider: bool,
    /// Whether people still return to the redirect URI that all accounts used to share.
    pub(super) is_shared: bool,
    pub(super) label: String,
    pub(super) domains: Vec<DomainRow>,
    pub(super) domains_form: Form,
    pub(super) is_only_account: bool,
    pub(super) recent: RecentView,
    pub(super) addresses: Addresses,
    pub(super) seen: SettingsData,
    pub(super) form: Form,
    pub(super) requirement: Form,
}

/// A domain of e-mail addresses, and how it is proved.
pub(super) struct DomainRow {
    pub(super) domain: String,
    pub(super) record_name: String,
    pub(super) record_value: String,
    /// How it is proved; `None` if it is not.
    pub(super) proved: Option<&'static str>,
}

impl DomainRow {
    pub(super) fn of(named: &NamedDomain) -> Self {
        Self {
            domain: named.domain.to_string(),
            record_name: named.record_name(),
            record_value: named.record_value(),
            proved: named.proved_by.map(|by| match by {
                ProvedBy::Dns => "Proved by its DNS",
                ProvedBy::Operator => "Proved by the operator’s word",
            }),
        }
    }
}

/// Recent failures.
pub(super) struct RecentView {
    pub(super) failures: Vec<FailureRow>,
    /// Unknown groups in the last sign-in.
    pub(super) unknown_groups: Option<String>,
}

/// A failed sign-in.
pub(super) struct FailureRow {
    pub(super) at: Moment,
    pub(super) who: String,
    pub(super) why: Said<String>,
    pub(super) times: u32,
}

impl DomainRow {
    /// The ids of the elements with the DNS record, for the copy buttons.
    pub(super) fn name_id(&self) -> String {
        format!("name-{}", self.domain)
    }

    pub(super) fn value_id(&self) -> String {
        format!("value-{}", self.domain)
    }
}

impl RecentView {
    pub(super) fn of(recent: Recent, wall: &WallTimes) -> Self {
        let failures = recent.failures.into_iter().map(|failed| FailureRow {
            at: Moment(wall.shown(failed.at)),
            who: failed.who.map(Personal::into_revealed).unwrap_or_default(),
            why: Said(sentence::of_phrase(&failed.why)),
            times: failed.times,
        });
        Self {
            failures: failures.collect(),
            unknown_groups: recent
                .unknown_groups
                .map(|unknown| groups_sentence(&unknown.named)),
        }
    }
}

fn groups_sentence(named: &[String]) -> String {
    if named.is_empty() {
        return "The last sign-in named no groups in the claim below, so nobody’s groups were changed."
            .to_owned();
    }
    format!(
        "The last sign-in named groups: {}. None is known here, so nobody’s groups were changed.",
        named.join(", ")
    )
}

/// The data that is copied out of the account.
pub(super) struct SettingsData {
    pub(super) is_required: bool,
    break_glass: String,
    /// The owners who can be kept for emergencies, with their ids.
    pub(super) owners: Vec<(String, String)>,
}

impl SettingsData {
    pub(super) fn of(account: &Account) -> Self {
        let settings = account.settings().sign_in;
        let users = account.users().values();
        let owners = users.filter(|user| user.active && user.profile.role == Role::Owner);
        Self {
            is_required: settings.sso_required,
            break_glass: settings
                .break_glass
                .map(|user| user.to_string())
                .unwrap_or_default(),
            owners: owners
                .map(|user| (user.id.to_string(), user.profile.name.reveal().to_string()))
                .collect(),
        }
    }

    /// The current requirement.
    pub(super) fn requirement(&self) -> Form {
        Form::showing([
            ("sso_required", if self.is_required { "on" } else { "" }),
            ("break_glass", self.break_glass.as_str()),
        ])
    }
}
