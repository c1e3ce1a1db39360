//! What the store promises: nothing that was stored is lost, and nothing damaged is deleted.

use crate::support::{World, request};
use debrief_core::failure::FailureCode;
use debrief_core::job::{JobEvent, JobId};
use debrief_core::stage::Stage;
use debrief_core::transcript::Speakers;
use debrief_runtime::store::{Change, JobStore, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

fn submitted(store: &JobStore) -> JobId {
    let id = JobId(Uuid::new_v4());
    store.submit(id, &request("a.m4a"), Timestamp::now()).unwrap();
    id
}

#[test]
fn a_job_is_there_for_whoever_opens_the_database_next() {
    let world = World::new();
    let id = submitted(&world.store());
    let job = world.store().job(id).unwrap();
    assert_eq!((job.status.word(), job.run, job.request), ("pending", 1, request("a.m4a")));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let world = World::new();
    submitted(&world.store());
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.pragma_update(None, "user_version", 4711).unwrap();
    drop(connection);
    let before = std::fs::read(world.database()).unwrap();
    let failure = JobStore::open_or_replace(&world.database(), Timestamp::now()).err().unwrap();
    assert!(failure.what.ends_with("was written by a newer version of Debrief."), "{}", failure.what);
    assert_eq!(failure.fix, "Install the newest version. Nothing was changed.");
    assert_eq!(std::fs::read(world.database()).unwrap(), before);
}

#[test]
fn processes_that_start_at_once_make_one_database() {
    for _ in 0..20 {
        let world = World::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| submitted(&JobStore::open(&world.database()).unwrap()));
            }
        });
        assert_eq!(world.store().jobs(10).unwrap().len(), 4);
    }
}

/// Opens a damaged database as the process that runs the pool does.
fn is_moved_aside_and_kept(world: &World, damaged: &[u8]) {
    std::fs::write(world.database(), damaged).unwrap();
    let (store, aside) = JobStore::open_or_replace(&world.database(), Timestamp::now()).unwrap();
    assert_eq!(std::fs::read(aside.unwrap()).unwrap(), damaged);
    assert!(store.jobs(10).unwrap().is_empty());
    submitted(&store);
}

#[test]
fn a_file_that_is_no_database_is_moved_aside_and_kept() {
    is_moved_aside_and_kept(
        &World::new(),
        "no database, but long enough for a header ".repeat(50).as_bytes(),
    );
}

#[test]
fn a_database_with_a_broken_middle_is_moved_aside_and_kept() {
    let world = World::new();
    let store = world.store();
    for _ in 0..200 {
        submitted(&store);
    }
    drop(store);
    let mut bytes = std::fs::read(world.database()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 4096..middle + 4096].fill(0xa5);
    is_moved_aside_and_kept(&world, &bytes);
}

#[test]
fn a_process_that_may_not_replace_a_damaged_database_says_what_to_do() {
    let world = World::new();
    std::fs::write(world.database(), "no database".repeat(1000)).unwrap();
    let failure = JobStore::open(&world.database()).err().unwrap();
    assert_eq!(failure.code, FailureCode::StoreFailed);
    assert!(failure.what.ends_with("is damaged."), "{}", failure.what);
}

#[test]
fn a_sound_database_is_never_moved() {
    let world = World::new();
    let id = submitted(&world.store());
    let (store, aside) = JobStore::open_or_replace(&world.database(), Timestamp::now()).unwrap();
    assert_eq!(aside, None);
    assert!(store.job(id).is_ok());
}

#[test]
fn jobs_without_their_worker_go_back_into_the_queue() {
    let world = World::new();
    let store = world.store();
    let (running, stopping) = (submitted(&store), submitted(&store));
    for _ in 0..2 {
        store.claim(0, Timestamp::now()).unwrap();
    }
    store.apply(stopping, &JobEvent::CancelRequested, Timestamp::now()).unwrap();
    store.recover(Timestamp::now()).unwrap();
    assert_eq!(store.job(running).unwrap().status.word(), "pending");
    assert_eq!(store.job(stopping).unwrap().status.word(), "cancelled");
}

#[test]
fn an_output_of_another_version_counts_as_none() {
    let world = World::new();
    let store = world.store();
    let id = submitted(&store);
    store.finish_stage(id, Stage::Identify, &Speakers::default(), &[], 5, Timestamp::now()).unwrap();
    assert!(store.checkpoint::<Speakers>(id, Stage::Identify).unwrap().is_some());
    let connection = rusqlite::Connection::open(world.database()).unwrap();
    connection.execute("UPDATE checkpoints SET version = version + 1", []).unwrap();
    assert!(store.checkpoint::<Speakers>(id, Stage::Identify).unwrap().is_none());
}

#[test]
fn whoever_comes_late_learns_of_every_change_and_removal() {
    let world = World::new();
    let store = world.store();
    let (kept, gone) = (submitted(&store), submitted(&store));
    let (seen, changes) = store.changes_after(0).unwrap();
    assert_eq!(changes.len(), 2);
    store.apply(gone, &JobEvent::CancelRequested, Timestamp::now()).unwrap();
    store.delete(gone).unwrap();
    let (later, changes) = store.changes_after(seen).unwrap();
    assert!(later > seen);
    assert_eq!(changes, [Change::Removed(gone)]);
    assert!(matches!(store.delete(kept), Err(StoreError::NotEnded)));
    assert!(store.history(gone).unwrap().is_empty());
}

#[test]
fn a_retry_from_an_earlier_stage_remembers_that_a_page_may_exist() {
    let world = World::new();
    let store = world.store();
    let (id, now) = (submitted(&store), Timestamp::now());
    store.claim(0, now).unwrap();
    let (page, begun) = (serde_json::json!({ "page": "p1" }), serde_json::json!("half-way"));
    store.save_bookmark(id, Stage::Publish, &page, 0.5).unwrap();
    store.save_bookmark(id, Stage::Summarize, &begun, 0.5).unwrap();
    store.apply(id, &JobEvent::CancelRequested, now).unwrap();
    store.apply(id, &JobEvent::Released, now).unwrap();
    store.retry(id, Some(Stage::Summarize), None, now).unwrap();
    assert_eq!(store.bookmark(id, Stage::Summarize).unwrap(), None);
    assert_eq!(store.bookmark(id, Stage::Publish).unwrap(), Some(page));
}
