//! The prompts for coding agents, of all cases, as one document: `docs/AGENT_PROMPTS.md`.

use std::fmt::Write;

use brownout_core::scenario::Scenario;

const HEAD: &str = "# Prompts for coding agents

<!-- Written by `make prompts` from the files in scenarios/; a test holds it fresh. -->

Each prompt says files, goal, constraint, how to check, and what not to touch.
The panel has it behind **Copy agent prompt**; here all of them stand together.
To fix a case by hand instead, follow [LAB.md](LAB.md).
";

/// The document for these scenarios, in their order.
pub fn document<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>) -> String {
    let mut text = HEAD.to_owned();
    for scenario in scenarios {
        // Writing to a string does not fail.
        let _ = write!(text, "\n## {}. {}\n\n{}.\n", scenario.order, scenario.title, scenario.pattern);
        for point in &scenario.edit {
            let _ = writeln!(text, "Marker: `{}` in [`{}`](../{})", point.marker, point.file, point.file);
        }
        let _ = write!(text, "\n```text\n{}\n```\n", scenario.prompt.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn the_committed_document_is_what_the_scenarios_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (entries, mistakes) = Catalog::new(&root).all().unwrap();
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let fresh = document(entries.iter().map(|entry| &entry.scenario));
        let committed = std::fs::read_to_string(root.join("docs/AGENT_PROMPTS.md")).unwrap();
        assert!(committed == fresh, "docs/AGENT_PROMPTS.md is not what the scenarios say: run `make prompts`");
    }

    #[test]
    fn every_prompt_says_what_an_agent_must_know() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for scenario in Catalog::new(&root).all().unwrap().0.into_iter().map(|entry| entry.scenario) {
            for part in ["Goal:", "Constraint:", "Check:", "Do not touch:"] {
                assert!(scenario.prompt.contains(part), "{}: the prompt has no `{part}`", scenario.id);
            }
            for point in &scenario.edit {
                assert!(
                    scenario.prompt.contains(&point.file),
                    "{}: the prompt does not name {}",
                    scenario.id,
                    point.file
                );
            }
        }
    }
}
