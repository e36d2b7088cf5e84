//! Schemas of the types that are written otherwise than serde's derive would.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
    },
};

use crate::{latency::Latencies, signal::Signal};

impl PartialSchema for Signal {
    fn schema() -> RefOr<Schema> {
        let says =
            "A name that a criterion or a term speaks of: `load.right`, `load.quotes.p95`, `probe.dep.in_flight`.";
        ObjectBuilder::new().schema_type(Type::String).description(Some(says)).into()
    }
}

impl ToSchema for Signal {}

impl PartialSchema for Latencies {
    fn schema() -> RefOr<Schema> {
        let says = "How many latencies fell into which bucket: pairs of bucket and count, sparse, sorted by bucket.";
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        let pair = ArrayBuilder::new().items(number).min_items(Some(2)).max_items(Some(2));
        ArrayBuilder::new().items(pair).description(Some(says)).into()
    }
}

impl ToSchema for Latencies {}
