//! Connections of one worker to one endpoint: HTTP/1.1, kept open, newest first.

use std::{cell::RefCell, net::SocketAddr, rc::Rc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    task::{AbortHandle, spawn_local},
};

/// Idle connections that are kept.
const IDLE: usize = 256;

/// One connection. Dropping it closes its socket at once, whatever is under way on it.
pub(crate) struct Connection {
    sender: http1::SendRequest<Empty<Bytes>>,
    task: AbortHandle,
    served: u32,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, Broken> {
        let socket = TcpStream::connect(address).await.map_err(|_| Broken::Connect)?;
        // Small requests must not wait for the answer to the one before.
        let _ = socket.set_nodelay(true);
        let (sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(|_| Broken::Connect)?;
        let task = spawn_local(async move {
            // Its errors reach the request that was under way.
            let _ = connection.await;
        });
        Ok(Connection { sender, task: task.abort_handle(), served: 0 })
    }

    /// Whether it had served requests before the last one.
    pub(crate) fn used_before(&self) -> bool {
        self.served > 1
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn send(&mut self, request: Request<Empty<Bytes>>) -> Result<Response<Incoming>, Broken> {
        self.served += 1;
        self.sender.ready().await.map_err(|_| Broken::Closed)?;
        self.sender.send_request(request).await.map_err(|_| Broken::Closed)
    }
}

/// How a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It could not be opened.
    Connect,
    /// It was closed before the head of an answer came.
    Closed,
}

/// The idle connections to one address.
#[derive(Clone)]
pub(crate) struct Pool {
    address: SocketAddr,
    idle: Rc<RefCell<Vec<Connection>>>,
    retire_after: u32,
}

impl Pool {
    /// A pool whose connections are closed after `retire_after` requests.
    pub(crate) fn new(address: SocketAddr, retire_after: Option<u32>) -> Self {
        Pool { address, idle: Rc::default(), retire_after: retire_after.unwrap_or(u32::MAX).max(1) }
    }

    /// An idle connection that is still open, or a new one.
    pub(crate) async fn take(&self) -> Result<Connection, Broken> {
        loop {
            let idle = self.idle.borrow_mut().pop();
            match idle {
                Some(connection) if connection.sender.is_closed() => {}
                Some(connection) => return Ok(connection),
                None => return self.fresh().await,
            }
        }
    }

    /// A new connection.
    pub(crate) async fn fresh(&self) -> Result<Connection, Broken> {
        Connection::open(self.address).await
    }

    /// Gives back a connection whose answer was read to its end.
    pub(crate) fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.borrow_mut();
        if connection.served < self.retire_after && !connection.sender.is_closed() && idle.len() < IDLE {
            idle.push(connection);
        }
    }
}
