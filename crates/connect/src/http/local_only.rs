//! "Local only": with it on, nothing goes to any other machine.
//!
//! It holds for every client, built before or after, and for what is under way. A request passes [`Gate::send`], which lets
//! none begin, and which ends those that have begun, with their bodies, at the moment when it is switched on. Whatever else
//! comes to make a connection, a redirect or a library that sends by itself, is asked then: names are refused where they are
//! resolved, so that not even the question for their address leaves. Addresses need no resolving; so whatever is not on this
//! machine is given a proxy that has a name, and that name is refused. Connections that were kept for a further request are
//! closed ([`Client`] sees to that).

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{LazyLock, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use debrief_core::failure::{Failure, FailureCode};
use futures_util::stream;
use http_body::{Frame, SizeHint};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Body, RequestBuilder, Response, ResponseBuilderExt as _};
use tokio::sync::watch;
use url::{Host, Url};

use super::Kept;

/// Whoever is sent here goes nowhere: the name is refused by [`Gate::resolve`], and `.invalid` is nobody's for all time.
const DEAD_END: &str = "http://local-only.invalid";
const THIS_MACHINE: &str = "localhost";

static PROCESS: LazyLock<Switch> = LazyLock::new(Switch::default);

/// Whether nothing may go to another machine from now on. What is on its way there at this moment is cut off.
pub fn set_local_only(on: bool) {
    if PROCESS.set(on) {
        tracing::info!(on, "local only");
    }
}

/// Whether nothing may go to another machine.
pub fn local_only() -> bool {
    Gate::process().is_closed()
}

/// Whether "local only" kept this request from leaving, or cut it off.
pub fn is_blocked(error: &(dyn std::error::Error + 'static)) -> bool {
    block(error).is_some()
}

fn block<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Blocked> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(blocked) = error.downcast_ref() {
            return Some(blocked);
        }
        cause = error.source();
    }
    None
}

/// The host that a request was kept from by "local only"; `None` when something else is wrong with it.
pub(crate) fn blocked_host(error: &reqwest::Error) -> Option<String> {
    let blocked = block(error)?;
    Some(error.url().and_then(Url::host_str).unwrap_or(&blocked.host).to_owned())
}

/// A request that "local only" kept from leaving or cut off, in words for the person. `instead` completes "or …".
pub(crate) fn blocked(host: &str, instead: &str) -> Failure {
    Failure::person(
        FailureCode::LocalOnly,
        format!("Local only is on, so nothing is sent to {host}."),
        format!("Switch it off under Privacy in the settings, or {instead}; then retry."),
    )
}

/// Whether an address is on this machine.
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == THIS_MACHINE,
        None => false,
    }
}

/// Why a request didn't leave, or wasn't answered to its end.
#[derive(Debug, Clone, thiserror::Error)]
#[error("local only is on")]
pub(crate) struct Blocked {
    /// Whom it was for.
    pub(crate) host: String,
}

impl Blocked {
    fn from(to: &Url) -> Blocked {
        Blocked { host: to.host_str().unwrap_or("another machine").to_owned() }
    }

    /// As an error of the library's. Others can't make one, except by having it read what can't be read.
    async fn error(self, to: Url) -> reqwest::Error {
        let unreadable = Body::wrap_stream(stream::iter([Err::<Bytes, Blocked>(self)]));
        let answer = Response::from(axum::http::Response::new(unreadable));
        answer.bytes().await.expect_err("it can't be read").with_url(to)
    }
}

/// What opens and closes a gate.
pub(super) struct Switch {
    closed: watch::Sender<bool>,
    /// The clients that keep connections.
    clients: Mutex<Vec<Weak<Kept>>>,
}

impl Default for Switch {
    fn default() -> Self {
        Switch { closed: watch::Sender::new(false), clients: Mutex::default() }
    }
}

impl Switch {
    /// Whether that changes anything.
    fn set(&self, closed: bool) -> bool {
        let changed = self.closed.send_if_modified(|now| std::mem::replace(now, closed) != closed);
        if changed && closed {
            self.clients().iter().filter_map(Weak::upgrade).for_each(|client| client.let_go());
        }
        changed
    }

    fn clients(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Kept>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every request passes, and every connection: where names are resolved, and where proxies are chosen.
#[derive(Clone, Copy)]
pub(super) struct Gate(&'static Switch);

impl Gate {
    /// The one that [`set_local_only`] closes.
    pub(super) fn process() -> Gate {
        Gate(&PROCESS)
    }

    fn is_closed(self) -> bool {
        *self.0.closed.borrow()
    }

    /// Resolves once it is closed.
    async fn closed(self) {
        // The switch is never dropped, so this ends with a closed gate and nothing else.
        let _ = self.0.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// From now on the client's connections are let go when it closes.
    pub(super) fn watches(self, client: Weak<Kept>) {
        let mut clients = self.0.clients();
        clients.retain(|client| client.strong_count() > 0);
        clients.push(client);
    }

    /// Sends a request, if it may leave. It and its answer end, with an error that [`is_blocked`], when the gate closes.
    pub(super) async fn send(self, request: RequestBuilder) -> reqwest::Result<Response> {
        let (client, request) = request.build_split();
        let request = request?;
        let to = request.url().clone();
        #[expect(clippy::disallowed_methods, reason = "this is the gate")]
        let sent = self.while_open(&to, client.execute(request)).await;
        match sent {
            Ok(answer) => answer.map(|answer| self.watched(answer)),
            Err(blocked) => Err(blocked.error(to).await),
        }
    }

    /// What comes of `work`, which talks to `to`, unless nothing may go there any more: then it is dropped.
    pub(super) async fn while_open<T>(self, to: &Url, work: impl Future<Output = T>) -> Result<T, Blocked> {
        if is_here(to) {
            return Ok(work.await);
        }
        tokio::select! {
            biased;
            () = self.closed() => Err(Blocked::from(to)),
            done = work => Ok(done),
        }
    }

    /// The same answer, whose body ends when the gate closes.
    fn watched(self, answer: Response) -> Response {
        let from = answer.url().clone();
        if is_here(&from) {
            return answer;
        }
        let blocked = Blocked::from(&from);
        let (parts, body) = axum::http::Response::<Body>::from(answer).into_parts();
        let body = Watched { body, closed: Box::pin(self.closed()), blocked };
        let mut answer =
            axum::http::Response::builder().status(parts.status).version(parts.version).url(from);
        if let Some(headers) = answer.headers_mut() {
            *headers = parts.headers;
        }
        if let Some(extensions) = answer.extensions_mut() {
            extensions.extend(parts.extensions);
        }
        answer.body(Body::wrap(body)).expect("an answer that was made can be made again").into()
    }

    /// The proxy for an address: none for this machine, a dead end for what must not leave, else what the system says.
    pub(super) fn proxy(self, to: &Url, system: &Matcher) -> Option<Url> {
        match (self.is_closed(), is_here(to)) {
            (_, true) => None,
            (true, false) => Some(DEAD_END.parse().expect("it is a URL")),
            (false, false) => {
                system.intercept(&to.as_str().parse::<Uri>().ok()?).and_then(|proxy| url(&proxy))
            }
        }
    }
}

/// The body of an answer from another machine.
struct Watched {
    body: Body,
    closed: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    blocked: Blocked,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.closed.as_mut().poll(cx).is_ready() {
            // Nothing more is taken from the connection, which ends with that.
            self.body = Body::default();
            self.closed = Box::pin(std::future::pending());
            return Poll::Ready(Some(Err(self.blocked.clone().into())));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = *self;
        Box::pin(async move {
            let blocked = || Blocked { host: name.as_str().to_owned() };
            if gate.is_closed() && name.as_str() != THIS_MACHINE {
                return Err(blocked().into());
            }
            let all = tokio::net::lookup_host((name.as_str(), 0)).await?;
            // Closed or not, it is asked again: resolving takes its time, and somebody may have given the name away.
            let addresses: Vec<SocketAddr> = all.filter(|address| gate.lets(address.ip())).collect();
            if addresses.is_empty() {
                Err(blocked().into())
            } else {
                Ok(Box::new(addresses.into_iter()) as Addrs)
            }
        })
    }
}

impl Gate {
    fn lets(self, address: IpAddr) -> bool {
        !self.is_closed() || address.to_canonical().is_loopback()
    }
}

/// A proxy with its name and password, as reqwest takes them.
fn url(proxy: &Intercept) -> Option<Url> {
    let mut url: Url = proxy.uri().to_string().parse().ok()?;
    let basic = proxy.basic_auth().and_then(|auth| auth.to_str().ok()?.strip_prefix("Basic "));
    let decoded = basic.and_then(|basic| String::from_utf8(STANDARD.decode(basic).ok()?).ok());
    let decoded = decoded.as_ref().and_then(|both| both.split_once(':'));
    if let Some((name, password)) = decoded.or(proxy.raw_auth()) {
        url.set_username(name).ok()?;
        url.set_password(Some(password)).ok()?;
    }
    Some(url)
}

#[cfg(test)]
mod tests;
