//! What a reader can do with the server that stays.

use signoff_server::{SAMPLE_OFFER, TENANT};

use super::CLIENT;
use super::calls::{OFFER, PUBLISHER, Pace, SCENARIO, Teller};
use crate::exit::Failure;

/// What to do after the story.
const NEXT: &str = "
What to do next:

  signoff try                 the same, and the server stays to play with
  signoff run -- YOUR-TOOL    your release tool against a server of its own
  signoff serve --dev         a server that stays, with seeded publishers";

impl Teller {
    /// Prints how to go on where no server stays.
    pub(super) fn say_what_is_next(&self) -> Result<(), Failure> {
        self.narrator.line(NEXT)
    }

    /// Makes the steps slow enough for typing hands, and prints what to type.
    pub(super) async fn leave_the_stage(&self, base: &str) -> Result<(), Failure> {
        self.put_scenario(Pace::BY_HAND, None).await?;
        self.narrator.chapter("The server stays up until you press Ctrl-C")?;
        let program = std::env::current_exe()?;
        self.narrator.line(&by_hand(base, &program.display().to_string()))
    }
}

fn by_hand(base: &str, program: &str) -> String {
    let (client, secret) = CLIENT;
    format!(
        "In another terminal (a step takes 10 s now, time enough for a cancel):

  export SIGNOFF_URL={base}
  export SIGNOFF_PUBLISHER={PUBLISHER} SIGNOFF_TENANT={TENANT}
  export SIGNOFF_CLIENT_ID={client} SIGNOFF_CLIENT_SECRET={secret}
  alias signoff='{program}'
  signoff publish {SAMPLE_OFFER} --wait
  signoff cancel {SAMPLE_OFFER} --reason \"second thoughts\" --wait
  signoff operation list {SAMPLE_OFFER}

With curl; every call needs a token and an api-version:

  TOKEN=$(signoff token)
  OFFER={base}{OFFER}
  curl -H \"Authorization: Bearer $TOKEN\" \"$OFFER/status?api-version=2017-10-31\"
  curl -H \"Authorization: Bearer $TOKEN\" -X POST \\
    -H 'Content-Type: application/json' \"$OFFER/publish?api-version=2017-10-31\"

What a development server has besides, without a token:

  {base}{SCENARIO}
  {base}/_signoff/clock/{PUBLISHER}
  {base}/_signoff/faults
  {base}/_signoff/mailbox
  {base}/_signoff/snapshot
  {base}/_signoff/openapi.json
  {base}/_signoff/metrics

Your own release tool, unmodified, against a server of its own:

  signoff run -- YOUR-TOOL ARGUMENTS"
    )
}
