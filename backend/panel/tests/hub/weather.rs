//! A network of its own for a test: a proxy before a hub that loses, doubles, delays and breaks what passes through it.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// Of a hundred requests, how many meet with what.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Never arrive.
    pub lost: u64,
    /// Arrive, and their answer does not.
    pub unanswered: u64,
    /// Arrive twice.
    pub doubled: u64,
    /// Are lost for the sender and arrive later, after what was sent since.
    pub late: u64,
    /// Break off in the middle of the body.
    pub cut: u64,
}

/// The proxy. Everything of it ends when it is dropped.
pub struct Proxy {
    pub url: String,
    state: Arc<State>,
}

struct State {
    upstream: Mutex<SocketAddr>,
    weather: Mutex<Weather>,
    dice: AtomicU64,
    /// What it did, in the order of [`Weather`], and what it let pass.
    met: [AtomicU64; 6],
    /// Cancelled when the line is cut; another one takes its place.
    line: Mutex<CancellationToken>,
    shut: std::sync::atomic::AtomicBool,
    stop: CancellationToken,
}

impl Proxy {
    /// Before this hub (`http://host:port`), with dice that fall the same way for the same seed.
    pub async fn before(hub: &str, weather: Weather, seed: u64) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let state = Arc::new(State {
            upstream: Mutex::new(address(hub)),
            weather: Mutex::new(weather),
            dice: AtomicU64::new(seed),
            met: Default::default(),
            line: Mutex::default(),
            shut: false.into(),
            stop: CancellationToken::new(),
        });
        let served = state.clone();
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    () = served.stop.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                let Ok((client, _)) = accepted else { continue };
                let state = served.clone();
                tokio::spawn(async move {
                    let line = state.line.lock().unwrap().clone();
                    tokio::select! {
                        () = line.cancelled() => {}
                        // Whatever breaks is what this is for.
                        _ = pass(client, state) => {}
                    }
                });
            }
        });
        Proxy { url, state }
    }

    /// The hub is there from now on.
    pub fn leads_to(&self, hub: &str) {
        *self.state.upstream.lock().unwrap() = address(hub);
        self.cut();
    }

    /// Nobody gets through until [`Proxy::open`].
    pub fn shut(&self) {
        self.state.shut.store(true, Relaxed);
        self.cut();
    }

    pub fn open(&self) {
        self.state.shut.store(false, Relaxed);
    }

    /// Everything passes from now on.
    pub fn calms(&self) {
        *self.state.weather.lock().unwrap() = Weather::default();
    }

    /// Breaks every connection that there is.
    pub fn cut(&self) {
        std::mem::take(&mut *self.state.line.lock().unwrap()).cancel();
    }

    /// Requests that were lost, unanswered, doubled, late, cut, and passed.
    pub fn met(&self) -> [u64; 6] {
        self.state.met.each_ref().map(|count| count.load(Relaxed))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.stop.cancel();
        self.cut();
    }
}

fn address(hub: &str) -> SocketAddr {
    hub.rsplit('/').next().expect("host and port").replace("localhost", "127.0.0.1").parse().expect("an address")
}

impl State {
    /// A number of 0 to 99 (SplitMix64).
    fn roll(&self) -> u64 {
        let mut dice = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        dice = (dice ^ (dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        dice = (dice ^ (dice >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (dice ^ (dice >> 31)) % 100
    }

    async fn dial(&self) -> std::io::Result<TcpStream> {
        let upstream = *self.upstream.lock().unwrap();
        let stream = TcpStream::connect(upstream).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn count(&self, which: usize) {
        self.met[which].fetch_add(1, Relaxed);
    }
}

async fn pass(mut client: TcpStream, state: Arc<State>) -> std::io::Result<()> {
    if state.shut.load(Relaxed) {
        return Ok(());
    }
    client.set_nodelay(true)?;
    loop {
        let Some((head, body)) = request(&mut client).await? else { return Ok(()) };
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        if text.contains("upgrade: websocket") {
            let mut hub = state.dial().await?;
            hub.write_all(&head).await?;
            return copy_bidirectional(&mut client, &mut hub).await.map(drop);
        }
        // Each request has a connection of its own behind the proxy.
        let whole = [head, body].concat();
        let Weather { lost, unanswered, doubled, late, cut } = *state.weather.lock().unwrap();
        let roll = state.roll();
        let bounds = [lost, unanswered, doubled, late, cut];
        let fate = (0..5).find(|fate| roll < bounds[..=*fate].iter().sum()).unwrap_or(5);
        state.count(fate);
        match fate {
            0 => return Ok(()),
            1 => return exchange(&state, &whole).await.map(drop),
            2 => {
                let answer = exchange(&state, &whole).await?;
                exchange(&state, &whole).await?;
                client.write_all(&answer).await?;
            }
            3 => {
                let (wait, state) = (Duration::from_millis(100 + 10 * state.roll()), state.clone());
                tokio::spawn(async move {
                    sleep(wait).await;
                    let _ = exchange(&state, &whole).await;
                });
                return Ok(());
            }
            4 => {
                let mut hub = state.dial().await?;
                return hub.write_all(&whole[..whole.len() - whole.len() / 3]).await;
            }
            _ => {
                let answer = exchange(&state, &whole).await?;
                client.write_all(&answer).await?;
            }
        }
    }
}

/// One request with its body; `None` when the client has closed.
async fn request(client: &mut TcpStream) -> std::io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(end);
    let length = length(&bytes).unwrap_or(0);
    while body.len() < length {
        if client.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some((bytes, body)))
}

fn length(head: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    text.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()
}

/// Sends a request and reads its whole answer.
async fn exchange(state: &State, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut hub = state.dial().await?;
    hub.write_all(request).await?;
    let mut answer = Vec::new();
    let read = async {
        loop {
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n")
                && let Some(length) = length(&answer[..end + 4]).or_else(|| empty(&answer))
                && answer.len() >= end + 4 + length
            {
                return Ok(());
            }
            if hub.read_buf(&mut answer).await? == 0 {
                return Ok(());
            }
        }
    };
    match timeout(Duration::from_secs(20), read).await {
        Ok(read) => read.map(|()| answer),
        Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
    }
}

/// 204 has no body and says no length.
fn empty(answer: &[u8]) -> Option<usize> {
    answer.starts_with(b"HTTP/1.1 204").then_some(0)
}
