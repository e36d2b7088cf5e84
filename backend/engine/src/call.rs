//! One call: request, answer, verdict, within the patience of its client.

use brownout_core::outcome::Outcome;
use http::{Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::time::timeout_at;

use crate::{
    pool::{Broken, Pool},
    receipt,
    recorder::Ending,
    schedule::Arrival,
    shared::Shared,
};

/// Answers larger than this count as failed, bytes.
const BODY_LIMIT: usize = 1024 * 1024;

const JSON: header::HeaderValue = header::HeaderValue::from_static("application/json");
const USER_AGENT: header::HeaderValue = header::HeaderValue::from_static("brownout");

/// Makes the call of an arrival. It ends at the client's patience at the latest, and its socket with it.
pub(crate) async fn call(shared: &Shared, pool: &Pool, arrival: Arrival) -> Ending {
    let patience_us = shared.streams[arrival.stream].patience_us;
    let late_us = arrival.due_us.saturating_add(patience_us);
    let answered = timeout_at(shared.instant(late_us).into(), exchange(shared, pool, arrival)).await;
    let at_us = shared.now_us();
    match answered {
        Ok((Outcome::Dropped, _)) => Ending::dropped(at_us),
        Ok((outcome, status)) if at_us <= late_us => {
            Ending { outcome, status, latency_us: at_us.saturating_sub(arrival.due_us), at_us }
        }
        // The client had left, even where this thread saw the answer before the end of its timer.
        Ok(_) | Err(_) => Ending::timed_out(patience_us, late_us),
    }
}

async fn exchange(shared: &Shared, pool: &Pool, arrival: Arrival) -> (Outcome, Option<u16>) {
    let prepared = &shared.prepared[arrival.stream];
    let id = format!("{}{}", prepared.id_prefix, arrival.n);
    let Ok(uri) = Uri::from_maybe_shared(prepared.path.fill(arrival.n, &id).into_bytes()) else {
        return (Outcome::Failed, None);
    };
    let request = || {
        let mut request = Request::new(Full::new(prepared.body.clone().unwrap_or_default()));
        *request.method_mut() = prepared.method.clone();
        *request.uri_mut() = uri.clone();
        request.headers_mut().insert(header::HOST, prepared.host.clone());
        request.headers_mut().insert(header::USER_AGENT, USER_AGENT);
        if prepared.body.is_some() {
            request.headers_mut().insert(header::CONTENT_TYPE, JSON);
        }
        request
    };
    let (connection, response) = match pool.send(prepared.method.is_idempotent(), request).await {
        Ok(answer) => answer,
        Err(Broken::NoSocket) => return (Outcome::Dropped, None),
        Err(Broken::Failed) => return (Outcome::Failed, None),
    };
    let status = Some(response.status().as_u16());
    let outcome = judge(shared, &arrival, &id, &response);
    if !read(response.into_body()).await {
        return (Outcome::Failed, status);
    }
    pool.give_back(connection);
    (outcome, status)
}

/// Reads a body to its end without keeping it; `false` when it breaks off or is too long.
async fn read(mut body: Incoming) -> bool {
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        length += frame.data_ref().map_or(0, |data| data.len());
        if length > BODY_LIMIT {
            return false;
        }
    }
    true
}

fn judge(shared: &Shared, arrival: &Arrival, id: &str, response: &Response<Incoming>) -> Outcome {
    let prepared = &shared.prepared[arrival.stream];
    if !response.status().is_success() {
        return Outcome::Rejected;
    }
    if prepared.degraded.as_ref().is_some_and(|name| response.headers().contains_key(name)) {
        return Outcome::Degraded;
    }
    let Some((header, message)) = &prepared.receipt else { return Outcome::Ok };
    let given = response.headers().get(header).map(|value| value.as_bytes()).unwrap_or_default();
    match &shared.receipt_key {
        Some(key) if receipt::verifies(key, &message.fill(arrival.n, id), given) => Outcome::Ok,
        _ => Outcome::Invalid,
    }
}
