//! The output at the start of a server.

use std::path::Path;

use tokio::net::TcpListener;
use usher_app::FirstRun;

use super::mails::Mails;
use super::store::{FirstKey, Store};
use crate::terminal::{bold, dim};
use crate::{Failure, Terminal};

pub(super) fn greet(
    listener: &TcpListener,
    scheme: &str,
    store: &Store,
    mails: &Mails,
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
            "This is a sandbox: everything is in memory, and the clock does not run until you move it."
        )?,
    }
    let mails = mails.line(store.directory.is_none());
    if !mails.is_empty() {
        writeln!(out, "{mails}")?;
    }
    if let Some(file) = store.made_key.as_deref().map(Path::display) {
        writeln!(
            out,
            "Secrets in the data are sealed with the new key in {file}. Keep a copy of it apart from backups of the \
             data: neither is of use without the other."
        )?;
    }
    match key {
        Some(FirstKey::Shown(key)) => {
            writeln!(out, "\nOperator key: {}", bold(key.expose()))?;
            writeln!(out, "{}", dim("Store it safely: it is shown only once."))?;
        }
        Some(FirstKey::Kept(file)) => writeln!(
            out,
            "\nThe operator key is in {}, which only its owner can read. Move it to where you keep secrets.",
            file.display()
        )?,
        None => {}
    }
    out.flush()?;
    tracing::info!(%address, "serving");
    Ok(())
}

/// Prints where to sign in, or, as long as there is no account that somebody can enter, the link to the page that creates
/// the first one.
pub(super) async fn show_way_in(store: &Store, url: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    let first_run = FirstRun::of(&store.journal).await;
    let first_run = first_run.map_err(|error| Failure::because("The server could not start", &error))?;
    let cannot = |error| Failure::because("The setup link cannot be created", &error);
    let out = terminal.out();
    if first_run == FirstRun::Over {
        store.identity.remove_setup_link().await.map_err(cannot)?;
        writeln!(out, "Sign in at {}", bold(format!("{url}/sign-in")))?;
        out.flush()?;
        return Ok(());
    }
    let link = store.identity.create_setup_link().await.map_err(cannot)?;
    let link = format!("{url}/setup/{}", link.expose());
    writeln!(out, "\nCreate the first account: {}", bold(&link))?;
    writeln!(
        out,
        "{}",
        dim(
            "Open it in a browser. The link works once; until there is an account, each start prints a new one."
        )
    )?;
    out.flush()?;
    Ok(())
}
