//! What a watcher of a run should know about the stack.

use brownout_core::{event::RunEvent, stack::StackStatus};

/// The change from one status to the next, as events of the run.
pub(super) fn differences(before: &StackStatus, now: &StackStatus) -> Vec<RunEvent> {
    let mut events = Vec::new();
    if !now.build.live.is_empty() && now.build.live != before.build.live {
        events.push(RunEvent::Deploy { build: now.build.live.clone() });
    }
    for service in &now.services {
        let Some(earlier) = before.services.iter().find(|earlier| earlier.name == service.name) else { continue };
        if service.desired != earlier.desired {
            let (from, to) = (earlier.desired, service.desired);
            events.push(RunEvent::Scale { service: service.name.clone(), from, to });
        }
        if service.restarts > earlier.restarts {
            let says = format!("{} crashed: {}", service.name, service.message);
            events.push(RunEvent::Note { says });
        }
    }
    events
}
