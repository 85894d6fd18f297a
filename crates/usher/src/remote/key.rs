//! Where the operator key comes from. It is never an argument, because other users of the machine can read those.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::Failure;

/// The variable with the key.
const VARIABLE: &str = "USHER_OPERATOR_KEY";

/// The operator key.
#[derive(Args)]
pub(super) struct OperatorKey {
    /// The file with the operator key [default: the key in `USHER_OPERATOR_KEY`]
    #[arg(long, value_name = "FILE", global = true)]
    operator_key_file: Option<PathBuf>,
    #[arg(skip = std::env::var(VARIABLE).ok())]
    operator_key: Option<String>,
}

impl OperatorKey {
    /// The key; `None` if none is named.
    pub(super) fn read(&self) -> Result<Option<String>, Failure> {
        if let Some(file) = &self.operator_key_file {
            return read_file(file).map(Some);
        }
        let key = self.operator_key.as_deref().map(str::trim).unwrap_or_default();
        match key {
            "" => Ok(None),
            key if is_key(key) => Ok(Some(key.to_owned())),
            _ => Err(no_key(format_args!("What is in `{VARIABLE}`"))),
        }
    }
}

/// Without the key.
impl std::fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OperatorKey")
            .field("operator_key_file", &self.operator_key_file)
            .finish_non_exhaustive()
    }
}

fn read_file(file: &Path) -> Result<String, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file);
    let text = text
        .map_err(|error| Failure::because(format_args!("Cannot read the operator key in {name}"), &error))?;
    match text.trim() {
        key if is_key(key) => Ok(key.to_owned()),
        _ => Err(no_key(format_args!("What is in {name}"))),
    }
}

/// Whether a text can be a key: otherwise it cannot be sent.
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn no_key(what: std::fmt::Arguments<'_>) -> Failure {
    Failure::said(format!(
        "{what} is not an operator key. A key is one line of visible ASCII characters, such as `usher_op_…`."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_before_the_variable_and_has_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            Some(file)
        };
        let read = |file: Option<PathBuf>, variable: &str| {
            let key = OperatorKey {
                operator_key_file: file,
                operator_key: Some(variable.to_owned()),
            };
            key.read().map_err(|failure| failure.to_string())
        };

        assert_eq!(
            read(file("key", "usher_op_1\n"), "other"),
            Ok(Some("usher_op_1".to_owned()))
        );
        assert_eq!(read(None, " other "), Ok(Some("other".to_owned())));
        assert_eq!(read(None, ""), Ok(None));
        for text in ["", "\n", "two words", "two\nlines", "schlüssel"] {
            let failure = read(file("wrong", text), "other").unwrap_err();
            assert!(failure.contains("wrong is not an operator key"), "{failure}");
        }
        let missing = read(Some(folder.path().join("missing")), "other").unwrap_err();
        assert!(
            missing.starts_with("Cannot read the operator key in "),
            "{missing}"
        );
        assert!(
            read(None, "two words")
                .unwrap_err()
                .contains("`USHER_OPERATOR_KEY`")
        );
    }

    #[test]
    fn debugging_output_does_not_have_the_key() {
        let key = OperatorKey {
            operator_key_file: None,
            operator_key: Some("usher_op_secret".to_owned()),
        };

        assert!(!format!("{key:?}").contains("secret"));
    }
}
