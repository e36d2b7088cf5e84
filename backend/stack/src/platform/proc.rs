//! Linux.

use std::{fs, io, os::unix::process::CommandExt, process::Command, time::Duration};

use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

/// When a process began, as boot and clock ticks since that boot; `None` when it has ended.
pub(crate) fn started(pid: u32) -> Option<String> {
    let fields = stat(pid)?;
    // A zombie has ended; only its parent has not asked yet.
    if fields.first()? == "Z" {
        return None;
    }
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(format!("{}+{}", boot.trim(), fields.get(19)?))
}

/// Time on a processor since a process began, of all its threads and of those that have ended, to the nanosecond.
#[allow(unsafe_code)]
pub(crate) fn cpu_time(pid: u32) -> Option<Duration> {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both calls write to the place that they are given, which lives until they return, and to nothing else.
    let read = unsafe {
        libc::clock_getcpuclockid(libc::pid_t::try_from(pid).ok()?, &raw mut clock) == 0
            && libc::clock_gettime(clock, &raw mut time) == 0
    };
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
    read.then(|| Duration::new(seconds, nanoseconds))
}

/// What a process is called.
pub(crate) fn name(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/comm")).ok().map(|name| name.trim().to_owned())
}

/// The fields of `/proc/<pid>/stat` after the name, which may hold spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(line.rsplit_once(") ")?.1.split_whitespace().map(str::to_owned).collect())
}

/// Which process listens on a TCP port.
pub(crate) fn listener(port: u16) -> Option<u32> {
    let mut inodes = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = fs::read_to_string(table).unwrap_or_default();
        let listening = table.lines().filter_map(|line| listening_inode(line, port));
        inodes.extend(listening.map(|inode| format!("socket:[{inode}]")));
    }
    if inodes.is_empty() {
        return None;
    }
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|&pid: &u32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut links = files.filter_map(|file| fs::read_link(file.path()).ok());
        links.any(|link| inodes.iter().any(|inode| link.as_os_str() == inode.as_str()))
    })
}

fn listening_inode(line: &str, port: u16) -> Option<&str> {
    const LISTEN: &str = "0A";
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, local_port) = fields.get(1)?.rsplit_once(':')?;
    let matches = u16::from_str_radix(local_port, 16) == Ok(port) && *fields.get(3)? == LISTEN;
    matches.then(|| fields.get(9).copied()).flatten()
}

/// Binds a process to the life of this one: it is killed when the thread that starts it ends, also by SIGKILL.
#[allow(unsafe_code)]
pub(crate) fn die_with_parent(command: &mut Command) {
    let parent = getpid();
    let bind = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // The parent may have ended before the line above took effect.
        if getppid() != Some(parent) {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe));
        }
        Ok(())
    };
    // SAFETY: between fork and exec only async-signal-safe calls may run. `bind` makes two system calls (prctl, getppid),
    // allocates nothing (an error of a kind is a plain value) and takes no lock.
    unsafe { command.pre_exec(bind) };
}
