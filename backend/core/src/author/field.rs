//! A node with its path, and a mapping whose keys were checked against the form.

use serde_json::Value as Json;

use super::{
    diagnostic::{Findings, Spot},
    schema,
    tree::{Entry, Node, Value},
    words::{listed, meant, quoted},
};

/// Lists are short: more than this is a mistake and would only cost time.
const MOST_ITEMS: usize = 100;

/// A node and where it is in the tree.
#[derive(Debug, Clone)]
pub(super) struct Field<'t> {
    pub(super) spot: Spot,
    pub(super) node: &'t Node,
}

impl<'t> Field<'t> {
    pub(super) fn root(node: &'t Node) -> Self {
        Field { spot: Spot { place: node.place.clone(), path: String::new() }, node }
    }

    fn child(&self, key: &str, node: &'t Node) -> Self {
        Field { spot: Spot { place: node.place.clone(), path: self.path_of(key) }, node }
    }

    fn path_of(&self, key: &str) -> String {
        if self.spot.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.spot.path) }
    }

    fn entries(&self) -> Option<&'t [Entry]> {
        match &self.node.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether this is a mapping.
    pub(super) fn is_mapping(&self) -> bool {
        self.entries().is_some()
    }

    /// Whether this is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// Whether a mapping has a key, without a word about anything.
    pub(super) fn has(&self, key: &str) -> bool {
        self.peek(key).is_some()
    }

    /// The value of a key, without a word about anything.
    pub(super) fn peek(&self, key: &str) -> Option<Field<'t>> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| self.child(key, &entry.node))
    }

    /// The items of a list of at least one.
    pub(super) fn items(&self, findings: &mut Findings<'_>) -> Option<Vec<Field<'t>>> {
        let nodes = match &self.node.value {
            Value::List(nodes) => nodes,
            Value::Reported => return None,
            Value::Nothing => {
                return findings.error(&self.spot, self.says("has no value"), "add an item or leave the key out");
            }
            _ => return findings.error(&self.spot, self.says("must be a list"), "begin each item with `- `"),
        };
        if nodes.is_empty() {
            return findings.error(&self.spot, self.says("is an empty list"), "add an item or leave the key out");
        }
        if nodes.len() > MOST_ITEMS {
            let message = self.says(&format!("has {} items; at most {MOST_ITEMS} are read", nodes.len()));
            return findings.error(&self.spot, message, None);
        }
        let item = |(at, node): (usize, &'t Node)| Field {
            spot: Spot { place: node.place.clone(), path: format!("{}[{at}]", self.spot.path) },
            node,
        };
        Some(nodes.iter().enumerate().map(item).collect())
    }

    /// This as a mapping of a form: unknown and missing keys are reported.
    pub(super) fn fields(&self, form: &str, findings: &mut Findings<'_>) -> Option<Fields<'t>> {
        let Some(entries) = self.entries() else {
            return match self.node.value {
                Value::Reported => None,
                _ => findings.error(&self.spot, self.says("must be a mapping"), schema::keys_sentence(form)),
            };
        };
        let shape = schema::shape(form);
        let known = || schema::keys(shape);
        let mut misspelt: Vec<&str> = Vec::new();
        for entry in entries.iter().filter(|entry| !known().any(|key| key == entry.key)) {
            let spot = Spot { place: entry.key_place.clone(), path: self.path_of(&entry.key) };
            let absent: Vec<&str> = known().filter(|key| !self.has(key)).collect();
            misspelt.extend(meant(&entry.key, absent.iter().copied()));
            let help = match meant(&entry.key, absent) {
                Some(key) => format!("did you mean `{key}`?"),
                None => format!("keys here: {}", listed(known())),
            };
            findings.error::<()>(&spot, format!("unknown key {}", quoted(&entry.key)), help);
        }
        let here = entries.first().map_or_else(|| self.node.place.clone(), |first| first.key_place.clone());
        for key in schema::required(shape).filter(|key| !self.has(key) && !misspelt.contains(key)) {
            let spot = Spot { place: here.clone(), path: self.path_of(key) };
            findings.error::<()>(&spot, format!("`{key}` is missing"), schema::about(shape, key));
        }
        Some(Fields { whole: self.clone(), key_place: here, shape })
    }

    /// `load must be a list`, with the last part of the path as subject.
    pub(super) fn says(&self, predicate: &str) -> String {
        let name = self.spot.path.rsplit('.').next().unwrap_or_default();
        if name.is_empty() { format!("the file {predicate}") } else { format!("`{name}` {predicate}") }
    }
}

/// A mapping whose keys were checked.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    whole: Field<'t>,
    key_place: std::ops::Range<usize>,
    shape: &'static Json,
}

impl<'t> Fields<'t> {
    /// The value of a key, if it is there. That a required one is missing was reported already.
    pub(super) fn get(&self, key: &str) -> Option<Field<'t>> {
        debug_assert!(schema::keys(self.shape).any(|known| known == key), "`{key}` is in no form");
        self.whole.peek(key)
    }

    /// The place of a key, to report something about its value as a whole.
    pub(super) fn key_spot(&self, key: &str) -> Spot {
        let entry = self.whole.entries().and_then(|entries| entries.iter().find(|entry| entry.key == key));
        match entry {
            Some(entry) => Spot { place: entry.key_place.clone(), path: self.whole.path_of(key) },
            None => self.spot(),
        }
    }

    /// The place to report something about the mapping as a whole.
    pub(super) fn spot(&self) -> Spot {
        Spot { place: self.key_place.clone(), path: self.whole.spot.path.clone() }
    }
}

/// Decodes each item of a list; `None` when one of them or the list itself is wrong.
pub(super) fn each<'t, T>(
    list: Option<Field<'t>>,
    findings: &mut Findings<'_>,
    mut decode: impl FnMut(&Field<'t>, &mut Findings<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let items = list?.items(findings)?;
    // All are decoded before one failure counts: each may have mistakes of its own.
    let decoded: Vec<Option<T>> = items.iter().map(|item| decode(item, findings)).collect();
    decoded.into_iter().collect()
}

/// As [`each`], for a list that may be left out.
pub(super) fn each_if_any<'t, T>(
    list: Option<Field<'t>>,
    findings: &mut Findings<'_>,
    decode: impl FnMut(&Field<'t>, &mut Findings<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    if list.is_none() { Some(Vec::new()) } else { each(list, findings, decode) }
}

/// The names of a list's items; duplicates are reported. `None` when one is wrong, and then no reference to
/// them can be judged.
pub(super) fn names(list: Option<&Field<'_>>, key: &str, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    let Value::List(nodes) = &list?.node.value else { return None };
    let mut names: Vec<String> = Vec::new();
    let mut all = true;
    for (at, node) in nodes.iter().enumerate().take(MOST_ITEMS) {
        let item = Field { spot: Spot { place: node.place.clone(), path: format!("{}[{at}]", list?.spot.path) }, node };
        let Some(field) = item.peek(key) else {
            all = false;
            continue;
        };
        let Value::Scalar(name) = &field.node.value else {
            all = false;
            continue;
        };
        if names.contains(name) {
            let message = format!("{} is the name of an earlier one", quoted(name));
            findings.error::<()>(&field.spot, message, "names are unique in their list: choose another");
            all = false;
        }
        names.push(name.clone());
    }
    all.then_some(names)
}
