//! `data.json` and the exports.

use std::io::Cursor;

use brownout_core::fold::Run;
use brownout_report::{Record, RecordError, csv, hdr, schema};
use hdrhistogram::{
    Histogram,
    serialization::{
        Deserializer,
        interval_log::{IntervalLogIterator, LogEntry},
    },
};

use crate::{runs::Kept, sample::Code};

#[test]
fn data_is_as_its_committed_schema_says_and_is_read_as_it_was_written() {
    if std::env::var_os("BROWNOUT_WRITE_RESULT").is_some() {
        let text = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/run-data.schema.json"), text).expect("written");
        return;
    }
    let committed: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/run-data.schema.json")).expect("JSON");
    assert_eq!(committed, schema(), "`make schema` writes it anew");
    let validator = jsonschema::validator_for(&committed).expect("a schema");
    for kept in [Kept::timeouts(Code::Broken), Kept::timeouts(Code::Solved), Kept::of(Run::default())] {
        let record = Record::of(&kept.told());
        let value = serde_json::to_value(&record).expect("JSON");
        let mistakes: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(mistakes, [] as [&str; 0]);
        if record.score.is_some() {
            assert_eq!(Record::read(&value.to_string()).expect("read"), record);
        }
    }
}

#[test]
fn seconds_and_latencies_count_every_arrival_once() {
    let record = Record::of(&Kept::timeouts(Code::Broken).told());
    let sum = |of: fn(&brownout_report::Second) -> u64| record.seconds.iter().map(of).sum::<u64>();
    assert_eq!(sum(|s| s.scheduled), 3_600);
    assert_eq!(sum(|s| s.ok + s.degraded + s.rejected + s.failed + s.timed_out + s.invalid + s.dropped), 3_600);
    assert_eq!(record.latencies_us["quotes"].iter().map(|pair| pair.1).sum::<u64>(), 3_600);
}

#[test]
fn what_is_no_data_of_a_run_is_refused_with_what_is_wrong() {
    let text = serde_json::to_string(&Record::of(&Kept::timeouts(Code::Solved).told())).expect("JSON");
    let cut = &text[..text.len() / 2];
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    for (text, says) in [
        (String::new(), "no data.json"),
        ("[]".to_owned(), "says that it is ``"),
        (cut.to_owned(), "no data.json"),
        (changed("\"brownout-run\"", "\"other\""), "`other`"),
        (changed("\"version\":1", "\"version\":7"), "version 7"),
        (changed("\"version\":1,", ""), "version 0"),
        (changed("\"score\":", "\"score\":1"), "cannot be right"),
        (changed("\"case\":\"timeouts\"", "\"case\":\"\""), "must not be empty"),
    ] {
        let error = Record::read(&text).expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(matches!(Record::read("{}"), Err(RecordError::Format(_))));
}

#[test]
fn a_spreadsheet_reads_the_seconds() {
    let record = Record::of(&Kept::timeouts(Code::Broken).told());
    let bytes = csv(&record).expect("written");
    let mut table = csv::Reader::from_reader(&bytes[..]);
    let heads = table.headers().expect("heads").clone();
    let place = |name: &str| heads.iter().position(|head| head == name).expect("a column");
    let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), record.seconds.len());
    let sum: u64 = rows.iter().map(|row| row[place("timed_out")].parse::<u64>().expect("a number")).sum();
    assert_eq!(sum, record.seconds.iter().map(|second| second.timed_out).sum::<u64>());
    assert_eq!(&rows[0][place("dep.in_flight")], record.seconds[0].gauges["dep.in_flight"].to_string());
}

#[test]
fn the_tools_of_hdr_histogram_read_the_log() {
    let kept = Kept::timeouts(Code::Broken);
    let bytes = hdr(&kept.run).expect("written");
    let (mut all, mut deserializer) = (Histogram::<u64>::new(3).expect("a histogram"), Deserializer::new());
    let mut intervals = 0;
    for entry in IntervalLogIterator::new(&bytes) {
        if let LogEntry::Interval(interval) = entry.expect("an entry") {
            assert_eq!(interval.tag().map(|tag| tag.as_str()), Some("quotes"));
            let encoded = interval.encoded_histogram().as_bytes();
            let decoded = decode(encoded);
            let part: Histogram<u64> = deserializer.deserialize(&mut Cursor::new(decoded)).expect("a histogram");
            all.add(part).expect("added");
            intervals += 1;
        }
    }
    assert_eq!((intervals, all.len()), (60, 3_600));
    // Within the precision of both.
    let mut own = brownout_core::latency::Latencies::default();
    (0..kept.run.seconds).for_each(|second| own.merge(&kept.run.latencies_due(None, second)));
    for q in [0.5, 0.95, 0.99] {
        let (theirs, ours) = (all.value_at_quantile(q), own.quantile(q).expect("measured"));
        assert!(theirs.abs_diff(ours) * 100 <= ours, "{q}: {theirs} and {ours}");
    }
    assert!(bytes.windows(6).any(|begin| begin == b",HISTF"), "compressed, as the Java tools expect it");
}

fn decode(text: &[u8]) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}
