//! What a process prints: into its log, and the one line that says where it listens.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde::Deserialize;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

use crate::{logfile::Logfile, process::Process};

/// A line longer than this is written in pieces.
const LONGEST_LINE: usize = 64 * 1024;

/// The readers of one process's output; dropping it ends them.
#[derive(Debug)]
pub(crate) struct Output {
    readers: JoinSet<()>,
    listening: watch::Receiver<Option<SocketAddr>>,
}

#[derive(Deserialize)]
struct Announcement {
    event: String,
    addr: SocketAddr,
}

impl Output {
    pub(crate) fn follow(process: &mut Process, log: &Logfile) -> Self {
        let (tell, listening) = watch::channel(None);
        let tell = Arc::new(tell);
        let (stdout, stderr) = process.output();
        let mut readers = JoinSet::new();
        if let Some(stdout) = stdout {
            readers.spawn(read(stdout, log.clone(), Some(tell)));
        }
        if let Some(stderr) = stderr {
            readers.spawn(read(stderr, log.clone(), None));
        }
        Self { readers, listening }
    }

    /// Waits until the process says where it listens; `None` when it closed its output before.
    pub(crate) async fn listening(&mut self) -> Option<SocketAddr> {
        self.listening.wait_for(Option::is_some).await.ok().and_then(|address| *address)
    }

    /// Reads what an ended process had still printed.
    pub(crate) async fn drain(mut self) {
        let rest = async { while self.readers.join_next().await.is_some() {} };
        let _ = timeout(Duration::from_millis(200), rest).await;
    }
}

async fn read(
    mut from: impl AsyncRead + Unpin,
    log: Logfile,
    mut tell: Option<Arc<watch::Sender<Option<SocketAddr>>>>,
) {
    let mut held = Vec::with_capacity(8 * 1024);
    loop {
        let more = match from.read_buf(&mut held).await {
            Ok(count) => count > 0,
            Err(_) => false,
        };
        let whole = held.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let ready = if more && held.len() < LONGEST_LINE { whole } else { held.len() };
        if let Some(sender) = &tell
            && let Some(address) = held[..ready].split(|&byte| byte == b'\n').find_map(announcement)
        {
            sender.send_replace(Some(address));
            tell = None;
        }
        if ready > 0 {
            log.append(&held[..ready]);
            held.drain(..ready);
        }
        if !more {
            return;
        }
    }
}

fn announcement(line: &[u8]) -> Option<SocketAddr> {
    let said: Announcement = serde_json::from_slice(line).ok()?;
    (said.event == "listening").then_some(said.addr)
}
