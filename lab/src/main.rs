//! The lab: `lab api`, `lab worker` and `lab dep`.
//!
//! What you edit is in `cases/`, one short file a case. What makes the exercise honest is in `sealed/`.

mod api;
mod cases;
mod reply;
mod sealed;
mod worker;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    sealed::limits::raise_open_files();
    let mode = std::env::args().nth(1).unwrap_or_default();
    let ended = match mode.as_str() {
        "api" => sealed::server::serve("api", "0.0.0.0:8080", api::routes()).await,
        "worker" => sealed::server::serve("worker", "0.0.0.0:8081", worker::routes()).await,
        "dep" => sealed::server::serve("dep", "0.0.0.0:8082", sealed::dep::routes()).await,
        _ => {
            eprintln!(
                "usage: lab api | lab worker | lab dep\n\nLAB_LISTEN=host:port and DEP_URL=http://host:port set where to listen and where the dependency is."
            );
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
