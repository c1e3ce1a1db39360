//! What a person can do by hand with a place: properties made for them, a page to see that it works, a page taken back.

use debrief_core::failure::Failure;
use debrief_core::job::NotionPlace;
use serde_json::json;

use super::blocks::ICON;
use super::client::Notion;
use super::errors::NotionError;
use super::places::Opened;
use super::rich_text::one_block;
use super::schema::{Choices, Role, Schema};

impl Notion {
    /// Makes a property for every role that has none, as far as Debrief can make it; the schema afterwards.
    ///
    /// # Errors
    /// The connection may not change the database.
    pub async fn create_properties(
        &self,
        place: &NotionPlace,
        schema: &Schema,
        roles: &[Role],
    ) -> Result<Schema, Failure> {
        let (NotionPlace::DataSource(id) | NotionPlace::Database(id)) = place else {
            return Ok(schema.clone());
        };
        let mut properties = serde_json::Map::new();
        for (name, kind) in roles.iter().filter_map(|role| role.to_create()) {
            // A property of that name and of another type is the person's.
            let taken = |name: &str| schema.properties.iter().any(|property| property.name == name);
            let name = if taken(name) { format!("{name} (Debrief)") } else { name.to_owned() };
            if !taken(&name) {
                properties.insert(name, kind);
            }
        }
        if properties.is_empty() {
            return Ok(schema.clone());
        }
        let changed = self.set(&["data_sources", id], &json!({ "properties": properties })).await?;
        Ok(Schema::of(&changed))
    }

    /// Writes a short page, to see that everything works: its id and its address.
    ///
    /// # Errors
    /// What a job's page would meet.
    pub async fn write_test_page(
        &self,
        opened: &Opened,
        choices: &Choices,
        title: &str,
        text: &str,
    ) -> Result<(String, String), Failure> {
        let paragraph = json!({ "type": "paragraph", "paragraph": { "rich_text": one_block(text) } });
        let mut body = json!({ "icon": { "type": "emoji", "emoji": ICON }, "children": [paragraph] });
        let title = json!({ "title": one_block(title) });
        match (&opened.found.place, &opened.schema) {
            (NotionPlace::Page(id), _) => {
                body["parent"] = json!({ "type": "page_id", "page_id": id });
                body["properties"] = json!({ "title": title });
            }
            (NotionPlace::DataSource(id) | NotionPlace::Database(id), schema) => {
                let mapping = schema.as_ref().map(|schema| schema.mapping(choices)).transpose()?;
                let property = mapping.and_then(|mapping| mapping.0.get(&Role::Title).map(|p| p.id.clone()));
                let property = property.unwrap_or_else(|| "title".to_owned());
                body["parent"] = json!({ "type": "data_source_id", "data_source_id": id });
                body["properties"] = json!({ property: title });
            }
        }
        let page = self.post(&["pages"], &body).await?;
        let text = |key: &str| page[key].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("url")))
    }

    /// Moves a page to Notion's trash. One that isn't there any more is there already.
    ///
    /// # Errors
    /// Notion refuses or can't be asked.
    pub async fn trash_page(&self, id: &str) -> Result<(), Failure> {
        match self.set(&["pages", id], &json!({ "in_trash": true })).await {
            Ok(_) | Err(NotionError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
