use std::time::Duration;

use brownout_core::stack::StackStatus;
use serde_json::json;
use tokio::{task::AbortHandle, time::timeout};

use super::*;
use crate::kube::mock::{Mock, Scenario, ours};

/// Time is paused: it passes at once when everybody waits.
const SOON: Duration = Duration::from_secs(120);
const LOST: &str = "What is shown of the cluster may be old: the cluster at https://127.0.0.1:6443 does not answer \
                    (connection refused); is it running? Trying again.";

/// An observer at work. Dropping it ends it.
struct Watched {
    mock: Mock,
    board: Arc<Board>,
    observer: Observer,
    work: AbortHandle,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Watched {
    /// Follows a namespace that has these Deployments.
    async fn with(deployments: &[&str]) -> Self {
        Self::of(Scenario::Well, deployments).await
    }

    async fn of(scenario: Scenario, deployments: &[&str]) -> Self {
        let mock = Mock::holding(scenario, deployments.iter().map(|name| deployment(name)).collect());
        let board = Arc::new(Board::new("kube"));
        let observer = Observer::new(board.clone());
        let (watching, access) = (observer.clone(), mock.access());
        let work = tokio::spawn(async move { watching.watch(&access, "lab").await }).abort_handle();
        let watched = Self { mock, board, observer, work };
        watched.until_there(deployments).await;
        watched
    }

    /// Waits until exactly these Deployments are known.
    async fn until_there(&self, expected: &[&str]) {
        let mut changes = self.observer.changes();
        let there = || self.observer.look(|view| view.deployments.keys().cloned().collect::<Vec<_>>());
        let waits = async {
            while there() != expected {
                changes.changed().await.unwrap();
            }
        };
        timeout(SOON, waits).await.unwrap_or_else(|_| panic!("{:?} instead of {expected:?}", there()));
    }

    async fn until(&self, what: &str, is: impl FnMut(&StackStatus) -> bool) -> StackStatus {
        let mut status = self.board.subscribe();
        let found = timeout(SOON, status.wait_for(is)).await.map(|found| found.unwrap().clone());
        found.unwrap_or_else(|_| panic!("never {what}: {:?}", self.board.subscribe().borrow().notices))
    }

    /// Sees that this notice stays, alone, while it is tried again.
    async fn stays(&self, notice: &str) {
        let (before, notice) = (self.mock.lines().len(), notice.to_owned());
        let mut status = self.board.subscribe();
        let changes =
            async move { status.wait_for(|status| status.notices != [notice.as_str()]).await.unwrap().clone() };
        // A task of its own gets its turn among the watches, and sees what lasts for a moment only.
        let changed = tokio::spawn(timeout(SOON, changes)).await.unwrap();
        assert!(changed.is_err(), "it changed: {:?}", changed.unwrap().notices);
        assert!(self.mock.lines().len() > before, "it is not tried again");
    }

    /// How often the Deployments were listed.
    fn lists(&self) -> usize {
        let list = "GET /apis/apps/v1/namespaces/lab/deployments";
        self.mock.lines().iter().filter(|line| *line == list).count()
    }
}

fn deployment(name: &str) -> serde_json::Value {
    let mut deployment = ours("apps/v1", "Deployment", name);
    deployment["spec"] = json!({"replicas": 2, "selector": {}, "template": {}});
    deployment
}

fn path(name: &str) -> String {
    format!("/apis/apps/v1/namespaces/lab/deployments/{name}")
}

fn row(name: &str) -> Row {
    let (name, log) = (name.to_owned(), format!("logs/{name}-0.log"));
    Row { name, desired: 1, enough: 1, request: None, address: String::new(), log, balance: None }
}

#[tokio::test(start_paused = true)]
async fn changes_are_followed_without_another_list() {
    let watched = Watched::with(&["api"]).await;
    watched.mock.put(deployment("worker"));
    watched.until_there(&["api", "worker"]).await;
    watched.mock.remove(&path("api"));
    watched.until_there(&["worker"]).await;
    assert_eq!(watched.lists(), 1, "{:?}", watched.mock.lines());
    let asked = watched.mock.asked();
    let asked = asked.iter().find(|asked| asked.path.ends_with("/deployments")).unwrap();
    assert_eq!(asked.parameter("labelSelector"), "app.kubernetes.io/managed-by=brownout");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_expires_leads_to_a_list_that_replaces_what_was_known() {
    let watched = Watched::with(&["api", "dep"]).await;
    watched.mock.turn(Scenario::WatchExpires);
    watched.mock.remove(&path("api"));
    watched.mock.put(deployment("worker"));
    let mut status = watched.board.subscribe();
    tokio::select! {
        biased;
        told = status.wait_for(|status| !status.notices.is_empty()) => panic!("it is no fault: {:?}", told.unwrap().notices),
        () = watched.until_there(&["dep", "worker"]) => {}
    }
    assert!(watched.lists() > 1, "no watch told it: {:?}", watched.mock.lines());
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_told_until_it_is_back() {
    let watched = Watched::with(&["api"]).await;
    watched.mock.turn(Scenario::Away);
    watched.until("told", |status| status.notices == [LOST]).await;
    // The working copy is looked at meanwhile, and says nothing of the cluster.
    watched.board.watching("");
    watched.stays(LOST).await;
    watched.until_there(&["api"]).await;
    // Nothing happens in the cluster after it is back; that it is back is enough.
    watched.mock.turn(Scenario::Well);
    watched.until("without a notice", |status| status.notices.is_empty()).await;
    watched.mock.put(deployment("worker"));
    watched.until_there(&["api", "worker"]).await;
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_watched_is_told_and_everything_else_is_followed() {
    let watched = Watched::of(Scenario::AutoscalersHidden, &["api"]).await;
    let says = "What is shown of the cluster may be old: context `mock` may not do this: horizontalpodautoscalers.autoscaling \
                is forbidden: User \"ada\" cannot list resource \"horizontalpodautoscalers\" in API group \"autoscaling\" \
                in the namespace \"lab\"; ask for the role `edit` in the namespace. Trying again.";
    watched.until("told", |status| status.notices == [says]).await;
    watched.mock.put(deployment("worker"));
    watched.until_there(&["api", "worker"]).await;
    assert_eq!(watched.board.subscribe().borrow().notices, [says], "news of one kind is none of another");
    watched.stays(says).await;
}

#[tokio::test(start_paused = true)]
async fn a_deleted_deployment_is_named_once_everything_was_there() {
    let watched = Watched::with(&["api"]).await;
    watched.observer.rows(vec![row("api"), row("worker")]);
    let status = watched.until("with rows", |status| status.services.len() == 2).await;
    assert!(status.notices.is_empty(), "what is not there yet is not missing: {:?}", status.notices);
    watched.mock.put(deployment("worker"));
    watched.until_there(&["api", "worker"]).await;
    watched.observer.addresses(BTreeMap::new());
    watched.mock.remove(&path("worker"));
    let says = "worker is no longer in the cluster: somebody deleted it. Run `make up`.";
    watched.until("named", |status| status.notices == [says]).await;
    watched.mock.put(deployment("worker"));
    watched.until("without a notice", |status| status.notices.is_empty()).await;
}
