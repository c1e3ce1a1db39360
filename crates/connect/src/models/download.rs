//! One file of a model: streamed into a part, taken up where it was cut, checked before it counts.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use debrief_core::failure::{Failure, FailureCode};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};
use url::Url;

use super::failures;
use crate::http;
use crate::inflow::{self, CHUNKS_AHEAD, length, write};

/// How often a file is begun again because it was changed, or its part turned out to be useless.
const MAX_RESTARTS: u32 = 3;
/// Cut connections in a row that brought next to nothing.
const MAX_TRIES: u32 = 6;
/// A connection that brought less counts as one that brought nothing.
const WORTH_GOING_ON_BYTES: u64 = 64 << 10;
/// Nobody is asked to wait longer inside a download.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// What the person wants of a running download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Go,
    Pause,
    Cancel,
}

/// What a download tells while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Bytes of this file that are on disk or on their way there, and how many it has.
    Bytes { done: u64, total: u64 },
    /// The part was useless: it begins anew.
    StartedAgain,
    /// A sum is being made.
    Verifying,
}

/// Why a download ended without a file.
#[derive(Debug)]
pub(super) enum Ended {
    Stopped,
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Ended {
        Ended::Failed(failure)
    }
}

/// A whole file in its part, checked as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Got {
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
}

/// Lies beside a part and says what it is a part of, so that another version is never added to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sidecar {
    url: Url,
    etag: Option<String>,
    total: Option<u64>,
}

/// One file to be fetched.
pub(super) struct Fetch<'a> {
    pub(super) client: &'a http::Client,
    pub(super) url: Url,
    pub(super) part: PathBuf,
    pub(super) size_bytes: u64,
    /// Whether that is its size to the byte, or an estimate.
    pub(super) exact: bool,
    /// What its sum must be, where that is known.
    pub(super) sha256: Option<&'a str>,
    /// The first pause after a cut connection; each further one is twice as long.
    pub(super) pause: Duration,
    pub(super) wish: watch::Receiver<Wish>,
    pub(super) tell: &'a (dyn Fn(Step) + Send + Sync),
}

/// The file beside a part.
pub(super) fn sidecar_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// Resolves when the download is to end.
pub(super) async fn stopped(mut wish: watch::Receiver<Wish>) {
    // Whoever started it has gone: then it ends, and its part stays.
    let _ = wish.wait_for(|wish| *wish != Wish::Go).await;
}

enum Cut {
    Stopped,
    /// What is there can't be gone on with.
    Useless,
    /// The connection broke, or the host asks for patience.
    Broken {
        why: String,
        after_ms: Option<u32>,
        busy: bool,
    },
    Failed(Failure),
}

impl Fetch<'_> {
    /// Fetches the file into its part, over as many connections as it takes.
    pub(super) async fn run(&self) -> Result<Got, Ended> {
        let (mut restarts, mut tries) = (0, 0);
        let mut sum = self.begin().await?;
        loop {
            let had = length(&self.part);
            match self.one_connection(had, &mut sum).await {
                Ok(()) => return self.checked(sum).await,
                Err(Cut::Stopped) => return Err(Ended::Stopped),
                Err(Cut::Failed(failure)) => {
                    if failure.code == FailureCode::ModelDamaged {
                        self.remove().map_err(|error| self.disk(&error))?;
                    }
                    return Err(failure.into());
                }
                Err(Cut::Useless) if restarts < MAX_RESTARTS => {
                    restarts += 1;
                    sum = self.start_again()?;
                }
                Err(Cut::Useless) => {
                    self.remove().map_err(|error| self.disk(&error))?;
                    return Err(failures::damaged(&self.name()).into());
                }
                Err(Cut::Broken { why, after_ms, busy }) => {
                    tries = if length(&self.part) >= had + WORTH_GOING_ON_BYTES { 0 } else { tries + 1 };
                    let asked = Duration::from_millis(after_ms.unwrap_or(0).into());
                    if tries >= MAX_TRIES || asked > LONGEST_WAIT {
                        let host = self.url.host_str().unwrap_or("the host").to_owned();
                        return Err(failures::unreachable(&host, busy).after(after_ms).because(why).into());
                    }
                    let pause = (self.pause * 2_u32.pow(tries)).max(asked).min(LONGEST_WAIT);
                    tokio::select! {
                        () = stopped(self.wish.clone()) => return Err(Ended::Stopped),
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
        }
    }

    /// The sum of a part that is left from before, if it is one of this file; else of nothing.
    async fn begin(&self) -> Result<Sha256, Ended> {
        if length(&self.part) == 0 {
            return Ok(Sha256::new());
        }
        if self.sidecar().is_some_and(|left| left.url == self.url) {
            (self.tell)(Step::Verifying);
            return self.sum_of_part().await;
        }
        self.start_again()
    }

    async fn sum_of_part(&self) -> Result<Sha256, Ended> {
        let part = self.part.clone();
        let summing = tokio::task::spawn_blocking(move || {
            let mut sum = Sha256::new();
            if length(&part) > 0 {
                inflow::digest(&part, &mut sum)?;
            }
            Ok::<_, io::Error>(sum)
        });
        tokio::select! {
            () = stopped(self.wish.clone()) => Err(Ended::Stopped),
            sum = summing => Ok(sum.map_err(Failure::internal)?.map_err(|error| self.disk(&error))?),
        }
    }

    fn start_again(&self) -> Result<Sha256, Ended> {
        if length(&self.part) > 0 {
            (self.tell)(Step::StartedAgain);
        }
        self.remove().map_err(|error| self.disk(&error))?;
        Ok(Sha256::new())
    }

    fn remove(&self) -> io::Result<()> {
        for file in [&self.part, &sidecar_of(&self.part)] {
            match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    async fn one_connection(&self, had: u64, sum: &mut Sha256) -> Result<(), Cut> {
        let before = self.sidecar().filter(|_| had > 0);
        let whole = before.as_ref().and_then(|before| before.total);
        if had > 0 && (whole == Some(had) || self.exact && had == self.size_bytes) {
            return Ok(());
        }
        let answer = tokio::select! {
            () = stopped(self.wish.clone()) => return Err(Cut::Stopped),
            answer = http::send(self.request(had, before.as_ref())) => answer.map_err(|error| broken(&error))?,
        };
        let at = self.judge(&answer, had, before.as_ref())?;
        if at < had {
            (self.tell)(Step::StartedAgain);
            *sum = Sha256::new();
        }
        let total = match inflow::range(&answer) {
            Some((_, total)) if at > 0 => total,
            _ => answer.content_length(), // A whole answer says how long it is itself, if anything does.
        };
        if self.exact && total.is_some_and(|total| total != self.size_bytes) {
            return Err(Cut::Failed(failures::damaged(&self.name()).because(format!(
                "{} bytes are offered, {} are expected",
                total.unwrap_or(0),
                self.size_bytes
            ))));
        }
        let beside = Sidecar { url: self.url.clone(), etag: header(&answer, ETAG), total };
        self.keep(&beside).map_err(|error| Cut::Failed(self.disk(&error)))?;
        self.pour(answer, at, total, sum).await
    }

    fn request(&self, had: u64, before: Option<&Sidecar>) -> reqwest::RequestBuilder {
        let request = self.client.get(self.url.clone());
        if had == 0 {
            return request;
        }
        let request = request.header(RANGE, format!("bytes={had}-"));
        // A weak tag may not be asked with.
        match before.and_then(|before| before.etag.as_deref()).filter(|etag| !etag.starts_with("W/")) {
            Some(etag) => request.header(IF_RANGE, etag),
            None => request,
        }
    }

    /// Where the answer's bytes belong, if it is one.
    fn judge(&self, answer: &Response, had: u64, before: Option<&Sidecar>) -> Result<u64, Cut> {
        let status = answer.status();
        let why = format!("status {status}");
        match status {
            StatusCode::PARTIAL_CONTENT if had > 0 => {
                let range = inflow::range(answer);
                let (etag, known) = (header(answer, ETAG), before.and_then(|before| before.etag.clone()));
                let another = etag.is_some() && known.is_some() && etag != known
                    || before.is_some_and(|before| range.is_some_and(|(_, whole)| whole != before.total));
                if another || range.map(|(from, _)| from) != Some(had) {
                    return Err(Cut::Useless);
                }
                Ok(had)
            }
            StatusCode::OK => {
                if header(answer, CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")) {
                    // The page of a hotel's network, for example.
                    return Err(Cut::Failed(failures::not_a_file(answer.url().host_str().unwrap_or("?"))));
                }
                Ok(0)
            }
            StatusCode::RANGE_NOT_SATISFIABLE if had > 0 => Err(Cut::Useless),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Err(Cut::Broken {
                why,
                after_ms: http::retry_after_ms(answer.headers(), Timestamp::now()),
                busy: true,
            }),
            StatusCode::REQUEST_TIMEOUT => Err(Cut::Broken { why, after_ms: None, busy: true }),
            status if status.is_server_error() => Err(Cut::Broken { why, after_ms: None, busy: true }),
            status if status.is_redirection() => {
                Err(Cut::Failed(failures::not_a_file(answer.url().host_str().unwrap_or("?")).because(why)))
            }
            _ => Err(Cut::Failed(failures::not_offered(&self.name()).because(why))), // Gone, or not for everybody.
        }
    }

    /// Lets the answer flow into the part from `at` on.
    async fn pour(
        &self,
        mut answer: Response,
        at: u64,
        total: Option<u64>,
        sum: &mut Sha256,
    ) -> Result<(), Cut> {
        let (chunks, taken) = mpsc::channel::<Bytes>(CHUNKS_AHEAD);
        let (part, mut summed) = (self.part.clone(), sum.clone());
        let writer = tokio::task::spawn_blocking(move || {
            write(&part, at, taken, |chunk| summed.update(chunk)).map(|()| summed)
        });
        let shown = total.unwrap_or(self.size_bytes);
        let mut done = at;
        let end = loop {
            let chunk = tokio::select! {
                () = stopped(self.wish.clone()) => break Err(Cut::Stopped),
                chunk = answer.chunk() => chunk,
            };
            let chunk = match chunk {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break Ok(()),
                Err(error) => break Err(broken(&error)),
            };
            done += chunk.len() as u64;
            if total.is_some_and(|total| done > total) || self.exact && done > self.size_bytes {
                break Err(Cut::Useless);
            }
            if chunks.send(chunk).await.is_err() {
                break Ok(()); // The writer has ended, and says why below.
            }
            (self.tell)(Step::Bytes { done, total: shown.max(done) });
        };
        drop(chunks);
        let written = writer.await.map_err(|error| Cut::Failed(Failure::internal(error)))?;
        *sum = written.map_err(|error| Cut::Failed(self.disk(&error)))?;
        end?;
        let expected = if self.exact { Some(self.size_bytes) } else { total };
        if expected.is_some_and(|expected| done < expected) {
            return Err(Cut::Broken {
                why: "the answer ended early".to_owned(),
                after_ms: None,
                busy: false,
            });
        }
        Ok(())
    }

    /// Whether the whole part is what the catalogue says. If not, it goes.
    async fn checked(&self, sum: Sha256) -> Result<Got, Ended> {
        (self.tell)(Step::Verifying);
        let got = Got { size_bytes: length(&self.part), sha256: inflow::hex(sum.finalize().as_slice()) };
        if got.size_bytes == 0 || self.sha256.is_some_and(|known| known != got.sha256) {
            self.remove().map_err(|error| self.disk(&error))?;
            return Err(failures::damaged(&self.name()).into());
        }
        // What says whose part it is stays until the part has its name: without it, all would be fetched again.
        Ok(got)
    }

    fn sidecar(&self) -> Option<Sidecar> {
        serde_json::from_slice(&std::fs::read(sidecar_of(&self.part)).ok()?).ok()
    }

    fn keep(&self, beside: &Sidecar) -> io::Result<()> {
        std::fs::write(sidecar_of(&self.part), serde_json::to_vec(beside)?)
    }

    fn name(&self) -> String {
        self.url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or("a file").to_owned()
    }

    fn disk(&self, error: &io::Error) -> Failure {
        failures::disk(self.part.parent().unwrap_or(&self.part), error)
    }
}

fn broken(error: &reqwest::Error) -> Cut {
    match http::blocked_host(error) {
        Some(host) => {
            Cut::Failed(http::blocked(&host, "add the file yourself with `debrief models add FILE`"))
        }
        None => Cut::Broken { why: http::causes(error), after_ms: None, busy: false },
    }
}

fn header(answer: &Response, name: reqwest::header::HeaderName) -> Option<String> {
    Some(answer.headers().get(name)?.to_str().ok()?.to_owned())
}
