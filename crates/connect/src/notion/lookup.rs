//! Finding the page of a job again, when nobody said whether it was made.

use debrief_core::job::NotionPlace;
use debrief_core::page::Page;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::blocks::marker;
use super::client::{Notion, PAGE_SIZE};
use super::errors::NotionError;
use super::run::PageRef;
use super::schema::Mapping;

/// This machine's clock and Notion's may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_hours(1);

/// The page that is looked for.
pub(super) struct Sought<'s> {
    pub(super) page: &'s Page,
    pub(super) place: &'s NotionPlace,
    pub(super) mapping: &'s Mapping,
    /// It was not there before.
    pub(super) since: Timestamp,
}

impl Notion {
    /// The job's page. Should there be several, which only Notion itself could have made, the first one stays.
    pub(super) async fn find_page(&self, sought: &Sought<'_>) -> Result<Option<PageRef>, NotionError> {
        let mut pages = match (sought.place, sought.mapping.debrief_id()) {
            (NotionPlace::DataSource(id) | NotionPlace::Database(id), Some(property)) => {
                let job = sought.page.job.to_string();
                let filter = json!({ "property": property.id, "rich_text": { "equals": job } });
                self.query(id, &filter).await?
            }
            (NotionPlace::DataSource(id) | NotionPlace::Database(id), None) => {
                let from = (sought.since - SKEW).to_string();
                let filter = json!({ "timestamp": "created_time", "created_time": { "on_or_after": from } });
                let candidates = self.query(id, &filter).await?;
                self.marked(candidates, sought.page).await?
            }
            (NotionPlace::Page(id), _) => {
                let from = sought.since - SKEW;
                let is_new = |block: &Value| {
                    let created =
                        block["created_time"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
                    block["type"] == "child_page" && created.is_none_or(|created| created >= from)
                };
                let mut candidates = Vec::new();
                for block in self.list(&["blocks", id, "children"]).await?.into_iter().filter(is_new) {
                    let id = block["id"].as_str().unwrap_or_default();
                    candidates.push(self.get(&["pages", id], &[]).await?);
                }
                self.marked(candidates, sought.page).await?
            }
        };
        pages.sort_by_key(|page| page["created_time"].as_str().unwrap_or_default().to_owned());
        let mut pages = pages.into_iter();
        let Some(first) = pages.next() else { return Ok(None) };
        for twin in pages {
            let id = twin["id"].as_str().unwrap_or_default();
            self.set(&["pages", id], &json!({ "in_trash": true })).await?;
        }
        PageRef::of(&first).map(Some)
    }

    async fn query(&self, data_source: &str, filter: &Value) -> Result<Vec<Value>, NotionError> {
        let mut pages = Vec::new();
        let mut body = json!({
            "filter": filter,
            "sorts": [{ "timestamp": "created_time", "direction": "ascending" }],
            "page_size": PAGE_SIZE,
        });
        loop {
            let mut answer = self.ask(&["data_sources", data_source, "query"], &body).await?;
            if let Value::Array(results) = answer["results"].take() {
                pages.extend(results);
            }
            match answer["next_cursor"].take() {
                cursor @ Value::String(_) => body["start_cursor"] = cursor,
                _ => return Ok(pages), // There is no next page.
            }
        }
    }

    /// Those of the pages that say that they are the job's.
    async fn marked(&self, candidates: Vec<Value>, page: &Page) -> Result<Vec<Value>, NotionError> {
        let marker = marker(page);
        let mut marked = Vec::new();
        for candidate in candidates {
            let id = candidate["id"].as_str().unwrap_or_default();
            // The marker stands near the top.
            let size = PAGE_SIZE.to_string();
            let top = self.get(&["blocks", id, "children"], &[("page_size", &size)]).await?;
            let says_so = |block: &Value| {
                let texts = block["paragraph"]["rich_text"].as_array().into_iter().flatten();
                texts.filter_map(|text| text["plain_text"].as_str()).collect::<String>().contains(&marker)
            };
            if top["results"].as_array().into_iter().flatten().any(says_so) {
                marked.push(candidate);
            }
        }
        Ok(marked)
    }
}
