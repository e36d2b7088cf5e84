//! How a build becomes an image that the cluster has. No registry takes part.

mod archive;

use std::{path::Path, process::Stdio};

use k8s_openapi::api::core::v1::Node;
use kube::{Api, api::ListParams};
use tokio::process::Command;

use super::{access::Access, objects::NAME};
use crate::{error::StackError, k3d::K3d};

/// How a build gets into the cluster.
#[derive(Debug, Clone)]
pub enum Images {
    /// The program that cargo builds on this machine, packed with its libraries, given to a command that loads it:
    /// `{archive}` in its arguments becomes the path of the image's tar. For clusters on this very machine, which need
    /// no Docker then.
    Archive {
        /// Program and arguments, e.g. `kind load image-archive {archive}`.
        load: Vec<String>,
    },
    /// Docker builds the image, and k3d brings it into the cluster that it has made for us.
    K3d(K3d),
}

/// Brings a program that was built here into the cluster as the image of this build.
///
/// # Errors
/// When it cannot be packed, or the cluster does not take it, with what was said.
pub(super) async fn load(load: &[String], program: &Path, build: &str, scratch: &Path) -> Result<(), StackError> {
    let archive = scratch.join(format!("lab-{build}.tar"));
    let (from, to, name) = (program.to_owned(), archive.clone(), format!("{NAME}:{build}"));
    let packed = tokio::task::spawn_blocking(move || archive::pack(&from, &name, &to)).await;
    packed.map_err(|_| StackError::Ended)??;
    let words: Vec<String> =
        load.iter().map(|word| word.replace("{archive}", &archive.display().to_string())).collect();
    let loaded = call("the image could not be loaded", &words).await;
    // It may be large, and the cluster has it now or never.
    let _ = tokio::fs::remove_file(&archive).await;
    loaded
}

/// Whether every node says that it has the image of this build. A cluster that does not let us look has to be told.
pub(super) async fn has(access: &Access, build: &str) -> bool {
    let nodes: Api<Node> = Api::all(access.client.clone());
    let Ok(nodes) = nodes.list(&ListParams::default()).await else { return false };
    let name = format!("{NAME}:{build}");
    let holds = |node: &Node| {
        let images = node.status.iter().flat_map(|status| status.images.iter().flatten());
        let mut names = images.flat_map(|image| image.names.iter().flatten());
        names.any(|known| known.rsplit('/').next() == Some(name.as_str()))
    };
    !nodes.items.is_empty() && nodes.items.iter().all(holds)
}

/// Calls a program without a shell. What it prints stands whole in the error.
async fn call(what: &'static str, words: &[String]) -> Result<(), StackError> {
    let failed = |why: String| StackError::Cluster { what: what.to_owned(), why };
    let Some((program, arguments)) = words.split_first() else {
        return Err(failed("no command was given; name one with --load-image".to_owned()));
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            failed(format!("`{program}` was not found; `brownout preflight` says how to install it"))
        }
        _ => failed(format!("`{program}` could not be started: {error}")),
    })?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    if output.status.success() {
        return Ok(());
    }
    Err(failed(format!("`{}` ended with {}:\n{said}", words.join(" "), output.status)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kube::mock::{Mock, Scenario};

    fn node(name: &str, images: &[&str]) -> Value {
        let images: Vec<Value> = images.iter().map(|image| json!({"names": [image], "sizeBytes": 1})).collect();
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"images": images}})
    }

    #[tokio::test]
    async fn an_image_is_there_when_every_node_has_it() {
        let (lab, old) = ("docker.io/library/lab:3f2a", "docker.io/library/lab:0000");
        for (nodes, expected) in [
            (vec![node("a", &[old, lab]), node("b", &[lab])], true),
            (vec![node("a", &["lab:3f2a"])], true),
            (vec![node("a", &[lab]), node("b", &[old])], false),
            (vec![node("a", &[lab]), node("b", &[])], false),
            (vec![node("a", &["docker.io/library/otherlab:3f2a"])], false),
            (vec![], false),
        ] {
            let mock = Mock::holding(Scenario::Well, nodes.clone());
            assert_eq!(has(&mock.access(), "3f2a").await, expected, "{nodes:?}");
        }
    }

    #[tokio::test]
    async fn a_cluster_that_does_not_let_us_look_has_to_be_told() {
        for scenario in [Scenario::NodesHidden, Scenario::Away] {
            let mock = Mock::holding(scenario, vec![node("a", &["docker.io/library/lab:3f2a"])]);
            assert!(!has(&mock.access(), "3f2a").await, "{scenario:?}");
            assert_eq!(mock.lines(), ["GET /api/v1/nodes"]);
        }
    }
}
