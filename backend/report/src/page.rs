//! The frame of every page: one file, its own policy, light, dark and print.

use base64::{Engine, engine::general_purpose::STANDARD};
use brownout_chart::{Rgb, Theme};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The policy of every page of this crate: its one script, its own style, nothing from elsewhere.
pub fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:; base-uri 'none'; \
         form-action 'none'"
    )
}

/// A whole page.
pub(crate) fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="color-scheme" content="light dark";
                // Without it a browser asks for /favicon.ico.
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(variables())) (PreEscaped(STYLE)) }
            }
            body {
                main { (body) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Names of the theme's colours in the order of [`colors`].
pub(crate) const NAMES: [&str; 18] = [
    "panel",
    "line",
    "text",
    "muted",
    "accent",
    "holds",
    "fails",
    "warning",
    "p50",
    "p95",
    "p99",
    "ok",
    "degraded",
    "rejected",
    "failed",
    "timed-out",
    "invalid",
    "dropped",
];

/// All colours of a theme.
fn colors(theme: &Theme) -> Vec<Rgb> {
    let Theme { panel, line, text, muted, accent, holds, fails, warning, percentiles, outcomes } = *theme;
    [panel, line, text, muted, accent, holds, fails, warning].into_iter().chain(percentiles).chain(outcomes).collect()
}

/// A theme whose every colour is the place of its name in [`NAMES`].
pub(crate) fn places() -> Theme {
    let place = |at: u8| (0x01, 0x00, at);
    Theme {
        panel: place(0),
        line: place(1),
        text: place(2),
        muted: place(3),
        accent: place(4),
        holds: place(5),
        fails: place(6),
        warning: place(7),
        percentiles: [8, 9, 10].map(place),
        outcomes: [11, 12, 13, 14, 15, 16, 17].map(place),
    }
}

/// The style variable of a colour of [`places`].
pub(crate) fn variable(color: Rgb) -> String {
    format!("var(--{})", NAMES.get(usize::from(color.2)).unwrap_or(&"text"))
}

/// The style variables of both themes. Paper is light.
fn variables() -> String {
    let of = |theme: &Theme, page: &str| {
        let colors = colors(theme);
        let named = NAMES.iter().zip(colors).map(|(name, (r, g, b))| format!("--{name}:#{r:02x}{g:02x}{b:02x};"));
        format!("--page:{page};{}", named.collect::<String>())
    };
    let (light, dark) = (of(&Theme::LIGHT, "#f7f8fa"), of(&Theme::DARK, "#0f1419"));
    format!(
        ":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}@media print{{:root{{--page:#fff}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_of_the_charts_has_a_variable_of_its_own() {
        let places = colors(&places());
        assert_eq!(places.len(), NAMES.len());
        for (at, color) in places.into_iter().enumerate() {
            assert_eq!(variable(color), format!("var(--{})", NAMES[at]));
        }
    }
}
