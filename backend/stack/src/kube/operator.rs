//! The one task that changes the cluster. It takes one request at a time.

mod bring;
mod image;
mod rollout;

use std::{sync::Arc, time::Duration};

use kube::ResourceExt;
use tokio::{
    sync::broadcast,
    time::{Instant, timeout_at},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    KubeOptions,
    access::Access,
    apply,
    images::Images,
    logs::Logs,
    objects::Object,
    observer::Observer,
    reach::{self, Reach},
};
use crate::{
    board::{Board, Mode},
    builder::{Builder, Freshness, Live},
    error::StackError,
    handle::Work,
    manifest::RESET,
    order::{Request, sentence, until},
    probe::Prober,
};

/// Everything must be gone by then.
const GONE: Duration = Duration::from_secs(60);

/// Owner of what runs in the cluster for us.
pub(super) struct Operator {
    options: KubeOptions,
    board: Arc<Board>,
    observer: Observer,
    builder: Builder,
    prober: Prober,
    /// Lines of whoever builds.
    lines: broadcast::Sender<String>,
    /// The way into the cluster with what hangs on it; `None` until it was first asked.
    link: Option<Link>,
    /// What is live; `None` while nothing is.
    lab: Option<Lab>,
}

/// A way into the cluster. Dropping it ends the watches and the copying of logs.
struct Link {
    access: Access,
    _watching: DropGuard,
}

/// What is live, with the objects that made it so.
struct Lab {
    live: Live,
    objects: Vec<Object>,
    /// Set when everything was replaced although nothing had changed.
    restarted: Option<String>,
    /// Open for as long as it is live.
    _reach: Reach,
}

impl Operator {
    pub(super) fn new(
        options: KubeOptions,
        board: Arc<Board>,
        observer: Observer,
        builder: Builder,
        prober: Prober,
    ) -> Self {
        let lines = builder.cargo.lines.clone();
        Self { options, board, observer, builder, prober, lines, link: None, lab: None }
    }

    /// Works until the last handle is dropped. What runs in the cluster stays then; `down` deletes it.
    pub(super) async fn run(mut self, mut work: Work) {
        while let Some((request, interrupted)) = work.next(std::future::pending()).await {
            match request {
                Request::Up(reply) => {
                    let outcome = until(interrupted, self.bring(Freshness::Kept)).await;
                    let _ = reply.send(self.settle(outcome).await.map(drop));
                }
                Request::Deploy(reply) => {
                    let outcome = until(interrupted, self.bring(Freshness::Built)).await;
                    let _ = reply.send(self.settle(outcome).await);
                }
                Request::Reset(reply) => {
                    let _ = reply.send(until(interrupted, self.reset()).await);
                }
                Request::Down(reply) => {
                    let _ = reply.send(self.down().await);
                }
            }
        }
    }

    /// A way into the cluster that works now: the one there is, or a new one by what the kubeconfig says today.
    async fn link(&mut self) -> Result<Access, StackError> {
        if let Some(link) = &self.link
            && link.access.answers().await.is_ok()
        {
            return Ok(link.access.clone());
        }
        let access = Access::open(self.options.kubeconfig.as_deref(), self.options.context.as_deref()).await?;
        // Until another way works, the watches of the one there is go on trying.
        access.answers().await?;
        self.link = None;
        // Before anything is watched: what an earlier way has told is forgotten here.
        self.observer.reach_by(Some(access.clone()));
        let stop = CancellationToken::new();
        let (observer, namespace) = (self.observer.clone(), self.options.namespace.clone());
        let watching = {
            let access = access.clone();
            async move { observer.watch(&access, &namespace).await }
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(watching));
        let logs = Logs {
            access: access.clone(),
            namespace: self.options.namespace.clone(),
            folder: self.options.data_dir.join("logs"),
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(logs.follow(self.observer.clone())));
        self.link = Some(Link { access: access.clone(), _watching: stop.drop_guard() });
        Ok(access)
    }

    async fn reset(&mut self) -> Result<(), StackError> {
        let (Some(link), Some(lab)) = (&self.link, &self.lab) else { return Err(StackError::NotUp) };
        for object in lab.objects.iter().filter(|object| object.is("Deployment")) {
            if object.object.annotations().get(RESET).is_none_or(|wanted| wanted != "true") {
                continue;
            }
            let service = || object.name().to_owned();
            let pods = self.observer.look(|view| view.asked(object.name()));
            if pods.is_empty() {
                return Err(StackError::Reset { service: service(), why: "it is not ready".to_owned() });
            }
            for (pod, port) in pods {
                let posted = reach::post(&link.access, &self.options.namespace, &pod, port, "control/reset").await;
                posted.map_err(|why| StackError::Reset { service: service(), why })?;
            }
        }
        if let Some(auditor) = self.board.auditor() {
            let reset = auditor.reset().await;
            reset.map_err(|why| StackError::Reset { service: "the database".to_owned(), why })?;
        }
        Ok(())
    }

    /// Deletes what is ours and waits until it is gone.
    async fn down(&mut self) -> Result<(), StackError> {
        self.board.mode(Mode::Stopping, "deleting the lab from the cluster");
        let gone = self.gone().await;
        self.lab = None;
        self.link = None;
        self.observer.forget();
        reach::tell_none(&self.board);
        self.board.live(None);
        self.board.failure("");
        self.board.mode(Mode::Down, "");
        gone
    }

    /// Takes the lab away, with the cluster where we made it.
    async fn gone(&mut self) -> Result<(), StackError> {
        match &self.options.images {
            Images::K3d(k3d) => k3d.down(&self.lines).await,
            Images::Archive { .. } => self.cleared().await,
        }
    }

    /// Takes our objects out of the cluster and waits until they are gone.
    async fn cleared(&mut self) -> Result<(), StackError> {
        let access = self.link().await?;
        let namespace = &self.options.namespace;
        if apply::prune(&access, namespace, &[]).await? > 0 {
            let deadline = Instant::now() + GONE;
            let mut changes = self.observer.changes();
            while !self.observer.look(|view| view.is_empty()) {
                if timeout_at(deadline, changes.changed()).await.is_err() {
                    return Err(StackError::Cluster {
                        what: "the lab could not be deleted".to_owned(),
                        why: format!(
                            "it has not gone within {} s; `kubectl -n {namespace} get pods` shows what stays",
                            GONE.as_secs()
                        ),
                    });
                }
            }
        }
        apply::forget_namespace(&access, namespace).await
    }

    /// After an operation, whatever came of it: either something is live, or nothing of ours is in the cluster.
    async fn settle<T>(&mut self, outcome: Result<T, StackError>) -> Result<T, StackError> {
        self.board.building(false);
        if self.lab.is_none() {
            if self.link.is_some()
                && let Err(error) = self.cleared().await
            {
                tracing::warn!(%error, "what was begun could not be deleted");
            }
            self.observer.rows(Vec::new());
        }
        match &outcome {
            Ok(_) | Err(StackError::Interrupted) => self.board.failure(""),
            Err(error) => self.board.failure(&sentence(&error.to_string())),
        }
        self.board.mode(if self.lab.is_some() { Mode::Up } else { Mode::Down }, "");
        outcome
    }
}
