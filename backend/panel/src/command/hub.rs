//! `hub`: what is typed, what is printed.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use brownout_core::hub::page::Imported;
use clap::{Args, Subcommand};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::{
    client::Client,
    command::{EXIT_PRECONDITION, Place, interrupt::Interrupt},
    hub::{
        server::{self, Hub, HubOptions},
        sheet, slug, tls,
    },
    record::Kind,
    ui,
};

/// Options of `hub`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ServeHub {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Bring results into the hub that runs: exports of outboxes that could not be sent.
    #[command(after_help = "Example:\n  brownout hub import ada.brownout.gz ben.brownout.gz")]
    Import(Import),
}

/// Options of `hub import`.
#[derive(Debug, Args)]
struct Import {
    /// Files that participants have written with `brownout outbox export`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The workshop; needed where several hubs run here.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Args)]
struct Options {
    /// What the workshop is called. A later start with the same name goes on with it.
    #[arg(long, default_value = "Workshop", value_name = "NAME")]
    name: String,
    /// Address and port; 0.0.0.0:3100 lets others in.
    #[arg(long, default_value = "127.0.0.1:3100", env = "BROWNOUT_HUB_LISTEN", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Where it is kept: postgres://user:password@host/database, or sqlite:FILE; by default a file in the data directory.
    #[arg(long, env = "BROWNOUT_HUB_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
    /// The run sheet of a new workshop; docs/workshop.yaml by default.
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
    /// What others reach the hub by, where that is not its address: https://hub.example
    #[arg(long, env = "BROWNOUT_HUB_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Certificate with its chain, PEM. SIGHUP reads it anew.
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Its key, PEM.
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// A proxy whose X-Forwarded-For counts; may be given often.
    #[arg(long, value_name = "ADDRESS")]
    trust_proxy: Vec<IpAddr>,
    /// Make the facilitator's and the big screen's links anew; the ones before end.
    #[arg(long)]
    new_links: bool,
    /// Participants at most.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000), value_name = "NUMBER")]
    most_seats: u32,
    /// Look whether the hub could start and where others would reach it, and start nothing.
    #[arg(long)]
    check: bool,
}

/// What is logged.
const QUIET: &str = "warn";

/// Starts a hub, looks whether one could be started, or brings files into the one that runs.
pub(super) async fn hub(place: &Place, wanted: ServeHub) -> anyhow::Result<ExitCode> {
    match wanted.verb {
        Some(Verb::Import(files)) => import(place, files).await,
        None => match serve(place, wanted.options).await {
            // The port, the certificate, the run sheet or the database cannot be had.
            Err(error) => {
                eprintln!("error: {error:#}");
                Ok(ExitCode::from(EXIT_PRECONDITION))
            }
            ended => ended,
        },
    }
}

async fn serve(place: &Place, options: Options) -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_env_filter(EnvFilter::try_from_env("BROWNOUT_LOG").unwrap_or_else(|_| EnvFilter::new(QUIET)))
        .init();
    let check = options.check;
    let (options, doubts) = wanted(place, options)?;
    for doubt in doubts {
        eprintln!("note: {doubt}");
    }
    if check {
        return looked(place, &options).await;
    }
    let hangs_up = options.tls.is_none();
    let interrupt = Interrupt::watch_for("Stopping the hub …", hangs_up)?;
    let name = options.name.clone();
    let hub = server::start(options).await?;
    tell(place, &name, &hub)?;
    let stop = hub.app.stop.clone();
    let interrupted = interrupt.token.clone();
    let ending = tokio::spawn(async move {
        interrupted.cancelled().await;
        stop.cancel();
    });
    let reloading = (!hangs_up).then(|| tokio::spawn(reload(hub.reloader())));
    let ended = hub.run().await;
    ending.abort();
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    ended.map(|()| ExitCode::SUCCESS)
}

/// What was typed, as a hub is started with.
fn wanted(place: &Place, options: Options) -> anyhow::Result<(HubOptions, Vec<String>)> {
    let name = options.name.trim().to_owned();
    anyhow::ensure!((1..=80).contains(&name.chars().count()), "--name takes 1 to 80 letters");
    // A hub on a host of its own needs no repository.
    let root = place.root().ok();
    if place.root.is_some() && root.is_none() {
        place.root()?;
    }
    let (sheet, doubts) = sheet::find(options.sheet.as_deref(), root.as_deref())?;
    let public_url = options.public_url.as_deref().map(public).transpose()?;
    let tls = options.tls_cert.zip(options.tls_key).map(|(cert, key)| tls::Files { cert, key });
    let options = HubOptions {
        folder: folder(place)?.join(slug(&name)),
        name,
        listen: options.listen,
        database: options.database,
        sheet,
        root,
        public_url,
        tls,
        proxies: options.trust_proxy,
        new_links: options.new_links,
        most_seats: options.most_seats as usize,
    };
    Ok((options, doubts))
}

/// Where hubs are kept.
fn folder(place: &Place) -> anyhow::Result<PathBuf> {
    let data_dir = match (&place.data_dir, place.root()) {
        (None, Err(_)) => std::env::current_dir().context("the current folder cannot be read")?.join(".brownout"),
        _ => place.data_dir()?,
    };
    Ok(data_dir.join("hub"))
}

/// An address of pages as an Origin has it: scheme and host alone.
fn public(url: &str) -> anyhow::Result<String> {
    let wrong = || format!("--public-url {url} is none; give https://hub.example, without a path");
    let (scheme, host) = url.split_once("://").with_context(wrong)?;
    let host = host.trim_end_matches('/');
    let fits = ["http", "https"].contains(&scheme) && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
    anyhow::ensure!(fits, wrong());
    Ok(format!("{scheme}://{}", host.to_ascii_lowercase()))
}

fn tell(place: &Place, name: &str, hub: &Hub) -> anyhow::Result<()> {
    let code = &hub.code;
    let join = format!("{}/join#{}", hub.url, code.replace('-', ""));
    let links = hub.links.as_ref().map(|links| {
        let facilitator = format!("{}/facilitator#{}", hub.url, links.facilitator.reveal());
        (facilitator, format!("{}/board#{}", hub.url, links.screen.reveal()))
    });
    if place.json {
        let (facilitator, screen) = links.unzip();
        let said = json!({
            "name": name, "url": hub.url, "listen": hub.address, "kept": hub.kept, "code": code, "join": join,
            "facilitator": facilitator, "screen": screen,
        });
        println!("{}", serde_json::to_string(&said)?);
        return Ok(());
    }
    println!("{name}    kept in {}", hub.kept);
    println!("  join code      {code}");
    println!("  join link      {join}");
    match links {
        Some((facilitator, screen)) => {
            println!("  facilitator    {facilitator}   keep it to yourself; it is not shown again");
            println!("  big screen     {screen}");
        }
        None => println!("  facilitator    the link of the first start; --new-links makes another"),
    }
    if !hub.url.starts_with("https://") && !hub.address.ip().is_loopback() {
        println!(
            "note: no TLS: on a network that you do not trust give --tls-cert and --tls-key, or use a proxy (docs/HUB.md)."
        );
    }
    if hub.address.ip().is_loopback() && !hub.app.secure {
        println!("note: only this machine reaches it; --listen 0.0.0.0:{} lets others in.", hub.address.port());
    }
    if !ui::is_hub_built() {
        println!("note: the pages are not built; run `make ui` and start again. Panels can join meanwhile.");
    }
    println!("Ctrl-C stops the hub; participants go on, and their results come when it is back.");
    Ok(())
}

/// `--check`: everything that a start needs, without one.
async fn looked(place: &Place, options: &HubOptions) -> anyhow::Result<ExitCode> {
    tls::install();
    if let Some(files) = &options.tls {
        files.open()?;
    }
    let address = server::listen(options.listen)?.local_addr().context("the hub's own address")?;
    let kept = server::can_open(options).await?;
    let url = options.public_url.clone().unwrap_or_else(|| server::url(options.tls.is_some(), address));
    if place.json {
        println!("{}", json!({ "name": options.name, "url": url, "kept": kept, "minutes": options.sheet.minutes }));
        return Ok(ExitCode::SUCCESS);
    }
    println!("The hub can start here.");
    println!("  kept in        {kept}");
    println!("  run sheet      {} ({} min)", options.sheet.title, options.sheet.minutes);
    println!("  reached at     {url}");
    match address.ip().is_loopback() && options.public_url.is_none() {
        true => println!("  from elsewhere not at all; --listen 0.0.0.0:{} lets others in", address.port()),
        false => println!("  try elsewhere  curl {url}/healthz   while it runs; it says ok"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the certificate anew with each SIGHUP.
async fn reload(reloader: impl Fn() -> Result<bool, tls::TlsError>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    while hangups.recv().await.is_some() {
        match reloader() {
            Ok(_) => eprintln!("The certificate was read anew."),
            Err(error) => eprintln!("error: {error}; the certificate from before goes on"),
        }
    }
}

/// Sends files to the hub that runs.
async fn import(place: &Place, wanted: Import) -> anyhow::Result<ExitCode> {
    let Some(client) = running(place, wanted.name.as_deref()).await? else {
        eprintln!(
            "error: no hub runs here; start it with `brownout hub`, on the machine and in the folder where it was."
        );
        return Ok(ExitCode::from(EXIT_PRECONDITION));
    };
    let mut said = Vec::new();
    let mut refused = false;
    for path in &wanted.files {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        match client.send_file::<Imported>("/import", bytes).await {
            Ok(brought) => said.push(json!({ "file": path, "brought": brought })),
            Err(error) => {
                refused = true;
                said.push(json!({ "file": path, "refused": format!("{error:#}") }));
            }
        }
    }
    if place.json {
        println!("{}", serde_json::to_string_pretty(&said)?);
    } else {
        for one in &said {
            let file = one["file"].as_str().unwrap_or_default();
            match one["refused"].as_str() {
                Some(why) => eprintln!("{file}: {why}"),
                None => println!(
                    "{file}: {} events and {} records are new, {} and {} were here already.",
                    one["brought"]["events"],
                    one["brought"]["records"],
                    one["brought"]["known_events"],
                    one["brought"]["known_records"],
                ),
            }
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The hub of this name that runs here, or the only one.
async fn running(place: &Place, name: Option<&str>) -> anyhow::Result<Option<Client>> {
    let folder = folder(place)?;
    if let Some(name) = name {
        return Ok(Client::find_kind(Kind::Hub, &folder.join(slug(name))).await);
    }
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(None) };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        found.extend(Client::find_kind(Kind::Hub, &entry.path()).await);
    }
    anyhow::ensure!(found.len() < 2, "{} hubs run here; say which by --name", found.len());
    Ok(found.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_what_an_origin_says() {
        for (typed, origin) in [
            ("https://hub.example", Some("https://hub.example")),
            ("https://Hub.Example:8443/", Some("https://hub.example:8443")),
            ("http://192.168.1.20", Some("http://192.168.1.20")),
            ("hub.example", None),
            ("ftp://hub.example", None),
            ("https://hub.example/path", None),
            ("https://user@hub.example", None),
            ("https://", None),
        ] {
            assert_eq!(public(typed).ok().as_deref(), origin, "{typed}");
        }
    }
}
