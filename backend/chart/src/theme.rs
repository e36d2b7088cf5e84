//! Colours. Text pairs reach WCAG 2.2 AA on their page; a test holds them to it.

use brownout_core::outcome::Outcome;
use plotters::style::RGBColor;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Behind the chart.
    pub panel: Rgb,
    /// Gridlines.
    pub line: Rgb,
    /// Text.
    pub text: Rgb,
    /// Quiet text: axis labels.
    pub muted: Rgb,
    /// Emphasis: scheduled load, gauges.
    pub accent: Rgb,
    /// What holds.
    pub holds: Rgb,
    /// What fails; criterion lines.
    pub fails: Rgb,
    /// Faults and other warnings.
    pub warning: Rgb,
    /// p50, p95, p99 (Okabe and Ito, 2008).
    pub percentiles: [Rgb; 3],
    /// In the order of `Outcome::ALL`.
    pub outcomes: [Rgb; 7],
}

const fn rgb(hex: u32) -> Rgb {
    ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Theme {
    /// Dark text on light panels.
    pub const LIGHT: Theme = Theme {
        panel: rgb(0xFFFFFF),
        line: rgb(0xD9DEE5),
        text: rgb(0x17202B),
        muted: rgb(0x55606E),
        accent: rgb(0x1F5FBF),
        holds: rgb(0x1B7F4B),
        fails: rgb(0xB4232A),
        warning: rgb(0x8A5A00),
        percentiles: [rgb(0x0072B2), rgb(0xB84E00), rgb(0x7A4B8C)],
        outcomes: [
            rgb(0x009E73),
            rgb(0x2E86C1),
            rgb(0xB97A00),
            rgb(0xB84E00),
            rgb(0x7A4B8C),
            rgb(0x444B54),
            rgb(0x7B8794),
        ],
    };

    /// Light text on dark panels.
    pub const DARK: Theme = Theme {
        panel: rgb(0x171D25),
        line: rgb(0x2B3440),
        text: rgb(0xE8EDF3),
        muted: rgb(0x9AA7B5),
        accent: rgb(0x7FB2FF),
        holds: rgb(0x58C98B),
        fails: rgb(0xFF8A80),
        warning: rgb(0xF0B957),
        percentiles: [rgb(0x56B4E9), rgb(0xE69F00), rgb(0xCC9BD6)],
        outcomes: [
            rgb(0x3CC79A),
            rgb(0x8CCBF2),
            rgb(0xF0B957),
            rgb(0xF08A4B),
            rgb(0xCC9BD6),
            rgb(0xC3CCD6),
            rgb(0x6B7785),
        ],
    };

    /// Colour of an outcome.
    pub fn outcome(&self, outcome: Outcome) -> Rgb {
        self.outcomes[outcome.index()]
    }
}

pub(crate) fn color(rgb: Rgb) -> RGBColor {
    RGBColor(rgb.0, rgb.1, rgb.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio by WCAG 2.2, 1.4.3.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |(r, g, b): Rgb| 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_reaches_aa_and_areas_can_be_told_from_their_panel() {
        for theme in [Theme::LIGHT, Theme::DARK] {
            for text in [theme.text, theme.muted, theme.accent, theme.holds, theme.fails, theme.warning] {
                assert!(contrast(text, theme.panel) >= 4.5, "{text:?} on {:?}", theme.panel);
            }
            for line in theme.percentiles {
                assert!(contrast(line, theme.panel) >= 4.5, "{line:?} colours words of the legend");
            }
            for area in theme.outcomes {
                assert!(contrast(area, theme.panel) >= 3.0, "{area:?} on {:?}", theme.panel);
            }
            let mix = |over: u8, under: u8| (f64::from(over) * 0.12 + f64::from(under) * 0.88).round() as u8;
            let (over, under) = (theme.warning, theme.panel);
            let band = (mix(over.0, under.0), mix(over.1, under.1), mix(over.2, under.2));
            for text in [theme.warning, theme.muted] {
                assert!(contrast(text, band) >= 4.5, "{text:?} on the band of a fault, {band:?}");
            }
        }
    }
}
