//! How this machine reaches what runs in the cluster: node ports for the load, tunnels for what has none.

use brownout_core::stack::Endpoints;

use super::{
    KubeOptions,
    access::Access,
    nodeport,
    objects::Object,
    observer::Observer,
    tunnel::{Far, Tunnel},
};
use crate::{board::Board, error::StackError, postgres, probe::Prober};

/// The simulator's Service and its port.
const DEP: (&str, u16) = ("dep", 8082);
/// The database's.
const POSTGRES: (&str, u16) = ("postgres", 5432);
/// The database's name in the manifests.
const DATABASE: &str = "lab";

/// The ways that are open. Dropping it closes the tunnels.
pub(super) struct Reach {
    api: String,
    worker: String,
    dep: Option<Tunnel>,
    database: Option<Tunnel>,
}

impl Reach {
    /// Finds the node ports at which `image` answers and opens tunnels to what has none.
    ///
    /// # Errors
    /// When a node port is not reached from this machine, with what was tried.
    pub(super) async fn find(
        access: &Access,
        options: &KubeOptions,
        objects: &[Object],
        image: &str,
        (prober, observer): (&Prober, &Observer),
    ) -> Result<Self, StackError> {
        let find = |service: &'static str, mapped: Option<u16>| {
            nodeport::find(access, &options.namespace, (service, mapped), image, prober)
        };
        let (api, worker) = tokio::try_join!(find("api", options.api_port), find("worker", options.worker_port))?;
        let open = async |(service, port): (&str, u16)| {
            if !objects.iter().any(|object| object.is("Service") && object.name() == service) {
                return Ok(None);
            }
            let far =
                Far { access: access.clone(), namespace: options.namespace.clone(), service: service.to_owned(), port };
            Tunnel::open(far, observer.clone()).await.map(Some)
        };
        Ok(Self { api, worker, dep: open(DEP).await?, database: open(POSTGRES).await? })
    }

    /// Tells everybody.
    pub(super) fn tell(&self, board: &Board, observer: &Observer) {
        observer.addresses([("api".to_owned(), self.api.clone()), ("worker".to_owned(), self.worker.clone())].into());
        let database = self.database.as_ref().map(|tunnel| tunnel.port);
        board.database(database.map(|port| postgres::Auditor::new(port, DATABASE)));
        board.tell_endpoints(Endpoints {
            api: self.api.clone(),
            worker: self.worker.clone(),
            dep: self.dep.as_ref().map(|tunnel| format!("http://127.0.0.1:{}", tunnel.port)).unwrap_or_default(),
            database: database.map(|port| postgres::url(port, DATABASE)).unwrap_or_default(),
        });
    }
}

/// Nothing is to be reached any more.
pub(super) fn tell_none(board: &Board) {
    board.database(None);
    board.tell_endpoints(Endpoints::default());
}

/// Reads a path of a pod through the API server.
///
/// # Errors
/// What the cluster said.
pub(super) async fn get(access: &Access, namespace: &str, pod: &str, port: i32, path: &str) -> Result<String, String> {
    ask(access, http::Request::get(url(namespace, pod, port, path))).await
}

/// Posts nothing to a path of a pod through the API server, and wants success.
///
/// # Errors
/// What the cluster said.
pub(super) async fn post(access: &Access, namespace: &str, pod: &str, port: i32, path: &str) -> Result<(), String> {
    ask(access, http::Request::post(url(namespace, pod, port, path))).await.map(drop)
}

fn url(namespace: &str, pod: &str, port: i32, path: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy/{path}")
}

async fn ask(access: &Access, request: http::request::Builder) -> Result<String, String> {
    let request = request.body(Vec::new()).map_err(|error| error.to_string())?;
    access.client.request_text(request).await.map_err(|error| access.explain(&error))
}
