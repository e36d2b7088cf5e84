//! A workshop in real browsers: one facilitator, two participants on panels of their own, and the big screen.

mod coming;

use std::time::Duration;

use super::{
    chromium::Chromium,
    house::{House, opened},
    participant::Participant,
    readable::readable,
};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_facilitator_sees_who_needs_help_helps_and_keeps_the_board() {
    let house = House::alone();
    let (ada, ben) = (Participant::open().await, Participant::open().await);
    let (facilitator, screen) = (Chromium::open().await, Chromium::open().await);
    let (first, second) = (Chromium::open().await, Chromium::open().await);

    coming::come_in(&house, &facilitator, &screen).await;
    coming::join_by_link(&house, &facilitator, &first, &ada).await;
    coming::join_by_code(&house, &second, &ben).await;
    facilitator.until("two rows are not there", SOON, async |b| b.ask(ROWS).await == 2).await;

    clock(&facilitator, &first).await;
    results(&facilitator, &ada, &ben).await;
    hand(&facilitator, &first, &ada).await;
    hint(&facilitator, &first, &second).await;
    board(&house, &facilitator, &screen, &first, &ada).await;
    wrap_up(&facilitator, &first).await;
    look(&house, &facilitator, &screen).await;

    for browser in [facilitator, screen, first, second] {
        browser.close().await;
    }
    ada.down().await;
    ben.down().await;
}

const ROWS: &str = "return document.querySelectorAll('[data-testid=row-link]').length";

/// The row of a participant, as text; empty when there is none.
fn row(name: &str) -> String {
    format!(
        "return [...document.querySelectorAll('tr[data-seat]')].find(r => r.innerText.includes('{name}'))?.innerText ?? ''"
    )
}

/// A step begins, is paused and gets more time; participants see it.
async fn clock(facilitator: &Chromium, participant: &Chromium) {
    let agenda = "return document.querySelector('[data-testid=agenda]').innerText";
    facilitator.click("clock-button", SOON).await;
    participant
        .until("the step is not seen", SOON, async |b| {
            b.ask(agenda).await.as_str().is_some_and(|says| says.contains("1 of 7: Welcome") && says.contains("left"))
        })
        .await;
    facilitator.click("extend-1", SOON).await;
    participant
        .until("the extension is not seen", SOON, async |b| {
            let says = b.ask(agenda).await;
            says.as_str()
                .is_some_and(|says| ["05:1", "05:2", "05:3", "05:4", "05:5"].iter().any(|left| says.contains(left)))
        })
        .await;
    // Taken back.
    facilitator.click("undo-button", SOON).await;
    participant
        .until("the undo is not seen", SOON, async |b| {
            b.ask(agenda).await.as_str().is_some_and(|says| says.contains("04:"))
        })
        .await;
    for _ in 0..2 {
        let before = facilitator.find("step-title", SOON).await.text().await.expect("a text");
        // A double click ends no step: the button waits for a moment.
        let ready = "return !document.querySelector('[data-testid=next-step]').disabled";
        facilitator.until("the step cannot be ended", SOON, async |b| b.ask(ready).await == true).await;
        facilitator.click("next-step", SOON).await;
        facilitator
            .until("the next step does not begin", SOON, async |b| {
                b.find("step-title", SOON).await.text().await.expect("a text") != before
            })
            .await;
    }
    participant
        .until("the case is not seen", SOON, async |b| {
            b.ask(agenda).await.as_str().is_some_and(|says| says.contains("3 of 7: Timeouts"))
        })
        .await;
    // The button that was pressed last would take the space for itself.
    facilitator.ask("document.activeElement.blur()").await;
    facilitator.usable("clock-button", SOON).await;
    facilitator.press(" ").await;
    participant
        .until("the pause is not seen", SOON, async |b| {
            b.ask(agenda).await.as_str().is_some_and(|says| says.contains("paused"))
        })
        .await;
    facilitator.usable("clock-button", SOON).await;
    facilitator.press(" ").await;
}

/// Waits until what was done last can be taken back: another browser may have heard of it sooner.
async fn offered(facilitator: &Chromium, says: &str) {
    let words = "return document.querySelector('[data-testid=undo-says]')?.innerText ?? ''";
    let told = async |b: &Chromium| b.ask(words).await.as_str().is_some_and(|told| told.contains(says));
    facilitator.until("no undo is offered", SOON, told).await;
    facilitator.usable("undo-button", SOON).await;
}

/// A result is in the grid within a second or so, and the group is counted.
async fn results(facilitator: &Chromium, ada: &Participant, ben: &Participant) {
    ada.runs("run-ada-20", "timeouts", 20).await;
    facilitator
        .until("Ada's run is not seen", SOON, async |b| {
            b.ask(&row("Ada")).await.as_str().is_some_and(|row| row.contains("seen to fail") && row.contains("20"))
        })
        .await;
    ben.runs("run-ben-94", "timeouts", 94).await;
    facilitator
        .until("Ben's run is not seen", SOON, async |b| {
            b.ask(&row("Ben"))
                .await
                .as_str()
                .is_some_and(|row| row.contains("met") && row.contains("94") && row.contains("first"))
        })
        .await;
    facilitator
        .until("the group is not counted", SOON, async |b| {
            b.find("group", SOON).await.text().await.expect("a text").contains('2')
        })
        .await;
}

/// A raised hand stands first, with its note as text; who helped takes it down.
async fn hand(facilitator: &Chromium, participant: &Chromium, ada: &Participant) {
    // The code that may be shown is that of the open case.
    participant.page.goto(&ada.page("/cases/timeouts")).await.expect("the page opens");
    participant.find("run-button", SOON).await;
    participant.click("hand-button", SOON).await;
    participant.find("hand-note", SOON).await.send_keys("Why <b>8 s</b>?").await.expect("typed");
    participant.click("hand-code", SOON).await;
    participant.click("hand-send", SOON).await;
    let top = "return document.querySelector('tr[data-seat]').innerText";
    facilitator
        .until("the hand is not first", SOON, async |b| {
            b.ask(top)
                .await
                .as_str()
                .is_some_and(|row| row.contains("Ada") && row.contains("hand up") && row.contains("Why <b>8 s</b>?"))
        })
        .await;
    // By the keyboard: the first row, opened.
    facilitator.press("j").await;
    facilitator.has_focus("row-link", SOON).await;
    facilitator.press("\u{e007}").await;
    facilitator.find("hand-card", SOON).await;
    assert_eq!(facilitator.find("hand-says", SOON).await.text().await.expect("a text"), "“Why <b>8 s</b>?”");
    facilitator.click("hand-code", SOON).await;
    facilitator
        .until("the code is not shown", SOON, async |b| {
            b.ask("return document.querySelector('[data-testid=hand-card] pre')?.innerText ?? ''")
                .await
                .as_str()
                .is_some_and(|code| code.contains("LAB: STEP1 TODO"))
        })
        .await;
    assert_eq!(facilitator.find("person-score", SOON).await.text().await.expect("a text"), "20");
    facilitator.click("helped-button", SOON).await;
    participant
        .until("the hand stays up", SOON, async |b| {
            b.attribute("hand-button", "aria-pressed").await.as_deref() == Some("false")
        })
        .await;
}

/// A prepared hint is pushed to one, seen there at no cost, and nowhere else.
async fn hint(facilitator: &Chromium, meant: &Chromium, other: &Chromium) {
    // By the keyboard: to the person that is open, and to nobody else.
    facilitator.ask("document.activeElement.blur()").await;
    facilitator.press("m").await;
    facilitator.find("say-what", SOON).await;
    let to = "return document.querySelector('dialog[open] input[name=to]:checked').parentElement.innerText.trim() \
              == document.querySelector('[data-testid=person]').getAttribute('aria-label')";
    assert_eq!(facilitator.ask(to).await, true, "it would go to others");
    facilitator.ask("let s = document.querySelector('[data-testid=say-what]'); s.value = 'what-to-notice'; s.dispatchEvent(new Event('change', {bubbles: true}))").await;
    facilitator
        .until("the button does not say so", SOON, async |b| {
            b.find("say-send", SOON).await.text().await.expect("a text") == "Push the hint"
        })
        .await;
    facilitator.click("say-send", SOON).await;
    let shown = "return document.querySelector('[data-testid=message][data-kind=hint]')?.innerText ?? ''";
    meant
        .until("the hint is not seen", SOON, async |b| {
            b.ask(shown).await.as_str().is_some_and(|says| says.contains("no cost"))
        })
        .await;
    assert_eq!(other.ask(shown).await, "", "it was for one");
    meant.click("message-dismiss", SOON).await;
    meant.until("it stays", SOON, async |b| b.ask(shown).await == "").await;
    // To everybody, also on the wall.
    facilitator.click("announce-button", SOON).await;
    facilitator.find("say-text", SOON).await.send_keys("Coffee at ten.").await.expect("typed");
    facilitator.click("say-send", SOON).await;
    let announced = "return document.querySelector('[data-testid=message][data-kind=announcement]')?.innerText ?? ''";
    for participant in [meant, other] {
        participant
            .until("it is not announced", SOON, async |b| {
                b.ask(announced).await.as_str().is_some_and(|says| says.contains("Coffee at ten."))
            })
            .await;
    }
    offered(facilitator, "Announced").await;
    facilitator.click("undo-button", SOON).await;
    for participant in [meant, other] {
        participant.until("it is not taken back", SOON, async |b| b.ask(announced).await == "").await;
    }
}

/// Frozen, the board stands still for participants and the wall, and not for the facilitator; revealed, it shows all.
async fn board(house: &House, facilitator: &Chromium, screen: &Chromium, participant: &Chromium, ada: &Participant) {
    let board = "return [...document.querySelectorAll('table.board tbody tr')].map(r => r.innerText.replace(/\\s+/g, ' ')).join('|')";
    participant.page.goto(&ada.page("/leaderboard")).await.expect("the page opens");
    let has = |says: &serde_json::Value, score: &str| {
        says.as_str().is_some_and(|says| says.contains("Ada") && says.contains(score))
    };
    for browser in [screen, participant] {
        browser.until("the board is not there", SOON, async |b| has(&b.ask(board).await, " 20 ")).await;
    }
    facilitator.click("freeze-button", SOON).await;
    for browser in [screen, participant] {
        browser.until("nobody says that it is frozen", SOON, async |b| b.ask("let f = document.querySelector('[data-testid=frozen]'); return !f.hidden && f.innerText.includes('stands still')").await == true).await;
    }
    ada.runs("run-ada-96", "timeouts", 96).await;
    facilitator
        .until("the facilitator sees it move", SOON, async |b| {
            b.ask(&row("Ada")).await.as_str().is_some_and(|row| row.contains("96"))
        })
        .await;
    // What the facilitator has seen could have been on the others' screens by now.
    let live = house.get("/board?live=true", &house.facilitator).await;
    assert!(live.to_string().contains("96"), "{live}");
    for browser in [screen, participant] {
        assert!(has(&browser.ask(board).await, " 20 "), "it moved: {}", browser.text().await);
    }
    facilitator.usable("freeze-button", SOON).await;
    facilitator.press("f").await;
    for browser in [screen, participant] {
        browser.until("it is not revealed", SOON, async |b| has(&b.ask(board).await, "96")).await;
    }
    // Names of others are hidden, and shown again.
    facilitator.click("hide-button", SOON).await;
    screen
        .until("names stay", SOON, async |b| b.ask(board).await.as_str().is_some_and(|says| !says.contains("Ben")))
        .await;
    offered(facilitator, "Names are hidden").await;
    facilitator.press("u").await;
    screen
        .until("names do not come back", SOON, async |b| {
            b.ask(board).await.as_str().is_some_and(|says| says.contains("Ben"))
        })
        .await;
    let csv = house
        .ask(reqwest::Method::GET, "/board/export?format=csv", Some(&house.facilitator))
        .send()
        .await
        .expect("an answer");
    let csv = csv.text().await.expect("a text");
    assert!(csv.lines().count() == 3 && csv.contains("Ada") && csv.contains("96"), "{csv}");
}

/// The survey is opened, answered and counted; a takeaway is ticked.
async fn wrap_up(facilitator: &Chromium, participant: &Chromium) {
    facilitator
        .page
        .goto(facilitator.page.current_url().await.expect("an address").join("/after").expect("an address").as_ref())
        .await
        .expect("the page opens");
    facilitator.click("open-survey", SOON).await;
    participant
        .until("the survey is not announced", SOON, async |b| {
            b.ask("return document.querySelector('[data-kind=survey] a')?.innerText ?? ''").await == "Answer it"
        })
        .await;
    participant.ask("document.querySelector('[data-kind=survey] a').click()").await;
    participant.click("takeaway-deadline", SOON).await;
    participant.ask("document.querySelector('[data-testid=question-pace] input[value=right]').click()").await;
    participant
        .until("the answer is not kept", SOON, async |b| {
            b.find("question-pace", SOON).await.text().await.expect("a text").contains("✓ answered")
        })
        .await;
    facilitator
        .until("it is not counted", SOON, async |b| {
            b.ask("[...document.querySelectorAll('button')].find(b => b.innerText == 'Count again').click()").await;
            b.ask("return document.querySelector('[data-testid=survey]')?.innerText ?? ''")
                .await
                .as_str()
                .is_some_and(|says| says.contains("1 answer"))
        })
        .await;
}

/// Every page of the hub can be read: both themes, three widths and a phone. One more participant has a run whose curves
/// are here.
async fn look(house: &House, facilitator: &Chromium, screen: &Chromium) {
    let cleo = house.join("Cleo").await;
    house.ship(&cleo, 1, &[opened("timeouts")]).await;
    let person = format!("/people/{}", cleo.seated.seat);
    for (path, id) in [
        ("/facilitator", "grid"),
        (&*person, "person"),
        ("/ready", "ready-sum"),
        ("/board", "board"),
        ("/join", "join-code"),
        ("/after", "summary"),
    ] {
        facilitator.page.goto(&house.url(path)).await.expect("the page opens");
        facilitator.exists(id, SOON).await;
        facilitator.until("the page loads", SOON, async |b| !b.text().await.contains(" …")).await;
        readable(facilitator, path).await;
        facilitator.look(400, 800, false).await;
        let wide = facilitator.ask("return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64() <= Some(400), "{path} is {wide} px wide on a phone");
        facilitator.look(1280, 720, false).await;
    }
    screen.look(1920, 1080, true).await;
    let letters = screen
        .ask("return parseFloat(getComputedStyle(document.querySelector('table.board tbody th')).fontSize)")
        .await;
    assert!(letters.as_f64() >= Some(28.0), "letters of {letters} px cannot be read from ten metres");
}
