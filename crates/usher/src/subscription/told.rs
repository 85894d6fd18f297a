//! What `usher subscription set` says about a change.

use usher_client::{AccountDetails, Subscription};

use super::{Changed, Seats, plan};
use crate::terminal::table;
use crate::words::{grouped, plural};
use crate::{Failure, Terminal};

/// Says what was changed, from what to what.
pub(super) fn tell(
    account: &AccountDetails,
    changed: &Changed,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let out = terminal.out();
    let AccountDetails { id, name, .. } = account;
    let rows = differences(changed);
    if rows.is_empty() {
        writeln!(
            out,
            "Nothing changed: {name} ({id}) already has this subscription."
        )?;
        return Ok(());
    }
    let mut table = table(["", "Before", "After"]);
    for row in rows {
        table.add_row(row);
    }
    writeln!(out, "Subscription of {name} ({id}) changed:\n")?;
    writeln!(out, "{}", table.trim_fmt())?;
    for (product, seats) in &changed.after.products {
        if seats.shared_unallocated > 0 {
            let left = plural(
                seats.shared_unallocated.into(),
                "shared seat is",
                "shared seats are",
            );
            writeln!(
                out,
                "\n{product}: {left} in no pool. Owners and admins of the account give pools more seats."
            )?;
        }
    }
    Ok(())
}

/// A row for the plan and each number of seats that differs: what it is, before, after.
pub(super) fn differences(changed: &Changed) -> Vec<[String; 3]> {
    let Changed { before, after } = changed;
    let mut rows = vec![["Plan".to_owned(), plan(before).to_owned(), plan(after).to_owned()]];
    let seats_of = |subscription: &Subscription, product: &str| {
        let bought = subscription.products.get(product);
        bought.map(Seats::of).unwrap_or_default()
    };
    let mut products: Vec<_> = before.products.keys().chain(after.products.keys()).collect();
    products.sort();
    products.dedup();
    for product in products {
        let (old, new) = (seats_of(before, product), seats_of(after, product));
        let row = |kind: &str, old: u32, new: u32| {
            [
                format!("{product}, {kind} seats"),
                grouped(old.into()),
                grouped(new.into()),
            ]
        };
        rows.push(row("named", old.named_seats, new.named_seats));
        rows.push(row("shared", old.shared_seats, new.shared_seats));
    }
    rows.retain(|[_, old, new]| old != new);
    rows
}
