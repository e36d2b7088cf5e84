//! A board as a file, in the form that is asked for: of a history or of a workshop.

use axum::response::Response;
use brownout_core::leaderboard::Leaderboard;
use brownout_report::{leaderboard_csv, leaderboard_markdown};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    attachment::attachment,
    clock::wall_ms,
    problem::{Answer, Problem},
};

/// How the board is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BoardFile {
    /// `csv`, `json` or `markdown`.
    #[param(inline)]
    format: Format,
}

/// Forms of a board.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
    Json,
    Markdown,
}

impl BoardFile {
    /// The board, to be saved under `name` with the ending of its form.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn of(&self, board: &Leaderboard, name: &str) -> Answer<Response> {
        match self.format {
            Format::Csv => {
                let bytes = leaderboard_csv(board).map_err(Problem::internal)?;
                Ok(attachment("text/csv; charset=utf-8", &format!("{name}.csv"), bytes))
            }
            Format::Json => {
                let bytes = serde_json::to_vec_pretty(board).map_err(Problem::internal)?;
                Ok(attachment("application/json", &format!("{name}.json"), bytes))
            }
            Format::Markdown => {
                let bytes = leaderboard_markdown(board, wall_ms());
                Ok(attachment("text/markdown; charset=utf-8", &format!("{}.md", name.to_uppercase()), bytes))
            }
        }
    }
}
