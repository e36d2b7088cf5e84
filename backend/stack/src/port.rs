//! Who holds a port.

use crate::platform;

/// Who listens on a TCP port of this machine, e.g. `nginx (pid 812)`; `None` where that is not known.
pub fn port_holder(port: u16) -> Option<String> {
    let pid = port_listener(port)?;
    Some(match platform::name(pid) {
        Some(name) => format!("{name} (pid {pid})"),
        None => format!("process {pid}"),
    })
}

/// The process that listens on a TCP port of this machine; `None` where that is not known. May start a program to ask.
pub fn port_listener(port: u16) -> Option<u32> {
    platform::listener(port)
}
