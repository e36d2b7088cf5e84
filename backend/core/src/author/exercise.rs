//! The file as a whole: every section is decoded, then the exercise is put together from what could be read.

use std::path::Path;

use super::{
    arrivals, criteria,
    diagnostic::Findings,
    field::{Field, Fields, names},
    guidance, load, panels, terms, timeline,
    tree::Node,
    words::quoted,
};
use crate::scenario::Scenario;

/// What one section must know of the others. `None` where that could not be read: then nothing is said about it.
pub(super) struct Frame {
    /// When the run ends, µs.
    pub(super) end_us: Option<u64>,
    /// Minutes of the case.
    pub(super) minutes: Option<u64>,
    /// Names of the streams.
    pub(super) streams: Option<Vec<String>>,
    /// Names of the criteria.
    pub(super) criteria: Option<Vec<String>>,
    /// Names of the terms.
    pub(super) terms: Option<Vec<String>>,
    /// Seconds in which something is due.
    pub(super) due: Option<Vec<bool>>,
}

pub(super) fn decode(root: &Node, source_name: &str, findings: &mut Findings<'_>) -> Option<Scenario> {
    let fields = Field::root(root).fields("Exercise", findings)?;
    let version = fields.get("version").and_then(|field| field.whole(1..=1, findings));
    let id = id(&fields, source_name, findings);
    let minutes = fields.get("minutes").and_then(|field| field.whole(1..=240, findings));
    let end_us = fields.get("end").and_then(|field| timeline::end(&field, findings));
    let mut frame = Frame {
        end_us,
        minutes,
        streams: names(fields.get("load").as_ref(), "stream", findings),
        criteria: names(fields.get("criteria").as_ref(), "name", findings),
        terms: names(fields.get("score").as_ref(), "name", findings),
        due: None,
    };
    let load = load::streams(&fields, &frame, findings);
    frame.due = load.as_deref().and_then(|load| arrivals::due(load, end_us));
    let order = fields.get("order").and_then(|field| field.whole(1..=99, findings));
    let title = fields.get("title").and_then(|field| field.line(60, findings));
    let pattern = fields.get("pattern").and_then(|field| field.line(80, findings));
    let story = fields.get("story").and_then(|field| field.text(600, findings));
    let praise = fields.get("praise").and_then(|field| field.line(200, findings));
    let phases = timeline::phases(&fields, &frame, findings);
    let faults = timeline::faults(&fields, &frame, findings);
    let panels = panels::panels(&fields, &frame, findings);
    let criteria = criteria::criteria(&fields, &frame, findings);
    let score = terms::terms(&fields, &frame, findings);
    let bands = fields.get("bands").and_then(|field| terms::bands(&field, findings));
    let variants = terms::variants(&fields, bands, findings);
    let edit = guidance::edit_points(&fields, findings);
    let hints = guidance::hints(&fields, &frame, findings);
    let prompt = fields.get("prompt").and_then(|field| field.text(4_000, findings));
    let facilitator = match fields.get("facilitator") {
        Some(field) => field.text(8_000, findings),
        None => Some(String::new()),
    };
    version?;
    Some(Scenario {
        id: id?,
        order: order? as u32,
        title: title?,
        pattern: pattern?,
        minutes: minutes? as u32,
        story: story?,
        load: load?,
        phases: phases?,
        faults: faults?,
        panels: panels?,
        criteria: criteria?,
        score: score?,
        praise: praise?,
        bands: bands?,
        variants: variants?,
        edit: edit?,
        hints: hints?,
        prompt: prompt?,
        facilitator: facilitator?,
        end_us: end_us?,
    })
}

/// The id; a file that is named otherwise would be looked for in vain.
fn id(fields: &Fields<'_>, source_name: &str, findings: &mut Findings<'_>) -> Option<String> {
    let field = fields.get("id")?;
    let id = field.name(findings)?;
    let path = Path::new(source_name);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| path.extension().is_some());
    if let Some(stem) = stem.filter(|stem| *stem != id) {
        let message = format!("the case is {}, its file is {}", quoted(&id), quoted(source_name));
        findings.warning(&field.spot, message, format!("name the file {id}.yaml or write `id: {stem}`"));
    }
    Some(id)
}
