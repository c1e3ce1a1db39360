//! "Local only": with it on, nothing goes to any other machine.
//!
//! It holds for every client, built before or after, because it is asked whenever a connection is made, and connections are
//! not kept for a second request ([`super`] sees to that). Names are refused where they are resolved, so that not even the
//! question for their address leaves. Addresses need no resolving; so whatever is not on this machine is given a proxy that
//! has a name, and that name is refused. The system's proxy is not asked then, not even for this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use debrief_core::failure::{Failure, FailureCode};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whoever is sent here goes nowhere: the name is refused by [`Gate::resolve`], and `.invalid` is nobody's for all time.
const DEAD_END: &str = "http://local-only.invalid";
const THIS_MACHINE: &str = "localhost";

static LOCAL_ONLY: AtomicBool = AtomicBool::new(false);

/// Whether nothing may go to another machine from now on. A request that is being answered at this moment is not cut off.
pub fn set_local_only(on: bool) {
    if LOCAL_ONLY.swap(on, Ordering::SeqCst) != on {
        tracing::info!(on, "local only");
    }
}

/// Whether nothing may go to another machine.
pub fn local_only() -> bool {
    LOCAL_ONLY.load(Ordering::SeqCst)
}

/// Whether "local only" kept this request from leaving.
pub fn is_blocked(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Blocked>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The host that a request was kept from by "local only"; `None` when something else is wrong with it.
pub(crate) fn blocked_host(error: &reqwest::Error) -> Option<String> {
    let host = || error.url().and_then(Url::host_str).unwrap_or("another machine").to_owned();
    is_blocked(error).then(host)
}

/// A request that "local only" kept from leaving, in words for the person. `instead` completes "or …".
pub(crate) fn blocked(host: &str, instead: &str) -> Failure {
    Failure::person(
        FailureCode::LocalOnly,
        format!("Local only is on, so nothing was sent to {host}."),
        format!("Switch it off under Privacy in the settings, or {instead}; then retry."),
    )
}

/// Whether an address is on this machine.
pub(crate) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == THIS_MACHINE,
        None => false,
    }
}

/// Why a request didn't leave.
#[derive(Debug, thiserror::Error)]
#[error("local only is on")]
struct Blocked;

/// What every connection passes: where names are resolved, and where proxies are chosen.
#[derive(Clone, Copy)]
pub(super) struct Gate(&'static AtomicBool);

impl Gate {
    /// The one that [`set_local_only`] closes.
    pub(super) const PROCESS: Gate = Gate(&LOCAL_ONLY);

    fn is_closed(self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The proxy for an address: a dead end for what must not leave, else what the system says.
    pub(super) fn proxy(self, to: &Url, system: &Matcher) -> Option<Url> {
        match (self.is_closed(), is_here(to)) {
            (true, true) => None,
            (true, false) => Some(DEAD_END.parse().expect("it is a URL")),
            (false, _) => system.intercept(&to.as_str().parse::<Uri>().ok()?).and_then(|proxy| url(&proxy)),
        }
    }
}

impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = *self;
        Box::pin(async move {
            if gate.is_closed() && name.as_str() != THIS_MACHINE {
                return Err(Blocked.into());
            }
            let all = tokio::net::lookup_host((name.as_str(), 0)).await?;
            // Closed or not, it is asked again: resolving takes its time, and somebody may have given the name away.
            let addresses: Vec<SocketAddr> = all.filter(|address| gate.lets(address.ip())).collect();
            if addresses.is_empty() {
                Err(Blocked.into())
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
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};
    use std::sync::Arc;
    use std::sync::Mutex;
    use std::time::Duration;

    use axum::Router;
    use axum::extract::Request;
    use axum::response::{IntoResponse, Redirect, Response};

    use super::*;
    use crate::http::{READ_TIMEOUT, client_that, only_on_the_same_host, only_to_safe_places};

    type Seen = Arc<Mutex<Vec<String>>>;

    /// A gate of the test's own: the process's is shared with every other test.
    fn gate() -> (Gate, impl Fn(bool)) {
        let closed: &'static AtomicBool = Box::leak(Box::default());
        (Gate(closed), |on| closed.store(on, Ordering::SeqCst))
    }

    fn no_proxy() -> Matcher {
        Matcher::builder().build()
    }

    /// A server that notes what it is asked for, and sends `/away?TO` on to where it says.
    async fn serve(at: IpAddr) -> (Url, Seen) {
        let seen = Seen::default();
        let note = seen.clone();
        let answer = async move |request: Request| -> Response {
            let auth =
                request.headers().get("proxy-authorization").map(|auth| auth.to_str().unwrap().to_owned());
            note.lock()
                .unwrap()
                .push(format!("{} {}", request.uri(), auth.unwrap_or_default()).trim().to_owned());
            match request.uri().query() {
                Some(to) => Redirect::temporary(to).into_response(),
                None => "yes".into_response(),
            }
        };
        let listener = tokio::net::TcpListener::bind((at, 0)).await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        (address.parse().unwrap(), seen)
    }

    /// An address of this machine that is not its own alone. None is sent anything to find it out.
    fn address_for_others() -> Option<IpAddr> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
        Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
    }

    fn seen(seen: &Seen) -> Vec<String> {
        seen.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn nothing_leaves_for_an_address_not_even_over_a_connection_of_before() {
        let (gate, close) = gate();
        let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
        let Some(ip) = address_for_others() else {
            // A machine without a network: it is still the gate that refuses, and not the network.
            close(true);
            assert!(is_blocked(&client.get("http://192.0.2.1/").send().await.unwrap_err()));
            return;
        };
        let (there, asked) = serve(ip).await;
        assert_eq!(client.get(there.clone()).send().await.unwrap().text().await.unwrap(), "yes");
        close(true);
        let refused = client.get(there.join("late").unwrap()).send().await.unwrap_err();
        assert!(is_blocked(&refused) && refused.is_connect(), "{refused:?}");
        let refused = client.get(there.as_str().replace("http:", "https:")).send().await.unwrap_err();
        assert!(is_blocked(&refused), "{refused:?}");
        let built_after = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
        assert!(is_blocked(&built_after.get(there.clone()).send().await.unwrap_err()));
        assert_eq!(seen(&asked), ["/"]);
        close(false);
        client.get(there.join("again").unwrap()).send().await.unwrap();
        assert_eq!(seen(&asked), ["/", "/again"]);
    }

    #[tokio::test]
    async fn nothing_leaves_for_a_name_and_this_machine_is_still_reached() {
        let (gate, close) = gate();
        close(true);
        let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
        for address in
            ["https://api.openai.com/v1/models", "http://debrief.invalid/", "http://localhost.invalid/"]
        {
            let refused = client.get(address).send().await.unwrap_err();
            assert!(is_blocked(&refused), "{address}: {refused:?}");
        }
        let (here, asked) = serve(Ipv4Addr::LOCALHOST.into()).await;
        client.get(here.clone()).send().await.unwrap();
        let mut by_name = here;
        by_name.set_host(Some("localhost")).unwrap();
        client.get(by_name.join("by-name").unwrap()).send().await.unwrap();
        assert_eq!(seen(&asked), ["/", "/by-name"]);
    }

    #[tokio::test]
    async fn a_server_on_this_machine_cannot_send_anything_away() {
        let (gate, close) = gate();
        close(true);
        let (here, asked) = serve(Ipv4Addr::LOCALHOST.into()).await;
        let client = client_that(READ_TIMEOUT, only_to_safe_places, gate, no_proxy());
        for to in ["https://192.0.2.1/x", "https://debrief.invalid/x"] {
            let refused = client.get(format!("{here}away?{to}")).send().await.unwrap_err();
            assert!(is_blocked(&refused), "{to}: {refused:?}");
        }
        assert_eq!(seen(&asked).len(), 2);
    }

    #[tokio::test]
    async fn the_systems_proxy_is_used_with_its_password_and_passed_by_when_all_stays_here() {
        let (gate, close) = gate();
        let (proxy, through) = serve(Ipv4Addr::LOCALHOST.into()).await;
        let (here, asked) = serve(Ipv4Addr::LOCALHOST.into()).await;
        let at = format!("http://ann:p%40ss@{}", &proxy.as_str()["http://".len()..]);
        let system = Matcher::builder().all(at).no("127.0.0.9").build();
        let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, system);
        client.get("http://debrief.invalid/one").send().await.unwrap();
        let basic = STANDARD.encode("ann:p@ss");
        assert_eq!(seen(&through), [format!("http://debrief.invalid/one Basic {basic}")]);
        close(true);
        assert!(is_blocked(&client.get("http://debrief.invalid/two").send().await.unwrap_err()));
        client.get(here.clone()).send().await.unwrap();
        assert_eq!((seen(&through).len(), seen(&asked)), (1, vec!["/".to_owned()]));
    }

    #[tokio::test]
    async fn a_name_that_is_not_found_is_no_block() {
        let (gate, _) = gate();
        let client = client_that(Duration::from_secs(5), only_on_the_same_host, gate, no_proxy());
        let unknown = client.get("http://debrief.invalid/").send().await.unwrap_err();
        assert!(unknown.is_connect() && !is_blocked(&unknown), "{unknown:?}");
    }
}
