//! Where pages can go: the data sources and pages that the connection sees.

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::job::NotionPlace;
use serde_json::{Value, json};

use super::client::{Notion, PAGE_SIZE};
use super::errors::{NotionError, no_access};
use super::schema::Schema;

/// A place that a person can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub place: NotionPlace,
    /// Its name.
    pub name: String,
    /// An emoji.
    pub icon: Option<String>,
    /// The database's name, where a data source has another.
    pub database: Option<String>,
    /// Its web address.
    pub url: Option<String>,
}

/// A place as it is now, ready to be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The data source or page.
    pub found: Found,
    /// The properties of a data source; none for a page.
    pub schema: Option<Schema>,
}

impl Notion {
    /// Places whose title has `query` in it, the last changed first, and where the next ones begin.
    ///
    /// # Errors
    /// Notion could not be asked.
    pub async fn search(
        &self,
        query: &str,
        cursor: Option<&str>,
    ) -> Result<(Vec<Found>, Option<String>), Failure> {
        let mut body = json!({
            "page_size": PAGE_SIZE / 4,
            "sort": { "timestamp": "last_edited_time", "direction": "descending" },
        });
        if !query.trim().is_empty() {
            body["query"] = query.trim().into();
        }
        if let Some(cursor) = cursor {
            body["start_cursor"] = cursor.into();
        }
        let answer = self.ask(&["search"], &body).await?;
        let found = answer["results"].as_array().into_iter().flatten().filter_map(Found::of).collect();
        Ok((found, answer["next_cursor"].as_str().map(str::to_owned)))
    }

    /// What a pasted link or id leads to: a database, one of its data sources, or a page.
    ///
    /// # Errors
    /// It is no link of Notion's, leads to nothing that the connection sees, or to a database with several data sources.
    pub async fn find_place(&self, text: &str) -> Result<Found, Failure> {
        let id = id_in(text).ok_or_else(|| {
            Failure::never(
                FailureCode::BadRequest,
                "This is no link to a Notion database or page.",
                "In Notion, open the database or page and copy its link under Share.",
            )
        })?;
        let is_there = |answer: Result<Value, NotionError>| match answer {
            Ok(answer) => Ok(Some(answer)),
            // An id of another kind of thing is not found, or no id of that kind.
            Err(NotionError::NotFound(_) | NotionError::Invalid { .. }) => Ok(None),
            Err(error) => Err(Failure::from(error)),
        };
        if let Some(source) = is_there(self.get(&["data_sources", &id], &[]).await)? {
            return Found::of(&source).ok_or_else(|| no_access("this database"));
        }
        if let Some(database) = is_there(self.get(&["databases", &id], &[]).await)? {
            return self.only_source(&database).await;
        }
        let page = is_there(self.get(&["pages", &id], &[]).await)?;
        page.as_ref().and_then(Found::of).ok_or_else(|| no_access("this database or page"))
    }

    /// The place, as it is now.
    ///
    /// # Errors
    /// It is gone or not shared, or can't be written to as it is.
    pub async fn open(&self, place: &NotionPlace) -> Result<Opened, Failure> {
        let gone = |what: &'static str| {
            move |error| match error {
                NotionError::NotFound(words) => no_access(what).because(words),
                other => Failure::from(other),
            }
        };
        match place {
            NotionPlace::Page(id) => {
                let page = self.get(&["pages", id], &[]).await.map_err(gone("the page for pages"))?;
                let found = Found::of(&page).ok_or_else(|| no_access("the page for pages"))?;
                if page["in_trash"] == Value::Bool(true) {
                    return Err(no_access(&format!("“{}”, which is in the trash", found.name)));
                }
                Ok(Opened { found, schema: None })
            }
            NotionPlace::Database(id) => {
                let database =
                    self.get(&["databases", id], &[]).await.map_err(gone("the database for pages"))?;
                let found = self.only_source(&database).await?;
                Box::pin(self.open(&found.place)).await
            }
            NotionPlace::DataSource(id) => {
                let source =
                    self.get(&["data_sources", id], &[]).await.map_err(gone("the database for pages"))?;
                let found = Found::of(&source).ok_or_else(|| no_access("the database for pages"))?;
                if source["in_trash"] == Value::Bool(true) {
                    return Err(no_access(&format!("“{}”, which is in the trash", found.name)));
                }
                Ok(Opened { schema: Some(Schema::of(&source)), found })
            }
        }
    }

    /// The one data source of a database.
    async fn only_source(&self, database: &Value) -> Result<Found, Failure> {
        let sources: Vec<&Value> = database["data_sources"].as_array().into_iter().flatten().collect();
        let name = title_of(&database["title"]);
        match sources.as_slice() {
            [] => Err(no_access(&format!("anything to write to in “{name}”"))),
            [one] => {
                let id = one["id"].as_str().unwrap_or_default();
                let source = self.get(&["data_sources", id], &[]).await?;
                let found = Found::of(&source).ok_or_else(|| no_access(&format!("“{name}”")))?;
                let database = Some(name).filter(|name| *name != found.name);
                Ok(Found { database, url: found.url.or(database_url(&source)), ..found })
            }
            several => {
                let named = several.iter().map(|source| {
                    let text = |key: &str| source[key].as_str().unwrap_or_default();
                    format!("“{}” ({})", text("name"), text("id"))
                });
                let named: Vec<String> = named.collect();
                Err(Failure::person(
                    FailureCode::NotionPlaceUnset,
                    format!("“{name}” has {} data sources: {}.", several.len(), named.join(", ")),
                    "Choose one of them in the settings, or by its id as data_source_id under [notion].",
                ))
            }
        }
    }
}

fn database_url(source: &Value) -> Option<String> {
    source["url"].as_str().map(str::to_owned)
}

impl Found {
    /// `None` for what no page can go to.
    fn of(object: &Value) -> Option<Found> {
        let id = object["id"].as_str()?.to_owned();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (place, name) = match object["object"].as_str()? {
            "data_source" => (NotionPlace::DataSource(id), title_of(&object["title"])),
            "page" => {
                let properties = object["properties"].as_object().into_iter().flatten();
                let title = properties.map(|(_, value)| value).find(|value| value["type"] == "title");
                // Rows of a database are pages, too, but nobody looks for a place there.
                if object["parent"]["type"] == "data_source_id" {
                    return None;
                }
                (NotionPlace::Page(id), title.map(|title| title_of(&title["title"])).unwrap_or_default())
            }
            _ => return None, // People, and whatever Notion may add.
        };
        let name = if name.is_empty() { "Untitled".to_owned() } else { name };
        Some(Found {
            place,
            name,
            icon: text(&object["icon"]["emoji"]),
            database: None,
            url: text(&object["url"]),
        })
    }
}

fn title_of(texts: &Value) -> String {
    let texts = texts.as_array().into_iter().flatten();
    texts.filter_map(|text| text["plain_text"].as_str()).collect()
}

/// The id in a link of Notion's, or an id as it is: 32 hexadecimal digits, with or without hyphens.
pub fn id_in(text: &str) -> Option<String> {
    let text = text.trim();
    let path = match url::Url::parse(text) {
        Ok(url) if !is_notions(&url) => return None,
        // What stands behind `?` names a view or a block.
        Ok(url) => url.path().to_owned(),
        Err(_) => text.to_owned(),
    };
    let last = path.rsplit('/').next()?.replace('-', "");
    let digits: String = last.chars().rev().take_while(char::is_ascii_hexdigit).take(32).collect();
    let id: String = digits.chars().rev().collect();
    let is_whole = id.len() == 32;
    is_whole.then(|| {
        let id = id.to_lowercase();
        [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-")
    })
}

/// Whether a link can lead to Notion, or to what stands in for it on this machine.
fn is_notions(url: &url::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_in =
        |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    ["notion.so", "notion.com", "notion.site"].into_iter().any(is_in)
        || matches!(host, "127.0.0.1" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_every_form_of_link() {
        let id = Some("2f8ad1f0-54c1-80f6-9d0e-c5a1c1a2b3c4".to_owned());
        for text in [
            "2f8ad1f054c180f69d0ec5a1c1a2b3c4",
            " 2F8AD1F0-54C1-80F6-9D0E-C5A1C1A2B3C4 ",
            "https://www.notion.so/acme/2f8ad1f054c180f69d0ec5a1c1a2b3c4?v=11112222333344445555666677778888",
            "https://www.notion.so/Meeting-notes-2f8ad1f054c180f69d0ec5a1c1a2b3c4",
            "https://acme.notion.site/Feed-2f8ad1f054c180f69d0ec5a1c1a2b3c4#11112222333344445555666677778888",
        ] {
            assert_eq!(id_in(text), id, "{text}");
        }
        let foreign = "https://example.com/2f8ad1f054c180f69d0ec5a1c1a2b3c4";
        for text in [foreign, "", "notion.so", "https://www.notion.so/", "2f8ad1f054c180f69d0ec5a1c1a2b3"] {
            assert_eq!(id_in(text), None, "{text}");
        }
    }
}
