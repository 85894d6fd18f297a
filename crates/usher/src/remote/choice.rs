//! Finding the account that a name means.

use usher_client::AccountDetails;
use usher_domain::text::Name;

use super::Server;
use crate::Failure;
use crate::words::time;

/// The most accounts that are suggested.
const SUGGESTED_MAX: usize = 10;

/// The account with this name: as it is written, or else ignoring case.
pub(super) async fn named(server: &Server, typed: &str) -> Result<AccountDetails, Failure> {
    let name = typed
        .parse::<Name>()
        .map_err(|invalid| Failure::Usage(format!("`{typed}` is neither an account's id nor {invalid}.")))?;
    let found = server.accounts(&[("q", name.as_str())]).await?;
    choose(&name, found).map_err(Failure::Said)
}

/// Chooses among the accounts whose names contain the name.
fn choose(name: &Name, mut found: Vec<AccountDetails>) -> Result<AccountDetails, String> {
    let folded = name.as_str().to_lowercase();
    let exact = |account: &AccountDetails| account.name == name.as_str();
    let similar = |account: &AccountDetails| account.name.to_lowercase() == folded;
    let meant: Vec<usize> = match places(&found, exact) {
        exact if exact.is_empty() => places(&found, similar),
        exact => exact,
    };
    match meant.as_slice() {
        [one] => Ok(found.swap_remove(*one)),
        [] if found.is_empty() => Err(format!(
            "There is no account named `{name}`. `usher account list` shows all accounts."
        )),
        [] => Err(format!(
            "There is no account named `{name}`. Did you mean {}? Give the whole name or the id.",
            listed(
                found
                    .iter()
                    .map(|account| format!("`{}` ({})", account.name, account.id)),
                " or "
            )
        )),
        several => Err(format!(
            "{} accounts are named `{name}`: {}. Give the id of the one you mean.",
            several.len(),
            listed(
                several.iter().map(|place| {
                    let account = &found[*place];
                    format!("{} (created {})", account.id, time(&account.created_at))
                }),
                " and ",
            )
        )),
    }
}

fn places(accounts: &[AccountDetails], is_meant: impl Fn(&AccountDetails) -> bool) -> Vec<usize> {
    let places = accounts.iter().enumerate();
    places
        .filter(|(_, account)| is_meant(account))
        .map(|(place, _)| place)
        .collect()
}

/// The first of the items, with `last` before the last one, or the number of further ones.
fn listed(items: impl ExactSizeIterator<Item = String>, last: &str) -> String {
    let more = items.len().saturating_sub(SUGGESTED_MAX);
    let mut shown: Vec<String> = items.take(SUGGESTED_MAX).collect();
    if more > 0 {
        return format!("{}{last}{more} more", shown.join(", "));
    }
    match shown.pop() {
        Some(only) if shown.is_empty() => only,
        Some(end) => format!("{}{last}{end}", shown.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str, name: &str) -> AccountDetails {
        AccountDetails {
            id: id.to_owned(),
            name: name.to_owned(),
            external_id: None,
            created_at: "2026-11-29T12:00:00Z".to_owned(),
            more: serde_json::Map::new(),
        }
    }

    /// The id of the account that is chosen, or the sentence.
    fn chosen(name: &str, found: &[(&str, &str)]) -> String {
        let found = found.iter().map(|(id, name)| account(id, name)).collect();
        choose(&name.parse().unwrap(), found).map_or_else(|sentence| sentence, |account| account.id)
    }

    #[test]
    fn a_name_means_the_account_that_has_exactly_it() {
        let found = [
            ("acct_1", "Contoso Support"),
            ("acct_2", "contoso"),
            ("acct_3", "Contoso"),
        ];

        assert_eq!(chosen("Contoso", &found), "acct_3");
        assert_eq!(chosen("contoso", &found), "acct_2");
        assert_eq!(chosen("CONTOSO SUPPORT", &found), "acct_1");
    }

    #[test]
    fn a_name_of_several_accounts_is_answered_with_their_ids() {
        let found = [
            ("acct_1", "Contoso"),
            ("acct_2", "Contoso"),
            ("acct_3", "Contoso Support"),
        ];

        let sentence = chosen("Contoso", &found);

        assert_eq!(
            sentence,
            "2 accounts are named `Contoso`: acct_1 (created 2026-11-29 12:00:00Z) and acct_2 (created 2026-11-29 \
             12:00:00Z). Give the id of the one you mean."
        );
        assert!(chosen("contoso", &found).starts_with("2 accounts are named"));
    }

    #[test]
    fn a_part_of_a_name_chooses_nothing_and_suggests_what_contains_it() {
        let found = [("acct_1", "Contoso Support"), ("acct_2", "Contoso Sales")];

        assert_eq!(
            chosen("Contoso", &found),
            "There is no account named `Contoso`. Did you mean `Contoso Support` (acct_1) or `Contoso Sales` \
             (acct_2)? Give the whole name or the id."
        );
        assert_eq!(
            chosen("Contoso", &[]),
            "There is no account named `Contoso`. `usher account list` shows all accounts."
        );
    }

    #[test]
    fn few_accounts_are_suggested_and_the_others_counted() {
        let names: Vec<String> = (1..=30).map(|number| format!("Contoso {number}")).collect();
        let found: Vec<(&str, &str)> = names.iter().map(|name| ("acct_1", name.as_str())).collect();

        let sentence = chosen("Contoso", &found);

        assert!(
            sentence.contains("`Contoso 10` (acct_1) or 20 more?"),
            "{sentence}"
        );
        assert!(!sentence.contains("Contoso 11"), "{sentence}");
    }
}
