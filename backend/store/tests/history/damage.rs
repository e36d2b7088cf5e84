//! What may be wrong with the file, and what a participant is told.

use std::{fs, path::Path};

use brownout_store::{Store, StoreError};
use tempfile::TempDir;

use crate::{History, recording::completed};

/// Files of the folder that were kept aside.
fn kept(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("lists").map(|entry| entry.expect("lists").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.contains(".corrupt-"));
    names.sort();
    names
}

async fn begins_anew_beside(damaged: &[u8], path: &Path) {
    fs::write(path, damaged).expect("writes");
    let opened = Store::open(path).await.expect("a damaged history does not keep the panel from starting");
    let folder = path.parent().expect("has a folder");
    let kept = kept(folder);
    let beside = |name: &&String| name.ends_with("-wal") || name.ends_with("-shm");
    assert_eq!(kept.iter().filter(|name| !beside(name)).count(), 1, "{kept:?}");
    let [notice] = opened.notices.as_slice() else { panic!("{:?} is not one notice", opened.notices) };
    assert!(notice.contains("DAMAGED") && notice.contains(&kept[0]), "{notice}");

    assert_eq!(opened.store.run_events("run-a", 0).await.expect("reads"), Vec::new());
    let history = completed("run-a", "timeouts", 1_000, 22, &[]);
    for event in &history {
        opened.store.append_run(event).await.expect("the new history works");
    }
    opened.store.close().await;
    let again = Store::open(path).await.expect("opens");
    assert_eq!(again.notices, Vec::<String>::new(), "it is said once");
    assert_eq!(again.store.run_events("run-a", 0).await.expect("reads"), history);
    again.store.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_kept_aside() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("history.sqlite");
    begins_anew_beside(&[b'?'; 10_000], &path).await;
    let kept = kept(folder.path());
    assert_eq!(fs::read(folder.path().join(&kept[0])).expect("reads"), [b'?'; 10_000], "what was kept is untouched");
}

#[tokio::test]
async fn a_file_that_was_cut_off_or_overwritten_in_the_middle_is_kept_aside() {
    let history = History::new().await;
    for nth in 0..20 {
        history.append(&completed(&format!("run-{nth}"), "timeouts", 1_000, 22, &[])).await;
    }
    history.store.close().await;
    let whole = fs::read(history.path()).expect("reads");
    let cut = &whole[..whole.len() / 2];
    let mut overwritten = whole.clone();
    overwritten[4_096..20_000].fill(0xff);
    for damaged in [cut, &overwritten] {
        let folder = TempDir::new().expect("a temporary folder");
        begins_anew_beside(damaged, &folder.path().join("history.sqlite")).await;
    }
}

#[tokio::test]
async fn what_a_killed_panel_left_beside_a_damaged_file_does_not_leak_into_the_new_one() {
    let history = History::new().await;
    history.append(&completed("run-a", "timeouts", 1_000, 22, &[])).await;
    let left = TempDir::new().expect("a temporary folder");
    let path = left.path().join("history.sqlite");
    let wal = history.path().with_file_name("history.sqlite-wal");
    fs::copy(wal, left.path().join("history.sqlite-wal")).expect("the write-ahead log is there");
    begins_anew_beside(&[b'?'; 10_000], &path).await;
}

#[tokio::test]
async fn a_history_of_a_newer_version_is_refused_and_left_alone() {
    let history = History::new().await;
    history.store.close().await;
    let file = sqlx::SqlitePool::connect(&format!("sqlite://{}", history.path().display())).await.expect("connects");
    sqlx::query("INSERT INTO _sqlx_migrations VALUES (99, 'to come', '2040-01-01', TRUE, x'00', 1)")
        .execute(&file)
        .await
        .expect("writes");
    file.close().await;
    let error = Store::open(&history.path()).await.expect_err("is refused");
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("Update Brownout"), "{error}");
    assert_eq!(kept(history.path().parent().expect("has a folder")), Vec::<String>::new());
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_an_error_that_says_what_to_do() {
    let folder = TempDir::new().expect("a temporary folder");
    // Root may write everywhere, so a file stands where the folder should be, and a folder where the file should be.
    fs::write(folder.path().join("taken"), b"a file").expect("writes");
    fs::create_dir(folder.path().join("history.sqlite")).expect("creates");
    for path in ["taken/history.sqlite", "history.sqlite"] {
        let error = Store::open(&folder.path().join(path)).await.expect_err("cannot open");
        let says = error.to_string();
        assert!(says.contains(path) && says.contains("--data-dir"), "{says}");
    }
}
