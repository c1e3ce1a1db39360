//! The one place where HTTP clients are built, and where requests leave.

mod local_only;

use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{IntoUrl, Method, Proxy, RequestBuilder, Response};
use url::Url;

pub(crate) use self::local_only::{Blocked, blocked, blocked_host};
pub use self::local_only::{is_blocked, is_here, local_only, set_local_only};

use self::local_only::Gate;

/// A host that takes longer to say hello can't be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Silence in the middle of an answer; a long download may take as long as it likes while bytes come.
const READ_TIMEOUT: Duration = Duration::from_secs(45);
const MAX_REDIRECTS: usize = 5;
/// Connections to a host that are kept for further requests, and for how long.
const KEPT_CONNECTIONS: usize = 4;
const KEPT_FOR: Duration = Duration::from_secs(30);

/// A client for outside services: TLS by rustls with the system's certificates, the system's proxy, bounded waits. Cheap to
/// clone. What it begins leaves by [`send`].
#[derive(Clone)]
pub struct Client(Arc<Kept>);

/// A client as long as nobody lets go of its connections, and how to build one.
struct Kept {
    now: Mutex<Option<reqwest::Client>>,
    build: Box<dyn Fn() -> reqwest::Client + Send + Sync>,
}

impl Kept {
    fn client(&self) -> reqwest::Client {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(&self.build).clone()
    }

    /// Closes the connections that nothing is under way on; the others close when that ends.
    fn let_go(&self) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Client {
    /// A request to be sent by [`send`].
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.0.client().request(method, url)
    }

    /// As [`Client::request`], with GET.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// As [`Client::request`], with POST.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// As [`Client::request`], with DELETE.
    pub fn delete(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }
}

/// Sends a request, if it may leave this machine, and for as long as it may: it ends with an error that [`is_blocked`] when
/// "local only" is switched on, and so does its answer.
///
/// # Errors
/// It didn't leave, or wasn't answered.
pub async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    Gate::process().send(request).await
}

/// What comes of `work`, in which a library of others asks `to` something, as long as that may leave this machine.
pub(crate) async fn while_allowed<T>(to: &Url, work: impl Future<Output = T>) -> Result<T, Blocked> {
    Gate::process().while_open(to, work).await
}

/// A client for outside services.
pub fn client() -> Client {
    client_with(READ_TIMEOUT)
}

/// As [`client`], giving up after another silence.
pub(crate) fn client_with(read_timeout: Duration) -> Client {
    client_that(read_timeout, only_on_the_same_host, Gate::process(), Matcher::from_system())
}

/// A client for large public files. Hosts of such files send on to their caches; it carries no credentials that could
/// go astray.
pub(crate) fn download_client() -> Client {
    client_that(READ_TIMEOUT, only_to_safe_places, Gate::process(), Matcher::from_system())
}

/// A client for a library that sends by itself, to be used inside [`while_allowed`]. It keeps no connection: a new one is
/// asked whether it may be made, whatever becomes of the library.
pub(crate) fn client_for_others(read_timeout: Duration) -> reqwest::Client {
    let built = built(read_timeout, only_on_the_same_host, Gate::process(), Matcher::from_system().into());
    built.pool_max_idle_per_host(0).build().expect(BUILDS)
}

const BUILDS: &str = "a crypto provider is installed and the options are constant";

fn client_that(
    read_timeout: Duration,
    redirects: fn(Attempt<'_>) -> reqwest::redirect::Action,
    gate: Gate,
    system_proxy: Matcher,
) -> Client {
    let system_proxy = Arc::new(system_proxy);
    let build = move || {
        let built = built(read_timeout, redirects, gate, system_proxy.clone());
        built.pool_max_idle_per_host(KEPT_CONNECTIONS).pool_idle_timeout(KEPT_FOR).build().expect(BUILDS)
    };
    let kept = Arc::new(Kept { now: Mutex::new(Some(build())), build: Box::new(build) });
    gate.watches(Arc::downgrade(&kept));
    Client(kept)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn built(
    read_timeout: Duration,
    redirects: fn(Attempt<'_>) -> reqwest::redirect::Action,
    gate: Gate,
    system_proxy: Arc<Matcher>,
) -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // It fails only when another provider was installed before, which does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .user_agent(concat!("Debrief/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(read_timeout)
        .redirect(Policy::custom(redirects))
        .dns_resolver(gate)
        .proxy(Proxy::custom(move |to| gate.proxy(to, &system_proxy)))
        // What is cut off ends with its connection. In HTTP/2, what is queued for it would still be sent.
        .http1_only()
}

/// A service never has a reason to send a request, and what it carries, to somebody else.
fn only_on_the_same_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().last();
    let same = from.is_some_and(|from| from.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= MAX_REDIRECTS { attempt.follow() } else { attempt.stop() }
}

/// Over TLS, or from this machine to itself. Whoever asks this machine is never sent to another one: whether a request may
/// leave is decided by its address.
fn only_to_safe_places(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let to = attempt.url();
    let safe = match attempt.previous().iter().any(is_here) {
        true => is_here(to),
        false => to.scheme() == "https",
    };
    if safe && attempt.previous().len() <= MAX_REDIRECTS { attempt.follow() } else { attempt.stop() }
}

/// Where something goes, for people: `api.deepgram.com`, or `127.0.0.1:8000 (this machine)`.
pub fn destination(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
    let machine = if is_here(base) { " (this machine)" } else { "" };
    format!("{host}{port}{machine}")
}

/// However long a service asks to wait, it is asked again after a day, in milliseconds.
const LONGEST_ASKED_MS: u32 = 24 * 3_600_000;

/// How long a service asks to wait, in milliseconds: `Retry-After` in seconds or as a date.
pub(crate) fn retry_after_ms(headers: &reqwest::header::HeaderMap, now: jiff::Timestamp) -> Option<u32> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(seconds.saturating_mul(1000).min(LONGEST_ASKED_MS));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let ms = (at.as_millisecond() - now.as_millisecond()).clamp(0, LONGEST_ASKED_MS.into());
    u32::try_from(ms).ok()
}

/// The whole chain of causes on one line; reqwest itself names only the outermost.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    fn asked(value: &'static str) -> Option<u32> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        retry_after_ms(&headers, "2026-11-24T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_service_may_ask_for_seconds_or_for_a_date() {
        assert_eq!(asked("90"), Some(90_000));
        assert_eq!(asked("Tue, 24 Nov 2026 10:00:05 GMT"), Some(5_000));
        assert_eq!(asked("Tue, 24 Nov 2026 09:00:00 GMT"), Some(0));
        assert_eq!(asked("soon"), None);
    }

    #[test]
    fn people_are_told_where_something_goes() {
        let to = |base: &str| destination(&base.parse().unwrap());
        assert_eq!(to("https://api.deepgram.com"), "api.deepgram.com");
        assert_eq!(to("http://localhost:8000/v1"), "localhost:8000 (this machine)");
        assert_eq!(to("http://[::1]:8000/v1"), "[::1]:8000 (this machine)");
        assert_eq!(to("http://10.0.0.7:8000/v1"), "10.0.0.7:8000");
    }

    #[tokio::test]
    async fn a_secure_client_is_ready_for_use() {
        // Nobody speaks TLS there; that it is tried shows that the client has what it needs.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = tokio::spawn(send(client().get(format!("https://{address}/"))));
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut first = [0; 1];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first).await.unwrap();
        assert_eq!(first, [0x16], "a TLS handshake begins with this byte");
        drop(stream);
        assert!(asked.await.unwrap().is_err());
    }
}
