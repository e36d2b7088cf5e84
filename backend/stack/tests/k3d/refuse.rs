//! What goes wrong is said whole, with the next step.

use std::path::PathBuf;

use brownout_stack::k3d::Made;

use crate::bench::{Bench, bench};

const STOPPED: &str = "FATA[0000] Failed to get nodes: docker failed to get containers with labels: failed to list containers: \
                       Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n";
const TAKEN: &str = "INFO[0001] Starting node 'k3d-brownout-server-0'\n\
                     ERRO[0001] Failed Cluster Start: Failed to start server k3d-brownout-server-0: Node failed to get ready: \
                     driver failed programming external connectivity on endpoint k3d-brownout-server-0 (4f1a): \
                     Bind for 127.0.0.1:8081 failed: port is already allocated\n\
                     ERRO[0001] Failed to create cluster >>> Rolling Back\n\
                     FATA[0002] Cluster creation FAILED, all changes have been rolled back!\n";

async fn up_fails(bench: &Bench) -> String {
    bench.up().await.unwrap_err().to_string()
}

#[tokio::test]
async fn docker_that_does_not_run_is_said_with_the_command_that_starts_it() {
    let bench = bench();
    bench.fails("k3d-cluster-list", STOPPED);
    let error = up_fails(&bench).await;
    assert!(error.starts_with("the clusters cannot be listed: Docker does not run; start Docker Desktop"), "{error}");
    assert!(error.contains(STOPPED.trim()), "whole: {error}");
    assert_eq!(bench.calls().len(), 1, "nothing more is tried");
}

#[tokio::test]
async fn a_taken_port_is_named_with_another_one_and_does_not_cost_the_cluster() {
    let bench = bench();
    bench.fails("k3d-cluster-create", TAKEN);
    let error = up_fails(&bench).await;
    assert!(error.contains("port 8081 is in use by somebody else") && error.contains("--worker-port 18081"), "{error}");
    assert!(error.contains("FATA[0002] Cluster creation FAILED"), "{error}");
}

#[tokio::test]
async fn a_stopped_cluster_whose_port_is_taken_is_not_deleted() {
    let bench = bench();
    let mark = bench.mark().await;
    bench.lists(false, "exited", &mark);
    bench.fails("k3d-cluster-start", TAKEN);
    let error = up_fails(&bench).await;
    assert!(error.starts_with("the cluster cannot be started: port 8081"), "{error}");
    assert!(!bench.typed().iter().any(|call| call.contains("delete")));
}

#[tokio::test]
async fn a_cluster_that_somebody_else_made_is_left_alone() {
    let bench = bench();
    bench.lists(true, "running", "K3S_TOKEN=theirs");
    let error = up_fails(&bench).await;
    assert!(error.contains("that Brownout did not make") && error.contains("k3d cluster delete brownout"), "{error}");
    assert!(bench.k3d.down(&bench.lines).await.is_err());
    assert!(bench.typed().iter().all(|call| call == "k3d cluster list --output json"));
}

#[tokio::test]
async fn a_missing_program_is_named_with_where_to_get_it() {
    let mut bench = bench();
    bench.k3d.programs.k3d = PathBuf::from("/nowhere/k3d");
    let error = up_fails(&bench).await;
    assert!(error.contains("`k3d` is not on PATH; https://k3d.io"), "{error}");
    bench.k3d.programs.docker = PathBuf::from("/nowhere/docker");
    let error = bench.k3d.prefetch(&bench.lines).await.unwrap_err().to_string();
    assert!(error.contains("`docker` is not on PATH; https://docs.docker.com"), "{error}");
}

#[tokio::test]
async fn an_import_that_fails_is_said_whole() {
    let bench = bench();
    let says = "INFO[0000] Importing image(s) into cluster 'brownout'\n\
                ERRO[0001] Failed to import image(s) into cluster 'brownout': could not load image to cluster\n\
                WARN[0001] At least one error occured while trying to import the image(s) into the selected cluster(s)";
    bench.fails("k3d-image-import", says);
    let error = bench.k3d.image("3f2a91c0", &bench.lines).await.unwrap_err().to_string();
    let begins = "the image cannot be brought into the cluster: \
                  `k3d image import --cluster brownout --mode direct lab:3f2a91c0` ended with code 1:\n";
    assert_eq!(error, format!("{begins}{says}"));
}

#[tokio::test]
async fn known_words_have_their_next_step_and_unknown_ones_stand_alone() {
    let cases = [
        ("permission denied while trying to connect to the Docker daemon socket", "usermod -aG docker"),
        ("write /var/lib/docker/tmp/x: no space left on device", "docker system prune"),
        ("ERROR: BuildKit is enabled but the buildx component is missing or broken.", "docker-buildx"),
        ("error[E0425]: cannot find value\nerror: could not compile `lab`", "the lab does not compile"),
        ("dial tcp: lookup registry-1.example on 10.0.0.1:53: no such host", "make prefetch STACK=k3d"),
        ("error: no matching package named `hmac` found", "make prefetch STACK=k3d"),
    ];
    let bench = bench();
    for (says, step) in cases {
        bench.fails("docker-build", says);
        let error = bench.k3d.image("1", &bench.lines).await.unwrap_err().to_string();
        let (first, rest) = error.split_once(".\n`docker build ").unwrap_or_else(|| panic!("{error}"));
        assert!(first.contains(step) && rest.ends_with(says), "{error}");
    }
    bench.fails("docker-build", "");
    let error = bench.k3d.image("1", &bench.lines).await.unwrap_err().to_string();
    assert!(error.ends_with("ended with code 1:\nit said nothing"), "{error}");
}

#[tokio::test]
async fn a_cluster_that_is_not_ready_in_time_is_said_and_one_that_was_stopped_is_made_anew() {
    let late =
        "FATA[0120] Failed to start server k3d-brownout-server-0: Node failed to get ready: context deadline exceeded";
    let bench = bench();
    let mark = bench.mark().await;
    bench.fails("k3d-cluster-create", late);
    let error = up_fails(&bench).await;
    assert!(error.starts_with("the cluster cannot be made: the cluster was not ready in time; close"), "{error}");
    bench.answers("k3d-cluster-create", "");
    bench.lists(false, "exited", &mark);
    bench.fails("k3d-cluster-start", late);
    assert!(matches!(bench.up().await.unwrap().made, Made::Remade(_)));
}

#[tokio::test]
async fn an_old_k3d_is_told_from_a_broken_one() {
    let bench = bench();
    bench.listing("NAME SERVERS AGENTS");
    let error = up_fails(&bench).await;
    assert!(error.contains("k3d 5.8 or newer is needed"), "{error}");
}
