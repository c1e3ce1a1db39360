//! Odd answers of services, from small servers of our own; whole runs are in `tests/speech.rs`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use debrief_core::failure::{FailureCode, Retry};
use debrief_core::stage::StepError;
use serde_json::{Value, json};

use super::*;
use crate::keychain::Keep;
use crate::transcribe::testing::{Desk, flite, silence, write_wav};

/// The files in a job's folder besides the recording.
fn files(desk: &Desk) -> Vec<String> {
    let names = std::fs::read_dir(desk.folder()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "audio.wav").collect()
}

/// A server that ends with the test's runtime.
async fn serve(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, router.layer(axum::extract::DefaultBodyLimit::disable())).await
    });
    address.parse().unwrap()
}

fn settings(service: Service, base: Url) -> RemoteSettings {
    let kept = Secrets::new(Keep::Session, "debrief-test", "unused".into());
    let key = RemoteKey { kept, given: Some(Secret::new("k-123")) };
    RemoteSettings { service, base, model: service.info().model.into(), language: None, key, ledger: None }
}

fn failure(result: StepResult<Words>) -> Failure {
    match result.unwrap_err() {
        StepError::Failed(failure) => failure,
        StepError::Stopped(stopped) => panic!("{stopped}"),
    }
}

fn texts(words: &Words) -> String {
    words.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn reply(body: &Value) -> Response {
    ([("content-type", "application/json")], body.to_string()).into_response()
}

#[tokio::test]
async fn a_service_says_what_it_is_and_needs_its_key() {
    let mut settings = settings(Service::Deepgram, Service::Deepgram.base());
    settings.key.given = None;
    let engine = Remote::new(settings.clone());
    assert_eq!(engine.label(), "Deepgram (nova-3), sends the audio to api.deepgram.com");
    assert!(!engine.is_local());
    let failure = engine.ready().await.unwrap_err();
    assert_eq!((failure.code, failure.retry), (FailureCode::SpeechKeyMissing, Retry::Person));
    assert_eq!(failure.what, "Deepgram needs a key.");
    assert_eq!(
        failure.fix,
        "Add it in the settings under Transcription, or run `debrief speech key deepgram`. The job goes on by itself."
    );
    settings.key.kept.set("speech.deepgram", Secret::new("kept")).await.unwrap();
    engine.ready().await.unwrap();
}

#[tokio::test]
async fn a_server_of_ones_own_needs_no_key_and_is_not_called_openai() {
    let seen: Arc<Mutex<Option<bool>>> = Arc::default();
    let note = seen.clone();
    let models = get(async move |headers: axum::http::HeaderMap| {
        *note.lock().unwrap() = Some(headers.contains_key("authorization"));
        reply(&json!({ "data": [] }))
    });
    let base = serve(Router::new().route("/v1/models", models)).await.join("v1").unwrap();
    let mut settings = settings(Service::OpenAi, base.clone());
    settings.key.given = None;
    let engine = Remote::new(settings.clone());
    engine.ready().await.unwrap();
    let port = base.port().unwrap();
    let at = format!("127.0.0.1:{port} (this machine)");
    assert_eq!(engine.label(), format!("OpenAI-compatible server (whisper-1), sends the audio to {at}"));
    let told = test(&settings).await.unwrap();
    assert_eq!(told, format!("OpenAI-compatible server answers. Recordings are sent to {at}."));
    assert_eq!(*seen.lock().unwrap(), Some(false));
    settings.key.kept.set("speech.openai", Secret::new("of OpenAI")).await.unwrap();
    test(&settings).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), Some(false), "the key of OpenAI is not for another server");
    settings.key.kept.set(&settings.key_name(), Secret::new("its own")).await.unwrap();
    test(&settings).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), Some(true));
    settings.key.kept.delete("speech.openai").await.unwrap();
    // A folder is no file to read keys from.
    let folder = tempfile::tempdir().unwrap();
    let unreadable = Secrets::new(Keep::File, "debrief-test", folder.path().to_owned());
    let keyless = RemoteKey { kept: unreadable, given: None };
    Remote::new(RemoteSettings { key: keyless, ..settings.clone() }).ready().await.unwrap();
    settings.base = Service::OpenAi.base();
    assert_eq!(Remote::new(settings).ready().await.unwrap_err().what, "OpenAI needs a key.");
}

/// Words at 0.2 s and 0.6 s of every upload.
fn two_words() -> Value {
    json!({ "language": "english", "text": "Yes, indeed.", "words": [
        { "word": "Yes", "start": 0.2, "end": 0.5 }, { "word": "indeed", "start": 0.6, "end": 1.0 }] })
}

#[tokio::test]
async fn what_is_too_large_goes_in_shorter_pieces() {
    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    let ask = post(async move |body: Bytes| {
        if body.len() > 150_000 {
            count.fetch_add(1, Ordering::SeqCst);
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        reply(&two_words())
    });
    let base = serve(Router::new().route("/audio/transcriptions", ask)).await;
    let desk = Desk::new();
    let sentence =
        [flite("rms", "we need to talk to the customers again before we start"), silence(700)].concat();
    let samples: Vec<i16> = sentence.into_iter().cycle().take(16_000 * 90).collect();
    let engine = Remote::new(settings(Service::Groq, base));
    let words =
        engine.transcribe(&write_wav(desk.folder(), &samples), &Hints::default(), desk.cx()).await.unwrap();
    assert!(words.words.len() >= 4, "{words:?}");
    assert!((1..=3).contains(&refused.load(Ordering::SeqCst)), "{refused:?}");
    assert_eq!((words.language.as_str(), words.turns), ("en", None));
    assert_eq!(files(&desk), Vec::<String>::new());
}

/// A minute and a half of talk.
fn talk(desk: &Desk) -> debrief_core::ports::Audio {
    let sentence =
        [flite("rms", "we need to talk to the customers again before we start"), silence(700)].concat();
    let samples: Vec<i16> = sentence.into_iter().cycle().take(16_000 * 90).collect();
    write_wav(desk.folder(), &samples)
}

#[tokio::test]
async fn shorter_pieces_that_were_heard_are_not_sent_again() {
    let (heard, large) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let fails = Arc::new(AtomicBool::new(true));
    let (count, count_large, failing) = (heard.clone(), large.clone(), fails.clone());
    let ask = post(async move |body: Bytes| {
        if body.len() > 150_000 {
            count_large.fetch_add(1, Ordering::SeqCst);
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        if count.load(Ordering::SeqCst) == 1 && failing.swap(false, Ordering::SeqCst) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        count.fetch_add(1, Ordering::SeqCst);
        reply(&two_words())
    });
    let base = serve(Router::new().route("/audio/transcriptions", ask)).await;
    let desk = Desk::new();
    let audio = talk(&desk);
    let engine = Remote::new(settings(Service::Groq, base));
    let failure = failure(engine.transcribe(&audio, &Hints::default(), desk.cx()).await);
    assert_eq!(failure.code, FailureCode::ServiceBusy);
    assert_eq!(heard.load(Ordering::SeqCst), 1);
    let refused = large.load(Ordering::SeqCst);

    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    let pieces = words.words.iter().filter(|word| word.text == "indeed.").count();
    assert_eq!(pieces, heard.load(Ordering::SeqCst), "each was paid for once: {words:?}");
    assert_eq!(large.load(Ordering::SeqCst), refused, "it is known that the whole is too large");
}

#[tokio::test]
async fn what_is_always_too_large_is_given_up() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let ask = post(async move |_: Bytes| {
        count.fetch_add(1, Ordering::SeqCst);
        StatusCode::PAYLOAD_TOO_LARGE
    });
    let base = serve(Router::new().route("/audio/transcriptions", ask)).await;
    let desk = Desk::new();
    let engine = Remote::new(settings(Service::OpenAi, base));
    let audio = write_wav(desk.folder(), &silence(120_000));
    let failure = failure(engine.transcribe(&audio, &Hints::default(), desk.cx()).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::SpeechRefused, Retry::Never));
    assert!(asked.load(Ordering::SeqCst) <= 5, "{asked:?}");
}

#[tokio::test]
async fn text_without_times_lies_on_the_voice_and_the_job_says_so_once() {
    let ask = post(async |_: Bytes| reply(&json!({ "text": "one two three four" })));
    let base = serve(Router::new().route("/audio/transcriptions", ask)).await;
    let desk = Desk::new();
    let speech = flite("slt", "please call the bank on monday morning");
    let spoken_ms = speech.len() as u32 / 16;
    let audio = write_wav(desk.folder(), &[silence(5000), speech, silence(3000)].concat());
    let engine = Remote::new(settings(Service::OpenAi, base));
    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    assert_eq!(texts(&words), "one two three four");
    for word in &words.words {
        assert!(word.start_ms >= 4400 && word.end_ms <= 5000 + spoken_ms + 600, "{words:?}");
    }
    let warnings = desk.host.warnings.lock().unwrap();
    assert_eq!(warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>(), ["no_word_times"]);
}

#[tokio::test]
async fn nothing_said_is_no_speech() {
    let ask = post(async |_: Bytes| reply(&json!({ "text": "", "words": [], "segments": [] })));
    let base = serve(Router::new().route("/audio/transcriptions", ask)).await;
    let desk = Desk::new();
    let engine = Remote::new(settings(Service::OpenAi, base));
    let failure = failure(
        engine.transcribe(&write_wav(desk.folder(), &silence(2000)), &Hints::default(), desk.cx()).await,
    );
    assert_eq!(failure.code, FailureCode::NoSpeech);
}

#[tokio::test]
async fn a_service_that_never_answers_is_left_in_time_and_a_stop_leaves_it_at_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let ask = post(async move |_: Bytes| {
        count.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<StatusCode>().await
    });
    let base = serve(Router::new().route("/v1/listen", ask)).await;
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(2000));
    let engine = Remote::new(settings(Service::Deepgram, base));
    let engine = engine.with_patience(Duration::from_millis(1500));
    let failure = failure(engine.transcribe(&audio, &Hints::default(), desk.cx()).await);
    assert_eq!((failure.code, failure.retry), (FailureCode::TimedOut, Retry::Later { after_ms: None }));

    let engine = engine.with_patience(Duration::from_secs(600));
    let (cx, kept) = (desk.cx(), desk.host.clone());
    let stop = tokio::spawn(async move {
        while asked.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        kept.stopped.store(true, Ordering::SeqCst);
    });
    let stopped = engine.transcribe(&audio, &Hints::default(), cx).await;
    assert!(matches!(stopped, Err(StepError::Stopped(_))), "{stopped:?}");
    stop.await.unwrap();
    assert_eq!(files(&desk), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_there_is_offline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let desk = Desk::new();
    let engine = Remote::new(settings(Service::Deepgram, base));
    let failure = failure(
        engine.transcribe(&write_wav(desk.folder(), &silence(2000)), &Hints::default(), desk.cx()).await,
    );
    assert_eq!((failure.code, failure.retry), (FailureCode::Offline, Retry::Later { after_ms: None }));
    assert!(!failure.detail.unwrap().contains("k-123"));
}

/// AssemblyAI, with what it was asked, that finishes a transcript when it is told to.
async fn assembly(asked: Arc<Mutex<Vec<String>>>, finished: Arc<AtomicBool>) -> Url {
    let answer = async move |method: axum::http::Method, uri: Uri| {
        asked.lock().unwrap().push(format!("{method} {}", uri.path()));
        let status = if finished.load(Ordering::SeqCst) { "completed" } else { "processing" };
        let word = json!({ "text": "Yes.", "start": 100, "end": 400, "confidence": 0.9, "speaker": "A" });
        reply(&match (method.as_str(), uri.path()) {
            ("POST", "/v2/upload") => json!({ "upload_url": "https://cdn.assemblyai.com/upload/1" }),
            ("POST", _) => json!({ "id": "t-1", "status": "queued" }),
            (_, _) => json!({ "id": "t-1", "status": status, "language_code": "en", "words": [word] }),
        })
    };
    serve(Router::new().fallback(any(answer))).await
}

#[tokio::test]
async fn a_transcript_that_was_ordered_is_taken_up_again_and_deleted_once_it_is_kept() {
    let (asked, finished) = (Arc::default(), Arc::new(AtomicBool::new(false)));
    let base = assembly(Arc::clone(&asked), Arc::clone(&finished)).await;
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(2000));
    let engine = Remote::new(settings(Service::AssemblyAi, base));
    let (kept, polled) = (desk.host.clone(), asked.clone());
    tokio::spawn(async move {
        while !polled.lock().unwrap().contains(&"GET /v2/transcript/t-1".to_owned()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        kept.stopped.store(true, Ordering::SeqCst);
    });
    let stopped = engine.transcribe(&audio, &Hints::default(), desk.cx()).await;
    assert!(matches!(stopped, Err(StepError::Stopped(_))), "{stopped:?}");

    desk.host.stopped.store(false, Ordering::SeqCst);
    finished.store(true, Ordering::SeqCst);
    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    assert_eq!((texts(&words).as_str(), words.turns.unwrap().len()), ("Yes.", 1));
    let asked = asked.lock().unwrap();
    let times = |call: &str| asked.iter().filter(|asked| *asked == call).count();
    assert_eq!((times("POST /v2/upload"), times("POST /v2/transcript")), (1, 1), "{asked:?}");
    assert_eq!(asked.last().unwrap(), "DELETE /v2/transcript/t-1");
}

#[tokio::test]
async fn the_transcripts_of_all_shorter_pieces_are_deleted() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (note, ordered) = (asked.clone(), Arc::new(AtomicUsize::new(0)));
    let answer = async move |method: axum::http::Method, uri: Uri, body: Bytes| {
        let (method, path) = (method.as_str(), uri.path());
        let word = json!({ "text": "Yes.", "start": 100, "end": 400, "confidence": 0.9, "speaker": "A" });
        let said = match (method, path) {
            ("POST", "/v2/upload") if body.len() > 150_000 => {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            }
            ("POST", "/v2/upload") => json!({ "upload_url": "https://cdn.assemblyai.com/upload/1" }),
            ("POST", _) => json!({ "id": format!("t-{}", ordered.fetch_add(1, Ordering::SeqCst)) }),
            (_, _) => json!({ "status": "completed", "words": [word] }),
        };
        if path.starts_with("/v2/transcript/") && method == "DELETE" || method == "POST" {
            note.lock().unwrap().push(format!("{method} {path}"));
        }
        reply(&said)
    };
    let base = serve(Router::new().fallback(any(answer))).await;
    let desk = Desk::new();
    let engine = Remote::new(settings(Service::AssemblyAi, base));
    engine.transcribe(&talk(&desk), &Hints::default(), desk.cx()).await.unwrap();
    let asked = asked.lock().unwrap();
    let orders = asked.iter().filter(|asked| *asked == "POST /v2/transcript").count();
    let deletions = asked.iter().filter(|asked| asked.starts_with("DELETE")).count();
    assert!(orders >= 2 && deletions == orders, "{asked:?}");
}

/// Gemini, whose answer is the last thing that the test says, with the deletions that it saw.
async fn gemini(said: impl Fn() -> Response + Clone + Send + Sync + 'static) -> (Url, Arc<AtomicUsize>) {
    let deleted = Arc::new(AtomicUsize::new(0));
    let count = deleted.clone();
    let begin = post(async |headers: axum::http::HeaderMap| {
        let host = headers["host"].to_str().unwrap();
        ([("x-goog-upload-url", format!("http://{host}/session"))], "").into_response()
    });
    let file = json!({ "name": "files/f1", "uri": "https://files/f1", "state": "ACTIVE" });
    let uploaded = json!({ "file": file });
    let router = Router::new()
        .route("/upload/v1beta/files", begin)
        .route("/session", post(async move |_: Bytes| reply(&uploaded)))
        .route("/v1beta/models/{model}", post(async move || said()))
        .route(
            "/v1beta/files/f1",
            delete(async move || {
                count.fetch_add(1, Ordering::SeqCst);
                reply(&json!({}))
            }),
        );
    (serve(router).await, deleted)
}

fn gemini_says(reason: &str, segments: &Value) -> Response {
    let text = json!({ "language": "en", "segments": segments }).to_string();
    reply(&json!({ "candidates": [{ "content": { "parts": [{ "text": text }] }, "finishReason": reason }] }))
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_asked_for_in_shorter_pieces_and_every_file_is_deleted() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let said = move || {
        let segment = json!([{ "start": 0.5, "end": 1.0, "speaker": "A", "text": "Well" }]);
        let reason = if count.fetch_add(1, Ordering::SeqCst) == 0 { "MAX_TOKENS" } else { "STOP" };
        gemini_says(reason, &segment)
    };
    let (base, deleted) = gemini(said).await;
    let desk = Desk::new();
    let engine = Remote::new(settings(Service::Gemini, base));
    let audio = write_wav(desk.folder(), &silence(60_000));
    let words = engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked >= 3 && words.words.len() == asked - 1, "{asked}: {words:?}");
    assert_eq!(deleted.load(Ordering::SeqCst), asked);
}

/// What calls have cost, in the order of the calls.
#[derive(Default)]
struct Book(Mutex<Vec<debrief_core::spending::Expense>>);

impl Ledger for Book {
    fn left_usd(&self) -> Result<Option<f64>, Failure> {
        Ok(None)
    }

    fn record(
        &self,
        _: debrief_core::job::JobId,
        expense: debrief_core::spending::Expense,
    ) -> Result<(), Failure> {
        self.0.lock().unwrap().push(expense);
        Ok(())
    }
}

#[tokio::test]
async fn an_answer_of_gemini_that_is_of_no_use_has_cost_as_much() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let said = move || {
        let reason = if count.fetch_add(1, Ordering::SeqCst) == 0 { "MAX_TOKENS" } else { "STOP" };
        gemini_says(reason, &json!([{ "start": 0.5, "end": 1.0, "speaker": "A", "text": "Well" }]))
    };
    let (base, _) = gemini(said).await;
    let (desk, book) = (Desk::new(), Arc::new(Book::default()));
    let ledger: Option<Arc<dyn Ledger>> = Some(book.clone());
    let engine = Remote::new(RemoteSettings { ledger, ..settings(Service::Gemini, base) });
    let audio = write_wav(desk.folder(), &silence(60_000));
    engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    let rows = book.0.lock().unwrap();
    assert_eq!(rows.len(), asked.load(Ordering::SeqCst));
    assert_eq!(rows[0].usage.audio_ms, 60_000);
}

#[tokio::test]
async fn the_file_is_deleted_also_when_gemini_fails_or_the_job_is_stopped() {
    let (base, deleted) = gemini(|| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await;
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(2000));
    let engine = Remote::new(settings(Service::Gemini, base));
    let failure = failure(engine.transcribe(&audio, &Hints::default(), desk.cx()).await);
    assert_eq!(failure.code, FailureCode::ServiceBusy);
    assert_eq!(deleted.load(Ordering::SeqCst), 1);

    let kept = desk.host.clone();
    let stop = move || {
        kept.stopped.store(true, Ordering::SeqCst);
        // An answer that never ends.
        axum::body::Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>())
            .into_response()
    };
    let (base, deleted) = gemini(stop).await;
    let engine = Remote::new(settings(Service::Gemini, base));
    let stopped = engine.transcribe(&audio, &Hints::default(), desk.cx()).await;
    assert!(matches!(stopped, Err(StepError::Stopped(_))), "{stopped:?}");
    for _ in 0..1000 {
        if deleted.load(Ordering::SeqCst) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the file was not deleted");
}

#[tokio::test]
async fn a_key_that_a_service_says_again_is_in_no_failure_and_no_warning() {
    // It takes what it is sent: who answers before that may break the connection.
    let refuse = async |method: axum::http::Method, uri: Uri, _: Bytes| {
        let word = json!({ "text": "Yes.", "start": 100, "end": 400, "confidence": 0.9, "speaker": "A" });
        match (method.as_str(), uri.path()) {
            ("POST", "/v2/upload") => reply(&json!({ "upload_url": "https://cdn.assemblyai.com/upload/1" })),
            ("POST", "/v2/transcript") => reply(&json!({ "id": "t-1" })),
            ("GET", "/v2/transcript/t-1") => reply(&json!({ "status": "completed", "words": [word] })),
            _ => (StatusCode::UNAUTHORIZED, json!({ "error": "bad key k-123" }).to_string()).into_response(),
        }
    };
    let base = serve(Router::new().fallback(any(refuse))).await;
    let desk = Desk::new();
    let audio = write_wav(desk.folder(), &silence(2000));
    let engine = Remote::new(settings(Service::OpenAi, base.clone()));
    let refused = failure(engine.transcribe(&audio, &Hints::default(), desk.cx()).await);
    assert_eq!(refused.code, FailureCode::SpeechKeyRefused);
    assert_eq!(refused.detail.unwrap(), "status 401: bad key …");
    let refused = test(&settings(Service::Deepgram, base.clone())).await.unwrap_err();
    assert_eq!(refused.detail.unwrap(), "status 401: bad key …");

    let engine = Remote::new(settings(Service::AssemblyAi, base));
    engine.transcribe(&audio, &Hints::default(), desk.cx()).await.unwrap();
    let warnings = desk.host.warnings.lock().unwrap();
    assert_eq!(warnings.last().unwrap().code, "transcript_left");
    assert!(!warnings.last().unwrap().text.contains("k-123"), "{warnings:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused_before_anybody_is_asked() {
    let mut settings = settings(Service::Deepgram, Service::Deepgram.base());
    settings.key.given = Some(Secret::new("two\nlines"));
    let failure = test(&settings).await.unwrap_err();
    assert_eq!((failure.code, failure.retry), (FailureCode::SpeechKeyRefused, Retry::Person));
}
