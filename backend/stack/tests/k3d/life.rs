//! Up, image and down.

use std::{fs, io::Read, time::Duration};

use brownout_stack::k3d::Made;
use tokio::{task::spawn_blocking, time::timeout};

use crate::bench::{bench, canonical};

const MERGE: &str = "k3d kubeconfig merge brownout --kubeconfig-merge-default --kubeconfig-switch-context=false";
const LIST: [&str; 5] = ["k3d", "cluster", "list", "--output", "json"];

#[tokio::test]
async fn a_cluster_is_made_with_the_configuration_and_this_machines_ports_and_images() {
    let bench = bench();
    let cluster = bench.up().await.unwrap();
    assert_eq!((cluster.context.as_str(), cluster.made), ("k3d-brownout", Made::New));
    let calls = bench.calls();
    assert_eq!(calls[0], LIST);
    let images = canonical(&bench.path("images/pods"));
    let config = bench.k3d.config.to_string_lossy().into_owned();
    let [create] = &calls[1..] else { panic!("{calls:?}") };
    assert_eq!(
        create[..11],
        [
            "k3d",
            "cluster",
            "create",
            "brownout",
            "--config",
            &config,
            "--port",
            "127.0.0.1:8080:30080@server:0:direct",
            "--port",
            "127.0.0.1:8081:30081@server:0:direct",
            "--volume",
        ]
    );
    assert_eq!(create[11..13], [format!("{images}:/var/lib/rancher/k3s/agent/images@server:0"), "--env".to_owned()]);
    assert!(create[13].starts_with("BROWNOUT_MADE_WITH=") && create[13].ends_with("@server:0"), "{create:?}");
    assert_eq!(create.len(), 14);
    let env = fs::read_to_string(bench.path("env-k3d")).unwrap();
    assert!(env.contains("K3D_IMAGE_TOOLS=x/k3d-tools:5"), "{env}");
    assert!(bench.told().contains("`make prefetch STACK=k3d`"), "{}", bench.told());
}

#[tokio::test]
async fn a_cluster_that_runs_is_kept() {
    let bench = bench();
    let mark = bench.mark().await;
    bench.lists(true, "running", &mark);
    assert_eq!(bench.up().await.unwrap().made, Made::Kept);
    assert_eq!(bench.typed(), ["k3d cluster list --output json", MERGE]);
}

#[tokio::test]
async fn a_cluster_whose_maker_was_killed_too_early_is_made_anew() {
    let bench = bench();
    let mark = bench.mark().await;
    bench.lists(true, "running", &mark);
    bench.fails("k3d-kubeconfig", "FATA[0000] Failed to get kubeconfig: file /output/kubeconfig.yaml not found\n");
    let made = bench.up().await.unwrap().made;
    assert_eq!(made, Made::Remade("it was half made and tells no kubeconfig".to_owned()));
    assert_eq!(bench.typed()[2], "k3d cluster delete brownout");
}

#[tokio::test]
async fn a_stopped_cluster_is_started() {
    let bench = bench();
    let mark = bench.mark().await;
    bench.lists(false, "exited", &mark);
    assert_eq!(bench.up().await.unwrap().made, Made::Started);
    assert_eq!(
        bench.typed(),
        ["k3d cluster list --output json", "k3d cluster start brownout --wait --timeout 60s", MERGE]
    );
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew_and_says_why() {
    let bench = bench();
    let mark = bench.mark().await;
    let without_server = r#"[{"name":"brownout","nodes":[{"name":"k3d-brownout-tools","role":"noRole","State":{"Running":true,"Status":"running"}}],"serversRunning":0,"serversCount":0}]"#;
    let lists: [(&dyn Fn(), &str); 4] = [
        (&|| bench.lists(false, "created", &mark), "its server was never started"),
        (&|| bench.lists(true, "restarting", &mark), "does not stay up"),
        (&|| bench.lists(true, "running", "BROWNOUT_MADE_WITH=0"), "other ports or settings"),
        (&|| bench.listing(without_server), "has no server"),
    ];
    for (list, why) in lists {
        list();
        let made = bench.up().await.unwrap().made;
        let Made::Remade(because) = made else { panic!("{made:?}") };
        assert!(because.contains(why) && bench.told().contains(&because), "{because}: {}", bench.told());
        let calls = bench.typed();
        assert_eq!(calls[1], "k3d cluster delete brownout");
        assert!(calls[2].starts_with("k3d cluster create brownout "), "{calls:?}");
        assert_eq!(calls.len(), 3);
    }
}

#[tokio::test]
async fn a_stopped_cluster_that_does_not_start_is_made_anew() {
    let bench = bench();
    let mark = bench.mark().await;
    bench.lists(false, "exited", &mark);
    bench.fails(
        "k3d-cluster-start",
        "FATA[0060] failed to start cluster 'brownout': Node k3d-brownout-server-0 failed to get ready\n",
    );
    assert_eq!(bench.up().await.unwrap().made, Made::Remade("it was stopped and did not start".to_owned()));
    let calls = bench.typed();
    assert_eq!(calls[2], "k3d cluster delete brownout");
    assert!(calls[3].starts_with("k3d cluster create brownout "), "{calls:?}");
}

#[tokio::test]
async fn other_ports_make_another_cluster() {
    let mut bench = bench();
    let mark = bench.mark().await;
    bench.lists(true, "running", &mark);
    bench.k3d.api_port = 18080;
    assert!(matches!(bench.up().await.unwrap().made, Made::Remade(_)));
    assert!(bench.typed()[2].contains(" --port 127.0.0.1:18080:30080@server:0:direct "));
}

#[tokio::test]
async fn an_image_is_built_with_its_build_and_brought_into_the_cluster_and_each_is_timed() {
    let bench = bench();
    bench.answers("docker-build", "echo '#9 [lab-build 3/3] RUN cargo build' >&2");
    let mut heard = bench.lines.subscribe();
    let steps = bench.k3d.image("3f2a91c0", &bench.lines).await.unwrap();
    let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["build image", "import image"]);
    assert_eq!(
        bench.typed(),
        [
            "docker build --progress plain --target lab --build-arg LAB_BUILD_ID=3f2a91c0 --tag lab:3f2a91c0 .",
            "k3d image import --cluster brownout --mode direct lab:3f2a91c0",
        ]
    );
    assert_eq!(heard.recv().await.unwrap(), "#9 [lab-build 3/3] RUN cargo build");
    let env = fs::read_to_string(bench.path("env-docker")).unwrap();
    assert!(env.contains("DOCKER_BUILDKIT=1") && env.contains("BUILDX_NO_DEFAULT_ATTESTATIONS=1"), "{env}");
}

#[tokio::test]
async fn down_deletes_the_cluster_and_the_labs_images_and_twice_is_harmless() {
    let bench = bench();
    let mark = bench.mark().await;
    bench.lists(true, "running", &mark);
    bench.answers("docker-image-ls", "printf 'lab:3f2a91c0\\nlab:prefetch\\n<none>:<none>\\n'");
    bench.k3d.down(&bench.lines).await.unwrap();
    assert_eq!(
        bench.typed(),
        [
            "k3d cluster list --output json",
            "k3d cluster delete brownout",
            "docker image ls --filter label=dev.brownout.image=lab --format {{.Repository}}:{{.Tag}}",
            "docker image rm --force lab:3f2a91c0 lab:prefetch",
        ]
    );
    bench.listing("[]");
    bench.answers("docker-image-ls", "");
    bench.k3d.down(&bench.lines).await.unwrap();
    assert_eq!(bench.calls().len(), 2, "nothing is deleted that is not there");
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_ends_with_all_that_it_started() {
    let bench = bench();
    // Who opens the pipe waits until the sleeper does; who reads it sees its end once the sleeper is gone.
    let pipe = bench.path("alive");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    bench.answers("docker-build", r#"sleep 60 >"$here/alive" & wait"#);
    let (k3d, lines) = (bench.k3d.clone(), bench.lines.clone());
    let build = tokio::spawn(async move { k3d.image("1", &lines).await });
    let mut alive = spawn_blocking(|| fs::File::open(pipe)).await.unwrap().unwrap();
    build.abort();
    assert!(build.await.unwrap_err().is_cancelled());
    let ended = spawn_blocking(move || alive.read_to_end(&mut Vec::new()));
    timeout(Duration::from_secs(20), ended).await.expect("the sleeper lives").unwrap().unwrap();
}
