//! Run sheets: a [`Workshop`] or diagnostics.

pub(super) mod form;

use super::{
    diagnostic::{Diagnostic, Findings, Severity},
    field::{Field, Fields, each, each_if_any, names},
    schema,
    tree::{self, Node},
    words::{listed, quoted, suggestion},
};
use crate::{
    scenario::Scenario,
    workshop::{AnswerForm, Guess, HintAt, Part, Question, SayKey, Step, StepKind, Takeaway, Workshop},
};

/// What a run sheet may speak of. Of what is empty nothing is known, and nothing is said about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The catalog.
    pub scenarios: &'a [Scenario],
    /// Targets of the Makefile.
    pub make: &'a [&'a str],
    /// Commands of `brownout`.
    pub brownout: &'a [&'a str],
}

/// A run sheet, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedWorkshop {
    /// The run sheet; only there when no diagnostic is an error.
    pub workshop: Option<Workshop>,
    /// What is wrong or doubtful, in the order of the file; at most 100.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a run sheet. Any text is answered with diagnostics, never with a panic; bounds are those of scenarios.
pub fn parse_workshop(text: &str, known: &Known<'_>) -> ParsedWorkshop {
    let mut findings = Findings::of(text);
    let root = tree::read(text, &mut findings);
    let workshop = root.and_then(|root| decode(&root, known, &mut findings));
    let diagnostics = findings.sorted();
    let wrong = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    ParsedWorkshop { workshop: workshop.filter(|_| !wrong), diagnostics }
}

fn decode(root: &Node, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Workshop> {
    let fields = Field::root(root).fields("Workshop", findings)?;
    let version = fields.get("version").and_then(|field| field.whole(1..=1, findings));
    let id = fields.get("id").and_then(|field| field.name(findings));
    let title = fields.get("title").and_then(|field| field.line(80, findings));
    let list = fields.get("steps");
    names(list.as_ref(), "name", findings);
    let minutes = fields.get("minutes").and_then(|field| minutes(&field, list.as_ref(), findings));
    once(list.as_ref(), findings);
    let steps = each(list.clone(), findings, |item, findings| step(item, known, findings));
    names(fields.get("takeaways").as_ref(), "name", findings);
    let cases = cases(list.as_ref(), known);
    let takeaways =
        each_if_any(fields.get("takeaways"), findings, |item, findings| takeaway(item, cases.as_deref(), findings));
    names(fields.get("survey").as_ref(), "name", findings);
    let survey = each_if_any(fields.get("survey"), findings, question);
    version?;
    Some(Workshop { id: id?, title: title?, minutes: minutes?, steps: steps?, takeaways: takeaways?, survey: survey? })
}

/// Minutes of the whole; they are those of the steps, as far as all of these can be read.
fn minutes(field: &Field<'_>, steps: Option<&Field<'_>>, findings: &mut Findings<'_>) -> Option<u32> {
    let minutes = field.whole(1..=1_440, findings)?;
    let planned = |step: &Field<'_>| {
        step.peek("minutes")?.plain()?.parse::<u64>().ok().filter(|minutes| (1..=240).contains(minutes))
    };
    let sum: Option<u64> = children(steps).iter().map(planned).sum();
    match sum.filter(|sum| *sum != minutes) {
        Some(sum) => {
            let message = format!("the workshop has {minutes} minutes, its steps have {sum}");
            findings.error(&field.spot, message, format!("write {sum}, or change the steps"))
        }
        None => u32::try_from(minutes).ok(),
    }
}

/// The board has one column a case, so a case is in one step.
fn once(steps: Option<&Field<'_>>, findings: &mut Findings<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    let steps = children(steps);
    for case in steps.iter().filter_map(|step| step.peek("case")) {
        let Some(id) = case.plain() else { continue };
        if seen.contains(&id) {
            let message = format!("{} is the case of an earlier step", quoted(id));
            findings.error::<()>(&case.spot, message, "make the second step a `talk`; the case stays open");
        }
        seen.push(id);
    }
}

/// Ids of the cases, where each of them is right; else nothing that refers to them can be judged.
fn cases<'t>(steps: Option<&Field<'t>>, known: &Known<'_>) -> Option<Vec<&'t str>> {
    let cases: Vec<&str> = children(steps).iter().filter_map(|step| step.peek("case")?.plain()).collect();
    let exists = |id: &str| known.scenarios.is_empty() || known.scenarios.iter().any(|scenario| scenario.id == id);
    let right = cases.iter().enumerate().all(|(at, id)| exists(id) && !cases[..at].contains(id));
    right.then_some(cases)
}

fn children<'t>(list: Option<&Field<'t>>) -> Vec<Field<'t>> {
    let mut quiet = Findings::of("");
    list.and_then(|list| list.items(&mut quiet)).unwrap_or_default()
}

fn step(item: &Field<'_>, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Step> {
    let step = item.fields("Step", findings)?;
    let name = step.get("name").and_then(|field| field.name(findings));
    let kind = step.get("kind").and_then(|field| kind(&field, item, &step, findings));
    let scenario = step.get("case").and_then(|field| scenario(&field, known, findings));
    let title = step.get("title").and_then(|field| field.line(60, findings));
    let minutes = step.get("minutes").and_then(|field| field.whole(1..=240, findings));
    if let (Some(minutes), Some(scenario)) = (minutes, scenario)
        && minutes != u64::from(scenario.minutes)
    {
        let message =
            format!("{} has {} minutes in its scenario, here {minutes}", quoted(&scenario.id), scenario.minutes);
        let help = format!("write {}, or leave it if you mean it", scenario.minutes);
        findings.warning(&step.key_spot("minutes"), message, help);
    }
    let participants = step.get("participants").and_then(|field| field.line(160, findings));
    let command = command(step.get("command"), known, findings);
    let say = each_if_any(step.get("say"), findings, |field, findings| field.text(400, findings));
    if step.get("say").is_some() && kind.as_ref().is_some_and(|kind| matches!(kind, StepKind::Case { .. })) {
        let help = "write them there, or `parts` that say when";
        findings.warning(&step.key_spot("say"), "talking points of a case stand in its scenario", help);
    }
    let guess = match step.get("guess") {
        Some(field) => guess(&field, findings).map(Some),
        None => Some(None),
    };
    let parts = each_if_any(step.get("parts"), findings, |field, findings| part(field, minutes, known, findings));
    ascending(&step, minutes, findings);
    let case = kind.as_ref().is_some_and(|kind| matches!(kind, StepKind::Case { .. }));
    let hints = each_if_any(step.get("hints"), findings, |field, findings| hint(field, minutes, scenario, findings));
    if step.get("hints").is_some() && kind.is_some() && !case {
        findings.error::<()>(&step.key_spot("hints"), "hints belong to cases", "leave them out, or make this a `case`");
    }
    let expect = text(step.get("expect"), 600, findings);
    let expect_solved = text(step.get("expect_solved"), 600, findings);
    let rescue = self::command(step.get("rescue"), known, findings);
    let moral = text(step.get("moral"), 200, findings);
    Some(Step {
        name: name?,
        kind: kind?,
        title: title?,
        minutes: u32::try_from(minutes?).ok()?,
        participants: participants?,
        command: command?,
        say: say?,
        guess: guess?,
        parts: parts?,
        expect: expect?,
        expect_solved: expect_solved?,
        hints: hints?,
        rescue: rescue?,
        moral: moral?,
    })
}

fn kind(field: &Field<'_>, item: &Field<'_>, step: &Fields<'_>, findings: &mut Findings<'_>) -> Option<StepKind> {
    let word = field.word("kind of step", &["talk", "check", "case"], findings)?;
    match (word, step.get("case")) {
        ("case", Some(case)) => case.plain().map(|id| StepKind::Case { scenario: id.to_owned() }),
        ("case", None) if item.is_mapping() => {
            findings.error(&field.spot, "this step says not which case", "add `case: <id of a scenario>`")
        }
        (_, Some(_)) => {
            let message = format!("a step of the kind {} has no case", quoted(word));
            findings.error(&step.key_spot("case"), message, "leave `case` out, or write `kind: case`")
        }
        ("check", None) => Some(StepKind::Check),
        _ => Some(StepKind::Talk),
    }
}

/// The scenario of a step, where the catalog is known.
fn scenario<'a>(field: &Field<'_>, known: &Known<'a>, findings: &mut Findings<'_>) -> Option<&'a Scenario> {
    let id = field.name(findings)?;
    let found = known.scenarios.iter().find(|scenario| scenario.id == id);
    if found.is_none() && !known.scenarios.is_empty() {
        let ids: Vec<&str> = known.scenarios.iter().map(|scenario| scenario.id.as_str()).collect();
        let help = suggestion(&id, "cases are", ids);
        findings.error::<()>(&field.spot, format!("no scenario is named {}", quoted(&id)), help);
    }
    found
}

/// A command that people copy: a target of `make` or a word of `brownout`. Empty where there is none.
fn command(field: Option<Field<'_>>, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<String> {
    let Some(field) = field else { return Some(String::new()) };
    let text = field.line(200, findings)?;
    let mut words = text.split_whitespace();
    let (program, word) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (what, words) = match program {
        "make" => ("target of the Makefile", known.make),
        "brownout" => ("command of brownout", known.brownout),
        _ => {
            let message = format!("{} begins with neither `make` nor `brownout`", quoted(&text));
            return findings.error(&field.spot, message, "write e.g. make scenario CASE=timeouts");
        }
    };
    if word.is_empty() {
        return findings.error(
            &field.spot,
            format!("{} does not say what to do", quoted(&text)),
            format!("name a {what}"),
        );
    }
    if !words.is_empty() && !words.contains(&word) {
        let help = suggestion(word, "there are", words.to_vec());
        return findings.error(&field.spot, format!("{} is no {what}", quoted(word)), help);
    }
    Some(text)
}

fn text(field: Option<Field<'_>>, most: usize, findings: &mut Findings<'_>) -> Option<String> {
    field.map_or_else(|| Some(String::new()), |field| field.text(most, findings))
}

fn guess(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Guess> {
    let guess = field.fields("Guess", findings)?;
    let ask = guess.get("ask").and_then(|field| field.line(200, findings));
    let answer = guess.get("answer").and_then(|field| field.line(200, findings));
    Some(Guess { ask: ask?, answer: answer? })
}

fn part(item: &Field<'_>, minutes: Option<u64>, known: &Known<'_>, findings: &mut Findings<'_>) -> Option<Part> {
    let part = item.fields("Part", findings)?;
    let minute = part.get("minute").and_then(|field| minute(&field, minutes, findings));
    let title = part.get("title").and_then(|field| field.line(60, findings));
    let command = command(part.get("command"), known, findings);
    let say = match part.get("say") {
        Some(field) => say(&field, findings).map(Some),
        None => Some(None),
    };
    Some(Part { minute: minute?, title: title?, command: command?, say: say? })
}

fn say(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<SayKey> {
    let word = field.word("heading of talking points", &["before", "first-run", "fix", "mistakes"], findings)?;
    Some(match word {
        "before" => SayKey::Before,
        "first-run" => SayKey::FirstRun,
        "fix" => SayKey::Fix,
        _ => SayKey::Mistakes,
    })
}

/// A minute within a step.
fn minute(field: &Field<'_>, minutes: Option<u64>, findings: &mut Findings<'_>) -> Option<u32> {
    let minute = field.whole(0..=239, findings)?;
    if let Some(minutes) = minutes.filter(|minutes| minute >= *minutes) {
        let message = format!("minute {minute} is after the step, which has {minutes} minutes");
        return findings.error(&field.spot, message, format!("write a minute from 0 to {}", minutes - 1));
    }
    u32::try_from(minute).ok()
}

/// Parts stand in the order in which they come.
fn ascending(step: &Fields<'_>, minutes: Option<u64>, findings: &mut Findings<'_>) {
    let mut before: Option<u64> = None;
    for field in children(step.get("parts").as_ref()).iter().filter_map(|part| part.peek("minute")) {
        let written = field.plain().and_then(|text| text.parse::<u64>().ok());
        let Some(minute) = written.filter(|minute| minutes.is_none_or(|minutes| *minute < minutes)) else { continue };
        if let Some(before) = before.filter(|before| minute <= *before) {
            let message = format!("minute {minute} does not come after minute {before}");
            findings.error::<()>(&field.spot, message, "put the parts into the order in which they come");
        }
        before = Some(minute);
    }
}

fn hint(
    item: &Field<'_>,
    minutes: Option<u64>,
    scenario: Option<&Scenario>,
    findings: &mut Findings<'_>,
) -> Option<HintAt> {
    let hint = item.fields("HintAt", findings)?;
    let minute = hint.get("minute").and_then(|field| minute(&field, minutes, findings));
    let field = hint.get("push")?;
    let push = field.name(findings)?;
    if let Some(scenario) = scenario.filter(|scenario| !scenario.hints.iter().any(|hint| hint.name == push)) {
        let names: Vec<&str> = scenario.hints.iter().map(|hint| hint.name.as_str()).collect();
        let help = suggestion(&push, "its hints are", names);
        let message = format!("{} has no hint {}", quoted(&scenario.id), quoted(&push));
        return findings.error(&field.spot, message, help);
    }
    Some(HintAt { push, minute: minute? })
}

fn takeaway(item: &Field<'_>, cases: Option<&[&str]>, findings: &mut Findings<'_>) -> Option<Takeaway> {
    let takeaway = item.fields("Takeaway", findings)?;
    let name = takeaway.get("name").and_then(|field| field.name(findings));
    let says = takeaway.get("says").and_then(|field| field.line(200, findings));
    let scenario = match takeaway.get("case") {
        Some(field) => case_of(&field, cases, findings).map(Some),
        None => Some(None),
    };
    Some(Takeaway { name: name?, says: says?, scenario: scenario? })
}

fn case_of(field: &Field<'_>, cases: Option<&[&str]>, findings: &mut Findings<'_>) -> Option<String> {
    let id = field.name(findings)?;
    let Some(cases) = cases.filter(|cases| !cases.contains(&id.as_str())) else { return Some(id) };
    let help = suggestion(&id, "cases of the steps", cases.to_vec());
    findings.error(&field.spot, format!("no step has the case {}", quoted(&id)), help)
}

fn question(item: &Field<'_>, findings: &mut Findings<'_>) -> Option<Question> {
    let question = item.fields("Question", findings)?;
    let name = question.get("name").and_then(|field| field.name(findings));
    let ask = question.get("ask").and_then(|field| field.line(200, findings));
    let form = answer_form(item, &question, findings);
    Some(Question { name: name?, ask: ask?, form: form? })
}

fn answer_form(item: &Field<'_>, question: &Fields<'_>, findings: &mut Findings<'_>) -> Option<AnswerForm> {
    let forms: Vec<&str> = ["choose", "scale", "text"].into_iter().filter(|key| question.get(key).is_some()).collect();
    let form = match forms.as_slice() {
        [form] => *form,
        // A key that is not known was probably meant to be one of them, and was reported.
        [] if item.has_unknown("Question") => return None,
        [] => {
            let help = "add `choose: [..]`, `scale: [1, 5]` with `low` and `high`, or `text: 500`";
            return findings.error(&question.spot(), "how is this question answered?", help);
        }
        several => {
            let message = format!("a question has one way to answer it, not {}", listed(several.iter().copied()));
            return findings.error(&question.spot(), message, "keep one of them");
        }
    };
    let ends: Vec<&str> = ["low", "high"].into_iter().filter(|key| question.get(key).is_some()).collect();
    match (form, ends.as_slice()) {
        ("scale", _) => scale(question, findings),
        (_, [end, ..]) => {
            findings.error(&question.key_spot(end), format!("{} is for scales", quoted(end)), "leave it out")
        }
        ("choose", _) => choices(question, findings).map(AnswerForm::Choose),
        _ => {
            let letters = question.get("text")?.whole(1..=2_000, findings)?;
            Some(AnswerForm::Text { letters: u32::try_from(letters).ok()? })
        }
    }
}

fn choices(question: &Fields<'_>, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    let choices = each(question.get("choose"), findings, |field, findings| field.line(60, findings))?;
    if choices.len() < 2 || choices.len() > 12 {
        let message = format!("there are {} answers to choose from", choices.len());
        return findings.error(&question.key_spot("choose"), message, "write 2 to 12");
    }
    if let Some(twice) = choices.iter().enumerate().find_map(|(at, one)| choices[..at].contains(one).then_some(one)) {
        let message = format!("{} can be chosen twice", quoted(twice));
        return findings.error(&question.key_spot("choose"), message, "keep one of the two");
    }
    Some(choices)
}

fn scale(question: &Fields<'_>, findings: &mut Findings<'_>) -> Option<AnswerForm> {
    let mut end = |key: &str| match question.get(key) {
        Some(field) => field.line(40, findings),
        None => findings.error(&question.key_spot("scale"), format!("`{key}` is missing"), "say what each end means"),
    };
    let (low, high) = (end("low"), end("high"));
    let steps = each(question.get("scale"), findings, |field, findings| field.whole(0..=10, findings))?;
    match steps.as_slice() {
        [from, to] if from < to => Some(AnswerForm::Scale {
            from: i32::try_from(*from).ok()?,
            to: i32::try_from(*to).ok()?,
            low: low?,
            high: high?,
        }),
        _ => findings.error(&question.key_spot("scale"), "a scale has a first and a last step", "write e.g. [1, 5]"),
    }
}

impl<'t> Field<'t> {
    /// Whether a mapping has a key that its form has not.
    fn has_unknown(&self, form: &str) -> bool {
        let shape = schema::shape(form);
        match &self.node.value {
            tree::Value::Map(entries) => entries.iter().any(|entry| !schema::keys(shape).any(|key| key == entry.key)),
            _ => false,
        }
    }

    /// A scalar as it was written, without a word about anything else.
    fn plain(&self) -> Option<&'t str> {
        match &self.node.value {
            tree::Value::Scalar(text) => Some(text),
            _ => None,
        }
    }
}
