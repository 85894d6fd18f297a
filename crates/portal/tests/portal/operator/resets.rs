//! Resets of the credentials of owners who are operators.

use axum::http::StatusCode;
use usher_domain::command::{Command, CredentialCommand};
use usher_domain::link::UsedLink;
use usher_domain::personal::Personal;
use usher_domain::{Actor, Secs, UserId};
use usher_engine::{Cause, Channel, Request};
use usher_identity::{ChangeOrigin, ChangedBy, GRANT_PAUSE};

use super::grants::{ACCOUNTS, Company, OWNER, is_open};
use super::{FIRST_KEY, enter, post};
use crate::app::PASSWORD;
use crate::second_factor::set_up;

fn day() -> Secs {
    Secs::new(24 * 3_600 + 60)
}

#[tokio::test]
async fn a_reset_by_somebody_else_ends_the_session_and_pauses_the_grant_for_a_day() {
    for by in [
        ChangedBy::Operator,
        ChangedBy::User(UserId::from_bits(7)),
        ChangedBy::Usher,
    ] {
        let company = Company::new().await;
        let app = &company.app;
        let operator = company.operator().await;

        company.set_password(by).await;

        assert!(!is_open(app, &operator).await, "{by:?}");
        let browser = company.sign_in(PASSWORD).await;
        let refused = company.open(&browser).await;
        assert!(refused.html.contains("was reset"), "{by:?}: {}", refused.html);
        app.engine.advance(GRANT_PAUSE).await;
        let browser = company.sign_in(PASSWORD).await;
        assert_eq!(
            company.open(&browser).await.header("location"),
            "/operator",
            "{by:?}"
        );
    }
}

#[tokio::test]
async fn a_grant_that_is_made_within_a_day_of_a_reset_opens_nothing_until_the_day_is_over() {
    let company = Company::new().await;
    let (app, owner) = (&company.app, company.owner);
    let key = enter(app, FIRST_KEY).await;
    let revoke = format!("/operator/owners/{owner}/revoke");
    let (make, user) = (
        format!("{ACCOUNTS}/{}/operators", company.account),
        owner.to_string(),
    );
    let note_password = |actor: Actor, link: Option<UsedLink<Actor>>| {
        let request = Request {
            actor,
            cause: Cause::by(Channel::Portal),
            command: Command::Credential(CredentialCommand::NotePassword { user: owner, link }),
        };
        app.engine.execute(company.account, request, |_, (), _| ())
    };
    let second_factor =
        |is_set| Command::Credential(CredentialCommand::NoteSecondFactor { user: owner, is_set });

    note_password(Actor::User(owner), None).await.unwrap();
    post(app, &key, &revoke, &[]).await;
    let granted = post(app, &key, &make, &[("user", &user)]).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.html);
    let opened = company.open(&company.browser).await;
    assert_eq!(opened.header("location"), "/operator", "a password of one's own");

    for reset in ["password", "link", "second factor"] {
        let key = enter(app, FIRST_KEY).await;
        post(app, &key, &revoke, &[]).await;
        match reset {
            "password" => note_password(Actor::Operator, None).await.unwrap(),
            // It proves a mailbox, not the old password.
            "link" => note_password(Actor::User(owner), Some(UsedLink::AskedFor))
                .await
                .unwrap(),
            _ => app.give(company.account, second_factor(false)).await,
        }
        app.engine.advance(Secs::new(3_600)).await;
        // The session of the key is over by now.
        let key = enter(app, FIRST_KEY).await;
        post(app, &key, &make, &[("user", &user)]).await;

        let browser = company.sign_in(PASSWORD).await;
        let refused = company.open(&browser).await;
        assert!(refused.html.contains("was reset"), "{reset}: {}", refused.html);
        app.engine.advance(Secs::new(GRANT_PAUSE.get() - 3_599)).await;
        let browser = company.sign_in(PASSWORD).await;
        let opened = company.open(&browser).await;
        assert_eq!(opened.header("location"), "/operator", "{reset}: {}", opened.html);
    }
}

#[tokio::test]
async fn a_second_factor_that_was_removed_and_set_up_again_pauses_the_grant_for_a_day() {
    let company = Company::new().await;
    let app = &company.app;
    let operator = company.operator().await;
    let origin = ChangeOrigin {
        by: ChangedBy::Operator,
        cause: Personal::new("test".to_owned()),
    };
    let (account, owner, now) = (company.account, company.owner, app.engine.now());

    let removed = app.identity.remove_second_factor(account, owner, origin, now);
    let _ = removed.await.unwrap().unwrap();

    assert!(!is_open(app, &operator).await);
    let (authenticator, _, browser) = set_up(app, &app.sign_in(OWNER).await).await;
    let again = Company {
        authenticator,
        browser,
        ..company
    };
    let refused = again.open(&again.browser).await;
    assert!(refused.html.contains("was reset"), "{}", refused.html);
    again.app.engine.advance(day()).await;
    let browser = again.sign_in(PASSWORD).await;
    assert_eq!(again.open(&browser).await.header("location"), "/operator");
}

#[tokio::test]
async fn a_password_that_the_owner_changes_ends_the_session_but_pauses_nothing() {
    let company = Company::new().await;
    let operator = company.operator().await;

    company.set_password(ChangedBy::User(company.owner)).await;

    assert!(!is_open(&company.app, &operator).await);
    let browser = company.sign_in(PASSWORD).await;
    assert_eq!(company.open(&browser).await.header("location"), "/operator");
}
