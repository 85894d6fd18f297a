//! The demo's output at the terminal.

use std::io::{self, Write};

use usher_cli::{bold, dim};

use super::accounts::{DemoAccount, PASSWORD};
use super::agents::Story;

/// Prints the addresses and logins, and how to use the server from another terminal.
pub(super) fn welcome(
    out: &mut dyn Write,
    url: &str,
    operator_key: &str,
    accounts: &[DemoAccount],
) -> io::Result<()> {
    writeln!(
        out,
        "Open {} and sign in as one of these users; the password is always {}\n",
        bold(format!("{url}/sign-in")),
        bold(PASSWORD)
    )?;
    for demo in accounts {
        writeln!(out, "{} – {}", bold(demo.name), demo.about)?;
        writeln!(out, "  owner  {}", demo.owner)?;
        if let Some(agent) = demo.agents.first() {
            writeln!(out, "  agent  {} ({})", agent.email, agent.name)?;
        }
        writeln!(out, "  pages  {url}/a/{}", demo.account.id())?;
    }
    writeln!(
        out,
        "\nThe vendor's pages are at {url}/operator, the API's documentation is at {url}/docs. Operator key: {operator_key}"
    )?;
    if let Some(first) = accounts.first() {
        let path = format!("{url}/v1/accounts/{}/usage", first.account.id());
        writeln!(out, "To see who has which seat, from another terminal:")?;
        writeln!(out, "  curl -H 'Authorization: Bearer {operator_key}' {path}")?;
    }
    writeln!(out, "\n{}\n", dim("Ctrl+C ends the demo. The agents' actions:"))?;
    out.flush()
}

/// Prints one event.
pub(super) fn story(out: &mut dyn Write, story: &Story) -> io::Result<()> {
    writeln!(out, "{:<20} {} {}", story.account, bold(&story.agent), story.what)?;
    out.flush()
}

/// Prints the occupancy of every pool.
pub(super) async fn pools(out: &mut dyn Write, accounts: &[DemoAccount]) -> io::Result<()> {
    writeln!(out)?;
    for demo in accounts {
        // If a request fails, this account is skipped: the next report comes soon.
        let Ok(usage) = demo.account.usage().await else {
            continue;
        };
        for product in &usage.products {
            for pool in &product.pools {
                let taken = usize::try_from(pool.occupied).unwrap_or(0);
                let free = usize::try_from(pool.seats.saturating_sub(pool.occupied)).unwrap_or(0);
                let bar = format!("{}{}", "█".repeat(taken), "░".repeat(free));
                let waiting = if pool.waiting > 0 {
                    format!(", {} wait", pool.waiting)
                } else {
                    String::new()
                };
                let figures = format!("{} of {} seats taken{waiting}", pool.occupied, pool.seats);
                writeln!(out, "{:<20} {:<14} {bar} {figures}", demo.name, pool.name)?;
            }
        }
        if usage.minutes.remaining > 0 {
            writeln!(out, "{:<20} {} minutes left", demo.name, usage.minutes.remaining)?;
        }
    }
    writeln!(out)?;
    out.flush()
}
