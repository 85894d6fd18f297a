//! The account of a help desk, as commands or as a state. Everything has a short name, from which its id follows.

mod commands;
pub(crate) mod help_desk;
mod ids;
mod licenses;
mod presence;
mod users;

pub use self::commands::*;
pub use self::help_desk::HelpDesk;
pub use self::ids::*;
pub use self::licenses::*;
pub use self::presence::*;
pub use self::users::{NewUser, address, new_user, profile};
