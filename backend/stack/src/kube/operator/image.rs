//! Makes the cluster where it is ours, and the image of a working copy in it.

use super::Operator;
use crate::{
    builder::{Freshness, Live},
    error::StackError,
    fleet::Image,
    k3d::{K3d, Made},
    kube::{
        access::Access,
        images::{self, Images},
        problems,
    },
    steps::Steps,
};

/// Builds in a row during which files may change before we give up.
const ROUNDS: u32 = 3;

impl Operator {
    /// Sees to it that there is a cluster, where we are to make one.
    pub(super) async fn cluster(&mut self, steps: &mut Steps) -> Result<(), StackError> {
        let Images::K3d(k3d) = &self.options.images else { return Ok(()) };
        let board = self.board.clone();
        let cluster = k3d.up(&self.lines, &move |doing| board.doing(doing)).await?;
        let made = match &cluster.made {
            Made::New => "make the cluster".to_owned(),
            Made::Kept => "find the cluster".to_owned(),
            Made::Started => "start the cluster, which was stopped".to_owned(),
            Made::Remade(why) => format!("make the cluster anew, because {why}"),
        };
        steps.done(&made);
        self.options.context = Some(cluster.context);
        Ok(())
    }

    /// The working copy as an image that the cluster has.
    pub(super) async fn image(
        &self,
        access: &Access,
        freshness: Freshness,
        before: Option<Live>,
        steps: &mut Steps,
    ) -> Result<Live, StackError> {
        let load = match &self.options.images {
            Images::Archive { load } => load,
            Images::K3d(k3d) => return self.image_of(k3d, access, freshness, before, steps).await,
        };
        let live = self.builder.build(freshness, before, &self.board).await?;
        steps.done("build");
        if !images::has(access, &live.image.id).await {
            self.board.doing("loading the image into the cluster");
            images::load(load, &live.image.path, &live.image.id, &self.options.data_dir).await?;
            steps.done("load the image");
        }
        Ok(live)
    }

    /// The same by Docker, which builds for the cluster's own system.
    async fn image_of(
        &self,
        k3d: &K3d,
        access: &Access,
        freshness: Freshness,
        before: Option<Live>,
        steps: &mut Steps,
    ) -> Result<Live, StackError> {
        let mut identity = self.builder.working_copy(&self.board).await?;
        for _ in 0..ROUNDS {
            if let Some(Live { identity: live, image }) = &before
                && live.sources == identity.sources
                && live.manifests != identity.manifests
            {
                return Ok(Live { identity, image: image.clone() });
            }
            let id = identity.id.clone();
            let image = Image { path: k3d.root.join("Dockerfile"), id: id.clone() };
            if freshness == Freshness::Kept && images::has(access, &id).await {
                return Ok(Live { identity, image });
            }
            self.board.doing("building the lab's image");
            self.board.building(true);
            let built = k3d.image(&id, &self.lines).await;
            self.board.building(false);
            let after = self.builder.working_copy(&self.board).await?;
            if after.id != id {
                identity = after;
                continue;
            }
            match built {
                Ok(timed) => {
                    steps.add(timed);
                    return Ok(Live { identity, image });
                }
                Err(error) => {
                    let failure = problems::failure(&error.to_string());
                    self.board.build_failed(&id, &failure);
                    return Err(match failure.problems.is_empty() {
                        true => error,
                        false => StackError::Build { why: failure.why },
                    });
                }
            }
        }
        let why = format!("files changed during {ROUNDS} builds in a row; save them, then run `make dev`");
        Err(StackError::Build { why })
    }
}
