//! Brings a working copy live: image, objects, rollout, and the way there.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{Lab, Operator};
use crate::{
    board::{Failure, Mode, Row},
    builder::{Freshness, Live},
    error::StackError,
    kube::{
        access::Access,
        apply,
        objects::{self, Object, Stamp},
        reach::Reach,
    },
    manifest::Manifests,
    stack::Deployed,
    steps::Steps,
};

impl Operator {
    /// Builds, applies and waits until all of it is live. What does not start is taken back: the old build stays live.
    pub(super) async fn bring(&mut self, freshness: Freshness) -> Result<Deployed, StackError> {
        let board = self.board.clone();
        board.mode(if self.lab.is_none() { Mode::Starting } else { Mode::Up }, "asking the cluster");
        board.failure("");
        let mut steps = Steps::begin();
        self.cluster(&mut steps).await?;
        let access = self.link().await?;
        let namespace = self.options.namespace.clone();
        apply::namespace(&access, &namespace).await?;
        steps.done("ask the cluster");

        let before = self.lab.as_ref().map(|lab| lab.live.clone());
        let live = self.image(&access, freshness, before.clone(), &mut steps).await?;
        let (id, image) = (live.identity.id.clone(), live.image.id.clone());

        board.doing("applying the manifests");
        let again = freshness == Freshness::Built && before.is_some_and(|before| before.identity.id == id);
        let restarted = if again { Some(now()) } else { self.restarted(&image) };
        let objects = objects::read(
            &self.options.root,
            &Stamp { namespace: &namespace, build: &image, restarted: restarted.as_deref() },
        )?;
        self.observer.rows(rows(&Manifests::read(&self.options.root)?));
        let applied = self.apply(&access, &objects).await;
        if applied.is_ok() {
            steps.done("apply");
            board.doing("waiting until the new pods are ready");
        }
        let rolled = match applied {
            Ok(applied) => self.rolled_out(&applied).await,
            Err(error) => Err(error),
        };
        if let Err(error) = rolled {
            return Err(self.taken_back(&access, error, &live).await);
        }
        apply::prune(&access, &namespace, &objects).await?;
        steps.done("roll out");

        board.doing("finding the node ports");
        let reach = Reach::find(&access, &self.options, &objects, &image, (&self.prober, &self.observer)).await;
        let reach = match reach {
            Ok(reach) => reach,
            Err(error) => return Err(self.taken_back(&access, error, &live).await),
        };
        steps.done("find the node ports");
        reach.tell(&board, &self.observer);
        board.live(Some(live.identity.clone()));
        board.built();
        self.builder.builds.prune(&image);
        self.lab = Some(Lab { live, objects, restarted, _reach: reach });
        board.steps(steps.list());
        Ok(Deployed { build: id, steps: steps.list() })
    }

    /// What everything was last replaced for, as long as it still runs.
    fn restarted(&self, image: &str) -> Option<String> {
        let lab = self.lab.as_ref().filter(|lab| lab.live.image.id == image);
        lab.and_then(|lab| lab.restarted.clone())
    }

    async fn apply(&self, access: &Access, objects: &[Object]) -> Result<Vec<(String, i64)>, StackError> {
        let mut deployments = Vec::new();
        for object in objects {
            let applied = apply::apply(access, &self.options.namespace, object).await?;
            if object.is("Deployment") {
                deployments.push((object.name().to_owned(), applied.metadata.generation.unwrap_or(0)));
            }
        }
        Ok(deployments)
    }

    /// Applies what was live before; says why the new build is not.
    async fn taken_back(&mut self, access: &Access, error: StackError, live: &Live) -> StackError {
        let why = match &error {
            StackError::NotReady { why, .. } => why.clone(),
            other => other.to_string(),
        };
        let failure = Failure { output: why.clone(), why, ..Failure::default() };
        self.board.build_failed(&live.identity.id, &failure);
        if let Some(lab) = &self.lab {
            self.board.doing("going back to the old build");
            if let Err(error) = self.apply(access, &lab.objects).await {
                tracing::warn!(%error, "the old build could not be applied again");
            }
        }
        error
    }
}

/// The services in the order in which they start.
fn rows(manifests: &Manifests) -> Vec<Row> {
    let row = |name: &str, enough: u32, request: Option<u64>| Row {
        name: name.to_owned(),
        desired: 1,
        enough,
        request,
        address: String::new(),
        log: format!("logs/{name}-0.log"),
        balance: None,
    };
    let database = manifests.database.iter().map(|database| row(&database.name, 1, None));
    let workloads = manifests.workloads.iter().map(|workload| {
        let enough = workload.autoscaler.as_ref().map_or(u32::MAX, |scaler| scaler.min);
        row(&workload.name, enough, workload.resources.request)
    });
    database.chain(workloads).collect()
}

/// A word that differs from all earlier ones.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().to_string()
}
