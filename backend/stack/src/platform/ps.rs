//! macOS and other systems without `/proc`.

use std::process::{Command, Stdio};
#[cfg(not(target_os = "linux"))]
use std::time::Duration;

/// When a process began, to the second; `None` when it has ended.
pub(crate) fn started(pid: u32) -> Option<String> {
    let answer = ask("ps", &["-o", "stat=,lstart=", "-p", &pid.to_string()])?;
    let (state, begun) = answer.trim().split_once(char::is_whitespace)?;
    (!state.starts_with('Z')).then(|| begun.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What a process is called.
pub(crate) fn name(pid: u32) -> Option<String> {
    let path = ask("ps", &["-o", "comm=", "-p", &pid.to_string()])?;
    path.trim().rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Which process listens on a TCP port.
#[cfg(not(target_os = "linux"))]
pub(crate) fn listener(port: u16) -> Option<u32> {
    ask("lsof", &["-nP", "-t", &format!("-iTCP:{port}"), "-sTCP:LISTEN"])?.lines().next()?.trim().parse().ok()
}

/// Not told cheaply here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn cpu_time(_pid: u32) -> Option<Duration> {
    None
}

/// There is no such bond here: what is left behind is found in the ledger at the next start.
#[cfg(not(target_os = "linux"))]
pub(crate) fn die_with_parent(_command: &mut Command) {}

fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let answer = Command::new(program).args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).output().ok()?;
    answer
        .status
        .success()
        .then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
        .filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ps_tells_begin_and_name_of_a_process_until_it_has_ended() {
        if ask("ps", &["-o", "pid=", "-p", "1"]).is_none() {
            return; // No `ps` on this machine.
        }
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let begun = started(child.id()).unwrap();
        assert_eq!(started(child.id()).unwrap(), begun);
        assert_eq!(name(child.id()).unwrap(), "sleep");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(started(child.id()), None);
    }
}
