//! Up, down, and everything between that is not a deploy.

use std::time::Duration;

use brownout_core::stack::{BuildState, ServiceState, StackPhase};
use brownout_stack::{Stack, identity};

use crate::bench::{Bench, alive, answering_build, dep_state, gone, http, kill, service, until};

#[tokio::test(flavor = "multi_thread")]
async fn up_makes_every_service_ready_and_down_leaves_nothing() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let status = stack.status().borrow().clone();
    assert_eq!((status.phase, status.kind.as_str(), status.doing.as_str()), (StackPhase::Ready, "local", ""));
    assert_eq!(status.notices, Vec::<String>::new());
    let id = identity(&bench.root).unwrap().id;
    let names: Vec<&str> = status.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["dep", "api", "worker"]);
    for service in &status.services {
        assert_eq!((service.state, service.ready, service.desired), (ServiceState::Ready, 1, 1));
        assert_eq!(service.build, id);
        assert!(bench.data.path().join(&service.log).is_file(), "{}", service.log);
    }
    assert_eq!((status.build.state, &status.build.live), (BuildState::Live, &id));

    let endpoints = stack.endpoints();
    assert_eq!(service(&status, "api").address, endpoints.api);
    for base in [&endpoints.api, &endpoints.worker, &endpoints.dep] {
        assert_eq!(answering_build(base).await, id);
    }
    let localhost = endpoints.api.replace("127.0.0.1", "localhost");
    assert_eq!(answering_build(&localhost).await, id);
    let quote = http().get(format!("{}/quote?item=1&id=a", endpoints.api)).send().await.unwrap();
    assert_eq!(quote.status(), 200);

    let processes = bench.processes();
    assert_eq!(processes.len(), 3);
    stack.down().await.unwrap();
    assert_eq!(stack.status().borrow().phase, StackPhase::Down);
    assert!(processes.iter().all(|(_, pid)| !alive(*pid)), "{processes:?}");
    assert!(!bench.data.path().join("stack.json").exists());
    assert!(http().get(format!("{}/healthz", endpoints.api)).send().await.unwrap_err().is_connect());

    // And again: nothing of the first life is in the way.
    stack.up().await.unwrap();
    assert_eq!(stack.status().borrow().phase, StackPhase::Ready);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn up_twice_is_harmless() {
    let bench = Bench::new("steady");
    let stack = bench.stack();
    let (first, second) = tokio::join!(stack.up(), stack.up());
    first.unwrap();
    second.unwrap();
    let processes = bench.processes();
    stack.up().await.unwrap();
    assert_eq!(bench.processes(), processes);
    stack.down().await.unwrap();
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crashed_replica_waits_says_so_and_comes_back() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let address = stack.endpoints().api;
    let pid = bench.process("api-0");
    kill(pid);
    let status = until(&stack, "a back-off", |status| service(status, "api").state == ServiceState::BackingOff).await;
    assert_eq!(service(&status, "api").message, "was ended by signal 9; next start in 0.5 s");
    assert_eq!((status.phase, service(&status, "api").ready), (StackPhase::Degraded, 0));
    let status = until(&stack, "a recovery", |status| status.phase == StackPhase::Ready).await;
    assert_eq!((service(&status, "api").restarts, service(&status, "api").message.as_str()), (1, ""));
    assert_eq!(stack.endpoints().api, address);
    answering_build(&address).await;

    // A second crash within a minute waits longer.
    kill(bench.process("api-0"));
    let status = until(&stack, "a back-off", |status| service(status, "api").state == ServiceState::BackingOff).await;
    assert!(service(&status, "api").message.ends_with("next start in 1 s"), "{}", service(&status, "api").message);
    // Whoever asks for `up` waits until it is ready.
    stack.up().await.unwrap();
    assert_eq!(stack.status().borrow().phase, StackPhase::Ready);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_ends_faults_and_keeps_processes() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let dep = stack.endpoints().dep;
    let fault = r#"{"kind":"hang","shard":3,"shards":10,"hang_ms":60000,"expires_ms":90000}"#;
    let put = http().put(format!("{dep}/control/fault")).header("content-type", "application/json").body(fault);
    assert!(put.send().await.unwrap().status().is_success());
    assert!(!dep_state(&dep).await["fault"].is_null());
    let processes = bench.processes();
    stack.reset().await.unwrap();
    assert!(dep_state(&dep).await["fault"].is_null());
    assert_eq!(bench.processes(), processes);
    stack.down().await.unwrap();
    let refused = stack.reset().await.unwrap_err().to_string();
    assert_eq!(refused, "the stack is not up; run `make up`");
}

#[tokio::test(flavor = "multi_thread")]
async fn gauges_of_ready_replicas_are_read() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let gauges = stack.observe().await;
    for (name, value) in
        [("api.in_flight", 0.0), ("api.slots_total", 24.0), ("dep.in_flight", 0.0), ("api.replicas_ready", 1.0)]
    {
        assert_eq!(gauges.get(name), Some(&value), "{name} in {gauges:?}");
    }
    if cfg!(target_os = "linux") {
        // The processors' time of a replica is known from the second reading on.
        let cores = stack.observe().await["api.cpu"];
        assert!((0.0..1.0).contains(&cores), "{cores}");
    }
    stack.down().await.unwrap();
    assert!(stack.observe().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_handle_ends_what_it_started() {
    let bench = Bench::new("steady");
    let stack = bench.up().await;
    let processes = bench.processes();
    assert_eq!(processes.len(), 3);
    drop(stack);
    for (_, pid) in processes {
        gone(pid).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn down_interrupts_an_up_that_is_at_work() {
    let bench = Bench::new("steady");
    let stack = bench.stack();
    let rising = stack.clone();
    let up = tokio::spawn(async move { rising.up().await });
    until(&stack, "a start", |status| status.phase == StackPhase::Starting).await;
    tokio::time::timeout(Duration::from_secs(10), stack.down()).await.unwrap().unwrap();
    let outcome = up.await.unwrap();
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!((stack.status().borrow().phase, bench.processes().len()), (StackPhase::Down, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_no_longer_answers_is_taken_out_and_started_anew() {
    let bench = Bench::new("edited");
    let patience = "periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 5";
    bench.edit("deploy/k8s/api.yaml", |text| {
        let text = text.replace("terminationGracePeriodSeconds: 3", "terminationGracePeriodSeconds: 1");
        let (readiness, liveness) = text.split_once("livenessProbe").unwrap();
        let readiness = readiness.replace(patience, "periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1");
        format!(
            "{readiness}livenessProbe{}",
            liveness.replace(patience, "periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3")
        )
    });
    let stack = bench.up().await;
    let pid = bench.process("api-0");
    let stopped = std::process::Command::new("kill").args(["-STOP", &pid.to_string()]).status().unwrap();
    assert!(stopped.success());
    let status = until(&stack, "unreadiness", |status| service(status, "api").state == ServiceState::Unready).await;
    assert_eq!(service(&status, "api").message, "/readyz did not answer within 1 s");
    assert_eq!((status.phase, service(&status, "api").ready), (StackPhase::Degraded, 0));
    let status = until(&stack, "a back-off", |status| service(status, "api").state == ServiceState::BackingOff).await;
    assert!(service(&status, "api").message.contains("liveness probe failed (3 in a row)"), "{status:?}");
    // A stopped process hears no request to end, so it was killed.
    assert!(!alive(pid));
    until(&stack, "a recovery", |status| status.phase == StackPhase::Ready).await;
    stack.down().await.unwrap();
}
