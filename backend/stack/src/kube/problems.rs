//! The compiler's errors in what Docker prints of a build.

use brownout_core::stack::BuildProblem;

use crate::board::Failure;

/// What a failed build of the image says, with the places of the compiler's errors.
pub(super) fn failure(output: &str) -> Failure {
    let mut problems: Vec<BuildProblem> = Vec::new();
    let mut said = None;
    for line in output.lines().map(bare) {
        if line.starts_with("error") && line.contains(": ") && !line.starts_with("error: could not compile") {
            said = Some(line.to_owned());
        } else if let (Some(place), Some(_)) = (line.trim_start().strip_prefix("--> "), &said)
            && let Some((file, line, column)) = place_of(place)
            && let Some(message) = said.take()
        {
            let problem = BuildProblem { file: format!("lab/{file}"), line, column, message };
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    let why = match &problems[..] {
        [] => "the lab's image cannot be built".to_owned(),
        [only] => format!("{}:{}:{}: {}", only.file, only.line, only.column, only.message),
        [first, ..] => format!(
            "{} errors, the first at {}:{}:{}: {}",
            problems.len(),
            first.file,
            first.line,
            first.column,
            first.message
        ),
    };
    Failure { problems, output: output.to_owned(), why }
}

/// A line without what BuildKit puts before it: `#12 3.456 `.
fn bare(line: &str) -> &str {
    let Some(rest) = line.strip_prefix('#') else { return line };
    let mut words = rest.splitn(3, ' ');
    let number = words.next().is_some_and(|word| word.parse::<u32>().is_ok());
    let seconds = words.next().is_some_and(|word| word.parse::<f64>().is_ok());
    words.next().filter(|_| number && seconds).unwrap_or(line)
}

/// `src/cases/timeouts.rs:12:5`
fn place_of(text: &str) -> Option<(&str, u32, u32)> {
    let (rest, column) = text.trim().rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "#14 [builder 6/6] RUN cargo build\n#14 2.310    Compiling lab v0.1.0 (/lab)\n\
        #14 3.456 error[E0308]: mismatched types\n#14 3.456   --> src/cases/timeouts.rs:12:5\n#14 3.456    |\n\
        #14 3.460 error: expected `;`\n#14 3.460   --> src/api.rs:3:1\n\
        #14 3.500 error: could not compile `lab` (bin \"lab\") due to 2 previous errors\n\
        ------\n > [builder 6/6] RUN cargo build:\n3.456 error[E0308]: mismatched types\n";

    #[test]
    fn the_compilers_errors_are_found_with_their_places() {
        let failure = failure(SAID);
        let places: Vec<(&str, u32, u32)> =
            failure.problems.iter().map(|problem| (problem.file.as_str(), problem.line, problem.column)).collect();
        assert_eq!(places, [("lab/src/cases/timeouts.rs", 12, 5), ("lab/src/api.rs", 3, 1)]);
        assert_eq!(
            failure.why,
            "2 errors, the first at lab/src/cases/timeouts.rs:12:5: error[E0308]: mismatched types"
        );
    }

    #[test]
    fn a_build_that_failed_for_another_reason_has_no_places() {
        let failure = failure("#5 ERROR: failed to solve: no space left on device");
        assert!(failure.problems.is_empty() && failure.output.contains("no space"));
    }
}
