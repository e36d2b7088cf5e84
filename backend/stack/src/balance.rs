//! The ready replicas of one Service.

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

/// Who may get the next connection. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Balance {
    ready: Arc<RwLock<Arc<[SocketAddr]>>>,
}

impl Balance {
    /// Replaces the ready replicas at once, so that no connection sees a half-done change.
    pub(crate) fn set(&self, ready: Vec<SocketAddr>) {
        *self.ready.write().unwrap_or_else(PoisonError::into_inner) = ready.into();
    }

    /// The ready replicas, beginning with one chosen at random, as kube-proxy does; the others follow,
    /// because a replica may end between the choice and the connection.
    pub(crate) fn order(&self) -> impl Iterator<Item = SocketAddr> + use<> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner).clone();
        let count = ready.len();
        let first = if count > 1 { fastrand::usize(..count) } else { 0 };
        (0..count).map(move |step| ready[(first + step) % count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_replica_gets_its_share_and_a_removed_one_gets_nothing() {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let balance = Balance::default();
        assert_eq!(balance.order().next(), None);
        balance.set(vec![at(1), at(2), at(3)]);
        let mut chosen = [0; 4];
        for _ in 0..3000 {
            chosen[usize::from(balance.order().next().unwrap().port())] += 1;
        }
        assert!(chosen[1..].iter().all(|&count| (850..1150).contains(&count)), "{chosen:?}");
        balance.set(vec![at(3)]);
        assert_eq!(balance.order().collect::<Vec<_>>(), [at(3)]);
    }
}
