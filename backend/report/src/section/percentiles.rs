//! Latencies over the whole run.

use brownout_core::{fold::Run, quantity::Unit};
use maud::{Markup, html};

use super::show;
use crate::figure::latencies;

/// Percentiles of all scheduled arrivals, by stream.
pub(crate) fn percentiles(run: &Run, base: Option<&Run>) -> Markup {
    const WANTED: [(&str, f64); 7] =
        [("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999), ("longest", 1.0)];
    let several = run.streams.len() > 1;
    let streams = run.streams.keys().filter(|_| several).map(|name| (name.as_str(), Some(name.as_str())));
    let columns: Vec<_> = std::iter::once(("all requests", None)).chain(streams).collect();
    let of = |run: &Run| columns.iter().map(|(_, stream)| latencies(run, *stream)).collect::<Vec<_>>();
    let (now, before) = (of(run), base.map(of));
    let say = |us: Option<u64>| show(Unit::Time, us.map(|us| us as f64));
    html! {
        section aria-label="percentiles" {
            h2 { "Latency over the whole run" }
            p.muted.small { "Counted from the intended instant, over all scheduled arrivals; what was given up counts as the client's patience, what was never sent as never." }
            div.scroll { table {
                thead { tr {
                    th scope="col" { "" }
                    @for (name, _) in &columns {
                        @if base.is_some() { th.n scope="col" { (name) ", baseline" } }
                        th.n scope="col" { (name) }
                    }
                } }
                tbody {
                    @for (name, q) in WANTED {
                        tr {
                            td { (name) }
                            @for at in 0..columns.len() {
                                @if let Some(before) = &before { td.n.muted { (say(before[at].quantile(q))) } }
                                td.n { (say(now[at].quantile(q))) }
                            }
                        }
                    }
                    tr {
                        td { "requests" }
                        @for at in 0..columns.len() {
                            @if let Some(before) = &before { td.n.muted { (Unit::Count.show(before[at].count() as f64)) } }
                            td.n { (Unit::Count.show(now[at].count() as f64)) }
                        }
                    }
                }
            } }
        }
    }
}
