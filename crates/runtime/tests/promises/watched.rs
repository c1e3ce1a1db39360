//! What the store promises of watched folders: no file is taken twice, and none is forgotten.

use crate::support::{World, request};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::JobId;
use debrief_runtime::store::{GrowingFile, JobStore, WatchedFile, WatchedFolder, WatchedPlace};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

fn folder(path: &str) -> WatchedFolder {
    WatchedFolder {
        id: Uuid::new_v4(),
        place: WatchedPlace::Local { path: path.into() },
        name: path.to_owned(),
        cursor: None,
        companions: true,
        problem: None,
    }
}

fn in_drive(id: &str, account: &str) -> WatchedFolder {
    let place = WatchedPlace::Drive {
        id: id.to_owned(),
        resource_key: None,
        account: account.to_owned(),
        shared_drive: Some("0ADrive".to_owned()),
    };
    WatchedFolder { place, cursor: Some("1".to_owned()), ..folder(id) }
}

fn watched(store: &JobStore, folder: &WatchedFolder, before: &[&str]) -> Uuid {
    let before: Vec<String> = before.iter().map(|file| (*file).to_owned()).collect();
    store.watch(folder, &before).unwrap();
    folder.id
}

fn take(store: &JobStore, folder: Uuid, file: &str) -> bool {
    store.take(folder, file, JobId(Uuid::new_v4()), &request(file), Timestamp::now()).unwrap()
}

fn growing(file: &str) -> GrowingFile {
    GrowingFile { file: file.to_owned(), key: Some("0-key".to_owned()) }
}

#[test]
fn a_folder_is_watched_once_with_all_that_is_known_of_it() {
    let world = World::new();
    let store = world.store();
    let (here, there) = (folder("/talks"), in_drive("1a", "ana"));
    watched(&store, &here, &[]);
    watched(&store, &there, &[]);
    watched(&store, &folder("/talks"), &[]);
    watched(&store, &in_drive("1a", "bob"), &[]);
    assert_eq!(world.store().watched_folders().unwrap(), [here.clone(), there.clone()]);

    let problem = Failure::later(FailureCode::Offline, "what", "fix");
    store.set_watch_problem(there.id, Some(&problem)).unwrap();
    store.set_watch_cursor(there.id, "7").unwrap();
    let now = world.store().watched_folders().unwrap().remove(1);
    assert_eq!(now, WatchedFolder { cursor: Some("7".to_owned()), problem: Some(problem), ..there.clone() });
    store.set_watch_problem(there.id, None).unwrap();
    assert_eq!(store.watched_folders().unwrap()[1].problem, None);
    let alone = WatchedFolder { companions: false, ..in_drive("1a", "bob") };
    watched(&store, &alone, &[]);
    let now = world.store().watched_folders().unwrap().remove(1);
    assert_eq!((now.id, now.companions, now.cursor.as_deref()), (there.id, false, Some("7")));
    assert!(store.set_watch_companions(there.id, true).unwrap());
    assert!(!store.set_watch_companions(alone.id, false).unwrap(), "that one was never watched");
    let companions = |folder: WatchedFolder| folder.companions;
    let now = world.store().watched_folders().unwrap().into_iter().map(companions);
    assert_eq!(now.collect::<Vec<_>>(), [true, true]);

    assert_eq!((store.unwatch(here.id).unwrap(), store.unwatch(here.id).unwrap()), (true, false));
    assert_eq!(store.watched_folders().unwrap().len(), 1);
}

#[test]
fn a_file_is_taken_once_from_whichever_folder_and_by_whichever_process() {
    let world = World::new();
    let store = world.store();
    let (one, two) = (watched(&store, &folder("/one"), &[]), watched(&store, &folder("/two"), &[]));
    store.note_growing(two, &growing("a"), "1", Timestamp::now()).unwrap();
    assert!(take(&store, one, "a"));
    let another = world.store();
    assert!(!take(&another, one, "a") && !take(&another, two, "a"));
    assert_eq!(another.watched_file(two, "a").unwrap(), Some(WatchedFile::Taken));
    assert_eq!(store.jobs(10).unwrap().len(), 1);

    // Its job may be removed from the list; the file stays taken.
    let id = store.jobs(10).unwrap()[0].id;
    store.apply(id, &debrief_core::job::JobEvent::CancelRequested, Timestamp::now()).unwrap();
    store.delete(id).unwrap();
    assert!(!take(&store, one, "a"));
}

#[test]
fn what_was_there_before_and_what_is_watched_no_longer_is_not_taken() {
    let world = World::new();
    let store = world.store();
    let id = watched(&store, &folder("/one"), &["old", "old"]);
    assert!(!take(&store, id, "old"));
    store.note_growing(id, &growing("old"), "1", Timestamp::now()).unwrap();
    assert_eq!(store.watched_file(id, "old").unwrap(), Some(WatchedFile::Before));
    assert!(take(&store, id, "new"));
    assert_eq!(store.finished_files(id).unwrap().into_iter().collect::<Vec<_>>(), ["new", "old"]);
    store.unwatch(id).unwrap();
    assert!(!take(&store, id, "newer"));
    store.note_growing(id, &growing("newer"), "1", Timestamp::now()).unwrap();
    assert_eq!(store.watched_file(id, "newer").unwrap(), None);
    assert_eq!(store.jobs(10).unwrap().len(), 1);
}

#[test]
fn growing_files_are_remembered_until_they_are_taken_or_gone() {
    let world = World::new();
    let store = world.store();
    let id = watched(&store, &folder("/one"), &[]);
    let began = Timestamp::from_millisecond(1_000).unwrap();
    for (file, after_s) in [("late", 9), ("early", 1), ("gone", 5)] {
        let since = began + SignedDuration::from_secs(after_s);
        store.note_growing(id, &growing(file), "1 byte", since).unwrap();
    }
    let later = began + SignedDuration::from_secs(20);
    store.note_growing(id, &growing("early"), "2 bytes", later).unwrap();
    let store = world.store();
    let state = WatchedFile::Growing { looks: "2 bytes".to_owned(), since: later };
    assert_eq!(store.watched_file(id, "early").unwrap(), Some(state));
    store.forget_growing(id, "gone").unwrap();
    assert_eq!(store.growing_files(id, 9).unwrap(), [growing("late"), growing("early")]);
    assert_eq!(store.growing_files(id, 1).unwrap(), [growing("late")]);
    assert!(take(&store, id, "late"));
    assert_eq!(store.growing_files(id, 9).unwrap(), [growing("early")]);
    store.forget_growing(id, "late").unwrap();
    assert_eq!(store.watched_file(id, "late").unwrap(), Some(WatchedFile::Taken));
}
