//! The mails that an account has caused, and a test mail to the viewer.

use askama::Template;
use axum::response::Response;
use usher_app::Message;
use usher_domain::{Account, Actor, WallTimes};
use usher_identity::{OutboxRow, OutboxState};

use crate::answer::{Frame, done, page};
use crate::failed::Failed;
use crate::form::Posted;
use crate::nav::NavPage;
use crate::shown::Moment;
use crate::viewer::Viewer;

#[derive(Template)]
#[template(path = "settings/mail.html")]
struct MailTab {
    frame: Frame,
    path: String,
    /// The sender of mails; `None` if no mail is set up.
    from: Option<String>,
    /// `None` if the viewer may not see them.
    mails: Option<Vec<MailShown>>,
}

/// A mail, and what became of it.
struct MailShown {
    written_at: Moment,
    to: String,
    about: &'static str,
    /// What became of it, with the CSS class of the badge.
    state: (&'static str, &'static str),
    /// When that was, or when it is tried again.
    at: Option<Moment>,
    /// Why the last attempt failed; empty if none did.
    why: String,
    may_have_left: bool,
}

impl MailShown {
    fn of(row: &OutboxRow, wall: &WallTimes) -> Self {
        let shown = |at| Moment(wall.shown(at));
        let (state, at) = match row.state {
            OutboxState::Sent { at } => (("Sent", "good"), Some(at)),
            OutboxState::Failed { at } => (("Not sent", "bad"), Some(at)),
            OutboxState::Waiting if row.attempts > 0 => (("Retrying", "warn"), Some(row.entry.due_at)),
            OutboxState::Waiting | OutboxState::Claimed { .. } => (("Sending", "busy"), None),
        };
        Self {
            written_at: shown(row.entry.written_at),
            to: row.entry.recipient.reveal().to_string(),
            about: about(&row.entry.kind),
            state,
            at: at.map(shown),
            why: row.error.as_deref().unwrap_or_default().to_owned(),
            may_have_left: row.may_have_left,
        }
    }
}

/// What a mail is about, in a few words: by its kind, because what it says is gone once it has ended.
fn about(kind: &str) -> &'static str {
    match kind {
        "test" => "Test mail",
        "invitation" => "Invitation",
        "password_reset" => "Password reset link",
        "seat_requested" | "seat_granted" | "seat_declined" => "Request for a seat",
        "subscription_requested" | "subscription_answered" => "Request for a purchase",
        "ending" => "Upcoming end",
        "security" => "Security notice",
        // A later version wrote it.
        _ => OTHER,
    }
}

const OTHER: &str = "Other";

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        account.need_staff(actor)?;
        Ok((account.is_admin(actor), account.wall_times().clone()))
    };
    let (frame, (is_admin, wall)) = viewer.look(Some(NavPage::Settings), look).await?;
    let app = &viewer.portal.app;
    let mails = if is_admin {
        let rows = app.mails_of(Some(viewer.account)).await?;
        Some(rows.iter().map(|row| MailShown::of(row, &wall)).collect())
    } else {
        None
    };
    Ok(page(&MailTab {
        frame,
        path: NavPage::Settings.path(viewer.account),
        from: app.mail_setup().map(|setup| setup.from.clone()),
        mails,
    }))
}

/// Sends a mail to the viewer's own address: to any other it would be a way to bother strangers.
pub(super) async fn send_test(Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let need = |account: &Account, actor: &Actor, _| account.need_admin(actor);
    viewer.look(None, need).await?;
    let (account, user) = (viewer.account, viewer.session.user);
    let app = &viewer.portal.app;
    let message = match app.mail_to(account, user, Message::Test).await? {
        None => "No mail is set up on this server. Ask its operator.",
        Some(mail) => {
            let refused = app.identity().put_in_outbox(vec![mail], None).await?;
            if refused.0.is_empty() {
                "A test mail to your own address is on its way."
            } else {
                "You got many mails in the last hour, so this one is not sent. Try again later."
            }
        }
    };
    Ok(done(
        &format!("{}/mail", NavPage::Settings.path(account)),
        message,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_is_named() {
        for message in usher_testkit::every_message() {
            assert_ne!(about(message.kind()), OTHER, "{message:?}");
        }
    }
}
