//! Asks Postgres whether it takes connections, as `pg_isready` does: it says who it would be and leaves.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::login::{DATABASE, PROBE};

/// Version 3.0 of the protocol, which every server since 7.4 speaks.
const PROTOCOL: u32 = 3 << 16;
/// All places are taken: Postgres is busy, and well.
const TOO_MANY_CONNECTIONS: &str = "53300";
/// An answer longer than this is none of Postgres'.
const LONGEST: u32 = 64 * 1024;

/// # Errors
/// What it said instead, e.g. `the database system is starting up`.
pub(crate) async fn exchange(at: SocketAddr, within: Duration) -> Result<(), String> {
    match timeout(within, ask(at)).await {
        Ok(Ok(None)) => Ok(()),
        Ok(Ok(Some((code, _)))) if code == TOO_MANY_CONNECTIONS => Ok(()),
        Ok(Ok(Some((_, message)))) => Err(message),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Err("no connection".to_owned()),
        Ok(Err(error)) => Err(format!("the connection was closed: {error}")),
        Err(_) => Err(format!("it did not answer within {} s", within.as_secs_f64())),
    }
}

/// Code and message of a refusal; `None` when a password is asked for.
async fn ask(at: SocketAddr) -> std::io::Result<Option<(String, String)>> {
    let mut stream = TcpStream::connect(at).await?;
    stream.write_all(&startup()).await?;
    let kind = stream.read_u8().await?;
    // Read to its end: who leaves with something unread resets the connection, and that is a line in the server's log.
    let length = stream.read_u32().await?.clamp(4, LONGEST) - 4;
    let mut fields = Vec::new();
    stream.take(length.into()).read_to_end(&mut fields).await?;
    if kind != b'E' {
        return Ok(None);
    }
    let field = |wanted: u8| {
        let found = fields.split(|&byte| byte == 0).find(|field| field.first() == Some(&wanted));
        found.map(|field| String::from_utf8_lossy(&field[1..]).into_owned()).unwrap_or_default()
    };
    Ok(Some((field(b'C'), field(b'M'))))
}

fn startup() -> Vec<u8> {
    let parameters = format!("user\0{PROBE}\0database\0{DATABASE}\0\0");
    let length = u32::try_from(8 + parameters.len()).unwrap_or_default();
    [&length.to_be_bytes(), &PROTOCOL.to_be_bytes(), parameters.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words_and_a_full_house_is_none() {
        for (answer, expected) in [
            (b"R\0\0\0\x08\0\0\0\x0a".to_vec(), Ok(())),
            (b"E\0\0\0\x22SFATAL\0C57P03\0Mstarting up\0\0".to_vec(), Err("starting up".to_owned())),
            (b"E\0\0\0\x1cSFATAL\0C53300\0Mfull\0\0".to_vec(), Ok(())),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = listener.local_addr().unwrap();
            let server = async {
                let (mut client, _) = listener.accept().await.unwrap();
                let length = client.read_u32().await.unwrap();
                client.read_exact(&mut vec![0; length as usize - 4]).await.unwrap();
                client.write_all(&answer).await.unwrap();
            };
            assert_eq!(tokio::join!(exchange(at, Duration::from_secs(5)), server).0, expected);
        }
    }
}
