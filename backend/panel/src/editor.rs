//! Opens a file of the repository at a line, with the participant's own command.
//!
//! A page asks for it, so two things are checked: the file lies in the repository whatever links lead there, and the
//! command is the participant's alone. No shell reads it.

use std::{
    fs::OpenOptions,
    io,
    path::{Component, Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use brownout_core::setup::{EDITORS, Editor};
use tokio::{process::Command, time::timeout};

/// A command that fails, fails within this time; an editor that stays open goes on.
const FAILS_WITHIN: Duration = Duration::from_millis(400);

/// Editors with a window of their own, with the words that name file and line. A terminal editor would have no terminal.
const GRAPHICAL: [(&str, &str); 23] = [
    ("code", "-g {path}:{line}"),
    ("code-insiders", "-g {path}:{line}"),
    ("codium", "-g {path}:{line}"),
    ("cursor", "-g {path}:{line}"),
    ("windsurf", "-g {path}:{line}"),
    ("zed", "{path}:{line}"),
    ("zeditor", "{path}:{line}"),
    ("subl", "{path}:{line}"),
    ("sublime_text", "{path}:{line}"),
    ("idea", "--line {line} {path}"),
    ("clion", "--line {line} {path}"),
    ("rustrover", "--line {line} {path}"),
    ("gvim", "+{line} {path}"),
    ("mvim", "+{line} {path}"),
    ("gedit", "+{line} {path}"),
    ("gnome-text-editor", "+{line} {path}"),
    ("mousepad", "--line={line} {path}"),
    ("kate", "--line {line} {path}"),
    ("kwrite", "--line {line} {path}"),
    ("xed", "+{line} {path}"),
    ("geany", "+{line} {path}"),
    ("mate", "--line {line} {path}"),
    ("bbedit", "+{line} {path}"),
];

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    /// The file lies elsewhere.
    #[error("`{file}` lies outside the repository; only its files are opened")]
    Outside {
        /// As it was asked for.
        file: String,
    },
    /// There is no such file.
    #[error("there is no file `{file}` in the repository")]
    NoFile {
        /// As it was asked for.
        file: String,
    },
    /// Nobody has said how.
    #[error(
        "no editor is chosen that the panel can start; choose one in Setup, or start the panel with VISUAL set to an editor that has a window, e.g. VISUAL=code"
    )]
    NoCommand,
    /// The browser opens this editor by itself.
    #[error(
        "{title} is opened by the link {link} in the browser; to start a program instead, choose `command` in Setup"
    )]
    ByLink {
        /// What the editor is called.
        title: &'static str,
        /// Its links, as a pattern.
        link: &'static str,
    },
    /// The program cannot be started.
    #[error("`{program}` cannot be started: {source}; change the editor's command in Setup")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program ended at once.
    #[error("`{program}` ended at once with {status}; {log} says why", log = .log.display())]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// Where its words are.
        log: PathBuf,
    },
}

/// The file as the system names it, if it lies in the repository.
///
/// # Errors
/// When it does not, or is none.
pub fn inside(root: &Path, file: &str) -> Result<PathBuf, EditorError> {
    // A path of any length may come in; the answer stays readable.
    let said = || file.chars().take(120).collect::<String>();
    let relative = Path::new(file);
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(EditorError::Outside { file: said() });
    }
    let no_file = |_| EditorError::NoFile { file: said() };
    let root = root.canonicalize().map_err(no_file)?;
    // Follows links: what counts is where they lead.
    let path = root.join(relative).canonicalize().map_err(no_file)?;
    match path {
        path if !path.starts_with(&root) => Err(EditorError::Outside { file: said() }),
        path if !path.is_file() => Err(EditorError::NoFile { file: said() }),
        path => Ok(path),
    }
}

/// Program and arguments that open a file at a line.
///
/// `environment` is what `VISUAL` and `EDITOR` say, in this order.
///
/// # Errors
/// When nobody has said how.
pub fn command(editor: &Editor, environment: &[String], path: &Path, line: u32) -> Result<Vec<String>, EditorError> {
    if let Some((_, title, link)) = EDITORS.iter().find(|(kind, ..)| *kind == editor.kind) {
        return Err(EditorError::ByLink { title, link });
    }
    let words = match editor.kind.as_str() {
        "command" => shell_words::split(&editor.command).ok(),
        _ => environment.iter().find_map(|line| graphical(line)),
    };
    let words = words.filter(|words| !words.is_empty()).ok_or(EditorError::NoCommand)?;
    let (line, path) = (line.max(1).to_string(), path.display().to_string());
    // The path last: it may hold braces itself.
    Ok(words.into_iter().map(|word| word.replace("{line}", &line).replace("{path}", &path)).collect())
}

/// The command line with the words for file and line, if it is of an editor with a window.
fn graphical(line: &str) -> Option<Vec<String>> {
    let mut words = shell_words::split(line).ok()?;
    let program = Path::new(words.first()?).file_name()?.to_str()?;
    let (_, place) = GRAPHICAL.iter().find(|(name, _)| *name == program)?;
    words.extend(place.split(' ').map(str::to_owned));
    Some(words)
}

/// Starts the editor on its own: it outlives the panel, and Ctrl-C in the panel's terminal is not for it. What it says
/// goes to `logs/editor.log` in the data directory.
///
/// # Errors
/// When it cannot be started, or fails at once.
pub async fn launch(words: &[String], data_dir: &Path) -> Result<(), EditorError> {
    let Some((program, arguments)) = words.split_first() else { return Err(EditorError::NoCommand) };
    let logs = data_dir.join("logs");
    let log = logs.join("editor.log");
    let unstarted = |source| EditorError::Start { program: program.clone(), source };
    std::fs::create_dir_all(&logs).map_err(unstarted)?;
    let file = OpenOptions::new().create(true).append(true).open(&log).map_err(unstarted)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).process_group(0);
    let mut child = command.spawn().map_err(unstarted)?;
    tracing::info!(?words, "an editor is opened");
    // A child that is let go of is still reaped by the runtime.
    match timeout(FAILS_WITHIN, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(EditorError::Failed { program: program.clone(), status, log }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_files_inside_the_repository_are_found() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (root, out) = (dir.path().join("repository"), dir.path().join("out"));
        for folder in [&root.join("lab/src"), &out] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        for file in [root.join("lab/src/a b.rs"), out.join("secret")] {
            std::fs::write(file, "").expect("written");
        }
        symlink(out.join("secret"), root.join("lab/link")).expect("linked");
        symlink(&out, root.join("folder")).expect("linked");
        symlink(root.join("lab/src/a b.rs"), root.join("within")).expect("linked");
        let kind = |file: &str| match inside(&root, file) {
            Ok(_) => "found",
            Err(EditorError::Outside { .. }) => "outside",
            Err(_) => "none",
        };
        for (file, expected) in [
            ("lab/src/a b.rs", "found"),
            ("./lab/src/a b.rs", "found"),
            ("within", "found"),
            ("lab/link", "outside"),
            ("folder/secret", "outside"),
            ("../out/secret", "outside"),
            ("lab/../lab/src/a b.rs", "outside"),
            ("/etc/passwd", "outside"),
            (root.join("lab/src/a b.rs").to_str().expect("text"), "outside"),
            ("lab/none.rs", "none"),
            ("lab", "none"),
            ("", "none"),
            ("lab/\0", "none"),
        ] {
            assert_eq!(kind(file), expected, "{file}");
        }
    }

    #[test]
    fn the_command_is_the_participants_or_that_of_a_graphical_editor() {
        let words = |kind: &str, line: &str, environment: &[&str]| {
            let editor = Editor { kind: kind.into(), command: line.into() };
            let environment: Vec<String> = environment.iter().map(|line| (*line).to_owned()).collect();
            command(&editor, &environment, Path::new("/r/a {line}.rs"), 31)
        };
        let own = words("command", "'my ed' --at {line} '{path}'", &["code"]).expect("a command");
        assert_eq!(own, ["my ed", "--at", "31", "/r/a {line}.rs"]);
        let visual = words("none", "", &["vim", "/usr/bin/code --wait"]).expect("a command");
        assert_eq!(visual, ["/usr/bin/code", "--wait", "-g", "/r/a {line}.rs:31"]);
        assert!(matches!(words("none", "", &["vim", ""]), Err(EditorError::NoCommand)));
        assert!(matches!(words("vscode", "", &["code"]), Err(EditorError::ByLink { .. })));
    }
}
