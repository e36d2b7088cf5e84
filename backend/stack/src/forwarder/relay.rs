//! One connection of a client, joined to one of a replica.

use tokio::{io::copy_bidirectional_with_sizes, net::TcpStream};

use crate::balance::Balance;

/// Bytes held by direction. Small, because a thousand connections may wait at once.
const HELD: usize = 4 * 1024;

/// Joins a client to a ready replica until both have closed.
///
/// A close of one side is passed on at once, so a replica learns that its client has left while it still works.
/// A reset is passed on as a reset. Where no replica is ready, the client is refused with a reset.
pub(super) async fn join(mut client: TcpStream, balance: Balance) {
    let Some(mut replica) = connect(&balance).await else {
        reset(&client);
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = replica.set_nodelay(true);
    if copy_bidirectional_with_sizes(&mut client, &mut replica, HELD, HELD).await.is_err() {
        reset(&client);
        reset(&replica);
    }
}

/// A replica that ended between the choice and the connection is passed over: no byte was sent to it.
async fn connect(balance: &Balance) -> Option<TcpStream> {
    for address in balance.order() {
        match TcpStream::connect(address).await {
            Ok(stream) => return Some(stream),
            Err(error) => tracing::debug!(%address, %error, "a ready replica took no connection"),
        }
    }
    None
}

/// Dropping it now sends a reset in place of an orderly close.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
