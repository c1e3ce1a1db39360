//! The gate, with a machine of the test's own on the other side.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::http::{READ_TIMEOUT, built, client_that, only_on_the_same_host, only_to_safe_places};

type Seen = Arc<Mutex<Vec<String>>>;

/// A gate of the test's own: the process's is shared with every other test.
fn gate() -> (Gate, impl Fn(bool)) {
    let switch: &'static Switch = Box::leak(Box::default());
    (Gate(switch), |on| {
        switch.set(on);
    })
}

fn no_proxy() -> Matcher {
    Matcher::builder().build()
}

/// A server that notes what it is asked for, and sends `/away?TO` on to where it says.
async fn serve(at: IpAddr) -> (Url, Seen) {
    let seen = Seen::default();
    let note = seen.clone();
    let answer = async move |request: Request| -> Response {
        let auth = request.headers().get("proxy-authorization").map(|auth| auth.to_str().unwrap().to_owned());
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
        assert!(is_blocked(&gate.send(client.get("http://192.0.2.1/")).await.unwrap_err()));
        return;
    };
    let (there, asked) = serve(ip).await;
    assert_eq!(gate.send(client.get(there.clone())).await.unwrap().text().await.unwrap(), "yes");
    close(true);
    let refused = gate.send(client.get(there.join("late").unwrap())).await.unwrap_err();
    assert!(is_blocked(&refused), "{refused:?}");
    assert_eq!(blocked_host(&refused), Some(ip.to_string()));
    let refused = gate.send(client.get(there.as_str().replace("http:", "https:"))).await.unwrap_err();
    assert!(is_blocked(&refused), "{refused:?}");
    let built_after = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
    assert!(is_blocked(&gate.send(built_after.get(there.clone())).await.unwrap_err()));
    assert_eq!(seen(&asked), ["/"]);
    close(false);
    gate.send(client.get(there.join("again").unwrap())).await.unwrap();
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
        let refused = gate.send(client.get(address)).await.unwrap_err();
        assert!(is_blocked(&refused), "{address}: {refused:?}");
    }
    let (here, asked) = serve(Ipv4Addr::LOCALHOST.into()).await;
    gate.send(client.get(here.clone())).await.unwrap();
    let mut by_name = here;
    by_name.set_host(Some("localhost")).unwrap();
    gate.send(client.get(by_name.join("by-name").unwrap())).await.unwrap();
    assert_eq!(seen(&asked), ["/", "/by-name"]);
}

#[tokio::test]
async fn a_server_on_this_machine_cannot_send_anything_away() {
    let (gate, close) = gate();
    let (here, asked) = serve(Ipv4Addr::LOCALHOST.into()).await;
    let client = client_that(READ_TIMEOUT, only_to_safe_places, gate, no_proxy());
    for closed in [false, true] {
        close(closed);
        for to in ["https://192.0.2.1/x", "https://debrief.invalid/x"] {
            let answer = gate.send(client.get(format!("{here}away?{to}"))).await.unwrap();
            assert_eq!(answer.status().as_u16(), 307, "it is not followed to {to}");
        }
        // From one place on this machine to another it is.
        let answer = gate.send(client.get(format!("{here}away?{here}"))).await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "yes");
    }
    assert_eq!(seen(&asked).len(), 8);
}

#[tokio::test]
async fn whoever_sends_past_the_gate_is_refused_where_connections_are_made() {
    let (gate, close) = gate();
    let client = built(READ_TIMEOUT, only_to_safe_places, gate, no_proxy().into());
    let client = client.pool_max_idle_per_host(0).build().unwrap();
    let (here, _) = serve(Ipv4Addr::LOCALHOST.into()).await;
    #[expect(clippy::disallowed_methods, reason = "a library of others does")]
    let get = async |url: &str| client.get(url).send().await;
    let mut refused = vec!["https://192.0.2.1/x".to_owned(), "https://debrief.invalid/x".to_owned()];
    if let Some(ip) = address_for_others() {
        let (there, _) = serve(ip).await;
        get(there.as_str()).await.unwrap();
        refused.push(there.to_string());
    }
    close(true);
    get(here.as_str()).await.unwrap();
    for url in refused {
        let error = get(&url).await.unwrap_err();
        assert!(is_blocked(&error) && error.is_connect(), "{url}: {error:?}");
    }
}

/// What a server on the other side sees of its connections.
#[derive(Default)]
struct Wire {
    connections: AtomicUsize,
    ended: AtomicUsize,
    received_bytes: AtomicUsize,
}

impl Wire {
    fn numbers(&self) -> (usize, usize) {
        (self.connections.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst))
    }

    async fn until(&self, reached: impl Fn(&Wire) -> bool) {
        let wait = async {
            while !reached(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
    }
}

/// A server that answers `/`, drips for ever at `/drip`, and takes whatever it is given without an answer at `/take`.
async fn wire(at: IpAddr) -> (Url, Arc<Wire>) {
    let wire = Arc::<Wire>::default();
    let listener = tokio::net::TcpListener::bind((at, 0)).await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let seen = wire.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let wire = seen.clone();
            wire.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    wire.received_bytes.fetch_add(read, Ordering::SeqCst);
                    let head = String::from_utf8_lossy(&buffer[..read.min(40)]).into_owned();
                    if head.contains(" /drip ") {
                        let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
                        let mut goes_on = stream.write_all(begun).await.is_ok();
                        while goes_on {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                            goes_on = stream.write_all(b"drop").await.is_ok();
                        }
                    } else if head.contains(" / ") {
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes").await.unwrap();
                    }
                }
                wire.ended.fetch_add(1, Ordering::SeqCst);
            });
        }
    });
    (address.parse().unwrap(), wire)
}

/// As soon as a person expects it.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(1), work).await.expect("within a second")
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_closed_when_nothing_may_leave() {
    let (gate, close) = gate();
    let Some(ip) = address_for_others() else { return };
    let (there, wire) = wire(ip).await;
    let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
    for _ in 0..3 {
        let answer = gate.send(client.get(there.clone())).await.unwrap();
        assert_eq!((answer.content_length(), answer.url()), (Some(3), &there));
        assert_eq!(answer.text().await.unwrap(), "yes");
        // The connection is handed back a moment after the end of an answer.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(wire.numbers(), (1, 0), "one connection for all");
    let before = wire.received_bytes.load(Ordering::SeqCst);
    let prepared = client.get(there.clone());
    close(true);
    assert!(is_blocked(&gate.send(prepared).await.unwrap_err()));
    assert!(is_blocked(&gate.send(client.get(there.clone())).await.unwrap_err()));
    soon(wire.until(|wire| wire.numbers() == (1, 1))).await;
    assert_eq!(wire.received_bytes.load(Ordering::SeqCst), before, "and nothing over it");
    close(false);
    gate.send(client.get(there)).await.unwrap();
    assert_eq!(wire.numbers(), (2, 1));
}

#[tokio::test]
async fn an_upload_that_is_under_way_is_cut_off() {
    let (gate, close) = gate();
    let Some(ip) = address_for_others() else { return };
    let (there, wire) = wire(ip).await;
    let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
    let chunks = stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from(vec![0; 1000])), ()))
    });
    let request = client.post(there.join("take").unwrap()).body(Body::wrap_stream(Box::pin(chunks)));
    let sent = tokio::spawn(gate.send(request));
    wire.until(|wire| wire.received_bytes.load(Ordering::SeqCst) > 20_000).await;
    close(true);
    let error = soon(sent).await.unwrap().unwrap_err();
    assert!(is_blocked(&error) && blocked_host(&error) == Some(ip.to_string()), "{error:?}");
    soon(wire.until(|wire| wire.numbers() == (1, 1))).await;
    let received = wire.received_bytes.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(wire.received_bytes.load(Ordering::SeqCst), received, "nothing follows");
}

#[tokio::test]
async fn an_answer_that_is_under_way_is_cut_off_and_one_of_this_machine_is_not() {
    let (gate, close) = gate();
    let Some(ip) = address_for_others() else { return };
    let (there, far) = wire(ip).await;
    let (here, near) = wire(Ipv4Addr::LOCALHOST.into()).await;
    let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, no_proxy());
    let drip = async |base: &Url| gate.send(client.get(base.join("drip").unwrap())).await.unwrap();
    let (mut far_answer, mut near_answer, silent) =
        (drip(&there).await, drip(&here).await, gate.send(client.get(there.join("take").unwrap())));
    let silent = tokio::spawn(silent);
    assert_eq!(far_answer.chunk().await.unwrap().unwrap(), "drop");
    far.until(|wire| wire.numbers() == (2, 0)).await;
    close(true);
    let error = soon(async {
        loop {
            if let Err(error) = far_answer.chunk().await {
                return error;
            }
        }
    });
    let error = error.await;
    assert!(is_blocked(&error) && blocked_host(&error) == Some(ip.to_string()), "{error:?}");
    assert!(is_blocked(&soon(silent).await.unwrap().unwrap_err()), "also while nothing is answered");
    drop(far_answer);
    soon(far.until(|wire| wire.numbers() == (2, 2))).await;
    assert!(near_answer.chunk().await.unwrap().is_some());
    assert_eq!(near.numbers(), (1, 0));
}

#[tokio::test]
async fn the_systems_proxy_is_used_with_its_password_and_passed_by_when_all_stays_here() {
    let (gate, close) = gate();
    let (proxy, through) = serve(Ipv4Addr::LOCALHOST.into()).await;
    let (here, asked) = serve(Ipv4Addr::LOCALHOST.into()).await;
    let at = format!("http://ann:p%40ss@{}", &proxy.as_str()["http://".len()..]);
    let system = Matcher::builder().all(at).no("127.0.0.9").build();
    let client = client_that(READ_TIMEOUT, only_on_the_same_host, gate, system);
    gate.send(client.get("http://debrief.invalid/one")).await.unwrap();
    let basic = STANDARD.encode("ann:p@ss");
    assert_eq!(seen(&through), [format!("http://debrief.invalid/one Basic {basic}")]);
    close(true);
    assert!(is_blocked(&gate.send(client.get("http://debrief.invalid/two")).await.unwrap_err()));
    gate.send(client.get(here.clone())).await.unwrap();
    assert_eq!((seen(&through).len(), seen(&asked)), (1, vec!["/".to_owned()]));
}

#[tokio::test]
async fn a_name_that_is_not_found_is_no_block() {
    let (gate, _) = gate();
    let client = client_that(Duration::from_secs(5), only_on_the_same_host, gate, no_proxy());
    let unknown = gate.send(client.get("http://debrief.invalid/")).await.unwrap_err();
    assert!(unknown.is_connect() && !is_blocked(&unknown), "{unknown:?}");
}
