//! This machine.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
};

use async_trait::async_trait;
use tokio::{process::Command, task::spawn_blocking};

use super::{
    machine::{Answer, Machine, Port},
    system::{Family, System},
};

/// The machine that this program runs on.
#[derive(Debug, Clone)]
pub struct ThisMachine {
    root: PathBuf,
}

impl ThisMachine {
    /// Programs are asked in the repository, whose toolchain may differ from that of other folders.
    pub fn at(root: &Path) -> Self {
        ThisMachine { root: root.to_owned() }
    }
}

#[async_trait]
impl Machine for ThisMachine {
    fn system(&self) -> System {
        if cfg!(target_os = "macos") {
            return System { family: Family::Mac, wsl: false };
        }
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        System::linux(&read("/etc/os-release"), &read("/proc/version"))
    }

    async fn ask(&self, program: &str, arguments: &[&str]) -> Answer {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null()).kill_on_drop(true);
        match command.output().await {
            Ok(output) if output.status.success() => Answer::Said(text(&output.stdout)),
            Ok(output) => Answer::Failed(text(&output.stderr)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Answer::Absent,
            Err(error) => Answer::Failed(error.to_string()),
        }
    }

    async fn postgres(&self) -> Result<String, String> {
        let found = spawn_blocking(brownout_stack::postgres_programs).await.map_err(|error| error.to_string())?;
        found
            .map(|programs| format!("Postgres {} in {}", programs.version, programs.folder.display()))
            .map_err(|error| error.to_string())
    }

    async fn port(&self, port: u16) -> Port {
        let look = move || match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => Port::Free,
            Err(_) => Port::Held { pid: brownout_stack::port_listener(port), by: brownout_stack::port_holder(port) },
        };
        spawn_blocking(look).await.unwrap_or(Port::Held { pid: None, by: None })
    }

    async fn free_bytes(&self, folder: &Path) -> Option<u64> {
        let folder = folder.to_owned();
        // A folder on a network drive may take its time.
        let look = move || {
            let there = folder.ancestors().find(|folder| folder.exists())?;
            let found = rustix::fs::statvfs(there).ok()?;
            Some(found.f_bavail.saturating_mul(found.f_frsize))
        };
        spawn_blocking(look).await.ok()?
    }

    async fn memory_bytes(&self) -> Option<u64> {
        if cfg!(target_os = "macos") {
            let Answer::Said(bytes) = self.ask("sysctl", &["-n", "hw.memsize"]).await else { return None };
            return bytes.trim().parse().ok();
        }
        // `MemTotal:       16384000 kB`
        let all = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = all.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    }

    fn open_files(&self) -> u64 {
        brownout_stack::raise_file_limit()
    }

    fn cpus(&self) -> usize {
        thread::available_parallelism().map_or(1, usize::from)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
