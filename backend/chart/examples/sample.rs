//! Writes charts of a broken and a solved run into a folder, with a page that shows them in both themes.
//! `cargo run -p brownout-chart --example sample -- target/charts`
#![allow(clippy::expect_used)]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::{fmt::Write as _, fs, path::PathBuf};

use brownout_chart::{Chart, Theme, View, legend, readout, svg, title};
use brownout_core::{event::RunEvent, fold::Run};
use sample::{Code, autoscaling, bulkheads, run, run_with};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say where to write: sample <folder>")?);
    fs::create_dir_all(&folder)?;
    let broken = run(Code::Broken, u32::MAX);
    let marks = vec![
        (14_200_000, RunEvent::Hint { name: "where-to-look".into(), cost: 0 }),
        (32_000_000, RunEvent::Deploy { build: "3f2a".into() }),
        (33_100_000, RunEvent::Scale { service: "api".into(), from: 1, to: 2 }),
    ];
    let shown: [(&str, Run, Option<&Run>, Option<f64>); 8] = [
        ("broken", broken.clone(), None, None),
        ("live", run_with(Code::Broken, 38, marks), None, Some(23.5)),
        ("solved", run(Code::Solved, u32::MAX), None, None),
        ("compared", run(Code::Solved, u32::MAX), Some(&broken), None),
        ("empty", run(Code::Broken, 0), None, None),
        ("bulkheads-broken", bulkheads(Code::Broken), None, Some(16.5)),
        ("bulkheads-solved", bulkheads(Code::Solved), None, None),
        ("autoscaling", autoscaling(), None, Some(40.5)),
    ];
    for (theme_name, theme, page) in [("light", Theme::LIGHT, "#F7F8FA"), ("dark", Theme::DARK, "#0F1419")] {
        let css = |(r, g, b): (u8, u8, u8)| format!("rgb({r} {g} {b})");
        let mut html = format!(
            "<meta charset=utf-8><title>Charts, {theme_name}</title><style>body{{background:{page};color:{};font:14px/20px \
             system-ui,sans-serif;margin:16px;display:grid;grid-template-columns:900px 900px;gap:12px}}figure{{margin:0;\
             background:{};padding:8px 12px}}figcaption span{{margin-left:14px;font-size:12px}}svg{{display:block}}</style>",
            css(theme.text),
            css(theme.panel),
        );
        for (name, run, base, crosshair_s) in &shown {
            let to_s = f64::from(run.planned_seconds().max(run.seconds));
            let view = View { from_s: 0.0, to_s, crosshair_s: *crosshair_s, base: *base, marked: &[], scale: 1.0 };
            let panels = run.started.as_ref().map_or(0, |started| started.scenario.panels.len());
            let charts = [Chart::Latency, Chart::Rates, Chart::Outcomes].into_iter();
            for chart in charts.chain((0..panels).map(Chart::Panel)) {
                let height = if chart == Chart::Latency { 226 } else { 118 };
                let image = svg(chart, run, &theme, &view, (876, height))?;
                let second = crosshair_s.map_or(run.seconds.saturating_sub(1), |second| second as u32);
                let values = readout(chart, run, second);
                let words = legend(chart, run, &theme).into_iter().zip(values).map(|(entry, (_, value))| {
                    format!("<span style='color:{}'>{} {value}</span>", css(entry.color), entry.word)
                });
                let words: String = words.collect();
                writeln!(
                    html,
                    "<figure><figcaption>{name}: {}{words}</figcaption>{image}</figure>",
                    title(chart, run)
                )?;
                let file = format!("{name}-{chart:?}-{theme_name}.svg").replace(['(', ')'], "").to_lowercase();
                fs::write(folder.join(file), image)?;
            }
        }
        fs::write(folder.join(format!("{theme_name}.html")), html)?;
    }
    Ok(())
}
