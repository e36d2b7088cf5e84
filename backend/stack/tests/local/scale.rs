//! How many replicas there are: what the autoscaler does with real processes.

use std::{fs, time::Duration};

use brownout_core::stack::{Scaling, ServiceState, StackPhase, StackStatus};
use brownout_stack::{LocalStack, Stack};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    bench::{Bench, PATIENCE, alive, http, kill, repository, service, until},
    deploy::Load,
};

const API: &str = "deploy/k8s/api.yaml";
const SCALER: &str = "deploy/k8s/api-hpa.yaml";

/// Sets the autoscaler's bounds in the working copy.
fn bound(bench: &Bench, min: u32, max: u32) {
    let line = |text: &str, field: &str, value: u32| {
        let lines = text.lines().map(|line| match line.trim_start().starts_with(field) {
            true => format!("  {field}: {value}\n"),
            false => format!("{line}\n"),
        });
        lines.collect::<String>()
    };
    bench.edit(SCALER, |text| line(&line(&text, "minReplicas", min), "maxReplicas", max));
}

/// Gives the API these requests.
fn request(bench: &Bench, cpu: &str) {
    let resources = format!("resources:\n            requests: {{ cpu: {cpu} }}");
    bench.edit(API, |text| text.replacen("resources:", &resources, 1));
}

fn api(status: &StackStatus) -> &Scaling {
    status.scaling.iter().find(|scaling| scaling.service == "api").unwrap()
}

async fn replicas(stack: &LocalStack, count: u32) -> StackStatus {
    let what = format!("{count} replicas");
    until(stack, &what, |status| {
        let scaling = status.scaling.first();
        scaling.is_some_and(|it| (it.current, it.ready, it.desired) == (count, count, count))
            && status.phase == StackPhase::Ready
    })
    .await
}

fn of_api(processes: Vec<(String, u32)>) -> Vec<(String, u32)> {
    processes.into_iter().filter(|(what, _)| what.starts_with("api-")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_are_followed_by_a_deploy_that_restarts_nothing_and_fails_no_request() {
    let bench = Bench::new("edited");
    let stack = bench.up().await;
    let before = bench.processes();
    let status = until(&stack, "a decision", |status| !api(status).conditions.is_empty()).await;
    let scaling = api(&status);
    assert_eq!((scaling.min, scaling.max, scaling.current), (1, 1, 1));
    assert_eq!(scaling.metric, "cpu <unknown> of request, target 50 %");

    let load = Load::start(&stack.endpoints().api);
    bound(&bench, 3, 6);
    let deployed = stack.deploy().await.unwrap();
    let status = replicas(&stack, 3).await;
    assert_eq!((&status.build.live, service(&status, "api").desired), (&deployed.build, 3));
    let says = "New size: 3; reason: Current number of replicas below Spec.MinReplicas";
    assert!(api(&status).events.iter().any(|event| event.message == says), "{:?}", api(&status).events);
    let now = bench.processes();
    assert!(before.iter().all(|process| now.contains(process)) && now.len() == 5, "{before:?} {now:?}");
    let gauges = stack.observe().await;
    for name in ["api.replicas", "api.replicas_desired", "api.replicas_ready"] {
        assert_eq!(gauges[name], 3.0, "{name}");
    }
    assert_eq!(gauges.get("api.cpu_request"), None);

    // One of them crashes: the others answer, and it comes back.
    kill(bench.process("api-1"));
    until(&stack, "a back-off", |status| service(status, "api").state == ServiceState::BackingOff).await;
    replicas(&stack, 3).await;
    let (_, crashed) = load.stop().await;

    // A deploy of other pods keeps their number, and one of lower bounds takes replicas away.
    let load = Load::start(&stack.endpoints().api);
    request(&bench, "100m");
    stack.deploy().await.unwrap();
    let rolled = replicas(&stack, 3).await;
    let now = bench.processes();
    let kept = before.iter().filter(|process| now.contains(process));
    let kept: std::collections::BTreeSet<&str> = kept.map(|(what, _)| what.as_str()).collect();
    assert_eq!(kept, ["dep-0", "worker-0"].into(), "{now:?}");
    assert_eq!(service(&rolled, "api").restarts, 0);
    assert!((stack.observe().await["api.cpu_request"] - 0.3).abs() < 1e-9);
    bound(&bench, 1, 1);
    stack.deploy().await.unwrap();
    let status = replicas(&stack, 1).await;
    let says = "New size: 1; reason: Current number of replicas above Spec.MaxReplicas";
    assert!(api(&status).events.iter().any(|event| event.message == says), "{:?}", api(&status).events);
    // The load goes on until what was taken away has ended; who ends is told to nobody.
    timeout(PATIENCE, async {
        while of_api(bench.processes()).len() > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    let (answered, failures) = load.stop().await;
    assert!(answered > 30, "only {answered} requests were answered");
    assert_eq!(failures, Vec::<String>::new(), "of {answered}");
    // Calls that were within the crashed process are lost, and no others.
    assert!(crashed.len() <= 6, "{crashed:?}");

    // Down ends also what is still on its way up.
    bound(&bench, 6, 6);
    stack.deploy().await.unwrap();
    until(&stack, "six", |status| api(status).current == 6).await;
    let processes = bench.processes();
    timeout(Duration::from_secs(10), stack.down()).await.unwrap().unwrap();
    assert!(bench.processes().is_empty() && processes.iter().all(|(_, pid)| !alive(*pid)));
    assert_eq!(stack.status().borrow().scaling, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_node_has_no_room_for_is_pending_and_says_so() {
    let bench = Bench::new("edited");
    request(&bench, "500m");
    bound(&bench, 3, 3);
    let stack = bench.up().await;
    let pending = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption \
                   victims found for incoming pod.";
    let status = until(&stack, "two of three", |status| {
        let event = |reason: &str| api(status).events.iter().any(|event| event.reason == reason);
        api(status).ready == 2 && event("FailedScheduling")
    })
    .await;
    assert_eq!((api(&status).current, service(&status, "api").message.as_str()), (3, pending));
    assert_eq!((status.phase, of_api(bench.processes()).len()), (StackPhase::Degraded, 2));

    // More than the node has: the old replicas stay.
    let before = bench.processes();
    bench.edit(API, |text| text.replace("cpu: 500m", "cpu: 2"));
    let refused = stack.deploy().await.unwrap_err().to_string();
    assert!(refused.starts_with("api has no place to run: 0/1 nodes are available: 1 Insufficient cpu."), "{refused}");
    assert_eq!(bench.processes(), before);
    // Less of each: all have room.
    bench.edit(API, |text| text.replace("cpu: 2", "cpu: 100m"));
    stack.deploy().await.unwrap();
    replicas(&stack, 3).await;
    stack.down().await.unwrap();
}

/// Calls `/render` so often a second, each with a connection of its own, for so long. Gives how many were answered.
async fn render(base: String, rate: u64, time: Duration) -> usize {
    let mut calls = JoinSet::new();
    let client = http();
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    for number in 0..rate * time.as_secs() {
        ticks.tick().await;
        let call = client.get(format!("{base}/render?doc={number}&id=scale")).send();
        calls.spawn(async move { call.await.is_ok_and(|answer| answer.status().is_success()) });
    }
    calls.join_all().await.into_iter().filter(|answered| *answered).count()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes two minutes and measures: `brownout prove autoscaling` is the proof"]
async fn load_raises_replicas_with_the_manifests_that_solve_it_and_not_with_those_as_given() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let base = stack.endpoints().api;
    render(base.clone(), 50, Duration::from_secs(20)).await;
    assert_eq!(api(&stack.status().borrow()).current, 1);

    for file in [API, SCALER] {
        fs::copy(repository().join("lab/solutions/step-4").join(file), bench.root.join(file)).unwrap();
    }
    stack.deploy().await.unwrap();
    let load = tokio::spawn(render(base, 50, Duration::from_secs(60)));
    let risen = until(&stack, "four replicas", |status| api(status).ready >= 4);
    timeout(Duration::from_secs(60), risen).await.unwrap();
    let answered = load.await.unwrap();
    eprintln!("{answered} of 3000 answered; {:#?}", api(&stack.status().borrow()));
    assert!(answered > 1500, "{answered} of 3000");
    timeout(PATIENCE, replicas(&stack, 1)).await.unwrap();
    stack.down().await.unwrap();
}
