//! The story on SQLite, and what is a file's own.

use std::{env, fs, os::unix::fs::PermissionsExt, path::Path, process::Command, time::Duration};

use brownout_store::hub::{HubStore, HubStoreError, SqlHub};
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

use crate::{all_events, append, body, events, have, seqs, sits, story, stream, workshop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_tells_the_story() {
    let folder = TempDir::new().expect("a temporary folder");
    story::tell(&format!("sqlite://{}", folder.path().join("hub.sqlite").display())).await;
}

#[tokio::test]
async fn a_file_of_any_name_is_created_for_its_owner_alone() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("24 Nov, 100% #1?/ü/hub.sqlite");
    let hub = SqlHub::open_file(&path).await.expect("opens");
    hub.open_workshop(&workshop("w", "Resilience", 1)).await.expect("writes");
    assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
    let beside = path.with_file_name("hub.sqlite-wal");
    assert_eq!(fs::metadata(beside).expect("is there").permissions().mode() & 0o777, 0o600);
    assert_eq!(hub.url(), format!("sqlite://{}", path.display()));
    hub.close().await;
    let again = SqlHub::open_file(&path).await.expect("opens again");
    assert!(again.workshop("Resilience").await.expect("reads").is_some());
    again.close().await;
}

#[tokio::test]
async fn what_was_erased_is_in_no_byte_of_the_file() {
    let folder = TempDir::new().expect("a temporary folder");
    let hub = SqlHub::open_file(&folder.path().join("hub.sqlite")).await.expect("opens");
    hub.open_workshop(&workshop("w", "Resilience", 1)).await.expect("opens");
    for who in ["ada", "zoe"] {
        sits(&hub, who, &format!("{who} the participant")).await;
        append(&hub, &stream(who), 1, &(1..=100).collect::<Vec<_>>()).await;
    }
    let bytes = |mark: &str| {
        let files = fs::read_dir(folder.path()).expect("lists").map(|entry| entry.expect("lists").path());
        let holds = |path: &std::path::PathBuf| {
            let bytes = fs::read(path).expect("reads");
            bytes.windows(mark.len()).any(|window| window == mark.as_bytes())
        };
        files.filter(holds).count()
    };
    assert!(bytes("zoe the participant") > 0 && bytes("laptop-of-zoe") > 0);
    assert!(hub.erase_seat("seat-zoe", &[]).await.expect("erases"));
    for mark in ["zoe the participant", "laptop-of-zoe", "seat-zoe"] {
        assert_eq!(bytes(mark), 0, "{mark} while the hub goes on");
    }
    assert!(bytes("ada the participant") > 0);
    hub.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_gone_only_when_nobody_reads_it_any_more() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("hub.sqlite");
    let hub = SqlHub::open_file(&path).await.expect("opens");
    hub.open_workshop(&workshop("w", "Resilience", 1)).await.expect("opens");
    sits(&hub, "zoe", "zoe the participant").await;
    let mut reader = AnyConnection::connect(&format!("sqlite://{}", path.display())).await.expect("connects");
    sqlx::query("BEGIN").execute(&mut reader).await.expect("begins");
    sqlx::query("SELECT COUNT(*) FROM seats").fetch_one(&mut reader).await.expect("reads");
    let mut erasing = tokio::spawn({
        let hub = hub.clone();
        async move { hub.erase_seat("seat-zoe", &[]).await }
    });
    // SQLite itself waits for a reader for 5 s.
    let waits = tokio::time::timeout(Duration::from_secs(7), &mut erasing).await;
    assert!(waits.is_err(), "it is not done while somebody reads: {waits:?}");
    reader.close().await.expect("closes");
    assert!(erasing.await.expect("no panic").expect("erases"));
    let log = fs::read(folder.path().join("hub.sqlite-wal")).unwrap_or_default();
    assert!(log.is_empty(), "the log has {} bytes", log.len());
    hub.close().await;
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("hub.sqlite");
    SqlHub::open_file(&path).await.expect("opens").close().await;
    let mut file = AnyConnection::connect(&format!("sqlite://{}", path.display())).await.expect("connects");
    sqlx::query("INSERT INTO _sqlx_migrations VALUES (99, 'to come', '2040-01-01', TRUE, x'00', 1)")
        .execute(&mut file)
        .await
        .expect("writes");
    file.close().await.expect("closes");
    let before = fs::read(&path).expect("reads");
    let error = SqlHub::open_file(&path).await.expect_err("is refused");
    assert!(matches!(error, HubStoreError::Newer { found: 99, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("Update Brownout"), "{error}");
    assert_eq!(fs::read(&path).expect("reads"), before);
}

#[tokio::test]
async fn a_file_that_cannot_serve_is_said_to_with_what_to_do() {
    let folder = TempDir::new().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    // Root may write everywhere, so a file stands where the folder should be, and a folder where the file should be.
    fs::write(at("taken"), b"a file").expect("writes");
    fs::create_dir(at("folder.sqlite")).expect("creates");
    fs::write(at("damaged.sqlite"), [b'?'; 10_000]).expect("writes");
    for (name, says) in [
        ("taken/hub.sqlite", "Make its folder writable"),
        ("folder.sqlite", "Make its folder writable"),
        ("damaged.sqlite", "Put a copy in its place"),
    ] {
        let error = SqlHub::open_file(&at(name)).await.expect_err("cannot open").to_string();
        assert!(error.contains(name) && error.contains(says), "{error}");
    }
    assert_eq!(fs::read(at("damaged.sqlite")).expect("reads"), [b'?'; 10_000], "it is left as it was found");
    for url in ["mysql://hub@localhost/hub", "hub.sqlite", "sqlite::memory:", ""] {
        let error = SqlHub::open(url).await.expect_err("is no address");
        assert!(matches!(error, HubStoreError::Address { .. }), "{url}: {error}");
    }
}

/// A file that may not grow any more stands for a full disk; who may mount one gives its folder to the ignored test.
#[tokio::test]
async fn a_disk_without_room_is_said_to_and_costs_nothing_that_was_written() {
    let folder = TempDir::new().expect("a temporary folder");
    let limited = Command::new("/bin/sh")
        // 512 blocks of 512 bytes or 1,024, depending on the shell; a signal would come before the error.
        .args(["-c", r#"trap "" XFSZ; ulimit -f 512; exec "$0" --exact "$1" --ignored --nocapture"#])
        .arg(env::current_exe().expect("this program"))
        .arg("sqlite::writes_until_there_is_no_room")
        .env("HUB_FOLDER", folder.path())
        .output()
        .expect("a shell starts");
    let said = String::from_utf8_lossy(&limited.stdout).into_owned() + &String::from_utf8_lossy(&limited.stderr);
    assert!(limited.status.success(), "{said}");
    let kept: u64 = fs::read_to_string(folder.path().join("kept")).expect("was written").parse().expect("a number");
    goes_on_after(&folder.path().join("hub.sqlite"), kept).await;
}

async fn goes_on_after(path: &Path, kept: u64) {
    let hub = SqlHub::open_file(path).await.expect("opens");
    assert_eq!(seqs(&all_events(&hub, 1_000).await, &stream("ada")), (1..=kept).collect::<Vec<_>>());
    let told = append(&hub, &stream("ada"), 1, &[kept, kept + 1]).await;
    assert_eq!((told.have, told.new), (kept + 1, 1));
    hub.close().await;
}

#[tokio::test]
#[ignore = "fills the folder in HUB_FOLDER; run by `a_disk_without_room_is_said_to_and_costs_nothing_that_was_written`"]
async fn writes_until_there_is_no_room() {
    let folder = env::var_os("HUB_FOLDER").expect("the folder to fill");
    let folder = Path::new(&folder);
    fs::write(folder.join("kept"), "00000000").expect("writes, while there is room");
    let hub = SqlHub::open_file(&folder.join("hub.sqlite")).await.expect("opens");
    hub.open_workshop(&workshop("w", "Resilience", 1)).await.expect("opens");
    sits(&hub, "ada", "Ada").await;
    let ada = stream("ada");
    let mut kept = 0;
    let error = loop {
        let numbers: Vec<u64> = (kept + 1..=kept + 100).collect();
        let bodies: Vec<String> = numbers.iter().copied().map(body).collect();
        let told = events(&numbers, &bodies);
        let part = brownout_store::hub::StreamPart { stream: &ada, from: 1, taken_ms: 2_000, events: &told };
        match hub.append(&[part]).await {
            Ok(_) => kept += 100,
            Err(error) => break error,
        }
        assert!(kept < 100_000, "the folder has room without end");
    };
    let says = error.to_string();
    assert!(matches!(error, HubStoreError::DiskFull | HubStoreError::Disk { .. }), "{error:?}");
    assert!(says.contains("disk is full") && says.contains("what was written is safe"), "{says}");
    // The hub lives: it reads, and says the same to the next one who writes.
    assert_eq!(have(&hub, &ada).await, kept);
    let sits = hub.seat(&crate::wanted("zoe", &"Z".repeat(100_000))).await.expect_err("there is still no room");
    assert!(matches!(sits, HubStoreError::DiskFull | HubStoreError::Disk { .. }), "{sits:?}");
    hub.close().await;
    fs::write(folder.join("kept"), format!("{kept:08}")).expect("writes in place");
}
