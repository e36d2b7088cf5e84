//! The alarm of other systems: a thread that sleeps until shortly before the instant and spins the rest.

use std::{
    hint::spin_loop,
    io,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

/// Spinning starts so long before the instant.
const SPIN: Duration = Duration::from_micros(200);

/// Belongs to one worker. Its thread ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Alarm {
    orders: Sender<Instant>,
    rung: Arc<Notify>,
}

impl Alarm {
    /// With `spin` it is exact; without, it is as late as the system's sleeps are.
    pub(crate) fn new(spin: bool) -> io::Result<Self> {
        let (orders, ordered) = channel();
        let rung = Arc::new(Notify::new());
        let ring = rung.clone();
        let early = if spin { SPIN } else { Duration::ZERO };
        thread::Builder::new().name("engine-alarm".to_owned()).spawn(move || watch(&ordered, &ring, early))?;
        Ok(Alarm { orders, rung })
    }

    /// Waits for an instant. May return early; the caller looks at the clock.
    pub(crate) async fn wait(&self, due: Instant) {
        if due <= Instant::now() {
            return;
        }
        if self.orders.send(due).is_err() {
            return tokio::time::sleep_until(due.into()).await;
        }
        self.rung.notified().await;
    }
}

fn watch(ordered: &Receiver<Instant>, ring: &Notify, early: Duration) {
    let mut due: Option<Instant> = None;
    loop {
        let Some(at) = due else {
            match ordered.recv() {
                Ok(at) => due = Some(at),
                Err(_) => return,
            }
            continue;
        };
        let left = at.saturating_duration_since(Instant::now() + early);
        match ordered.recv_timeout(left) {
            Ok(newer) => due = Some(newer),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                while Instant::now() < at {
                    spin_loop();
                }
                ring.notify_one();
                due = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rings_after_the_instant_and_takes_a_newer_order() {
        let alarm = Alarm::new(true).unwrap();
        let far = Instant::now() + Duration::from_secs(60);
        let _ = tokio::time::timeout(Duration::from_millis(2), alarm.wait(far)).await;
        let due = Instant::now() + Duration::from_millis(2);
        alarm.wait(due).await;
        assert!(Instant::now() >= due);
    }
}
