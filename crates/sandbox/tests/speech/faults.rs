use std::time::Duration;

use debrief_sandbox::{Call, Fault, FaultKind, SpeechService};

use super::{Scene, done, refused, sent, talk};

const WHISPER: [(&str, &str); 1] = [("model", "whisper-1")];

fn plan(scene: &Scene, on: Call, what: FaultKind) {
    scene.sandbox.world().plan(Fault { on, times: 1, what });
}

fn status(status: u16, reason: &str) -> FaultKind {
    FaultKind::Status(status, reason.to_owned())
}

#[tokio::test]
async fn a_planned_refusal_has_the_form_of_the_service() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    plan(&scene, Call::SpeechOpenAi, status(500, "server_error"));
    let body = refused(scene.transcribe(talk(), &WHISPER), 500).await;
    assert_eq!(
        (&body["error"]["type"], &body["error"]["code"]),
        (&"server_error".into(), &"server_error".into())
    );
    plan(&scene, Call::SpeechOpenAi, status(429, "insufficient_quota"));
    let body = refused(scene.transcribe(talk(), &WHISPER), 429).await;
    assert_eq!(body["error"]["type"], "insufficient_quota");

    let scene = Scene::new(SpeechService::Deepgram).await;
    plan(&scene, Call::SpeechAny, status(402, "ASR_PAYMENT_REQUIRED"));
    let body = refused(scene.listen(talk(), &[]), 402).await;
    assert_eq!(body["err_code"], "ASR_PAYMENT_REQUIRED");
    for on in [Call::SpeechAssemblyUpload, Call::SpeechGeminiUpload] {
        plan(&scene, on, status(503, "UNAVAILABLE"));
    }
    let upload = scene.http.post(format!("{}/v2/upload", scene.sandbox.assemblyai()));
    assert_eq!(refused(upload, 503).await["error"], "UNAVAILABLE");
    let upload = scene.http.post(format!("{}/upload/v1beta/files", scene.sandbox.gemini()));
    assert_eq!(refused(upload, 503).await["error"]["status"], "UNAVAILABLE");
    assert!(!scene.sandbox.world().has_planned_faults());
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let scene = Scene::new(SpeechService::Groq).await;
    plan(&scene, Call::SpeechGroq, FaultKind::TooManyRequests { retry_after_s: Some(2) });
    let answer = sent(scene.transcribe(talk(), &[("model", "whisper-large-v3")])).await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["Retry-After"]), (429, &"2".parse().unwrap()));
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["code"], "rate_limit_exceeded");
}

#[tokio::test]
async fn a_fault_spoils_only_the_service_that_it_is_for() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    plan(&scene, Call::SpeechGroq, status(500, "server_error"));
    plan(&scene, Call::SpeechOpenAiModels, status(500, "server_error"));
    plan(&scene, Call::NotionAny, status(500, "internal_server_error"));
    done(scene.transcribe(talk(), &WHISPER)).await;
}

#[tokio::test]
async fn answers_are_cut_lost_stalled_and_garbled() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    plan(&scene, Call::SpeechOpenAi, FaultKind::DropAfter { bytes: 10 });
    assert!(sent(scene.transcribe(talk(), &WHISPER)).await.bytes().await.is_err());
    plan(&scene, Call::SpeechOpenAi, FaultKind::GarbageJson);
    let garbage = sent(scene.transcribe(talk(), &WHISPER)).await.text().await.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&garbage).is_err());
    plan(&scene, Call::SpeechOpenAi, FaultKind::AnswerLost);
    assert!(scene.transcribe(talk(), &WHISPER).send().await.is_err());
    // The work was done all the same.
    assert!(scene.sandbox.world().requests().last().unwrap().sound.is_some());
    plan(&scene, Call::SpeechOpenAi, FaultKind::Stall);
    let stalled = scene.transcribe(talk(), &WHISPER).timeout(Duration::from_millis(200)).send().await;
    assert!(stalled.unwrap_err().is_timeout());
    done(scene.transcribe(talk(), &WHISPER)).await;
}

#[tokio::test]
async fn every_call_of_every_service_can_be_spoiled() {
    let scene = Scene::new(SpeechService::OpenAi).await;
    let (openai, groq) = (scene.sandbox.openai(), scene.sandbox.groq());
    let (deepgram, assembly) = (scene.sandbox.deepgram(), scene.sandbox.assemblyai());
    let gemini = scene.sandbox.gemini();
    // Gemini's is one of speech when it names a file; the others look at the key first.
    let file = r#"{ "contents": [{ "parts": [{ "fileData": {} }] }] }"#;
    for (call, method, address) in [
        (Call::SpeechOpenAi, "POST", format!("{openai}/audio/transcriptions")),
        (Call::SpeechOpenAiModels, "GET", format!("{openai}/models")),
        (Call::SpeechGroq, "POST", format!("{groq}/audio/transcriptions")),
        (Call::SpeechGroqModels, "GET", format!("{groq}/models")),
        (Call::SpeechDeepgram, "POST", format!("{deepgram}/v1/listen")),
        (Call::SpeechDeepgramProjects, "GET", format!("{deepgram}/v1/projects")),
        (Call::SpeechAssemblyUpload, "POST", format!("{assembly}/v2/upload")),
        (Call::SpeechAssemblyTranscript, "POST", format!("{assembly}/v2/transcript")),
        (Call::SpeechAssemblyList, "GET", format!("{assembly}/v2/transcript")),
        (Call::SpeechAssemblyPoll, "GET", format!("{assembly}/v2/transcript/1")),
        (Call::SpeechAssemblyDelete, "DELETE", format!("{assembly}/v2/transcript/1")),
        (Call::SpeechGeminiUpload, "POST", format!("{gemini}/upload/v1beta/files")),
        (Call::SpeechGeminiFile, "GET", format!("{gemini}/v1beta/files/1")),
        (Call::SpeechGeminiDelete, "DELETE", format!("{gemini}/v1beta/files/1")),
        (Call::SpeechGeminiModels, "GET", format!("{gemini}/v1beta/models")),
        (Call::SpeechGeminiGenerate, "POST", format!("{gemini}/v1beta/models/m:generateContent")),
    ] {
        plan(&scene, call, FaultKind::TooManyRequests { retry_after_s: Some(9) });
        let answer = sent(scene.http.request(method.parse().unwrap(), &address).body(file)).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["Retry-After"]),
            (429, &"9".parse().unwrap())
        );
        assert!(!scene.sandbox.world().has_planned_faults(), "{address}");
        // Without the fault the missing key is refused.
        assert!([401, 403].contains(
            &sent(scene.http.request(method.parse().unwrap(), &address).body(file)).await.status().as_u16()
        ));
    }
}
