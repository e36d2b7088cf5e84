//! `archive`: the page of a workshop from the file that a hub wrote; needs no panel.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use brownout_hub::archive::{MOST_FILE_BYTES, unpack};
use clap::Args;

use crate::command::{Place, reports::show_file};

/// What the name of an archive ends with.
const ENDINGS: [&str; 4] = [".brownout.json.gz", ".brownout.json", ".json.gz", ".gz"];

/// Options of `archive`.
#[derive(Debug, Args)]
pub struct OpenArchive {
    /// The archive: what `Download the archive` on a hub's page After has saved.
    file: PathBuf,
    /// Where the page is written; by default beside the archive.
    #[arg(short, long, value_name = "PAGE.html")]
    output: Option<PathBuf>,
    /// Do not open it in a browser.
    #[arg(long)]
    no_open: bool,
}

/// Writes the page of a workshop and opens it.
pub(super) fn archive(place: &Place, options: OpenArchive) -> anyhow::Result<ExitCode> {
    let OpenArchive { file, output, no_open } = options;
    let archive = unpack(&read(&file)?).with_context(|| format!("{} cannot be opened", file.display()))?;
    let page = output.unwrap_or_else(|| beside(&file));
    let same = page.canonicalize().ok().is_some_and(|page| file.canonicalize().is_ok_and(|file| file == page));
    anyhow::ensure!(!same, "{} is the archive itself; name another file: --output PAGE.html", page.display());
    std::fs::write(&page, brownout_report::workshop(&archive))
        .with_context(|| format!("{} cannot be written; name another file: --output PAGE.html", page.display()))?;
    if place.json {
        let said = serde_json::json!({
            "page": page.display().to_string(), "name": archive.workshop.name, "seats": archive.seats.len(),
        });
        println!("{said}");
        return Ok(ExitCode::SUCCESS);
    }
    println!("Workshop: {}, {} took part", archive.workshop.name, archive.seats.len());
    println!("Page: {}", page.display());
    show_file(&page, no_open);
    Ok(ExitCode::SUCCESS)
}

/// No more of it than an archive can have: the name may be that of anything.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let next = || match File::open(file).map_err(|error| error.kind()) {
        Err(io::ErrorKind::NotFound) => "; look how it is called, or download it again, on the page After of the hub",
        _ => "; name the file that the page After of the hub has saved",
    };
    let failed = || format!("{} cannot be read{}", file.display(), next());
    let mut bytes = Vec::new();
    let mut limited = File::open(file).with_context(failed)?.take(MOST_FILE_BYTES as u64 + 1);
    limited.read_to_end(&mut bytes).with_context(failed)?;
    anyhow::ensure!(
        bytes.len() <= MOST_FILE_BYTES,
        "{} has more than {} MB; no workshop makes so many. Name the archive of a workshop",
        file.display(),
        MOST_FILE_BYTES >> 20
    );
    Ok(bytes)
}

fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let word = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).filter(|word| !word.is_empty());
    file.with_file_name(format!("{}.html", word.unwrap_or(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stands_beside_the_archive_and_never_in_its_place() {
        for (file, page) in [
            ("in/workshop-x-2026-11-24.brownout.json.gz", "in/workshop-x-2026-11-24.html"),
            ("workshop-x.brownout.json", "workshop-x.html"),
            ("a.gz", "a.html"),
            (".gz", ".gz.html"),
            ("page.html", "page.html.html"),
        ] {
            assert_eq!(beside(Path::new(file)), Path::new(page));
        }
    }
}
