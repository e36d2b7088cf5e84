//! `brownout hub`: from options to a hub that answers, and its orderly end.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use axum_server::{
    Handle, Server,
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use brownout_core::workshop::Workshop;
use brownout_hub::{Desk, DeskOptions, Links, Opened, Token, clock::Clock};
use brownout_store::hub::SqlHub;
use hyper_util::rt::TokioTimer;
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{HubApp, Parts, connection::Counting, cookie::Cookies, limit::Limits, prompt::Prompt, route, tls};
use crate::{
    catalog::Catalog,
    guard::Guard,
    record::{Claim, Kind, Record},
};

/// A request's header comes in this time, and so does the next request over the same connection.
const HEADER: Duration = Duration::from_secs(10);
/// Requests that go on when the hub ends have so long.
const GRACE: Duration = Duration::from_millis(500);
/// Who has not asked for long is forgotten so often.
const SWEEP: Duration = Duration::from_secs(60);

/// What a hub is started with.
#[derive(Debug, Clone)]
pub struct HubOptions {
    /// What the facilitator calls the workshop.
    pub name: String,
    /// Its own folder: `hub.json`, and the database where no other is given.
    pub folder: PathBuf,
    /// Address and port; port 0 takes any.
    pub listen: SocketAddr,
    /// `postgres://…` or `sqlite:…`; `None` is a file in the folder.
    pub database: Option<String>,
    /// The run sheet, if the workshop is a new one.
    pub sheet: Workshop,
    /// The repository, where there is one: talking points and hints.
    pub root: Option<PathBuf>,
    /// What pages are reached by, without a slash at its end, where that is not the address.
    pub public_url: Option<String>,
    /// Certificate and key.
    pub tls: Option<tls::Files>,
    /// Proxies whose word on a caller's address counts.
    pub proxies: Vec<IpAddr>,
    /// Whether links are made anew.
    pub new_links: bool,
    /// Seats at most.
    pub most_seats: usize,
}

/// A hub that answers.
pub struct Hub {
    /// The application.
    pub app: HubApp,
    /// Where it listens.
    pub address: SocketAddr,
    /// What its links begin with.
    pub url: String,
    /// The join code.
    pub code: String,
    /// Tokens of the links, where they are new.
    pub links: Option<Links>,
    /// Where it is kept, without password.
    pub kept: String,
    claim: Claim,
    server: JoinHandle<std::io::Result<()>>,
    handle: Handle<SocketAddr>,
    desk: JoinHandle<()>,
    local: Option<Local>,
    tasks: TaskTracker,
    certificate: Option<(tls::Files, RustlsConfig)>,
}

/// Where commands on this machine reach a hub that others reach by TLS: its certificate is for another name.
struct Local {
    server: JoinHandle<std::io::Result<()>>,
    handle: Handle<SocketAddr>,
}

/// How a hub comes to its end.
enum End {
    /// Somebody asked for it.
    Asked,
    /// The server ended by itself.
    Server(Result<std::io::Result<()>, tokio::task::JoinError>),
    /// The room ended by itself: nothing could be answered any more.
    Desk,
}

/// Starts a hub: it answers when this returns.
///
/// # Errors
/// When the folder, the port, the certificate or the database cannot be had.
pub async fn start(options: HubOptions) -> anyhow::Result<Hub> {
    brownout_stack::raise_file_limit();
    tls::install();
    let claim = Claim::take_for(Kind::Hub, &options.folder)?;
    let certificate = match &options.tls {
        Some(files) => Some((files.clone(), files.open()?)),
        None => None,
    };
    let listener = listen(options.listen)?;
    let address = listener.local_addr().context("the hub's own address")?;
    let url = options.public_url.clone().unwrap_or_else(|| url(certificate.is_some(), address));
    let store = open(&options).await?;
    let kept = store.url().to_owned();
    let Opened { handle: desk, desk: writer, links, code } = Desk::open(
        Arc::new(store),
        DeskOptions {
            name: options.name.clone(),
            sheet: options.sheet,
            most_seats: options.most_seats,
            new_links: options.new_links,
            clock: Clock::system(),
        },
    )
    .await?;
    let local = Token::fresh()?;
    let app = HubApp::new(Parts {
        desk,
        name: options.name,
        guard: Guard::any(options.public_url),
        local: local.hash(),
        limits: Limits::default(),
        cookies: Cookies::default(),
        connections: Counting::new(options.proxies.clone()),
        proxies: options.proxies,
        catalog: options.root.as_deref().map(Catalog::new),
        secure: url.starts_with("https://"),
        stop: CancellationToken::new(),
    });
    let handle = Handle::new();
    let server = axum_server::from_tcp(listener).context("the hub's listener")?.handle(handle.clone());
    let counting = app.connections.clone();
    let server = match &certificate {
        Some((_, config)) => {
            tokio::spawn(serve(server.acceptor(RustlsAcceptor::new(config.clone()).acceptor(counting)), app.clone()))
        }
        None => tokio::spawn(serve(server.acceptor(counting), app.clone())),
    };
    let (local_server, local_url) = match &certificate {
        Some(_) => {
            let listener = listen(([127, 0, 0, 1], 0).into())?;
            let address = listener.local_addr().context("the hub's own address")?;
            let handle = Handle::new();
            let server = axum_server::from_tcp(listener).context("the hub's listener for commands")?;
            let server = server.handle(handle.clone()).acceptor(app.connections.clone());
            (Some(Local { server: tokio::spawn(serve(server, app.clone())), handle }), self::url(false, address))
        }
        None => (None, self::url(false, address)),
    };
    let tasks = TaskTracker::new();
    tasks.spawn(sweep(app.clone()));
    tasks.close();
    claim.publish(&Record {
        pid: std::process::id(),
        url: local_url,
        token: local.reveal().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })?;
    let desk = tokio::spawn(writer.run());
    Ok(Hub {
        app,
        address,
        url,
        code,
        links,
        kept,
        claim,
        server,
        handle,
        desk,
        local: local_server,
        tasks,
        certificate,
    })
}

impl Hub {
    /// Waits until somebody asks the hub to stop, then ends connections, desk and database, and frees the folder.
    ///
    /// # Errors
    /// When the server or the room ended by itself.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let end = tokio::select! {
            () = self.app.stop.cancelled() => End::Asked,
            ended = &mut self.server => End::Server(ended),
            _ = &mut self.desk => End::Desk,
        };
        self.app.stop.cancel();
        // A page that keeps its connection open must not keep the hub.
        self.handle.graceful_shutdown(Some(GRACE));
        if let Some(local) = self.local {
            local.handle.graceful_shutdown(Some(GRACE));
            let _ = local.server.await;
        }
        if !matches!(end, End::Server(_)) {
            let _ = self.server.await;
        }
        if !matches!(end, End::Desk) {
            self.app.desk.close().await;
            let _ = self.desk.await;
        }
        self.tasks.wait().await;
        drop(self.claim);
        match end {
            End::Server(Ok(Err(error))) => Err(anyhow::Error::new(error).context("the hub's server ended")),
            End::Server(Err(error)) => Err(anyhow::Error::new(error).context("the hub's server ended")),
            End::Desk => anyhow::bail!("the hub's room ended by itself; start it again: nothing that it took is lost"),
            End::Asked | End::Server(Ok(Ok(()))) => Ok(()),
        }
    }

    /// Reads certificate and key anew, if there are some.
    ///
    /// # Errors
    /// When they cannot be used; those from before go on.
    pub fn reload(&self) -> Result<bool, tls::TlsError> {
        reload(self.certificate.as_ref())
    }

    /// What [`Hub::reload`] does, for a task that outlives this borrow.
    pub fn reloader(&self) -> impl Fn() -> Result<bool, tls::TlsError> + Send + use<> {
        let certificate = self.certificate.clone();
        move || reload(certificate.as_ref())
    }
}

fn reload(certificate: Option<&(tls::Files, RustlsConfig)>) -> Result<bool, tls::TlsError> {
    match certificate {
        Some((files, config)) => files.reload(config).map(|()| true),
        None => Ok(false),
    }
}

async fn serve<A>(mut server: Server<SocketAddr, A>, app: HubApp) -> std::io::Result<()>
where
    A: Accept<
            tokio::net::TcpStream,
            axum::middleware::AddExtension<axum::Router, axum::extract::ConnectInfo<SocketAddr>>,
        > + Clone
        + Send
        + Sync
        + 'static,
    A::Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    A::Service: axum_server::service::SendService<axum::http::Request<hyper::body::Incoming>> + Send + 'static,
    A::Future: Send + 'static,
{
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADER);
    let server = server.map(|acceptor| Prompt::new(acceptor, HEADER));
    server.serve(route::router(app).into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn open(options: &HubOptions) -> anyhow::Result<SqlHub> {
    Ok(match &options.database {
        Some(url) => SqlHub::open(url).await?,
        None => SqlHub::open_file(&options.folder.join("hub.sqlite")).await?,
    })
}

/// Opens the database and closes it again; where it is, without password.
///
/// # Errors
/// When it cannot be had.
pub async fn can_open(options: &HubOptions) -> anyhow::Result<String> {
    use brownout_store::hub::HubStore;
    let store = open(options).await?;
    store.close().await;
    Ok(store.url().to_owned())
}

/// Binds the port, or fails naming who holds it.
///
/// # Errors
/// When it cannot be had.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|error| {
        if error.kind() != std::io::ErrorKind::AddrInUse {
            return anyhow::Error::new(error)
                .context(format!("{address} cannot be used; choose another with --listen"));
        }
        let holder = brownout_stack::port_holder(address.port()).map(|holder| format!(" by {holder}"));
        let next = SocketAddr::new(address.ip(), address.port().saturating_add(1));
        anyhow::anyhow!("{address} is in use{}; use another: --listen {next}", holder.unwrap_or_default())
    })
}

/// What links begin with where nothing else is given: an address at which others reach this machine.
pub fn url(tls: bool, address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => reached_at(ip).unwrap_or_else(|| IpAddr::from([127, 0, 0, 1])),
        ip => ip,
    };
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(host, address.port()))
}

/// The address from which this machine speaks to others. Nothing is sent.
fn reached_at(any: IpAddr) -> Option<IpAddr> {
    // Documentation addresses, which nobody has: what matters is the route to them.
    let towards: SocketAddr = match any {
        IpAddr::V4(_) => ([192, 0, 2, 1], 9).into(),
        IpAddr::V6(_) => ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 9).into(),
    };
    let socket = std::net::UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(towards).ok()?;
    socket.local_addr().ok().map(|own| own.ip()).filter(|own| !own.is_unspecified())
}

async fn sweep(app: HubApp) {
    let mut turns = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            _ = turns.tick() => app.limits.sweep(),
        }
    }
}
