//! What `docs/LAB.md` tells a participant to type.

/// The commands of one case, in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Number of the case.
    pub number: u32,
    /// Its commands, e.g. `make dev`.
    pub commands: Vec<String>,
}

/// Reads the chapters, which begin with `## 1. Timeouts`. A command is a code span of its own that begins with `make` or
/// `brownout`; blocks of code are not commands.
pub fn chapters(document: &str) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut in_block = false;
    let mut in_chapter = false;
    for line in document.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if let (false, Some(title)) = (in_block, line.strip_prefix("## ")) {
            let number = title.split_once('.').and_then(|(number, _)| number.parse().ok());
            in_chapter = number.is_some();
            chapters.extend(number.map(|number| Chapter { number, commands: Vec::new() }));
        } else if let (false, true, Some(chapter)) = (in_block, in_chapter, chapters.last_mut()) {
            let spans = line.split('`').skip(1).step_by(2);
            let commands = spans.filter(|span| span.starts_with("make ") || span.starts_with("brownout "));
            chapter.commands.extend(commands.map(str::to_owned));
        }
    }
    chapters
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn commands_are_code_spans_of_chapters_and_nothing_else() {
        let document = "\
# The lab
`make up` first.
## 1. One
**Observe.** Press it, or type `make scenario CASE=one`. See `lab/src` and `make`.
```sh
`make none`
## 9. None
```
**Verify.** `make dev`, then `brownout run one`.
## Afterwards
`make down`
## 2. Two
";
        let all = [
            Chapter {
                number: 1,
                commands: ["make scenario CASE=one", "make dev", "brownout run one"].map(str::to_owned).into(),
            },
            Chapter { number: 2, commands: vec![] },
        ];
        assert_eq!(chapters(document), all);
    }

    #[test]
    fn every_case_is_run_solved_deployed_and_run_again() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let chapters = chapters(&std::fs::read_to_string(root.join("docs/LAB.md")).unwrap());
        let (entries, _) = crate::catalog::Catalog::new(&root).all().unwrap();
        for scenario in entries.into_iter().map(|entry| entry.scenario) {
            let chapter = chapters.iter().find(|chapter| chapter.number == scenario.order).unwrap();
            let expected = [
                format!("make scenario CASE={}", scenario.id),
                format!("make solution STEP={}", scenario.order),
                "make dev".to_owned(),
                format!("brownout run {} --at-least {}", scenario.id, scenario.bands.solved_at_least),
            ];
            assert_eq!(chapter.commands, expected, "docs/LAB.md, case {}", scenario.order);
        }
    }
}
