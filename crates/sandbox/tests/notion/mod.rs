//! The stand-in for Notion.

mod blocks;
mod databases;
mod faults;
mod limits;
mod oauth;
mod pages;
mod query;
mod tokens;
mod uploads;
mod view;

use debrief_sandbox::{DataSourceId, DatabaseId, NOTION_VERSION, PageId, Sandbox, WorkspaceId, World};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::client;

/// A workspace with a page and a database, a personal token, and a client.
struct Scene {
    sandbox: Sandbox,
    workspace: WorkspaceId,
    page: PageId,
    database: DatabaseId,
    source: DataSourceId,
    token: String,
    http: Client,
}

impl Scene {
    async fn new() -> Scene {
        let mut world = World::new();
        let workspace = world.add_workspace("Acme");
        let page = world.add_notion_page(&workspace, "Recordings");
        let database = world.add_database(&workspace, "Meetings", &[("Meetings", schema())]);
        let source = world.data_sources(&database)[0].clone();
        let token = world.personal_token(&workspace, "Ana");
        let sandbox = Sandbox::start(world).await.unwrap();
        Scene { sandbox, workspace, page, database, source, token, http: client() }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}/{path}", self.sandbox.notion());
        self.http.request(method, address).bearer_auth(&self.token).header("Notion-Version", NOTION_VERSION)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.ask(Method::GET, path)
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.ask(Method::POST, path).json(body)
    }

    fn patch(&self, path: &str, body: &Value) -> RequestBuilder {
        self.ask(Method::PATCH, path).json(body)
    }

    fn append(&self, children: &Value) -> RequestBuilder {
        self.patch(&format!("blocks/{}/children", self.page), &json!({ "children": children }))
    }

    /// A page in the data source with these properties.
    fn create(&self, properties: &Value) -> RequestBuilder {
        let parent = json!({ "type": "data_source_id", "data_source_id": self.source.as_str() });
        self.post("pages", &json!({ "parent": parent, "properties": properties }))
    }

    fn query(&self, body: &Value) -> RequestBuilder {
        self.post(&format!("data_sources/{}/query", self.source), body)
    }
}

fn schema() -> Value {
    json!({
        "Name": { "title": {} },
        "Job": { "rich_text": {} },
        "Date": { "date": {} },
        "Minutes": { "number": {} },
        "Kind": { "select": { "options": [{ "name": "Call", "color": "blue" }] } },
        "Tags": { "multi_select": {} },
        "Done": { "checkbox": {} },
        "Link": { "url": {} },
        "State": { "status": {} },
        "Files": { "files": {} },
    })
}

fn text(content: &str) -> Value {
    json!([{ "type": "text", "text": { "content": content } }])
}

fn paragraph(content: &str) -> Value {
    json!({ "type": "paragraph", "paragraph": { "rich_text": text(content) } })
}

fn paragraphs(count: usize) -> Value {
    (0..count).map(|at| paragraph(&at.to_string())).collect()
}

async fn done(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(body["request_id"].is_string());
    body
}

/// Asserts a refusal in the whole form that Notion gives it, and returns its message.
async fn refused(request: RequestBuilder, status: u16, code: &str) -> String {
    refusal(request.send().await.unwrap(), status, code).await
}

async fn refusal(answer: Response, status: u16, code: &str) -> String {
    assert_eq!(answer.status(), status);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["object"], "error", "{body}");
    assert_eq!((&body["status"], &body["code"]), (&status.into(), &code.into()), "{body}");
    assert!(body["request_id"].is_string());
    body["message"].as_str().unwrap().to_owned()
}

/// `validation_error`, and its message.
async fn invalid(request: RequestBuilder) -> String {
    refused(request, 400, "validation_error").await
}

fn plain(texts: &Value) -> String {
    texts.as_array().unwrap().iter().map(|text| text["plain_text"].as_str().unwrap()).collect()
}
