//! What a server answered, and what a test expects of it.

use http::HeaderMap;
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) call: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.call, self.text);
        self
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert!((200..300).contains(&self.status), "{}: {} {}", self.call, self.status, self.text);
        self
    }

    /// An error of the contract's shape with this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}: {}", self.call, self.text);
        let message = self.json()["error"]["message"].as_str().map(str::to_owned).unwrap_or_default();
        assert!(message.len() > 10, "{}: an error must say something: {}", self.call, self.text);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{}: {} {:?}: {error}", self.call, self.status, self.text))
    }

    /// `error.code`, empty if there is none.
    pub(crate) fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn target(&self) -> String {
        self.json()["error"]["target"].as_str().unwrap_or_default().to_owned()
    }

    /// A header, empty if there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    pub(crate) fn etag(&self) -> String {
        self.header("etag")
    }

    /// The operation's address: it stands in both headers, and in the body of a success or in the error.
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        let location = self.header("location");
        assert!(!location.is_empty(), "{}: no Location: {} {}", self.call, self.status, self.text);
        assert_eq!(location, self.header("operation-location"), "{}", self.call);
        let body = self.json();
        let told = if self.status < 300 { &body["location"] } else { &body["error"]["location"] };
        assert_eq!(told, &Value::from(location.as_str()), "{}: {}", self.call, self.text);
        location
    }

    #[track_caller]
    pub(crate) fn operation_id(&self) -> String {
        let body = self.json();
        body["operationId"].as_str().unwrap_or_else(|| panic!("{}: {}", self.call, self.text)).to_owned()
    }
}
