//! The calls of the API as the server describes them, so that a new one cannot be forgotten here.

use serde_json::Value;

use crate::http::Request;
use crate::server::Server;

/// The id of nothing.
pub(crate) const NO_OPERATION: &str = "5a63deb5-925b-4ee0-938b-7c86fbf287c5";

/// Parameters that lead to nothing that other calls need.
pub(crate) const VALUES: [(&str, &str); 12] = [
    ("publisherId", "contoso"),
    ("offerId", "nothing-here"),
    ("operationId", NO_OPERATION),
    ("address", "contoso$nothing-here$1$preview"),
    ("version", "1"),
    ("slot", "preview"),
    ("step", "displaycertify"),
    ("tenant", "a-tenant"),
    ("client", "a-client"),
    ("user", "a-user"),
    ("offerTypeId", "microsoft-azure-virtualmachines"),
    ("faultId", NO_OPERATION),
];

/// One call of the description.
pub(crate) struct Call {
    /// Its `operationId`.
    pub(crate) id: String,
    pub(crate) method: String,
    /// With its parameters in braces.
    pub(crate) path: String,
    /// Whether it takes a token.
    pub(crate) secured: bool,
    /// The media type of its body.
    pub(crate) body: Option<String>,
    /// Its query parameters and the headers that it reads.
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<String>,
}

/// Every call, streams of events too.
pub(crate) fn calls(server: &Server) -> Vec<Call> {
    let document = server.send(&Request::new("GET", "/_signoff/openapi.json")).json();
    let document = &document;
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, call)| Call {
            id: call["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            path: path.clone(),
            secured: call["security"][0].get("bearer").is_some(),
            body: body(call),
            query: parameters(document, call, "query"),
            headers: parameters(document, call, "header"),
        })
    });
    let calls: Vec<Call> = each.collect();
    assert!(calls.len() > 50, "the description has few calls");
    calls
}

fn body(call: &Value) -> Option<String> {
    let content = call["requestBody"]["content"].as_object()?;
    content.keys().next().cloned()
}

fn parameters(document: &Value, call: &Value, place: &str) -> Vec<String> {
    let all = call["parameters"].as_array().map_or(&[][..], Vec::as_slice).iter();
    let followed =
        all.filter_map(|parameter| document.pointer(parameter["$ref"].as_str()?.strip_prefix('#')?));
    let here = followed.filter(|parameter| parameter["in"] == place);
    here.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

impl Call {
    /// Its path with these values for its parameters, the first of each name.
    pub(crate) fn path_with(&self, values: &[(&str, &str)]) -> String {
        let path = values
            .iter()
            .fold(self.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        assert!(!path.contains('{'), "{path} has a parameter that this test gives no value");
        path
    }

    /// Its path with parameters that lead to an offer that is there, so that a body is looked at.
    pub(crate) fn path_to_sample(&self) -> String {
        self.path_with(&[&[("offerId", "sample-vm")], VALUES.as_slice()].concat())
    }

    /// A request of it with a body that says nothing, if it takes one.
    pub(crate) fn request(&self, values: &[(&str, &str)], token: Option<&str>) -> Request {
        let request = Request::api(&self.method, &self.path_with(values), token);
        match self.body.as_deref() {
            Some("application/json") => request.json_text("{}"),
            Some(other) => request.header("Content-Type", other).body("x"),
            None => request,
        }
    }
}
