//! A named seat on its way from one person to another.

use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Command, Refusal, UserId};

use crate::failed::Failed;
use crate::viewer::Viewer;

/// A seat on its way.
pub(super) struct Reassigned {
    pub(super) from: UserId,
    pub(super) to: UserId,
    pub(super) product: Product,
    pub(super) still_held: bool,
    /// What the heir had before.
    pub(super) had: Option<License>,
    pub(super) holder: String,
    pub(super) heir: String,
}

impl Reassigned {
    /// The account knows no command for both, so each step is one that can be taken back. Where another seat is free,
    /// the heir gets that one before the holder's is taken, so nothing can be lost; else the holder's is taken first,
    /// and given back where the heir is refused. Whether it worked, or the sentences that say what did not.
    pub(super) async fn hand_over(&self, viewer: &Viewer) -> Result<Result<(), Vec<String>>, Failed> {
        let given = self.set(viewer, self.to, Some(License::Named)).await?;
        match given {
            Ok(()) => {
                if let Err(refusal) = self.set(viewer, self.from, None).await? {
                    return self.take_back(viewer, self.to, self.had, &refusal).await;
                }
                return Ok(Ok(()));
            }
            Err(Refusal::NotEnoughSeats { .. }) => {}
            Err(refusal) => return Ok(Err(vec![refusal.to_string()])),
        }
        if let Err(refusal) = self.set(viewer, self.from, None).await? {
            return Ok(Err(vec![refusal.to_string()]));
        }
        match self.set(viewer, self.to, Some(License::Named)).await? {
            Ok(()) => Ok(Ok(())),
            Err(refusal) => {
                let named = Some(License::Named);
                self.take_back(viewer, self.from, named, &refusal).await
            }
        }
    }

    /// Undoes the first step, and says why the second was refused.
    async fn take_back(
        &self,
        viewer: &Viewer,
        user: UserId,
        license: Option<License>,
        why: &Refusal,
    ) -> Result<Result<(), Vec<String>>, Failed> {
        let mut sentences = vec![why.to_string()];
        if let Err(refusal) = self.set(viewer, user, license).await? {
            let name = if user == self.from {
                &self.holder
            } else {
                &self.heir
            };
            sentences.push(format!(
                "{name} could not get back the license that they had. {refusal}"
            ));
        }
        Ok(Err(sentences))
    }

    async fn set(
        &self,
        viewer: &Viewer,
        user: UserId,
        license: Option<License>,
    ) -> Result<Result<(), Refusal>, Failed> {
        let command = Command::SetLicense {
            user,
            product: self.product.clone(),
            license,
        };
        viewer.execute(command, |_, _, _| ()).await
    }
}
