//! What a hub holds out against.

use std::{io::Read as _, time::Instant};

use brownout_core::hub::{
    live::{HubHeard, HubItem},
    pulse::Pulse,
};
use futures::future::{join, join_all};
use reqwest::{Client, Method, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Duration, timeout},
};
use uuid::Uuid;

use super::house::{House, finished, gzip, hand, opened};

/// Memory of a process, kB.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_refused_before_it_is_unpacked() {
    let house = House::open();
    let ada = house.join("Ada").await;
    let zeros = gzip(&vec![b'0'; 10_000_000]);
    assert!(zeros.len() < 20_000, "{}", zeros.len());
    let before = resident(house.pid());
    let request = house.ask(Method::POST, "/seat/events", Some(&ada.seated.token)).body(zeros.clone());
    let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
    let answer = request.send().await.expect("an answer");
    assert_eq!(House::problem(answer, StatusCode::PAYLOAD_TOO_LARGE).await.0, "too-large");
    let more = resident(house.pid()).saturating_sub(before);
    assert!(more < 8_000, "{more} kB for 10,000 kB of zeros");
    house.ship(&ada, 1, &[finished("run-1", "timeouts", 20)]).await;
    let request = house.ask(Method::PUT, "/seat/runs/run-1", Some(&ada.seated.token)).body(zeros);
    let answer = request.header("content-encoding", "gzip").send().await.expect("an answer");
    House::problem(answer, StatusCode::PAYLOAD_TOO_LARGE).await;
    let packed = house.ask(Method::POST, "/seat/events", Some(&ada.seated.token)).header("content-encoding", "br");
    let answer = packed.header("content-type", "application/json").body("x").send().await.expect("an answer");
    assert_eq!(House::problem(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE).await.0, "not-gzip");
    let large = house.ask(Method::POST, "/join", None).json(&json!({ "code": "7".repeat(100_000) })).send().await;
    // The hub answers early; a client that is still sending may see that as a closed connection.
    if let Ok(answer) = large {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_codes_waits_and_others_join() {
    let house = House::open();
    let mut refused = 0;
    for _ in 0..100 {
        let answer = house.try_join("Eve", &Uuid::new_v4().to_string(), "0000-0000").await;
        match answer.status() {
            StatusCode::FORBIDDEN => {}
            StatusCode::TOO_MANY_REQUESTS => {
                assert!(answer.headers().contains_key("retry-after"));
                refused += 1;
            }
            status => panic!("{status}"),
        }
    }
    assert!(refused > 0);
    // Who waits, waits for half a second: not every burst falls into it.
    let mut waited = false;
    for _ in 0..20 {
        let mallory = Uuid::new_v4().to_string();
        let wrong = (0..20).map(|_| house.try_join("Eve", &mallory, "0000-0000"));
        let right = (0..5).map(|_| house.try_join("Eve", &mallory, house.word("code")));
        let (_, own) = join(join_all(wrong), join_all(right)).await;
        waited = own.iter().any(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS);
        if waited {
            break;
        }
    }
    assert!(waited, "a right code waits, too");
    // An address that claims to be another is still the same one: no proxy is trusted.
    let body = json!({ "recovery": "0000-0000-0000-0000", "participant": "p", "attempt": "a" });
    let resumed = join_all((0..20).map(|_| {
        let request = house.ask(Method::POST, "/resume", None).header("x-forwarded-for", "198.51.100.7");
        request.json(&body).send()
    }));
    let resumed: Vec<StatusCode> =
        resumed.await.into_iter().map(|answer| answer.expect("an answer").status()).collect();
    assert!(resumed.contains(&StatusCode::TOO_MANY_REQUESTS), "{resumed:?}");
    if cfg!(target_os = "linux") {
        let neighbour = Client::builder().local_address("127.0.0.2".parse().ok()).build().expect("a client");
        let join = json!({ "code": house.word("code"), "name": "Ben", "participant": Uuid::new_v4().to_string(),
            "panel": "0", "attempt": Uuid::new_v4().to_string() });
        let answer = neighbour.post(house.url("/api/v1/join")).json(&join).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap_or_default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_notes_are_text_and_bounded() {
    let house = House::open();
    let markup = "<img src=x onerror=alert(1)>";
    let ada = house.join(markup).await;
    assert_eq!(ada.seated.name, markup, "kept as text");
    let long = house.join(&"ä".repeat(5_000)).await;
    assert!(long.seated.name.chars().count() <= 40);
    let turned = house.join("a\u{202e}b\u{0}c").await;
    assert_eq!(turned.seated.name, "abc");
    let nothing = house.join("\u{200b}\u{2066}").await;
    assert!(!nothing.seated.name.trim().is_empty(), "{:?}", nothing.seated.name);
    house.ship(&ada, 1, &[opened("timeouts"), hand("hand-1", &format!("{markup}{}", "x".repeat(1_000)), "")]).await;
    let person = house.get(&format!("/people/{}", ada.seated.seat), &house.facilitator).await;
    let note = person["row"]["hand"]["note"].as_str().expect("a note").to_owned();
    assert!(note.starts_with(markup) && note.chars().count() <= 280, "{note}");
    let say = json!({ "to": "all", "what": { "announcement": { "text": format!("{markup}\u{202e}{}", "y".repeat(2_000)) } } });
    house.act(Method::POST, "/messages", say).await;
    let mut live = house.live("", &ada.seated.token).await;
    let (_, _, snapshot) = live.hello().await;
    let said = serde_json::to_string(&snapshot.said).expect("JSON");
    assert!(said.contains(markup) && !said.contains('\u{202e}') && said.len() < 1_500, "{said}");
    // Pages never run it: what is not ours is refused by the policy of every answer.
    let answer = house.ask(Method::GET, "/board", Some(&ada.seated.token)).send().await.unwrap();
    assert_eq!(answer.headers()["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_says_too_much_is_closed_and_the_next_one_serves() {
    let house = House::open();
    let ada = house.join("Ada").await;
    let mut large = house.live("", &ada.seated.token).await;
    large.hello().await;
    large.say(&"x".repeat(1_000_000)).await;
    while large.next().await.is_some() {}
    let mut often = house.live("", &ada.seated.token).await;
    often.hello().await;
    let pulse = json!({ "of": "pulse", "is": Pulse::default() }).to_string();
    for _ in 0..30 {
        often.say(&pulse).await;
    }
    while often.next().await.is_some() {}
    // As many as there may be, and one more; a screen has its own.
    let ben = house.join("Ben").await;
    let mut feeds = Vec::new();
    for _ in 0..4 {
        let mut feed = house.live("", &ben.seated.token).await;
        feed.hello().await;
        feeds.push(feed);
    }
    let fifth = house.ask(Method::GET, "/live", Some(&ben.seated.token)).header("connection", "upgrade");
    let fifth = fifth.header("upgrade", "websocket").header("sec-websocket-version", "13");
    let fifth = fifth.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").send().await.expect("an answer");
    assert_eq!(House::problem(fifth, StatusCode::TOO_MANY_REQUESTS).await.0, "too-often");
    drop(feeds);
    // What is not known is passed over, and what is known is answered.
    let have = json!({ "of": "have", "is": { "stream": ada.stream(), "last": 0 } }).to_string();
    timeout(Duration::from_secs(30), async {
        loop {
            // The bucket was emptied by the one before; it fills again.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut odd = house.live("", &ada.seated.token).await;
            odd.hello().await;
            for text in ["{\"of\":\"something newer\",\"is\":1}", "no JSON at all", &have] {
                odd.say(text).await;
            }
            while let Some(heard) = odd.next().await {
                let HubHeard::Item { item: Some(item), .. } = heard else { continue };
                if matches!(*item, HubItem::Have { have: 0, .. }) {
                    return;
                }
            }
        }
    })
    .await
    .expect("an answer to what is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_can_do_nothing_with_a_facilitators_cookie() {
    let house = House::open();
    let entered =
        house.ask(Method::POST, "/enter", None).json(&json!({ "token": house.facilitator })).send().await.unwrap();
    assert_eq!(entered.status(), StatusCode::NO_CONTENT);
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Strict; Path=/") && !cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let freeze = |origin: Option<&str>| {
        let request = house.ask(Method::POST, "/freeze", None).header("cookie", &cookie);
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    };
    for origin in [None, Some("http://evil.example"), Some("null"), Some("http://127.0.0.1:1")] {
        let answer = freeze(origin).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin:?}");
    }
    assert_eq!(house.get("/board", &house.screen).await["frozen"], json!(false));
    let own = house.word("url").to_owned();
    assert_eq!(freeze(Some(&own)).send().await.unwrap().status(), StatusCode::OK);
    let left =
        house.ask(Method::POST, "/leave", None).header("cookie", &cookie).header("origin", &own).send().await.unwrap();
    assert_eq!(left.status(), StatusCode::NO_CONTENT);
    assert_eq!(freeze(Some(&own)).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let wrong = house.ask(Method::POST, "/enter", None).json(&json!({ "token": "wrong" })).send().await.unwrap();
    assert_eq!(House::problem(wrong, StatusCode::UNAUTHORIZED).await.0, "no-token");
    // A participant's token opens no page.
    let ada = house.join("Ada").await;
    let seat =
        house.ask(Method::POST, "/enter", None).json(&json!({ "token": ada.seated.token })).send().await.unwrap();
    assert_eq!(seat.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_callers_are_let_go_and_keep_nobody_waiting() {
    let house = House::open();
    let address = house.word("listen").to_owned();
    let mut slow = TcpStream::connect(&address).await.expect("a connection");
    slow.write_all(b"GET /api/v1/about HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("half a header");
    let mut silent = TcpStream::connect(&address).await.expect("a connection");
    let began = Instant::now();
    for n in 0..20 {
        house.join(&format!("Guest {n}")).await;
    }
    // Before the slow ones are let go.
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    // One that begins HTTP/2 with a single byte is refused, not served.
    let mut second = TcpStream::connect(&address).await.expect("a connection");
    second.set_nodelay(true).expect("small packets");
    second.write_all(b"P").await.expect("a byte");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _ = second.write_all(b"RI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00").await;
    for socket in [&mut slow, &mut silent, &mut second] {
        let mut rest = Vec::new();
        let closed = timeout(Duration::from_secs(15), socket.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "closed after 10 s");
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 "), "{rest:?}");
    }
}

#[test]
fn secrets_are_in_no_log_and_no_table() {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        // Everything that it could say is said.
        let house = House::open_with(&["BROWNOUT_LOG=trace"]);
        let ada = house.join("Ada").await;
        house.ship(&ada, 1, &[opened("timeouts")]).await;
        let house = house.killed_and_started();
        let folder = house.dir.path().join("hub/test-24-nov");
        let mut searched = 0;
        for file in ["hub.sqlite", "hub.sqlite-wal", "../../hub.log"] {
            let Ok(mut file) = std::fs::File::open(folder.join(file)) else { continue };
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("read");
            // All of them hold something by now.
            searched += usize::from(bytes.len() > 10_000);
            let recovery = ada.seated.recovery.clone();
            for secret in [&ada.seated.token, &house.facilitator, &house.screen, &recovery] {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "a secret stands in clear");
            }
        }
        assert!(searched >= 2);
    });
}
