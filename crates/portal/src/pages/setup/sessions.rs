//! Whose sessions everybody sees and ends (R5), as the first run asks.

use usher_domain::permission::SessionPermissions;

use crate::form::Form;

/// An answer.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    sees: bool,
    ends: bool,
}

/// The answers; the first one is proposed.
pub(super) const SESSIONS: [Choice; 3] = [
    Choice {
        word: "see",
        label: "Everybody’s",
        hint: "They see who works in what, and end only their own.",
        sees: true,
        ends: false,
    },
    Choice {
        word: "end",
        label: "Everybody’s, and they can end them",
        hint: "When somebody ends a session of another, both sides are told by whom.",
        sees: true,
        ends: true,
    },
    Choice {
        word: "own",
        label: "Only their own",
        hint: "Owners, admins, and managers of seats still see and end all.",
        sees: false,
        ends: false,
    },
];

/// The permissions in a form. A form without an answer, such as that of a program, leaves everybody their own.
pub(super) fn read(form: &mut Form) -> Option<SessionPermissions> {
    let own = SessionPermissions::default();
    let word = form.value("sessions");
    if word.is_empty() {
        return Some(own);
    }
    let found = SESSIONS.iter().find(|choice| choice.word == word);
    if found.is_none() {
        form.wrong("sessions", "Choose one of these.");
    }
    found.map(|choice| SessionPermissions {
        view_account: choice.sees,
        control_account: choice.ends,
        ..own
    })
}
