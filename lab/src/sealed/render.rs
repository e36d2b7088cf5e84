//! `GET /render`: one document at a time, for 10 ms of this machine's CPU and 40 ms of waiting. So a replica renders
//! twenty a second on any machine, and uses a fifth of a core for it.

use std::{
    hint::black_box,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use axum::{
    Json,
    extract::{Query, State},
    http::Method,
    response::{IntoResponse, Response},
};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
};

use super::{
    call::{Caller, Signed, Unavailable, read},
    dependency::{Ask, check_id},
    problem::Problem,
};

/// Documents that may wait. Without a bound a replica that was late once would be late for ever.
const QUEUE: usize = 40;
/// CPU time that a document takes.
const CPU: Duration = Duration::from_millis(10);

/// What `GET /render` takes.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawDocument")]
pub struct Document(Ask);

#[derive(Deserialize)]
struct RawDocument {
    doc: u64,
    id: String,
}

impl TryFrom<RawDocument> for Document {
    type Error = String;

    fn try_from(RawDocument { doc, id }: RawDocument) -> Result<Self, String> {
        check_id(&id)?;
        Ok(Document(Ask { item: doc, id }))
    }
}

impl Document {
    /// The document as the dependency knows it.
    pub(super) fn into_ask(self) -> Ask {
        self.0
    }
}

/// Renders one document at a time, on a thread of its own. Cloning shares it.
#[derive(Clone)]
pub struct Renderer {
    queue: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    begun: Sender<Begun>,
}

/// A document whose turn it is. It is rendered to the end, whether or not its client stays.
struct Begun {
    document: Ask,
    answer: oneshot::Sender<Result<Option<String>, Unavailable>>,
    /// The next one begins when this is dropped.
    _turn: OwnedSemaphorePermit,
}

impl Renderer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives none, as a sentence.
    pub fn start() -> Result<Self, String> {
        let (tell, begun) = channel();
        let (caller, runtime) = (Caller::new(), Handle::current());
        let render = move || render_each(&begun, &caller, &runtime);
        let wrong = |error| format!("documents cannot be rendered: {error}; close other programs and try again");
        thread::Builder::new().name("render".to_owned()).spawn(render).map_err(wrong)?;
        Ok(Renderer { queue: Arc::new(Semaphore::new(QUEUE)), turn: Arc::new(Semaphore::new(1)), begun: tell })
    }

    /// Waits for its turn and renders. Dropping this future frees the place in the queue.
    async fn render(&self, document: Ask) -> Result<Option<String>, Problem> {
        let gone = || Problem::Unavailable("nobody is left who renders; the log says why".to_owned());
        let full = || Problem::Unavailable(format!("{QUEUE} documents wait already; try again later"));
        let place = self.queue.try_acquire().map_err(|_| full())?;
        let turn = self.turn.clone().acquire_owned().await.map_err(|_closed| gone())?;
        drop(place);
        let (answer, answered) = oneshot::channel();
        self.begun.send(Begun { document, answer, _turn: turn }).map_err(|_| gone())?;
        Ok(answered.await.map_err(|_| gone())??)
    }

    /// Queue and renderer as metrics.
    pub fn text(&self) -> String {
        let waiting = QUEUE.saturating_sub(self.queue.available_permits());
        let rendering = 1 - self.turn.available_permits().min(1);
        format!(
            "# TYPE lab_api_render_queue gauge\nlab_api_render_queue {waiting}\n\
             # TYPE lab_api_rendering gauge\nlab_api_rendering {rendering}\n"
        )
    }
}

/// `GET /render?doc=<number>&id=<id>`.
pub async fn render(State(renderer): State<Renderer>, Query(document): Query<Document>) -> Response {
    let Document(ask) = document;
    let doc = ask.item;
    match renderer.render(ask).await {
        Ok(Some(receipt)) => {
            let body = Json(json!({ "doc": doc, "receipt": receipt }));
            ([("x-receipt", receipt)], body).into_response()
        }
        Ok(None) => Json(json!({ "doc": doc })).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// The thread: burns, has the document signed, begins the next one. Ends with the last handle of the renderer.
fn render_each(begun: &Receiver<Begun>, caller: &Caller, runtime: &Handle) {
    for Begun { document, answer, _turn } in begun {
        burn(CPU);
        let signed = runtime.block_on(sign(caller, &document));
        // The client may have left.
        let _ = answer.send(signed);
    }
}

/// Has a document signed, which takes 40 ms.
async fn sign(caller: &Caller, Ask { item, id }: &Ask) -> Result<Option<String>, Unavailable> {
    let (status, body) = caller.call(Method::POST, &format!("/sign?doc={item}&id={id}")).await?;
    if !status.is_success() {
        return Err(Unavailable(format!("the dependency answered {status}")));
    }
    Ok(read::<Signed>(&body)?.receipt)
}

/// Uses the CPU for so long. This thread's own time is counted: on a machine that is busy, or for a process that may use
/// little, it takes longer.
fn burn(cpu: Duration) {
    let end = thread_cpu() + cpu;
    while thread_cpu() < end {
        black_box((0..500u64).fold(1u64, |hash, n| (hash ^ black_box(n)).wrapping_mul(0x0100_0000_01b3)));
    }
}

/// CPU time of this thread so far.
fn thread_cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_takes_10_ms_of_cpu_time() {
        let took: Vec<Duration> = (0..5)
            .map(|_| {
                let began = thread_cpu();
                burn(CPU);
                thread_cpu() - began
            })
            .collect();
        assert!(took.iter().all(|took| *took >= CPU && *took < CPU + Duration::from_millis(1)), "{took:?}");
        // Waiting is none of it.
        let began = thread_cpu();
        thread::sleep(Duration::from_millis(50));
        assert!(thread_cpu() - began < CPU, "{:?}", thread_cpu() - began);
    }
}
