//! What this machine has and lacks, and what the participant has chosen: wire types of the Setup page.

use serde::{Deserialize, Serialize};

/// All checks in one pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preflight {
    /// What was looked at, in the order in which a person would.
    pub checks: Vec<Check>,
    /// Which stacks can run here.
    pub stacks: Vec<StackAbility>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    /// A word for programs, e.g. `cargo`, `port-8080`.
    pub name: String,
    /// A word or two for people, e.g. `Rust compiler`.
    pub title: String,
    /// How it stands.
    pub state: CheckState,
    /// What was found, with its value, e.g. `cargo 1.95.0`.
    pub says: String,
    /// A command to copy, where one mends it on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Stacks that cannot run without it: `local`, `k3d`.
    pub needed_for: Vec<String>,
}

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// It will do, but not well.
    Warning,
    /// What needs it cannot run.
    Missing,
}

/// Whether a stack can run here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackAbility {
    /// `local` or `k3d`.
    pub kind: String,
    /// Whether it can.
    pub can_run: bool,
    /// Why not, or what it uses, in a sentence.
    pub says: String,
}

/// What the participant is called until a name is given.
pub const NAMELESS: &str = "You";

/// What the participant has chosen, and where things are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// What the participant is called.
    pub name: String,
    /// How edit points are opened.
    pub editor: Editor,
    /// Where history, logs and builds are.
    pub data_dir: String,
    /// The repository.
    pub root: String,
    /// Address of this panel.
    pub panel: String,
    /// Address of the lab's API.
    pub api: String,
    /// Address of the lab's worker.
    pub worker: String,
}

/// How files are opened at a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Editor {
    /// A preset (`vscode`, `cursor`, `zed`, `idea`), `command` or `none`.
    pub kind: String,
    /// With `command`: a command line in which `{path}` and `{line}` are replaced, e.g. `code -g {path}:{line}`.
    #[serde(default)]
    pub command: String,
}

impl Default for Editor {
    fn default() -> Self {
        Editor { kind: "none".to_owned(), command: String::new() }
    }
}

/// A part of [`Settings`] to change; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeSettings {
    /// What the participant wants to be called, 1 to 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How edit points are opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editor: Option<Editor>,
}

/// Body of `POST /api/v1/editor`: a file that the panel opens with the participant's command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenFile {
    /// Path relative to the repository.
    pub file: String,
    /// Line, from 1.
    #[serde(default = "first_line")]
    pub line: u32,
}

fn first_line() -> u32 {
    1
}

/// Name, what it is called, and the URL of an editor that the browser opens; `{path}` and `{line}` are replaced.
pub const EDITORS: [(&str, &str, &str); 4] = [
    ("vscode", "VS Code", "vscode://file/{path}:{line}"),
    ("cursor", "Cursor", "cursor://file/{path}:{line}"),
    ("zed", "Zed", "zed://file/{path}:{line}"),
    ("idea", "IntelliJ IDEA", "idea://open?file={path}&line={line}"),
];

impl Editor {
    /// The URL that opens a file at a line; `None` when the panel or nobody opens it.
    pub fn url(&self, path: &str, line: u32) -> Option<String> {
        let (_, _, url) = EDITORS.iter().find(|(kind, ..)| *kind == self.kind)?;
        let path: String = path.bytes().map(encoded).collect();
        let path = if url.contains("file/{path}") { path.trim_start_matches('/').to_owned() } else { path };
        Some(url.replace("{path}", &path).replace("{line}", &line.to_string()))
    }
}

/// Percent-encoding of all that has no place in the path of a URL (RFC 3986, 3.3).
fn encoded(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_opened_by_its_url() {
        let url = |kind: &str| Editor { kind: kind.into(), command: String::new() }.url("/home/a b/x.rs", 7);
        assert_eq!(url("vscode").as_deref(), Some("vscode://file/home/a%20b/x.rs:7"));
        assert_eq!(url("idea").as_deref(), Some("idea://open?file=/home/a%20b/x.rs&line=7"));
        assert_eq!(url("none"), None);
    }
}
