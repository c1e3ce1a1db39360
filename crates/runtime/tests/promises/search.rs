//! What the store promises of searches: whatever a job says now is found, and nothing else.

use std::collections::BTreeMap;

use debrief_core::edits::{Edits, Made};
use debrief_core::job::JobId;
use debrief_core::notes::{Notes, NotesMethod, Point};
use debrief_core::ports::Audio;
use debrief_core::stage::Stage;
use debrief_core::transcript::{EngineLabel, Turns, Word, Words};
use debrief_runtime::store::{Found, JobStore, PassageKind, StoreError};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::support::{World, ended, request};

/// A job whose recording says these sentences, one every ten seconds, as its last stage left it.
fn heard(store: &JobStore, sentences: &[&str]) -> JobId {
    let (id, now) = (JobId(Uuid::new_v4()), Timestamp::now());
    store.submit(id, &request("a.m4a"), now).unwrap();
    again(store, id, sentences);
    id
}

fn again(store: &JobStore, id: JobId, sentences: &[&str]) {
    let now = Timestamp::now();
    let word = |(start, text): (u32, &&str)| Word {
        text: (*text).to_owned(),
        start_ms: start * 10_000,
        end_ms: start * 10_000 + 2_000,
        confidence: None,
    };
    let words = Words {
        words: (0..).zip(sentences).map(word).collect(),
        language: "en".into(),
        engine: EngineLabel { name: "test".into(), described: "Test".into(), rough: false },
        turns: None,
        names: BTreeMap::new(),
    };
    let audio = Audio { file: "/a.wav".into(), duration_ms: 60_000, source_format: "test".into() };
    store.finish_stage(id, Stage::Decode, &audio, &[], 1, now).unwrap();
    store.finish_stage(id, Stage::Transcribe, &words, &[], 1, now).unwrap();
    store.finish_stage(id, Stage::Diarize, &Turns::default(), &[], 1, now).unwrap();
}

fn noted(store: &JobStore, id: JobId, title: &str, sentence: &str) {
    let notes = Notes {
        title: title.into(),
        summary: vec![Point { text: sentence.into(), at_ms: 10_000, speaker: None }],
        decisions: Vec::new(),
        todos: Vec::new(),
        sections: Vec::new(),
        questions: Vec::new(),
        unverified: Vec::new(),
        tags: Vec::new(),
        method: NotesMethod::Extractive,
    };
    store.finish_stage(id, Stage::Summarize, &notes, &[], 1, Timestamp::now()).unwrap();
}

/// Hits in square brackets.
fn shown(found: &Found) -> String {
    let piece =
        |p: &debrief_runtime::store::Piece| if p.hit { format!("[{}]", p.text) } else { p.text.clone() };
    found.pieces.iter().map(piece).collect()
}

fn texts(store: &JobStore, query: &str) -> Vec<String> {
    store.search(query, 20).unwrap().iter().map(shown).collect()
}

#[test]
fn words_are_found_in_titles_notes_and_transcripts_of_the_newest_jobs_first() {
    let world = World::new();
    let store = world.store();
    let old = heard(&store, &["The budget is late.", "Nothing else.", "A budget again."]);
    let new = heard(&store, &["We talked about a budget, Zoë."]);
    noted(&store, old, "Budget", "The budget was late.");
    let found = store.search("budget", 20).unwrap();
    let seen: Vec<_> = found.iter().map(|f| (f.job, f.kind, f.at_ms, shown(f))).collect();
    assert_eq!(
        seen,
        [
            (old, PassageKind::Title, None, "[Budget]".into()),
            (old, PassageKind::Notes, Some(10_000), "The [budget] was late.".into()),
            (new, PassageKind::Transcript, Some(0), "We talked about a [budget], Zoë.".into()),
            (old, PassageKind::Transcript, Some(0), "The [budget] is late.".into()),
            (old, PassageKind::Transcript, Some(20_000), "A [budget] again.".into()),
        ]
    );
    assert_eq!(store.search("budget", 2).unwrap(), found[..2]);
    assert_eq!(texts(&store, "zoe"), ["We talked about a budget, [Zoë]."]);
    assert_eq!(texts(&store, "late budget").len(), 2, "words in any order");
    assert_eq!(texts(&store, "\"late budget\""), [""; 0]);
    assert_eq!(texts(&store, "\"budget is\""), ["The [budget is] late."]);
    assert_eq!(texts(&store, "talk"), ["We [talked] about a budget, Zoë."]);
    assert_eq!(texts(&store, "talk "), [""; 0]);
    assert_eq!(texts(&store, "unheard"), [""; 0]);
}

#[test]
fn of_a_job_that_says_a_word_all_the_time_a_few_places_are_shown() {
    let world = World::new();
    let store = world.store();
    let quiet = heard(&store, &["Budget."]);
    heard(&store, &["Budget one.", "Budget two.", "Budget three.", "Budget four."]);
    let found = store.search("budget", 20).unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(found[3].job, quiet);
}

#[test]
fn chinese_is_found_by_any_stretch_of_it_in_either_script() {
    let world = World::new();
    let store = world.store().that_folds(|c| match c {
        '會' => '会',
        '議' => '议',
        other => other,
    });
    heard(&store, &["我們明天開會議，討論AI預算。", "没有会。议题很多。"]);
    for query in ["會議", "会议", "开会議", "開会议"] {
        let expected = usize::from(query != "开会議");
        assert_eq!(texts(&store, query).len(), expected, "{query}: 開 and 开 are not folded here");
    }
    assert_eq!(texts(&store, "会议"), ["我們明天開[會議]，討論AI預算。"]);
    assert_eq!(texts(&store, "討論ai預"), ["我們明天開會議，[討論AI預]算。"]);
    assert_eq!(texts(&store, "算"), ["我們明天開會議，討論AI預[算]。"]);
    assert_eq!(texts(&store, "議 明"), ["我們[明]天開會[議]，討論AI預算。"]);
}

#[test]
fn the_index_follows_new_runs_corrections_and_removals() {
    let world = World::new();
    let store = world.store();
    let id = heard(&store, &["A bujet.", "It stays."]);
    store
        .correct(id, Timestamp::now(), |made: &Made, edits: &mut Edits| {
            edits.reword(&made.transcript, 0, "A budget.");
            edits.give(&made.transcript, &[1], None);
            edits.name_new(&made.transcript, 0, "Ana");
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(texts(&store, "bujet"), [""; 0]);
    assert_eq!(texts(&store, "budget"), ["A [budget]."]);
    assert_eq!(store.search("stays", 9).unwrap()[0].speaker.as_deref(), Some("Ana"));
    again(&store, id, &["A bujet.", "It changed."]);
    assert_eq!(texts(&store, "stays"), [""; 0]);
    assert_eq!(texts(&store, "changed"), ["It [changed]."]);
    assert_eq!(texts(&store, "budget"), ["A [budget]."], "a correction outlives a new run");
}

#[tokio::test]
async fn nothing_of_a_removed_job_is_left_in_the_file() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("zanzibar.m4a")).unwrap();
    ended(&pool, id).await;
    heard(pool.store(), &["Another recording."]);
    pool.store()
        .correct(id, Timestamp::now(), |made, edits| {
            edits.reword(&made.transcript, 0, "quetzalcoatl");
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(texts(pool.store(), "quetzalcoatl"), ["[quetzalcoatl]"]);
    pool.delete(id).unwrap();
    assert_eq!(texts(pool.store(), "quetzalcoatl"), [""; 0]);
    pool.shutdown().await;
    drop(pool);
    let look = Connection::open(world.database()).unwrap();
    look.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    look.execute("INSERT INTO passages_index (passages_index) VALUES ('integrity-check')", []).unwrap();
    let bytes = std::fs::read(world.database()).unwrap();
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(has("another"), "what is left is readable");
    assert!(!has("quetzalcoatl"), "neither as it was said nor in the index");
}

#[test]
fn jobs_of_an_earlier_version_are_indexed_one_by_one() {
    let world = World::new();
    let store = world.store();
    let ids = [heard(&store, &["The first budget."]), heard(&store, &["The second budget."])];
    let old = Connection::open(world.database()).unwrap();
    // As the database is before its version knew of searches.
    old.execute_batch(
        "DELETE FROM indexed; DELETE FROM passages;
         INSERT INTO passages_index (passages_index) VALUES ('delete-all');",
    )
    .unwrap();
    assert_eq!(texts(&store, "budget"), [""; 0]);
    assert!(store.index_one().unwrap());
    let found = store.search("budget", 9).unwrap();
    assert_eq!(found.iter().map(|f| f.job).collect::<Vec<_>>(), [ids[1]], "the newest first");
    assert!(store.index_one().unwrap());
    assert!(!store.index_one().unwrap());
    assert_eq!(texts(&store, "budget").len(), 2);
}
