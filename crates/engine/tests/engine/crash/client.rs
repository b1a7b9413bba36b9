//! A client with a story to tell: publish, cancel, publish, golive. It repeats what was not answered.

use std::future::Future;

use signoff_engine::{CancelRequest, Done, Engine, EngineError, GoLiveRequest, PublishRequest};
use signoff_lifecycle::decision::{Started, StopReply};
use signoff_lifecycle::ids::{Micros, OfferKey, OperationId};
use signoff_lifecycle::operation::{Operation, StepState};
use signoff_lifecycle::refusal::Refusal;

use crate::world::{CONTOSO, HOUR, MINUTE, stopped};

const HALF_AN_HOUR: Micros = Micros(30 * MINUTE.0);

/// Where the client is in its story, and what it was told so far.
#[derive(Debug, Default)]
pub(super) struct Client {
    chapter: usize,
    /// The present call was made before, and no answer came.
    repeats: bool,
    pub(super) told: Vec<OperationId>,
}

/// Why a chapter has not ended.
enum Delay {
    /// The store failed: the same again.
    Unanswered,
    /// It takes more time.
    NotYet,
}

type Chapter = Result<(), Delay>;

impl Client {
    /// Tells the rest of the story.
    pub(super) async fn tell(&mut self, engine: &Engine) {
        loop {
            let chapter = match self.chapter {
                0 | 3 => self.publish(engine).await,
                // No step is so short that time may step over it, even if a crash cuts the way in two.
                1 => until(engine, self.told[0], is_packaging, HALF_AN_HOUR).await,
                2 => self.cancel(engine).await,
                4 => until(engine, self.told[2], Operation::waits_for_signoff, HOUR).await,
                5 => self.go_live(engine).await,
                6 => until(engine, self.told[3], |operation| !operation.is_running(), HOUR).await,
                _ => return,
            };
            match chapter {
                Ok(()) => self.chapter += 1,
                Err(Delay::Unanswered | Delay::NotYet) => {}
            }
        }
    }

    async fn publish(&mut self, engine: &Engine) -> Chapter {
        let emails = ["ann@contoso.example", "bob@contoso.example"].map(str::to_owned).to_vec();
        let publish = PublishRequest { emails, ..PublishRequest::of("ann") };
        self.start(Box::pin(engine.publish(&OfferKey::new(CONTOSO, "a"), publish))).await
    }

    async fn go_live(&mut self, engine: &Engine) -> Chapter {
        let golive = GoLiveRequest::of("ann");
        self.start(Box::pin(engine.golive(&OfferKey::new(CONTOSO, "a"), golive))).await
    }

    /// Starts an operation once: who repeats it is told that it runs already.
    async fn start(&mut self, call: impl Future<Output = Result<Done<Started>, EngineError>>) -> Chapter {
        let repeats = std::mem::replace(&mut self.repeats, true);
        let started = match call.await {
            Ok(Done { receipt: Started(operation), .. }) => operation.id,
            Err(EngineError::Refused(Refusal::OperationInProgress { operation, .. })) if repeats => {
                operation.id
            }
            Err(EngineError::Store(_)) => return Err(Delay::Unanswered),
            other => panic!("chapter {}, repeated: {repeats}: {other:?}", self.chapter),
        };
        assert!(!self.told.contains(&started), "the operation of chapter {} is a new one", self.chapter);
        self.repeats = false;
        self.told.push(started);
        Ok(())
    }

    /// Cancels, and asks again and again until the cancellation has ended: the answer names the same operation.
    async fn cancel(&mut self, engine: &Engine) -> Chapter {
        let reason = Some("too early".to_owned());
        let cancel = CancelRequest { reason, operation: Some(self.told[0]), ..CancelRequest::of("bob") };
        let (cancellation, ended) =
            match engine.cancel(&OfferKey::new(CONTOSO, "a"), cancel).await.map(stopped) {
                Ok(StopReply::Canceling(cancellation)) => (cancellation.id, false),
                Ok(StopReply::CancellationEnded(cancellation)) => (cancellation.id, true),
                Err(EngineError::Store(_)) => return Err(Delay::Unanswered),
                other => panic!("no answer to a cancel: {other:?}"),
            };
        if self.told.len() == 1 {
            self.told.push(cancellation);
        }
        assert_eq!(self.told[1], cancellation, "the same cancel has the same answer");
        if ended {
            return Ok(());
        }
        pass(engine, HOUR).await
    }
}

/// Lets time pass until the operation is so.
async fn until(
    engine: &Engine,
    id: OperationId,
    is_so: impl Fn(&Operation) -> bool,
    turn: Micros,
) -> Chapter {
    match engine.operation(CONTOSO, id).await {
        Err(_) => return Err(Delay::Unanswered),
        Ok(None) => panic!("{id} was told of and is not there"),
        Ok(Some(cached)) if is_so(&cached.operation) => return Ok(()),
        Ok(Some(_)) => {}
    }
    pass(engine, turn).await
}

async fn pass(engine: &Engine, span: Micros) -> Chapter {
    // Time that failed to pass passes the next time.
    let passed = engine.advance(CONTOSO, span).await;
    Err(if passed.is_ok() { Delay::NotYet } else { Delay::Unanswered })
}

fn is_packaging(operation: &Operation) -> bool {
    let packaging = operation.step("displaypackage").expect("the pipeline has it");
    matches!(packaging.state, StepState::InProgress { .. })
}
