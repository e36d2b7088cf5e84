//! Replay of a run: the same events folded by the same code, up to an instant that one may move.

use brownout_core::{event::RunEnvelope, fold::Run, quantity::clock};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

/// Times that a replay may be faster than the run was.
const SPEEDS: [u32; 5] = [1, 2, 4, 8, 16];
const FRAME_MS: u32 = 100;
const SECOND_US: u64 = 1_000_000;

/// A run that is shown as it was at an instant.
#[derive(Clone, Copy)]
pub struct Replay {
    /// The run up to the instant.
    pub run: RwSignal<Run>,
    /// Events with the instants at which they count, µs.
    events: StoredValue<Vec<(u64, RunEnvelope)>>,
    folded: StoredValue<usize>,
    at_us: RwSignal<u64>,
    end_us: u64,
    playing: RwSignal<bool>,
    speed: RwSignal<u32>,
}

impl Replay {
    /// From the beginning.
    pub fn of(events: Vec<RunEnvelope>) -> Replay {
        // An event without an instant of its own, such as the last, belongs to the one before.
        let mut last = 0;
        let timed = events.into_iter().map(|event| {
            last = event.run_us.unwrap_or(last).max(last);
            (last, event)
        });
        let events: Vec<_> = timed.collect();
        let replay = Replay {
            run: RwSignal::default(),
            events: StoredValue::new(events),
            folded: StoredValue::new(0),
            at_us: RwSignal::new(0),
            end_us: last,
            playing: RwSignal::new(false),
            speed: RwSignal::new(1),
        };
        replay.go(0);
        replay
    }

    /// Shows the run as it was at this instant.
    fn go(self, us: u64) {
        let us = us.min(self.end_us);
        self.at_us.set(us);
        self.events.with_value(|events| {
            let until = events.partition_point(|(at, _)| *at <= us);
            let from = self.folded.get_value();
            if until == from {
                return;
            }
            self.run.update(|run| {
                let from = if until < from {
                    *run = Run::default();
                    0
                } else {
                    from
                };
                events[from..until].iter().for_each(|(_, event)| run.apply(event));
            });
            self.folded.set_value(until);
        });
    }

    fn step(self, seconds: i64) {
        self.go(self.at_us.get_untracked().saturating_add_signed(seconds * SECOND_US as i64));
    }

    fn toggle(self) {
        let plays = !self.playing.get_untracked();
        self.playing.set(plays);
        if !plays {
            return;
        }
        if self.at_us.get_untracked() >= self.end_us {
            self.go(0);
        }
        spawn_local(async move {
            let mut before = js_sys::Date::now();
            loop {
                TimeoutFuture::new(FRAME_MS).await;
                // The page may have been left.
                if self.playing.try_get_untracked() != Some(true) {
                    return;
                }
                let now = js_sys::Date::now();
                let passed_us = ((now - before).max(0.0) * 1e3) as u64 * u64::from(self.speed.get_untracked());
                before = now;
                self.go(self.at_us.get_untracked() + passed_us);
                if self.at_us.get_untracked() >= self.end_us {
                    self.playing.set(false);
                }
            }
        });
    }
}

/// Play, pause, speed and place of a replay.
pub fn replay_bar(replay: Replay, id: String) -> AnyView {
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || has_own_keys(&event)
        {
            return;
        }
        match event.key().as_str() {
            " " => replay.toggle(),
            "ArrowLeft" => replay.step(-1),
            "ArrowRight" => replay.step(1),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || {
        keys.remove();
        replay.playing.set(false);
    });
    let seconds = move || replay.at_us.get() / SECOND_US;
    let spoken = move || format!("{} of {}", clock(replay.at_us.get()), clock(replay.end_us));
    view! {
        <div class="replay" role="group" aria-label="replay">
            <button class="button primary" data-testid="play-button" on:click=move |_| replay.toggle()>
                {move || if replay.playing.get() { "Pause" } else { "Play" }}
            </button>
            <label class="field inline">
                "speed"
                <select data-testid="replay-speed" on:change=move |event| replay.speed.set(event_target_value(&event).parse().unwrap_or(1))>
                    {SPEEDS.map(|speed| view! { <option value=speed.to_string()>{format!("{speed}×")}</option> }.into_any()).into_iter().collect::<Vec<_>>()}
                </select>
            </label>
            <input type="range" class="scrubber" data-testid="scrubber" aria-label="instant of the run" min="0" step="1"
                max=(replay.end_us / SECOND_US).to_string() prop:value=move || seconds().to_string() aria-valuetext=spoken
                on:input=move |event| replay.go(event_target_value(&event).parse::<u64>().unwrap_or(0) * SECOND_US) />
            <a class="button quiet" href=format!("/runs/{id}")>"Leave the replay"</a>
        </div>
    }
    .into_any()
}

/// Whether what has the focus needs space and arrows itself.
fn has_own_keys(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT" | "BUTTON" | "A" | "SUMMARY")
    })
}
