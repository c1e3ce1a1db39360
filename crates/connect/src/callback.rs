//! The address on this machine to which the browser comes back: one answer to one question, then it is closed.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, html};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What the browser brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The person said yes.
    Granted {
        /// To be exchanged for tokens.
        code: String,
        /// The ids of the files that were chosen, if choosing was asked for.
        picked: Option<Vec<String>>,
    },
    /// The person or Google said no, in the word that OAuth has for it.
    Refused(String),
}

/// Long enough for the browser to read the page before the address is gone.
const READING: Duration = Duration::from_secs(2);

/// Listens on this machine alone, on a port that is free. Gone when it is dropped.
pub(crate) struct Callback {
    answer: oneshot::Receiver<Answer>,
    server: JoinHandle<()>,
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
    expected: Arc<Expected>,
}

struct Expected {
    service: &'static str,
    host: String,
    state: Mutex<Option<String>>,
    tell: Mutex<Option<oneshot::Sender<Answer>>>,
}

impl Callback {
    /// Begins to listen; answers count once [`Callback::expect`] was told their state.
    pub(crate) async fn listen(service: &'static str) -> std::io::Result<Callback> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let host = listener.local_addr()?.to_string();
        Ok(Callback::on(listener, host, service))
    }

    /// As [`Callback::listen`], at `http://localhost:PORT/`, for services that know one address alone.
    pub(crate) async fn listen_at(port: u16, service: &'static str) -> std::io::Result<Callback> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        Ok(Callback::on(listener, format!("localhost:{port}"), service))
    }

    fn on(listener: TcpListener, host: String, service: &'static str) -> Callback {
        let (tell, answer) = oneshot::channel();
        let expected = Arc::new(Expected {
            service,
            host: host.clone(),
            state: Mutex::default(),
            tell: Mutex::new(Some(tell)),
        });
        let routes = Router::new().route("/", get(come_back)).with_state(expected.clone());
        let server = tokio::spawn(async move {
            // It ends by being dropped; a listener that fails leaves the person with the timeout.
            let _ = axum::serve(listener, routes).await;
        });
        Callback { answer, server, address: format!("http://{host}"), expected }
    }

    /// Only an answer with this state is taken.
    pub(crate) fn expect(&self, state: String) {
        *lock(&self.expected.state) = Some(state);
    }

    /// Waits for the one answer. The address is closed soon after.
    pub(crate) async fn answer(mut self) -> Option<Answer> {
        let answer = (&mut self.answer).await.ok();
        tokio::spawn(async move {
            tokio::time::sleep(READING).await;
            drop(self);
        });
        answer
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn come_back(
    State(expected): State<Arc<Expected>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let service = expected.service;
    // A name that somebody else's DNS points to this machine is not this address.
    if header_of(&headers, header::HOST.as_str()) != Some(&expected.host) {
        return page(StatusCode::FORBIDDEN, "This is not the address of Debrief.", "這不是 Debrief 的位址。");
    }
    if !is_navigation(&headers) {
        let (english, chinese) =
            (format!("Only {service} may send you here."), format!("只能由 {service} 前往此頁。"));
        return page(StatusCode::FORBIDDEN, &english, &chinese);
    }
    let is_expected = query.get("state").is_some_and(|state| lock(&expected.state).as_ref() == Some(state));
    if !is_expected {
        return page(
            StatusCode::BAD_REQUEST,
            "This page belongs to another sign-in. Go back to Debrief and start again there.",
            "此頁屬於另一次登入。請回到 Debrief 重新開始。",
        );
    }
    let answer = match (query.get("code"), query.get("error")) {
        (_, Some(error)) => Answer::Refused(error.clone()),
        (Some(code), None) => Answer::Granted {
            code: code.clone(),
            picked: query
                .get("picked_file_ids")
                .map(|ids| ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()),
        },
        (None, None) => {
            let (english, chinese) =
                (format!("{service}'s answer is not complete."), format!("{service} 的回應不完整。"));
            return page(StatusCode::BAD_REQUEST, &english, &chinese);
        }
    };
    let said_yes = matches!(answer, Answer::Granted { .. });
    let Some(tell) = lock(&expected.tell).take() else {
        return page(
            StatusCode::GONE,
            "This sign-in has been answered already. You can close this page.",
            "此次登入已完成，可以關閉此頁。",
        );
    };
    // Whoever asked may have given up; the page is right all the same.
    let _ = tell.send(answer);
    if said_yes {
        page(
            StatusCode::OK,
            &format!("{service} has answered. Go back to Debrief; you can close this page."),
            &format!("{service} 已回應。請回到 Debrief，可以關閉此頁。"),
        )
    } else {
        page(
            StatusCode::OK,
            "Debrief was not given access. Go back to Debrief to try again; you can close this page.",
            "Debrief 未獲授權。請回到 Debrief 再試一次，可以關閉此頁。",
        )
    }
}

/// A browser that is sent here by a service navigates. Scripts, forms and images of other pages say that they are something
/// else; a browser too old to say anything is taken at its word, the state protects it.
fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| header_of(headers, name).is_none_or(|said| said == value);
    !headers.contains_key(header::ORIGIN)
        && is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document")
}

fn header_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn page(status: StatusCode, english: &str, chinese: &str) -> Response {
    let body = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Debrief" }
                style { "body{max-width:34rem;margin:4rem auto;padding:0 1.5rem;font:18px/1.6 system-ui,sans-serif;color:#1d2220;background:#f5f3ec}" }
            }
            body {
                h1 { "Debrief" }
                p { (english) }
                p lang="zh-Hant" { (chinese) }
            }
        }
    };
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONNECTION, "close"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, Html(body.into_string())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn listening() -> Callback {
        let callback = Callback::listen("Google").await.unwrap();
        callback.expect("the-state".to_owned());
        callback
    }

    async fn get(url: &str, headers: &[(&'static str, &str)]) -> (u16, String) {
        let mut request = crate::http::client().get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = crate::http::send(request).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    #[tokio::test]
    async fn the_browser_brings_a_code_and_the_chosen_files() {
        let callback = listening().await;
        let url =
            format!("{}/?state=the-state&code=4%2Fabc&scope=x&picked_file_ids=one,two", callback.address);
        let navigation = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-site", "cross-site"),
        ];
        let (status, text) = get(&url, &navigation).await;
        assert_eq!(status, 200);
        assert!(text.contains("you can close this page") && !text.contains("abc"), "{text}");
        let (status, text) = get(&url, &[]).await;
        assert_eq!(status, 410, "{text}");
        let picked = Some(vec!["one".to_owned(), "two".to_owned()]);
        assert_eq!(callback.answer().await, Some(Answer::Granted { code: "4/abc".to_owned(), picked }));
    }

    #[tokio::test]
    async fn a_refusal_is_brought_back_too() {
        let callback = listening().await;
        let (status, text) =
            get(&format!("{}/?state=the-state&error=access_denied", callback.address), &[]).await;
        assert!(status == 200 && text.contains("was not given access"), "{status} {text}");
        assert_eq!(callback.answer().await, Some(Answer::Refused("access_denied".to_owned())));
    }

    #[tokio::test]
    async fn whatever_is_not_the_browser_coming_back_is_refused_and_changes_nothing() {
        let callback = listening().await;
        let good = format!("{}/?state=the-state&code=x", callback.address);
        for (headers, expected) in [
            (vec![("host", "evil.example")], 403),
            (vec![("host", "localhost")], 403),
            (vec![("origin", "https://evil.example")], 403),
            (vec![("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], 403),
            (vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], 403),
        ] {
            assert_eq!(get(&good, &headers).await.0, expected, "{headers:?}");
        }
        for query in ["?state=another&code=x", "?code=x", "?state=the-state", ""] {
            assert_eq!(get(&format!("{}/{query}", callback.address), &[]).await.0, 400, "{query}");
        }
        assert_eq!(get(&format!("{}/favicon.ico", callback.address), &[]).await.0, 404);
        let posted = crate::http::send(crate::http::client().post(&good)).await.unwrap();
        assert_eq!(posted.status().as_u16(), 405);
        assert_eq!(get(&good, &[]).await.0, 200, "the real answer is still awaited");
    }

    #[tokio::test]
    async fn nothing_listens_any_more_once_it_is_dropped() {
        let callback = listening().await;
        let address = callback.address.clone();
        drop(callback);
        tokio::time::timeout(Duration::from_secs(5), async {
            while crate::http::send(crate::http::client().get(&address)).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
    }
}
