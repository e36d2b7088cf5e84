//! Builds the working copy, or finds that it need not be built.

use std::path::PathBuf;

use crate::{
    board::Board,
    builds::Builds,
    cargo::Cargo,
    error::StackError,
    fleet::Image,
    identity::{Identity, identity},
};

/// Builds in a row during which files may change before we give up.
const ROUNDS: u32 = 3;

/// What makes binaries of the working copy.
#[derive(Debug)]
pub(crate) struct Builder {
    pub(crate) root: PathBuf,
    pub(crate) cargo: Cargo,
    pub(crate) builds: Builds,
}

/// Whether an earlier build of the same working copy will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    Kept,
    Built,
}

/// What is live: a working copy as it was, and the binary that runs. Their ids differ once only manifests have changed.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) identity: Identity,
    pub(crate) image: Image,
}

impl Builder {
    /// The working copy as it is when the build ends, with a copy of its binary that no later build overwrites.
    pub(crate) async fn build(
        &self,
        freshness: Freshness,
        live: Option<Live>,
        board: &Board,
    ) -> Result<Live, StackError> {
        let mut before = self.working_copy(board).await?;
        for _ in 0..ROUNDS {
            if let Some(Live { identity, image }) = &live
                && identity.sources == before.sources
                && identity.manifests != before.manifests
            {
                return Ok(Live { identity: before, image: image.clone() });
            }
            if freshness == Freshness::Kept
                && let Some(path) = self.builds.find(&before.id)
            {
                let image = Image { path, id: before.id.clone() };
                return Ok(Live { identity: before, image });
            }
            board.doing("building the lab");
            board.building(true);
            let built = self.cargo.build(&before.id).await;
            let after = self.working_copy(board).await?;
            board.building(false);
            if after.id != before.id {
                before = after;
                continue;
            }
            let executable = built.map_err(|failure| {
                board.build_failed(&before.id, &failure);
                StackError::Build { why: failure.why }
            })?;
            let (builds, id) = (self.builds.clone(), before.id.clone());
            let kept = tokio::task::spawn_blocking(move || builds.keep(&executable, &id)).await;
            let image = Image { path: kept.map_err(|_| StackError::Ended)??, id: before.id.clone() };
            return Ok(Live { identity: before, image });
        }
        let why = format!("files changed during {ROUNDS} builds in a row; save them, then run `make dev`");
        Err(StackError::Build { why })
    }

    /// What the working copy is now; the board learns it.
    pub(crate) async fn working_copy(&self, board: &Board) -> Result<Identity, StackError> {
        let root = self.root.clone();
        let identity = tokio::task::spawn_blocking(move || identity(&root)).await.map_err(|_| StackError::Ended)??;
        board.working(identity.clone());
        Ok(identity)
    }
}
