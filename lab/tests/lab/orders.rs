//! `POST /orders`: booked wholly or not at all, by the broken code and by the solution.

use std::{path::Path, process::Command, time::Duration};

use serde_json::json;
use sqlx::Row;

use crate::{Lab, http::Open, postgres::Postgres, process::Process, solved, until};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// HMAC-SHA256 of `order:a-1:12` with this key, reckoned by another program.
const RECEIPT: &str = "4a45b1372f5ab9a1e3d88895535f260d";

fn broken() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lab"))
}

impl Lab {
    fn with(program: &Path, database: &str) -> Self {
        let dep = Process::start("dep", &[]);
        assert_eq!(dep.put("/control/run", &json!({"run": "r-1", "key": KEY})).answer().status, 204);
        let mut command = Command::new(program);
        command.arg("api").env("LAB_LISTEN", "127.0.0.1:0").env("DATABASE_URL", database);
        command.env("DEP_URL", format!("http://{}", dep.address));
        Self { dep, api: Process::launch(command) }
    }

    fn order(&self, n: u64, id: &str) -> Open {
        self.api.send("POST", &format!("/orders?n={n}&id={id}"), "")
    }
}

#[test]
fn an_order_is_booked_once_with_its_receipt() {
    for program in [broken(), solved::program()] {
        let postgres = Postgres::fresh();
        let lab = Lab::with(program, &postgres.url());
        let answer = lab.order(12, "a-1").answer();
        assert_eq!((answer.status, answer.header("x-receipt")), (201, Some(RECEIPT)), "{program:?} {answer:?}");
        let row = postgres.ask("select order_id, account, amount_cents, receipt from ledger");
        let row: (String, i32, i64, String) = (row.get(0), row.get(1), row.get(2), row.get(3));
        assert_eq!(row, ("12-a-1".to_owned(), 16, 112, RECEIPT.to_owned()));
        assert_eq!((postgres.books(), postgres.spent(16)), ((1, 0, 0), 112));
        // Every tenth order is one of four accounts'.
        for n in [10, 20, 30, 40, 50] {
            assert_eq!(lab.order(n, "hot").answer().status, 201);
        }
        let hot: Vec<i64> = (0..4).map(|account| postgres.spent(account)).collect();
        assert_eq!((postgres.books(), hot), ((6, 0, 0), vec![140, 110 + 150, 120, 130]));
        assert_eq!(lab.api.metric("lab_api_answers_total{outcome=\"ok\"}"), 6);
    }
}

#[test]
fn what_is_refused_leaves_no_trace() {
    for program in [broken(), solved::program()] {
        let postgres = Postgres::fresh();
        let lab = Lab::with(program, &postgres.url());
        for n in [17, 67, 117] {
            let answer = lab.order(n, "a").answer();
            assert_eq!((answer.status, answer.header("x-receipt")), (402, None), "{answer:?}");
            assert_eq!(answer.json()["error"], format!("order {n} is refused: its card is not accepted"));
        }
        for n in [57, 157] {
            let answer = lab.order(n, "a").answer();
            assert_eq!((answer.status, answer.header("x-receipt")), (503, None), "{answer:?}");
            assert_eq!(answer.json()["error"], format!("the database says: order {n}-a cannot be booked"));
        }
        assert_eq!(postgres.books(), (0, 0, 0), "{program:?}");
        assert_eq!(lab.order(12, "a").answer().status, 201);
        assert_eq!(postgres.books(), (1, 0, 0), "{program:?}");
        for (outcome, count) in [("refused", 3), ("unavailable", 2), ("ok", 1)] {
            assert_eq!(lab.api.metric(&format!("lab_api_answers_total{{outcome=\"{outcome}\"}}")), count, "{outcome}");
        }
    }
}

#[test]
fn who_leaves_in_the_middle_of_an_order_leaves_no_trace() {
    for program in [broken(), solved::program()] {
        let postgres = Postgres::fresh();
        let lab = Lab::with(program, &postgres.url());
        lab.dep.hang_everything(60_000);
        let leaver = lab.order(12, "leaver");
        until("the call", || lab.dep.in_flight() == 1);
        let held = i64::from(program == broken());
        assert_eq!(postgres.sessions("state = 'idle in transaction'"), held, "{program:?}");
        drop(leaver);
        until("the dependency to notice", || lab.dep.in_flight() == 0);
        until("the rollback", || postgres.sessions("xact_start is not null") == 0);
        assert_eq!((postgres.books(), postgres.spent(16)), ((0, 0, 0), 0));
        // Its connection is of use to others.
        lab.dep.send("DELETE", "/control/fault", "").answer();
        assert_eq!(lab.order(12, "stayer").answer().status, 201);
        assert_eq!(postgres.books(), (1, 0, 0));
    }
}

#[test]
fn the_pool_has_ten_connections_and_lets_the_others_wait() {
    let postgres = Postgres::fresh();
    let lab = Lab::with(broken(), &postgres.url());
    let pool = || ["size", "in_use", "waiting"].map(|what| lab.api.metric(&format!("lab_api_pool_{what}")));
    for n in 1..=10 {
        assert_eq!(lab.ask(n, "quote").answer().status, 200);
    }
    assert_eq!((pool(), postgres.sessions("true")), ([0, 0, 0], 0), "quotes need no database");
    lab.dep.hang_everything(60_000);
    let orders: Vec<Open> = (1..=13).map(|n| lab.order(n, "a")).collect();
    until("ten connections in use and three orders that wait", || pool() == [10, 10, 3]);
    until("their calls", || lab.dep.in_flight() == 10);
    drop(orders);
    until("an idle pool", || pool()[1..] == [0, 0]);
    until("connections that nobody uses to be closed", || pool()[0] == 0 && postgres.sessions("true") == 0);
}

#[test]
fn an_order_waits_while_the_role_may_have_no_further_connection() {
    let postgres = Postgres::fresh();
    let lab = Lab::with(broken(), &postgres.url());
    let mut others: Vec<_> = (0..12).map(|_| postgres.session().unwrap()).collect();
    let refused = postgres.session().unwrap_err().to_string();
    assert!(refused.contains("too many connections for role \"lab_api\""), "{refused}");
    let order = lab.order(12, "a");
    until("an order that waits", || lab.api.metric("lab_api_pool_waiting") == 1);
    assert!(!order.answered_within(Duration::from_millis(300)));
    others.pop();
    assert_eq!(order.answer().status, 201);
}

#[test]
fn without_a_database_the_api_runs_and_says_why_there_are_no_orders() {
    let dep = Process::start("dep", &[]);
    let dep_url = format!("http://{}", dep.address);
    let why = "there is no database: DATABASE_URL is not set; deploy/k8s/api.yaml says how";
    let wrong = "DATABASE_URL is no address of a database: ";
    for (url, why) in [(None, why), (Some("nowhere:secret"), wrong), (Some("postgres://:secret@"), wrong)] {
        let mut env = vec![("DEP_URL", dep_url.as_str())];
        env.extend(url.map(|url| ("DATABASE_URL", url)));
        let api = Process::start("api", &env);
        let answer = api.send("POST", "/orders?n=1&id=a", "").answer();
        assert_eq!(answer.status, 503, "{url:?}");
        let said = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(said.starts_with(why) && !said.contains("secret"), "{said}");
        assert_eq!(api.get("/readyz").answer().status, 200);
        assert_eq!(api.get("/quote?item=1&id=a").answer().status, 200);
        assert_eq!((api.metric("lab_api_pool_size"), api.metric("lab_api_pool_waiting")), (0, 0));
    }
}

#[test]
fn a_database_that_wants_nothing_of_us_is_quoted() {
    let postgres = Postgres::fresh();
    for (login, database, why) in [
        ("lab_api:lab", "elsewhere", "the database says: database \"elsewhere\" does not exist"),
        ("lab_api:wrong", "lab", "the database says: password authentication failed for user \"lab_api\""),
        ("lab_probe:probe", "lab", "the database says: permission denied for table accounts"),
    ] {
        let lab = Lab::with(broken(), &postgres.address(login, database));
        let answer = lab.order(1, "a").answer();
        assert_eq!((answer.status, &answer.json()["error"]), (503, &json!(why)));
    }
}

#[test]
fn bad_orders_are_refused_with_the_reason() {
    let lab = Lab::start();
    let id = "id must have 1 to 64 letters, digits or dashes";
    for (query, why) in [
        ("n=1", "missing field `id`"),
        ("id=a", "missing field `n`"),
        ("n=-1&id=a", "n: invalid digit"),
        ("n=1&id=a_b", id),
        ("n=1&id=", id),
    ] {
        for (service, path) in [(&lab.api, "/orders"), (&lab.dep, "/authorise")] {
            let answer = service.send("POST", &format!("{path}?{query}"), "").answer();
            assert_eq!(answer.status, 400, "{query}");
            assert!(answer.body.contains(why), "{query}: {}", answer.body);
        }
    }
    assert_eq!(lab.api.get("/orders?n=1&id=a").answer().status, 405);
    assert_eq!(lab.dep.state()["calls_total"], 0);
}
