//! Embeds both UIs anew when they were built anew, and packs them: the best that Brotli can takes seconds, too long for a
//! request, and saves a tenth of the download.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// Name of the list, the folder, and the file of it that is written last.
const BUNDLES: [(&str, &str, &str); 2] = [("panel", "dist", ".source-hash"), ("hub", "dist-hub", "index.html")];

fn main() -> io::Result<()> {
    let frontend = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../frontend");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    for (name, folder, last) in BUNDLES {
        let folder = frontend.join(folder);
        // A folder may not exist yet: a clean `cargo build` works without a built UI. A path that is missing would have
        // this run for ever anew, so the folder above is watched until it comes.
        let watched = if folder.exists() { folder.join(last) } else { frontend.clone() };
        println!("cargo::rerun-if-changed={}", watched.display());
        let packs = out.join(name);
        fs::create_dir_all(&packs)?;
        let mut list = String::new();
        for (file, path) in files(&folder)? {
            let packed = packs.join(format!("{file}.br"));
            pack(&path, &packed)?;
            writeln!(list, "({file:?}, include_bytes!({packed:?})),").map_err(io::Error::other)?;
        }
        fs::write(out.join(format!("packed-{name}.rs")), format!("&[{list}]"))?;
    }
    Ok(())
}

/// The files of a folder whose names carry their content's hash; all others may be replaced under the same name.
fn files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    let kinds = ["css", "js", "wasm"];
    let named =
        paths.into_iter().filter(|path| path.extension().is_some_and(|kind| kinds.iter().any(|of| kind == *of)));
    let mut files: Vec<_> = named.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).collect();
    files.sort();
    Ok(files)
}

fn pack(path: &Path, packed: &Path) -> io::Result<()> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut from = fs::File::open(path)?;
    let mut to = io::BufWriter::new(fs::File::create(packed)?);
    brotli::BrotliCompress(&mut from, &mut to, &params)?;
    to.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
