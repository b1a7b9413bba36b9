//! What cannot be explained, for people.

use std::fmt;

use super::check::Violation;
use super::{Event, History, Object};

impl<O: Object> Violation<O> {
    /// The part of the history that no order explains, with the numbers of the events; the last answer is the one that
    /// cannot be.
    pub(crate) fn show(&self, history: &History<O>) -> String {
        let mut text = String::from("no order of these calls explains the last answer\n");
        line(&mut text, format_args!("  when nothing was on its way: {}", any_of(&self.before)));
        let place = |wanted: Event| self.events.iter().position(|event| *event == wanted);
        for event in &self.events {
            let Event::Sent(number) = *event else { continue };
            let call = &history.calls[number];
            let sent = place(Event::Sent(number)).unwrap_or_default();
            let (until, answer) = match (place(Event::Answered(number)), &call.reply) {
                (Some(at), Some(reply)) => (at.to_string(), reply.to_string()),
                (None, Some(_)) => ("…".to_owned(), "(answered later)".to_owned()),
                (_, None) => match place(Event::Gone(number)) {
                    Some(at) => (at.to_string(), "no answer, and the server died".to_owned()),
                    None => ("…".to_owned(), "no answer".to_owned()),
                },
            };
            line(
                &mut text,
                format_args!("  {sent:>3} –{until:>3}  {:<10} {} → {answer}", call.client, call.ask),
            );
        }
        line(&mut text, format_args!("  before the last answer: {}", any_of(&self.possible)));
        text
    }
}

fn any_of<S: fmt::Debug>(states: &[S]) -> String {
    let mut shown: Vec<String> = states.iter().map(|state| format!("{state:?}")).collect();
    shown.sort();
    let more = shown.len().saturating_sub(4);
    shown.truncate(4);
    let more = if more > 0 { format!("\n    or {more} more") } else { String::new() };
    format!("\n    {}{more}", shown.join("\n    or "))
}

fn line(text: &mut String, arguments: fmt::Arguments<'_>) {
    text.push_str(&arguments.to_string());
    text.push('\n');
}
