//! What happens when during a run, apart from load: phases and faults, in order.

use std::collections::VecDeque;

use brownout_core::{
    plan::{Plan, PlannedFault},
    scenario::Scenario,
};

/// Something that happens at an instant of the run clock.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moment {
    /// A phase begins.
    Phase(String),
    /// A fault begins.
    On(PlannedFault),
    /// A fault ends.
    Off(PlannedFault),
}

/// Moments in order of their instants, µs.
pub(super) fn timeline(scenario: &Scenario, plan: &Plan) -> VecDeque<(u64, Moment)> {
    let phases = scenario.phases.iter().map(|phase| (phase.from_us, Moment::Phase(phase.says.clone())));
    let faults = plan
        .faults
        .iter()
        .flat_map(|fault| [(fault.at_us, Moment::On(fault.clone())), (fault.until_us, Moment::Off(fault.clone()))]);
    let mut moments: Vec<_> = phases.chain(faults).collect();
    moments.sort_by_key(|moment| moment.0);
    moments.into()
}
