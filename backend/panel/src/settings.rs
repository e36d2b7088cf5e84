//! What the participant has chosen: kept in the history, checked before it is.

use brownout_core::{
    name::{LONGEST_NAME, nameless, unseen},
    setup::{ChangeSettings, EDITORS, Editor, NAMELESS},
};
use brownout_store::{Store, StoreError};

/// Letters of the longest command line.
const LONGEST_COMMAND: usize = 500;

/// Names under which the history keeps them.
const NAME: &str = "name";
const EDITOR: &str = "editor";

/// Why a choice cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// The name is empty, too long, or holds what cannot be seen.
    #[error("a name has 1 to {LONGEST_NAME} letters that can be seen; this one {why}")]
    Name {
        /// What is wrong with it.
        why: String,
    },
    /// There is no editor of this kind.
    #[error("there is no editor `{kind}`; choose {}, `command` or `none`", presets())]
    Kind {
        /// What was asked for.
        kind: String,
    },
    /// The command line cannot be used.
    #[error("the editor's command {why}; for example: code -g {{path}}:{{line}}")]
    Command {
        /// What is wrong with it.
        why: String,
    },
}

fn presets() -> String {
    EDITORS.map(|(kind, ..)| format!("`{kind}`")).join(", ")
}

/// What the participant is called.
///
/// # Errors
/// When the history cannot be read.
pub async fn name(store: &Store) -> Result<String, StoreError> {
    Ok(store.setting(NAME).await?.unwrap_or_else(|| NAMELESS.to_owned()))
}

/// What the participant is called where others read it: whoever has given no name is not "You" to them.
///
/// # Errors
/// When the history cannot be read.
pub async fn name_for_others(store: &Store, participant: &str) -> Result<String, StoreError> {
    Ok(store.setting(NAME).await?.unwrap_or_else(|| nameless(participant)))
}

/// How edit points are opened.
///
/// # Errors
/// When the history cannot be read.
pub async fn editor(store: &Store) -> Result<Editor, StoreError> {
    Ok(store.setting(EDITOR).await?.unwrap_or_default())
}

/// Keeps what was checked.
///
/// # Errors
/// When the history cannot be written.
pub async fn keep(store: &Store, change: &ChangeSettings) -> Result<(), StoreError> {
    if let Some(name) = &change.name {
        store.set_setting(NAME, name).await?;
    }
    if let Some(editor) = &change.editor {
        store.set_setting(EDITOR, editor).await?;
    }
    Ok(())
}

/// Keeps the name that somebody gave elsewhere, if none was chosen here.
///
/// # Errors
/// When the history cannot be read or written.
pub(crate) async fn keep_first_name(store: &Store, name: &str) -> Result<(), StoreError> {
    match store.setting::<String>(NAME).await? {
        Some(_) => Ok(()),
        None => store.set_setting(NAME, &name).await,
    }
}

/// The change as it is kept: without spaces around it.
///
/// # Errors
/// The first choice that cannot be taken.
pub fn checked(change: ChangeSettings) -> Result<ChangeSettings, ChoiceError> {
    Ok(ChangeSettings {
        name: change.name.map(|name| checked_name(name.trim())).transpose()?,
        editor: change.editor.map(checked_editor).transpose()?,
    })
}

/// A name as it is kept.
///
/// # Errors
/// When it is empty, too long, or holds what cannot be seen.
pub(crate) fn checked_name(name: &str) -> Result<String, ChoiceError> {
    let letters = name.chars().count();
    let why = match letters {
        0 => "is empty".to_owned(),
        _ if letters > LONGEST_NAME => format!("has {letters}"),
        _ if name.chars().any(unseen) => "holds a control character".to_owned(),
        _ => return Ok(name.to_owned()),
    };
    Err(ChoiceError::Name { why })
}

fn checked_editor(editor: Editor) -> Result<Editor, ChoiceError> {
    let Editor { kind, command } = editor;
    match kind.as_str() {
        "none" => {}
        "command" => return Ok(Editor { command: checked_command(command.trim())?, kind }),
        known if EDITORS.iter().any(|(kind, ..)| *kind == known) => {}
        _ => return Err(ChoiceError::Kind { kind: kind.chars().take(40).collect() }),
    }
    Ok(Editor { kind, command: String::new() })
}

fn checked_command(command: &str) -> Result<String, ChoiceError> {
    let wrong = |why: String| Err(ChoiceError::Command { why });
    if command.is_empty() {
        return wrong("is empty".to_owned());
    }
    if command.chars().count() > LONGEST_COMMAND {
        return wrong(format!("is longer than {LONGEST_COMMAND} letters"));
    }
    if command.chars().any(char::is_control) {
        return wrong("holds a control character".to_owned());
    }
    match shell_words::split(command) {
        Err(error) => wrong(format!("cannot be split into arguments ({error})")),
        Ok(words) if words.first().is_none_or(|program| program.is_empty() || program.contains("{path}")) => {
            wrong("does not begin with a program".to_owned())
        }
        Ok(words) if !words.iter().any(|word| word.contains("{path}")) => wrong("does not hold {path}".to_owned()),
        Ok(_) => Ok(command.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: Option<&str>, editor: Option<(&str, &str)>) -> Option<String> {
        let editor = editor.map(|(kind, command)| Editor { kind: kind.into(), command: command.into() });
        checked(ChangeSettings { name: name.map(str::to_owned), editor }).err().map(|error| error.to_string())
    }

    #[test]
    fn choices_are_taken_or_refused_with_what_would_do() {
        let forty = "ä".repeat(40);
        for name in ["Ada", " Ada Lovelace ", forty.as_str(), "李", "👩‍💻"] {
            assert_eq!(refusal(Some(name), None), None, "{name}");
        }
        for (name, says) in [
            ("", "is empty"),
            (" ", "is empty"),
            (&"a".repeat(41), "has 41"),
            ("a\nb", "control"),
            ("a\u{202e}b", "control"),
        ] {
            let error = refusal(Some(name), None).expect("refused");
            assert!(error.contains(says) && error.contains("1 to 40"), "{name}: {error}");
        }
        for editor in
            [("vscode", ""), ("none", "{"), ("command", "code -g {path}:{line}"), ("command", "'my ed' {path}")]
        {
            assert_eq!(refusal(None, Some(editor)), None, "{editor:?}");
        }
        for (editor, says) in [
            (("emacs", ""), "`vscode`, `cursor`, `zed`, `idea`, `command` or `none`"),
            (("command", ""), "is empty"),
            (("command", "code -g"), "does not hold {path}"),
            (("command", "{path}"), "does not begin with a program"),
            (("command", "code '{path}"), "cannot be split"),
        ] {
            let error = refusal(None, Some(editor)).expect("refused");
            assert!(error.contains(says), "{editor:?}: {error}");
        }
    }
}
