//! The lab: `lab api`, `lab worker` and `lab dep`.
//!
//! What you edit is in `cases/`, one short file a case. What makes the exercise honest is in `sealed/`.

mod api;
mod cases;
mod reply;
mod sealed;
mod worker;

use std::process::ExitCode;

use tokio::runtime::Runtime;

const USAGE: &str = "usage: lab api | lab worker | lab dep

LAB_LISTEN=host:port says where to listen, DEP_URL=http://host:port where the dependency is,
DATABASE_URL=postgres://user:password@host:port/database where the database is.";

fn main() -> ExitCode {
    sealed::limits::raise_open_files();
    let mode = std::env::args().nth(1).unwrap_or_default();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("the runtime cannot start: {error}; close other programs and try again")),
    };
    let ended = runtime.block_on(async {
        match mode.as_str() {
            "api" => sealed::server::serve("api", "0.0.0.0:8080", api::routes()).await,
            "worker" => sealed::server::serve("worker", "0.0.0.0:8081", worker::routes()).await,
            "dep" => sealed::server::serve("dep", "0.0.0.0:8082", Ok(sealed::dep::routes())).await,
            _ => Err(USAGE.to_owned()),
        }
    });
    // A name lookup that still runs in the background must not hold up the exit.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) if why == USAGE => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
        Err(why) => failed(&why),
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::FAILURE
}
