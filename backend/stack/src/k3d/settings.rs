//! What the cluster is made with. What cannot be changed later makes up its mark: another mark, another cluster.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{K3d, store::CLUSTER_FOLDER};
use crate::error::StackError;

/// The variable of the server's container that holds the mark; k3d's listing tells it again.
pub(super) const MARK: &str = "BROWNOUT_MADE_WITH";
/// Where k3s looks for images before it starts anything.
const PRELOADED: &str = "/var/lib/rancher/k3s/agent/images";
/// The node ports of `deploy/k8s`.
const NODE_PORTS: [u16; 2] = [30080, 30081];

/// A cluster to be.
#[derive(Debug)]
pub(super) struct Settings {
    name: String,
    config: String,
    ports: [u16; 2],
    /// Absolute, as k3d wants it.
    images: String,
    pub(super) mark: String,
}

impl Settings {
    /// Reads the configuration and makes the folder of images.
    ///
    /// # Errors
    /// When a file cannot be read, or a path cannot be said to Docker.
    pub(super) fn of(cluster: &K3d) -> Result<Self, StackError> {
        let images = cluster.images.join(CLUSTER_FOLDER);
        std::fs::create_dir_all(&images).map_err(StackError::file("cannot create", &images))?;
        let images = std::fs::canonicalize(&images).map_err(StackError::file("cannot find", &images))?;
        let images = images.to_string_lossy().into_owned();
        if images.contains(':') {
            return Err(StackError::Cluster {
                what: "the cluster cannot be made".to_owned(),
                why: format!("Docker takes no folder with a colon in its path: {images}; use another with --data-dir"),
            });
        }
        let ports = [cluster.api_port, cluster.worker_port];
        let mut hash = Sha256::new();
        hash.update(format!("{ports:?}\n{images}\n"));
        for file in [&cluster.config, &beside(&cluster.config).join("k3s/metrics.yaml")] {
            hash.update(std::fs::read(file).map_err(StackError::file("cannot read", file))?);
        }
        let mark = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let config = cluster.config.to_string_lossy().into_owned();
        Ok(Settings { name: cluster.cluster.clone(), config, ports, images, mark })
    }

    /// Arguments of `k3d` that make it. Ports are no part of the file, since `--port` adds to those of a file and
    /// takes none away.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["cluster", "create", &self.name, "--config", &self.config].map(str::to_owned).into();
        for (port, node_port) in self.ports.iter().zip(NODE_PORTS) {
            arguments.extend(["--port".to_owned(), format!("127.0.0.1:{port}:{node_port}@server:0:direct")]);
        }
        // An at-sign begins k3d's choice of nodes.
        let images = self.images.replace('@', "\\@");
        arguments.extend(["--volume".to_owned(), format!("{images}:{PRELOADED}@server:0")]);
        arguments.extend(["--env".to_owned(), format!("{MARK}={}@server:0", self.mark)]);
        arguments
    }
}

/// The folder of a file.
pub(super) fn beside(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}
