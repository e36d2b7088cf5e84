//! What services of the lab have written.

use std::{
    io::{self, Read, Seek, SeekFrom},
    path::Path as File,
};

use axum::{
    extract::{Path, State},
    http::header,
    response::IntoResponse,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ask::{Asked, bad_query};
use crate::{
    app::App,
    problem::{Answer, Problem},
};

/// Lines, unless asked otherwise.
const LINES: u32 = 200;
/// Lines at most.
const MOST: u32 = 2_000;
/// Bytes at most; a line may be long.
const BYTES: u64 = 1 << 20;

/// How much of a log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Lines, 1 to 2000; 200 unless given.
    #[param(minimum = 1, maximum = 2000)]
    lines: Option<u32>,
}

/// The last lines of a service's log. Empty as long as it has written nothing.
#[utoipa::path(get, path = "/stack/logs/{service}", operation_id = "get_log", tag = "stack",
    params(("service" = String, Path, description = "Name of a service in the stack's status"), Wanted), responses(
    (status = 200, description = "Whole lines, the newest last", body = String, content_type = "text/plain"),
    (status = 400, description = "A value of the query is not allowed"),
    (status = 404, description = "There is no such service"),
))]
pub(super) async fn last(
    State(app): State<App>,
    Path(service): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Answer<impl IntoResponse> {
    let lines = wanted.lines.unwrap_or(LINES);
    if !(1..=MOST).contains(&lines) {
        return Err(bad_query(format!("lines: {lines} is not from 1 to {MOST}.")));
    }
    // Only what the stack itself names: the service is no path.
    let log = app.stack.status().borrow().services.iter().find(|known| known.name == service).map(|it| it.log.clone());
    let path = app.data_dir.join(log.ok_or_else(|| Problem::not_found("service", &service))?);
    let read = tokio::task::spawn_blocking(move || tail(&path, lines as usize)).await.map_err(Problem::internal)?;
    let text = match read {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Problem::internal(error)),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text))
}

/// The last whole lines of a file.
fn tail(path: &File, lines: usize) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let from = file.metadata()?.len().saturating_sub(BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // What begins in the middle of a line is left out.
    let text = if from == 0 { &*text } else { text.split_once('\n').map_or("", |(_, rest)| rest) };
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    Ok(all[all.len().saturating_sub(lines)..].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_whole_and_bounded() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("api-0.log");
        std::fs::write(&path, "one\ntwo\nthree").expect("written");
        assert_eq!(tail(&path, 2).expect("read"), "two\nthree");
        assert_eq!(tail(&path, 9).expect("read"), "one\ntwo\nthree");
        let long = format!("{}\n", "é".repeat(300_000));
        std::fs::write(&path, format!("{long}{long}short\n")).expect("written");
        assert_eq!(tail(&path, 2).expect("read").len(), long.len() + "short\n".len());
        assert_eq!(tail(&path, 3).expect("read").len(), long.len() + "short\n".len());
    }
}
