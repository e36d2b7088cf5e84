//! One process of the lab on a port that was free.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

/// Ends with its handle.
pub struct Process {
    child: Child,
    events: Receiver<Value>,
    /// Where it listens: host and port.
    pub address: String,
}

impl Process {
    pub fn start(mode: &str, env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.arg(mode).env_remove("DATABASE_URL").env("LAB_LISTEN", "127.0.0.1:0").envs(env.iter().copied());
        Self::launch(command)
    }

    pub fn launch(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, events) = channel();
        // Ends when the process closes its output.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON line: {line}"));
                if tell.send(event).is_err() {
                    return;
                }
            }
        });
        let mut process = Self { child, events, address: String::new() };
        process.address = process.event("listening")["addr"].as_str().unwrap().to_owned();
        process
    }

    /// Waits for an event, past others.
    pub fn event(&self, name: &str) -> Value {
        loop {
            let event = self.events.recv_timeout(Duration::from_secs(10));
            let event = event.unwrap_or_else(|error| panic!("waited for event `{name}`: {error}"));
            if event["event"] == name {
                return event;
            }
        }
    }

    /// CPU time of all its threads so far, to a hundredth of a second.
    pub fn cpu(&self) -> Duration {
        let pid = self.child.id();
        // Linux: the kernel's file has clock ticks, a hundred a second; `ps` would round to seconds.
        if let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) {
            let (_, fields) = stat.rsplit_once(") ").unwrap();
            let ticks: u64 = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
            return Duration::from_millis(10 * ticks);
        }
        // macOS: minutes:seconds.hundredths.
        let said = Command::new("ps").args(["-o", "time=", "-p", &pid.to_string()]).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let seconds = said.trim().split(':').fold(0.0, |sum, part| 60.0 * sum + part.parse::<f64>().unwrap());
        Duration::from_secs_f64(seconds)
    }

    pub fn terminate(&self) {
        let sent = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
