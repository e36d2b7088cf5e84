//! The hub's feed down, the pulse up: one WebSocket that is connected again for as long as the seat lasts.

use std::time::Duration;

use brownout_core::hub::{
    live::{HubHeard, HubItem, HubMessage, HubSnapshot, SeatSays},
    pulse::Pulse,
    shipment::Shipped,
};
use futures::{SinkExt, StreamExt};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, interval, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use super::{
    HubError, News, Uplink,
    hub::Socket,
    pause::{draw, pause_asked, rest},
};
use crate::clock::wall_ms;

/// A pulse is told at most once in this time.
const PULSE_AT_MOST: Duration = Duration::from_secs(1);
/// A pulse is told at least once in this time.
const PULSE_AT_LEAST: Duration = Duration::from_secs(20);
/// The hub pings each 20 s: a connection on which nothing comes for longer than two of them is dead.
const SILENCE: Duration = Duration::from_secs(50);
/// A hub that starts anew is not asked by everybody at once.
const SPREAD: Duration = Duration::from_secs(3);
/// A frame that is not taken within this time ends the connection.
const FRAME: Duration = Duration::from_secs(10);

/// Connects and follows, again and again. Returns why the seat has ended.
pub(super) async fn keep(uplink: &Uplink, has: &watch::Sender<Option<Shipped>>, reached: &Notify) -> String {
    let mut tries = 0;
    loop {
        let (failed, asked) = match uplink.seat.hub.live(&uplink.seat.token).await {
            Err(HubError::Over { why }) => return why,
            Err(HubError::Busy { why, after }) => (why, after),
            Err(error) => (error.to_string(), None),
            Ok(socket) => {
                uplink.wake.notify_one();
                match follow(uplink, has, socket, &mut tries).await {
                    End::Over(why) => return why,
                    End::Lost(why) => (why, Some(SPREAD.mul_f64(draw()))),
                }
            }
        };
        tries += 1;
        let wait = pause_asked(tries, draw(), asked);
        tracing::debug!(why = failed, ?wait, tries, "the hub's feed cannot be followed");
        let next_ms = wall_ms() + wait.as_millis() as u64;
        if uplink.news.send(News::Away { tries, next_ms }).await.is_err() {
            return "Nobody listens any more.".to_owned();
        }
        rest(wait, reached).await;
    }
}

/// How a connection came to its end.
enum End {
    /// The seat is over.
    Over(String),
    /// It broke.
    Lost(String),
}

async fn follow(uplink: &Uplink, has: &watch::Sender<Option<Shipped>>, socket: Socket, tries: &mut u32) -> End {
    let (mut up, mut down) = socket.split();
    let mut pulse = uplink.pulse.clone();
    pulse.mark_changed();
    let mut tick = interval(PULSE_AT_MOST);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut due, mut told) = (false, Instant::now());
    let mut heard = Instant::now();
    let stream = uplink.history.stream();
    let last = uplink.history.last().await.unwrap_or_default();
    let mut says = vec![SeatSays::Have { stream: stream.clone(), last }];
    loop {
        while let Some(said) = says.pop() {
            let Ok(text) = serde_json::to_string(&said) else { continue };
            match timeout(FRAME, up.send(Message::text(text))).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return End::Lost(error.to_string()),
                Err(_) => return End::Lost("the hub takes no frames".to_owned()),
            }
        }
        tokio::select! {
            message = down.next() => {
                heard = Instant::now();
                let text = match message {
                    None => return End::Lost("the hub has closed the connection".to_owned()),
                    Some(Err(error)) => return End::Lost(error.to_string()),
                    Some(Ok(Message::Text(text))) => text,
                    // Pongs are sent by the library.
                    Some(Ok(_)) => continue,
                };
                if is_board(text.as_str()) {
                    if uplink.news.send(News::Board(text.as_str().to_owned())).await.is_err() {
                        return End::Over("Nobody listens any more.".to_owned());
                    }
                    continue;
                }
                // Of a newer hub; what this panel does not know it cannot show.
                let Some(message) = HubMessage::heard(text.as_str()) else { continue };
                let news = match message {
                    HubHeard::Hello { snapshot, .. } => {
                        *tries = 0;
                        has.send_replace(known(&stream, &snapshot));
                        News::Hello(snapshot)
                    }
                    HubHeard::Item { item: Some(item), .. } => match *item {
                        HubItem::Ended { why } => return End::Over(why),
                        HubItem::Have { stream: of, have, wanted } => {
                            if of == stream {
                                has.send_replace(Some(Shipped { have, new: 0, wanted, now_ms: 0 }));
                            }
                            continue;
                        }
                        item => News::Item(Box::new(item)),
                    },
                    HubHeard::Item { item: None, .. } | HubHeard::Resumed => continue,
                };
                if uplink.news.send(news).await.is_err() {
                    return End::Over("Nobody listens any more.".to_owned());
                }
            }
            changed = pulse.changed(), if !due => match changed {
                Ok(()) => due = true,
                Err(_) => return End::Over("Nobody tells any more.".to_owned()),
            },
            _ = tick.tick() => {
                if due || told.elapsed() >= PULSE_AT_LEAST {
                    (due, told) = (false, Instant::now());
                    let now: Option<Pulse> = pulse.borrow_and_update().clone();
                    says.extend(now.map(SeatSays::Pulse));
                }
            }
            () = sleep_until(heard + SILENCE) => return End::Lost("nothing was heard of the hub".to_owned()),
        }
    }
}

/// Whether a message is a change of the board, by its beginning: what it does not tell of is read whole.
fn is_board(text: &str) -> bool {
    text.starts_with("{\"type\":\"item\"") && text.get(..80).is_some_and(|head| head.contains("{\"of\":\"board\","))
}

/// What the hub has of our stream.
fn known(stream: &str, snapshot: &HubSnapshot) -> Option<Shipped> {
    let seat = snapshot.seat.as_ref()?;
    let have = seat.have.iter().find(|of| of.stream == stream).map_or(0, |of| of.have);
    Some(Shipped { have, new: 0, wanted: seat.wanted.clone(), now_ms: snapshot.agenda.now_ms })
}

#[cfg(test)]
mod tests {
    use brownout_core::hub::{clock::Agenda, row::BoardDelta};

    use super::*;

    #[test]
    fn a_change_of_the_board_is_told_by_its_beginning() {
        let message =
            |item| serde_json::to_string(&HubMessage::Item { seq: 4_711, item: Box::new(item) }).expect("JSON");
        let board = message(HubItem::Board(BoardDelta { upto: 3, ..BoardDelta::default() }));
        assert!(is_board(&board), "{board}");
        assert!(matches!(News::item(&board).as_deref(), Some(HubItem::Board(delta)) if delta.upto == 3));
        let agenda = message(HubItem::Agenda(Agenda::default()));
        assert!(!is_board(&agenda) && !is_board("") && !is_board("{\"type\":\"item\"}"));
    }
}
