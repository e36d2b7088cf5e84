//! A port of this machine that leads to a port of a ready pod, through the API server: for what has no node port.

use std::net::SocketAddr;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{access::Access, observer::Observer};
use crate::error::StackError;

/// Connections through one tunnel at a time; more wait.
const AT_ONCE: usize = 32;

/// An open tunnel. Dropping it closes its port and every connection through it.
#[derive(Debug)]
pub(super) struct Tunnel {
    pub(super) port: u16,
    _stop: DropGuard,
}

/// Where a tunnel ends.
#[derive(Clone)]
pub(super) struct Far {
    pub(super) access: Access,
    pub(super) namespace: String,
    pub(super) service: String,
    pub(super) port: u16,
}

impl Tunnel {
    /// Opens a port on loopback.
    ///
    /// # Errors
    /// When there is no free port.
    pub(super) async fn open(far: Far, observer: Observer) -> Result<Self, StackError> {
        let wrong = StackError::system("a port for a tunnel into the cluster");
        let (listener, port) = async {
            let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
            let port = listener.local_addr()?.port();
            Ok((listener, port))
        }
        .await
        .map_err(wrong)?;
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(serve(listener, far, observer)));
        Ok(Self { port, _stop: stop.drop_guard() })
    }
}

async fn serve(listener: TcpListener, far: Far, observer: Observer) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = open.join_next() => {}
            accepted = listener.accept(), if open.len() < AT_ONCE => {
                if let Ok((near, _)) = accepted {
                    open.spawn(join(near, far.clone(), observer.clone()));
                }
            }
        }
    }
}

async fn join(mut near: TcpStream, far: Far, observer: Observer) {
    let pod = observer.look(|view| view.ready_of(&far.service).next().map(str::to_owned));
    let pods: Api<Pod> = Api::namespaced(far.access.client.clone(), &far.namespace);
    let forwarded = match &pod {
        Some(pod) => pods.portforward(pod, &[far.port]).await,
        None => {
            let _ = near.set_zero_linger();
            return;
        }
    };
    match forwarded {
        Ok(mut forwarder) => {
            if let Some(mut stream) = forwarder.take_stream(far.port) {
                let _ = copy_bidirectional(&mut near, &mut stream).await;
                drop(stream);
            }
            forwarder.abort();
        }
        Err(error) => {
            tracing::debug!(%error, service = far.service, "no tunnel into the cluster");
            let _ = near.set_zero_linger();
        }
    }
}
