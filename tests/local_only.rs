//! "Local only" through the whole of Debrief: what is under way to another machine is cut off, nothing is lost, and nothing
//! more is sent. It is switched for a whole process, so these tests have one of their own.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use debrief_app::{App, ModelStateView};
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::view::{Group, StatusWord};
use debrief_sandbox::{Call, Fault, FaultKind, LlmProvider, Sandbox, SpeechService, World, dtmf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Installation, PATIENCE, fixture, settled, until};

const TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:03.000\n<v Speaker 1>Good morning, this is Ana from sales.\n\n\
    00:03.000 --> 00:06.000\n<v Speaker 2>I will send the report by Friday.\n";

/// An address of this machine that is not its own alone, as that of another machine. None is sent anything to find it out.
fn address_for_others() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// Services on another machine.
struct Far {
    sandbox: Sandbox,
    address: String,
    /// Bytes that it was sent.
    sent: Arc<AtomicU64>,
}

impl Far {
    async fn new(world: World, at: IpAddr) -> Far {
        let sandbox = Sandbox::start(world).await.unwrap();
        let listener = TcpListener::bind((at, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (to, sent) = (sandbox.address(), Arc::<AtomicU64>::default());
        let counted = sent.clone();
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let far = TcpStream::connect(to.strip_prefix("http://").unwrap()).await.unwrap();
                tokio::spawn(pass_on(near, far, counted.clone()));
            }
        });
        Far { sandbox, address, sent }
    }

    /// Where a stand-in is, seen from outside.
    fn outside(&self, inside: &str) -> String {
        inside.replacen(&self.sandbox.address(), &self.address, 1)
    }

    async fn until_asked(&self, call: Call, times: usize) {
        let asked = || {
            let world = self.sandbox.world();
            world.requests().iter().filter(|seen| seen.call == Some(call)).count() >= times
        };
        let began = Instant::now();
        while !asked() {
            assert!(began.elapsed() < PATIENCE, "{call:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Nothing is sent any more.
    async fn is_left_alone(&self) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let sent = self.sent.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(self.sent.load(Ordering::SeqCst), sent);
    }
}

async fn pass_on(near: TcpStream, far: TcpStream, sent: Arc<AtomicU64>) {
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
    let there = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(read @ 1..) = from_near.read(&mut buffer).await {
            sent.fetch_add(read as u64, Ordering::SeqCst);
            if to_far.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
    };
    let back = tokio::io::copy(&mut from_far, &mut to_near);
    tokio::select! {
        () = there => {}
        _ = back => {}
    }
}

/// The job waits for the switch, soon.
async fn waits(app: &App, id: JobId) {
    let since = Instant::now();
    let view = until(app, id, |view| view.group == Group::NeedsYou).await;
    assert_eq!(view.error.as_ref().map(|error| error.code.as_str()), Some("local_only"), "{view:#?}");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}

/// Four words that the stand-in of a speech service hears.
fn words(installation: &Installation) -> PathBuf {
    let sample_format = hound::SampleFormat::Int;
    let spec = hound::WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample: 16, sample_format };
    let path = installation.path().join("words.wav");
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    let said = [(500, "A001"), (1_100, "A002"), (3_000, "B003"), (4_500, "A004")];
    for sample in dtmf::say(&said, 6_000, 16_000) {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    path
}

async fn completes(app: &App, id: JobId) {
    let view = settled(app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
}

fn switched_in_the_file(installation: &Installation, on: bool) {
    let file = installation.home().settings_file();
    let text = std::fs::read_to_string(&file).unwrap();
    let section = "[privacy]\nlocal_only = true\n";
    let text = if on { text.replace("[privacy]\n", section) } else { text.replace(section, "[privacy]\n") };
    assert_eq!(text.contains(section), on, "{text}");
    std::fs::write(&file, text).unwrap();
}

fn local(path: PathBuf) -> RecordingLink {
    RecordingLink::Local { path }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_when_it_is_switched_on_is_cut_off_and_goes_on_when_it_is_off() {
    let Some(at) = address_for_others() else { return };
    let mut world = World::new();
    let (model_key, speech_key) =
        (world.add_llm_key(LlmProvider::Anthropic), world.add_speech_key(SpeechService::Deepgram));
    let far = Far::new(world, at).await;
    let installation = Installation::new();
    let settings = format!(
        "[notes]\nmodels = [\"anthropic/claude-sonnet-4-6\"]\n[speech]\nengine = \"deepgram\"\n[secrets]\nkeep = \"file\"\n\
         [endpoints]\nanthropic = \"{}\"\ndeepgram = \"{}\"\nmodels = \"{}\"\n",
        far.outside(&far.sandbox.anthropic()),
        far.outside(&far.sandbox.deepgram()),
        far.outside(&far.sandbox.models()),
    );
    std::fs::write(installation.home().settings_file(), settings).unwrap();
    let app = installation.open().await;
    app.set_notes_key("anthropic", &model_key).await.unwrap();
    app.set_speech_key("deepgram", &speech_key).await.unwrap();
    let stall = |on| Fault { on, times: 1, what: FaultKind::Stall };

    // Sound on its way to a speech service.
    far.sandbox.world().plan(stall(Call::SpeechDeepgram));
    let heard = app.submit(local(words(&installation)), Vec::new()).unwrap();
    far.until_asked(Call::SpeechDeepgram, 1).await;
    app.set_local_only(true).await.unwrap();
    waits(&app, heard).await;
    far.is_left_alone().await;
    app.set_local_only(false).await.unwrap();
    completes(&app, heard).await;

    // A question to a language model: the second one, which is for the notes.
    far.sandbox.world().forget_requests();
    far.sandbox.world().plan_after(1, stall(Call::LlmAnthropic));
    let talk = installation.file("talk.vtt", TALK.as_bytes());
    let noted = app.submit(local(fixture("speech.wav")), vec![local(talk)]).unwrap();
    far.until_asked(Call::LlmAnthropic, 2).await;
    // As another process does it, or the person with an editor.
    switched_in_the_file(&installation, true);
    waits(&app, noted).await;
    far.is_left_alone().await;
    switched_in_the_file(&installation, false);
    until(&app, noted, |view| view.status == StatusWord::Completed).await;

    // The download of a model.
    far.sandbox.world().plan(stall(Call::ModelFile));
    app.get_model("whisper-tiny").unwrap();
    far.until_asked(Call::ModelFile, 1).await;
    app.set_local_only(true).await.unwrap();
    match app.model_settled("whisper-tiny").await {
        ModelStateView::Failed { problem } => assert_eq!(problem.code, "local_only"),
        other => panic!("{other:?}"),
    }
    far.is_left_alone().await;
    app.shutdown().await;
}
