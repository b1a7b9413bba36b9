//! Why the front refuses a request, in the terms of no door: each door says it in its own shape.

use std::sync::Arc;

use http::StatusCode;
use signoff_store::{StoreError, availability};
use signoff_text::{ErrorText, Lang, Words};

macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $kind:ident = $status:ident,)+) => {
        /// What a refusal is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $meaning])+ $kind,)+
            /// A reply with this status that a fault rule of the development mode brought about.
            Injected(StatusCode),
        }

        impl Kind {
            /// Every kind but [`Injected`](Self::Injected).
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The status of the reply.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$kind => StatusCode::$status,)+
                    Self::Injected(status) => status,
                }
            }
        }
    };
}

kinds! {
    /// What arrived is no HTTP/1.1, or its body is not framed as its headers say.
    Malformed = BAD_REQUEST,
    /// A header cannot be understood.
    InvalidHeader = BAD_REQUEST,
    /// The body is not JSON.
    InvalidJson = BAD_REQUEST,
    /// The body is JSON of the wrong shape.
    InvalidBody = BAD_REQUEST,
    /// An id in the path has the wrong form.
    InvalidId = BAD_REQUEST,
    /// The pipeline has no such step.
    NoSuchStep = BAD_REQUEST,
    /// The token is missing or not good.
    Unauthenticated = UNAUTHORIZED,
    /// The caller may not do this.
    Forbidden = FORBIDDEN,
    /// There is no such offer.
    NoSuchOffer = NOT_FOUND,
    /// There is no such operation.
    NoSuchOperation = NOT_FOUND,
    /// Nothing else is there.
    NotFound = NOT_FOUND,
    /// The path takes other methods.
    MethodNotAllowed = METHOD_NOT_ALLOWED,
    /// The body did not arrive in time.
    TooSlow = REQUEST_TIMEOUT,
    /// The body is larger than the server takes.
    TooLarge = PAYLOAD_TOO_LARGE,
    /// The body is of a type or an encoding that is not taken.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE,
    /// The caller has done this too often lately.
    TooMany = TOO_MANY_REQUESTS,
    /// The first line and the headers are larger, or more, than the server takes.
    HeadTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE,
    /// The server made a mistake.
    Internal = INTERNAL_SERVER_ERROR,
    /// The call cannot be made repeatable.
    NotRepeatable = NOT_IMPLEMENTED,
    /// The server cannot answer now.
    Unavailable = SERVICE_UNAVAILABLE,
    /// What was waited for did not happen in time.
    TimedOut = GATEWAY_TIMEOUT,
}

/// A refusal by the front. Its words are chosen when the language of the request is known.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

/// What a refusal is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What it is about.
    pub kind: Kind,
    /// The sentence.
    pub text: Arc<dyn Words>,
    /// The member, header or parameter at fault.
    pub target: Option<String>,
    /// Which token is wanted: the value of `WWW-Authenticate`.
    pub www_authenticate: Option<String>,
    /// Whom the server takes the caller for, of a refusal of a right.
    pub caller: Option<ErrorText>,
    /// Seconds to wait, where that is known better than in general.
    pub retry_after: Option<u32>,
    /// Words in the place of the sentence, as they are.
    pub message: Option<String>,
}

impl Problem {
    /// A refusal of this kind.
    pub fn new(kind: Kind, text: impl Words + 'static) -> Self {
        Self(Box::new(Parts {
            kind,
            text: Arc::new(text),
            target: None,
            www_authenticate: None,
            caller: None,
            retry_after: None,
            message: None,
        }))
    }

    /// The same, about this member, header or parameter.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The status of the reply.
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// What it is made of, for a door to say in its own shape.
    pub fn into_parts(self) -> Parts {
        *self.0
    }
}

impl Parts {
    /// The whole message.
    pub fn words(&self, lang: Lang) -> String {
        match (&self.message, &self.caller) {
            (Some(message), _) => message.clone(),
            (None, None) => self.text.render(lang),
            (None, Some(caller)) => format!("{} {}", self.text.render(lang), caller.render(lang)),
        }
    }
}

impl std::ops::Deref for Problem {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::ops::DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        availability::failed(&error);
        match error {
            StoreError::Stale | StoreError::Fenced => Self::new(Kind::Unavailable, ErrorText::StoreConflict),
            StoreError::Unavailable(_) => Self::new(Kind::Unavailable, ErrorText::Unavailable),
            StoreError::Corrupt(_) => {
                Self::new(Kind::Internal, ErrorText::Internal { request_id: String::new() })
            }
        }
    }
}
