//! A message as the participant's browser shows it.

use serde::Serialize;

use super::message::{Message, Said};

/// A message as the participant's browser shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HubNotice {
    /// Id of the message.
    pub id: String,
    /// `text`, `hint`, `announcement` or `survey`.
    pub kind: String,
    /// The words; of a hint those of the scenario. Empty for the survey.
    pub text: String,
    /// Scenario id of a hint, else empty.
    pub scenario: String,
}

impl HubNotice {
    /// A message as it is shown; `hint` gives the words of a hint of a scenario, where this laptop has them.
    pub fn of(message: &Message, hint: impl FnOnce(&str, &str) -> Option<String>) -> Self {
        let (kind, text, scenario) = match &message.what {
            Said::Text { text } => ("text", text.clone(), String::new()),
            Said::Hint { scenario, hint: name } => ("hint", hint(scenario, name).unwrap_or_default(), scenario.clone()),
            Said::Announcement { text } => ("announcement", text.clone(), String::new()),
            Said::Survey => ("survey", String::new(), String::new()),
        };
        HubNotice { id: message.id.clone(), kind: kind.to_owned(), text, scenario }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::message::Audience;

    #[test]
    fn a_hint_is_shown_with_the_words_of_this_laptop() {
        let message = |what| Message { id: "m".into(), to: Audience::All, what };
        let words = |scenario: &str, hint: &str| Some(format!("{scenario}/{hint}"));
        let hint = Said::Hint { scenario: "timeouts".into(), hint: "what-to-notice".into() };
        let notice = HubNotice::of(&message(hint), words);
        assert_eq!((notice.kind.as_str(), notice.text.as_str()), ("hint", "timeouts/what-to-notice"));
        assert_eq!(notice.scenario, "timeouts");
        let notice = HubNotice::of(&message(Said::Announcement { text: "Lunch".into() }), |_, _| None);
        assert_eq!((notice.kind.as_str(), notice.text.as_str()), ("announcement", "Lunch"));
    }
}
