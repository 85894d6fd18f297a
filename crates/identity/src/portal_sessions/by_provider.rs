//! Portal sessions of users who signed in with their account's provider.

use usher_domain::{AccountId, Timestamp, UserId};

use super::{PortalSession, PortalSessionId};
use crate::ports::SealedPlace;
use crate::{Identity, IdentityError, Sealer, Secret, SecretDigest};

impl Identity {
    /// Signs in a user whose identity a provider has proved, with these `rights`. The ID token is kept for signing out
    /// there.
    pub async fn begin_portal_session_by_provider(
        &self,
        account: AccountId,
        user: UserId,
        user_agent: &str,
        id_token: &Secret,
        rights: i64,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        self.begin(account, user, user_agent, Some(id_token), rights, now)
            .await
    }

    /// The ID token of the provider that began the session; `None` if it began with a password.
    pub async fn portal_session_id_token(
        &self,
        account: AccountId,
        user: UserId,
        id: PortalSessionId,
    ) -> Result<Option<Secret>, IdentityError> {
        let Some((digest, sealed)) = self.store.id_token((account, user), id).await? else {
            return Ok(None);
        };
        let context = SealedPlace::IdToken(digest).context();
        Ok(Some(self.sealer().open_text(&context, &sealed)?))
    }

    /// Ends everything in an account that began with a password: portal sessions, pending sign-ins, user tokens and
    /// operator sessions of grants, except those of the user `break_glass` and the one session `keep`; and the one-time
    /// links that these users made. Returns how many sessions there were.
    pub async fn end_what_passwords_began(
        &self,
        account: AccountId,
        break_glass: UserId,
        keep: Option<PortalSessionId>,
    ) -> Result<usize, IdentityError> {
        let digests: Vec<SecretDigest> = {
            let sessions = self.cache.portal_sessions();
            let by_password = sessions.by_password(account, break_glass);
            let ended = by_password.filter(|(_, session)| Some(session.id) != keep);
            ended.map(|(digest, _)| *digest).collect()
        };
        let count = digests.len();
        self.change(
            move |store| async move {
                store
                    .end_presence_by_password(account, digests.clone(), break_glass)
                    .await?;
                Ok(digests)
            },
            move |cache, digests| {
                cache.portal_sessions_mut().remove_all(&digests);
                cache.user_tokens_mut().remove_of_others(account, break_glass);
                cache.user_links_mut().remove_made_by_others(account, break_glass);
                cache
                    .operator_grants_mut()
                    .end_sessions_of_others(account, break_glass);
            },
        )
        .await?;
        Ok(count)
    }

    /// The ID token of a session, sealed for the digest that the session is about to get.
    pub(super) async fn reseal_id_token(
        &self,
        session: &PortalSession,
        new: SecretDigest,
    ) -> Result<Option<Vec<u8>>, IdentityError> {
        if !session.by_provider {
            return Ok(None);
        }
        let id_token = self.portal_session_id_token(session.account, session.user, session.id);
        let sealed = id_token.await?.map(|token| seal(self.sealer(), new, &token));
        sealed.transpose()
    }
}

/// Seals an ID token for the session with this digest.
pub(super) fn seal(
    sealer: &Sealer,
    digest: SecretDigest,
    id_token: &Secret,
) -> Result<Vec<u8>, IdentityError> {
    let context = SealedPlace::IdToken(digest).context();
    Ok(sealer.seal(&context, id_token.expose().as_bytes())?)
}
