//! The address of a hub, as people type or paste it.

use http::Uri;

/// The address that was typed: scheme, host and port. A path and what follows it are passed over: it may be a join link.
pub(super) fn address(typed: &str) -> Option<Uri> {
    let typed = typed.trim();
    let (scheme, rest) = typed.split_once("://").unwrap_or(("http", typed));
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Nobody's password goes into a log.
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let base: Uri = format!("{scheme}://{}/", authority.to_ascii_lowercase()).parse().ok()?;
    base.host().filter(|host| !host.is_empty())?;
    Some(base)
}

#[cfg(test)]
mod tests {
    use crate::uplink::Hub;

    #[test]
    fn an_address_is_taken_as_people_type_or_paste_it() {
        for (typed, is) in [
            ("http://192.168.1.20:3100", "http://192.168.1.20:3100"),
            (" HTTPS://Hub.Example.org ", "https://hub.example.org"),
            ("hub.local:3100", "http://hub.local:3100"),
            ("http://hub:3100/join#7KQ2M4XD", "http://hub:3100"),
            ("https://hub.example.org/?x=1", "https://hub.example.org"),
            ("http://[::1]:3100/", "http://[::1]:3100"),
        ] {
            let hub = Hub::at(typed, None).unwrap_or_else(|error| panic!("{typed}: {error}"));
            assert_eq!(hub.address(), is, "{typed}");
        }
        for typed in ["", "ftp://hub", "http://", "http://user:secret@hub", "http://a b", "file:///etc/passwd"] {
            let error = Hub::at(typed, None).expect_err(typed).to_string();
            assert!(error.contains("192.168.1.20:3100"), "{error}");
        }
    }
}
