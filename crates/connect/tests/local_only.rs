//! "Local only" for the whole process: here it disturbs nobody else's requests.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use debrief_connect::http;
use debrief_connect::keychain::{Keep, Secrets};
use debrief_connect::llm::{self, ModelSettings, Provider, RemoteKey};
use debrief_connect::transcribe::remote::{self, RemoteSettings, Service};
use debrief_core::failure::{Failure, FailureCode, Retry};
use debrief_core::secret::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn key() -> RemoteKey {
    let kept = Secrets::new(Keep::Session, "debrief-test", "unused".into());
    RemoteKey { kept, given: Some(Secret::new("k-123")) }
}

fn model(provider: Provider, base: &str) -> ModelSettings {
    let base = base.parse().unwrap();
    ModelSettings { provider, model: String::new(), base, key: key(), window_tokens: None }
}

fn blocked(failure: &Failure, host: &str) {
    assert_eq!((failure.code, failure.retry), (FailureCode::LocalOnly, Retry::Person), "{failure:?}");
    assert_eq!(failure.what, format!("Local only is on, so nothing is sent to {host}."));
}

#[tokio::test]
async fn with_local_only_on_every_service_says_so_and_this_machine_is_still_asked() {
    let before = http::client();
    assert!(!http::local_only());
    http::set_local_only(true);
    assert!(http::local_only());
    for client in [before, http::client()] {
        let refused = http::send(client.get("https://api.openai.com/v1/models")).await.unwrap_err();
        assert!(http::is_blocked(&refused), "{refused:?}");
    }
    let provider = model(Provider::Anthropic, Provider::Anthropic.info().base);
    blocked(&llm::test(&provider).await.unwrap_err(), "api.anthropic.com");
    // An address of a network that is reserved for documents: nobody is asked for its name.
    let neighbour = model(Provider::Ollama, "http://192.0.2.7:11434/v1");
    blocked(&llm::models(&neighbour).await.unwrap_err(), "192.0.2.7");
    let (service, model_name) = (Service::Deepgram, Service::Deepgram.info().model.into());
    let speech = RemoteSettings {
        service,
        base: service.base(),
        model: model_name,
        language: None,
        key: key(),
        ledger: None,
    };
    blocked(&remote::test(&speech).await.unwrap_err(), "api.deepgram.com");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked).await.unwrap();
        let list = r#"{"data":[{"id":"qwen3:8b"}]}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{list}",
            list.len()
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    assert_eq!(llm::models(&model(Provider::Ollama, &here)).await.unwrap(), ["qwen3:8b"]);
}
