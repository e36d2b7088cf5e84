//! Connections of one worker to one endpoint: HTTP/1.1, kept open, the latest used first.

use std::{
    cell::{Cell, RefCell},
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::Full;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    task::{AbortHandle, spawn_local},
};

/// Idle connections that are kept; more are closed.
const IDLE: usize = 1_024;

/// How an exchange failed before the head of its answer.
#[derive(Debug)]
pub(crate) enum Broken {
    /// This machine had no socket for it: its own limit, not the service's failure.
    NoSocket,
    /// The connection could not be opened, or broke.
    Failed,
}

impl Broken {
    fn connecting(error: &io::Error) -> Self {
        // EMFILE is 24 and ENFILE is 23 on every Unix.
        let exhausted = matches!(error.raw_os_error(), Some(23 | 24));
        if exhausted || error.kind() == io::ErrorKind::AddrNotAvailable { Broken::NoSocket } else { Broken::Failed }
    }
}

/// One connection. Dropping it closes its socket at once, whatever is under way on it.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    task: AbortHandle,
    /// Whether anything was received since the last request.
    heard: Rc<Cell<bool>>,
    served: u32,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, Broken> {
        let socket = TcpStream::connect(address).await.map_err(|error| Broken::connecting(&error))?;
        // Small requests must not wait for the answer to the one before.
        let _ = socket.set_nodelay(true);
        let heard = Rc::new(Cell::new(false));
        let wire = Wire { socket, heard: heard.clone() };
        let (sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(|_| Broken::Failed)?;
        let task = spawn_local(async move {
            // Its errors reach the request that was under way.
            let _ = connection.await;
        });
        Ok(Connection { sender, task: task.abort_handle(), heard, served: 0 })
    }

    /// Sends a request and waits for the head of the answer.
    async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Silent> {
        self.heard.set(false);
        self.served += 1;
        if self.sender.ready().await.is_err() {
            return Err(Silent::Unsent);
        }
        self.sender.try_send_request(request).await.map_err(|mut error| {
            // A request that comes back was not sent. Without one byte of an answer, the server closed while idle.
            match error.take_message() {
                Some(_) => Silent::Unsent,
                None if self.heard.get() => Silent::Broken,
                None => Silent::Unanswered,
            }
        })
    }
}

/// Why there is no head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silent {
    /// The request never left.
    Unsent,
    /// It may have left; not one byte came.
    Unanswered,
    /// The answer broke off, or was none.
    Broken,
}

/// The connections to one address.
pub(crate) struct Pool {
    address: SocketAddr,
    idle: RefCell<Vec<Connection>>,
    retire_after: u32,
}

impl Pool {
    /// A pool whose connections are closed after `retire_after` requests.
    pub(crate) fn new(address: SocketAddr, retire_after: Option<u32>) -> Self {
        Pool { address, idle: RefCell::default(), retire_after: retire_after.unwrap_or(u32::MAX).max(1) }
    }

    /// Sends a request on an idle connection or a new one and waits for the head of the answer.
    ///
    /// A kept connection may have been closed while it was idle; as every client does, this tries once more on a new
    /// one, when no byte of an answer came and the request was not sent or may be `repeated`.
    pub(crate) async fn send(
        &self,
        repeated: bool,
        request: impl Fn() -> Request<Full<Bytes>>,
    ) -> Result<(Connection, Response<Incoming>), Broken> {
        if let Some(mut connection) = self.idle() {
            match connection.send(self.marked(request(), &connection)).await {
                Ok(response) => return Ok((connection, response)),
                Err(Silent::Unsent) => {}
                Err(Silent::Unanswered) if repeated => {}
                Err(_) => return Err(Broken::Failed),
            }
        }
        let mut connection = Connection::open(self.address).await?;
        let response = connection.send(self.marked(request(), &connection)).await.map_err(|_| Broken::Failed)?;
        Ok((connection, response))
    }

    fn idle(&self) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        std::iter::from_fn(|| idle.pop()).find(|connection| !connection.sender.is_closed())
    }

    /// Forgets idle connections that the server has closed.
    pub(crate) fn prune(&self) {
        self.idle.borrow_mut().retain(|connection| !connection.sender.is_closed());
    }

    /// The last request of a connection says so, and the server closes it: no port of ours lingers.
    fn marked(&self, mut request: Request<Full<Bytes>>, connection: &Connection) -> Request<Full<Bytes>> {
        if connection.served + 1 >= self.retire_after {
            request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        request
    }

    /// Gives back a connection whose answer was read to its end.
    pub(crate) fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.borrow_mut();
        if connection.served < self.retire_after && !connection.sender.is_closed() && idle.len() < IDLE {
            idle.push(connection);
        }
    }
}

/// A socket that remembers whether anything came.
struct Wire {
    socket: TcpStream,
    heard: Rc<Cell<bool>>,
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.heard.set(true);
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
