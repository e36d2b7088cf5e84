//! What stands in the way is named.

use std::net::TcpListener;

use brownout_core::stack::StackPhase;
use brownout_stack::{LocalOptions, LocalStack, Stack, StackError};

use crate::bench::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_names_its_holder_and_the_flag() {
    let bench = Bench::new("steady");
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let stack = LocalStack::new(LocalOptions { api_port: port, ..bench.options() }).unwrap();
    let error = stack.up().await.unwrap_err();
    assert!(matches!(error, StackError::PortTaken { port: named, flag: "--api-port", .. } if named == port));
    let told = error.to_string();
    let me = format!("(pid {})", std::process::id());
    assert!(told.contains(&format!("port {port} is in use by")) && told.contains(&me), "{told}");
    let status = stack.status().borrow().clone();
    assert_eq!((status.phase, bench.processes().len()), (StackPhase::Down, 0));
    assert!(status.notices.iter().any(|notice| notice.contains("--api-port")), "{:?}", status.notices);

    drop(holder);
    stack.up().await.unwrap();
    assert_eq!(stack.endpoints().api, format!("http://127.0.0.1:{port}"));
    assert_eq!(stack.status().borrow().notices, Vec::<String>::new());
    stack.down().await.unwrap();
    TcpListener::bind(("127.0.0.1", port)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_cannot_be_read_is_named_with_its_place() {
    let bench = Bench::new("edited");
    bench.edit("deploy/k8s/api.yaml", |text| text.replace("spec:\n", "spec: [\n"));
    let stack = bench.stack();
    let error = stack.up().await.unwrap_err().to_string();
    assert!(error.starts_with("deploy/k8s/api.yaml: ") && error.contains("line"), "{error}");
    assert_eq!(stack.status().borrow().phase, StackPhase::Down);
}
