//! What whoever starts the server is told.

use std::path::Path;

use tokio::net::TcpListener;
use usher_journal::{AccountFilter, PageRequest, Records};

use super::store::{FirstKey, Store};
use crate::terminal::{bold, dim};
use crate::{Failure, Terminal};

pub(super) fn greet(
    listener: &TcpListener,
    scheme: &str,
    store: &Store,
    key: Option<&FirstKey>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let url = format!("{scheme}://{address}");
    let out = terminal.out();
    writeln!(out, "Usher listens on {}", bold(&url))?;
    match store.directory.as_deref().map(Path::display) {
        Some(directory) => writeln!(out, "The data is in {directory}")?,
        None => writeln!(
            out,
            "This is a sandbox: everything is in memory, and the clock stands until it is moved."
        )?,
    }
    if let Some(file) = store.made_key.as_deref().map(Path::display) {
        writeln!(
            out,
            "Secrets in the data are sealed with the new key in {file}. Keep a copy of it apart from backups of the data: \
             neither is of use without the other."
        )?;
    }
    match key {
        Some(FirstKey::Shown(key)) => {
            writeln!(out, "\nOperator key: {}", bold(key.expose()))?;
            writeln!(out, "{}", dim("Keep it well: it is shown only this once."))?;
        }
        Some(FirstKey::Kept(file)) => writeln!(
            out,
            "\nThe operator key is in {}, which its owner alone can read. Move it to where you keep secrets.",
            file.display()
        )?,
        None => {}
    }
    out.flush()?;
    tracing::info!(%address, "serving");
    Ok(())
}

/// Shows where to sign in, or the link to the page that sets the first account up, as long as there is none.
pub(super) async fn show_way_in(store: &Store, url: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    let one = PageRequest::new(1, None);
    let accounts = store.journal.list_accounts(AccountFilter::default(), one).await;
    let accounts = accounts.map_err(|error| Failure::because("The server could not start", &error))?;
    let cannot = |error| Failure::because("The set-up link cannot be made", &error);
    let out = terminal.out();
    if !accounts.items.is_empty() {
        store.identity.remove_setup_link().await.map_err(cannot)?;
        writeln!(out, "Sign in at {}", bold(format!("{url}/sign-in")))?;
        out.flush()?;
        return Ok(());
    }
    let link = store.identity.create_setup_link().await.map_err(cannot)?;
    let link = format!("{url}/setup/{}", link.expose());
    writeln!(out, "\nSet up the first account: {}", bold(&link))?;
    writeln!(
        out,
        "{}",
        dim(
            "Open it in a browser. The link works once; later starts show another as long as there is no account."
        )
    )?;
    out.flush()?;
    Ok(())
}
