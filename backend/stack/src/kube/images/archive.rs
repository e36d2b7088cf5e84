//! Packs a program of this machine as an image: one layer with the program and the libraries it was linked with.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::StackError;

/// Where the program stands in the image.
const PROGRAM: &str = "lab";
/// Who runs it: nobody that has a name.
const USER: u64 = 65_532;

/// Writes the image `name` (with its tag) as a tar that Docker, containerd, kind and k3d read.
///
/// # Errors
/// When the program is not one of Linux, or a file cannot be read or written.
pub(super) fn pack(program: &Path, name: &str, to: &Path) -> Result<(), StackError> {
    if !cfg!(target_os = "linux") {
        return Err(StackError::Cluster {
            what: "the image could not be packed".to_owned(),
            why: "what this machine builds does not run on Linux; use k3d, which builds in Docker".to_owned(),
        });
    }
    let mut layer = tar::Builder::new(Vec::new());
    let packed = files(program).and_then(|files| {
        for (from, at) in files {
            add(&mut layer, &from, &at)?;
        }
        layer.into_inner()
    });
    let layer = packed.map_err(StackError::file("cannot pack", program))?;
    let digest = hex(&layer);
    let config = json!({
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
        "os": "linux",
        "config": {"Entrypoint": [format!("/{PROGRAM}")], "User": format!("{USER}:{USER}"), "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{digest}")]},
    })
    .to_string();
    let config_name = format!("{}.json", hex(config.as_bytes()));
    let manifest =
        json!([{"Config": config_name, "RepoTags": [name], "Layers": [format!("{digest}.tar")]}]).to_string();
    let written = File::create(to).and_then(|file| {
        let mut image = tar::Builder::new(file);
        entry(&mut image, &format!("{digest}.tar"), &layer, 0o644)?;
        entry(&mut image, &config_name, config.as_bytes(), 0o644)?;
        entry(&mut image, "manifest.json", manifest.as_bytes(), 0o644)?;
        image.into_inner()?.sync_all()
    });
    written.map_err(StackError::file("cannot write", to))
}

/// The program and its libraries, each with its place in the image.
fn files(program: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut files = vec![(program.to_owned(), PROGRAM.to_owned())];
    for library in libraries(program)? {
        let at = library.display().to_string().trim_start_matches('/').to_owned();
        files.push((library, at));
    }
    Ok(files)
}

/// What the loader would load, by the system's own `ldd`; nothing for a static program.
fn libraries(program: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let output = Command::new("ldd").arg(program).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = said.split_whitespace().filter(|word| word.starts_with('/') && !word.ends_with(':'));
    Ok(words.map(PathBuf::from).filter(|path| path.is_file() && path != program).collect())
}

fn add(layer: &mut tar::Builder<Vec<u8>>, from: &Path, at: &str) -> io::Result<()> {
    let mut content = Vec::new();
    File::open(fs::canonicalize(from)?)?.read_to_end(&mut content)?;
    entry(layer, at, &content, 0o755)
}

/// One file. Times and owners are left out, so that the same content is the same image.
fn entry<W: io::Write>(archive: &mut tar::Builder<W>, at: &str, content: &[u8], mode: u32) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(mode);
    header.set_mtime(0);
    archive.append_data(&mut header, at, content)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_image_holds_the_program_and_what_it_needs_and_is_the_same_twice() {
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let pack_to = |name: &str| {
            let path = folder.path().join(name);
            pack(&program, "lab:3f2a", &path).unwrap();
            fs::read(path).unwrap()
        };
        let (one, two) = (pack_to("one"), pack_to("two"));
        assert!(one == two, "two packs of one program differ");
        let mut image = tar::Archive::new(one.as_slice());
        let mut names = Vec::new();
        let mut manifest = String::new();
        for entry in image.entries().unwrap() {
            let mut entry = entry.unwrap();
            names.push(entry.path().unwrap().display().to_string());
            if names.last().unwrap() == "manifest.json" {
                entry.read_to_string(&mut manifest).unwrap();
            }
        }
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest[0]["RepoTags"][0], "lab:3f2a");
        for part in [&manifest[0]["Config"], &manifest[0]["Layers"][0]] {
            assert!(names.iter().any(|name| part == name), "{part} is not in {names:?}");
        }
        let libraries = libraries(&program).unwrap();
        assert!(libraries.iter().any(|path| path.to_string_lossy().contains("libc.so")), "{libraries:?}");
    }
}
