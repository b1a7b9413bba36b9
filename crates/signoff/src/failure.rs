//! How a failure is told: to a person on stderr, or with `--output json` as one line of JSON, the last on stderr.

use serde_json::{Map, Value, json};
use signoff_wire::client::ClientError;
use signoff_wire::error::ErrorDetail;

use crate::exit::Failure;
use crate::view::{self, Look, Output, Stream, Text, plain, wrapped};

/// Tells what went wrong, and what helps.
pub(crate) fn tell(failure: &Failure, output: Output) {
    match (output, failure) {
        (Output::Json, _) => view::say_json(&json_of(failure).to_string()),
        // It was the caller's own wish, and no error.
        (Output::Table, Failure::Interrupted(said)) => view::say_text(&said.clone().into()),
        (Output::Table, _) => view::say_text(&text(failure, Stream::Err.screen().width)),
    }
}

/// What of a reply is for people: the first line, and one for every finding.
fn lines_of(error: &ErrorDetail, status: u16) -> Vec<String> {
    let first = format!("{} ({status}): {}", plain(&error.code), plain(&error.message));
    let findings = error.details.iter().map(|item| {
        let target = item.target.as_deref().map_or_else(|| "-".to_owned(), plain);
        format!("{target}: {} ({})", plain(&item.message), plain(&item.code))
    });
    let omitted = error.location.iter().map(|location| format!("see {}", plain(location)));
    std::iter::once(first).chain(findings).chain(omitted).collect()
}

fn text(failure: &Failure, width: Option<usize>) -> Text {
    let (lines, indent) = match failure {
        Failure::Client(ClientError::Api { status, body: Some(body), .. }) => {
            (lines_of(&body.error, *status), "  ")
        }
        // What a stranger wrote is in one line of each of them.
        Failure::Client(error) | Failure::Unwatched { error, .. } => (vec![plain(&error.to_string())], ""),
        // These are our own, or of the caller's own files.
        other => (other.to_string().lines().map(str::to_owned).collect(), ""),
    };
    let mut text = Text::default().and(Look::Bad, "error:").and(Look::Plain, " ");
    for (at, line) in lines.iter().enumerate() {
        text.push(Look::Plain, folded(line, if at == 0 { "" } else { indent }, width));
    }
    if let Some(hint) = failure.hint() {
        text.push(Look::Strong, "hint:");
        text.push(Look::Plain, format!(" {hint}\n"));
    }
    text
}

/// The line, and where it has to go on below itself, a little to the right.
fn folded(line: &str, indent: &str, width: Option<usize>) -> String {
    // Lines that are laid out already stay as they are.
    let Some(width) = width.filter(|_| !line.starts_with(' ')) else { return format!("{indent}{line}\n") };
    let room = width.saturating_sub(indent.len() + 7).max(20);
    let parts = wrapped(line, room);
    let further = format!("\n{indent}  ");
    format!("{indent}{}\n", parts.join(&further))
}

fn json_of(failure: &Failure) -> Value {
    let mut error = match failure {
        Failure::Client(ClientError::Api { body: Some(body), .. }) => {
            match serde_json::to_value(&body.error) {
                Ok(Value::Object(error)) => error,
                _ => Map::new(),
            }
        }
        other => {
            let mut error = Map::new();
            error.insert("code".to_owned(), other.word().into());
            error.insert("message".to_owned(), other.to_string().into());
            error
        }
    };
    if let Failure::Client(client) = failure
        && let Some(status) = client.status()
    {
        error.insert("status".to_owned(), status.into());
    }
    let mut told = json!({ "error": error, "exitCode": failure.code() });
    if let Some(hint) = failure.hint() {
        told["hint"] = hint.into();
    }
    told
}

#[cfg(test)]
mod tests {
    use signoff_wire::error::ErrorItem;
    use signoff_wire::{ErrorBody, ErrorCode};

    use super::*;

    fn refused() -> Failure {
        let item = ErrorItem {
            code: "SasExpired".into(),
            message: "It is over.\nerror: forged".to_owned(),
            target: Some("definition.a\u{1b}[2J".to_owned()),
        };
        let mut body =
            ErrorBody::new(ErrorCode::ValidationFailed, "One finding.\u{202e}").with_details(vec![item]);
        body.error.location = Some("/api/x".to_owned());
        ClientError::Api { status: 422, body: Some(Box::new(body)), text: String::new() }.into()
    }

    #[test]
    fn each_part_of_a_reply_has_one_line() {
        assert_eq!(
            text(&refused(), None).rendered(false),
            "error: ValidationFailed (422): One finding. \n  definition.a [2J: It is over. error: forged (SasExpired)\n  see /api/x\n"
        );
        let raw = ClientError::Api {
            status: 502,
            body: None,
            text: "<html>\n<b>Bad\u{7}</b>\r\n</html>".to_owned(),
        };
        assert_eq!(text(&raw.into(), None).rendered(false), "error: HTTP 502:  Bad   \n");
    }

    #[test]
    fn a_long_line_goes_on_below_itself() {
        let failure = Failure::Usage("a setting that is wrong for a reason that takes many words".to_owned());
        let told = text(&failure, Some(40)).rendered(false);
        assert_eq!(told, "error: a setting that is wrong for a\n  reason that takes many words\n");
    }

    #[test]
    fn json_has_what_the_server_said_and_the_exit_code() {
        let told = json_of(&refused());
        assert_eq!(told["error"]["code"], "ValidationFailed");
        assert_eq!(told["error"]["status"], 422);
        assert_eq!(told["error"]["details"][0]["code"], "SasExpired");
        assert_eq!(told["exitCode"], 4);
        let told = json_of(&Failure::NotFound("no offer".to_owned()));
        assert_eq!(
            told,
            serde_json::json!({"error": {"code": "NotFound", "message": "no offer"}, "exitCode": 3})
        );
    }
}
