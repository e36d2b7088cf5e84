//! Whether money and orders add up after a run: what callers were told against what the lab's database holds.

use brownout_core::{event::RunEvent, fold::Run, outcome::Outcome, quantity::Unit, stack::Books};

/// Judges the books once every call has ended.
///
/// An order that was answered rightly is in the ledger once. One whose caller left or lost the connection may be there
/// or not; an order that was refused must not be.
pub(super) fn judge(run: &Run, books: Books) -> RunEvent {
    let total = |outcome| run.streams.values().map(|stream| stream.total(outcome)).sum::<u64>();
    let answered = total(Outcome::Ok);
    let unknown =
        total(Outcome::TimedOut) + total(Outcome::Failed) + total(Outcome::Invalid) + total(Outcome::Degraded);
    let mut wrong = Vec::new();
    if books.accounts_off > 0 {
        wrong.push(format!("{} accounts do not agree with the ledger", number(books.accounts_off)));
    }
    if books.doubled > 0 {
        wrong.push(format!("{} orders are in the ledger more than once", number(books.doubled)));
    }
    if books.rows < answered {
        wrong.push(format!("{} orders were confirmed and are not in the ledger", number(answered - books.rows)));
    }
    if books.rows > answered + unknown {
        let more = books.rows - answered - unknown;
        wrong.push(format!("{} orders were refused and are in the ledger all the same", number(more)));
    }
    let says = match wrong.as_slice() {
        [] => format!("the books balance: {} orders in the ledger", number(books.rows)),
        wrong => format!("the books are off: {}", wrong.join("; ")),
    };
    RunEvent::Books { balanced: wrong.is_empty(), says }
}

fn number(count: u64) -> String {
    Unit::Count.show(count as f64)
}

#[cfg(test)]
mod tests {
    use brownout_core::fold::StreamFold;

    use super::*;

    fn balanced(ok: u64, rejected: u64, timed_out: u64, books: Books) -> bool {
        let mut second = [0; 7];
        second[Outcome::Ok.index()] = ok;
        second[Outcome::Rejected.index()] = rejected;
        second[Outcome::TimedOut.index()] = timed_out;
        let stream = StreamFold { ended: vec![second], ..StreamFold::default() };
        let run = Run { streams: [("orders".to_owned(), stream)].into(), ..Run::default() };
        matches!(judge(&run, books), RunEvent::Books { balanced: true, .. })
    }

    #[test]
    fn every_confirmed_order_is_booked_once_and_no_refused_one() {
        let books = |rows, doubled, accounts_off| Books { rows, doubled, accounts_off };
        assert!(balanced(10, 3, 0, books(10, 0, 0)));
        // Two callers left: their orders may be booked.
        assert!(balanced(10, 3, 2, books(12, 0, 0)));
        assert!(!balanced(10, 3, 2, books(13, 0, 0)));
        assert!(!balanced(10, 3, 0, books(9, 0, 0)));
        assert!(!balanced(10, 3, 0, books(10, 1, 0)));
        assert!(!balanced(10, 3, 0, books(10, 0, 1)));
    }
}
