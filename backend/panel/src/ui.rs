//! The two single-page apps inside the binary, the panel's and the hub's: hashed files for ever, the page itself never,
//! nothing but our own code.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "../../frontend/dist"]
#[allow_missing = true]
struct Dist;

#[derive(RustEmbed)]
#[folder = "../../frontend/dist-hub"]
#[allow_missing = true]
struct DistHub;

/// One of the two apps.
struct App {
    file: fn(&str) -> Option<EmbeddedFile>,
    /// Its files as Brotli packed them when this program was built. Their names carry their content's hash, so that one
    /// that was built since has another name.
    packed: &'static [(&'static str, &'static [u8])],
}

static PANEL: App = App { file: Dist::get, packed: include!(concat!(env!("OUT_DIR"), "/packed-panel.rs")) };
static HUB: App = App { file: DistHub::get, packed: include!(concat!(env!("OUT_DIR"), "/packed-hub.rs")) };

/// Whether the panel's UI was built into this program.
pub fn is_built() -> bool {
    Dist::get("index.html").is_some()
}

/// Whether the hub's UI was built into this program.
pub fn is_hub_built() -> bool {
    DistHub::get("index.html").is_some()
}

/// Serves a file of the panel's UI, or the page itself for every path that the page routes.
pub async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    answer(&PANEL, &uri, &headers)
}

/// Serves a file of the hub's UI, or the page itself for every path that the page routes.
pub async fn serve_hub(uri: Uri, headers: HeaderMap) -> Response {
    answer(&HUB, &uri, &headers)
}

fn answer(app: &App, uri: &Uri, headers: &HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = (app.file)(path).filter(|_| !path.is_empty() && path != "index.html") {
        return asset(app, path, file, headers);
    }
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match (app.file)("index.html") {
        Some(page) => index(&page.data),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The UI is not built. Run `make ui`, then reload. The API under /api/v1 works meanwhile.\n",
        )
            .into_response(),
    }
}

fn asset(app: &App, path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let packed = app.packed.iter().find(|(name, _)| *name == path && takes_brotli(headers)).map(|(_, bytes)| *bytes);
    let form = if packed.is_some() { "-br" } else { "" };
    let etag = format!("\"{}{form}\"", hex(&file.metadata.sha256_hash()[..16]));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let hashed =
        path.split(['-', '_', '.']).any(|part| part.len() >= 12 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = file.metadata.mimetype().to_owned();
    let told = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned()), (header::ETAG, etag)];
    match packed {
        Some(bytes) => {
            let form = [(header::CONTENT_ENCODING, "br"), (header::VARY, "accept-encoding")];
            (told, form, Body::from(bytes)).into_response()
        }
        None => (told, Body::from(file.data.into_owned())).into_response(),
    }
}

/// Whether whoever asks reads Brotli.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let asked = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    asked.flat_map(|value| value.split(',')).any(|form| {
        let mut parts = form.split(';').map(str::trim);
        let refused = |weight: &str| weight.strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        parts.next() == Some("br") && !parts.any(refused)
    })
}

fn index(page: &[u8]) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{}; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        inline_script_hashes(&String::from_utf8_lossy(page))
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, Body::from(page.to_vec())).into_response()
}

/// Trunk starts the app by a small inline script; only exactly that one may run.
fn inline_script_hashes(page: &str) -> String {
    page.split("<script")
        .skip(1)
        .filter_map(|rest| {
            let (attributes, rest) = rest.split_once('>')?;
            let (script, _) = rest.split_once("</script>")?;
            (!attributes.contains("src=")).then(|| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_files_go_to_those_who_read_them() {
        for (asked, takes) in [
            ("br", true),
            ("gzip, deflate, br, zstd", true),
            ("gzip;q=1.0, br;q=0.2", true),
            ("br;q=0", false),
            ("brotli", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, asked.parse().expect("a value"))]);
            assert_eq!(takes_brotli(&headers), takes, "{asked}");
        }
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn only_inline_scripts_are_hashed() {
        let page = r#"<script src="/a.js"></script><script type="module">alert(1)</script>"#;
        assert_eq!(inline_script_hashes(page), " 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='");
    }
}
