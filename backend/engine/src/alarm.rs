//! Wakes a worker at an instant, to some µs: tokio's own timers round up to the next millisecond.
//!
//! On Linux by a timer of the kernel that the worker's event loop waits on beside its sockets: no second thread, no
//! spinning. Elsewhere by a thread that sleeps coarsely and spins the last moments.

#[cfg(target_os = "linux")]
mod kernel;
#[cfg(any(test, not(target_os = "linux")))]
mod thread;

#[cfg(target_os = "linux")]
pub(crate) use kernel::Alarm;
#[cfg(not(target_os = "linux"))]
pub(crate) use thread::Alarm;
