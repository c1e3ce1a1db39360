//! What the pool promises: jobs end as they should, whatever happens to them on the way.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::{Plan, World, ended, in_stage, request, until};
use debrief_core::failure::{Failure, FailureCode, MAX_ATTEMPTS};
use debrief_core::job::{JobEvent, JobId};
use debrief_core::stage::Stage::{
    self, Decode, Diarize, Fetch, Identify, Publish, Rename, Summarize, Transcribe,
};
use debrief_core::view::{Group, StatusWord};
use debrief_runtime::pool::JobNews;
use debrief_runtime::store::StoreError;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

fn broken() -> Failure {
    Failure::never(FailureCode::EngineFailed, "It broke.", "Mend it.")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_job_becomes_a_page() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("REC_20260105_talk.m4a")).unwrap();
    let view = ended(&pool, id).await;
    assert_eq!((view.status, view.progress, view.error), (StatusWord::Completed, 100, None));
    let result = view.result.unwrap();
    assert_eq!(result.title, "2 segments");
    assert_eq!(result.drive_filename.as_deref(), Some("[2026-01-05] 2 segments.m4a"));
    let names: Vec<_> = result.identified_speakers.into_iter().collect();
    assert_eq!(names, [("Speaker 1".into(), "Speaker 1".into()), ("Speaker 2".into(), "Ana".into())]);
    assert_eq!(world.script.runs_of(id), Stage::ALL);
    assert_eq!(world.leftovers(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_is_told_of_the_vocabulary_the_participants_and_the_glossary_once_each() {
    let world = World::new();
    let pool = world.pool();
    let mut asked = request("a.m4a");
    asked.speech.vocabulary = vec!["Acme".into()];
    asked.notes.participants = vec!["Marta Kowalska".into(), "acme".into()];
    asked.notes.glossary = vec!["晨曦計畫".into()];
    let id = pool.submit(&asked).unwrap();
    assert_eq!(ended(&pool, id).await.status, StatusWord::Completed);
    assert_eq!(*world.script.hints.lock().unwrap(), ["Acme", "Marta Kowalska", "晨曦計畫"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_job_is_an_error_of_its_own() {
    let world = World::new();
    let pool = world.pool();
    let id = JobId(Uuid::new_v4());
    assert!(matches!(pool.status(id), Err(StoreError::UnknownJob(unknown)) if unknown == id));
    assert!(matches!(pool.cancel(id), Err(StoreError::UnknownJob(_))));
    assert!(matches!(pool.retry(id, None, None), Err(StoreError::UnknownJob(_))));
    assert!(matches!(pool.delete(id), Err(StoreError::UnknownJob(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_begins_at_5_never_falls_and_ends_at_100() {
    let world = World::new();
    for stage in Stage::ALL {
        world.script.plan(stage, Plan::Take(Duration::from_millis(250)));
    }
    let pool = world.pool();
    let mut news = pool.news();
    pool.submit(&request("a.m4a")).unwrap();
    let mut seen = Vec::new();
    loop {
        match news.recv().await.unwrap() {
            JobNews::Changed { job } => {
                assert!(job.status != StatusWord::Processing || job.progress >= 5, "{job:?}");
                assert_eq!(job.progress == 100, job.status == StatusWord::Completed);
                seen.push(job.progress);
                if job.status == StatusWord::Completed {
                    break;
                }
            }
            JobNews::Progress { progress, .. } => seen.push(progress),
            JobNews::Removed { .. } | JobNews::Paused { .. } | JobNews::Relist => {}
        }
    }
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen.len() > 12, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_touches_one_job_only_and_keeps_its_finished_stages() {
    let world = World::new();
    world.script.plan(Transcribe, Plan::UntilStopped);
    let pool = world.pool();
    let stopped = pool.submit(&request("stopped.m4a")).unwrap();
    in_stage(&pool, stopped, Transcribe).await;
    let other = pool.submit(&request("other.m4a")).unwrap();
    in_stage(&pool, other, Transcribe).await;

    pool.cancel(stopped).unwrap();
    let view = ended(&pool, stopped).await;
    assert_eq!(view.status, StatusWord::Cancelled);
    assert_eq!(ended(&pool, other).await.status, StatusWord::Completed);

    // Undo: what was finished is not repeated, but for the files that went with the folder.
    pool.retry(stopped, None, None).unwrap();
    assert_eq!(ended(&pool, stopped).await.status, StatusWord::Completed);
    let runs = world.script.runs_of(stopped);
    assert_eq!(runs[..5], [Fetch, Decode, Transcribe, Fetch, Decode]);
    assert_eq!(world.script.bookmarks(), ["half-way"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_cannot_be_cancelled() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    ended(&pool, id).await;
    assert!(matches!(pool.cancel(id), Err(StoreError::Illegal(_))));
    assert_eq!(pool.status(id).unwrap().status, StatusWord::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_loses_against_the_page_leaves_a_completed_job() {
    let world = World::new();
    world.script.plan(Rename, Plan::Take(Duration::from_millis(500)));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    in_stage(&pool, id, Rename).await;
    pool.cancel(id).unwrap();
    let view = ended(&pool, id).await;
    assert_eq!(view.status, StatusWord::Completed);
    assert!(view.result.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_says_why_keeps_what_it_has_and_goes_on_from_there() {
    let world = World::new();
    world.script.plan(Publish, Plan::Fail(broken()));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let view = ended(&pool, id).await;
    let error = view.error.unwrap();
    assert_eq!(
        (view.status, error.code.as_str(), error.stage),
        (StatusWord::Failed, "engine_failed", Publish)
    );
    assert_eq!((error.what.as_str(), error.fix.as_str()), ("It broke.", "Mend it."));
    assert_eq!(view.title, "2 segments");
    assert_eq!(world.leftovers(), 0);

    pool.retry(id, None, None).unwrap();
    assert_eq!(ended(&pool, id).await.status, StatusWord::Completed);
    assert_eq!(world.script.runs_of(id)[7..], [Publish, Rename]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_again_from_a_chosen_stage() {
    let world = World::new();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    ended(&pool, id).await;
    pool.retry(id, Some(Diarize), None).unwrap();
    assert_eq!(pool.status(id).unwrap().result, None);
    ended(&pool, id).await;
    let again = [Fetch, Decode, Diarize, Identify, Summarize, Publish, Rename];
    assert_eq!(world.script.runs_of(id)[8..], again);
}

#[tokio::test(flavor = "multi_thread")]
async fn speakers_that_are_not_found_cost_a_warning_not_the_transcript() {
    let world = World::new();
    world.script.plan(Diarize, Plan::Fail(broken()));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let view = ended(&pool, id).await;
    assert_eq!(view.status, StatusWord::Completed);
    assert_eq!(view.warnings[0].code, "speakers_not_found");
    assert_eq!(view.result.unwrap().title, "1 segments");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_defect_in_a_step_fails_one_job_and_nothing_else() {
    let world = World::new();
    world.script.plan(Summarize, Plan::Panic);
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let error = ended(&pool, id).await.error.unwrap();
    assert_eq!(error.code, "internal");
    assert!(error.detail.unwrap().contains("a defect in a step"));
    let next = pool.submit(&request("b.m4a")).unwrap();
    assert_eq!(ended(&pool, next).await.status, StatusWord::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_failure_is_tried_again_by_itself() {
    let world = World::new();
    let busy = Failure::later(FailureCode::TimedOut, "The service is busy.", "Nothing to do.");
    world.script.plan(Fetch, Plan::Fail(busy));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let view = until(&pool, id, |view| view.retry_at.is_some()).await;
    assert_eq!((view.status, view.group), (StatusWord::Pending, Group::Waiting));
    assert_eq!(ended(&pool, id).await.status, StatusWord::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_an_earlier_stage_do_not_count_against_the_next_one() {
    let world = World::new();
    let (store, id, now) = (world.store(), JobId(Uuid::new_v4()), Timestamp::now());
    let busy = || Failure::later(FailureCode::TimedOut, "The service is busy.", "Nothing to do.");
    store.submit(id, &request("a.m4a"), now).unwrap();
    for _ in 0..MAX_ATTEMPTS {
        store.claim(0, now).unwrap();
        store.hold_up(id, &JobEvent::FailedForNow { why: busy(), at: now }, now).unwrap();
        store.apply(id, &JobEvent::Ready, now).unwrap();
    }
    world.script.plan(Decode, Plan::Fail(busy()));
    let pool = world.pool();
    let view = until(&pool, id, |view| view.error.is_some()).await;
    assert_eq!(view.status, StatusWord::Pending, "it is tried again: {view:?}");
    let again: Timestamp = view.retry_at.unwrap().parse().unwrap();
    assert!(again.duration_since(Timestamp::now()) < SignedDuration::from_secs(10), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_answer_whether_one_job_may_go_on_keeps_no_other_waiting() {
    let world = World::new();
    let (store, id) = (world.store(), JobId(Uuid::new_v4()));
    let earlier = Timestamp::now() - SignedDuration::from_mins(10);
    let unseen = Failure::person(FailureCode::PickNeeded, "It may not be seen.", "Choose it.");
    store.submit(id, &request("a.m4a"), earlier).unwrap();
    store.claim(0, earlier).unwrap();
    store.hold_up(id, &JobEvent::NeedsPerson(unseen), earlier).unwrap();
    world.script.source_is_silent.store(true, Ordering::SeqCst);
    let pool = world.pool();
    while !world.script.source_was_asked.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let other = pool.submit(&request("b.m4a")).unwrap();
    assert_eq!(ended(&pool, other).await.status, StatusWord::Completed);
    tokio::time::timeout(Duration::from_secs(10), pool.shutdown()).await.expect("nor a shutdown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_needs_the_person_goes_on_once_that_is_done() {
    let world = World::new();
    let gone = Failure::person(FailureCode::PageFolderGone, "The folder has gone.", "Bring it back.");
    world.script.plan(Publish, Plan::Fail(gone));
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    let view = until(&pool, id, |view| view.group == Group::NeedsYou).await;
    assert_eq!(view.error.unwrap().fix, "Bring it back.");
    world.script.sink_is_ready.store(true, Ordering::SeqCst);
    assert_eq!(ended(&pool, id).await.status, StatusWord::Completed);
    assert_eq!(world.script.runs_of(id)[6..], [Publish, Publish, Rename]);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_jobs_run_at_once_and_one_of_them_speaks() {
    let world = World::new();
    for _ in 0..8 {
        world.script.plan(Transcribe, Plan::Take(Duration::from_millis(60)));
    }
    let pool = world.pool();
    let ids: Vec<JobId> = (0..8).map(|n| pool.submit(&request(&format!("{n}.m4a"))).unwrap()).collect();
    let mut most = 0;
    while pool.list(u32::MAX).unwrap().iter().any(|view| view.group != Group::Done) {
        let running = pool.list(0).unwrap().iter().filter(|view| view.group == Group::Working).count();
        most = most.max(running);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for id in ids {
        assert_eq!(pool.status(id).unwrap().status, StatusWord::Completed);
    }
    assert_eq!((most, world.script.most_speaking()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_pool_lets_go_of_its_jobs_and_resumes_where_they_were() {
    let world = World::new();
    world.script.plan(Transcribe, Plan::UntilStopped);
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    in_stage(&pool, id, Transcribe).await;
    pool.pause().unwrap();
    let view = until(&pool, id, |view| view.status == StatusWord::Pending).await;
    assert!(view.progress > 5, "{view:?}");
    let late = pool.submit(&request("b.m4a")).unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(pool.status(late).unwrap().status, StatusWord::Pending);
    pool.resume().unwrap();
    assert_eq!(ended(&pool, id).await.status, StatusWord::Completed);
    assert_eq!(ended(&pool, late).await.status, StatusWord::Completed);
    assert_eq!(world.script.runs_of(id)[..4], [Fetch, Decode, Transcribe, Transcribe]);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_does_not_fall_when_a_stage_resumes_in_its_middle() {
    let world = World::new();
    world.script.plan(Transcribe, Plan::UntilStopped);
    world.script.plan(Transcribe, Plan::Take(Duration::from_millis(400)));
    let first = world.pool();
    let id = first.submit(&request("a.m4a")).unwrap();
    in_stage(&first, id, Transcribe).await;
    first.shutdown().await;
    let reached = first.status(id).unwrap().progress;

    let second = world.pool();
    let mut news = second.news();
    while second.status(id).unwrap().status != StatusWord::Completed {
        let next = tokio::time::timeout(Duration::from_secs(10), news.recv()).await.unwrap().unwrap();
        if let JobNews::Progress { progress, .. } = next {
            assert!(progress >= reached, "{progress} after {reached}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_keeps_the_bookmark_and_the_next_start_goes_on() {
    let world = World::new();
    world.script.plan(Transcribe, Plan::UntilStopped);
    let first = world.pool();
    let id = first.submit(&request("a.m4a")).unwrap();
    in_stage(&first, id, Transcribe).await;
    let before = first.status(id).unwrap().progress;
    first.shutdown().await;
    let kept = world.store().job(id).unwrap();
    assert_eq!(kept.status.word(), "pending");

    let second = world.pool();
    let view = ended(&second, id).await;
    assert_eq!(view.status, StatusWord::Completed);
    assert!(before > 5);
    assert_eq!(world.script.bookmarks(), ["half-way"]);
    assert_eq!(world.script.runs_of(id)[..4], [Fetch, Decode, Transcribe, Transcribe]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_at_any_moment_stops_a_job_that_is_just_being_claimed() {
    for micros in (0..2_000).step_by(100) {
        let world = World::new();
        world.script.plan(Transcribe, Plan::UntilStopped);
        let pool = world.pool();
        let id = pool.submit(&request("a.m4a")).unwrap();
        tokio::time::sleep(Duration::from_micros(micros)).await;
        tokio::time::timeout(Duration::from_secs(20), pool.shutdown()).await.unwrap();
        assert_eq!(world.store().job(id).unwrap().status.word(), "pending");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_pools_one_runs_the_jobs_and_the_other_follows() {
    let world = World::new();
    world.script.plan(Transcribe, Plan::UntilStopped);
    let runner = world.pool();
    let follower = world.pool();
    let mut news = follower.news();
    let id = follower.submit(&request("a.m4a")).unwrap();
    in_stage(&follower, id, Transcribe).await;
    assert!(runner.runs_jobs() && !follower.runs_jobs());
    follower.cancel(id).unwrap();
    assert_eq!(ended(&follower, id).await.status, StatusWord::Cancelled);
    follower.retry(id, None, None).unwrap();
    assert_eq!(ended(&follower, id).await.status, StatusWord::Completed);
    follower.delete(id).unwrap();
    let removed = async {
        loop {
            if let JobNews::Removed { id } = news.recv().await.unwrap() {
                return id;
            }
        }
    };
    let removed = tokio::time::timeout(Duration::from_secs(5), removed).await.unwrap();
    assert_eq!(removed, id.to_string());
    assert_eq!(world.script.runs_of(id)[..3], [Fetch, Decode, Transcribe]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_takes_over_when_the_runner_is_gone() {
    let world = World::new();
    let runner = world.pool();
    let follower = world.pool();
    until_runs(&runner).await;
    runner.shutdown().await;
    drop(runner);
    let id = follower.submit(&request("a.m4a")).unwrap();
    assert_eq!(ended(&follower, id).await.status, StatusWord::Completed);
}

async fn until_runs(pool: &debrief_runtime::pool::JobPool) {
    while !pool.runs_jobs() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_for_new_jobs_leaves_old_ones_alone() {
    let world = World::new();
    let old = JobId(Uuid::new_v4());
    world.store().submit(old, &request("old.m4a"), jiff::Timestamp::now()).unwrap();
    let pool = world.pool_with(false);
    let new = pool.submit(&request("new.m4a")).unwrap();
    assert_eq!(ended(&pool, new).await.status, StatusWord::Completed);
    assert_eq!(pool.status(old).unwrap().status, StatusWord::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_no_unfinished_job_owns_are_swept_and_nothing_else() {
    let world = World::new();
    let orphan = world.jobs_folder().join(Uuid::new_v4().to_string());
    let foreign = world.jobs_folder().join("notes");
    std::fs::create_dir(&orphan).unwrap();
    std::fs::create_dir(&foreign).unwrap();
    let pool = world.pool();
    let id = pool.submit(&request("a.m4a")).unwrap();
    ended(&pool, id).await;
    assert!(!orphan.exists());
    assert!(foreign.exists());
}
