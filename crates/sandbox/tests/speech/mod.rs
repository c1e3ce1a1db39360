//! The stand-ins for speech services.

mod assemblyai;
mod deepgram;
mod faults;
mod gemini;
mod hearing;
mod openai;
mod sound;

use debrief_sandbox::{Sandbox, SpeechService, Spoken, World};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use crate::support::client;

/// One service with one key.
struct Scene {
    sandbox: Sandbox,
    service: SpeechService,
    key: String,
    http: Client,
}

impl Scene {
    async fn new(service: SpeechService) -> Scene {
        let mut world = World::new();
        let key = world.add_speech_key(service);
        Scene { sandbox: Sandbox::start(world).await.unwrap(), service, key, http: client() }
    }

    /// `audio/transcriptions` of OpenAI or Groq.
    fn transcribe(&self, file: Vec<u8>, fields: &[(&str, &str)]) -> RequestBuilder {
        let base =
            if self.service == SpeechService::Groq { self.sandbox.groq() } else { self.sandbox.openai() };
        let form = Form::new().part("file", Part::bytes(file).file_name("part.ogg"));
        let form = fields
            .iter()
            .fold(form, |form, (name, value)| form.text((*name).to_owned(), (*value).to_owned()));
        self.http.post(format!("{base}/audio/transcriptions")).bearer_auth(&self.key).multipart(form)
    }

    /// `listen` of Deepgram.
    fn listen(&self, file: Vec<u8>, query: &[(&str, &str)]) -> RequestBuilder {
        let ask = self.http.post(format!("{}/v1/listen", self.sandbox.deepgram())).query(query);
        let ask = ask.header("Authorization", format!("Token {}", self.key));
        ask.header("Content-Type", "audio/ogg").body(file)
    }
}

/// Sound with the words of two people.
const TALK: [(u64, &str); 4] = [(500, "A001"), (1_100, "A002"), (3_000, "B003"), (5_500, "A004")];

fn talk() -> Vec<u8> {
    sound::opus(&debrief_sandbox::dtmf::say(&TALK, 7_000, 16_000))
}

fn spoken(text: &str, start_ms: u64, speaker: Option<char>) -> Spoken {
    Spoken { text: text.to_owned(), start_ms, end_ms: start_ms + 300, speaker }
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

async fn done(request: RequestBuilder) -> Value {
    let answer = sent(request).await;
    let status = answer.status();
    let body = answer.text().await.unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Asserts a refusal with this status, and returns its body.
async fn refused(request: RequestBuilder, status: u16) -> Value {
    let answer = sent(request).await;
    let was = answer.status();
    let body = answer.text().await.unwrap();
    assert_eq!(was, status, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Asserts that a time in seconds is the expected one in milliseconds, as far as a codec lets it.
fn near(seconds: &Value, ms: u64) {
    let was = seconds.as_f64().unwrap() * 1000.0;
    assert!((was - ms as f64).abs() < 20.0, "{was} is not {ms}");
}
