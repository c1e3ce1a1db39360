//! A transcript that comes with a recording is used instead of recognition: attached or found beside it, here and in Drive.

use std::path::Path;

use debrief_app::{App, FileBeside, Wishes};
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::view::{Group, JobView, StatusWord};
use debrief_sandbox::{Call, FileId, NewFile};

use crate::google::{Google, browse, link, page_of};
use crate::support::{Installation, fixture, settled, transcript};

/// An installation whose speech engine can't start: whatever it makes a page of was not recognised.
fn deaf() -> Installation {
    let installation = Installation::new();
    let settings = "[speech]\nengine = \"transcribe-cpp\"\nmodel = \"/nowhere/model.bin\"\n";
    std::fs::write(installation.home().settings_file(), settings).unwrap();
    installation
}

fn local(path: &Path) -> RecordingLink {
    RecordingLink::Local { path: path.to_owned() }
}

/// The job of six seconds of speech with a transcript attached.
fn attached(app: &App, transcript: &Path) -> JobId {
    app.submit(local(&fixture("speech.wav")), vec![local(transcript)]).unwrap()
}

fn codes(view: &JobView) -> Vec<&str> {
    view.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

/// The speakers and what they say, as the page has them.
fn utterances(view: &JobView) -> String {
    let page = page_of(view);
    let at =
        page.find("## Transcript").or_else(|| page.find("## 逐字稿")).unwrap_or_else(|| panic!("{page}"));
    let end = page.find("<!-- debrief:").unwrap_or(page.len());
    page[at..end].trim_end().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attached_transcript_gives_words_and_names_without_any_engine() {
    let installation = deaf();
    let app = installation.open().await;
    let id = attached(&app, &transcript("teams.vtt"));
    let view = settled(&app, id).await;
    assert_eq!((view.status, codes(&view)), (StatusWord::Completed, vec![]), "{view:#?}");
    assert_eq!(
        (view.engine.as_str(), view.attachments.as_slice()),
        ("the transcript teams.vtt", ["teams.vtt".to_owned()].as_slice())
    );
    let names = view.result.as_ref().unwrap().identified_speakers.clone();
    let names: Vec<(&str, &str)> =
        names.iter().map(|(label, name)| (label.as_str(), name.as_str())).collect();
    assert_eq!(names, [("Speaker 1", "Ana López"), ("Speaker 2", "Ben & Kim")]);
    insta::assert_snapshot!(utterances(&view));
    let page = page_of(&view);
    assert!(page.contains("the transcript teams.vtt") && page.contains("## Attachments"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chinese_subrip_file_gives_a_chinese_page() {
    let installation = deaf();
    let app = installation.open().await;
    let id = attached(&app, &transcript("zh-Hant.srt"));
    let view = settled(&app, id).await;
    assert_eq!((view.status, codes(&view)), (StatusWord::Completed, vec![]), "{view:#?}");
    insta::assert_snapshot!(utterances(&view));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_zoom_saves_is_used_whatever_its_encoding() {
    let installation = deaf();
    let app = installation.open().await;
    let text = std::fs::read_to_string(transcript("zoom.vtt")).unwrap();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let saved = attached(&app, &transcript("zoom_saved.txt"));
    let wide = attached(&app, &installation.file("audio_transcript.vtt", &wide));
    for (id, says) in [(saved, "Ben Kim"), (wide, "We will meet again next Thursday at 10:30.")] {
        let view = settled(&app, id).await;
        assert_eq!((view.status, codes(&view)), (StatusWord::Completed, vec![]), "{view:#?}");
        assert!(utterances(&view).contains(says), "{}", page_of(&view));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_transcript_or_one_of_another_recording_is_a_warning_and_the_recording_is_heard() {
    let installation = Installation::new();
    let app = installation.open().await;
    let damaged = attached(&app, &installation.file("weekly.vtt", b"\x00\x01\x02 --> \xff"));
    let late = "WEBVTT\n\n1:00:00.000 --> 1:00:02.000\n<v Ana>Good bye.\n";
    let late = attached(&app, &installation.file("monthly.vtt", late.as_bytes()));
    let mut told = Vec::new();
    for id in [damaged, late] {
        let view = settled(&app, id).await;
        assert_eq!(
            (view.status, codes(&view)),
            (StatusWord::Completed, vec!["transcript_unreadable"]),
            "{view:#?}"
        );
        assert!(view.engine.contains("PocketSphinx"), "{}", view.engine);
        assert!(
            page_of(&view).contains("report")
                && page_of(&view).contains("The recording is recognised instead"),
            "{}",
            page_of(&view)
        );
        told.push(view.warnings[0].text.clone());
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_it_gets_recognition_although_a_transcript_is_attached() {
    let installation = Installation::new();
    let app = installation.open().await;
    let wishes = Wishes { ignore_transcripts: true, ..Wishes::default() };
    let attachments = vec![local(&transcript("teams.vtt"))];
    let id = app.submit_with(&wishes, local(&fixture("speech.wav")), attachments).unwrap();
    let view = settled(&app, id).await;
    assert_eq!((view.status, codes(&view)), (StatusWord::Completed, vec![]), "{view:#?}");
    let page = page_of(&view);
    assert!(
        view.engine.contains("PocketSphinx") && page.contains("teams.vtt") && !page.contains("Ana López"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_beside_a_recording_is_offered_and_never_taken_by_itself() {
    let installation = deaf();
    let app = installation.open().await;
    let folder = installation.path().join("recordings");
    std::fs::create_dir(&folder).unwrap();
    let recording = folder.join("weekly.wav");
    std::fs::copy(fixture("speech.wav"), &recording).unwrap();
    assert_eq!(app.look_up(&recording.display().to_string()).await.transcripts, []);
    std::fs::copy(transcript("teams.vtt"), folder.join("weekly.en.vtt")).unwrap();
    let look = app.look_up(&recording.display().to_string()).await;
    let beside =
        FileBeside { name: "weekly.en.vtt".into(), link: folder.join("weekly.en.vtt").display().to_string() };
    assert_eq!(look.transcripts, std::slice::from_ref(&beside));

    let heard = app.process(&recording.display().to_string(), &[]).await.unwrap();
    let view = settled(&app, heard).await;
    assert_eq!(view.error.map(|error| error.code), Some("model_missing".to_owned()));
    let given = app.process(&recording.display().to_string(), &[beside.link]).await.unwrap();
    let view = settled(&app, given).await;
    assert_eq!(
        (view.status, view.engine.as_str()),
        (StatusWord::Completed, "the transcript weekly.en.vtt"),
        "{view:#?}"
    );
}

/// A folder with a recording of Meet, its transcript and the captions of another one.
fn meeting(google: &Google) -> (FileId, FileId) {
    let folder = google.add(NewFile::folder("Meet Recordings"));
    let speech = std::fs::read(fixture("speech.wav")).unwrap();
    let name = "Weekly plan (2026-11-05 09:00 GMT+1)";
    let recording = google.add(NewFile::new(name, "audio/wav", speech).in_folder(&folder));
    let text = std::fs::read(transcript("meet.txt")).unwrap();
    let document = NewFile::document(&format!("{name} - Transcript"), b"%PDF-1.7".to_vec());
    let document = google.add(document.exporting("text/plain", text).in_folder(&folder));
    google.add(NewFile::new("Weekly other.vtt", "text/vtt", b"WEBVTT".to_vec()).in_folder(&folder));
    (recording, document)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_transcript_of_meet_beside_a_recording_in_drive_is_offered_and_used() {
    let google = Google::new().await;
    let (recording, document) = meeting(&google);
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let look = app.look_up(&link(&recording)).await;
    let names: Vec<&str> = look.transcripts.iter().map(|transcript| transcript.name.as_str()).collect();
    assert_eq!((names, look.problem), (vec!["Weekly plan (2026-11-05 09:00 GMT+1) - Transcript"], None));
    assert!(look.transcripts[0].link.contains(document.as_str()));

    let id = app.process(&link(&recording), &[look.transcripts[0].link.clone()]).await.unwrap();
    let view = settled(&app, id).await;
    assert_eq!((view.status, codes(&view)), (StatusWord::Completed, vec![]), "{view:#?}");
    assert_eq!(view.engine, "the transcript Weekly plan (2026-11-05 09:00 GMT+1) - Transcript");
    insta::assert_snapshot!(utterances(&view));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_sees_chosen_files_alone_is_offered_nothing() {
    let google = Google::new().await;
    let (recording, _) = meeting(&google);
    let app = google.installation.open().await;
    app.choose_in_google(&[link(&recording)], None, browse).await.unwrap();
    let look = app.look_up(&link(&recording)).await;
    assert_eq!((look.problem, look.transcripts), (None, vec![]));
    assert_eq!(look.account.as_deref(), Some("ana@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_in_drive_are_used_and_a_document_that_only_sounds_like_a_transcript_stays_a_document() {
    let google = Google::new().await;
    let recording = google.add_speech("talk.wav");
    let text = std::fs::read(transcript("zoom.vtt")).unwrap();
    // Drive knows some uploads by their type alone.
    let captions = google.add(NewFile::new("captions", "text/vtt", text));
    let pdf = std::fs::read(crate::support::document("english.pdf")).unwrap();
    let thoughts =
        NewFile::document("Transcript of my thoughts", pdf).exporting("text/plain", b"No times.".to_vec());
    let thoughts = google.add(thoughts);
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let id = app.process(&link(&recording), &[link(&thoughts), link(&captions)]).await.unwrap();
    let view = settled(&app, id).await;
    assert_eq!(
        (view.group, view.status, codes(&view)),
        (Group::Done, StatusWord::Completed, vec![]),
        "{view:#?}"
    );
    assert_eq!(view.engine, "the transcript captions");
    assert!(utterances(&view).contains("Ana Lopez"), "{}", page_of(&view));
    assert!(
        !google.answers(Call::Any).contains(&Some(400)),
        "every conversion that was asked for is one that Drive has"
    );
}
