//! What is wrong with a cluster, by name.

use serde_json::{Value, json};

use super::{
    Asked,
    refusal::{self, Refusal},
    store::Store,
};

/// The state in which a cluster is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kube) enum Scenario {
    /// Nothing.
    Well,
    /// Namespace `lab` is being deleted, and takes nothing new.
    NamespaceLeaves,
    /// A namespace that is deleted never goes.
    NamespaceStays,
    /// Namespaces may not be looked at; everything within them may.
    NamespacesHidden,
    /// Nodes may not be looked at.
    NodesHidden,
    /// Autoscalers may not be looked at.
    AutoscalersHidden,
    /// Everything may be looked at, and nothing changed.
    Forbidden,
    /// The credentials are no longer accepted.
    Expired,
    /// The namespace may have no more objects.
    QuotaExceeded,
    /// The node port belongs to another Service.
    PortTaken,
    /// Somebody else has set a field that is applied.
    Conflict,
    /// What is to be deleted has gone between list and deletion.
    GoneWhileDeleting,
    /// There is no connection; those that were open break.
    Away,
    /// It takes connections and never answers.
    Silent,
    /// It answers after 9 s.
    SlowThenThere,
    /// It has forgotten what changed: a watch that lags behind must list anew.
    WatchExpires,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Answer {
    /// A code with its JSON.
    Says(u16, Value),
    /// The events of a watch, which ends after them.
    Tells(Vec<Value>),
    /// No connection.
    Away,
    /// Nothing before something has changed.
    Later,
}

impl Scenario {
    /// What the cluster holds when it is met so.
    pub(super) fn objects(self) -> Vec<Value> {
        if self != Self::NamespaceLeaves {
            return Vec::new();
        }
        let metadata = json!({"name": "lab", "deletionTimestamp": "2026-01-01T00:00:00Z"});
        vec![json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata, "status": {"phase": "Terminating"}})]
    }

    pub(super) fn answer(self, asked: &Asked, store: &mut Store) -> Answer {
        match self {
            Self::Away => return Answer::Away,
            Self::Silent => return Answer::Later,
            Self::NamespaceStays if asked.watches() => return Answer::Later,
            Self::WatchExpires if asked.watches() && store.is_behind(asked) => {
                let (_, expired) = refusal::expired(store.since(asked), store.version());
                return Answer::Tells(vec![json!({"type": "ERROR", "object": expired})]);
            }
            Self::GoneWhileDeleting if asked.method == "DELETE" => drop(store.remove(&asked.path)),
            _ => {}
        }
        match self.refuses(asked) {
            Some((code, status)) => Answer::Says(code, status),
            None => store.answer(asked),
        }
    }

    fn refuses(self, asked: &Asked) -> Option<Refusal> {
        let place = asked.place();
        let (patches, deletes) = (asked.method == "PATCH", asked.method == "DELETE");
        let within = !place.namespace.is_empty();
        match self {
            Self::Expired => Some(refusal::unauthorized()),
            Self::Forbidden if patches || deletes => Some(refusal::forbidden(asked, &place)),
            Self::NamespacesHidden if place.plural == "namespaces" => Some(refusal::forbidden(asked, &place)),
            Self::NodesHidden if place.plural == "nodes" => Some(refusal::forbidden(asked, &place)),
            Self::AutoscalersHidden if place.group == "autoscaling" => Some(refusal::forbidden(asked, &place)),
            Self::NamespaceLeaves if patches && within => Some(refusal::leaving(&place)),
            Self::QuotaExceeded if patches && within => Some(refusal::quota(&place)),
            Self::PortTaken if patches && place.plural == "services" => {
                let port = asked.body["spec"]["ports"][0]["nodePort"].as_i64();
                Some(refusal::port_taken(&place, port.unwrap_or(30080)))
            }
            Self::Conflict if patches && asked.parameter("force") != "true" => Some(refusal::conflict()),
            _ => None,
        }
    }
}
