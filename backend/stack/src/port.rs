//! Who holds a port.

use crate::platform;

/// Who listens on a TCP port of this machine, e.g. `nginx (pid 812)`; `None` where that is not known.
pub fn port_holder(port: u16) -> Option<String> {
    let pid = platform::listener(port)?;
    Some(match platform::name(pid) {
        Some(name) => format!("{name} (pid {pid})"),
        None => format!("process {pid}"),
    })
}
