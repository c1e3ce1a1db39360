//! A page that people have worked on is updated in place: what is theirs stays.

use debrief_app::App;
use debrief_core::job::JobId;
use debrief_core::view::{Group, JobView, StatusWord};
use serde_json::Value;

use super::{Notion, find, id_of, meeting, paragraph};
use crate::support::{settled, until};

async fn updated(app: &App, id: JobId) -> JobView {
    app.update_page(id).unwrap();
    let view = until(app, id, |view| matches!(view.group, Group::Done | Group::NeedsYou)).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    view
}

async fn published(notion: &Notion, app: &App) -> JobId {
    let id = notion.process(app, &meeting()).await;
    let view = settled(app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    id
}

fn participants(page: &Value) -> Vec<&str> {
    let options = page["properties"]["Participants"]["multi_select"].as_array().unwrap();
    options.iter().map(|option| option["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_reach_the_page_and_what_people_did_to_it_stays() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    let id = published(&notion, &app).await;
    let before = notion.blocks();
    let page = notion.page();
    assert_eq!(participants(&page), ["Speaker 1", "Speaker 2"]);

    {
        let mut world = notion.google.sandbox.world();
        let block = |kind, words| id_of(find(&before, kind, words).unwrap()).to_owned();
        world.tick(&block("to_do", "send the report"));
        world.edit_text(&block("bulleted_list_item", "wants a demo"), "They want a demo on Tuesday.");
        world.write_block(
            id_of(&page),
            Some(&block("to_do", "send the report")),
            paragraph("Mine, in the middle."),
        );
        let toggle = block("toggle", "");
        world.write_block(
            &toggle,
            Some(&block("paragraph", "We decided to move")),
            paragraph("Mine, in the transcript."),
        );
        world.write_block(id_of(&page), None, paragraph("Mine, at the end."));
        world.delete_block(&block("bulleted_list_item", "the only topic"));
    }
    notion.name_speakers(&app, id, &["Ana", "Ben"]);
    let view = updated(&app, id).await;

    insta::assert_snapshot!(notion.outline(), @"
    paragraph: Recording: talk 2026-11-05.wav
    paragraph: Recognised by: a typist
    heading_2: Summary
    callout: These notes are sentences taken from the transcript as they were said; no language model wrote them.
      bulleted_list_item: They want a demo on Tuesday.
    heading_2: To-dos
    to_do [x]: I will send the report to the sales team by Monday. Ana due 2026-11-09 · 0:10
    paragraph: Mine, in the middle.
    to_do [ ]: Please update the contract with the vendor before the launch. 0:20
    heading_2: Decisions
    bulleted_list_item: We decided to move the launch of the website to Friday. 0:05 Ben
    heading_2: Transcript
    toggle: 0:00 – 0:05
      paragraph: 0:00 Ana The launch of the new website is the only topic today.
      paragraph: 0:05 Ben We decided to move the launch of the website to Friday.
      paragraph: Mine, in the transcript.
      paragraph: 0:10 Ana I will send the report to the sales team by Monday.
      paragraph: 0:15 Ben The budget of the website is twelve thousand euros this year.
      paragraph: 0:20 Ana Please update the contract with the vendor before the launch.
      paragraph: 0:25 Ben The sales team wants a demo of the new website next week.
    paragraph: Mine, at the end.
    ");
    assert_eq!(participants(&notion.page()), ["Ana", "Ben"]);
    assert_eq!(id_of(&notion.page()), id_of(&page));
    let warnings: Vec<&str> = view.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(warnings, ["page_edited"]);
    only_publish_ran_after_identify(&app, id);

    // Once more: what is right already is left alone.
    let outline = notion.outline();
    notion.google.sandbox.world().forget_requests();
    updated(&app, id).await;
    assert_eq!(notion.writes(), []);
    assert_eq!(notion.outline(), outline);
}

/// The test itself stored who the speakers are, as the stage does.
fn only_publish_ran_after_identify(app: &App, id: JobId) {
    for (stage, count) in super::runs(app, id) {
        let expected = if ["identify", "publish", "rename"].contains(&stage.as_str()) { 2 } else { 1 };
        assert_eq!(count, expected, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_without_changes_writes_nothing() {
    let notion = Notion::new().await;
    let minutes = notion.google.sandbox.world().add_notion_page(&notion.workspace, "Minutes");
    let app = notion.open().await;
    for place in [notion.database.as_str(), minutes.as_str()] {
        app.choose_notion_place(place).await.unwrap();
        let id = published(&notion, &app).await;
        notion.google.sandbox.world().forget_requests();
        let view = updated(&app, id).await;
        assert_eq!(notion.writes(), [], "{place}");
        assert_eq!(view.warnings, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_a_finished_job_repeats_publish_alone() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    let id = published(&notion, &app).await;
    let outline = notion.outline();
    app.retry(id, Some(debrief_core::stage::Stage::Publish)).unwrap();
    until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(notion.outline(), outline);
    for (stage, count) in super::runs(&app, id) {
        let expected = if ["publish", "rename"].contains(&stage.as_str()) { 2 } else { 1 };
        assert_eq!(count, expected, "{stage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_somebody_filled_by_hand_is_not_overwritten() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    let id = published(&notion, &app).await;
    let status = serde_json::json!({ "select": { "name": "Open" } });
    let page = id_of(&notion.page()).to_owned();
    notion.google.sandbox.world().set_page_property(&page, "Status", status);
    notion.name_speakers(&app, id, &["Ana"]);
    updated(&app, id).await;
    let page = notion.page();
    assert_eq!(page["properties"]["Status"]["select"]["name"], "Open");
    assert_eq!(participants(&page), ["Ana", "Speaker 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_finished_job_has_a_page_to_update() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    app.pause().unwrap();
    let id = app.process(&notion.recording().display().to_string(), &[]).await.unwrap();
    assert_eq!(app.update_page(id).unwrap_err().code.word(), "bad_request");
    assert!(app.undo_page(id).await.is_err());
}
