//! The images of `deploy/images.txt`: every one that a session needs, by its version.

use super::{K3d, settings::beside};
use crate::error::StackError;

/// Who needs an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Docker, to make the cluster.
    Cluster,
    /// Docker, to build the lab's image.
    Build,
    /// The cluster itself, for its pods.
    Pods,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) used: For,
    pub(super) name: String,
}

impl Image {
    /// The name of its file: nothing but letters, digits, dots, dashes and underscores.
    pub(super) fn file(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        format!("{}.tar", self.name.chars().map(plain).collect::<String>())
    }
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pinned {
    pub(super) images: Vec<Image>,
}

impl Pinned {
    /// # Errors
    /// When the file cannot be read, or a line does not say `cluster`, `build` or `pods` and an image with its version.
    pub(super) fn read(cluster: &K3d) -> Result<Self, StackError> {
        let path = beside(&cluster.config).join("images.txt");
        let text = std::fs::read_to_string(&path).map_err(StackError::file("cannot read", &path))?;
        Self::parse(&text).map_err(|why| StackError::Manifest { file: "deploy/images.txt".to_owned(), why })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut images = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let wrong = |why: &str| format!("line {}: {why}: `{line}`", number + 1);
            let (used, name) = line.split_once(char::is_whitespace).ok_or_else(|| wrong("wants two words"))?;
            let used = match used {
                "cluster" => For::Cluster,
                "build" => For::Build,
                "pods" => For::Pods,
                _ => return Err(wrong("wants cluster, build or pods first")),
            };
            let name = name.trim();
            let version = name.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, version)| version);
            if version.is_none_or(|version| version.is_empty() || version == "latest") {
                return Err(wrong("wants an image with its version"));
            }
            images.push(Image { used, name: name.to_owned() });
        }
        Ok(Pinned { images })
    }

    /// The image whose name without folder and version is this.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        let plain =
            |image: &Image| image.name.rsplit('/').next().and_then(|last| Some(last.split_once(':')?.0 == name));
        self.images.iter().find(|image| plain(image) == Some(true)).map(|image| image.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_who_needs_it_and_an_image_with_its_version() {
        let read = Pinned::parse("# why\n\ncluster rancher/k3s:v1-k3s1 # k3s\npods  a.b:5000/c/d:2\n").unwrap();
        let image = |used, name: &str| Image { used, name: name.to_owned() };
        assert_eq!(read.images, [image(For::Cluster, "rancher/k3s:v1-k3s1"), image(For::Pods, "a.b:5000/c/d:2")]);
        assert_eq!(read.images[1].file(), "a.b_5000_c_d_2.tar");
        assert_eq!(read.named("d").as_deref(), Some("a.b:5000/c/d:2"));
        assert_eq!(read.named("e"), None);
        for wrong in ["rancher/k3s:v1", "node a:1", "pods a", "pods a:latest", "pods a.b:5000/c"] {
            assert!(Pinned::parse(wrong).unwrap_err().starts_with("line 1: wants "), "{wrong}");
        }
    }
}
