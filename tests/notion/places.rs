//! The place for pages: found, chosen, asked about, gone; and its properties.

use std::collections::BTreeSet;

use debrief_app::{NotionPlaceKind, NotionRole, NotionView};
use debrief_core::view::{Group, PageDestination, StatusWord};
use serde_json::{Value, json};

use super::{Notion, error_code, find, id_of, meeting, only_publish_ran, process_as_said, text_of};
use crate::google::link;
use crate::support::{settled, until};

#[tokio::test(flavor = "multi_thread")]
async fn every_place_is_found_by_its_title_however_many_there_are() {
    let notion = Notion::new().await;
    for n in 0..60 {
        notion.google.sandbox.world().add_notion_page(&notion.workspace, &format!("Project {n:02}"));
    }
    let app = notion.google.installation.open().await;
    app.connect_notion(&notion.token).await.unwrap();

    let (mut names, mut cursor, mut steps) = (Vec::new(), None::<String>, 0);
    loop {
        let found = app.search_notion("", cursor.as_deref()).await.unwrap();
        names.extend(found.places.into_iter().map(|place| (place.name, place.kind)));
        steps += 1;
        cursor = found.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert!(steps > 1, "one answer was enough");
    let distinct: BTreeSet<&String> = names.iter().map(|(name, _)| name).collect();
    assert_eq!((names.len(), distinct.len()), (61, 61));
    assert!(names.contains(&("Meetings".to_owned(), NotionPlaceKind::DataSource)));

    let found = app.search_notion("project 4", None).await.unwrap().places;
    assert_eq!(found.len(), 10);
    app.choose_notion_place(&found[0].id).await.unwrap();
    let place = app.notion().await.unwrap().place.unwrap();
    assert_eq!((place.kind, place.name.as_str()), (NotionPlaceKind::Page, found[0].name.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_with_several_data_sources_asks_which_one() {
    let notion = Notion::new().await;
    let sources =
        [("Meetings", json!({ "Name": { "title": {} } })), ("Calls", json!({ "What": { "title": {} } }))];
    let database = notion.google.sandbox.world().add_database(&notion.workspace, "Team", &sources);
    let ids = notion.google.sandbox.world().data_sources(&database);
    let app = notion.google.installation.open().await;
    app.connect_notion(&notion.token).await.unwrap();

    let short = database.as_str().replace('-', "");
    let address = format!("https://www.notion.so/acme/{short}?v=11112222333344445555666677778888");
    let failure = app.choose_notion_place(&address).await.unwrap_err();
    assert_eq!(failure.code.word(), "notion_place_unset");
    let what = failure.what.replace(ids[0].as_str(), "ID 1").replace(ids[1].as_str(), "ID 2");
    insta::assert_snapshot!(what, @"“Team” has 2 data sources: “Meetings” (ID 1), “Calls” (ID 2).");
    assert_eq!(app.notion().await.unwrap().place, None, "nothing was chosen");

    app.choose_notion_place(ids[1].as_str()).await.unwrap();
    assert_eq!(app.notion().await.unwrap().place.unwrap().name, "Calls");
    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    let world = notion.google.sandbox.world();
    assert_eq!((world.pages_of(ids[0].as_str()).len(), world.pages_of(ids[1].as_str()).len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_leads_nowhere_is_no_place() {
    let notion = Notion::new().await;
    let hidden = {
        let mut world = notion.google.sandbox.world();
        let other = world.add_workspace("Other");
        world.add_notion_page(&other, "Secret")
    };
    let app = notion.open().await;
    let before = app.notion().await.unwrap().place;
    for (text, code) in [
        ("https://example.com/2f8ad1f054c180f69d0ec5a1c1a2b3c4", "bad_request"),
        ("the database", "bad_request"),
        (hidden.as_str(), "notion_no_access"),
    ] {
        let failure = app.choose_notion_place(text).await.unwrap_err();
        assert_eq!(failure.code.word(), code, "{text}");
    }
    assert_eq!(app.notion().await.unwrap().place, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_can_lie_inside_a_page_and_say_there_which_job_they_are_of() {
    let notion = Notion::new().await;
    let minutes = notion.google.sandbox.world().add_notion_page(&notion.workspace, "Minutes");
    let app = notion.open().await;
    app.choose_notion_place(minutes.as_str()).await.unwrap();
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let world = notion.google.sandbox.world();
    let pages = world.pages_of(minutes.as_str());
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0]["url"], json!(view.result.as_ref().unwrap().notion_page_url));
    assert_eq!(text_of(&pages[0]["properties"]["title"]), view.title);
    let blocks = world.blocks_of(id_of(&pages[0]));
    assert!(find(&blocks, "paragraph", &format!("Debrief {id}")).is_some(), "{blocks:#?}");
    assert!(find(&blocks, "paragraph", "Speaker 1, Speaker 2").is_some(), "{blocks:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_vanished_makes_the_job_wait_and_another_place_lets_it_go_on_there() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    notion.google.sandbox.world().remove_database(&notion.database);
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "notion_no_access"), "{view:#?}");
    let seen = app.notion().await.unwrap();
    assert_eq!(seen.place_problem.map(|problem| problem.code).as_deref(), Some("notion_no_access"));

    let other = {
        let mut world = notion.google.sandbox.world();
        let other = world.add_database(&notion.workspace, "New", &[("New", super::every_property())]);
        world.data_sources(&other)[0].to_string()
    };
    app.choose_notion_place(&other).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    notion.google.sandbox.world().restore_database(&notion.database);
    assert_eq!(notion.pages(), [Value::Null; 0], "the page went to the other place alone");
    assert_eq!(notion.google.sandbox.world().pages_of(&other).len(), 1);
    only_publish_ran(&app, id, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_a_job_waits_and_goes_on_once_one_is_chosen() {
    let notion = Notion::new().await;
    let app = notion.google.installation.open().await;
    app.connect_notion(&notion.token).await.unwrap();
    app.set_destination(PageDestination::Notion).await.unwrap();
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "notion_place_unset"), "{view:#?}");
    app.choose_notion_place(notion.database.as_str()).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    notion.page();
    assert_eq!(notion.google.installation.pages(), [""; 0], "no page was written to this machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_for_pages_makes_notion_their_destination_until_the_folder_is_chosen() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    assert_eq!(app.notion().await.unwrap().destination, PageDestination::Notion);
    app.set_destination(PageDestination::Folder).await.unwrap();
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    let result = view.result.unwrap();
    assert!(result.notion_page_url.is_none() && result.page_path.is_some());
    assert_eq!(notion.pages(), [Value::Null; 0]);
}

/// Role and name of the property that is used for it.
fn used(view: &NotionView) -> Vec<String> {
    let name = |property: &debrief_app::NotionProperty| {
        let chosen = property.choices.iter().find(|choice| Some(&choice.id) == property.chosen.as_ref());
        let chosen = chosen.map_or("-", |choice| choice.name.as_str());
        let more = if property.missing { " (can be made)" } else { "" };
        format!("{:?}: {chosen}{more}", property.role)
    };
    view.properties.iter().map(name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_are_proposed_by_type_and_name() {
    let properties = json!({
        "Topic": { "title": {} },
        "Meeting date": { "date": {} },
        "Due": { "date": {} },
        "Attendees": { "rich_text": {} },
        "Length": { "number": { "format": "number" } },
        "Price": { "number": { "format": "number" } },
        "Labels": { "multi_select": {} },
        "Web": { "url": {} },
        "Status": { "rich_text": {} },
        "debrief_id": { "rich_text": {} },
    });
    let notion = Notion::with(properties, 60).await;
    let app = notion.open().await;
    insta::assert_snapshot!(used(&app.notion().await.unwrap()).join("\n"), @"
    Title: Topic
    Date: Meeting date
    Participants: Attendees
    Duration: Length
    Tags: Labels
    Recording: Web
    Status: -
    DebriefId: debrief_id
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_property_of_the_wrong_type_is_named_and_another_choice_lets_the_job_go_on() {
    let mut properties = super::every_property();
    properties["Comment"] = json!({ "rich_text": {} });
    properties["Held on"] = json!({ "date": {} });
    let notion = Notion::with(properties, 60).await;
    let app = notion.open().await;
    app.map_notion_property(NotionRole::Date, Some("Comment")).await.unwrap();
    let seen = app.notion().await.unwrap();
    let what = "The property “Comment” is of the type rich text; date needs date.";
    assert_eq!(seen.properties[1].problem.as_deref(), Some(what));
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "notion_property_unfit"), "{view:#?}");
    assert_eq!(view.error.as_ref().unwrap().what, what);

    app.map_notion_property(NotionRole::Date, Some("Held on")).await.unwrap();
    app.map_notion_property(NotionRole::Tags, None).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let page = &notion.page()["properties"];
    assert_eq!(page["Held on"]["date"]["start"], "2026-11-05");
    assert_eq!((&page["Date"]["date"], &page["Tags"]["multi_select"]), (&Value::Null, &json!([])));

    // A chosen property that was removed in Notion is named by what was chosen.
    app.map_notion_property(NotionRole::Date, Some("Gone")).await.unwrap();
    let failure = app.pages_ready().await.unwrap_err();
    assert_eq!(failure.what, "The property “Gone” is no longer in “Meetings”.");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_properties_are_made_and_filled_from_then_on() {
    // One of a good name and a type of no use is the person's own.
    let notion = Notion::with(json!({ "Name": { "title": {} }, "Tags": { "checkbox": {} } }), 60).await;
    let file = notion.google.add_speech("talk 2026-11-05.wav");
    let app = notion.open().await;
    notion.google.sign_in(&app).await;
    insta::assert_snapshot!(used(&app.notion().await.unwrap()).join("\n"), @"
    Title: Name
    Date: - (can be made)
    Participants: - (can be made)
    Duration: - (can be made)
    Tags: - (can be made)
    Recording: - (can be made)
    Status: -
    DebriefId: - (can be made)
    ");
    app.create_notion_properties().await.unwrap();
    insta::assert_snapshot!(used(&app.notion().await.unwrap()).join("\n"), @"
    Title: Name
    Date: Date
    Participants: Participants
    Duration: Duration
    Tags: Tags (Debrief)
    Recording: Recording
    Status: -
    DebriefId: Debrief id
    ");
    app.create_notion_properties().await.unwrap();

    let id = process_as_said(&app, &link(&file), &[], &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    let page = &notion.page()["properties"];
    assert_eq!(page.as_object().unwrap().len(), 8, "{page:#?}");
    assert_eq!(page["Date"]["date"]["start"], "2026-11-05");
    let participants = page["Participants"]["multi_select"].as_array().unwrap();
    let names: Vec<&str> = participants.iter().map(|option| option["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Speaker 1", "Speaker 2"]);
    assert_eq!(page["Duration"]["number"], 0.1);
    assert_eq!(page["Recording"]["url"].as_str().unwrap(), link(&file).split('?').next().unwrap());
    assert_eq!(text_of(&page["Debrief id"]), id.to_string());
    assert_eq!(text_of(&page["Name"]), view.title);
    assert_eq!(page["Tags"]["checkbox"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_page_is_written_and_taken_back() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    assert!(app.notion_test_page().is_err());
    let first = app.write_notion_test_page().await.unwrap();
    let page = notion.page();
    assert_eq!(page["url"], first.as_str());
    assert_eq!(text_of(&page["properties"]["Name"]), "Debrief test page");
    assert!(notion.outline().contains("Debrief can write here."));
    assert_eq!(app.notion().await.unwrap().test_page.as_deref(), Some(first.as_str()));

    // One is enough.
    let second = app.write_notion_test_page().await.unwrap();
    assert_eq!(notion.page()["url"], second.as_str());
    app.remove_notion_test_page().await.unwrap();
    assert_eq!(notion.pages(), [Value::Null; 0]);
    assert_eq!(notion.google.sandbox.world().notion_page(id_of(&page)).unwrap()["in_trash"], true);
    assert_eq!(app.notion().await.unwrap().test_page, None);

    // A connection that may only read is told so here, and not first by a job.
    let reader = notion.google.sandbox.world().read_only_token(&notion.workspace, "Reader");
    notion.google.sandbox.world().share_notion(&reader, notion.database.as_str());
    app.connect_notion(&reader).await.unwrap();
    assert_eq!(app.write_notion_test_page().await.unwrap_err().code.word(), "notion_no_access");
}
