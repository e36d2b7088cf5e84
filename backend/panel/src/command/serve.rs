//! `serve`: the panel in the foreground; and how other commands get a panel in the background.

use std::{
    fs::OpenOptions,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use anyhow::Context;
use clap::Args;
use tokio::time::{Instant, sleep};
use tracing_subscriber::EnvFilter;

use crate::{
    client::Client,
    command::{Place, interrupt::Interrupt},
    server::{self, ServeOptions},
    stacks::StackArgs,
};

/// Ports of panel and lab.
#[derive(Debug, Clone, Args)]
pub(super) struct Ports {
    /// Port of the panel.
    #[arg(long, default_value_t = 3000, env = "BROWNOUT_PORT")]
    pub(super) port: u16,
    /// Port of the lab's API.
    #[arg(long, default_value_t = 8080, env = "BROWNOUT_API_PORT")]
    pub(super) api_port: u16,
    /// Port of the lab's worker.
    #[arg(long, default_value_t = 8081, env = "BROWNOUT_WORKER_PORT")]
    pub(super) worker_port: u16,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    stack: StackArgs,
    /// Open a browser when the panel answers.
    #[arg(long, overrides_with = "no_open")]
    open: bool,
    /// Do not open a browser (the default).
    #[arg(long)]
    no_open: bool,
    /// Never open a browser and print only what is needed; for scripts and the background.
    #[arg(long)]
    headless: bool,
    /// Start the panel without bringing the stack up.
    #[arg(long)]
    no_stack: bool,
    /// A further host:port under which the panel may be reached; may be given often.
    #[arg(long, value_name = "HOST:PORT")]
    allowed_host: Vec<String>,
    /// Where the lab is built; lab/target by default.
    #[arg(long, value_name = "DIR", env = "BROWNOUT_LAB_TARGET_DIR")]
    lab_target_dir: Option<PathBuf>,
    /// A certificate (PEM) to trust when joining a hub, besides this machine's own.
    #[arg(long, value_name = "FILE", env = "BROWNOUT_HUB_CA")]
    hub_ca: Option<PathBuf>,
}

/// What is logged. The client of a cluster tells each failed request as an error of its own; we say it once, in words.
const QUIET: &str = "warn,kube_client=off";

/// Starts the panel, or opens the one that runs.
pub(super) async fn serve(place: &Place, options: Serve) -> anyhow::Result<ExitCode> {
    let data_dir = place.data_dir()?;
    if let Some(client) = Client::find(&data_dir).await {
        let record = client.record();
        println!("Brownout runs already (pid {}): {}", record.pid, record.url);
        if options.open && !options.headless {
            open_browser(&record.url);
        }
        return Ok(ExitCode::SUCCESS);
    }
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_env_filter(EnvFilter::try_from_env("BROWNOUT_LOG").unwrap_or_else(|_| EnvFilter::new(QUIET)))
        .init();
    let interrupt = Interrupt::watch("Stopping the panel and the lab …")?;
    let panel = server::start(ServeOptions {
        root: place.root()?,
        data_dir,
        port: options.ports.port,
        api_port: options.ports.api_port,
        worker_port: options.ports.worker_port,
        allowed_hosts: options.allowed_host,
        lab_target_dir: options.lab_target_dir,
        stack: options.stack,
        hub_ca: options.hub_ca,
    })
    .await?;
    for notice in &panel.notices {
        eprintln!("note: {notice}");
    }
    if !options.no_stack {
        server::bring_up(&panel.app);
    }
    println!("Brownout: {}", panel.record.url);
    if !options.headless {
        println!("Ctrl-C stops the panel and the lab.");
    }
    if options.open && !options.headless {
        open_browser(&panel.record.url);
    }
    let stop = panel.app.stop.clone();
    let interrupted = interrupt.token.clone();
    let ending = tokio::spawn(async move {
        interrupted.cancelled().await;
        stop.cancel();
    });
    let ended = panel.run().await;
    ending.abort();
    ended.map(|()| ExitCode::SUCCESS)
}

/// Opens a browser where there is one; where not, the printed address has to do.
pub(super) fn open_browser(url: &str) {
    // Windows Subsystem for Linux opens the browser of Windows.
    let is_wsl = std::env::var_os("WSL_DISTRO_NAME").is_some();
    let openers: &[&str] = match cfg!(target_os = "macos") {
        true => &["open"],
        false if is_wsl => &["wslview", "explorer.exe", "xdg-open"],
        false => &["xdg-open"],
    };
    for opener in openers {
        let mut command = Command::new(opener);
        command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if command.spawn().is_ok() {
            return;
        }
    }
}

/// The panel that runs, or a new one in the background.
pub(super) async fn ensure(place: &Place, ports: &Ports, stack: &StackArgs) -> anyhow::Result<Client> {
    let data_dir = place.data_dir()?;
    if let Some(client) = Client::find(&data_dir).await {
        return Ok(client);
    }
    let logs = data_dir.join("logs");
    std::fs::create_dir_all(&logs).with_context(|| format!("{} cannot be made", logs.display()))?;
    let log_path = logs.join("panel.log");
    let log = OpenOptions::new().create(true).append(true).open(&log_path);
    let log = log.with_context(|| format!("{} cannot be written", log_path.display()))?;
    let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
    command.arg("serve").arg("--headless").arg("--root").arg(place.root()?).arg("--data-dir").arg(&data_dir);
    for (flag, port) in [("--port", ports.port), ("--api-port", ports.api_port), ("--worker-port", ports.worker_port)] {
        command.arg(flag).arg(port.to_string());
    }
    command.args(stack.arguments());
    // A process group of its own: Ctrl-C here is not for the panel.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdin(Stdio::null()).stdout(log.try_clone().context("the log")?).stderr(log);
    let mut child = command.spawn().context("a panel could not be started")?;
    eprintln!("Starting a panel in the background (pid {}, log {}) …", child.id(), log_path.display());
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(client) = Client::find(&data_dir).await {
            return Ok(client);
        }
        if let Some(status) = child.try_wait().context("the panel")? {
            let text = std::fs::read_to_string(&log_path).unwrap_or_default();
            let last: Vec<&str> = text.lines().rev().take(5).collect();
            let last: Vec<&str> = last.into_iter().rev().collect();
            anyhow::bail!("the panel ended at once ({status}):\n{}", last.join("\n"));
        }
        anyhow::ensure!(Instant::now() < deadline, "the panel did not answer within 20 s; see {}", log_path.display());
        sleep(Duration::from_millis(50)).await;
    }
}

impl Default for Ports {
    fn default() -> Self {
        let of = |name: &str, default| std::env::var(name).ok().and_then(|port| port.parse().ok()).unwrap_or(default);
        Ports {
            port: of("BROWNOUT_PORT", 3000),
            api_port: of("BROWNOUT_API_PORT", 8080),
            worker_port: of("BROWNOUT_WORKER_PORT", 8081),
        }
    }
}
