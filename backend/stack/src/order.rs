//! What is asked of the one task that changes a stack.

use tokio::sync::oneshot;

use crate::{error::StackError, stack::Deployed};

/// Operations that may wait for the one at work.
pub(crate) const ORDERS: usize = 16;

/// Where the outcome of a request goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StackError>>;

/// What can be asked of the operator.
#[derive(Debug)]
pub(crate) enum Request {
    Up(Reply<()>),
    Deploy(Reply<Deployed>),
    Reset(Reply<()>),
    Down(Reply<()>),
}

/// A request, and how often `down` had been asked before it.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) request: Request,
    pub(crate) downs: u64,
}

/// A message as a sentence of its own.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str();
    let stop = if rest.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}

/// Works unless it is interrupted first.
pub(crate) async fn until<T>(
    interrupted: impl Future<Output = ()>,
    work: impl Future<Output = Result<T, StackError>>,
) -> Result<T, StackError> {
    tokio::select! {
        biased;
        () = interrupted => Err(StackError::Interrupted),
        outcome = work => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_once() {
        for (text, expected) in [
            ("port 8080 is in use", "Port 8080 is in use."),
            ("it is full.", "It is full."),
            ("no answer; is it running?", "No answer; is it running?"),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }
}
