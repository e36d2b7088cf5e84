//! The alarm on Linux: a timerfd in the worker's own event loop.

use std::{
    io,
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::{Interest, unix::AsyncFd};

/// Belongs to one worker; needs its runtime.
#[derive(Debug)]
pub(crate) struct Alarm {
    timer: AsyncFd<OwnedFd>,
}

impl Alarm {
    /// `_spin` is for systems whose sleeps are coarse.
    pub(crate) fn new(_spin: bool) -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // The descriptor is owned and never replaced, which is what tokio asks of its caller. The constructor that
        // replaces this one is `unsafe`, and this workspace has no unsafe code.
        #[allow(
            deprecated,
            reason = "its successor needs unsafe code; an `OwnedFd` keeps the same promise by its type"
        )]
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        Ok(Alarm { timer })
    }

    /// Waits for an instant. May return early; the caller looks at the clock.
    pub(crate) async fn wait(&self, due: Instant) {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        if self.set(left).is_err() {
            return tokio::time::sleep(left).await;
        }
        // The expiry is not read: setting the timer anew takes it back, and each expiry is a new edge.
        if let Ok(mut ready) = self.timer.readable().await {
            ready.clear_ready();
        }
    }

    fn set(&self, left: Duration) -> io::Result<()> {
        let at = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: at };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_given_up_does_not_swallow_the_next() {
        let alarm = Alarm::new(false).unwrap();
        for _ in 0..50 {
            let soon = Instant::now() + Duration::from_micros(300);
            let _ = tokio::time::timeout(Duration::from_micros(100), alarm.wait(soon)).await;
            let due = Instant::now() + Duration::from_millis(2);
            while Instant::now() < due {
                alarm.wait(due).await;
            }
        }
    }
}
