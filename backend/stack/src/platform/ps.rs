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

/// Time on a processor since a process began, of all its threads and of those that have ended.
#[cfg(target_os = "macos")]
#[allow(unsafe_code, deprecated)]
pub(crate) fn cpu_time(pid: u32) -> Option<Duration> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage_info_v2>::zeroed();
    let mut timebase = libc::mach_timebase_info { numer: 0, denom: 0 };
    // SAFETY: `proc_pid_rusage` writes a `rusage_info_v2`, since that flavour is asked for, to a place of that type,
    // which is valid when zeroed; `mach_timebase_info` writes to the place that it is given.
    let usage = unsafe {
        let pid = libc::c_int::try_from(pid).ok()?;
        let place = usage.as_mut_ptr().cast::<libc::rusage_info_t>();
        if libc::proc_pid_rusage(pid, libc::RUSAGE_INFO_V2, place) != 0 {
            return None;
        }
        if libc::mach_timebase_info(&raw mut timebase) != 0 || timebase.denom == 0 {
            return None;
        }
        usage.assume_init()
    };
    // Ticks of the machine's own clock, 125/3 ns each on Apple's processors.
    let ticks = u128::from(usage.ri_user_time) + u128::from(usage.ri_system_time);
    u64::try_from(ticks * u128::from(timebase.numer) / u128::from(timebase.denom)).ok().map(Duration::from_nanos)
}

/// Not told cheaply here.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
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
