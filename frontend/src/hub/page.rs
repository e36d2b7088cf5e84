//! The pages of a hub, by their paths.

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// `/facilitator`, and `/people/{seat}` with somebody's column open.
    Facilitator(Option<String>),
    /// `/ready`
    Ready,
    /// `/board`
    Board,
    /// `/join`, and `/`
    Join,
    /// `/after`
    After,
    /// Anything else.
    Missing,
}

impl Page {
    /// The page of a path.
    pub fn of(path: &str) -> Page {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) | (Some("join"), None, _) => Page::Join,
            (Some("facilitator"), None, _) => Page::Facilitator(None),
            (Some("people"), Some(seat), None) => Page::Facilitator(Some(seat.to_owned())),
            (Some("ready"), None, _) => Page::Ready,
            (Some("board"), None, _) => Page::Board,
            (Some("after"), None, _) => Page::After,
            _ => Page::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_page() {
        for (path, page) in [
            ("/", Page::Join),
            ("/join", Page::Join),
            ("/facilitator", Page::Facilitator(None)),
            ("/people/0190-a", Page::Facilitator(Some("0190-a".into()))),
            ("/people", Page::Missing),
            ("/ready", Page::Ready),
            ("/board/", Page::Board),
            ("/after", Page::After),
            ("/runs", Page::Missing),
        ] {
            assert_eq!(Page::of(path), page, "{path}");
        }
    }
}
