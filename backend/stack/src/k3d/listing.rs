//! What k3d tells of a cluster: `k3d cluster list --output json`.

use serde::Deserialize;

use super::settings::MARK;

/// A cluster of our name.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    name: String,
    #[serde(default)]
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    #[serde(default)]
    role: String,
    #[serde(default)]
    env: Vec<String>,
    #[serde(rename = "State", default)]
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct State {
    running: bool,
    status: String,
}

impl Found {
    /// The cluster `name` of a listing.
    ///
    /// # Errors
    /// When the listing is none.
    pub(super) fn read(listing: &str, name: &str) -> Result<Option<Self>, String> {
        let all: Vec<Found> = serde_json::from_str(listing.trim())
            .map_err(|error| format!("k3d 5.8 or newer is needed; what it said is no list of clusters ({error})"))?;
        Ok(all.into_iter().find(|found| found.name == name))
    }

    fn servers(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.role == "server")
    }

    /// What it was made with, where it was made by us.
    fn mark(&self) -> Option<&str> {
        let mark = |node: &Node| node.env.iter().position(|pair| pair.starts_with(MARK));
        let (node, at) = self.servers().find_map(|node| Some((node, mark(node)?)))?;
        node.env[at].strip_prefix(MARK)?.strip_prefix('=')
    }

    /// A cluster with servers and without our mark.
    pub(super) fn is_foreign(&self) -> bool {
        self.servers().next().is_some() && self.mark().is_none()
    }

    /// Whether its server runs.
    pub(super) fn runs(&self) -> bool {
        self.servers().all(|node| node.state.running && node.state.status != "restarting")
    }

    /// Why it cannot be used, nor started, as a clause.
    pub(super) fn fault(&self, wanted: &str) -> Option<String> {
        let Some(server) = self.servers().next() else { return Some("it was half made and has no server".to_owned()) };
        if self.mark() != Some(wanted) {
            return Some("it was made with other ports or settings".to_owned());
        }
        match server.state.status.as_str() {
            "created" => Some("it was half made: its server was never started".to_owned()),
            "restarting" => Some("its server does not stay up".to_owned()),
            "dead" | "removing" => Some("it was half deleted".to_owned()),
            _ => None,
        }
    }
}
