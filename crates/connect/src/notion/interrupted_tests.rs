//! A first writing that was broken off, and that has to say something else when it goes on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::NotionPlace;
use debrief_core::page::{Block, Page, PageSection};
use debrief_core::ports::PageSink;
use debrief_core::secret::Secret;
use debrief_core::stage::StepError;
use serde_json::{Value, json};

use super::tests::{page, said};
use super::{Choices, Connected, Connection, ConnectionBook, Notion, NotionSink};
use crate::keychain::{Keep, Secrets};
use crate::transcribe::testing::Desk;

struct NoBook;

impl ConnectionBook for NoBook {
    fn connected(&self) -> Result<Option<Connected>, Failure> {
        Ok(None)
    }
    fn put(&self, _: Option<&Connected>) -> Result<(), Failure> {
        Ok(())
    }
}

/// The page in a Notion that takes everything, but for further blocks while it refuses them.
#[derive(Default)]
struct Paper {
    pages_made: usize,
    blocks_made: usize,
    refuses: bool,
    title: Value,
    /// Id, id of what it lies in, and content; in order.
    blocks: Vec<(String, String, Value)>,
}

impl Paper {
    fn add(&mut self, parent: &str, children: &Value, at: usize) -> Vec<Value> {
        let mut ids = Vec::new();
        for (n, child) in children.as_array().into_iter().flatten().enumerate() {
            self.blocks_made += 1;
            let (id, mut child) = (format!("b{}", self.blocks_made), child.clone());
            let kind = child["type"].as_str().unwrap().to_owned();
            let inside = child[&kind]["children"].take();
            self.blocks.insert(at + n, (id.clone(), parent.to_owned(), child));
            self.add(&id, &inside, self.blocks.len());
            ids.push(json!({ "id": id }));
        }
        ids
    }

    fn inside(&self, parent: &str) -> Vec<Value> {
        let mut inside = Vec::new();
        for (id, _, block) in self.blocks.iter().filter(|(_, of, _)| of == parent) {
            let mut block = block.clone();
            block["id"] = json!(id);
            block["has_children"] = json!(self.blocks.iter().any(|(_, of, _)| of == id));
            inside.push(block);
        }
        inside
    }

    fn answer(&mut self, method: &str, path: &[&str], body: &Value) -> Value {
        let page = json!({ "object": "page", "id": "page", "url": "https://notion.so/page" });
        let place_of = |blocks: &[(String, String, Value)], wanted: &Value| {
            blocks.iter().position(|(id, ..)| *wanted == json!(id)).unwrap()
        };
        match (method, path) {
            ("GET", ["pages", "place"]) => json!({ "object": "page", "id": "place", "parent": {} }),
            ("GET", ["pages", "page"]) => page,
            ("POST", ["pages"]) => {
                self.pages_made += 1;
                self.title = body["properties"]["title"].clone();
                self.add("page", &body["children"], self.blocks.len());
                page
            }
            ("PATCH", ["pages", "page"]) => {
                self.title = body["properties"]["title"].clone();
                page
            }
            ("GET", ["blocks", id, "children"]) => json!({ "results": self.inside(id), "next_cursor": null }),
            ("PATCH", ["blocks", id, "children"]) => {
                let at = match body["position"]["type"].as_str() {
                    Some("after_block") => place_of(&self.blocks, &body["position"]["after_block"]["id"]) + 1,
                    Some("start") => 0,
                    _ => self.blocks.len(), // Without a position it is the end.
                };
                json!({ "results": self.add(id, &body["children"], at) })
            }
            ("PATCH", ["blocks", id]) => {
                let at = place_of(&self.blocks, &json!(id));
                let block = &mut self.blocks[at].2;
                let kind = block["type"].as_str().unwrap().to_owned();
                block[&kind] = body[&kind].clone();
                json!({})
            }
            ("DELETE", ["blocks", id]) => {
                self.blocks.retain(|(block, parent, _)| block != id && parent != id);
                json!({})
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn answer(
    State(paper): State<Arc<Mutex<Paper>>>,
    method: Method,
    uri: Uri,
    body: String,
) -> (StatusCode, String) {
    let mut paper = paper.lock().unwrap();
    let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
    if paper.refuses && method == Method::PATCH {
        return (StatusCode::BAD_REQUEST, json!({ "code": "validation_error" }).to_string());
    }
    let body = serde_json::from_str(&body).unwrap_or_default();
    (StatusCode::OK, paper.answer(method.as_str(), &path, &body).to_string())
}

/// Notes that take more than one request, every part of which has `word` in it.
fn notes(word: &str) -> Page {
    let heading = |section, text: &str| Block::Heading { section, text: text.into() };
    let text = format!("{word} ").repeat(9_000);
    let point = |n: u32| Block::Point { text: format!("{n} {text}"), at_ms: n, speaker: None };
    let mut blocks = vec![heading(PageSection::Transcript, "Transcript"), said(0, word)];
    blocks.push(heading(PageSection::Decisions, "Decisions"));
    blocks.extend((0..16).map(point));
    Page { title: word.to_owned(), ..page(blocks) }
}

#[tokio::test]
async fn a_page_that_was_broken_off_says_what_it_should_say_by_now() {
    let paper = Arc::new(Mutex::new(Paper { refuses: true, ..Paper::default() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: url::Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let routes = Router::new().fallback(answer).with_state(paper.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let secrets = Secrets::new(Keep::Session, "test", "unused".into());
    let token = Some(Secret::new("token"));
    let connection = Connection::new("notion", base.clone(), None, Arc::new(NoBook), secrets, token);
    let notion = Notion::new(base, Arc::new(connection), Duration::from_secs(20));
    let sink = NotionSink::new(notion, Some(NotionPlace::Page("place".into())), Choices::new());
    let desk = Desk::new();

    let Err(StepError::Failed(failure)) = sink.publish(&notes("earlier"), desk.cx()).await else {
        panic!("it was refused")
    };
    assert_eq!(failure.code, FailureCode::NotionRefused);
    paper.lock().unwrap().refuses = false;
    sink.publish(&notes("later"), desk.cx()).await.unwrap();

    let paper = paper.lock().unwrap();
    let all = json!([paper.title, paper.blocks]).to_string();
    let times = |word: &str| all.matches(word).count();
    // Title, transcript and decisions.
    assert_eq!((paper.pages_made, times("earlier"), times("later")), (1, 0, 2 + 16 * 9_000));
    assert!(desk.host.warnings.lock().unwrap().is_empty(), "nobody changed anything by hand");
}
