//! An order, and the proof that the dependency was asked.

use serde::Deserialize;

use super::dependency::check_id;

/// Accounts that many orders want at once.
const HOT: u64 = 4;
/// The others.
const OTHERS: u64 = 5_000;

/// What `POST /orders` asks for. The caller names a number; which account pays how much follows from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawOrder")]
pub struct Order {
    /// Its number.
    pub n: u64,
    /// Id of the request, for its receipt.
    pub id: String,
    /// Who pays.
    pub account: i32,
    /// How much.
    pub amount_cents: i64,
}

#[derive(Deserialize)]
struct RawOrder {
    n: u64,
    id: String,
}

impl Order {
    /// Its name in the ledger.
    #[allow(dead_code, reason = "an edit of a case may write no ledger")]
    pub fn name(&self) -> String {
        format!("{}-{}", self.n, self.id)
    }
}

impl TryFrom<RawOrder> for Order {
    type Error = String;

    fn try_from(RawOrder { n, id }: RawOrder) -> Result<Self, String> {
        check_id(&id)?;
        let account = if n % 10 == 0 { n / 10 % HOT } else { HOT + n % OTHERS };
        let account = i32::try_from(account).map_err(|error| error.to_string())?;
        let amount_cents = i64::try_from(100 + n % 900).map_err(|error| error.to_string())?;
        Ok(Order { n, id, account, amount_cents })
    }
}

/// Proof that the dependency did what it was asked; empty when no run is on.
#[derive(Debug, Clone)]
pub struct Receipt(pub String);
