//! A caller that goes away.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// What came of it, or `None` when it was not done after so many waits, and was dropped there.
pub(crate) async fn after<T>(waits: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = waits;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}
