//! `/archives` and `brownout archive`: workshops that are over.

use std::{io::Write as _, path::Path, process::Command};

use brownout_core::{
    hub::{
        archive::{ARCHIVE_FORMAT, ARCHIVE_VERSION, Archive, ArchiveCard, ArchivedCell, ArchivedSeat},
        seat::WorkshopCard,
    },
    workshop::{Step, StepKind, Workshop},
};
use brownout_hub::archive::pack;
use flate2::{Compression, write::GzEncoder};
use reqwest::{Method, Response, StatusCode};

use super::lab::Lab;

/// A workshop that somebody took part in.
pub fn archive(name: &str, began_ms: u64) -> Archive {
    let kind = StepKind::Case { scenario: "timeouts".into() };
    let step = Step { name: "first".into(), kind, title: "Timeouts".into(), minutes: 12, ..Step::default() };
    let cell = ArchivedCell { best: Some(97), runs: 2, ..ArchivedCell::default() };
    Archive {
        format: ARCHIVE_FORMAT.into(),
        version: ARCHIVE_VERSION,
        workshop: WorkshopCard { name: name.into(), since_ms: began_ms, ..WorkshopCard::default() },
        sheet: Workshop { steps: vec![step], ..Workshop::default() },
        seats: vec![ArchivedSeat { name: "Ada <b>".into(), tag: "7f3a".into(), cells: vec![cell] }],
        ..Archive::default()
    }
}

/// Opens a file in the panel.
pub async fn post(lab: &Lab, file: Vec<u8>) -> Response {
    let request = lab.http.post(lab.url("/api/v1/archives")).bearer_auth(&lab.record.token);
    request.header("content-type", "application/octet-stream").body(file).send().await.expect("an answer")
}

async fn kept(lab: &Lab, archive: &Archive) -> ArchiveCard {
    let answer = post(lab, pack(archive).expect("packed")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("a card")
}

fn gzip(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    (0..times).for_each(|_| packer.write_all(bytes).expect("packed"));
    packer.finish().expect("packed")
}

/// Files that are no archive, each with what is said of it.
fn unfit() -> [(Vec<u8>, &'static str); 5] {
    let whole = pack(&archive("Autumn", 1)).expect("packed");
    let newer = format!(r#"{{"format":"{ARCHIVE_FORMAT}","version":{},"people":[]}}"#, ARCHIVE_VERSION + 1);
    [
        (b"Ada: SCORE timeouts 92/100".to_vec(), "is no archive of a workshop"),
        (Vec::new(), "is no archive of a workshop"),
        (whole[..whole.len() - 20].to_vec(), "breaks off"),
        (gzip(newer.as_bytes(), 1), "Update Brownout"),
        (gzip(&vec![b' '; 1 << 20], 80), "more than 67108864 bytes"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_opens_as_a_page_is_listed_once_and_can_be_erased() {
    let lab = Lab::start(None).await;
    assert_eq!(lab.get::<Vec<ArchiveCard>>("/archives").await, []);
    let autumn = kept(&lab, &archive("Autumn", 1_795_282_927_500)).await;
    assert_eq!((&*autumn.name, autumn.date_ms, autumn.seats), ("Autumn", 1_795_282_927_500, 1));
    assert_eq!(kept(&lab, &archive("Autumn", 1_795_282_927_500)).await, autumn, "the same file is the same archive");
    let spring = kept(&lab, &archive("Spring", 1_779_000_000_000)).await;
    assert_eq!(lab.get::<Vec<ArchiveCard>>("/archives").await, [autumn.clone(), spring.clone()], "newest first");

    let answer = lab.http.get(lab.url(&autumn.url)).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"), "{policy}");
    let page = answer.text().await.expect("a page");
    assert!(page.contains("<h1>Autumn</h1>") && page.contains("Ada &lt;b&gt;") && !page.contains("<b>\""), "{page}");

    // After a restart they are there, and what somebody put beside them is not in the way.
    std::fs::write(lab.root.join(".brownout/archives/notes.txt"), "mine").expect("written");
    let lab = lab.restarted().await;
    assert_eq!(lab.get::<Vec<ArchiveCard>>("/archives").await, [autumn.clone(), spring.clone()]);
    let erase = |id: &str| {
        let path = format!("/archives/{id}");
        let lab = &lab;
        async move { lab.send(Method::DELETE, &path, None).await.status() }
    };
    assert_eq!(erase(&autumn.id).await, StatusCode::NO_CONTENT);
    assert_eq!(erase(&autumn.id).await, StatusCode::NOT_FOUND);
    assert_eq!(erase("..%2fhistory.sqlite").await, StatusCode::NOT_FOUND);
    assert_eq!(lab.get::<Vec<ArchiveCard>>("/archives").await, [spring]);
    let gone = lab.http.get(lab.url(&autumn.url)).send().await.expect("an answer");
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    let files = std::fs::read_dir(lab.root.join(".brownout/archives")).expect("the folder");
    assert_eq!(files.count(), 2, "the other archive and the notes");
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_archive_is_refused_with_the_next_step_and_not_kept() {
    let lab = Lab::start(None).await;
    for (file, why) in unfit() {
        let problem = Lab::problem(post(&lab, file).await).await;
        assert_eq!((problem.status, problem.kind.as_str()), (422, "no-archive"), "{}", problem.detail);
        assert!(problem.detail.contains(why), "{}", problem.detail);
    }
    let large = lab.http.post(lab.url("/api/v1/archives")).bearer_auth(&lab.record.token).body(vec![0; 33 << 20]);
    // The panel answers early; a client that is still sending may see that as a closed connection.
    if let Ok(answer) = large.send().await {
        let problem = Lab::problem(answer).await;
        assert!(problem.status == 413 && problem.detail.contains("more than 32 MB"), "{}", problem.detail);
    }
    let foreign = lab.http.post(lab.url("/api/v1/archives")).header("origin", "http://evil.example");
    let foreign = foreign.body(pack(&archive("Autumn", 1)).expect("packed")).send().await.expect("an answer");
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert_eq!(lab.get::<Vec<ArchiveCard>>("/archives").await, []);
    lab.down().await;
}

fn brownout(dir: &Path, words: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
    let output = command.current_dir(dir).arg("archive").args(words).output().expect("the command");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_writes_the_page_beside_the_archive_or_where_it_is_told() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let name = "workshop-autumn-2026-11-24.brownout.json.gz";
    std::fs::write(dir.path().join(name), pack(&archive("Autumn", 1)).expect("packed")).expect("written");
    let (done, says, problems) = brownout(dir.path(), &[name]);
    assert!(done && says.contains("Workshop: Autumn, 1 took part"), "{says}{problems}");
    let page = std::fs::read_to_string(dir.path().join("workshop-autumn-2026-11-24.html")).expect("the page");
    assert!(page.contains("Ada &lt;b&gt;"));
    let (done, says, _) = brownout(dir.path(), &[name, "--output", "other.html", "--no-open", "--json"]);
    assert!(done && says.contains("\"page\":\"other.html\""), "{says}");
    assert_eq!(std::fs::read_to_string(dir.path().join("other.html")).expect("the page"), page);

    let (done, _, problems) = brownout(dir.path(), &[name, "--output", name]);
    assert!(!done && problems.contains("is the archive itself; name another file"), "{problems}");
    let (done, _, problems) = brownout(dir.path(), &["none.gz"]);
    assert!(!done && problems.contains("none.gz cannot be read; look how it is called"), "{problems}");
    let (done, _, problems) = brownout(dir.path(), &["."]);
    assert!(!done && problems.contains("cannot be read; name the file that"), "{problems}");
    for (file, why) in unfit() {
        std::fs::write(dir.path().join("bad.gz"), file).expect("written");
        let (done, _, problems) = brownout(dir.path(), &["bad.gz"]);
        assert!(!done && problems.contains("bad.gz cannot be opened") && problems.contains(why), "{problems}");
    }
    assert!(!dir.path().join("bad.html").exists());
}
