//! What everybody holds of a stack: it hands requests to the one task that changes it, and shows its board.

use std::{convert::Infallible, sync::Arc};

use async_trait::async_trait;
use brownout_core::stack::{Books, Endpoints, Gauges, StackStatus};
use futures::{FutureExt, future::BoxFuture};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    board::Board,
    error::StackError,
    order::{ORDERS, Order, Reply, Request},
    stack::{Deployed, Stack},
};

/// Lines of the compiler that a slow reader may fall behind.
pub(crate) const LINES: usize = 1024;

/// The way to a stack's operator. Dropping it ends the operator.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) board: Arc<Board>,
    lines: broadcast::Sender<String>,
    orders: mpsc::Sender<Order>,
    downs: watch::Sender<u64>,
    _stop: DropGuard,
}

/// What an operator takes its requests from.
#[derive(Debug)]
pub(crate) struct Work {
    orders: mpsc::Receiver<Order>,
    downs: watch::Receiver<u64>,
    stop: CancellationToken,
}

impl Handle {
    /// A handle and the other end of it; `stop` ends both.
    pub(crate) fn new(board: Arc<Board>, lines: broadcast::Sender<String>, stop: CancellationToken) -> (Self, Work) {
        let (orders, waiting) = mpsc::channel(ORDERS);
        let (downs, asked_down) = watch::channel(0);
        let work = Work { orders: waiting, downs: asked_down, stop: stop.clone() };
        (Self { board, lines, orders, downs, _stop: stop.drop_guard() }, work)
    }

    /// Hands a request to the operator, which carries it out even when this future is dropped.
    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, StackError> {
        let (reply, answer) = oneshot::channel();
        let order = Order { request: request(reply), downs: *self.downs.borrow() };
        self.orders.send(order).await.map_err(|_| StackError::Ended)?;
        answer.await.map_err(|_| StackError::Ended)?
    }
}

impl Work {
    /// The next order, with what interrupts it: that `down` was asked since, or the end. `None` when all handles are
    /// dropped. `meanwhile` goes on until there is one.
    pub(crate) async fn next(
        &mut self,
        meanwhile: impl Future<Output = Infallible>,
    ) -> Option<(Request, BoxFuture<'static, ()>)> {
        let order = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            order = self.orders.recv() => order,
            never = meanwhile => match never {},
        }?;
        let (mut downs, stop) = (self.downs.clone(), self.stop.clone());
        let interrupted = async move {
            tokio::select! {
                _ = downs.wait_for(|count| *count > order.downs) => {}
                () = stop.cancelled() => {}
            }
        };
        Some((order.request, interrupted.boxed()))
    }
}

/// A stack that is asked through a handle.
#[async_trait]
pub(crate) trait Handled: Send + Sync {
    fn handle(&self) -> &Handle;

    /// Gauges of services and replicas; those of the database come beside them.
    async fn gauges(&self) -> Gauges;
}

#[async_trait]
impl<T: Handled> Stack for T {
    async fn up(&self) -> Result<(), StackError> {
        self.handle().ask(Request::Up).await
    }

    async fn deploy(&self) -> Result<Deployed, StackError> {
        self.handle().ask(Request::Deploy).await
    }

    async fn reset(&self) -> Result<(), StackError> {
        self.handle().ask(Request::Reset).await
    }

    async fn down(&self) -> Result<(), StackError> {
        // What was asked before is interrupted; what is asked from now on is not.
        self.handle().downs.send_modify(|count| *count += 1);
        self.handle().ask(Request::Down).await
    }

    fn status(&self) -> watch::Receiver<StackStatus> {
        self.handle().board.subscribe()
    }

    async fn observe(&self) -> Gauges {
        let database = async {
            match self.handle().board.auditor() {
                Some(auditor) => auditor.gauges().await,
                None => Gauges::new(),
            }
        };
        let (mut gauges, database) = tokio::join!(self.gauges(), database);
        gauges.extend(database);
        gauges
    }

    async fn books(&self) -> Result<Option<Books>, StackError> {
        match self.handle().board.auditor() {
            Some(auditor) => auditor.books().await.map(Some),
            None => Ok(None),
        }
    }

    fn endpoints(&self) -> Endpoints {
        self.handle().board.endpoints()
    }

    fn build_log(&self) -> broadcast::Receiver<String> {
        self.handle().lines.subscribe()
    }
}
