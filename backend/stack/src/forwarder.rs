//! Stands where a Service stands: takes a connection on loopback and joins it to one ready replica.
//!
//! It runs on a thread of its own, named `forwarder`, so that its work can be told from the panel's.

mod relay;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    thread,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::{Builder, Handle},
    task::JoinSet,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::balance::Balance;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// The thread. Dropping it ends every front and every connection.
#[derive(Debug)]
pub(crate) struct Forwarder {
    runtime: Handle,
    stop: CancellationToken,
    thread: Option<thread::JoinHandle<()>>,
}

/// One Service's listeners. Dropping it closes them and their connections soon; `close` does so at once.
#[derive(Debug)]
pub(crate) struct Front {
    port: u16,
    balance: Balance,
    task: tokio::task::JoinHandle<()>,
    stop: DropGuard,
}

impl Forwarder {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let run = move || runtime.block_on(stopped.cancelled());
        let thread = thread::Builder::new().name("forwarder".to_owned()).spawn(run)?;
        Ok(Self { runtime: handle, stop, thread: Some(thread) })
    }

    /// Listens on both loopbacks; port 0 takes any.
    ///
    /// # Errors
    /// `AddrInUse` when either loopback's port is taken: a browser may try `::1` first for `localhost`.
    pub(crate) fn listen(&self, port: u16, balance: Balance) -> io::Result<Front> {
        let _context = self.runtime.enter();
        let four = bind((Ipv4Addr::LOCALHOST, port).into())?;
        let bound = four.local_addr()?.port();
        let mut listeners = vec![four];
        match bind((Ipv6Addr::LOCALHOST, bound).into()) {
            Ok(six) => listeners.push(six),
            Err(error) if port != 0 && error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            // A machine without IPv6 has one loopback.
            Err(_) => {}
        }
        let stop = CancellationToken::new();
        let task = self.runtime.spawn(serve(listeners, balance.clone(), stop.clone()));
        Ok(Front { port: bound, balance, task, stop: stop.drop_guard() })
    }

    /// Ends the thread and waits for it.
    pub(crate) async fn end(mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Front {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn balance(&self) -> &Balance {
        &self.balance
    }

    /// Closes; the port is free when this returns.
    pub(crate) async fn close(self) {
        drop(self.stop);
        let _ = self.task.await;
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of an earlier stack that are still fading must not hold the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(listeners: Vec<TcpListener>, balance: Balance, stop: CancellationToken) {
    let mut tasks = JoinSet::new();
    for listener in listeners {
        tasks.spawn(accept(listener, balance.clone()));
    }
    stop.cancelled().await;
    tasks.shutdown().await;
}

/// Its connections end with it.
async fn accept(listener: TcpListener, balance: Balance) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => { connections.spawn(relay::join(client, balance.clone())); }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
