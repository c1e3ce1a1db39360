//! What the web view may ask for about Notion: its connection, the place for pages, what they show. Each command is a call of the app.

use debrief_app::{NotionPlaces, NotionRole, NotionView, PageOptions};
use debrief_core::failure::Failure;
use debrief_core::view::PageDestination;
use tauri::{State, Url};

use crate::commands::{Answer, SharedApp, SharedNative};

/// Who is connected to Notion, and where pages go.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notion_status(app: State<'_, SharedApp>) -> Answer<NotionView> {
    Ok(app.notion().await?)
}

/// Connects with a pasted token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_notion(app: State<'_, SharedApp>, token: String) -> Answer<NotionView> {
    app.connect_notion(&token).await?;
    Ok(app.notion().await?)
}

/// Signs in with the person's own public integration, in the browser, and answers once that is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_notion(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
    client_id: String,
    client_secret: String,
) -> Answer<NotionView> {
    app.sign_in_notion(&client_id, &client_secret, |url| native.browse(url)).await?;
    Ok(app.notion().await?)
}

/// Gives up the sign-in to Notion that is open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_notion_sign_in(app: State<'_, SharedApp>) -> Answer<()> {
    app.cancel_notion_sign_in();
    Ok(())
}

/// Forgets the connection to Notion.
#[tauri::command]
#[specta::specta]
pub(crate) async fn disconnect_notion(app: State<'_, SharedApp>) -> Answer<NotionView> {
    app.disconnect_notion().await?;
    Ok(app.notion().await?)
}

/// Databases and pages whose title has the text in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_notion(
    app: State<'_, SharedApp>,
    query: String,
    cursor: Option<String>,
) -> Answer<NotionPlaces> {
    Ok(app.search_notion(&query, cursor.as_deref()).await?)
}

/// Pages go there from now on: an id, or a pasted link.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_notion_place(app: State<'_, SharedApp>, place: String) -> Answer<NotionView> {
    app.choose_notion_place(&place).await?;
    Ok(app.notion().await?)
}

/// Uses a property for a role, or none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn map_notion_property(
    app: State<'_, SharedApp>,
    role: NotionRole,
    property: Option<String>,
) -> Answer<NotionView> {
    app.map_notion_property(role, property.as_deref()).await?;
    Ok(app.notion().await?)
}

/// Makes the properties that the database lacks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_notion_properties(app: State<'_, SharedApp>) -> Answer<NotionView> {
    app.create_notion_properties().await?;
    Ok(app.notion().await?)
}

/// Writes a page to see that everything works; answers with its address.
#[tauri::command]
#[specta::specta]
pub(crate) async fn write_notion_test_page(app: State<'_, SharedApp>) -> Answer<String> {
    Ok(app.write_notion_test_page().await?.to_string())
}

/// Opens that page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_notion_test_page(
    app: State<'_, SharedApp>,
    native: State<'_, SharedNative>,
) -> Answer<()> {
    Ok(native.open_notion(&app.notion_test_page()?)?)
}

/// Opens the page at Notion where tokens are made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_notion_integrations(native: State<'_, SharedNative>) -> Answer<()> {
    let url = Url::parse("https://www.notion.so/profile/integrations").map_err(Failure::internal)?;
    Ok(native.browse(&url)?)
}

/// Moves that page to Notion's trash.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_notion_test_page(app: State<'_, SharedApp>) -> Answer<()> {
    Ok(app.remove_notion_test_page().await?)
}

/// Pages go to Notion or to the folder from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_destination(
    app: State<'_, SharedApp>,
    destination: PageDestination,
) -> Answer<NotionView> {
    app.set_destination(destination).await?;
    Ok(app.notion().await?)
}

/// What pages show from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_page_options(app: State<'_, SharedApp>, options: PageOptions) -> Answer<NotionView> {
    app.set_page_options(&options).await?;
    Ok(app.notion().await?)
}
