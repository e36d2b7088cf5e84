//! The way into a cluster, and what its refusals mean.

use std::{path::Path, time::Duration};

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use tokio::time::timeout;

use crate::error::StackError;

/// A request that takes longer has failed; a watch is not a request.
const WITHIN: Duration = Duration::from_secs(10);

/// A cluster as a kubeconfig names it.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) client: Client,
    /// Name of the context.
    pub(super) context: String,
    /// The API server's address, for messages.
    pub(super) server: String,
}

impl std::fmt::Debug for Access {
    // A client can print nothing of itself.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} at {}", self.context, self.server)
    }
}

impl Access {
    /// Reads the kubeconfig: this file, or what the environment names. Nothing is asked of the cluster yet.
    ///
    /// # Errors
    /// When there is no kubeconfig, or it has no such context.
    pub(super) async fn open(file: Option<&Path>, context: Option<&str>) -> Result<Self, StackError> {
        let wrong = |why: String| StackError::Cluster { what: "the cluster cannot be reached".to_owned(), why };
        let read = file.map_or_else(Kubeconfig::read, Kubeconfig::read_from);
        let kubeconfig = read
            .map_err(|error| wrong(format!("{error}; set KUBECONFIG, or make a cluster with `make up STACK=k3d`")))?;
        let names = kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect::<Vec<_>>().join(", ");
        let name = match context.or(kubeconfig.current_context.as_deref()) {
            Some(name) if kubeconfig.contexts.iter().any(|context| context.name == name) => name.to_owned(),
            Some(name) => return Err(wrong(format!("the kubeconfig has no context `{name}`; it has: {names}"))),
            None => {
                return Err(wrong(format!(
                    "the kubeconfig has no current context; choose one of {names} by --context"
                )));
            }
        };
        let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
        let mut config =
            Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| wrong(error.to_string()))?;
        config.connect_timeout = Some(WITHIN);
        config.write_timeout = Some(WITHIN);
        let server = config.cluster_url.to_string();
        let client = Client::try_from(config).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { client, context: name, server: server.trim_end_matches('/').to_owned() })
    }

    /// A way that a test has made.
    #[cfg(test)]
    pub(super) fn of(client: Client, context: &str, server: &str) -> Self {
        Self { client, context: context.to_owned(), server: server.to_owned() }
    }

    /// Whether the cluster answers and knows us.
    ///
    /// # Errors
    /// What is in the way, with the next step.
    pub(super) async fn answers(&self) -> Result<(), StackError> {
        let what = || "the cluster cannot be used".to_owned();
        match timeout(WITHIN, self.client.apiserver_version()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.error(what(), &error)),
            Err(_) => {
                let why = format!("{} did not answer within {} s; is it running?", self.server, WITHIN.as_secs());
                Err(StackError::Cluster { what: what(), why })
            }
        }
    }

    /// What went wrong, with what to do.
    pub(super) fn explain(&self, error: &kube::Error) -> String {
        explain(error, &self.context, &self.server)
    }

    pub(super) fn error(&self, what: impl Into<String>, error: &kube::Error) -> StackError {
        StackError::Cluster { what: what.into(), why: self.explain(error) }
    }
}

/// An answer of the cluster as a sentence with a next step.
fn explain(error: &kube::Error, context: &str, server: &str) -> String {
    match error {
        kube::Error::Api(status) if status.code == 401 => format!(
            "the cluster does not accept the credentials of context `{context}`; they may have expired: log in anew, then try again"
        ),
        // A quota is told as a refusal too, and its message says all.
        kube::Error::Api(status) if status.code == 403 && status.message.contains("exceeded quota") => {
            format!("{}; ask for a larger quota, or use another namespace", status.message)
        }
        kube::Error::Api(status) if status.code == 403 && status.message.contains("being terminated") => {
            format!("{}; wait until it is gone, then try again", status.message)
        }
        kube::Error::Api(status) if status.code == 403 => {
            format!("context `{context}` may not do this: {}; ask for the role `edit` in the namespace", status.message)
        }
        kube::Error::Api(status) if status.message.contains("provided port is already allocated") => format!(
            "{}; another namespace or Service uses it: `kubectl get services --all-namespaces` shows which",
            status.message
        ),
        kube::Error::Api(status) if status.message.is_empty() => format!("the cluster answered {}", status.code),
        kube::Error::Api(status) => status.message.clone(),
        kube::Error::Service(_) | kube::Error::HyperError(_) => {
            format!("the cluster at {server} does not answer ({}); is it running?", root(error))
        }
        other => other.to_string(),
    }
}

/// The innermost cause: "connection refused" says more than "client error".
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;
    use crate::kube::mock::{Mock, Scenario};

    fn refused(code: u16, message: &str) -> String {
        let status = Status { code, message: message.to_owned(), ..Status::default() };
        explain(&kube::Error::Api(Box::new(status)), "k3d-brownout", "https://127.0.0.1:6443")
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        assert!(refused(401, "Unauthorized").contains("`k3d-brownout`; they may have expired"));
        let forbidden = "deployments.apps \"api\" is forbidden: User \"x\" cannot patch";
        assert!(refused(403, forbidden).contains("may not do this: deployments.apps"));
        let quota =
            "pods \"api-1\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1";
        assert!(refused(403, quota).starts_with(quota) && !refused(403, quota).contains("role"));
        let ending = "unable to create new content in namespace lab because it is being terminated";
        assert!(refused(403, ending).contains("wait until it is gone"));
        assert_eq!(refused(422, "spec.replicas: Invalid value"), "spec.replicas: Invalid value");
        assert_eq!(refused(500, ""), "the cluster answered 500");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_answers_or_it_is_said_what_is_in_the_way() {
        for scenario in [Scenario::Well, Scenario::SlowThenThere] {
            let mock = Mock::of(scenario);
            mock.access().answers().await.unwrap();
            assert_eq!(mock.lines(), ["GET /version"], "{scenario:?}");
        }
        for (scenario, why) in [
            (Scenario::Silent, "https://127.0.0.1:6443 did not answer within 10 s; is it running?"),
            (
                Scenario::Away,
                "the cluster at https://127.0.0.1:6443 does not answer (connection refused); is it running?",
            ),
            (
                Scenario::Expired,
                "the cluster does not accept the credentials of context `mock`; they may have expired: log in anew, then try again",
            ),
        ] {
            let begun = tokio::time::Instant::now();
            let error = Mock::of(scenario).access().answers().await.unwrap_err().to_string();
            assert_eq!(error, format!("the cluster cannot be used: {why}"), "{scenario:?}");
            assert!(begun.elapsed() < WITHIN + Duration::from_secs(1), "{scenario:?}: {:?}", begun.elapsed());
        }
    }
}
