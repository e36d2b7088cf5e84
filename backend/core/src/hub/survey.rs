//! Answers of the survey, counted so that nobody can be recognised.

use serde::{Deserialize, Serialize};

use crate::workshop::{AnswerForm, Question};

/// An answer to a question of the survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnswerValue {
    /// A step of a scale.
    Scale(i32),
    /// One of several.
    Choice(String),
    /// In the participant's own words.
    Text(String),
}

/// All answers to one question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answers {
    /// Name of the question.
    pub question: String,
    /// How often each value was given, in the order of the question; also those that nobody gave.
    pub counts: Vec<Counted>,
    /// Texts by the alphabet: without seat, name or time, and in no order that tells who wrote when.
    pub texts: Vec<String>,
}

/// How often something was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counted {
    /// What.
    pub what: String,
    /// How often.
    pub times: u32,
}

impl Question {
    /// Whether an answer fits this question: a step of its scale, one of its choices, a text that is not too long.
    pub fn takes(&self, value: &AnswerValue) -> bool {
        match (&self.form, value) {
            (AnswerForm::Scale { from, to, .. }, AnswerValue::Scale(step)) => (from..=to).contains(&step),
            (AnswerForm::Choose(choices), AnswerValue::Choice(choice)) => choices.contains(choice),
            (AnswerForm::Text { letters }, AnswerValue::Text(text)) => text.chars().count() <= *letters as usize,
            _ => false,
        }
    }
}

impl Answers {
    /// Counts the answers to a question: one a seat, the last one. What does not fit, e.g. since the question was
    /// edited, is not counted; an empty text says nothing.
    pub fn of<'a>(question: &Question, values: impl IntoIterator<Item = &'a AnswerValue>) -> Self {
        let values: Vec<&AnswerValue> = values.into_iter().filter(|value| question.takes(value)).collect();
        let times = |value: &AnswerValue| values.iter().filter(|given| **given == value).count() as u32;
        let counted = |what: String, value| Counted { what, times: times(&value) };
        let counts = match &question.form {
            AnswerForm::Scale { from, to, .. } => {
                (*from..=*to).map(|step| counted(step.to_string(), AnswerValue::Scale(step))).collect()
            }
            AnswerForm::Choose(choices) => {
                choices.iter().map(|choice| counted(choice.clone(), AnswerValue::Choice(choice.clone()))).collect()
            }
            AnswerForm::Text { .. } => Vec::new(),
        };
        let text = |value: &&AnswerValue| match value {
            AnswerValue::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            AnswerValue::Scale(_) | AnswerValue::Choice(_) => None,
        };
        let mut texts: Vec<String> = values.iter().filter_map(text).collect();
        texts.sort();
        Answers { question: question.name.clone(), counts, texts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(form: AnswerForm, values: &[AnswerValue]) -> (Vec<(String, u32)>, Vec<String>) {
        let question = Question { name: "q".into(), ask: "?".into(), form };
        let Answers { question, counts, texts } = Answers::of(&question, values);
        assert_eq!(question, "q");
        (counts.into_iter().map(|counted| (counted.what, counted.times)).collect(), texts)
    }

    #[test]
    fn answers_are_counted_in_the_order_of_the_question() {
        let choice = |text: &str| AnswerValue::Choice(text.into());
        let choose = AnswerForm::Choose(vec!["too slow".into(), "right".into(), "too fast".into()]);
        let given = [choice("right"), choice("too fast"), choice("right"), choice("gone"), AnswerValue::Scale(1)];
        let counts = [("too slow", 0), ("right", 2), ("too fast", 1)].map(|(what, times)| (what.to_owned(), times));
        assert_eq!(answers(choose, &given), (counts.to_vec(), vec![]));

        let scale = AnswerForm::Scale { from: 1, to: 3, low: "nothing".into(), high: "all".into() };
        let counts = [("1", 0), ("2", 0), ("3", 2)].map(|(what, times)| (what.to_owned(), times));
        assert_eq!(answers(scale, &[3, 4, 0, 3].map(AnswerValue::Scale)), (counts.to_vec(), vec![]));
    }

    #[test]
    fn texts_come_in_no_order_that_tells_who_wrote_when() {
        let text = |text: &str| AnswerValue::Text(text.into());
        let given = [text("the compiler"), text(" "), text("a build "), text("much too long")];
        let texts = vec!["a build".to_owned(), "the compiler".to_owned()];
        assert_eq!(answers(AnswerForm::Text { letters: 12 }, &given), (vec![], texts));
    }
}
