//! Checks the texts for people in a command. Stored texts stay as they are.

use alloc::string::ToString;

use crate::account::Account;
use crate::command::{
    AccountCommand, ApiKeyCommand, Command, GroupCommand, OneOrMore, PoolCommand, SeatRequestCommand,
    SessionCommand, SignInCommand, TeamCommand, UserCommand, UserPatch,
};
use crate::directory::DirectoryEntry;
use crate::event::Profile;
use crate::hidden::Hidden;
use crate::id::SignInId;
use crate::personal::Personal;
use crate::presence::{Customer, Device};
use crate::refusal::Refusal;
use crate::user::User;

/// Refuses a command with a text that contains an invisible or direction-changing character, and says which and where.
pub(super) fn check(account: &Account, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Account(command) => match command {
            AccountCommand::Create { name, .. } => visible("name", name.as_str()),
            AccountCommand::Change { name, .. } => optional("name", name.as_ref()),
            AccountCommand::AnswerRequest { note, .. } => optional("note", note.as_ref()),
            AccountCommand::Delete
            // These two check their texts when they are decided.
            | AccountCommand::SetSubscription(_)
            | AccountCommand::AddMinutes(_)
            | AccountCommand::RemoveRequest { .. }
            | AccountCommand::ChooseGiveBack { .. }
            | AccountCommand::SetManagement { .. } => Ok(()),
            AccountCommand::ChangeSettings { change } => {
                let mut names = change.product_names.iter().flat_map(|names| names.values());
                names.try_for_each(|name| visible("product_names", name.as_str()))
            }
        },
        Command::ApiKey(command) => match command {
            ApiKeyCommand::Create { name, .. } => visible("name", name.as_str()),
            ApiKeyCommand::Rotate { .. } | ApiKeyCommand::Revoke { .. } => Ok(()),
        },
        Command::User(command) => check_user(account, command),
        Command::Pool(command) => match command {
            PoolCommand::Create { name, .. } => visible("name", name.as_str()),
            PoolCommand::Change { change, .. } => optional("name", change.name.as_ref()),
            PoolCommand::MoveSeats { .. } | PoolCommand::Delete { .. } => Ok(()),
        },
        Command::Team(command) => match command {
            TeamCommand::Create { name, .. } => visible("name", name.as_str()),
            TeamCommand::Change { name, .. } => optional("name", name.as_ref()),
            TeamCommand::Delete { .. } => Ok(()),
        },
        Command::Group(command) => match command {
            GroupCommand::Create { name, .. } => visible("name", name.as_str()),
            GroupCommand::Change { name, .. } => optional("name", name.as_ref()),
            GroupCommand::Delete { .. } | GroupCommand::Map { .. } | GroupCommand::SetUserGroups { .. } => {
                Ok(())
            }
        },
        Command::SignIn(command) => match command {
            SignInCommand::SignOut { note, .. } => optional("reason", note.as_ref()),
            // Commands with an outcome of their own check their texts when they are decided.
            SignInCommand::SignIn(_) | SignInCommand::Heartbeat(_) | SignInCommand::LockSeat { .. } => Ok(()),
        },
        Command::Session(command) => match command {
            SessionCommand::Connect { customer, .. } => check_customer(customer.as_ref()),
            SessionCommand::End { note, .. } => optional("reason", note.as_ref()),
            SessionCommand::Start(_) | SessionCommand::Pause { .. } | SessionCommand::Resume(_) => Ok(()),
        },
        Command::SeatRequest(command) => match command {
            SeatRequestCommand::Send { note, .. } => visible("note", note.as_str()),
            SeatRequestCommand::Decline { note, .. } => optional("note", note.as_ref()),
            SeatRequestCommand::Withdraw { .. } | SeatRequestCommand::Grant { .. } => Ok(()),
        },
        Command::License(_) | Command::Credential(_) | Command::Ticket(_) => Ok(()),
    }
}

/// Refuses such a text among a sign-in's devices.
pub(super) fn check_devices(devices: &OneOrMore<(SignInId, Device)>) -> Result<(), Refusal> {
    let mut devices = devices.iter();
    devices.try_for_each(|(_, device)| visible("device.name", device.name.reveal().as_str()))
}

/// Refuses such a text in the name of a customer.
pub(super) fn check_customer(customer: Option<&Customer>) -> Result<(), Refusal> {
    optional("customer.name", customer.map(|customer| customer.name.reveal()))
}

fn check_user(account: &Account, command: &UserCommand) -> Result<(), Refusal> {
    match command {
        UserCommand::Create {
            profile, directory, ..
        } => {
            check_profile(profile)?;
            check_entry(directory.as_ref(), None)
        }
        UserCommand::Admit {
            profile, directory, ..
        } => {
            check_profile(profile)?;
            check_entry(Some(directory), None)
        }
        UserCommand::Change { id, change } => check_change(change, account.users.get(id)),
        UserCommand::Delete { .. } => Ok(()),
    }
}

/// Refuses a text that contains such a character.
pub(crate) fn visible(field: &'static str, text: &str) -> Result<(), Refusal> {
    match Hidden::find(text) {
        Some(hidden) => Err(Refusal::Invalid {
            field,
            expected: hidden.to_string(),
        }),
        None => Ok(()),
    }
}

pub(super) fn optional(field: &'static str, text: Option<&impl ToString>) -> Result<(), Refusal> {
    text.map_or(Ok(()), |text| visible(field, &text.to_string()))
}

fn check_profile(profile: &Profile) -> Result<(), Refusal> {
    visible("name", profile.name.reveal().as_str())?;
    visible("email", profile.email.reveal().as_str())
}

/// A change may repeat a text that was stored before this rule existed.
fn check_change(change: &UserPatch, user: Option<&User>) -> Result<(), Refusal> {
    let profile = user.map(|user| &user.profile);
    let name = change.name.as_ref();
    let email = change.email.as_ref();
    optional(
        "name",
        name.filter(|name| profile.is_none_or(|before| before.name != **name)),
    )?;
    optional(
        "email",
        email.filter(|email| profile.is_none_or(|before| before.email != **email)),
    )?;
    let entry = change.directory.as_ref().and_then(Option::as_ref);
    check_entry(entry, user.and_then(|user| user.directory.as_ref()))
}

fn check_entry(entry: Option<&DirectoryEntry>, before: Option<&DirectoryEntry>) -> Result<(), Refusal> {
    let Some(entry) = entry else { return Ok(()) };
    if before.is_none_or(|before| before.user_name != entry.user_name) {
        visible("user_name", entry.user_name.reveal().as_str())?;
    }
    for (field, text, before) in [
        (
            "given_name",
            &entry.given_name,
            before.and_then(|before| before.given_name.as_ref()),
        ),
        (
            "family_name",
            &entry.family_name,
            before.and_then(|before| before.family_name.as_ref()),
        ),
    ] {
        if text.as_ref() != before {
            optional(field, text.as_ref().map(Personal::reveal))?;
        }
    }
    Ok(())
}
