//! A meeting's chat and its list of those who were there lie beside a recording: they are offered, attached, and name speakers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use debrief_app::{App, FileBeside, Runs, TranscriptView, WatchPace};
use debrief_core::job::JobId;
use debrief_core::transcript::NameSource;
use debrief_core::view::{JobView, StatusWord};
use debrief_sandbox::{Call, FileId, NewFile};

use crate::google::{Google, browse, eventually, link, page_of};
use crate::support::{Installation, fixture, settled};

/// What is said, by people who call each other by their first names: six seconds.
const TALK: &str = "WEBVTT\n\n\
    00:00.000 --> 00:01.500\n<v Speaker 1>Good morning, this is Ana from sales. Ben, can you start?\n\n\
    00:01.500 --> 00:03.000\n<v Speaker 2>Good morning. I will send the report by Friday.\n\n\
    00:03.000 --> 00:04.500\n<v Speaker 1>Thanks, Ben. Let's move the launch to the third of December.\n\n\
    00:04.500 --> 00:06.000\n<v Speaker 2>Agreed. I will tell the others about it today.\n";
/// As Meet makes it: what Google's sheets export has these line ends.
const ATTENDANCE: &str = "First name,Last name,Email,Duration,Time joined,Time exited\r\n\
    Ana,Lopez-Haddad,ana@example.com,32 min,09:00,09:32\r\n\
    Chidi,Eze,chidi@example.com,1 min,09:00,09:01\r\n";
/// Ben came by telephone and is on no list.
const CHAT: &str = "0:00:01.000,0:00:05.000\nBen Okonkwo: I can hear you, see the draft.\n";
const MEETING: &str = "Weekly plan (2026-11-05 09:00 GMT+1)";

const PACE: WatchPace = WatchPace {
    drive: Duration::from_millis(300),
    drive_rest: Duration::from_millis(200),
    local: Duration::from_millis(300),
    local_rest: Duration::from_millis(300),
};

/// The folder of a meeting, and what Meet puts into it.
struct Meeting {
    google: Google,
    folder: FileId,
    recording: FileId,
    sheet: FileId,
    chat: FileId,
}

impl Meeting {
    async fn new() -> Meeting {
        let google = Google::new().await;
        let folder = google.add(NewFile::folder("Meet Recordings"));
        let others = [
            NewFile::sheet("Monthly plan (2026-11-05 09:00 GMT+1) - Attendance report", "Name\r\nZoe\r\n"),
            NewFile::sheet("Weekly plan budget", "Name,Price\r\nZoe,3\r\n"),
        ];
        for other in others {
            google.add(other.in_folder(&folder));
        }
        let sheet = google.add(sheet().in_folder(&folder));
        let chat = google.add(chat().in_folder(&folder));
        let recording = google.add(speech().in_folder(&folder));
        Meeting { google, folder, recording, sheet, chat }
    }
}

fn speech() -> NewFile {
    NewFile::new(MEETING, "audio/wav", std::fs::read(fixture("speech.wav")).unwrap())
}

fn sheet() -> NewFile {
    NewFile::sheet(&format!("{MEETING} - Attendance report"), ATTENDANCE)
}

fn chat() -> NewFile {
    NewFile::new(&format!("{MEETING} - Chat"), "text/plain", CHAT)
}

fn names(files: &[FileBeside]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

fn links(files: &[FileBeside]) -> Vec<String> {
    files.iter().map(|file| file.link.clone()).collect()
}

/// The speakers, with the words that name them and where those were said.
fn named(transcript: &TranscriptView) -> Vec<String> {
    let told = transcript.speakers.iter().map(|speaker| {
        let name = speaker.name.as_deref().unwrap_or("nobody");
        let why = speaker.evidence.as_ref().map(|why| {
            let said = why.quote.as_deref().unwrap_or_default();
            format!("{:?} at {} ms: {said}", why.source, why.at_ms.unwrap_or_default())
        });
        format!("{} is {name}. {}", speaker.label, why.unwrap_or_default()).trim_end().to_owned()
    });
    told.collect()
}

async fn done(app: &App, id: JobId) -> JobView {
    let view = settled(app, id).await;
    assert_eq!((view.status, view.warnings.len()), (StatusWord::Completed, 0), "{view:#?}");
    view
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_and_the_attendance_sheet_of_meet_give_speakers_their_whole_names() {
    let Meeting { google, recording, sheet, chat, .. } = Meeting::new().await;
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let look = app.look_up(&link(&recording)).await;
    assert_eq!((&look.problem, look.transcripts.as_slice()), (&None, [].as_slice()));
    assert_eq!(
        names(&look.companions),
        [format!("{MEETING} - Attendance report"), format!("{MEETING} - Chat")]
    );
    assert!(look.companions[0].link.contains(sheet.as_str()), "{look:?}");

    let talk = google.installation.file("talk.vtt", TALK.as_bytes()).display().to_string();
    let alone = app.process(&link(&recording), std::slice::from_ref(&talk)).await.unwrap();
    done(&app, alone).await;
    let mut attached = vec![talk];
    attached.extend(links(&look.companions));
    // Somebody attached the chat by hand, too, by another form of its link.
    attached.push(link(&chat));
    let with = app.process(&link(&recording), &attached).await.unwrap();
    let view = done(&app, with).await;
    let shown = |id| named(&app.job_transcript(id).unwrap()).join("\n");
    insta::assert_snapshot!(shown(alone), @r"
    Speaker 1 is Ana. Introduction at 0 ms: Good morning, this is Ana from sales.
    Speaker 2 is nobody.
    ");
    insta::assert_snapshot!(shown(with), @r"
    Speaker 1 is Ana Lopez-Haddad. Introduction at 0 ms: Good morning, this is Ana from sales.
    Speaker 2 is Ben Okonkwo. Addressed at 0 ms: Ben, can you start?
    ");
    assert_eq!(
        view.attachments,
        ["talk.vtt".to_owned(), format!("{MEETING} - Attendance report"), format!("{MEETING} - Chat")],
        "the details say what was used"
    );
    let page = page_of(&view);
    assert!(page.contains("Ana Lopez-Haddad") && page.contains("Ben Okonkwo"), "{page}");
    assert!(!page.contains("chidi@example.com") && !page.contains("I can hear you"), "{page}");
    assert!(
        !google.answers(Call::Export).contains(&Some(400)),
        "a sheet is asked for as what it can be had as"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_sees_chosen_files_alone_is_offered_no_companions() {
    let Meeting { google, recording, .. } = Meeting::new().await;
    let app = google.installation.open().await;
    app.choose_in_google(&[link(&recording)], None, browse).await.unwrap();
    let look = app.look_up(&link(&recording)).await;
    assert_eq!((look.problem, look.companions), (None, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_model_is_given_the_names_and_told_of_nothing_else_than_of_attachments() {
    let Meeting { google, recording, .. } = Meeting::new().await;
    let settings = google.installation.home().settings_file();
    let mut text = std::fs::read_to_string(&settings).unwrap();
    let ollama = google.sandbox.local_llm();
    text.push_str(&format!(
        "[notes]\nmodels = [\"ollama/qwen3:8b\"]\n[providers]\nollama_url = \"{ollama}\"\n"
    ));
    std::fs::write(&settings, text).unwrap();
    let app = google.installation.open().await;
    google.sign_in(&app).await;
    let look = app.look_up(&link(&recording)).await;
    let talk = google.installation.file("talk.vtt", TALK.as_bytes()).display().to_string();
    let mut attached = vec![talk];
    attached.extend(links(&look.companions));
    let id = app.process(&link(&recording), &attached).await.unwrap();
    let view = done(&app, id).await;
    assert_eq!(view.notes_by, "qwen3:8b at Ollama");
    let world = google.sandbox.world();
    let asked: Vec<_> = world.requests().iter().filter_map(|seen| seen.question.as_ref()).collect();
    let names =
        asked.iter().find(|question| question.instructions.contains("which names the speakers")).unwrap();
    assert!(names.material.contains("Ana Lopez-Haddad") && names.material.contains("Ben Okonkwo"));
    assert!(
        !names.material.contains("@example.com"),
        "who speaks is found without addresses: {}",
        names.material
    );
}

/// A folder on this machine with a recording of that name and what lies beside it; the recording.
fn put(folder: &Path, name: &str) -> PathBuf {
    std::fs::write(folder.join(format!("{name}-attendance.csv")), ATTENDANCE).unwrap();
    std::fs::write(folder.join(format!("{name} - Chat.txt")), "00:00:02\tBen Okonkwo:\tHello\n").unwrap();
    let recording = folder.join(format!("{name}.wav"));
    std::fs::copy(fixture("speech.wav"), &recording).unwrap();
    recording
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beside_a_recording_here_is_offered_with_it() {
    let installation = Installation::new();
    let app = installation.open().await;
    let folder = installation.path().join("recordings");
    std::fs::create_dir(&folder).unwrap();
    let recording = put(&folder, "weekly");
    put(&folder, "monthly");
    let look = app.look_up(&recording.display().to_string()).await;
    assert_eq!(names(&look.companions), ["weekly - Chat.txt", "weekly-attendance.csv"]);
    assert_eq!(look.companions[0].link, folder.join("weekly - Chat.txt").display().to_string());

    let talk = installation.file("talk.vtt", TALK.as_bytes()).display().to_string();
    let mut attached = vec![talk];
    attached.extend(links(&look.companions));
    let id = app.process(&recording.display().to_string(), &attached).await.unwrap();
    done(&app, id).await;
    let speakers = app.job_transcript(id).unwrap().speakers;
    assert_eq!(speakers[0].name.as_deref(), Some("Ana Lopez-Haddad"));
    assert_eq!(speakers[0].evidence.as_ref().map(|why| why.source), Some(NameSource::Introduction));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_in_drive_takes_chat_and_attendance_along_unless_they_are_to_be_left() {
    let Meeting { google, folder, .. } = Meeting::new().await;
    let app = App::open_at_pace(google.installation.home(), Runs::Everything, Some(PACE)).await.unwrap();
    google.sign_in(&app).await;
    app.pause().unwrap();
    let address = format!("https://drive.google.com/drive/folders/{}", folder.as_str());
    app.watch_folder(&address).await.unwrap();
    let mut taken = app.taken();
    google.add(speech().in_folder(&folder));
    eventually("a job", || app.list().unwrap().len() == 1).await;
    let heard = taken.recv().await.unwrap();
    assert_eq!(heard.name, MEETING);
    assert_eq!(
        names(&heard.companions),
        [format!("{MEETING} - Attendance report"), format!("{MEETING} - Chat")]
    );
    assert_eq!(app.list().unwrap()[0].attachments.len(), 2);

    let folders = app.watch_folder_with(&address, false).await.unwrap();
    assert_eq!((folders.len(), folders[0].companions), (1, false));
    google.add(speech().in_folder(&folder));
    eventually("another job", || app.list().unwrap().len() == 2).await;
    assert_eq!(taken.recv().await.unwrap().companions, []);
    assert_eq!(app.list().unwrap()[0].attachments, [""; 0]);

    let folders = app.set_watch_companions(&folders[0].id, true).unwrap();
    assert_eq!((folders.len(), folders[0].companions), (1, true));
    google.add(speech().in_folder(&folder));
    eventually("one more job", || app.list().unwrap().len() == 3).await;
    assert_eq!(app.list().unwrap()[0].attachments.len(), 2);
    let unknown = app.set_watch_companions("talks", true).unwrap_err();
    assert_eq!(unknown.what, "There is no watched folder talks.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_here_takes_chat_and_attendance_along() {
    let installation = Installation::new();
    let app = App::open_at_pace(installation.home(), Runs::Everything, Some(PACE)).await.unwrap();
    app.pause().unwrap();
    let folder = installation.path().join("talks");
    std::fs::create_dir(&folder).unwrap();
    app.watch_folder(folder.to_str().unwrap()).await.unwrap();
    put(&folder, "weekly");
    eventually("a job", || app.list().unwrap().len() == 1).await;
    assert_eq!(app.list().unwrap()[0].attachments, ["weekly - Chat.txt", "weekly-attendance.csv"]);
}
