//! One-time links of users.

use usher_domain::Timestamp;
use usher_domain::link::{LinkPurpose, UsedLink};
use usher_domain::personal::Personal;

use super::{
    Backend, at, digest, hash_of, left_of, note, password, session, set_up_second_factor, sign_in, user,
};
use crate::ports::{ChangeNote, Owner, Store, StoredUserLink, UserLinkPut};
use crate::{
    AuthorCredential, ChangedBy, Channel, CredentialChange, KnownBrowser, LinkAuthor, LinksMade,
    OUTBOX_PER_RECIPIENT_MAX, OperatorGrant, OutboxBounds, OutboxBudget, OutboxEntry, PortalSessionId,
    Unrecorded,
};

/// A link that works until `at(60)`, for which its user asked.
fn link(owner: Owner, purpose: LinkPurpose, text: &str) -> StoredUserLink {
    StoredUserLink {
        digest: digest(text),
        owner,
        purpose,
        expires_at: at(60),
        address: digest("the address"),
        author: None,
    }
}

fn made_with(name: &str) -> AuthorCredential {
    AuthorCredential::PortalSession(PortalSessionId::of(&digest(name)))
}

fn by_user(number: u128, credential: AuthorCredential) -> LinkAuthor {
    LinkAuthor {
        by: ChangedBy::User(user(number).1),
        credential: Some(credential),
    }
}

fn made(link: &StoredUserLink) -> ChangeNote {
    let (user, purpose) = (link.owner.1, link.purpose);
    ChangeNote {
        change: CredentialChange::LinkMade { user, purpose },
        ..note(link.owner)
    }
}

pub(super) async fn put(store: &dyn Store, link: StoredUserLink) -> Option<Unrecorded> {
    match store.put_user_link(link, made(&link), None).await.unwrap() {
        UserLinkPut::Stored(note) => Some(*note),
        UserLinkPut::DoesNotFit => None,
        UserLinkPut::TooManyMails => panic!("no mail was sent"),
    }
}

pub(super) async fn invite(store: &dyn Store, owner: Owner, text: &str) {
    let put = put(store, link(owner, LinkPurpose::Invitation, text)).await;
    assert!(put.is_some());
}

async fn used(store: &dyn Store, text: &str, owner: Owner, at: Timestamp) -> bool {
    let note = ChangeNote { at, ..note(owner) };
    let used = store.use_user_link(digest(text), owner, password("$argon2 chosen"), note);
    used.await.unwrap().is_some()
}

/// With its author, and a note of it.
pub async fn a_link_is_found_by_its_digest_until_it_expires(backend: &dyn Backend) {
    let store = backend.store();
    let stored = [
        link(user(1), LinkPurpose::Invitation, "one"),
        StoredUserLink {
            author: Some(by_user(9, made_with("laptop"))),
            ..link(user(2), LinkPurpose::Invitation, "two")
        },
        StoredUserLink {
            author: Some(LinkAuthor {
                by: ChangedBy::Operator,
                credential: Some(AuthorCredential::OperatorKey(digest("operator"))),
            }),
            ..link(user(3), LinkPurpose::Invitation, "three")
        },
    ];
    let mut notes = Vec::new();
    for link in stored {
        notes.push(put(&*store, link).await.unwrap());
    }

    let other = backend.another_node();
    for (link, text) in stored.iter().zip(["one", "two", "three"]) {
        assert_eq!(other.user_link(digest(text), at(59)).await.unwrap(), Some(*link));
        assert_eq!(other.user_link(digest(text), at(60)).await.unwrap(), None);
    }
    assert_eq!(other.user_link(digest("four"), at(0)).await.unwrap(), None);
    let mut all = other.user_links().await.unwrap();
    all.sort_by_key(|link| link.owner);
    assert_eq!(all, stored);
    assert_eq!(store.notes(at(0)).await.unwrap(), notes);
}

/// An invitation is for a user without a password, a reset for one who has one.
pub async fn a_link_fits_whether_its_user_has_a_password(backend: &dyn Backend) {
    let store = backend.store();
    let invitation = link(user(1), LinkPurpose::Invitation, "invitation");
    let reset = link(user(1), LinkPurpose::Reset, "reset");

    assert_eq!(put(&*store, reset).await, None);
    assert!(put(&*store, invitation).await.is_some());
    store.put_password(user(1), password("$argon2")).await.unwrap();
    assert!(put(&*store, reset).await.is_some());
    let again = link(user(1), LinkPurpose::Invitation, "again");
    assert_eq!(put(&*store, again).await, None);

    assert_eq!(store.user_link(digest("again"), at(0)).await.unwrap(), None);
}

/// And its link works no less than before where there is no room for another mail.
pub async fn a_link_is_stored_with_its_mail_or_not_at_all(backend: &dyn Backend) {
    let store = backend.store();
    let first = link(user(1), LinkPurpose::Invitation, "first");
    let mail = || {
        let mail = OutboxEntry::mail(
            "invitation",
            OutboxBudget::new(OutboxBounds::Invitation, "invitation"),
            "{}".to_owned(),
            Personal::new("a@x.example".into()),
            at(0),
        );
        mail.unwrap().for_user(user(1))
    };
    let stored = store
        .put_user_link(first, made(&first), Some(mail()))
        .await
        .unwrap();
    assert!(matches!(stored, UserLinkPut::Stored(_)));
    let more = (1..OUTBOX_PER_RECIPIENT_MAX).map(|_| mail()).collect();
    assert_eq!(store.put_in_outbox(more, None).await.unwrap().0, []);

    let second = link(user(1), LinkPurpose::Invitation, "second");
    let stored = store
        .put_user_link(second, made(&second), Some(mail()))
        .await
        .unwrap();

    assert_eq!(stored, UserLinkPut::TooManyMails);
    assert_eq!(store.user_link(digest("second"), at(1)).await.unwrap(), None);
    assert_eq!(
        store.user_link(digest("first"), at(1)).await.unwrap(),
        Some(first)
    );
    let sent = store
        .outbox_of(Some(user(1).0), Channel::Mail, 100)
        .await
        .unwrap();
    assert_eq!(sent.len(), OUTBOX_PER_RECIPIENT_MAX);
    assert_eq!(store.notes(at(0)).await.unwrap().len(), 1);
}

/// The earlier one opens nothing any more; that of another user does.
pub async fn a_new_link_takes_the_place_of_the_earlier_one(backend: &dyn Backend) {
    let store = backend.store();
    invite(&*store, user(1), "first").await;
    invite(&*store, user(2), "other").await;

    invite(&*store, user(1), "second").await;

    assert!(!used(&*store, "first", user(1), at(1)).await);
    assert_eq!(store.user_links().await.unwrap().len(), 2);
    assert!(used(&*store, "second", user(1), at(1)).await);
    assert!(used(&*store, "other", user(2), at(1)).await);
}

/// The password is stored, everything that the user was signed in with ends, and so do their other links.
pub async fn a_used_link_sets_the_password_and_is_gone(backend: &dyn Backend) {
    let store = backend.store();
    let browser = KnownBrowser::from_bits(7);
    invite(&*store, user(1), "invitation").await;
    store
        .put_password(user(1), password("$argon2 old"))
        .await
        .unwrap();
    let reset = link(user(1), LinkPurpose::Reset, "reset");
    assert!(put(&*store, reset).await.is_some());
    sign_in(&*store, user(1), "sven").await;
    let _ = store
        .put_known_browser(user(1), browser, None, at(0), 10)
        .await
        .unwrap();

    assert!(!used(&*store, "reset", user(2), at(1)).await);
    assert!(!used(&*store, "reset", user(1), at(60)).await);
    assert_eq!(left_of(&*store, "sven").await, [true; 3]);
    assert!(used(&*store, "reset", user(1), at(1)).await);

    let stored = store.password(user(1)).await.unwrap().unwrap();
    assert_eq!(stored.hash, hash_of("$argon2 chosen"));
    assert_eq!(left_of(&*store, "sven").await, [false; 3]);
    let known = store.users_of_browser(browser, at(-1), 10).await.unwrap();
    assert_eq!(known, []);
    assert_eq!(store.user_links().await.unwrap(), []);
    let notes = store.notes(at(1)).await.unwrap();
    let (user, link) = (user(1).1, None);
    let set = CredentialChange::PasswordSet { user, link };
    assert_eq!(notes.iter().filter(|note| note.change == set).count(), 1);
}

/// Even if its note names the user as the author: a link proves less than a password.
pub async fn a_used_link_is_a_reset_for_the_grant(backend: &dyn Backend) {
    let store = backend.store();
    let owner = user(1);
    let grant = OperatorGrant {
        account: owner.0,
        user: owner.1,
        name: Personal::new("Olga".into()),
        granted_at: at(-10),
        accounts: 1,
        confirmed_at: None,
        reset_at: None,
    };
    let put = store.put_operator_grant(grant, 5, super::by_start(), at(-10));
    assert!(put.await.unwrap());
    invite(&*store, owner, "link").await;

    let mut note = note(owner);
    note.origin.by = ChangedBy::User(owner.1);
    note.at = at(5);
    let used = store.use_user_link(digest("link"), owner, password("$argon2"), note);
    assert!(used.await.unwrap().is_some());

    let grants = store.operator_grants().await.unwrap();
    assert_eq!(grants[0].reset_at, Some(at(5)));
}

/// The others change nothing.
pub async fn of_many_nodes_one_uses_a_link(backend: &dyn Backend) {
    let store = backend.store();
    invite(&*store, user(1), "link").await;
    let nodes = [store, backend.another_node(), backend.another_node()];

    let uses = nodes.map(|node| {
        tokio::spawn(async move {
            let mut done = 0;
            for _ in 0..5 {
                done += u32::from(used(&*node, "link", user(1), at(1)).await);
            }
            done
        })
    });
    let mut done = 0;
    for one in uses {
        done += one.await.unwrap();
    }

    assert_eq!(done, 1);
}

/// A password that is set otherwise, an end of all that the user is signed in with, a removal, and a revocation.
pub async fn a_link_ends_with_what_it_was_for(backend: &dyn Backend) {
    let store = backend.store();
    for number in 1..=5 {
        invite(&*store, user(number), &format!("link {number}")).await;
    }

    let set = store.change_password(user(1), password("$argon2"), note(user(1)));
    let _ = set.await.unwrap();
    store.end_presence_of_user(user(2)).await.unwrap();
    store.forget_user(user(3)).await.unwrap();
    let (whose, purpose) = (user(4), LinkPurpose::Invitation);
    let revoked = async || {
        let user = whose.1;
        let note = ChangeNote {
            change: CredentialChange::LinkRevoked { user, purpose },
            ..note(whose)
        };
        store.remove_user_link(whose, purpose, note).await.unwrap()
    };
    let noted = revoked().await.unwrap();
    assert_eq!(revoked().await, None);

    for number in 1..=4 {
        let text = format!("link {number}");
        assert!(!used(&*store, &text, user(number), at(1)).await, "{text}");
    }
    assert!(store.notes(at(0)).await.unwrap().contains(&noted));
    assert_eq!(store.user_links().await.unwrap().len(), 1);
    store.remove_expired_user_links(at(59)).await.unwrap();
    assert_eq!(store.user_links().await.unwrap().len(), 1);
    store.remove_expired_user_links(at(60)).await.unwrap();
    assert_eq!(store.user_links().await.unwrap(), []);
}

/// The users whose links are left, of those that user 9 made with the browsers `laptop` and `phone` and a token, and that
/// user 8 made.
async fn owners_left(store: &dyn Store, end: impl AsyncFnOnce(&dyn Store)) -> Vec<u128> {
    let token = AuthorCredential::UserToken(digest("token"));
    let authors = [
        by_user(9, made_with("laptop")),
        by_user(9, made_with("phone")),
        by_user(9, token),
        by_user(8, made_with("laptop")),
    ];
    for (number, author) in (1..).zip(authors) {
        let text = format!("by {number}");
        let made = StoredUserLink {
            author: Some(author),
            ..link(user(number), LinkPurpose::Invitation, &text)
        };
        assert!(put(store, made).await.is_some());
    }

    end(store).await;

    let left = store.user_links().await.unwrap();
    let mut left: Vec<_> = left.iter().map(|link| link.owner.1.bits()).collect();
    left.sort_unstable();
    left
}

/// One credential, or all but one; those of other users stay.
pub async fn links_end_with_what_their_author_made_them_with(backend: &dyn Backend) {
    let store = backend.store();
    let end = async |made| {
        owners_left(&*store, async |store: &dyn Store| {
            store.remove_links_made(user(9), made).await.unwrap();
        })
        .await
    };

    assert_eq!(end(LinksMade::With(made_with("laptop"))).await, [2, 3, 4]);
    assert_eq!(end(LinksMade::WithAnother(made_with("laptop"))).await, [1, 4]);
    assert_eq!(end(LinksMade::All).await, [4]);
}

/// However that comes: a new password, a second factor that was removed, a deactivation, a deletion, or single sign-on
/// that the account requires of everybody else.
pub async fn links_end_when_everything_ends_that_their_author_is_signed_in_with(backend: &dyn Backend) {
    let store = backend.store();
    let password_set = owners_left(&*store, async |store: &dyn Store| {
        let set = store.change_password(user(9), password("$argon2"), note(user(9)));
        let _ = set.await.unwrap();
    });
    assert_eq!(password_set.await, [4]);
    let factor_removed = owners_left(&*store, async |store: &dyn Store| {
        set_up_second_factor(store, user(9), b"secret").await;
        let removed = store.remove_second_factor(user(9), note(user(9))).await.unwrap();
        assert!(removed.is_some());
    });
    assert_eq!(factor_removed.await, [4]);
    let deactivated = owners_left(&*store, async |store: &dyn Store| {
        store.end_presence_of_user(user(9)).await.unwrap();
    });
    assert_eq!(deactivated.await, [4]);
    let deleted = owners_left(&*store, async |store: &dyn Store| {
        store.forget_user(user(9)).await.unwrap();
    });
    assert_eq!(deleted.await, [4]);
    let by_provider_only = owners_left(&*store, async |store: &dyn Store| {
        let ended = store.end_presence_by_password(user(9).0, Vec::new(), user(8).1);
        ended.await.unwrap();
    });
    assert_eq!(by_provider_only.await, [4]);
}

/// Its secret changes with its user's rights.
pub async fn links_follow_the_session_that_gets_another_secret(backend: &dyn Backend) {
    let store = backend.store();
    let put = store.put_portal_session(session(user(9), "laptop", at(0)), None, 5);
    put.await.unwrap();

    let left = owners_left(&*store, async |store: &dyn Store| {
        let rotated = store.rotate_portal_session(digest("laptop"), digest("renewed"), 8, None);
        assert!(rotated.await.unwrap());
        let made = LinksMade::With(made_with("renewed"));
        store.remove_links_made(user(9), made).await.unwrap();
    });

    assert_eq!(left.await, [2, 3, 4]);
}

/// Asked for by its user, or made by somebody.
pub async fn a_note_of_a_password_names_the_link_that_set_it(backend: &dyn Backend) {
    let store = backend.store();
    let links = [
        UsedLink::AskedFor,
        UsedLink::MadeBy(ChangedBy::User(user(9).1)),
        UsedLink::MadeBy(ChangedBy::Operator),
    ];
    for link in links.clone() {
        let change = CredentialChange::PasswordSet {
            user: user(1).1,
            link: Some(link),
        };
        let note = ChangeNote {
            change,
            ..note(user(1))
        };
        let set = store.change_password(user(1), password("$argon2"), note);
        let _ = set.await.unwrap();
    }

    let notes = backend.another_node().notes(at(0)).await.unwrap();

    let found = notes.into_iter().map(|note| match note.change {
        CredentialChange::PasswordSet { link, .. } => link.unwrap(),
        other => panic!("{other:?}"),
    });
    assert_eq!(found.collect::<Vec<_>>(), links);
}
