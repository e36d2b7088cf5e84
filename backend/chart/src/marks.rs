//! What happened when: the fault as a band, phases as words, deploys and the like as hairlines with a flag.

use brownout_core::{
    fold::{Mark, MarkKind, Run},
    scenario::Span,
};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingBackend, Polygon},
    style::{
        Color,
        text_anchor::{HPos, VPos},
    },
};

use crate::{
    plot::{ChartError, Plot, failed},
    theme::{Theme, color},
};

/// Seconds in which some fault acts.
#[derive(Debug, PartialEq)]
struct Fault<'a> {
    from_s: f64,
    to_s: f64,
    says: &'a str,
    /// Whether it has ended.
    over: bool,
}

fn second(mark: &Mark) -> f64 {
    mark.run_us as f64 / 1e6
}

/// Spans of faults; overlapping ones are one, and one that has not ended goes on to now.
fn faults(run: &Run) -> Vec<Fault<'_>> {
    let mut found: Vec<Fault<'_>> = Vec::new();
    let mut acting = 0u32;
    for mark in &run.marks {
        match mark.kind {
            MarkKind::FaultOn => {
                if acting == 0 {
                    found.push(Fault { from_s: second(mark), to_s: second(mark), says: &mark.says, over: false });
                }
                acting += 1;
            }
            MarkKind::FaultOff if acting > 0 => {
                acting -= 1;
                if let Some(last) = found.last_mut().filter(|_| acting == 0) {
                    (last.to_s, last.over) = (second(mark), true);
                }
            }
            _ => {}
        }
    }
    let now = f64::from(run.seconds);
    found.iter_mut().filter(|fault| !fault.over).for_each(|fault| fault.to_s = now.max(fault.from_s));
    found
}

/// Draws the bands of faults, behind everything else.
pub(crate) fn bands<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    run: &Run,
    plot: &Plot,
    theme: &Theme,
) -> Result<(), ChartError> {
    for fault in shown(run, plot) {
        let band = [(plot.x(fault.from_s), plot.top), (plot.x(fault.to_s), plot.bottom)];
        plot.fill(area, band, theme.warning, 0.12)?;
    }
    Ok(())
}

/// Draws the seconds that somebody asked for: a tint with an edge on both sides and a bar at its foot.
pub(crate) fn pointed_out<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    spans: &[Span],
    plot: &Plot,
    theme: &Theme,
) -> Result<(), ChartError> {
    for span in spans {
        let (left, right) = (plot.x(f64::from(span.from)), plot.x(f64::from(span.to)));
        plot.fill(area, [(left, plot.top), (right, plot.bottom)], theme.accent, 0.14)?;
        plot.fill(area, [(left, plot.bottom), (right, plot.bottom + plot.px(3.0))], theme.accent, 1.0)?;
        plot.hairline(area, left, theme.accent, 1.0)?;
        plot.hairline(area, right, theme.accent, 1.0)?;
    }
    Ok(())
}

/// Draws where faults begin and end, over areas that hide their bands, and says what they are.
pub(crate) fn edges<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    run: &Run,
    plot: &Plot,
    theme: &Theme,
    words: bool,
) -> Result<(), ChartError> {
    for fault in shown(run, plot) {
        let (left, right) = (plot.x(fault.from_s), plot.x(fault.to_s));
        plot.hairline(area, left, theme.warning, 0.7)?;
        if fault.over && plot.shows(fault.to_s) {
            plot.hairline(area, right, theme.warning, 0.7)?;
        }
        let inset = plot.px(5.0);
        let words =
            [fault.says, "fault"].into_iter().find(|said| words && plot.width_of(said) + 2 * inset <= right - left);
        if let Some(said) = words {
            let at = (left + inset, plot.bottom - plot.px(4.0));
            plot.write(area, said, at, theme.warning, (HPos::Left, VPos::Bottom))?;
        }
    }
    Ok(())
}

fn shown<'a>(run: &'a Run, plot: &Plot) -> impl Iterator<Item = Fault<'a>> {
    let (from_s, to_s) = (plot.from_s, plot.to_s);
    faults(run).into_iter().filter(move |fault| fault.from_s <= to_s && fault.to_s >= from_s)
}

/// Whether a row for phases is needed. It is there before the first one begins, so that nothing jumps.
pub(crate) fn has_phases(run: &Run) -> bool {
    run.started.as_ref().is_some_and(|started| !started.scenario.phases.is_empty())
}

/// Writes the phases that have begun above the plot, each as far as the next one leaves room.
pub(crate) fn phases<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    run: &Run,
    plot: &Plot,
    theme: &Theme,
) -> Result<(), ChartError> {
    let begun: Vec<&Mark> =
        run.marks.iter().filter(|mark| mark.kind == MarkKind::Phase && plot.shows(second(mark))).collect();
    for (at, mark) in begun.iter().enumerate() {
        let x = plot.x(second(mark));
        let end = begun.get(at + 1).map_or(plot.right + plot.px(56.0), |next| plot.x(second(next)));
        let tick = [(x, plot.top - plot.px(16.0)), (x + plot.px(1.0).max(1), plot.top)];
        plot.fill(area, tick, theme.line, 1.0)?;
        let room = end - x - plot.px(10.0);
        // "load begins: 60 requests a second" says most before its colon.
        let clause = mark.says.split(": ").next().filter(|clause| plot.width_of(clause) <= room);
        let words = if plot.width_of(&mark.says) <= room { Some(mark.says.as_str()) } else { clause };
        if let Some(words) = words.map(str::to_owned).or_else(|| plot.cut(&mark.says, room)) {
            let at = (x + plot.px(4.0), plot.top - plot.px(10.0));
            plot.write(area, words, at, theme.muted, (HPos::Left, VPos::Center))?;
        }
    }
    Ok(())
}

/// Draws hairlines with a small flag, and what happened as far as the next flag leaves room.
pub(crate) fn flags<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    run: &Run,
    plot: &Plot,
    theme: &Theme,
    words: bool,
) -> Result<(), ChartError> {
    let flagged: Vec<(i32, &Mark, &str)> = run
        .marks
        .iter()
        .filter(|mark| plot.shows(second(mark)))
        .filter_map(|mark| {
            let word = match mark.kind {
                MarkKind::Deploy => "build",
                MarkKind::Scale => "scale",
                MarkKind::Hint => "hint",
                _ => return None,
            };
            Some((plot.x(second(mark)), mark, word))
        })
        .collect();
    for (at, (x, mark, word)) in flagged.iter().enumerate() {
        plot.hairline(area, *x, theme.muted, 0.7)?;
        let flag =
            [(0.0, 0.0), (6.0, 3.0), (0.0, 6.0)].map(|(right, down)| (x + plot.px(right), plot.top + plot.px(down)));
        area.draw(&Polygon::new(flag.to_vec(), color(theme.muted).filled())).map_err(failed)?;
        let end = flagged.get(at + 1).map_or(plot.right + plot.px(56.0), |next| next.0);
        let begin = x + plot.px(9.0);
        let said =
            [mark.says.as_str(), word].into_iter().find(|said| begin + plot.width_of(said) <= end - plot.px(4.0));
        if let Some(said) = said.filter(|_| words) {
            plot.write(area, said, (begin, plot.top + plot.px(4.0)), theme.muted, (HPos::Left, VPos::Center))?;
        }
    }
    Ok(())
}
