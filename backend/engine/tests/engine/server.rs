//! A server on a free port that does what a test says and counts what it sees. It ends when it is dropped.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
    task::JoinSet,
};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The first line: `GET /path HTTP/1.1`.
    pub(crate) line: String,
    /// The whole head.
    pub(crate) head: String,
    pub(crate) body: String,
    /// Number within its connection, from 0.
    pub(crate) nth: u64,
}

impl Asked {
    /// Value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> &str {
        let query = self.line.split([' ', '?']).nth(2).unwrap_or_default();
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
    }
}

/// What the server does with a request.
#[derive(Debug)]
pub(crate) enum Does {
    /// Writes these bytes.
    Answers(String),
    /// Writes these bytes and closes.
    AnswersAndCloses(String),
    /// Answers with a body that goes on for as long as pieces come, then closes.
    Streams(mpsc::UnboundedReceiver<String>),
    /// Closes without a byte.
    Closes,
    /// Says nothing and waits for the client to leave.
    Hangs,
}

/// An answer with a status, header lines and a body.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Does {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    Does::Answers(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()))
}

/// Counts.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: AtomicU64,
    pub(crate) requests: AtomicU64,
    /// When clients of hanging requests left.
    pub(crate) left: Mutex<Vec<Instant>>,
    pub(crate) open: AtomicU64,
    /// Most requests at once.
    pub(crate) most: AtomicU64,
}

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Server {
    /// Serves on threads of its own, so that nothing a test does delays it.
    pub(crate) fn start<F, B>(behaviour: B) -> Server
    where
        B: Fn(Asked) -> F + Send + Sync + 'static,
        F: Future<Output = Does> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let seen = Arc::new(Seen::default());
        let entered = runtime.enter();
        let listener = bind().unwrap();
        drop(entered);
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, seen.clone(), Arc::new(behaviour)));
        Server { url: format!("http://{address}"), address, seen, runtime: Some(runtime) }
    }

    /// Answers everything with 200.
    pub(crate) fn fine() -> Server {
        Server::start(|_| async { answer(200, &[], "ok") })
    }

    pub(crate) fn requests(&self) -> u64 {
        self.seen.requests.load(SeqCst)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.seen.connections.load(SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A listener whose queue holds a burst: an arrival must not wait a second for a lost SYN.
fn bind() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    socket.listen(4_096)
}

async fn serve<F, B>(listener: TcpListener, seen: Arc<Seen>, behaviour: Arc<B>)
where
    B: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Does> + Send + 'static,
{
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        seen.connections.fetch_add(1, SeqCst);
        let (seen, behaviour) = (seen.clone(), behaviour.clone());
        connections.spawn(async move {
            let _ = socket.set_nodelay(true);
            let _ = converse(socket, &seen, behaviour.as_ref()).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn converse<F, B>(mut socket: TcpStream, seen: &Seen, behaviour: &B) -> io::Result<()>
where
    B: Fn(Asked) -> F,
    F: Future<Output = Does>,
{
    for nth in 0.. {
        let Some((head, body)) = request(&mut socket).await? else { return Ok(()) };
        seen.requests.fetch_add(1, SeqCst);
        seen.most.fetch_max(seen.open.fetch_add(1, SeqCst) + 1, SeqCst);
        let line = head.lines().next().unwrap_or_default().to_owned();
        let mut does = behaviour(Asked { line, head, body, nth }).await;
        let result = match &mut does {
            Does::Answers(text) | Does::AnswersAndCloses(text) => socket.write_all(text.as_bytes()).await,
            Does::Streams(pieces) => stream(&mut socket, pieces).await,
            Does::Closes => Ok(()),
            Does::Hangs => {
                let _ = socket.read(&mut [0; 64]).await;
                seen.left.lock().unwrap().push(Instant::now());
                Ok(())
            }
        };
        seen.open.fetch_sub(1, SeqCst);
        result?;
        if !matches!(does, Does::Answers(_)) {
            return Ok(());
        }
    }
    Ok(())
}

async fn stream(socket: &mut TcpStream, pieces: &mut mpsc::UnboundedReceiver<String>) -> io::Result<()> {
    socket.write_all(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n").await?;
    while let Some(piece) = pieces.recv().await {
        socket.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).await?;
    }
    Ok(())
}

/// The next request's head and body; `None` when the client closed.
async fn request(socket: &mut TcpStream) -> io::Result<Option<(String, String)>> {
    let mut text = Vec::new();
    let mut part = [0; 2_048];
    loop {
        if let Some(end) = text.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&text[..end + 4]).into_owned();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if text.len() >= end + 4 + length {
                return Ok(Some((head, String::from_utf8_lossy(&text[end + 4..]).into_owned())));
            }
        }
        match socket.read(&mut part).await? {
            0 => return Ok(None),
            n => text.extend_from_slice(&part[..n]),
        }
    }
}
