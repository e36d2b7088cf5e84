//! How a person ends what goes on.

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A token that the first SIGINT, SIGTERM or SIGHUP cancels, for as long as this lives.
pub(super) struct Interrupt {
    pub(super) token: CancellationToken,
    watching: JoinHandle<()>,
}

impl Interrupt {
    /// Watches from now on; `says` is told once it has happened.
    ///
    /// # Errors
    /// When the system does not let us receive signals.
    pub(super) fn watch(says: &'static str) -> anyhow::Result<Self> {
        Interrupt::watch_for(says, true)
    }

    /// The same; where `hangup` is false, SIGHUP means something else.
    ///
    /// # Errors
    /// When the system does not let us receive signals.
    pub(super) fn watch_for(says: &'static str, hangup: bool) -> anyhow::Result<Self> {
        let (signals, token) = (signals(hangup)?, CancellationToken::new());
        let ending = token.clone();
        let watching = tokio::spawn(async move {
            signals.await;
            eprintln!("\n{says}");
            ending.cancel();
        });
        Ok(Interrupt { token, watching })
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

fn signals(hangup: bool) -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let context = "signals cannot be received";
    let mut interrupt = signal(SignalKind::interrupt()).context(context)?;
    let mut terminate = signal(SignalKind::terminate()).context(context)?;
    let mut hung_up = signal(SignalKind::hangup()).context(context)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up.recv(), if hangup => {}
        }
    })
}
