//! Case 2, transactions: `POST /orders` takes an amount from an account and writes the order into the ledger: both or
//! neither. Before that a remote service has to authorise the order, which takes 150 ms.
//!
//! The API may have `CONNECTIONS` connections to the database; further requests wait for a free one.
//! Run the scenario, watch what the database's sessions do, then look for the LAB marker.

// Imported for you; a fix needs nothing else.
#![allow(unused_imports)]

use std::time::Duration;

use axum::{
    extract::{Query, State},
    response::Response,
};
use sqlx::{Connection, PgConnection, query};
use tokio::time::timeout;

use crate::{
    api::App,
    reply,
    sealed::{
        order::{Order, Receipt},
        problem::Problem,
    },
};

/// Connections to the database that may be open at once. The database allows this role twelve.
pub const CONNECTIONS: u32 = 10;
/// How long a request waits for one of them.
pub const WAIT: Duration = Duration::from_secs(30);

/// Books one order. Each `?` ends it early; a transaction without `commit` is rolled back.
pub async fn order(State(app): State<App>, Query(order): Query<Order>) -> Result<Response, Problem> {
    // LAB: STEP2 TODO: what is held while the remote call runs?
    let mut tx = app.db.begin().await?;
    debit(&mut tx, &order).await?;
    let receipt = app.dep.authorise(&order).await?;
    record(&mut tx, &order, &receipt).await?;
    tx.commit().await?;
    Ok(reply::created(&receipt))
}

/// Takes the amount from the account.
async fn debit(db: &mut PgConnection, order: &Order) -> Result<(), Problem> {
    let sql = "update accounts set balance_cents = balance_cents - $1 where id = $2";
    query(sql).bind(order.amount_cents).bind(order.account).execute(db).await?;
    Ok(())
}

/// Writes the order into the ledger.
async fn record(db: &mut PgConnection, order: &Order, receipt: &Receipt) -> Result<(), Problem> {
    let sql = "insert into ledger (order_id, account, amount_cents, receipt) values ($1, $2, $3, $4)";
    let Receipt(receipt) = receipt;
    query(sql).bind(order.name()).bind(order.account).bind(order.amount_cents).bind(receipt).execute(db).await?;
    Ok(())
}
