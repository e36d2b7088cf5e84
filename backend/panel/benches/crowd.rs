//! How many participants a hub carries on this machine, on SQLite and on Postgres.
//!
//! `cargo bench -p brownout-panel --bench crowd [-- --participants 50,200 --database sqlite --seconds 30]`
//!
//! Each participant is the panel's own connection and outbox: a result in the time that is measured, a pulse each 5 s. A
//! watcher follows the board; what is measured is the time from the result to the watcher. The participants are on the
//! same machine and take a part of it, so the hub's own share is read from its process. Two hundred share an address of
//! 127.0.0.0/8 each, because a hub bounds what one address may have open; that is Linux alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, dead_code, missing_docs)]

#[path = "../tests/hub/book.rs"]
mod book;
#[path = "../tests/hub/house.rs"]
mod house;
#[path = "../tests/hub/live.rs"]
mod live;
#[path = "../../store/tests/hub/server.rs"]
mod server;

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use brownout_core::hub::{
    live::{HubHeard, HubItem},
    pulse::Pulse,
    row::BoardRow,
    seat::Join,
};
use brownout_panel::{
    outbox::Stand,
    uplink::{Hub, Seat, Token, Uplink},
};
use house::{House, finished};
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpSocket},
    sync::{Notify, mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use book::{Book, most_memory, seated};

/// What is to be measured.
struct Wanted {
    participants: Vec<usize>,
    databases: Vec<String>,
    seconds: u64,
}

fn wanted() -> Wanted {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let list = |text: String| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let participants = given("--participants").unwrap_or_else(|| "50,200,400,800,1600".to_owned());
    Wanted {
        participants: list(participants).iter().map(|number| number.parse().expect("a number")).collect(),
        databases: given("--database").map_or_else(|| vec!["sqlite".to_owned(), "postgres".to_owned()], list),
        seconds: given("--seconds").map_or(30, |number| number.parse().expect("a number")),
    }
}

/// When each result was there, by seat and total.
type Sent = Arc<Mutex<HashMap<(String, u32), Instant>>>;

/// What one measurement gave.
struct Measured {
    took: Vec<Duration>,
    missing: usize,
    cores: f64,
    /// What the participants themselves took: near the number of processors they are measured, not the hub.
    own_cores: f64,
    memory_kb: u64,
    joined: Duration,
}

impl Measured {
    fn at(&self, share: usize) -> Duration {
        self.took.get((self.took.len() * share).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
    }

    fn carries(&self) -> bool {
        self.missing == 0 && self.at(99) < Duration::from_secs(1) && self.cores < 1.5
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let wanted = wanted();
    println!(
        "{:<9} {:>12} {:>9} {:>9} {:>9} {:>7} {:>5} {:>9} {:>9}",
        "database", "participants", "p50 ms", "p99 ms", "most ms", "cores", "own", "peak MB", "joined s"
    );
    for database in &wanted.databases {
        let mut carried = None;
        for participants in &wanted.participants {
            let server = if database == "postgres" { Some(server::Server::start().await) } else { None };
            let url = server.as_ref().map(server::Server::url);
            let measured = measure(*participants, url.as_deref(), wanted.seconds).await;
            println!(
                "{database:<9} {participants:>12} {:>9} {:>9} {:>9} {:>7.2} {:>5.2} {:>9} {:>9.1}{}",
                measured.at(50).as_millis(),
                measured.at(99).as_millis(),
                measured.at(100).as_millis(),
                measured.cores,
                measured.own_cores,
                measured.memory_kb / 1024,
                measured.joined.as_secs_f64(),
                if measured.missing > 0 { format!("  {} did not come", measured.missing) } else { String::new() },
            );
            if measured.carries() {
                carried = Some(*participants);
            }
        }
        match carried {
            Some(most) => println!("{database}: {most} participants with p99 < 1 s and < 1.5 cores of the hub"),
            None => println!("{database}: none of these"),
        }
    }
}

async fn measure(participants: usize, database: Option<&str>, seconds: u64) -> Measured {
    let more: Vec<&str> = database.iter().flat_map(|url| ["--database", url]).collect();
    let house = House::open_with(&more);
    house.act(Method::POST, "/clock", json!({ "do": "start", "step": "welcome" })).await;
    let (stop, sent) = (CancellationToken::new(), Sent::default());
    let (start, starts) = watch::channel(None::<Instant>);
    let began = Instant::now();
    let code = house.word("code").to_owned();
    let hub: SocketAddr = house.word("listen").parse().expect("an address");
    let mut urls = Vec::new();
    for nth in 0..participants.div_ceil(TO_AN_ADDRESS) {
        urls.push(forwarded(Ipv4Addr::new(127, 0, 0, 2 + nth as u8), hub).await);
    }
    let joining: Vec<_> = (0..participants)
        .map(|nth| {
            let at = Duration::from_millis(seconds * 1_000 * nth as u64 / participants as u64);
            let player =
                Participant { nth, url: urls[nth / TO_AN_ADDRESS].clone(), code: code.clone(), at, sent: sent.clone() };
            tokio::spawn(player.joins(starts.clone(), stop.clone()))
        })
        .collect();
    for joined in joining {
        joined.await.expect("a seat");
    }
    let joined = began.elapsed();
    let mut watcher = house.live("", &house.screen).await;
    watcher.hello().await;
    let (cpu, own) = (cpu_seconds(house.pid()), cpu_seconds(std::process::id()));
    let from = Instant::now() + Duration::from_secs(1);
    start.send_replace(Some(from));
    let end = from + Duration::from_secs(seconds + 5);
    let mut took = Vec::new();
    while took.len() < participants {
        let heard = tokio::select! {
            () = sleep_until(end) => break,
            heard = watcher.next() => heard.expect("the feed goes on"),
        };
        watcher.heard.clear();
        let rows: Vec<BoardRow> = match heard {
            HubHeard::Item { item: Some(item), .. } => match *item {
                HubItem::Board(delta) => delta.rows,
                _ => continue,
            },
            HubHeard::Hello { snapshot, .. } => snapshot.board.rows,
            _ => continue,
        };
        let mut sent = sent.lock().unwrap();
        took.extend(rows.iter().filter_map(|row| {
            let at = sent.remove(&(row.row.participant.clone(), row.row.total))?;
            Some(at.elapsed())
        }));
    }
    let wall = from.elapsed().as_secs_f64();
    let cores = (cpu_seconds(house.pid()) - cpu) / wall;
    let own_cores = (cpu_seconds(std::process::id()) - own) / wall;
    took.sort();
    stop.cancel();
    Measured { missing: participants - took.len(), took, cores, own_cores, memory_kb: most_memory(house.pid()), joined }
}

/// Participants who share an address.
const TO_AN_ADDRESS: usize = 200;

/// An address that leads to the hub; the hub sees callers at `from`.
async fn forwarded(from: Ipv4Addr, hub: SocketAddr) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let socket = TcpSocket::new_v4().expect("a socket");
                socket.bind((from, 0).into()).expect("an address of this machine");
                if let Ok(mut far) = socket.connect(hub).await {
                    // Either end may close.
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                }
            });
        }
    });
    url
}

struct Participant {
    nth: usize,
    url: String,
    code: String,
    at: Duration,
    sent: Sent,
}

impl Participant {
    /// Takes a seat, and sends one result and a pulse each 5 s once it starts.
    async fn joins(self, mut starts: watch::Receiver<Option<Instant>>, stop: CancellationToken) {
        let hub = Hub::at(&self.url, None).expect("an address");
        let participant = Uuid::new_v4().to_string();
        let join = Join {
            code: self.code,
            name: format!("Participant {}", self.nth),
            participant: participant.clone(),
            panel: "0.1.0".to_owned(),
            attempt: Uuid::new_v4().to_string(),
        };
        let seated = seated(&hub, &join).await;
        let wake = Arc::<Notify>::default();
        let book = Arc::new(Book::of(participant, wake.clone()));
        let (pulse, pulses) = watch::channel(None);
        let (news, mut heard) = mpsc::channel(64);
        let uplink = Uplink {
            seat: Seat { hub, token: Token::new(seated.token), from: 1 },
            history: book.clone(),
            pulse: pulses,
            news,
            stand: watch::Sender::<Stand>::default(),
            wake,
        };
        tokio::spawn(uplink.keep(stop.clone()));
        tokio::spawn(async move { while heard.recv().await.is_some() {} });
        tokio::spawn(async move {
            let Ok(start) = starts.wait_for(Option::is_some).await.map(|start| start.expect("it is some")) else {
                return;
            };
            // Not all at the same instant.
            let mut next = start + Duration::from_millis(5_000 * (self.nth as u64 % 100) / 100);
            let mut due = Some(start + self.at);
            for number in 0_u64.. {
                let result = due.filter(|due| *due <= next);
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = sleep_until(result.unwrap_or(next)) => {}
                }
                if result.is_some() {
                    due = None;
                    let total = 1 + self.nth as u32 % 100;
                    self.sent.lock().unwrap().insert((seated.seat.clone(), total), Instant::now());
                    book.append(finished(&format!("run-{}", self.nth), "timeouts", total));
                    continue;
                }
                pulse.send_replace(Some(Pulse { clock_ms: number, ..Pulse::default() }));
                next += Duration::from_secs(5);
            }
        });
    }
}

/// Processor time of a process so far, s.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process of Linux");
    // After the name in parentheses: state is the first, user and system time the 12th and 13th field.
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().expect("a number")).sum();
    ticks / 100.0
}
