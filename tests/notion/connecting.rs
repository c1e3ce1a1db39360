//! Connecting: with a pasted token, and by signing in with an integration of the person's own.

use std::time::Duration;

use debrief_app::{App, NotionTokenKind};
use debrief_core::failure::Failure;
use debrief_core::view::{Group, StatusWord};
use debrief_sandbox::{Call, Fault, FaultKind, NOTION_CLIENT_ID, NOTION_CLIENT_SECRET, NotionAnswer, Shares};

use super::{Notion, error_code, every_property, meeting, only_publish_ran};
use crate::google::{browse, eventually};
use crate::support::{settled, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_token_says_whose_workspace_it_is_and_a_wrong_one_changes_nothing() {
    let notion = Notion::new().await;
    let app = notion.google.installation.open().await;
    assert_eq!(app.notion().await.unwrap().connection, None);

    // People paste with blanks around.
    app.connect_notion(&format!(" {}\n", notion.token)).await.unwrap();
    let connection = app.notion().await.unwrap().connection.unwrap();
    assert_eq!(
        (connection.workspace.as_str(), connection.kind, connection.user.as_deref()),
        ("Acme", NotionTokenKind::Personal, Some("Ana"))
    );
    let kept = std::fs::read_to_string(app.home().secrets_file()).unwrap();
    assert!(kept.contains(&notion.token));

    let mut told = Vec::new();
    for wrong in ["ntn_000000000000000000000000", "https://www.notion.so/my-page", ""] {
        let failure = app.connect_notion(wrong).await.unwrap_err();
        told.push(format!("{}: {} {}", failure.code.word(), failure.what, failure.fix));
    }
    insta::assert_snapshot!(told.join("\n"), @"
    notion_sign_in_expired: Notion doesn't take this token. Copy it again from Notion's developer page; it begins with “ntn_” and may have run out.
    notion_sign_in_expired: Notion doesn't take this token. Copy it again from Notion's developer page; it begins with “ntn_” and may have run out.
    notion_sign_in_expired: This is no Notion token. Copy it again from Notion's developer page; it begins with “ntn_” and may have run out.
    ");
    assert_eq!(app.notion().await.unwrap().connection, Some(connection));
    assert_eq!(std::fs::read_to_string(app.home().secrets_file()).unwrap(), kept);

    // A connection of the workspace is another kind, and replaces the first one.
    let internal = notion.google.sandbox.world().internal_token(&notion.workspace, "Minutes");
    app.connect_notion(&internal).await.unwrap();
    let connection = app.notion().await.unwrap().connection.unwrap();
    assert_eq!((connection.kind, connection.user), (NotionTokenKind::Internal, None));

    app.disconnect_notion().await.unwrap();
    assert_eq!(app.notion().await.unwrap().connection, None);
    let kept = std::fs::read_to_string(app.home().secrets_file()).unwrap();
    assert!(!kept.contains("ntn_"), "the token is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_makes_jobs_wait_and_a_new_one_lets_them_go_on_by_themselves() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    notion.google.sandbox.world().revoke_notion_token(&notion.token);
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "notion_sign_in_expired"), "{view:#?}");
    let seen = app.notion().await.unwrap();
    assert_eq!(seen.problem.map(|problem| problem.code).as_deref(), Some("notion_sign_in_expired"));
    assert_eq!((seen.waiting_jobs, notion.pages().len()), (1, 0));

    let token = notion.google.sandbox.world().personal_token(&notion.workspace, "Ana");
    app.connect_notion(&token).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(app.notion().await.unwrap().waiting_jobs, 0);
    notion.page();
    only_publish_ran(&app, id, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waits_until_notion_is_connected_at_all() {
    let notion = Notion::new().await;
    let app = notion.open().await;
    app.disconnect_notion().await.unwrap();
    let before = notion.google.sandbox.world().requests().len();
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "notion_not_connected"), "{view:#?}");
    assert_eq!(notion.google.sandbox.world().requests().len(), before, "nobody is asked without a token");

    app.connect_notion(&notion.token).await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    only_publish_ran(&app, id, 1);
}

/// Another process on this machine may be in the middle of a sign-in, and the address for the answer is always the same.
async fn sign_in(app: &App, secret: &str) -> Result<(), Failure> {
    loop {
        match app.sign_in_notion(NOTION_CLIENT_ID, secret, browse).await {
            Err(failure) if failure.what.contains("uses port") => {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            other => return other,
        }
    }
}

// All of it in one test: the browser comes back to one fixed port.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_an_integration_of_ones_own_is_renewed_for_ever() {
    let notion = Notion::with(every_property(), 2).await;
    let world = || notion.google.sandbox.world();
    let allows = NotionAnswer::Allows {
        workspace: notion.workspace.clone(),
        user: "Ana".to_owned(),
        shares: Shares::Everything,
    };
    world().expire_notion_tokens(true);
    let app = notion.google.installation.open().await;

    let failure = app.sign_in_notion("", "", browse).await.unwrap_err();
    insta::assert_snapshot!(failure.what, @"Debrief has no Notion integration to sign in with.");
    world().notion_person().answer = NotionAnswer::Denies;
    let failure = sign_in(&app, NOTION_CLIENT_SECRET).await.unwrap_err();
    insta::assert_snapshot!(failure.what, @"You didn't give Debrief access.");
    world().notion_person().answer = allows;
    let failure = sign_in(&app, "not the secret").await.unwrap_err();
    insta::assert_snapshot!(failure.what, @"Notion doesn't accept this client id and secret.");
    assert_eq!(app.notion().await.unwrap().connection, None);

    sign_in(&app, NOTION_CLIENT_SECRET).await.unwrap();
    let view = app.notion().await.unwrap();
    let connection = view.connection.unwrap();
    assert_eq!((connection.workspace.as_str(), connection.kind), ("Acme", NotionTokenKind::Oauth));
    assert!(!view.signing_in);
    app.choose_notion_place(notion.database.as_str()).await.unwrap();
    let id = notion.process(&app, &meeting()).await;
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);

    // The token's hour is over. It is renewed, and what asks with the new one gets no answer at first.
    world().pass_time(Duration::from_secs(2 * 3600));
    world().forget_requests();
    world().plan_after(1, Fault { on: Call::NotionDataSource, times: 1, what: FaultKind::Stall });
    let id = notion.process(&app, &meeting()).await;
    eventually("the question with the new token", || !world().has_planned_faults()).await;
    let kept = std::fs::read_to_string(app.home().secrets_file()).unwrap();
    let newest: Vec<String> = world().secrets().into_iter().rev().take(2).collect();
    assert!(
        newest.iter().all(|secret| kept.contains(secret)),
        "the new tokens are kept before they are used"
    );
    assert_eq!(settled(&app, id).await.status, StatusWord::Completed);
    assert_eq!(notion.google.answers(Call::NotionToken), [Some(200)], "it is renewed once");
    app.shutdown().await;
    drop(app);

    // Another process has only what was kept, and renews it again.
    world().pass_time(Duration::from_secs(2 * 3600));
    let app = notion.google.installation.open().await;
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(notion.google.answers(Call::NotionToken), [Some(200); 2]);
    assert_eq!(notion.pages().len(), 3);

    // A connection that was taken back in Notion can't be renewed: the job waits for another sign-in.
    world().pass_time(Duration::from_secs(2 * 3600));
    let what = FaultKind::Status(400, "invalid_grant".to_owned());
    world().plan(Fault { on: Call::NotionToken, times: 1, what });
    let id = notion.process(&app, &meeting()).await;
    let view = settled(&app, id).await;
    assert_eq!((view.group, error_code(&view)), (Group::NeedsYou, "notion_sign_in_expired"), "{view:#?}");
    sign_in(&app, "").await.unwrap();
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    only_publish_ran(&app, id, 1);

    // Signing out ends it with Notion, too.
    app.disconnect_notion().await.unwrap();
    let ended =
        world().requests().iter().any(|seen| seen.path.ends_with("oauth/revoke") && seen.status == Some(200));
    assert!(ended, "Notion was not told");
    let kept = std::fs::read_to_string(app.home().secrets_file()).unwrap();
    let secrets: Vec<String> = world().secrets();
    assert!(secrets.iter().all(|secret| !kept.contains(secret)), "no token is kept");
}
