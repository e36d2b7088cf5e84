//! Images are fetched once, and given back where they were lost.

use std::fs;

use crate::bench::bench;

const BUILD: &str = "docker build --progress plain --target lab --build-arg LAB_BUILD_ID=prefetch --tag lab:prefetch .";

#[tokio::test]
async fn every_image_is_pulled_and_saved_once() {
    let bench = bench();
    bench.k3d.prefetch(&bench.lines).await.unwrap();
    let calls = bench.typed();
    let to = |file: &str| bench.path("images").join(file).to_string_lossy().into_owned();
    assert_eq!(
        calls[..4],
        [
            "docker info --format {{json .}}".to_owned(),
            "docker image ls --quiet --filter reference=a/k3s:1".to_owned(),
            "docker pull a/k3s:1".to_owned(),
            format!("docker save --output {} a/k3s:1", to("docker/a_k3s_1.part")),
        ]
    );
    assert!(calls.contains(&format!("docker save --output {} pause:3", to("pods/pause_3.part"))), "{calls:?}");
    assert_eq!(calls.last().unwrap(), BUILD);
    for file in ["docker/a_k3s_1.tar", "docker/x_k3d-tools_5.tar", "docker/rust_2.tar", "pods/pause_3.tar"] {
        assert_eq!(fs::read_to_string(to(file)).unwrap(), "tar\n", "{file}");
    }
    bench.k3d.prefetch(&bench.lines).await.unwrap();
    assert_eq!(bench.typed(), [BUILD]);
}

#[tokio::test]
async fn what_docker_has_is_not_pulled_and_of_many_platforms_one_is_saved() {
    let bench = bench();
    bench.answers("docker-image-ls", "echo 9a01");
    bench.answers(
        "docker-info",
        r#"echo '{"OSType":"linux","Architecture":"aarch64","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}'"#,
    );
    bench.k3d.prefetch(&bench.lines).await.unwrap();
    let calls = bench.typed();
    assert!(!calls.iter().any(|call| call.contains(" pull ")), "{calls:?}");
    assert!(calls.iter().any(|call| call.ends_with(".part --platform linux/arm64 a/k3s:1")), "{calls:?}");
}

#[tokio::test]
async fn a_pull_that_fails_leaves_no_file_and_names_the_image() {
    let bench = bench();
    bench.fails("docker-pull", "Error response from daemon: manifest for a/k3s:1 not found: manifest unknown");
    let error = bench.k3d.prefetch(&bench.lines).await.unwrap_err().to_string();
    assert!(error.starts_with("a/k3s:1 cannot be pulled: `docker pull a/k3s:1` ended with code 1:"), "{error}");
    bench.answers("docker-pull", "");
    bench.answers("docker-save", r#"echo half >"$3"; echo 'no space left on device' >&2; exit 1"#);
    let error = bench.k3d.prefetch(&bench.lines).await.unwrap_err().to_string();
    assert!(error.contains("the disk that Docker writes to is full"), "{error}");
    assert!(!bench.path("images/docker/a_k3s_1.tar").exists());
}

#[tokio::test]
async fn what_docker_lost_is_given_back_and_what_is_no_longer_pinned_is_forgotten() {
    let bench = bench();
    bench.k3d.prefetch(&bench.lines).await.unwrap();
    bench.calls();
    bench.up().await.unwrap();
    let calls = bench.typed();
    let load = |file: &str| format!("docker load --input {}", bench.path("images/docker").join(file).display());
    assert_eq!(calls[2], load("a_k3s_1.tar"), "{calls:?}");
    assert_eq!(calls[4], load("x_k3d-tools_5.tar"), "{calls:?}");
    assert!(calls[5].starts_with("k3d cluster create "), "{calls:?}");
    assert!(!bench.told().contains("prefetch"), "{}", bench.told());
    fs::write(bench.path("repo/deploy/images.txt"), "cluster a/k3s:2\n").unwrap();
    bench.k3d.prefetch(&bench.lines).await.unwrap();
    let kept = fs::read_dir(bench.path("images/docker")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(kept.collect::<Vec<_>>(), ["a_k3s_2.tar"]);
}
