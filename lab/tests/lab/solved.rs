//! The lab with the solutions of the transactions and the bulkheads case, built beside the broken one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Its program. It has a name of its own and shares the dependencies, so that only the lab itself is compiled.
pub fn program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let lab = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let target = scratch.parent().unwrap();
        let copy = scratch.join("solved");
        for file in ["Cargo.toml", "Cargo.lock"] {
            let text = fs::read_to_string(lab.join(file)).unwrap();
            write(&copy.join(file), &text.replacen("name = \"lab\"", "name = \"lab-solved\"", 1));
        }
        mirror(&lab.join("src"), &copy.join("src"));
        for step in ["step-2", "step-3"] {
            mirror(&lab.join("solutions").join(step).join("src"), &copy.join("src"));
        }
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--offline", "--locked", "--quiet"]).current_dir(&copy).env("CARGO_TARGET_DIR", target);
        assert!(build.status().unwrap().success());
        target.join("debug/lab-solved")
    })
}

fn mirror(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { mirror(&path, &to) } else { write(&to, &fs::read_to_string(&path).unwrap()) }
    }
}

/// Leaves alone what is already there: cargo builds again what is new.
fn write(to: &Path, text: &str) {
    if fs::read_to_string(to).is_ok_and(|known| known == text) {
        return;
    }
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, text).unwrap();
}
