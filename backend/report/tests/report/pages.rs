//! The pages.

use brownout_core::{
    event::Ended,
    fold::Run,
    outcome::Outcome,
    window::{StreamWindow, Window},
};
use brownout_report::{CaseProgress, Pair, comparison, index, policy, report};
use html5ever::{parse_document, tendril::TendrilSink};
use markup5ever_rcdom::RcDom;

use crate::{
    runs::Kept,
    sample::{self, Code, autoscaling, bulkheads},
};

/// Parsed without an error, below the bound, and nothing in it asks for anything.
pub(crate) fn sound(page: &str) {
    let document = parse_document(RcDom::default(), Default::default()).one(page);
    assert_eq!(
        document.errors.borrow().as_slice(),
        [] as [&str; 0],
        "{}",
        page.chars().take(2_000).collect::<String>()
    );
    assert!(page.len() < 500_000, "{} bytes", page.len());
    for foreign in
        ["<link rel=\"stylesheet", "<script src", "<img", "url(", "@import", "<iframe", "href=\"http", "src=\"http"]
    {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains(&policy()), "the page carries its policy");
}

#[test]
fn a_report_says_all_that_people_ask_of_a_run() {
    let (broken, solved) = (Kept::timeouts(Code::Broken), Kept::timeouts(Code::Solved));
    let page = report(&solved.told(), Some(&broken.told()));
    sound(&page);
    for said in [
        "/ 100",
        "Success criteria",
        "held from 00:",
        "Against the baseline",
        "times lower",
        "Latency, log scale",
        "Requests per second",
        "Outcomes per second",
        "HTTP statuses per second",
        "Calls in flight",
        "How often which latency occurred",
        "p99.9",
        "load generator",
        "lab/src/cases/timeouts.rs",
        "+timeout(DEADLINE, call()).await",
        "What happened",
        &solved.summary.line,
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("#0100"), "a colour has no variable");
    if let Some(folder) = std::env::var_os("BROWNOUT_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join("report.html"), &page).expect("written");
    }
}

#[test]
fn a_report_of_any_run_is_sound() {
    let empty = Kept::ended(sample::run(Code::Broken, 0), Ended::Failed);
    let stopped = Kept::ended(sample::run(Code::Broken, 20), Ended::Stopped);
    let going_on = Kept::of(sample::run(Code::Broken, 20));
    let never = Kept::of(Run::default());
    let bursts = Kept::ended(bulkheads(Code::Broken), Ended::Completed);
    let replicas = Kept::ended(autoscaling(), Ended::Completed);
    let base = Kept::timeouts(Code::Broken);
    for kept in [&empty, &stopped, &going_on, &never, &bursts, &replicas] {
        sound(&report(&kept.told(), None));
        sound(&report(&kept.told(), Some(&base.told())));
        sound(&report(&base.told(), Some(&kept.told())));
    }
    assert!(report(&stopped.told(), None).contains("This run was stopped"));
}

#[test]
fn what_people_write_stays_text() {
    let mut kept = Kept::timeouts(Code::Solved);
    let evil = "<script>alert(1)</script>\"'&</style>";
    kept.name = evil.to_owned();
    kept.summary.build = evil.to_owned();
    kept.summary.because = evil.to_owned();
    if let Some(started) = kept.run.started.as_mut() {
        started.scenario.title = evil.to_owned();
        started.scenario.story = evil.to_owned();
        started.scenario.panels[0].title = evil.to_owned();
        started.scenario.panels[0].lines[0].says = evil.to_owned();
        started.code[0].text = evil.to_owned();
    }
    kept.run.marks.iter_mut().for_each(|mark| mark.says = evil.to_owned());
    let told = kept.told();
    let case = CaseProgress { scenario: evil.into(), title: evil.into(), attempts: vec![1, 2], best: Some(2) };
    for page in [
        report(&told, Some(&told)),
        comparison(&[Pair { base: told, run: told }]),
        index(&[case], std::slice::from_ref(&kept.summary), 1),
    ] {
        sound(&page);
        assert!(!page.contains("<script>alert"), "it became a script");
        assert_eq!(page.matches("<script>").count(), 1, "the page's own alone");
    }
    kept.name = "n".repeat(10_000);
    sound(&report(&kept.told(), None));
}

#[test]
fn a_run_of_hours_has_a_small_report_too() {
    let window = |index: u32| {
        let mut part = StreamWindow { scheduled: 60, sent: 60, ..StreamWindow::default() };
        for n in 0..60 {
            let outcome = Outcome::ALL[(n + index as usize) % 7];
            part.record(index, outcome, Some(200 + (n as u16 % 5) * 100), 1_000 + u64::from(index * 7919 % 9_000_000));
        }
        Window {
            index,
            streams: [("quotes".to_owned(), part)].into(),
            gauges: [("dep.in_flight".to_owned(), 1.0)].into(),
        }
    };
    let events =
        (0..10_000).map(|at| (u64::from(at + 1) * 1_000_000, brownout_core::event::RunEvent::Window(window(at))));
    let run = sample::fold(std::iter::once((0, sample::started(sample::scenario()))).chain(events));
    let page = report(&Kept::ended(run, Ended::Completed).told(), None);
    sound(&page);
    assert!(page.contains("This run is long"));
}

#[test]
fn a_comparison_of_broken_and_solved_names_the_improvement() {
    let (broken, solved) = (Kept::timeouts(Code::Broken), Kept::timeouts(Code::Solved));
    let (slow, fast) = (
        Kept::ended(bulkheads(Code::Broken), Ended::Completed),
        Kept::ended(bulkheads(Code::Solved), Ended::Completed),
    );
    let first = Pair { base: broken.told(), run: solved.told() };
    let page = comparison(&[first]);
    sound(&page);
    assert!(page.contains("times lower") && page.contains("score "), "in words");
    assert!(page.contains("-call().await") && page.contains("+timeout(DEADLINE, call()).await"), "in code");
    let both = comparison(&[first, Pair { base: slow.told(), run: fast.told() }]);
    sound(&both);
    if let Some(folder) = std::env::var_os("BROWNOUT_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join("comparison.html"), &both).expect("written");
    }
    assert!(both.contains("Comparison") && both.contains("The code of this run was not recorded"));
}

#[test]
fn the_index_lists_every_run_and_no_more_than_a_browser_bears() {
    sound(&index(&[], &[], 0));
    let kept = Kept::timeouts(Code::Solved);
    let run = |nth: usize| {
        let mut run = kept.summary.clone();
        run.id = format!("run-{nth}");
        (run.baseline, run.ranked) = (nth == 0, nth != 1);
        run
    };
    let case = CaseProgress {
        scenario: "timeouts".into(),
        title: "Timeouts".into(),
        attempts: vec![22, 50, 97],
        best: Some(97),
    };
    let page = index(&[case], &(0..3).map(run).collect::<Vec<_>>(), 3);
    sound(&page);
    for said in
        ["timeouts/run-0/report.html", "timeouts/run-2/report.html", "★ baseline", "practice", "scores: 22, 50, 97"]
    {
        assert!(page.contains(said), "{said}");
    }
    if let Some(folder) = std::env::var_os("BROWNOUT_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join("index.html"), &page).expect("written");
    }
    let many = index(&[], &(0..6_000).map(run).collect::<Vec<_>>(), 100_000);
    assert!(many.contains("95000 older runs are left out") && many.len() < 5_000_000);
}
