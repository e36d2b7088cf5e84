//! Who connects: so many from one address and so many in all. Beyond that a connection is closed before it costs anything.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A laptop has a WebSocket and one or two more, and a class of two hundred may sit behind one address.
pub const MOST_OF_ONE: usize = 1_000;
/// What a hub is for, and as much again.
pub const MOST: usize = 4_000;

/// Counts connections.
#[derive(Debug, Clone)]
pub struct Counting(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    open: Mutex<HashMap<IpAddr, usize>>,
    /// Proxies speak for many.
    proxies: Vec<IpAddr>,
}

impl Counting {
    /// Nobody is connected. Proxies are bound by the number of all connections alone.
    pub fn new(proxies: Vec<IpAddr>) -> Self {
        Counting(Arc::new(Counts { open: Mutex::default(), proxies }))
    }

    /// How many are connected.
    pub fn all(&self) -> usize {
        self.0.lock().values().sum()
    }

    fn place(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let mut open = self.0.lock();
        let (all, own) = (open.values().sum::<usize>(), open.get(&address).copied().unwrap_or(0));
        if all >= MOST || (own >= MOST_OF_ONE && !self.0.proxies.contains(&address)) {
            return None;
        }
        *open.entry(address).or_default() += 1;
        Some(Place { counts: self.0.clone(), address })
    }
}

impl Counts {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // A panic while holding the lock leaves at worst one place that is not given back.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place; given back when it is dropped.
#[derive(Debug)]
struct Place {
    counts: Arc<Counts>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.counts.lock();
        if let Some(own) = open.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// A connection that is counted.
#[derive(Debug)]
pub struct Counted {
    stream: TcpStream,
    _place: Place,
}

impl<S> Accept<TcpStream, S> for Counting {
    type Stream = Counted;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let placed = stream.peer_addr().and_then(|peer| {
            let place = self.place(peer.ip()).ok_or_else(|| io::Error::other("too many connections"))?;
            // Small messages go at once.
            stream.set_nodelay(true)?;
            Ok((Counted { stream, _place: place }, service))
        });
        if let Err(error) = &placed {
            tracing::debug!(%error, "a connection was not taken");
        }
        std::future::ready(placed)
    }
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_gets_it_back() {
        let proxy: IpAddr = "192.0.2.9".parse().expect("an address");
        let counting = Counting::new(vec![proxy]);
        let [one, other]: [IpAddr; 2] = ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse().expect("an address"));
        let mut places: Vec<Place> = (0..MOST_OF_ONE).filter_map(|_| counting.place(one)).collect();
        assert_eq!((places.len(), counting.all()), (MOST_OF_ONE, MOST_OF_ONE));
        assert!(counting.place(one).is_none());
        assert!(counting.place(other).is_some());
        places.pop();
        assert!(counting.place(one).is_some());
        places.extend((0..MOST).filter_map(|_| counting.place(proxy)));
        assert!(counting.place(other).is_none() && counting.all() == MOST);
        drop(places);
        assert_eq!(counting.all(), 0);
    }
}
