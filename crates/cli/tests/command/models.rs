//! Models: listed, added, downloaded from a host on loopback, removed, moved, measured.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::{Installation, Running, text};

/// A host that answers every request like this, until the test ends.
fn host(answer: fn(&str) -> Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                request.push(byte[0]);
            }
            let _ = stream.write_all(&answer(&String::from_utf8_lossy(&request)));
        }
    });
    address
}

fn with_host(installation: &Installation, host: &str, arguments: &[&str]) -> Running {
    let mut command = installation.command(arguments);
    Running::start(command.env("DEBRIEF__ENDPOINTS__MODELS", host))
}

fn listed(installation: &Installation, id: &str) -> Value {
    let ran = installation.run(&["models", "list", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.lines().into_iter().find(|model| model["id"] == id).unwrap()
}

#[test]
fn the_list_says_what_every_model_is_and_that_its_weights_were_never_run() {
    let installation = Installation::new();
    let model = listed(&installation, "parakeet-tdt-0.6b-v3");
    assert_eq!((text(&model, "licence"), text(&model["state"], "kind")), ("CC-BY-4.0", "absent"));
    assert_eq!(model["size_bytes"], 739_508_576.0);
    assert_eq!(model["never_run"], true);
    assert_eq!(text(&model, "source"), "https://huggingface.co/handy-computer/parakeet-tdt-0.6b-v3-gguf");
    let ran = installation.run(&["models", "list"]);
    assert!(ran.stdout.contains("whisper-tiny"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not downloaded"), "{}", ran.stdout);
}

#[test]
fn small_files_are_fetched_pinned_and_removed() {
    let installation = Installation::new();
    let host = host(|request| {
        let name = request.split_whitespace().nth(1).unwrap().to_owned();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", name.len());
        [head.into_bytes(), name.into_bytes()].concat()
    });
    let ran = with_host(&installation, &host, &["models", "get", "speakrs-community-1"]).end();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r"
    speakrs-community-1 is ready (not checked: the catalogue has no checksum; what arrived is pinned from now on).
    speaker-diarization-community-1 by pyannoteAI, CC BY 4.0; converted by the makers of speakrs.
    ");
    assert_eq!(text(&listed(&installation, "speakrs-community-1"), "checked"), "pinned");

    let ran = installation.run(&["models", "bench", "speakrs-community-1"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r"
    The speed of models for speakers can't be measured yet.
    Measure a model that transcribes; `debrief models list` shows them.
    ");

    let moved = installation.path().join("elsewhere");
    let ran = installation.run(&["models", "move", moved.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(moved.join("speakrs-community-1/plda_lda.npy").exists());

    let ran = installation.run(&["models", "remove", "speakrs-community-1"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "Removed. What needs no model does its work now.\n")
    );
}

#[test]
fn a_wrong_file_is_refused_and_nothing_of_it_stays() {
    let installation = Installation::new();
    let host = host(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc".to_vec());
    let ran = with_host(&installation, &host, &["models", "get", "whisper-tiny"]).end();
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stderr, @r"
    What arrived is not what the catalogue says of ggml-tiny-q8_0.bin.
    It was thrown away. Try again later; if it happens again, tell the makers of Debrief.
    ");
    assert_eq!(text(&listed(&installation, "whisper-tiny")["state"], "kind"), "absent");
}

#[test]
fn ctrl_c_pauses_and_says_how_to_go_on() {
    let installation = Installation::new();
    let host = host(|_| {
        // What is promised never comes: the connection stays as long as its thread sleeps.
        std::thread::sleep(std::time::Duration::from_secs(600));
        Vec::new()
    });
    let running = with_host(&installation, &host, &["models", "get", "whisper-tiny"]);
    let claim = installation.path().join("models/locks/whisper-tiny");
    while !claim.exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.interrupt();
    let ran = running.end();
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    let told = "Paused. What has arrived is kept; `debrief models get whisper-tiny` goes on from here.\n";
    assert_eq!(ran.stderr, told);
}

/// What every file of the host below has in it.
fn content() -> Vec<u8> {
    (0..5_000_000_u32)
        .flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 24).to_le_bytes().into_iter().take(1))
        .collect()
}

/// A host that has small files and one large one, and that falls silent in the middle of the large one, the first time that
/// it is asked for it. Tells of the ranges that it was asked for.
fn host_that_falls_silent(large: &'static str) -> (String, Arc<Mutex<Vec<Option<String>>>>) {
    const SENT_AT_FIRST: usize = 3_500_000;
    let asked: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let told = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, asked) = (stream.unwrap(), told.clone());
            std::thread::spawn(move || {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read(&mut byte).unwrap_or(0) == 0 {
                        return;
                    }
                    request.push(byte[0]);
                }
                let request = String::from_utf8_lossy(&request).to_lowercase();
                let is_large = request.lines().next().unwrap().contains(large);
                let range = request.lines().find_map(|line| line.strip_prefix("range: bytes="));
                let from: usize = range.map_or(0, |range| range.trim_end_matches('-').parse().unwrap());
                let whole = if is_large { content() } else { b"small".to_vec() };
                let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
                let head = format!(
                    "HTTP/1.1 {status}\r\nETag: \"one\"\r\nContent-Range: bytes {from}-{}/{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    whole.len() - 1,
                    whole.len(),
                    whole.len() - from
                );
                let is_first = is_large && asked.lock().unwrap().is_empty();
                if is_large {
                    asked.lock().unwrap().push(range.map(str::to_owned));
                }
                let rest = if is_first { &whole[..SENT_AT_FIRST] } else { &whole[from..] };
                let _ = stream.write_all(&[head.as_bytes(), rest].concat());
                if is_first {
                    // Until the other side is gone.
                    let _ = stream.read(&mut [0]);
                }
            });
        }
    });
    (address, asked)
}

#[test]
fn a_download_that_was_killed_goes_on_from_the_bytes_on_the_disk() {
    const LARGE: &str = "segmentation-3.0.safetensors";
    let installation = Installation::new();
    let (host, asked) = host_that_falls_silent(LARGE);
    let get = ["models", "get", "speakrs-community-1"];
    let running = with_host(&installation, &host, &get);
    let part = installation.path().join("models/speakrs-community-1").join(format!("{LARGE}.part"));
    let arrived = || std::fs::metadata(&part).map_or(0, |part| part.len());
    let began = std::time::Instant::now();
    // It is written a megabyte at a time.
    while arrived() < 2_000_000 {
        assert!(began.elapsed().as_secs() < 120, "{} bytes", arrived());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.kill();
    let kept = arrived();
    assert_eq!(text(&listed(&installation, "speakrs-community-1")["state"], "kind"), "paused");

    let ran = with_host(&installation, &host, &get).end();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("speakrs-community-1 is ready"), "{}", ran.stdout);
    assert_eq!(
        *asked.lock().unwrap(),
        [None, Some(format!("{kept}-"))],
        "the rest is asked for, and nothing else"
    );
    let model = installation.path().join("models/speakrs-community-1");
    assert!(std::fs::read(model.join(LARGE)).unwrap() == content(), "every byte is in its place");
    assert!(!part.exists());
    assert_eq!(text(&listed(&installation, "speakrs-community-1")["state"], "kind"), "ready");
}

#[test]
fn files_are_added_by_what_they_are() {
    let installation = Installation::new();
    let model = installation.path().join("mine.gguf");
    std::fs::write(&model, b"GGUF and so on").unwrap();
    let ran = installation.run(&["models", "add", "mine.gguf", "--move"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r"
    Added as file:mine.gguf (not checked: nobody knows its checksum).
    `debrief speech use transcribe-cpp --model file:mine.gguf` uses it.
    ");
    assert!(!model.exists());
    assert_eq!(text(&listed(&installation, "file:mine.gguf")["state"], "kind"), "ready");

    let ran = installation.run(&["models", "bench", "file:mine.gguf", "--seconds", "5"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("mine.gguf cannot be used as a speech model."), "{}", ran.stderr);

    let ran = installation.run(&["models", "add", "settings.toml"]);
    assert_eq!(ran.code, Some(1));
    std::fs::write(installation.path().join("song.mp3"), b"ID3").unwrap();
    let ran = installation.run(&["models", "add", "song.mp3"]);
    insta::assert_snapshot!(ran.stderr, @r"
    song.mp3 is no speech model that Debrief can use.
    Add a file of the catalogue, a GGUF file made for transcribe.cpp, or whisper.cpp's ggml-….bin.
    ");

    let ran = installation.run(&["models", "bench", "whisper-tiny"]);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ran.stderr, @r"
    The model Whisper tiny is not on this computer.
    Download it in the settings, or run `debrief models get whisper-tiny`.
    ");
}

#[test]
fn removing_the_chosen_model_says_that_recordings_wait_for_it() {
    let installation = Installation::new();
    std::fs::write(installation.path().join("mine.gguf"), b"GGUF and so on").unwrap();
    installation.run(&["models", "add", "mine.gguf"]);
    installation.run(&["speech", "use", "transcribe-cpp", "--model", "file:mine.gguf"]);
    let ran = installation.run(&["models", "remove", "file:mine.gguf"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @"Removed. Recordings wait for it, because it is the one that was chosen; `debrief speech use auto` chooses the best one that is left.");
    let status = installation.run(&["speech", "status"]);
    assert!(status.stdout.contains("Add its file again with `debrief models add FILE`"), "{}", status.stdout);
}
