//! Answers that several services give: JSON, pages, and a way back.

use axum::body::Body;
use axum::response::Response;
use hyper::StatusCode;
use hyper::header::{self, HeaderValue};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use url::Url;

/// For the pages that ask a person.
const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
    fieldset{margin:1rem 0}label{display:block}button{font:inherit;padding:.4rem 1.2rem;margin-right:.5rem}";

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    body_of(status, "application/json; charset=UTF-8", body.to_string())
}

/// A page that asks a person, or says why it does not; it never passes for the true service's.
pub(crate) fn question(status: StatusCode, service: &str, title: &str, body: &Markup) -> Response {
    let body = html! {
        h1 { "Debrief sandbox – not " (service) }
        (body)
    };
    page(status, title, STYLE, &body)
}

/// A page without scripts.
pub(crate) fn page(status: StatusCode, title: &str, style: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) " – Debrief sandbox" }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    body_of(status, "text/html; charset=utf-8", page.into_string())
}

/// Sends the browser on.
pub(crate) fn redirect(status: StatusCode, to: &Url) -> Response {
    let location = HeaderValue::from_str(to.as_str()).expect("an address is written in ASCII");
    let mut answer = body_of(status, "text/plain; charset=utf-8", String::new());
    answer.headers_mut().insert(header::LOCATION, location);
    answer
}

fn body_of(status: StatusCode, kind: &'static str, body: String) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::from(body))
        .expect("these headers are valid")
}
