//! Which loopback port stands for which Service, and what that makes of an address in an environment variable.

use std::collections::BTreeMap;

use crate::{local::LocalOptions, manifest::Service};

/// The port that a Service shall have on loopback, and the flag that chooses another; 0 is any.
pub(crate) fn wanted(service: &Service, options: &LocalOptions) -> (u16, &'static str) {
    match service.name.as_str() {
        "api" => (options.api_port, "--api-port"),
        "worker" => (options.worker_port, "--worker-port"),
        _ => (0, ""),
    }
}

/// Where each Service is reached on loopback, by its name and its port in the cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    ports: BTreeMap<(String, u16), u16>,
}

impl Addresses {
    pub(crate) fn insert(&mut self, service: &Service, port: u16) {
        self.ports.insert((service.name.clone(), service.port), port);
    }

    /// The value of an environment variable with every `//service:port` turned into its loopback address.
    pub(crate) fn rewrite(&self, value: &str) -> String {
        let mut parts = value.split("//");
        let mut rewritten = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            rewritten.push_str("//");
            // What may stand before the host (`user:password@`) and what follows it.
            let end = part.find(['/', '?', ',', ' ']).unwrap_or(part.len());
            let (authority, rest) = part.split_at(end);
            let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
            if !user.is_empty() {
                rewritten.push_str(user);
                rewritten.push('@');
            }
            let known = self
                .ports
                .iter()
                .find(|((name, port), _)| host == format!("{name}:{port}") || (host == name && *port == 80));
            match known {
                Some((_, port)) => rewritten.push_str(&format!("127.0.0.1:{port}")),
                None => rewritten.push_str(host),
            }
            rewritten.push_str(rest);
        }
        rewritten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_a_known_service_is_rewritten() {
        let mut addresses = Addresses::default();
        let service = |name: &str, port| Service { name: name.to_owned(), port, node_port: None };
        addresses.insert(&service("dep", 8082), 41000);
        addresses.insert(&service("web", 80), 42000);
        for (value, expected) in [
            ("http://dep:8082", "http://127.0.0.1:41000"),
            ("http://dep:8082/quote?x=1", "http://127.0.0.1:41000/quote?x=1"),
            ("http://a:b@dep:8082/x", "http://a:b@127.0.0.1:41000/x"),
            ("http://web/x", "http://127.0.0.1:42000/x"),
            ("http://depot:8082", "http://depot:8082"),
            ("http://dep:80821", "http://dep:80821"),
            ("dep:8082 in a sentence", "dep:8082 in a sentence"),
            ("0.0.0.0:8080", "0.0.0.0:8080"),
        ] {
            assert_eq!(addresses.rewrite(value), expected);
        }
    }
}
