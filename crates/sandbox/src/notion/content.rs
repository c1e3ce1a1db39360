//! What a block holds, by its type.

use serde_json::{Map, Value, json};

use super::block::{Kind, Reader};
use super::check::{At, Checked};
use super::file_types::FILE_NAME_AT_MOST;
use super::icon;
use super::languages::LANGUAGES;
use super::rich_text::{COLOURS, rich_text, web_url};

const EXPRESSION_AT_MOST: usize = 1000;
const CELLS_AT_MOST: usize = 100;

impl Kind {
    /// The families of content types that an uploaded file may have here.
    fn families(self) -> &'static [&'static str] {
        match self {
            Kind::Image => &["image"],
            Kind::Video => &["video"],
            Kind::Audio => &["audio"],
            Kind::Pdf => &["application/pdf"],
            // A file may be anything.
            _ => &[],
        }
    }
}

impl Reader<'_> {
    /// What a block of this type holds, in the form in which it is read. An update may leave some of it out.
    pub(super) fn content(&self, kind: Kind, at: &At<'_>, is_new: bool) -> Checked<Map<String, Value>> {
        let mut content = Content { reader: self, at, is_new, map: Map::new() };
        match kind {
            Kind::Paragraph => {
                content.known(&["rich_text", "color", "icon"], true)?;
                content.rich_text("rich_text", is_new)?;
                content.colour()?;
                content.icon(Value::Null)?;
            }
            Kind::Heading1 | Kind::Heading2 | Kind::Heading3 | Kind::Heading4 => {
                content.known(&["rich_text", "color", "is_toggleable"], true)?;
                content.rich_text("rich_text", true)?;
                content.colour()?;
                content.flag("is_toggleable")?;
            }
            Kind::BulletedListItem | Kind::NumberedListItem | Kind::Quote | Kind::Toggle => {
                content.known(&["rich_text", "color"], true)?;
                content.rich_text("rich_text", true)?;
                content.colour()?;
            }
            Kind::ToDo => {
                content.known(&["rich_text", "color", "checked"], true)?;
                content.rich_text("rich_text", is_new)?;
                content.colour()?;
                content.flag("checked")?;
            }
            Kind::Callout => {
                content.known(&["rich_text", "color", "icon"], true)?;
                content.rich_text("rich_text", is_new)?;
                content.colour()?;
                content.icon(json!({ "type": "emoji", "emoji": "💡" }))?;
            }
            Kind::Code => {
                content.known(&["rich_text", "language", "caption"], false)?;
                content.rich_text("rich_text", is_new)?;
                content.rich_text("caption", false)?;
                content.language()?;
            }
            Kind::Equation => {
                content.known(&["expression"], false)?;
                let expression = at.field("expression").text(EXPRESSION_AT_MOST)?;
                content.put("expression", expression.into());
            }
            Kind::Divider => content.known(&[], false)?,
            Kind::TableOfContents => {
                content.known(&["color"], false)?;
                content.colour()?;
            }
            Kind::Table => content.table()?,
            Kind::TableRow => content.cells()?,
            Kind::ColumnList => content.known(&[], true)?,
            Kind::Column => {
                content.known(&["width_ratio"], true)?;
                if let Some(ratio) = at.field("width_ratio").given() {
                    content.put("width_ratio", ratio.number()?.into());
                }
            }
            Kind::Bookmark | Kind::Embed => {
                content.known(&["url", "caption"], false)?;
                if is_new || at.field("url").given().is_some() {
                    content.put("url", web_url(&at.field("url"))?.into());
                }
                content.rich_text("caption", false)?;
            }
            Kind::Image | Kind::Video | Kind::Audio | Kind::Pdf => {
                content.known(&["type", "external", "file_upload", "caption"], false)?;
                content.hosted(kind)?;
                content.rich_text("caption", false)?;
            }
            Kind::File => {
                content.known(&["type", "external", "file_upload", "caption", "name"], false)?;
                content.hosted(kind)?;
                content.rich_text("caption", false)?;
                content.file_name()?;
            }
        }
        Ok(content.map)
    }
}

/// One block's content while it is read.
struct Content<'a> {
    reader: &'a Reader<'a>,
    at: &'a At<'a>,
    is_new: bool,
    map: Map<String, Value>,
}

impl Content<'_> {
    fn put(&mut self, name: &str, value: Value) {
        self.map.insert(name.to_owned(), value);
    }

    /// Refuses any other field. Children come with new blocks only.
    fn known(&self, names: &[&str], children: bool) -> Checked<()> {
        let with_children = [names, &["children"]].concat();
        // Whether a new block may have any is decided where they are read, so that the place is told.
        let names = if self.is_new && children { &with_children } else { names };
        self.at.object(names).map(drop)
    }

    fn rich_text(&mut self, name: &str, required: bool) -> Checked<()> {
        let at = self.at.field(name);
        if at.value().is_some() || required {
            let texts = rich_text(self.reader.notion, &at)?;
            self.put(name, texts);
        } else if self.is_new {
            self.put(name, json!([]));
        }
        Ok(())
    }

    fn colour(&mut self) -> Checked<()> {
        match self.at.field("color").given() {
            Some(colour) => self.put("color", colour.word(&COLOURS)?.into()),
            None if self.is_new => self.put("color", "default".into()),
            None => {}
        }
        Ok(())
    }

    fn flag(&mut self, name: &str) -> Checked<()> {
        match self.at.field(name).given() {
            Some(flag) => self.put(name, flag.flag()?.into()),
            None if self.is_new => self.put(name, false.into()),
            None => {}
        }
        Ok(())
    }

    fn icon(&mut self, usual: Value) -> Checked<()> {
        match self.at.field("icon").given() {
            Some(icon) => {
                let icon = icon::icon(self.reader.notion, self.reader.caller, &icon)?;
                self.put("icon", icon);
            }
            None if self.is_new => self.put("icon", usual),
            None => {}
        }
        Ok(())
    }

    fn language(&mut self) -> Checked<()> {
        let language = self.at.field("language");
        if self.is_new || language.value().is_some() {
            self.put("language", language.word(LANGUAGES)?.into());
        }
        Ok(())
    }

    fn table(&mut self) -> Checked<()> {
        if self.is_new {
            self.known(&["table_width", "has_column_header", "has_row_header"], true)?;
            let width = self.at.field("table_width").whole(1, CELLS_AT_MOST as u64)?;
            self.put("table_width", width.into());
        } else {
            self.known(&["has_column_header", "has_row_header"], false)?;
        }
        self.flag("has_column_header")?;
        self.flag("has_row_header")
    }

    fn cells(&mut self) -> Checked<()> {
        self.known(&["cells"], false)?;
        let cells = self.at.field("cells").list(CELLS_AT_MOST)?;
        let cells: Checked<Vec<Value>> =
            cells.iter().map(|cell| rich_text(self.reader.notion, cell)).collect();
        self.put("cells", cells?.into());
        Ok(())
    }

    fn hosted(&mut self, kind: Kind) -> Checked<()> {
        let given = ["external", "file_upload"].iter().any(|name| self.at.field(name).value().is_some());
        if !self.is_new && !given {
            return Ok(());
        }
        let hosted = self.at.one_of(&["external", "file_upload"])?;
        let Reader { notion, caller, .. } = self.reader;
        let value = icon::hosted(notion, caller, self.at, hosted, kind.families())?;
        if let Value::Object(fields) = value {
            self.map.extend(fields);
        }
        Ok(())
    }

    fn file_name(&mut self) -> Checked<()> {
        if let Some(name) = self.at.field("name").given() {
            self.put("name", name.text(FILE_NAME_AT_MOST)?.into());
        } else if self.is_new {
            let id = self.map.get("file_upload").and_then(|upload| upload["id"].as_str());
            let upload = id.and_then(|id| self.reader.notion.uploads.get(id));
            let of_url = || {
                let url = self.map.get("external").and_then(|external| external["url"].as_str());
                url.and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned()
            };
            let name = upload.map_or_else(of_url, |upload| upload.filename().to_owned());
            self.put("name", name.into());
        }
        Ok(())
    }
}
