//! The story on Postgres, and what is a server's own: it goes away, and others use it.

use brownout_store::hub::{HubStore, HubStoreError, SeatKey, SqlHub};

use crate::{all_events, append, hash, own_stream, seqs, server::Server, sits, story, stream, workshop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_tells_the_story() {
    let server = Server::start().await;
    story::tell(&server.url()).await;
}

#[tokio::test]
async fn a_server_that_goes_away_is_said_to_and_nothing_is_doubled_when_it_is_back() {
    let mut server = Server::start().await;
    let hub = SqlHub::open(&server.url()).await.expect("opens");
    hub.claim("Resilience").await.expect("is free");
    hub.open_workshop(&workshop("w", "Resilience", 1)).await.expect("opens");
    sits(&hub, "ada", "Ada").await;
    append(&hub, &stream("ada"), 1, &[1, 2, 3]).await;

    server.stop();
    let bodies = [crate::body(4)];
    let events = crate::events(&[4], &bodies);
    let ada = stream("ada");
    let part = brownout_store::hub::StreamPart { stream: &ada, from: 1, taken_ms: 2_000, events: &events };
    // Each waits for a while whether it comes back, so they wait together.
    let url = server.url();
    let parts = [part];
    let (written, read, opened) = tokio::join!(hub.append(&parts), hub.seats("w"), SqlHub::open(&url));
    for error in [
        written.expect_err("it is away for writers"),
        read.expect_err("it is away for readers"),
        opened.expect_err("it is away for those who come"),
    ] {
        assert!(matches!(error, HubStoreError::Unreachable { .. }), "{error:?}");
        let says = error.to_string();
        assert!(says.contains("postgres://hub@127.0.0.1") && says.contains("waits with them"), "{says}");
        assert!(!says.contains("hub-password"), "{says}");
    }

    server.resume().await;
    let told = append(&hub, &stream("ada"), 1, &[1, 2, 3, 4, 5]).await;
    assert_eq!((told.have, told.new, told.differing), (5, 2, 0));
    assert_eq!(seqs(&all_events(&hub, 10).await, &stream("ada")), [1, 2, 3, 4, 5]);
    // The claim came back with the connection.
    let second = SqlHub::open(&server.url()).await.expect("opens");
    let refused = second.claim("Resilience").await.expect_err("is taken");
    assert!(matches!(refused, HubStoreError::AnotherHub { .. }), "{refused:?}");
    second.close().await;
    hub.close().await;
}

#[tokio::test]
async fn two_hubs_share_a_server_but_not_a_workshop() {
    let server = Server::start().await;
    let first = SqlHub::open(&server.url()).await.expect("opens");
    let second = SqlHub::open(&server.url()).await.expect("opens beside");
    first.claim("Monday").await.expect("is free");
    let refused = second.claim("Monday").await.expect_err("is taken").to_string();
    assert!(refused.contains("`Monday`") && refused.contains("--name"), "{refused}");
    second.claim("Tuesday").await.expect("is free");
    for (hub, id, name) in [(&first, "w", "Monday"), (&second, "v", "Tuesday")] {
        hub.open_workshop(&workshop(id, name, 1)).await.expect("opens");
    }
    sits(&first, "ada", "Ada").await;
    append(&first, &own_stream(), 1, &[1]).await;
    append(&first, &stream("ada"), 1, &[1, 2]).await;
    assert_eq!(second.events("v", 0, 10).await.expect("reads"), []);
    let recovery = hash("recovery ada");
    let theirs = second.seat_by("v", SeatKey::Recovery(&recovery)).await.expect("reads");
    assert_eq!(theirs, None, "a code opens its own workshop alone");

    first.close().await;
    let third = SqlHub::open(&server.url()).await.expect("opens");
    third.claim("Monday").await.expect("the first one let go of it");
    assert_eq!(all_events(&third, 10).await.len(), 3);
    third.close().await;
    second.close().await;

    for (url, why) in [
        (server.url().replace("hub-password", "wrong"), "password authentication failed"),
        (server.url().replace("/postgres", "/nowhere"), "does not exist"),
    ] {
        let error = SqlHub::open(&url).await.expect_err("is refused");
        let says = error.to_string();
        assert!(matches!(error, HubStoreError::Open { .. }) && says.contains(why), "{says}");
    }
}
