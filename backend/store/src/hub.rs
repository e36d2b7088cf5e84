//! What a hub keeps of its workshops: seats, what was said, the records of runs.
//!
//! [`HubStore`] is all that a hub knows of a database; [`SqlHub`] does it with one SQL for SQLite and Postgres.
//! The store numbers, orders and keeps; it reads no event and makes no secret: of secrets it gets the hash.
//!
//! Along the data flow: `database` opens → `workshop`, `seat` and `sitting` say who may speak → `stream` appends each `event`
//! that was said → `record` keeps the data of runs → `erase` forgets somebody. `sql` makes each method one transaction.

mod database;
mod erase;
mod error;
mod event;
mod hash;
mod record;
mod seat;
mod sitting;
mod sql;
mod stream;
mod workshop;

use async_trait::async_trait;

pub use error::HubStoreError;
pub use event::{HubStream, KeptEvent, NewEvent, Rewritten, StreamPart};
pub use hash::Hash;
pub use record::{KeptRecord, RecordKept};
pub use seat::{KeptSeat, SeatKey};
pub use sitting::{SeatChange, SeatChanged, SeatTaken, WantedSeat};
pub use sql::SqlHub;
pub use stream::Appended;
pub use workshop::{KeptWorkshop, Secret};

/// What a hub keeps. Every method is one transaction; what returned `Ok` is on disk as far as the database is.
///
/// What returned an error has changed nothing, with one exception that no database can rule out: a connection that is
/// lost while it commits. Then nobody knows, and the caller learns it from what is there at the next call: see
/// [`Appended`]. Writers queue; there is one at a time.
///
/// All methods fail as [`HubStoreError`] says: the database cannot be reached, read or written.
#[async_trait]
pub trait HubStore: Send + Sync + std::fmt::Debug {
    /// Says that this process is the one that writes to the workshops of this name. To be called before anything else
    /// is written; it holds until the store is closed.
    async fn claim(&self, name: &str) -> Result<(), HubStoreError>;

    /// The newest workshop of this name.
    async fn workshop(&self, name: &str) -> Result<Option<KeptWorkshop>, HubStoreError>;

    /// Adds a workshop.
    async fn open_workshop(&self, workshop: &KeptWorkshop) -> Result<(), HubStoreError>;

    /// Puts another secret in the place of one; whether there is such a workshop.
    async fn set_secret(&self, workshop: &str, which: Secret, hash: &Hash) -> Result<bool, HubStoreError>;

    /// Takes a new seat, or gives the one that this attempt or this participant has.
    async fn seat(&self, wanted: &WantedSeat) -> Result<SeatTaken, HubStoreError>;

    /// All seats of a workshop in the order of joining, removed ones too.
    async fn seats(&self, workshop: &str) -> Result<Vec<KeptSeat>, HubStoreError>;

    /// The seat with this key, removed ones too.
    async fn seat_by(&self, workshop: &str, key: SeatKey<'_>) -> Result<Option<KeptSeat>, HubStoreError>;

    /// Changes a seat, where that collides with no other.
    async fn change_seat(&self, seat: &str, change: SeatChange<'_>) -> Result<SeatChanged, HubStoreError>;

    /// Deletes everything of a seat, and puts other bodies in the place of events of the workshop's own stream that spoke
    /// to this seat alone: the only change that an event ever sees. Whether there was such a seat.
    async fn erase_seat(&self, seat: &str, rewritten: &[Rewritten<'_>]) -> Result<bool, HubStoreError>;

    /// Appends what is new of several streams: a group commit. For each part: what is there now, or `None` where its seat
    /// is not there (any more). A number that is there already is passed over; the first one that would leave a gap ends
    /// its part.
    ///
    /// # Errors
    /// [`HubStoreError::Unfit`] for text that a database cannot keep. One such part fails the whole group, so
    /// [`StreamPart::check`] it before it joins one.
    async fn append(&self, parts: &[StreamPart<'_>]) -> Result<Vec<Option<Appended>>, HubStoreError>;

    /// Events of a workshop in the order in which they came, `limit` at most, after this place; 0 gives the first.
    async fn events(&self, workshop: &str, after_place: u64, limit: u32) -> Result<Vec<KeptEvent>, HubStoreError>;

    /// Keeps the record of a run: `gzip` as it came. A run's record is kept once, never replaced. Whether an event has
    /// told of such a run is the caller's to know.
    async fn put_record(&self, seat: &str, run: &str, digest: &str, gzip: &[u8]) -> Result<RecordKept, HubStoreError>;

    /// The record of a run, gzip.
    async fn record(&self, seat: &str, run: &str) -> Result<Option<Vec<u8>>, HubStoreError>;

    /// Of which runs of a workshop the record is kept, by seat in the order of joining.
    async fn records(&self, workshop: &str) -> Result<Vec<KeptRecord>, HubStoreError>;

    /// Ends all connections after what they are doing, and with them the claim. Later calls fail.
    async fn close(&self);
}
