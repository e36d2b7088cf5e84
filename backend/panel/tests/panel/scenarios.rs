//! `/api/v1/scenarios`.

use brownout_core::wire::ScenarioView;

use super::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_names_the_line_to_edit() {
    let lab = Lab::start(None).await;
    let views: Vec<ScenarioView> = lab.get("/scenarios").await;
    let timeouts = views.iter().find(|view| view.scenario.id == "timeouts").expect("the timeouts case");
    let place = &timeouts.edit[0];
    let text = std::fs::read_to_string(lab.root.join(&place.file)).expect("the file");
    let line = text.lines().nth(place.line as usize - 1).expect("the line");
    assert!(line.contains("LAB: STEP1 TODO"), "{line}");
    assert!(timeouts.baseline.is_none() && timeouts.attempts.is_empty());
    let known = views.len();
    // A file with mistakes is left out of the list and named when it is asked for.
    std::fs::write(lab.root.join("scenarios/wrong.yaml"), "version: 1\nid: [").expect("written");
    let views: Vec<ScenarioView> = lab.get("/scenarios").await;
    assert_eq!(views.len(), known);
    let problem = Lab::problem(lab.send(reqwest::Method::GET, "/scenarios/wrong", None).await).await;
    assert_eq!(problem.kind, "scenario-file");
    lab.down().await;
}
