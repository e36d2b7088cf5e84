//! What `deploy/` and the Dockerfile name is pinned, and is the same everywhere.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words after a key of YAML or of a Dockerfile.
fn named(text: &str, key: &str) -> BTreeSet<String> {
    let value =
        |line: &str| Some(line.trim().trim_start_matches("- ").strip_prefix(key)?.split(' ').next()?.to_owned());
    text.lines().filter_map(value).collect()
}

#[test]
fn every_image_that_is_named_anywhere_is_pinned_and_no_other() {
    let pinned = read("deploy/images.txt");
    let pinned = pinned.lines().map(|line| line.split('#').next().unwrap_or_default());
    let pinned: BTreeSet<String> = pinned.filter_map(|line| Some(line.split_whitespace().nth(1)?.to_owned())).collect();
    let mut used = named(&read("deploy/k3d-config.yaml"), "image: ");
    used.extend(named(&read("deploy/k3s/metrics.yaml"), "image: "));
    for file in fs::read_dir(root().join("deploy/k8s")).unwrap() {
        used.extend(named(&fs::read_to_string(file.unwrap().path()).unwrap(), "image: "));
    }
    let dockerfile = read("Dockerfile");
    let stages = dockerfile.lines().filter_map(|line| line.split(" AS ").nth(1)).map(str::trim);
    let stages: BTreeSet<String> =
        stages.map(str::to_owned).chain(["scratch".to_owned(), "lab:dev".to_owned()]).collect();
    used.extend(named(&dockerfile, "FROM "));
    used.retain(|image| !stages.contains(image));
    // Two that no file names: k3s asks for them itself, and k3d for its helper.
    let silent =
        |image: &String| ["mirrored-pause", "mirrored-coredns", "k3d-tools"].iter().any(|part| image.contains(part));
    assert_eq!(used, pinned.iter().filter(|image| !silent(image)).cloned().collect());
    assert_eq!(pinned.iter().filter(|image| silent(image)).count(), 3);
}

#[test]
fn the_cluster_listens_here_alone_and_measures_each_ten_seconds() {
    let config = read("deploy/k3d-config.yaml");
    assert!(config.contains("kubeAPI: { hostIP: 127.0.0.1 }"));
    assert!(!config.contains("\nports:"), "`--port` adds to the ports of the file");
    for arg in ["--disable=metrics-server", "--disable=traefik", "horizontal-pod-autoscaler-sync-period=5s"] {
        assert!(config.contains(arg), "{arg}");
    }
    // k3s deletes a manifest that has the name of something disabled.
    let destination = config.lines().find_map(|line| line.trim().strip_prefix("destination: ")).unwrap();
    let name = destination.rsplit('/').next().unwrap().trim_end_matches(".yaml");
    assert!(!config.contains(&format!("--disable={name},")), "{name}");
    assert!(read("deploy/k3s/metrics.yaml").contains("--metric-resolution=10s"));
}
