//! The feed of jobs that have ended: one JSON line each, as soon as it has.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use futures_util::{Stream, stream};
use serde_json::json;
use tokio::{
    select,
    sync::watch,
    time::{Interval, interval},
};

use super::Jobs;
use crate::sealed::{job::Job, licence::Failed, order::Receipt, server::Leaving};

/// Completions that are kept; the oldest is forgotten first.
const KEPT: usize = 20_000;
/// Lines that are sent in one piece.
const PIECE: usize = 500;
/// An empty line comes so often, so that a dead connection is seen.
const BEAT: Duration = Duration::from_secs(1);

/// Jobs that have ended, the latest last.
pub(super) struct Completions {
    /// Number of the latest; it is also what followers are told.
    seq: watch::Sender<u64>,
    lines: VecDeque<String>,
}

impl Default for Completions {
    fn default() -> Self {
        Completions { seq: watch::Sender::new(0), lines: VecDeque::new() }
    }
}

impl Completions {
    pub(super) fn add(&mut self, job: &Job, ended: &Result<Receipt, Failed>) {
        let seq = self.seq() + 1;
        let mut line = json!({ "seq": seq, "job": job.name(), "kind": job.kind });
        match ended {
            // Without a run there are no receipts.
            Ok(Receipt(receipt)) if receipt.is_empty() => {}
            Ok(Receipt(receipt)) => line["receipt"] = receipt.as_str().into(),
            Err(why) => line["failed"] = why.to_string().into(),
        }
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(format!("{line}\n"));
        self.seq.send_replace(seq);
    }

    /// Forgets what ended; the numbers go on.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }

    /// Who follows.
    pub(super) fn followers(&self) -> usize {
        self.seq.receiver_count()
    }

    fn seq(&self) -> u64 {
        *self.seq.borrow()
    }

    /// The next lines after a number, as one piece of text, and the number of the last of them.
    fn after(&self, after: u64) -> (u64, String) {
        let oldest = self.seq() - self.lines.len() as u64;
        let skip = after.saturating_sub(oldest) as usize;
        let lines: Vec<&str> = self.lines.iter().skip(skip).take(PIECE).map(String::as_str).collect();
        (oldest + (skip + lines.len()) as u64, lines.concat())
    }
}

/// One who follows.
struct Follower {
    jobs: Jobs,
    news: watch::Receiver<u64>,
    /// Number of the last line that was sent.
    sent: u64,
    /// Text that is to be sent first.
    hello: Option<String>,
    beat: Interval,
    leaving: Leaving,
}

/// What has ended after `after`, or from now on, and all that follows, until the process leaves. A number that is yet to
/// come is of another life of this worker: everything that is kept is then sent.
pub fn follow(
    jobs: &Jobs,
    after: Option<u64>,
    leaving: Leaving,
) -> impl Stream<Item = Result<String, Infallible>> + use<> {
    let (news, now) = {
        let book = jobs.book();
        (book.completions.seq.subscribe(), book.completions.seq())
    };
    let sent = after.map_or(now, |after| if after > now { 0 } else { after });
    let hello = Some(format!("{}\n", json!({ "seq": now, "job": null })));
    let mut beat = interval(BEAT);
    beat.reset();
    let follower = Follower { jobs: jobs.clone(), news, sent, hello, beat, leaving };
    stream::unfold(follower, |mut follower| async {
        let piece = follower.next().await?;
        Some((Ok(piece), follower))
    })
}

impl Follower {
    async fn next(&mut self) -> Option<String> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        loop {
            // Seen before the book is read: whatever ends afterwards is news.
            self.news.mark_unchanged();
            let (sent, text) = self.jobs.book().completions.after(self.sent);
            self.sent = sent;
            if !text.is_empty() {
                return Some(text);
            }
            select! {
                _ = self.news.changed() => {}
                _ = self.beat.tick() => return Some("\n".to_owned()),
                () = self.leaving.begun() => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::jobs::Ask;

    #[test]
    fn the_latest_20_000_completions_are_kept_and_read_piece_by_piece() {
        let jobs = Jobs::default();
        let mut book = jobs.book();
        for batch in ["a", "b", "c"] {
            for job in book.submit(batch, Ask { fast: 6_700, slow: 0 }).unwrap() {
                book.end(&job, &Err(Failed("why".to_owned())));
            }
        }
        let seqs = |text: &str| -> Vec<u64> {
            text.lines()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_u64().unwrap())
                .collect()
        };
        let (mut sent, mut all) = (0, Vec::new());
        loop {
            let (last, text) = book.completions.after(sent);
            assert!(text.lines().count() <= PIECE);
            if text.is_empty() {
                break;
            }
            all.extend(seqs(&text));
            sent = last;
        }
        assert_eq!((sent, all), (20_100, (101..=20_100).collect()));
        book.reset();
        assert_eq!(book.completions.after(50), (20_100, String::new()));
    }
}
