use kube::core::DynamicObject;

use super::*;
use crate::kube::mock::{Asked, Mock, Scenario, manifest, ours};

const LAB: &str = "/api/v1/namespaces/lab";

fn of_namespace(labels: serde_json::Value) -> serde_json::Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": labels}})
}

async fn applied(scenario: Scenario, object: &Object) -> (Result<DynamicObject, String>, Asked) {
    let mock = Mock::of(scenario);
    let outcome = apply(&mock.access(), "lab", object).await.map_err(|error| error.to_string());
    (outcome, mock.asked().remove(0))
}

#[tokio::test]
async fn a_missing_namespace_is_made_and_then_ours() {
    let mock = Mock::of(Scenario::Well);
    namespace(&mock.access(), "lab").await.unwrap();
    assert_eq!(mock.lines(), [format!("GET {LAB}"), format!("PATCH {LAB}")]);
    let made = mock.asked().remove(1);
    assert_eq!(made.header(http::header::CONTENT_TYPE), "application/apply-patch+yaml");
    assert_eq!(made.parameter("fieldManager"), "brownout");
    assert_eq!(made.body["metadata"]["labels"]["app.kubernetes.io/managed-by"], "brownout");
    namespace(&mock.access(), "lab").await.unwrap();
    assert_eq!(mock.lines().len(), 3, "one that is there is left as it is: {:?}", mock.lines());
}

#[tokio::test]
async fn a_namespace_is_not_touched_where_that_does_not_help() {
    for (scenario, says) in [
        (Scenario::NamespaceLeaves, "namespace lab: it is being deleted; wait until it is gone, or use another"),
        (Scenario::Expired, "namespace lab: the cluster does not accept the credentials of context `mock`"),
        (
            Scenario::Away,
            "namespace lab: the cluster at https://127.0.0.1:6443 does not answer (connection refused); is it running?",
        ),
    ] {
        let mock = Mock::of(scenario);
        let error = namespace(&mock.access(), "lab").await.unwrap_err().to_string();
        assert!(error.starts_with(says), "{scenario:?}: {error}");
        assert_eq!(mock.lines(), [format!("GET {LAB}")], "{scenario:?}");
    }
    let mock = Mock::of(Scenario::NamespacesHidden);
    namespace(&mock.access(), "lab").await.expect("whoever may not look may still work in it");
    let mock = Mock::of(Scenario::Forbidden);
    let error = namespace(&mock.access(), "lab").await.unwrap_err().to_string();
    assert!(error.contains("may not do this") && error.contains("cannot patch resource \"namespaces\""), "{error}");
}

#[tokio::test]
async fn an_object_is_applied_by_force_and_in_our_name() {
    let deployment = manifest("apps/v1", "Deployment", "api");
    let (outcome, asked) = applied(Scenario::Conflict, &deployment).await;
    let there = outcome.expect("what somebody else has set is taken over");
    assert_eq!((there.metadata.generation, there.metadata.name.as_deref()), (Some(1), Some("api")));
    let line = (asked.method.as_str(), asked.path.as_str());
    assert_eq!(line, ("PATCH", "/apis/apps/v1/namespaces/lab/deployments/api"));
    assert_eq!((asked.parameter("fieldManager"), asked.parameter("force")), ("brownout", "true"));
    assert_eq!(asked.header(http::header::CONTENT_TYPE), "application/apply-patch+yaml");
    assert_eq!(asked.body["kind"], "Deployment");
}

#[tokio::test]
async fn a_refusal_names_file_and_object_and_the_next_step() {
    let mut service = manifest("v1", "Service", "api");
    service.object.data = json!({"spec": {"type": "NodePort", "ports": [{"port": 8080, "nodePort": 30080}]}});
    for (scenario, says) in [
        (
            Scenario::PortTaken,
            "Service \"api\" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated; \
             another namespace or Service uses it: `kubectl get services --all-namespaces` shows which",
        ),
        (
            Scenario::QuotaExceeded,
            "services \"api\" is forbidden: exceeded quota: small, requested: services=1, used: services=2, limited: \
             services=2; ask for a larger quota, or use another namespace",
        ),
        (
            Scenario::Forbidden,
            "context `mock` may not do this: services \"api\" is forbidden: User \"ada\" cannot patch resource \"services\" \
             in API group \"\" in the namespace \"lab\"; ask for the role `edit` in the namespace",
        ),
        (
            Scenario::NamespaceLeaves,
            "services \"api\" is forbidden: unable to create new content in namespace lab because it is being terminated; \
             wait until it is gone, then try again",
        ),
    ] {
        let (outcome, _) = applied(scenario, &service).await;
        assert_eq!(outcome.unwrap_err(), format!("deploy/k8s/api.yaml: Service api: {says}"), "{scenario:?}");
    }
}

/// A namespace with objects of ours of every kind, one that somebody else made, and one that is leaving.
fn lab(scenario: Scenario) -> Mock {
    let mut foreign = ours("apps/v1", "Deployment", "theirs");
    foreign["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "Helm"});
    let mut leaving = ours("apps/v1", "Deployment", "leaving");
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let mine = [
        ("v1", "ConfigMap", "init"),
        ("v1", "Service", "api"),
        ("apps/v1", "Deployment", "api"),
        ("apps/v1", "Deployment", "old"),
        ("autoscaling/v2", "HorizontalPodAutoscaler", "api"),
    ];
    let mine = mine.into_iter().map(|(version, kind, name)| ours(version, kind, name));
    Mock::holding(scenario, mine.chain([foreign, leaving]).collect())
}

fn deletions(mock: &Mock) -> Vec<String> {
    let short =
        |line: String| line.strip_prefix("DELETE ")?.split_once("/namespaces/lab/").map(|(_, rest)| rest.to_owned());
    mock.lines().into_iter().filter_map(short).collect()
}

#[tokio::test]
async fn what_is_ours_and_not_kept_is_deleted_and_what_scales_first() {
    let mock = lab(Scenario::Well);
    let keep = [manifest("apps/v1", "Deployment", "api")];
    assert_eq!(prune(&mock.access(), "lab", &keep).await.unwrap(), 4);
    let expected = ["horizontalpodautoscalers/api", "deployments/old", "services/api", "configmaps/init"];
    assert_eq!(deletions(&mock), expected);
    for kept in ["api", "theirs", "leaving"] {
        assert!(mock.holds(&format!("/apis/apps/v1/namespaces/lab/deployments/{kept}")), "{kept}");
    }
    for asked in mock.asked() {
        match asked.method.as_str() {
            "GET" => assert_eq!(asked.parameter("labelSelector"), "app.kubernetes.io/managed-by=brownout", "{asked:?}"),
            _ => assert_eq!(asked.body["propagationPolicy"], "Background", "{asked:?}"),
        }
    }
    assert_eq!(prune(&mock.access(), "lab", &keep).await.unwrap(), 0, "nothing is left to delete");
}

#[tokio::test]
async fn what_has_gone_meanwhile_is_no_error_and_a_refusal_is_one() {
    let mock = lab(Scenario::GoneWhileDeleting);
    assert_eq!(prune(&mock.access(), "lab", &[]).await.unwrap(), 0);
    assert_eq!(deletions(&mock).len(), 5);
    let mock = lab(Scenario::Forbidden);
    let error = prune(&mock.access(), "lab", &[]).await.unwrap_err().to_string();
    let says = "HorizontalPodAutoscaler api could not be deleted: context `mock` may not do this: \
                horizontalpodautoscalers.autoscaling \"api\" is forbidden";
    assert!(error.starts_with(says), "{error}");
    let mock = lab(Scenario::Expired);
    let error = prune(&mock.access(), "lab", &[]).await.unwrap_err().to_string();
    assert!(error.starts_with("the list of HorizontalPodAutoscalers: the cluster does not accept"), "{error}");
}

#[tokio::test]
async fn a_namespace_that_is_not_ours_is_left_alone() {
    for labels in [json!({}), json!({"app.kubernetes.io/managed-by": "Helm"})] {
        let mock = Mock::holding(Scenario::Well, vec![of_namespace(labels)]);
        forget_namespace(&mock.access(), "lab").await.unwrap();
        assert_eq!(mock.lines(), [format!("GET {LAB}")]);
        assert!(mock.holds(LAB));
    }
    for scenario in [Scenario::Well, Scenario::NamespacesHidden] {
        forget_namespace(&Mock::of(scenario).access(), "lab").await.expect("there is nothing to delete");
    }
}

#[tokio::test(start_paused = true)]
async fn our_namespace_is_deleted_and_waited_for() {
    let mine = || vec![of_namespace(json!({OURS: MANAGER}))];
    let mock = Mock::holding(Scenario::Well, mine());
    forget_namespace(&mock.access(), "lab").await.unwrap();
    assert!(!mock.holds(LAB), "it returns when the namespace has gone: {:?}", mock.lines());
    assert_eq!(deletions_of_namespaces(&mock), 1);

    let mock = Mock::holding(Scenario::NamespaceStays, mine());
    let begun = tokio::time::Instant::now();
    let error = forget_namespace(&mock.access(), "lab").await.unwrap_err().to_string();
    assert!(begun.elapsed() < GONE + Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(error.starts_with("namespace lab could not be deleted: it is still there after 60 s; `kubectl"), "{error}");
    let mock = Mock::holding(Scenario::Forbidden, mine());
    let error = forget_namespace(&mock.access(), "lab").await.unwrap_err().to_string();
    assert!(error.contains("cannot delete resource \"namespaces\""), "{error}");
}

fn deletions_of_namespaces(mock: &Mock) -> usize {
    mock.lines().iter().filter(|line| **line == format!("DELETE {LAB}")).count()
}
