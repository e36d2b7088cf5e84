//! The verdict is right: the broken code loses, each right fix wins, wrong ones do not. Real load, real processes.
//!
//! Runs go side by side, each on a stack of its own: the physics of the case is in waiting, not in computing.

use brownout_core::{score::Unranked, wire::RunDetail};
use futures::future::join_all;

use super::lab::{Lab, quiet};

/// A variant of the lab and the band of its score.
struct Variant {
    folder: Option<&'static str>,
    band: std::ops::RangeInclusive<u32>,
}

const fn variant(folder: &'static str, low: u32, high: u32) -> Variant {
    Variant { folder: Some(folder), band: low..=high }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broken_code_loses_and_every_right_fix_wins() {
    let variants = [
        Variant { folder: None, band: 0..=40 },
        variant("solutions/step-1", 90, 100),
        variant("variants/timeouts-deadline-200ms", 90, 100),
        variant("variants/timeouts-deadline-350ms", 90, 100),
        variant("variants/timeouts-deadline-500ms", 90, 100),
        variant("variants/timeouts-fallback-200ms", 90, 100),
        variant("variants/timeouts-fallback-300ms", 90, 100),
        variant("variants/timeouts-fallback-350ms", 90, 100),
        variant("variants/timeouts-fallback-500ms", 90, 100),
        variant("mistakes/timeouts-always-fallback", 0, 10),
        variant("mistakes/timeouts-deadline-1s", 65, 80),
        variant("mistakes/timeouts-detached", 0, 40),
    ];
    let _quiet = quiet().await;
    let mut wrong = Vec::new();
    for four in variants.chunks(4) {
        // Builds come first, runs then go side by side: a compiler beside a run would make the generator late.
        let mut labs = Vec::new();
        for variant in four {
            labs.push((variant, Lab::beside(variant.folder).await));
        }
        wrong.extend(join_all(labs.into_iter().map(|(variant, lab)| judge(variant, lab))).await.into_iter().flatten());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the score of a variant.
async fn judge(variant: &Variant, lab: Lab) -> Option<String> {
    let name = variant.folder.unwrap_or("broken");
    let mut detail = score(&lab).await;
    // A machine that could not send on time says so and is asked again; it never gives a wrong ranked verdict.
    if matches!(detail.unranked[..], [Unranked::GeneratorLate { .. }]) {
        detail = score(&lab).await;
    }
    lab.down().await;
    let total = detail.score.as_ref().map(|score| score.total);
    println!("{name}: {}", detail.summary.line);
    let terms: Vec<_> = detail.score.iter().flat_map(|score| &score.terms).map(|term| &term.sentence).collect();
    let fits = total.is_some_and(|total| variant.band.contains(&total)) && detail.unranked.is_empty();
    (!fits).then(|| format!("{name}: {total:?} is not in {:?}; {:?}; {terms:#?}", variant.band, detail.unranked))
}

async fn score(lab: &Lab) -> RunDetail {
    let run = lab.start_run().await;
    lab.finish(&run).await
}
