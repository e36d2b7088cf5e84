//! Who connects says something soon, in HTTP/1.1, and reads what is answered: a connection over which nothing goes costs a
//! place. Hyper begins to count only with the first byte of a request, and ends with its last.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum_server::accept::Accept;
use futures::{FutureExt, future::BoxFuture};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How HTTP/2 begins. It would hide many requests in one connection, and no bound of ours counts those.
const SECOND: &[u8] = b"PRI";
/// Who takes no byte of an answer for so long does not read it.
const STUCK: Duration = Duration::from_secs(30);

/// Lets in what another acceptor has let in, for so long.
#[derive(Debug, Clone)]
pub struct Prompt<A> {
    inner: A,
    within: Duration,
    stuck: Duration,
}

impl<A> Prompt<A> {
    /// What is said first shows within this time that it is HTTP/1.1.
    pub fn new(inner: A, within: Duration) -> Self {
        Prompt { inner, within, stuck: STUCK }
    }
}

impl<I, S, A> Accept<I, S> for Prompt<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
    A::Stream: Send,
    A::Service: Send,
{
    type Stream = Prompted<A::Stream>;
    type Service = A::Service;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepted, within, stuck) = (self.inner.accept(stream, service), self.within, self.stuck);
        async move {
            let (stream, service) = accepted.await?;
            Ok((Prompted::new(stream, within, stuck), service))
        }
        .boxed()
    }
}

/// A connection that has to say something soon.
#[derive(Debug)]
pub struct Prompted<S> {
    stream: S,
    /// Until it is known that this is no HTTP/2.
    first: Option<Pin<Box<Sleep>>>,
    /// How many bytes so far are as HTTP/2 begins.
    alike: usize,
    stuck: Duration,
    /// While somebody does not take what is written.
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Prompted<S> {
    fn new(stream: S, within: Duration, stuck: Duration) -> Self {
        Prompted { stream, first: Some(Box::pin(sleep(within))), alike: 0, stuck, writing: None }
    }

    /// What came of a write; one that waits does not wait for ever.
    fn written<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.writing = None;
            return written;
        }
        let stuck = self.stuck;
        let writing = self.writing.get_or_insert_with(|| Box::pin(sleep(stuck)));
        writing.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// How a connection begins.
enum Beginning {
    /// As HTTP/2 does.
    Second,
    /// So far as HTTP/2 does: so many bytes.
    Alike(usize),
    /// In another way.
    Other,
}

/// What these bytes are after so many that were as HTTP/2 begins.
fn beginning(alike: usize, bytes: &[u8]) -> Beginning {
    let rest = &SECOND[alike..];
    let same = rest.iter().zip(bytes).take_while(|(one, other)| one == other).count();
    match same {
        same if same == rest.len() => Beginning::Second,
        same if same == bytes.len() => Beginning::Alike(alike + same),
        _ => Beginning::Other,
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prompted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Some(first) = &mut self.first else { return read };
        if read.is_pending() {
            return first.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        // It may come byte by byte, and whoever asks next keeps looking for as long.
        match beginning(self.alike, &buffer.filled()[before..]) {
            Beginning::Second => return Poll::Ready(Err(io::Error::other("HTTP/1.1 alone is spoken here"))),
            Beginning::Alike(alike) => self.alike = alike,
            Beginning::Other => self.first = None,
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prompted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        time::Instant,
    };

    use super::*;

    const WITHIN: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn http_2_is_refused_in_however_many_pieces_it_begins() {
        for pieces in [&["PRI * HTTP/2.0"][..], &["P", "RI * HTTP/2.0"], &["P", "R", "I"]] {
            let (mut caller, stream) = duplex(64);
            let mut prompted = Prompted::new(stream, WITHIN, STUCK);
            let mut buffer = [0; 64];
            let mut came = Ok(0);
            for piece in pieces {
                caller.write_all(piece.as_bytes()).await.expect("written");
                came = prompted.read(&mut buffer).await;
            }
            assert!(came.is_err(), "{pieces:?}");
        }
        let (mut caller, stream) = duplex(64);
        let mut prompted = Prompted::new(stream, WITHIN, STUCK);
        let mut buffer = [0; 64];
        for piece in ["P", "UT /x", "PRI"] {
            caller.write_all(piece.as_bytes()).await.expect("written");
            assert_eq!(prompted.read(&mut buffer).await.expect("it goes on"), piece.len(), "{piece}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_too_little_and_who_does_not_read_is_let_go() {
        let began = Instant::now();
        let (mut caller, stream) = duplex(64);
        let mut prompted = Prompted::new(stream, WITHIN, STUCK);
        caller.write_all(b"PR").await.expect("written");
        let mut buffer = [0; 64];
        assert_eq!(prompted.read(&mut buffer).await.expect("a beginning"), 2);
        let late = prompted.read(&mut buffer).await.expect_err("nothing more comes");
        assert_eq!((late.kind(), began.elapsed().as_secs()), (io::ErrorKind::TimedOut, WITHIN.as_secs()));
        let (mut caller, stream) = duplex(64);
        let mut prompted = Prompted::new(stream, WITHIN, STUCK);
        prompted.write_all(&[b'x'; 64]).await.expect("there is room");
        let began = Instant::now();
        let stuck = prompted.write_all(b"y").await.expect_err("nobody reads");
        assert_eq!((stuck.kind(), began.elapsed().as_secs()), (io::ErrorKind::TimedOut, STUCK.as_secs()));
        // Who reads a little goes on.
        caller.read_exact(&mut [0; 8]).await.expect("read");
        prompted.write_all(&[b'z'; 8]).await.expect("there is room again");
    }
}
