//! What happens when things around a run go wrong: killed processes, frozen screens, a full disk, edited files.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use brownout_core::{
    event::{RunEnvelope, RunEvent},
    fold::Run,
    score::Unranked,
    stack::ServiceState,
    wire::{LiveItem, LiveMessage, RunDetail, RunStarted, RunState},
};
use brownout_panel::record::{self, Record};
use futures::{StreamExt, future::join_all};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::lab::{Lab, quiet, reasons};

/// Events of this run as the feed brings them.
async fn follow(lab: &Lab, run: &str, mut enough: impl FnMut(&RunEvent) -> bool) {
    let mut live = lab.live("").await;
    let stream = format!("run/{run}");
    let reading = async {
        while let Some(message) = live.next().await {
            let events: Vec<RunEnvelope> = match message {
                LiveMessage::Hello { snapshot, .. } => snapshot.run,
                LiveMessage::Item { item, .. } => match *item {
                    LiveItem::Run(event) => vec![event],
                    _ => continue,
                },
                LiveMessage::Resumed { .. } => continue,
            };
            if events
                .iter()
                .filter(|event| event.stream == stream)
                .filter_map(|event| event.body.known())
                .any(&mut enough)
            {
                return;
            }
        }
        panic!("the feed ended");
    };
    timeout(Duration::from_secs(60), reading).await.expect("within a minute");
}

/// Process ids of the lab by service, as the stack has written them down.
fn pids(data_dir: &Path) -> BTreeMap<String, u32> {
    let page: Value =
        serde_json::from_slice(&fs::read(data_dir.join("stack.json")).expect("stack.json")).expect("JSON");
    let processes = page["processes"].as_array().expect("a list");
    let entry = |process: &Value| {
        let what = process["what"].as_str().expect("a name").split([' ', '-']).next().expect("a word").to_owned();
        (what, process["pid"].as_u64().expect("a number") as u32)
    };
    processes.iter().map(entry).collect()
}

fn kill(pid: u32) {
    let status = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill");
    assert!(status.success(), "process {pid} is not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_processes_of_the_lab_and_its_database_come_back_while_the_run_goes_on() {
    let lab = Lab::up().await;
    let run = lab.start_run().await;
    let before = pids(&lab.root.join(".brownout"));
    for service in ["api", "postgres"] {
        kill(before[service]);
        let said = format!("{service} crashed");
        follow(&lab, &run, |event| matches!(event, RunEvent::Note { says } if says.starts_with(&said))).await;
        let back = lab.until(|status| {
            status.services.iter().any(|s| s.name == service && s.restarts == 1 && s.state == ServiceState::Ready)
        });
        back.await;
    }
    // The run still measures, and was told what callers met meanwhile.
    let mut windows = 0;
    follow(&lab, &run, |event| {
        windows += u32::from(matches!(event, RunEvent::Window(_)));
        windows >= 2
    })
    .await;
    lab.post(&format!("/runs/{run}/stop"), json!({})).await;
    assert_eq!(lab.finish(&run).await.state, RunState::Stopped);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_screens_see_the_run_and_a_frozen_one_holds_up_nobody() {
    let lab = Lab::up().await;
    let frozen = lab.live("").await;
    let mut screens = join_all((0..49).map(|_| lab.live(""))).await;
    for screen in &mut screens {
        assert!(matches!(screen.next().await, Some(LiveMessage::Hello { .. })), "it follows from here");
    }
    let run = lab.start_run().await;
    let stream = format!("run/{run}");
    let followed = screens.into_iter().map(|mut live| {
        let stream = stream.clone();
        async move {
            let mut next = 1;
            while let Some(message) = live.next().await {
                if let LiveMessage::Item { item, .. } = message
                    && let LiveItem::Run(event) = *item
                    && event.stream == stream
                {
                    assert_eq!(event.seq, next, "a screen misses an event");
                    next += 1;
                    if matches!(event.body.known(), Some(RunEvent::Window(window)) if window.index >= 5) {
                        return true;
                    }
                }
            }
            false
        }
    });
    let all = timeout(Duration::from_secs(30), join_all(followed)).await.expect("six seconds of the run");
    assert!(all.into_iter().all(|seen| seen));
    lab.post(&format!("/runs/{run}/stop"), json!({})).await;
    lab.finish(&run).await;
    drop(frozen);
    lab.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_that_is_edited_during_its_run_judges_the_next_run_only() {
    let lab = Lab::up().await;
    let run = lab.start_run().await;
    let path = lab.root.join("scenarios/timeouts.yaml");
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replace("at_least: 87%", "at_least: 12%")).expect("written");
    lab.post(&format!("/runs/{run}/stop"), json!({})).await;
    let first = lab.finish(&run).await;
    assert!((first.criteria[0].target - 0.87).abs() < 1e-9, "judged by what it began with");
    let next = lab.start_run().await;
    lab.post(&format!("/runs/{next}/stop"), json!({})).await;
    let second = lab.finish(&next).await;
    assert!((second.criteria[0].target - 0.12).abs() < 1e-9);
    // The exercise is another one now: such a run is practice, and names the file.
    let practice = Unranked::Practice { files: vec!["scenarios/timeouts.yaml".to_owned()] };
    assert_eq!(reasons(&second), [practice, Unranked::Incomplete]);
    assert_eq!(reasons(&first), [Unranked::Incomplete]);
    lab.down().await;
}

/// The program itself, in a process that can be killed.
struct Program {
    child: Child,
    record: Record,
    http: Client,
}

impl Program {
    /// Starts `brownout serve` and waits until its stack is ready.
    async fn serve(root: &Path, data_dir: &Path) -> Program {
        let repository = super::lab::repository();
        let mut child = Command::new(env!("CARGO_BIN_EXE_brownout"))
            .args(["serve", "--headless", "--port", "0", "--api-port", "0", "--worker-port", "0"])
            .arg("--root")
            .arg(root)
            .arg("--data-dir")
            .arg(data_dir)
            .arg("--lab-target-dir")
            .arg(repository.join("lab/target"))
            // Where an office names its proxy, what is on this machine is asked directly.
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let pid = child.id();
        let up = async {
            loop {
                if let Some(record) = record::read(data_dir).filter(|record| record.pid == pid) {
                    let http = Client::new();
                    let ready = http.get(format!("{}/readyz", record.url.replace("localhost", "127.0.0.1")));
                    if ready.send().await.is_ok_and(|answer| answer.status().is_success()) {
                        return (record, http);
                    }
                }
                assert!(child.try_wait().expect("its state").is_none(), "the program ended");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let (record, http) = timeout(Duration::from_secs(120), up).await.expect("the stack is ready in time");
        Program { child, record, http }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.record.url.replace("localhost", "127.0.0.1"))
    }

    async fn start_run(&self) -> String {
        let post = self.http.post(self.url("/runs")).bearer_auth(&self.record.token);
        let started = post.json(&json!({"scenario": "timeouts"})).send().await.expect("an answer");
        started.json::<RunStarted>().await.expect("an id").id
    }

    async fn run(&self, id: &str) -> Run {
        let events = self.http.get(self.url(&format!("/runs/{id}/events"))).send().await.expect("an answer");
        let text = events.text().await.expect("text");
        let events: Vec<RunEnvelope> = text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
        Run::of(&events)
    }

    /// Waits until so many seconds of the run are stored.
    async fn measured(&self, id: &str, seconds: u32) -> Run {
        let reading = async {
            loop {
                let run = self.run(id).await;
                if run.seconds >= seconds {
                    return run;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        timeout(Duration::from_secs(60), reading).await.expect("the run is measured")
    }

    async fn down(mut self) {
        let stop = self.http.post(self.url("/panel/stop")).bearer_auth(&self.record.token);
        assert!(stop.send().await.expect("an answer").status().is_success());
        let ended = tokio::task::spawn_blocking(move || self.child.wait()).await.expect("joined").expect("waited");
        assert!(ended.success(), "{ended}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_panel_loses_a_second_at_most_and_its_next_start_is_clean() {
    let lab = Lab::start(None).await;
    let data = tempfile::tempdir().expect("a temporary directory");
    let mut first = Program::serve(&lab.root, data.path()).await;
    let run = first.start_run().await;
    let known = first.measured(&run, 4).await.seconds;
    let left = pids(data.path());
    assert!(left.contains_key("api") && left.contains_key("dep"), "{left:?}");
    first.child.kill().expect("killed");
    first.child.wait().expect("reaped");

    let second = Program::serve(&lab.root, data.path()).await;
    let detail: RunDetail = second
        .http
        .get(second.url(&format!("/runs/{run}")))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a run");
    assert_eq!((detail.state, detail.summary.ranked), (RunState::Interrupted, false));
    assert!(second.run(&run).await.seconds >= known, "what had been measured is there");
    for (service, pid) in &left {
        let now = pids(data.path());
        assert_ne!(now.get(service), Some(pid), "{service} of the killed panel is not taken over");
    }
    // And a run may start at once.
    let next = second.start_run().await;
    second.measured(&next, 1).await;
    second.down().await;
    lab.down().await;
}

/// A folder on a disk of its own that is soon full; `None` where the test may not mount one.
#[cfg(target_os = "linux")]
fn small_disk(kilobytes: u32) -> Option<SmallDisk> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let options = format!("size={kilobytes}k");
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).status();
    mount.is_ok_and(|status| status.success()).then(|| SmallDisk(folder))
}

#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_the_run_goes_on_says_so_and_is_not_ranked() {
    let _quiet = quiet().await;
    // The database alone takes some 50 MB of it.
    let Some(disk) = small_disk(256 * 1024) else {
        eprintln!("skipped: only root may mount a small disk");
        return;
    };
    let lab = Lab::with_data(disk.0.path().join("data")).await;
    lab.bring_up().await;
    let run = lab.start_run().await;
    let mut windows = 0;
    follow(&lab, &run, |event| {
        windows += u32::from(matches!(event, RunEvent::Window(_)));
        windows >= 2
    })
    .await;
    // Somebody fills the disk.
    let filler = disk.0.path().join("filler");
    let mut block = 1 << 20;
    let mut file = fs::File::create(&filler).expect("created");
    while block >= 512 {
        if std::io::Write::write_all(&mut file, &vec![0; block]).is_err() {
            block /= 2;
        }
    }
    follow(&lab, &run, |event| matches!(event, RunEvent::Note { says } if says.contains("disk is full"))).await;
    lab.post(&format!("/runs/{run}/stop"), json!({})).await;
    let mut unranked = Vec::new();
    follow(&lab, &run, |event| match event {
        RunEvent::Finished(finished) => {
            unranked.clone_from(&finished.unranked);
            true
        }
        _ => false,
    })
    .await;
    assert!(unranked.contains(&Unranked::Unstored), "{unranked:?}");
    // With room again, the next run is kept again.
    drop(file);
    fs::remove_file(&filler).expect("removed");
    let next = lab.start_run().await;
    lab.post(&format!("/runs/{next}/stop"), json!({})).await;
    assert_eq!(reasons(&lab.finish(&next).await), [Unranked::Incomplete]);
    lab.down().await;
}
