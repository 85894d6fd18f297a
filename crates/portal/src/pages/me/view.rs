//! The data of the user's own page.

use askama::Template;
use usher_domain::permission::Role;
use usher_domain::{Account, Refusal, UserId, WallTimes};
use usher_identity::{PortalSession, PortalSessionId, UserToken, UserTokenId};

use crate::answer::Frame;
use crate::form::Form;
use crate::shown::Moment;

#[derive(Template)]
#[template(path = "me/me.html")]
pub(super) struct MePage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) myself: Myself,
    pub(super) sessions: Vec<Browser>,
    pub(super) has_second_factor: bool,
    /// The account's provider, if it has one.
    pub(super) provider: Option<String>,
    pub(super) tokens: Vec<Token>,
    /// Whether the user is operator of this server.
    pub(super) is_operator: bool,
}

/// The page for a user who has to choose a new password before anything else.
#[derive(Template)]
#[template(path = "me/password.html")]
pub(super) struct PasswordPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) email: String,
    pub(super) is_temporary: bool,
}

/// A token that the user requested with the password, for a program.
pub(super) struct Token {
    pub(super) id: UserTokenId,
    pub(super) expires_at: Moment,
}

impl Token {
    pub(super) fn of(token: &UserToken, wall: &WallTimes) -> Self {
        Self {
            id: token.id,
            expires_at: Moment(wall.shown(token.expires_at)),
        }
    }
}

/// The user's own data.
pub(super) struct Myself {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: &'static str,
    /// Whether the account's provider has vouched for the user.
    pub(super) is_connected: bool,
}

/// A browser in which the user is signed in.
pub(super) struct Browser {
    pub(super) id: PortalSessionId,
    pub(super) is_this: bool,
    pub(super) name: String,
    pub(super) started_at: Moment,
    pub(super) last_used_at: Moment,
}

impl Myself {
    pub(super) fn of(account: &Account, user: UserId) -> Result<Self, Refusal> {
        let user = account.user(user).ok_or(Refusal::NotFound { what: "user" })?;
        let entry = user.directory.as_ref();
        Ok(Self {
            is_connected: entry.is_some_and(|entry| entry.subject.is_some()),
            name: user.profile.name.reveal().to_string(),
            email: user.profile.email.reveal().to_string(),
            role: match user.profile.role {
                Role::Owner => "Owner",
                Role::Admin => "Admin",
                Role::Manager => "Manager",
                Role::Member => "Member",
            },
        })
    }
}

impl Browser {
    pub(super) fn of(session: &PortalSession, this: PortalSessionId, wall: &WallTimes) -> Self {
        Self {
            id: session.id,
            is_this: session.id == this,
            name: browser_name(session.user_agent.reveal()),
            started_at: Moment(wall.shown(session.started_at)),
            last_used_at: Moment(wall.shown(session.last_used_at)),
        }
    }
}

/// The name of a browser as users know it, from the user agent: `Firefox on Linux`.
pub(crate) fn browser_name(user_agent: &str) -> String {
    // The order matters: most user agents also name browsers further down.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        let mut names = names.iter();
        names
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => user_agent.chars().take(60).collect(),
    }
}
