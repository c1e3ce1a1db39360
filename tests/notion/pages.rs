//! A recording becomes a page in Notion: what it holds, where it is found, and that no secret is in anything written.

use std::path::{Path, PathBuf};

use debrief_app::{PageOptions, PageToOpen};
use debrief_core::page::PageSection;
use debrief_core::ports::PublishedPage;
use debrief_core::stage::Stage;
use debrief_core::view::{Group, StatusWord};
use debrief_runtime::store::JobStore;
use debrief_sandbox::{Call, Fault, FaultKind};
use serde_json::{Value, json};

use super::{Notion, find, id_of, meeting, outline, process_as_said, text_of};
use crate::google::{link, process};
use crate::support::{document, settled, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_drive_link_becomes_a_notion_page_and_the_file_gets_its_name() {
    let notion = Notion::plain().await;
    let file = notion.google.add_speech("REC_20261105_0900.wav");
    let app = notion.open().await;
    notion.google.sign_in(&app).await;
    let id = process(&app, &file).await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");

    let page = notion.page();
    let result = view.result.clone().unwrap();
    let url = result.notion_page_url.clone().unwrap();
    assert_eq!(page["url"], url.as_str());
    assert_eq!((result.page_path, result.page_html_path), (None, None));
    assert_eq!(app.page_to_open(id).unwrap(), PageToOpen::Notion(url::Url::parse(&url).unwrap()));
    assert_eq!(text_of(&page["properties"]["Name"]), view.title);

    let blocks = notion.blocks();
    let said = outline(&blocks);
    for facts in
        ["Date: 2026-11-05", "Participants: Speaker 1", "Recording: REC_20261105_0900.wav", "Debrief JOB"]
    {
        assert!(said.contains(facts), "no “{facts}” in {said}");
    }
    let recording = find(&blocks, "paragraph", "Recording: ").unwrap();
    let target = recording["paragraph"]["rich_text"][1]["text"]["link"]["url"].as_str().unwrap();
    assert!(target.contains(file.as_str()), "{target}");
    let summary = blocks
        .iter()
        .find(|block| block["type"] == "callout" && !block["children"].as_array().unwrap().is_empty());
    assert!(summary.is_some(), "no summary in {said}");
    for todo in &result.todos {
        assert!(find(&blocks, "to_do", todo).is_some(), "no “{todo}” in {said}");
    }
    for segment in app.document(id).unwrap().transcript.segments {
        assert!(find(&blocks, "paragraph", &segment.text).is_some(), "no “{}” in {said}", segment.text);
    }

    let name = notion.google.name_of(&file);
    assert!(name.starts_with("[2026-11-05] ") && name.ends_with(".wav"), "{name}");
    let properties = notion.google.sandbox.world().file(&file).unwrap().app_properties.clone();
    let receipt = properties.values().next().expect("a receipt");
    let receipt: Vec<&str> = receipt.values().map(String::as_str).collect();
    assert!(receipt.contains(&id_of(&page)) && receipt.contains(&id.to_string().as_str()), "{receipt:?}");
    assert_eq!(notion.google.installation.temporary(), [""; 0]);
    assert_eq!(notion.google.installation.pages(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_holds_what_was_said_what_was_decided_and_what_is_to_be_done() {
    let notion = Notion::plain().await;
    let app = notion.open().await;
    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    assert_eq!(text_of(&notion.page()["properties"]["Name"]), app.status(id).unwrap().title);
    insta::assert_snapshot!(notion.outline(), @"
    paragraph: Date: 2026-11-05
    paragraph: Participants: Speaker 1, Speaker 2
    paragraph: Length: 0:05
    paragraph: Recording: talk 2026-11-05.wav
    paragraph: Recognised by: a typist · Debrief JOB
    heading_2: Summary
    callout: These notes are sentences taken from the transcript as they were said; no language model wrote them.
      bulleted_list_item: The launch of the new website is the only topic today. 0:00 Speaker 1
      bulleted_list_item: The sales team wants a demo of the new website next week. 0:25 Speaker 2
    heading_2: To-dos
    to_do [ ]: I will send the report to the sales team by Monday. Speaker 1 due 2026-11-09 · 0:10
    to_do [ ]: Please update the contract with the vendor before the launch. 0:20
    heading_2: Decisions
    bulleted_list_item: We decided to move the launch of the website to Friday. 0:05 Speaker 2
    heading_2: Transcript
    toggle: 0:00 – 0:05
      paragraph: 0:00 Speaker 1 The launch of the new website is the only topic today.
      paragraph: 0:05 Speaker 2 We decided to move the launch of the website to Friday.
      paragraph: 0:10 Speaker 1 I will send the report to the sales team by Monday.
      paragraph: 0:15 Speaker 2 The budget of the website is twelve thousand euros this year.
      paragraph: 0:20 Speaker 1 Please update the contract with the vendor before the launch.
      paragraph: 0:25 Speaker 2 The sales team wants a demo of the new website next week.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_stand_in_the_properties_that_there_are_and_not_on_the_page_again() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    let page = notion.page();
    let properties = &page["properties"];
    assert_eq!(properties["Date"]["date"]["start"], "2026-11-05");
    assert_eq!(properties["Status"]["select"]["name"], "Done");
    assert_eq!(
        properties["Recording"]["url"],
        Value::Null,
        "a file on this machine has no address for others"
    );
    assert_eq!(text_of(&properties["Debrief id"]), id.to_string());
    assert_eq!(page["icon"]["emoji"], "📝");
    let said = notion.outline();
    for word in ["Date:", "Participants:", "Length:", "JOB"] {
        assert!(!said.contains(word), "“{word}” is in {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sections_are_left_out_and_moved_and_the_page_speaks_its_own_language() {
    let notion = Notion::plain().await;
    let app = notion.open().await;
    let options = PageOptions {
        sections: vec![PageSection::Transcript, PageSection::Todos],
        language: Some("zh-TW".to_owned()),
        upload_recording: false,
        upload_attachments: false,
    };
    app.set_page_options(&options).await.unwrap();
    assert_eq!(app.notion().await.unwrap().options, options);
    let klingon = PageOptions { language: Some("tlh".to_owned()), ..options };
    assert_eq!(app.set_page_options(&klingon).await.unwrap_err().code.word(), "bad_request");

    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    insta::assert_snapshot!(notion.outline(), @"
    paragraph: 日期：2026-11-05
    paragraph: 與會者：Speaker 1、Speaker 2
    paragraph: 長度：0:05
    paragraph: 錄音：talk 2026-11-05.wav
    paragraph: 語音辨識：a typist · Debrief JOB
    heading_2: 逐字稿
    toggle: 0:00 – 0:05
      paragraph: 0:00 Speaker 1 The launch of the new website is the only topic today.
      paragraph: 0:05 Speaker 2 We decided to move the launch of the website to Friday.
      paragraph: 0:10 Speaker 1 I will send the report to the sales team by Monday.
      paragraph: 0:15 Speaker 2 The budget of the website is twelve thousand euros this year.
      paragraph: 0:20 Speaker 1 Please update the contract with the vendor before the launch.
      paragraph: 0:25 Speaker 2 The sales team wants a demo of the new website next week.
    heading_2: 待辦事項
    to_do [ ]: I will send the report to the sales team by Monday. Speaker 1 期限 2026-11-09 · 0:10
    to_do [ ]: Please update the contract with the vendor before the launch. 0:20
    ");

    // Other wishes reach a page that is there when it is updated.
    let english =
        PageOptions { sections: vec![PageSection::Todos], language: Some("en".to_owned()), ..klingon };
    app.set_page_options(&english).await.unwrap();
    app.update_page(id).unwrap();
    until(&app, id, |view| view.group == Group::Done).await;
    insta::assert_snapshot!(notion.outline(), @"
    paragraph: Date: 2026-11-05
    paragraph: Participants: Speaker 1, Speaker 2
    paragraph: Length: 0:05
    paragraph: Recording: talk 2026-11-05.wav
    paragraph: Recognised by: a typist · Debrief JOB
    heading_2: To-dos
    to_do [ ]: I will send the report to the sales team by Monday. Speaker 1 due 2026-11-09 · 0:10
    to_do [ ]: Please update the contract with the vendor before the launch. 0:20
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_puts_the_page_into_the_trash_and_gives_the_old_name_back_until_it_is_wanted_again() {
    let notion = Notion::new().await;
    let file = notion.google.add_speech("talk.wav");
    let app = notion.open().await;
    notion.google.sign_in(&app).await;
    let id = process_as_said(&app, &link(&file), &[], &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    let page = notion.page();
    let before = notion.outline();
    assert_ne!(notion.google.name_of(&file), "talk.wav");

    app.undo_page(id).await.unwrap();
    assert_eq!(notion.pages(), [Value::Null; 0]);
    assert_eq!(notion.google.sandbox.world().notion_page(id_of(&page)).unwrap()["in_trash"], true);
    assert_eq!(notion.google.name_of(&file), "talk.wav");
    let result = app.status(id).unwrap().result.unwrap();
    assert!(result.page_undone);
    assert_eq!((result.drive_filename, result.renamed_from), (None, None));
    assert!(app.undo_page(id).await.is_err(), "there is nothing more to undo");

    app.retry(id, Some(Stage::Publish)).unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let result = view.result.unwrap();
    assert!(!result.page_undone);
    assert_eq!(id_of(&notion.page()), id_of(&page), "the same page is back");
    assert_eq!(notion.outline(), before);
    assert_eq!(Some(notion.google.name_of(&file)), result.drive_filename);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_deleted_for_good_is_written_anew() {
    let notion = Notion::new().await;
    let elsewhere = {
        let mut world = notion.google.sandbox.world();
        let other = world.add_database(&notion.workspace, "Old", &[("Old", super::every_property())]);
        (world.data_sources(&other)[0].to_string(), other)
    };
    let app = notion.open().await;
    app.choose_notion_place(&elsewhere.0).await.unwrap();
    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    notion.google.sandbox.world().remove_database(&elsewhere.1);
    app.choose_notion_place(notion.database.as_str()).await.unwrap();
    app.update_page(id).unwrap();
    let view = until(&app, id, |view| matches!(view.group, Group::Done | Group::NeedsYou)).await;
    // It was sent to a place that is gone: the person is asked for another one, and it goes there as a whole.
    assert_eq!(super::error_code(&view), "notion_no_access", "{view:#?}");
    app.retry(id, None).unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert!(notion.outline().contains("heading_2: Transcript"));
}

/// Every file below a folder, with its bytes.
fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push((path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_written_or_told_anywhere() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    let mut news = app.news();
    let world = || notion.google.sandbox.world();
    let faults = [
        (Call::NotionDataSource, FaultKind::Status(500, "internal_server_error".into())),
        (Call::NotionCreate, FaultKind::AnswerLost),
        (Call::NotionQuery, FaultKind::GarbageJson),
        (Call::NotionUpload, FaultKind::Status(400, "validation_error".into())),
    ];
    for (on, what) in faults {
        world().plan(Fault { on, times: 1, what });
    }
    let options = app.notion().await.unwrap().options;
    app.set_page_options(&PageOptions { upload_attachments: true, ..options }).await.unwrap();
    let attachment = document("english.pdf").display().to_string();
    let id =
        process_as_said(&app, &notion.recording().display().to_string(), &[attachment], &meeting()).await;
    // The upload is refused; the person retries.
    settled(&app, id).await;
    app.retry(id, None).unwrap();
    let view = until(&app, id, |view| view.status == StatusWord::Completed).await;
    assert!(!world().has_planned_faults());
    let revoked = notion.token.clone();
    world().revoke_notion_token(&revoked);
    app.update_page(id).unwrap();
    let waiting = until(&app, id, |view| view.group == Group::NeedsYou).await;
    let token = world().personal_token(&notion.workspace, "Ana");
    app.connect_notion(&token).await.unwrap();
    until(&app, id, |view| view.group == Group::Done).await;

    let mut told = serde_json::to_string(&app.notion().await.unwrap()).unwrap();
    told += &json!([view, waiting, app.list().unwrap()]).to_string();
    told += &app.page_markdown(id).unwrap();
    while let Ok(heard) = news.try_recv() {
        told += &serde_json::to_string(&heard).unwrap();
    }
    assert!(told.contains("notion_sign_in_expired"), "the faults were told");

    let store = JobStore::open(&app.home().database()).unwrap();
    assert!(store.checkpoint::<PublishedPage>(id, Stage::Publish).unwrap().is_some());
    let secrets = world().secrets();
    assert!(secrets.contains(&revoked) && secrets.contains(&token));
    let kept = notion.google.installation.home().secrets_file();
    let files = files_below(notion.google.installation.path());
    assert!(files.len() > 4, "{files:?}");
    for (path, bytes) in files.iter().filter(|(path, _)| *path != kept) {
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", path.display());
        }
    }
    assert!(secrets.iter().all(|secret| !told.contains(secret)), "a secret is in what the window was told");
    let kept = std::fs::read_to_string(kept).unwrap();
    assert!(kept.contains(&token) && !kept.contains(&revoked), "what is looked for was kept at all");
}
