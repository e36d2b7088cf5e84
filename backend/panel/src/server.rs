//! `brownout serve`: from options to a panel that answers, and its orderly end.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use brownout_core::{
    event::SessionEvent,
    stack::{BuildState, BuildStatus},
    wire::LiveItem,
};
use brownout_store::Store;
use tokio::{net::TcpListener, sync::broadcast::error::RecvError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{App, Parts},
    archives::Archives,
    casebook,
    catalog::Catalog,
    clock::wall_ms,
    feed::Feed,
    guard::Guard,
    library::{self, Library},
    membership::{self, Membership},
    readiness,
    record::{Claim, Record},
    route::router,
    run::Conductor,
    session::Session,
    stacks::{Ground, StackArgs},
};

/// What a panel is started with.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The repository: has `lab/`, `scenarios/` and `deploy/`.
    pub root: PathBuf,
    /// History, logs, `panel.json`.
    pub data_dir: PathBuf,
    /// Port of the panel; 0 takes any.
    pub port: u16,
    /// Port of the lab's API; 0 takes any.
    pub api_port: u16,
    /// Port of the lab's worker; 0 takes any.
    pub worker_port: u16,
    /// Further `host:port` names that may be used to reach the panel.
    pub allowed_hosts: Vec<String>,
    /// Where the lab is built; `None` for `lab/target`.
    pub lab_target_dir: Option<PathBuf>,
    /// Where the lab runs.
    pub stack: StackArgs,
    /// A certificate of a hub to trust besides this machine's own.
    pub hub_ca: Option<PathBuf>,
}

impl ServeOptions {
    /// For a panel of a scratch copy: any free ports, its data inside of the copy.
    pub fn scratch(root: &Path, lab_target_dir: &Path, stack: StackArgs) -> Self {
        ServeOptions {
            root: root.to_owned(),
            data_dir: root.join(".brownout"),
            port: 0,
            api_port: 0,
            worker_port: 0,
            allowed_hosts: Vec::new(),
            lab_target_dir: Some(lab_target_dir.to_owned()),
            stack,
            hub_ca: None,
        }
    }
}

/// A panel that answers.
pub struct Panel {
    /// How to reach it.
    pub record: Record,
    /// What the user should know, e.g. that history was begun anew.
    pub notices: Vec<String>,
    /// The application, for tests and for the command that started it.
    pub app: App,
    claim: Claim,
    servers: TaskTracker,
}

/// Starts a panel: it answers when this returns; its stack comes up meanwhile.
pub async fn start(options: ServeOptions) -> anyhow::Result<Panel> {
    brownout_stack::raise_file_limit();
    let claim = Claim::take(&options.data_dir)?;
    let listeners = listen(options.port).await?;
    let port = listeners[0].local_addr().context("the panel's own address")?.port();
    let opened = Store::open(&options.data_dir.join("history.sqlite")).await?;
    let store = opened.store;
    for run in store.close_interrupted(wall_ms()).await? {
        tracing::warn!(%run, "this run was interrupted when the panel ended");
    }
    let ground = Ground {
        root: options.root.clone(),
        data_dir: options.data_dir.clone(),
        api_port: options.api_port,
        worker_port: options.worker_port,
        lab_target_dir: options.lab_target_dir,
    };
    let stack = options.stack.open(ground).await?;
    let token = token()?;
    let record = Record {
        pid: std::process::id(),
        url: format!("http://localhost:{port}"),
        token: token.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let app = App::new(Parts {
        catalog: Catalog::new(&options.root),
        session: Session::open(&store).await?,
        member: Membership::open(&store, options.hub_ca).await?,
        store,
        stack,
        feed: Feed::new(uuid::Uuid::now_v7().to_string()),
        guard: Guard::new(port, &options.allowed_hosts, token),
        conductor: Conductor::default(),
        library: Library::new(&options.root, &options.data_dir),
        archives: Archives::new(&options.data_dir),
        url: record.url.clone(),
        data_dir: options.data_dir,
        notices: opened.notices.clone(),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
    });
    watch_stack(&app);
    keep_beating(&app);
    casebook::keep(&app);
    library::keep_index(&app);
    membership::keep(&app);
    readiness::keep(&app);
    let servers = TaskTracker::new();
    for listener in listeners {
        let (router, stop) = (router(app.clone()), app.stop.clone());
        servers.spawn(async move {
            let serve = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
            if let Err(error) = serve.await {
                tracing::error!(%error, "the panel's server ended");
            }
        });
    }
    servers.close();
    claim.publish(&record)?;
    Ok(Panel { record, notices: opened.notices, app, claim, servers })
}

impl Panel {
    /// Waits until somebody asks the panel to stop, then ends runs, stack and servers, and frees the data directory.
    pub async fn run(self) -> anyhow::Result<()> {
        self.app.stop.cancelled().await;
        self.app.tasks.close();
        self.app.tasks.wait().await;
        let down = self.app.stack.down().await;
        // A browser that keeps its connection open must not keep the panel.
        let grace = std::time::Duration::from_secs(1);
        let _ = tokio::time::timeout(grace, self.servers.wait()).await;
        // Closed in order and awaited, so that the history is one whole file once the data directory is free.
        if tokio::time::timeout(grace, self.app.store.close()).await.is_err() {
            tracing::warn!("somebody still reads the history; what was written last is in its write-ahead log");
        }
        drop(self.claim);
        down.context("the stack could not be stopped wholly")
    }
}

/// Binds the port on both loopbacks, or fails naming who holds it.
async fn listen(port: u16) -> anyhow::Result<Vec<TcpListener>> {
    let bind = async |address: SocketAddr| TcpListener::bind(address).await;
    let four = bind(SocketAddr::from(([127, 0, 0, 1], port))).await.map_err(|error| taken(port, error))?;
    let port = four.local_addr().context("the panel's own address")?.port();
    match bind(SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port))).await {
        Ok(six) => Ok(vec![four, six]),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(taken(port, error)),
        // A machine without IPv6 has one loopback.
        Err(_) => Ok(vec![four]),
    }
}

fn taken(port: u16, error: std::io::Error) -> anyhow::Error {
    if error.kind() != std::io::ErrorKind::AddrInUse {
        return anyhow::Error::new(error).context(format!("port {port} cannot be used; choose another with --port"));
    }
    let holder = brownout_stack::port_holder(port).map(|holder| format!(" by {holder}")).unwrap_or_default();
    anyhow::anyhow!("port {port} is in use{holder}; use another: --port {}", port.saturating_add(1))
}

fn token() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("no random bytes from the system")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Follows the stack for as long as the panel lives: screens see each change, the session keeps what was deployed.
fn watch_stack(app: &App) {
    let follower = app.clone();
    app.tasks.spawn(async move {
        let mut status = follower.stack.status();
        let mut lines = follower.stack.build_log();
        let mut told = Told::default();
        loop {
            tokio::select! {
                biased;
                () = follower.stop.cancelled() => return,
                line = lines.recv() => match line {
                    Ok(line) => follower.feed.publish(LiveItem::BuildLine(line)),
                    Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "lines of the compiler were left out"),
                    Err(RecvError::Closed) => return,
                },
                changed = status.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let now = status.borrow_and_update().clone();
                    for event in told.news(&follower, &now.build) {
                        follower.record(event).await;
                    }
                    follower.feed.publish(LiveItem::Stack(now));
                }
            }
        }
    });
}

/// Screens hear of the panel also where nothing happens.
fn keep_beating(app: &App) {
    let beating = app.clone();
    app.tasks.spawn(async move {
        tokio::select! {
            () = beating.stop.cancelled() => {}
            () = beating.feed.beat() => {}
        }
    });
}

/// What the session was told of builds, so that it is told once.
#[derive(Debug, Default)]
struct Told {
    live: String,
    edited: Vec<String>,
    state: BuildState,
}

impl Told {
    /// The events that the change to this status is worth.
    fn news(&mut self, app: &App, build: &BuildStatus) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        let before = std::mem::replace(&mut self.state, build.state);
        if build.state == BuildState::Live && build.live != self.live {
            self.live.clone_from(&build.live);
            let took_ms = build.steps.iter().map(|step| step.took_ms).sum();
            events.push(SessionEvent::Deployed { build: build.live.clone(), took_ms });
        }
        if before == BuildState::Building && build.state == BuildState::Failed {
            events.push(SessionEvent::Built { build: build.working.clone(), ok: false });
        }
        let edited = edited_of_open_case(app, build);
        if edited != self.edited {
            self.edited.clone_from(&edited);
            // None any more and nothing new live: they are as they were.
            if !edited.is_empty() || (build.state == BuildState::Live && events.is_empty()) {
                events.push(SessionEvent::Edited { files: edited });
            }
        }
        events
    }
}

/// Edited files that the open case is about.
fn edited_of_open_case(app: &App, build: &BuildStatus) -> Vec<String> {
    if build.edited.is_empty() {
        return Vec::new();
    }
    let Some(entry) = app.session.cases.opened().and_then(|open| app.catalog.find(&open).ok()) else {
        return Vec::new();
    };
    let points = entry.scenario.edit;
    let edited = build.edited.iter().map(|file| file.path.clone());
    edited.filter(|path| points.iter().any(|point| point.file == *path)).collect()
}

/// Brings the stack up in a task of the panel; what goes wrong is in the stack's status.
pub fn bring_up(app: &App) {
    let app_of_task = app.clone();
    app.tasks.spawn(async move {
        let stack: std::sync::Arc<dyn brownout_stack::Stack> = app_of_task.stack.clone();
        tokio::select! {
            () = app_of_task.stop.cancelled() => {}
            up = stack.up() => if let Err(error) = up {
                tracing::error!(%error, "the stack did not come up");
            }
        }
    });
}
