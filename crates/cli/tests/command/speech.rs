//! `debrief speech`, and recordings that are heard in another way than the settings say.

use std::path::Path;

use debrief_sandbox::{Sandbox, SpeechService, World, dtmf};
use debrief_yardstick::whisper_model::TINY;
use tokio::runtime::Runtime;

use crate::support::{Installation, Ran, Running, fixture, id, keeps_secrets, said, text};

/// Two speakers who say digits, which the sandbox understands.
fn digits(installation: &Installation) -> String {
    let rate = 16_000;
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let file = installation.path().join("digits.wav");
    let mut wav = hound::WavWriter::create(&file, format).unwrap();
    let words = [(500, "A123"), (1_200, "4567"), (3_000, "B890"), (3_800, "1111")];
    for sample in dtmf::say(&words, 6_000, rate) {
        wav.write_sample(sample).unwrap();
    }
    wav.finalize().unwrap();
    file.display().to_string()
}

fn told(installation: &Installation, arguments: &[&str], input: &str) -> Ran {
    Running::start_told(&mut installation.command(arguments), input).end()
}

#[test]
fn a_job_of_a_service_waits_for_its_key_and_goes_on_there_once_it_is_given() {
    let runtime = Runtime::new().unwrap();
    let mut world = World::new();
    let key = world.add_speech_key(SpeechService::Deepgram);
    let sandbox = runtime.block_on(Sandbox::start(world)).unwrap();
    let installation = Installation::new();
    installation.use_sandbox(&sandbox);
    let recording = digits(&installation);
    assert_eq!(installation.run(&["speech", "key", "deepgram", "--keep", "file"]).code, Some(2), "no key");

    let waiting = installation.run(&["process", "--json", "--engine", "deepgram", &recording]);
    assert_eq!(waiting.code, Some(3), "{}{}", waiting.stdout, waiting.stderr);
    insta::assert_snapshot!(said(&installation, &waiting.last()), @"
    pending: speech_key_missing while transcribe
    Deepgram needs a key.
    Add it in the settings under Transcription, or run `debrief speech key deepgram`. The job goes on by itself.
    ");

    let wrong = told(&installation, &["speech", "key", "deepgram"], "dg_wrong\n");
    assert_eq!(wrong.code, Some(3), "{}", wrong.stdout);
    assert!(wrong.stderr.starts_with("Deepgram refuses the key.\n"), "{}", wrong.stderr);
    let taken = told(&installation, &["speech", "key", "deepgram"], &format!(" {key}\n"));
    let address = sandbox.address().replace("http://", "");
    let said = format!("Deepgram takes the key. Recordings are sent to {address} (this machine).\n");
    assert_eq!((taken.code, taken.stdout.as_str()), (Some(0), said.as_str()), "{}", taken.stderr);
    let tested = installation.run(&["speech", "test", "deepgram"]);
    assert_eq!((tested.code, tested.stdout.as_str()), (Some(0), said.as_str()), "{}", tested.stderr);

    let done = installation.run(&["resume", "--json"]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let view = done.last();
    assert_eq!((id(&view), text(&view, "status")), (id(&waiting.last()), "completed"));
    assert!(text(&view, "engine").starts_with("Deepgram (nova-3)"), "{view:#}");
    let page = std::fs::read_to_string(text(&view["result"], "page_path")).unwrap();
    for word in ["Speaker 1", "A123 4567", "Speaker 2", "B890 1111"] {
        assert!(page.contains(word), "no {word} in {page}");
    }
    let doctor = installation.run(&["doctor"]);
    assert!(doctor.stdout.contains("speech      Deepgram: ready\n"), "{}", doctor.stdout);
    assert!(!doctor.stdout.contains("AssemblyAI"), "{}", doctor.stdout);
    keeps_secrets(&installation, &[key], &[&taken, &tested, &done, &doctor], "secrets.json");

    assert_eq!(installation.run(&["speech", "key", "deepgram", "--remove"]).code, Some(0));
    assert_eq!(installation.run(&["speech", "test", "deepgram"]).code, Some(3));
    // The sandbox serves until the end of the test.
    drop(runtime);
}

#[test]
fn a_model_file_hears_one_recording_without_any_settings() {
    let installation = Installation::new();
    TINY.write(installation.path()).unwrap();
    let ran = installation.run(&[
        "process",
        "--json",
        "--engine",
        "transcribe-cpp",
        "--model",
        "ggml-tiny-nonsense.bin",
        "--speakers",
        "1-2",
        &fixture("speech.wav"),
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let view = ran.last();
    assert!(text(&view, "engine").contains("tiny-nonsense"), "{view:#}");
    assert!(Path::new(text(&view["result"], "page_path")).is_file());
    let next = installation.run(&["speech", "status", "--json"]).last();
    assert_eq!(text(&next, "next_job"), "PocketSphinx (rough, English only)", "{next:#}");
}

#[test]
fn what_cannot_hear_is_refused_before_a_job_is_made() {
    let installation = Installation::new();
    let recording = fixture("speech.wav");
    for (wrong, what) in [
        (
            ["--engine", "ear-trumpet"],
            "There is no speech engine “ear-trumpet”.\nThere are: transcribe-cpp, ",
        ),
        (["--model", "wisper"], "There is no model \"wisper\".\n"),
        (["--language", "Chinese"], "“Chinese” is no language tag.\n"),
        (["--speakers", "0"], "That is no number of speakers.\n"),
        (["--speakers", "few"], "error: invalid value 'few' for '--speakers <N|MIN-MAX>'"),
        (["--chinese", "old"], "error: invalid value 'old' for '--chinese <CHINESE>'"),
    ] {
        let ran = installation.run(&["process", wrong[0], wrong[1], &recording]);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(what), "{wrong:?}: {}", ran.stderr);
    }
    assert_eq!(installation.run(&["list"]).stdout, "");
}

#[test]
fn the_settings_of_speech_are_changed_and_shown() {
    let installation = Installation::new();
    let ran = |arguments: &[&str]| {
        let ran = installation.run(&[&["speech"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    };
    let chinese = installation.run(&["speech", "language", "zh", "--chinese", "traditional"]);
    assert_eq!(chinese.code, Some(3), "{}", chinese.stderr);
    assert!(chinese.stdout.contains("understands English only, not \"zh\"."), "{}", chinese.stdout);
    let status = ran(&["status"]).stdout;
    assert!(status.contains("language    zh, Chinese in Traditional characters\n"), "{status}");
    ran(&["language", "en"]);
    ran(&["speakers", "--count", "2-4"]);
    ran(&["remember-voices", "on"]);
    ran(&["vocabulary", "Acme", "Zürich Süd"]);
    ran(&["vocabulary", "Acme", "Foo"]);
    ran(&["service", "openai", "--url", "http://127.0.0.1:9/v1", "--model", "mine"]);
    ran(&["service", "openai", "--model", "other"]);
    let status = ran(&["status"]).stdout;
    for line in [
        "next job    PocketSphinx (rough, English only): ready",
        "language    en",
        "vocabulary  Acme, Zürich Süd, Foo",
        "service     openai: no key, other, 127.0.0.1",
        "service     deepgram: no key, nova-3, api.deepgram.com",
        "speakers    2 to 4; voices are kept with jobs",
    ] {
        assert!(status.lines().any(|said| said == line), "no {line} in {status}");
    }
    ran(&["speakers", "--method", "auto"]);
    let view = ran(&["status", "--json"]).last();
    assert_eq!((&view["speakers"]["min"], &view["speakers"]["remember"]), (&2.into(), &true.into()));
    ran(&["vocabulary", "--clear"]);
    ran(&["speakers", "--count", "auto"]);
    ran(&["remember-voices", "off"]);
    ran(&["language", "auto"]);
    ran(&["service", "openai", "--url", "", "--model", ""]);
    let view = ran(&["status", "--json"]).last();
    assert_eq!((&view["vocabulary"], &view["language"]), (&serde_json::json!([]), &serde_json::Value::Null));
    assert_eq!(text(&view["services"][0], "host"), "api.openai.com");
    assert_eq!(text(&view["services"][0], "model"), "whisper-1");

    let service = installation.run(&["speech", "use", "groq"]);
    assert_eq!(service.code, Some(3), "{}", service.stderr);
    assert!(service.stdout.starts_with("next job    Groq (whisper-large-v3-turbo)"), "{}", service.stdout);
    ran(&["use", "auto"]);
    for wrong in [
        &["use", "ear-trumpet"][..],
        &["test", "ear-trumpet"],
        &["key", "ear-trumpet"],
        &["speakers", "--method", "dice"],
        &["speakers"],
        &["service", "groq", "--url", "http://127.0.0.1:9/v1"],
        &["service", "openai"],
        &["vocabulary"],
    ] {
        let ran = installation.run(&[&["speech"], wrong].concat());
        assert_eq!(ran.code, Some(2), "{wrong:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_job_of_a_service_that_cannot_be_had_is_heard_by_another_engine() {
    let installation = Installation::new();
    let recording = fixture("speech.wav");
    let waiting = installation.run(&["process", "--json", "--engine", "deepgram", &recording]);
    assert_eq!(waiting.code, Some(3), "{}{}", waiting.stdout, waiting.stderr);
    let job = waiting.last();
    let again = installation.run(&["retry", "--json", id(&job)]);
    assert_eq!(again.code, Some(3), "it was for Deepgram: {}{}", again.stdout, again.stderr);
    let heard = installation.run(&["retry", "--json", "--engine", "auto", id(&job)]);
    assert_eq!(heard.code, Some(0), "{}{}", heard.stdout, heard.stderr);
    assert_eq!(heard.last()["engine"], "PocketSphinx (rough, English only)");
    let ran = installation.run(&["retry", "--engine", "auto", "--from", "publish", id(&job)]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

#[test]
fn a_key_in_the_environment_is_for_its_service_and_this_machine_alone() {
    let installation = Installation::new();
    for (url, has_key) in [
        ("https://api.openai.com/v1", true),
        ("http://127.0.0.1:9/v1", true),
        ("https://speech.example.com/v1", false),
    ] {
        let mut command = installation.command(&["speech", "status", "--json"]);
        command.env("DEBRIEF_OPENAI_KEY", "sk-1").env("DEBRIEF__SERVICES__OPENAI_URL", url);
        let status = Running::start_told(&mut command, "").end().last();
        let services = status["services"].as_array().unwrap();
        let openai = services.iter().find(|service| service["name"] == "openai").unwrap();
        assert_eq!(openai["has_key"], has_key, "{url}");
    }
}
