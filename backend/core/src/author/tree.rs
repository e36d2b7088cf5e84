//! YAML as a tree whose nodes know their bytes in the text. Bounded in size and depth; an alias is refused, so that a
//! short file cannot unfold into a large one.

use std::ops::Range;

use serde_saphyr::granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, options};

use super::{
    diagnostic::{Findings, Spot},
    words::quoted,
};

/// Larger files are refused.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// Deeper trees are refused.
const MOST_DEPTH: usize = 64;
/// A scenario has some hundred nodes.
const MOST_NODES: usize = 20_000;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Range<usize>,
    pub(super) value: Value,
}

/// What a node holds.
#[derive(Debug)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Nothing,
    /// Any scalar; what it means is up to the field that it is for.
    Scalar(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
    /// Already reported; decoders pass over it in silence.
    Reported,
}

/// One key with its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_place: Range<usize>,
    pub(super) node: Node,
}

/// Reads one document. `None` when there is no tree at all; the reason is then among the findings.
pub(super) fn read(text: &str, findings: &mut Findings<'_>) -> Option<Node> {
    if text.len() > MOST_BYTES {
        let message = format!("the file has {} bytes; at most {MOST_BYTES} are read", text.len());
        return findings.error(&Spot::default(), message, "such a file needs some kilobytes: is it the right one?");
    }
    let options = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MOST_DEPTH,
        block_nesting_limit: MOST_DEPTH,
    };
    let mut grown = Grown::default();
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let stop = grown.take(event, place(span), findings);
                if stop {
                    return None;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0);
                let (message, help) = not_yaml(&error);
                return findings.error(&spot(at..at + 1), message, help);
            }
        }
    }
    match grown.root {
        Some(root) => Some(root),
        None => findings.error(&Spot::default(), "the file is empty", "begin with `version: 1`"),
    }
}

/// What the scanner stumbled over, with help for the slips that happen to everybody.
fn not_yaml(error: &ScanError) -> (String, Option<String>) {
    let help = match error.kind() {
        ErrorKind::RecursionLimitExceeded => {
            return (format!("more than {MOST_DEPTH} levels deep"), Some("such a file has five levels".to_owned()));
        }
        ErrorKind::MappingValueNotAllowed => "quote a text that has `: ` in it",
        // The scanner has a kind for each place in which a tab may be wrong.
        _ if error.info().contains("tab") => "indent with spaces",
        _ => return (format!("this is not YAML: {}", error.info()), None),
    };
    (format!("this is not YAML: {}", error.info()), Some(help.to_owned()))
}

fn place(span: Span) -> Range<usize> {
    span.byte_range().unwrap_or(0..0)
}

fn spot(place: Range<usize>) -> Spot {
    Spot { place, path: String::new() }
}

/// A collection that is not closed yet.
enum Open {
    List(Vec<Node>, usize),
    Map(Vec<Entry>, Option<(String, Range<usize>)>, usize),
}

#[derive(Default)]
struct Grown {
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

impl Grown {
    /// Adds one event; true when reading must stop.
    fn take(&mut self, event: Event<'_>, place: Range<usize>, findings: &mut Findings<'_>) -> bool {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let help = "put each exercise into a file of its own";
                    findings.error::<()>(&spot(place), "a second document begins here", help);
                    return true;
                }
            }
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    findings.error::<()>(&spot(place.clone()), "tags mean nothing here", "leave out the `!…`");
                }
                if self.wants_key() {
                    return self.key(text.into_owned(), place, findings);
                }
                let nothing = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let value = if nothing { Value::Nothing } else { Value::Scalar(text.into_owned()) };
                return self.add(Node { place, value }, findings);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                findings.error::<()>(&spot(place.clone()), "aliases are not followed", "write the value out");
                if self.wants_key() {
                    return true;
                }
                return self.add(Node { place, value: Value::Reported }, findings);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if self.wants_key() {
                    let help = "write a word, a colon and a value; quote texts with `{` or `[`";
                    findings.error::<()>(&spot(place), "a key must be a word", help);
                    return true;
                }
                if self.open.len() >= MOST_DEPTH {
                    let message = format!("more than {MOST_DEPTH} levels deep");
                    findings.error::<()>(&spot(place), message, "such a file has five levels");
                    return true;
                }
                self.open.push(match event {
                    Event::SequenceStart(..) => Open::List(Vec::new(), place.start),
                    _ => Open::Map(Vec::new(), None, place.start),
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (value, start) = match self.open.pop() {
                    Some(Open::List(list, start)) => (Value::List(list), start),
                    Some(Open::Map(entries, _, start)) => (Value::Map(entries), start),
                    None => return true,
                };
                return self.add(Node { place: start..place.end.max(start), value }, findings);
            }
            _ => {}
        }
        false
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map(_, None, _)))
    }

    fn key(&mut self, key: String, place: Range<usize>, findings: &mut Findings<'_>) -> bool {
        if let Some(Open::Map(entries, pending, _)) = self.open.last_mut() {
            if entries.iter().any(|entry| entry.key == key) {
                let message = format!("{} is written twice", quoted(&key));
                findings.error::<()>(&spot(place.clone()), message, "keep one of the two");
            }
            *pending = Some((key, place));
        }
        false
    }

    fn add(&mut self, node: Node, findings: &mut Findings<'_>) -> bool {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            let message = format!("more than {MOST_NODES} values");
            findings.error::<()>(&spot(node.place), message, "such a file has some hundred: is it the right one?");
            return true;
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(list, _)) => list.push(node),
            Some(Open::Map(entries, pending, _)) => {
                if let Some((key, key_place)) = pending.take() {
                    entries.push(Entry { key, key_place, node });
                }
            }
        }
        false
    }
}
