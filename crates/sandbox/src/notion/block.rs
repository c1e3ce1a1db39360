//! Blocks of a request: their types, what each holds, and how deep they nest.

use serde_json::{Map, Value};

use super::check::{At, Checked};
use super::error::ApiError;
use super::state::Notion;
use super::tokens::Caller;

/// In one array.
pub(super) const CHILDREN_AT_MOST: usize = 100;
/// In a whole request.
pub(super) const BLOCKS_AT_MOST: usize = 1000;
/// Levels below a block of a request.
pub(super) const LEVELS_BELOW: usize = 2;

macro_rules! kinds {
    ($($kind:ident $name:literal),* $(,)?) => {
        /// The type of a block that can be sent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind { $($kind),* }

        impl Kind {
            /// As Notion names them.
            pub(super) const NAMES: &[&'static str] = &[$($name),*];

            pub(super) fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name),* }
            }

            fn of(name: &str) -> Option<Kind> {
                match name { $($name => Some(Kind::$kind),)* _ => None }
            }
        }
    };
}

kinds! {
    Paragraph "paragraph",
    Heading1 "heading_1",
    Heading2 "heading_2",
    Heading3 "heading_3",
    Heading4 "heading_4",
    BulletedListItem "bulleted_list_item",
    NumberedListItem "numbered_list_item",
    Quote "quote",
    ToDo "to_do",
    Toggle "toggle",
    Callout "callout",
    Code "code",
    Equation "equation",
    Divider "divider",
    TableOfContents "table_of_contents",
    Table "table",
    TableRow "table_row",
    ColumnList "column_list",
    Column "column",
    Bookmark "bookmark",
    Embed "embed",
    Image "image",
    Video "video",
    Audio "audio",
    Pdf "pdf",
    File "file",
}

/// A block of a request, checked.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) content: Map<String, Value>,
    pub(super) children: Vec<Draft>,
}

/// What the blocks of an array lie in, as far as that decides what they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// A page, or a block that takes any.
    Any,
    /// A table of this width.
    Table(usize),
    Columns,
}

impl Kind {
    pub(super) fn is_heading(self) -> bool {
        matches!(self, Kind::Heading1 | Kind::Heading2 | Kind::Heading3 | Kind::Heading4)
    }

    /// Whether blocks can lie in it; of headings, in those that toggle.
    pub(super) fn takes_children(self, content: &Map<String, Value>) -> bool {
        match self {
            Kind::Paragraph
            | Kind::BulletedListItem
            | Kind::NumberedListItem
            | Kind::Quote
            | Kind::ToDo
            | Kind::Toggle
            | Kind::Callout
            | Kind::Table
            | Kind::ColumnList
            | Kind::Column => true,
            Kind::Heading1 | Kind::Heading2 | Kind::Heading3 | Kind::Heading4 => {
                content.get("is_toggleable") == Some(&true.into())
            }
            Kind::Code
            | Kind::Equation
            | Kind::Divider
            | Kind::TableOfContents
            | Kind::TableRow
            | Kind::Bookmark
            | Kind::Embed
            | Kind::Image
            | Kind::Video
            | Kind::Audio
            | Kind::Pdf
            | Kind::File => false,
        }
    }

    pub(super) fn within(self, content: &Map<String, Value>) -> Within {
        match self {
            Kind::Table => {
                let width = content.get("table_width").and_then(Value::as_u64).unwrap_or_default();
                Within::Table(usize::try_from(width).expect("a checked width is small"))
            }
            Kind::ColumnList => Within::Columns,
            // A page's rules.
            _ => Within::Any,
        }
    }
}

/// The type that a block, or an update of one, names.
pub(super) fn kind_of(at: &At<'_>) -> Checked<Kind> {
    let name = at.one_of(Kind::NAMES)?;
    at.says(name)?;
    Ok(Kind::of(name).expect("it is one of the names"))
}

/// Reads blocks, all of them or none.
pub(super) struct Reader<'a> {
    pub(super) notion: &'a Notion,
    pub(super) caller: &'a Caller,
    count: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(notion: &'a Notion, caller: &'a Caller) -> Reader<'a> {
        Reader { notion, caller, count: 0 }
    }

    /// The blocks of a request.
    pub(super) fn blocks(&mut self, at: &At<'_>, within: Within) -> Checked<Vec<Draft>> {
        let drafts = self.list(at, within, LEVELS_BELOW)?;
        if self.count > BLOCKS_AT_MOST {
            let should = format!("≤ `{BLOCKS_AT_MOST}` blocks in total");
            return Err(ApiError::failed(at.path(), &should, Some(&self.count.into())));
        }
        Ok(drafts)
    }

    fn list(&mut self, at: &At<'_>, within: Within, levels: usize) -> Checked<Vec<Draft>> {
        let items = at.list(CHILDREN_AT_MOST)?;
        items.iter().map(|item| self.block(item, within, levels)).collect()
    }

    fn block(&mut self, at: &At<'_>, within: Within, levels: usize) -> Checked<Draft> {
        self.count += 1;
        let known = [Kind::NAMES, &["type", "object"]].concat();
        at.object(&known)?;
        if let Some(object) = at.field("object").given() {
            object.word(&["block"])?;
        }
        let kind = kind_of(at)?;
        let inner = at.field(kind.name());
        let fits = match (within, kind) {
            (Within::Table(_), Kind::TableRow) | (Within::Columns, Kind::Column) => true,
            // Columns lie side by side on a page, and a table needs a level for its rows.
            (Within::Any, Kind::ColumnList) => levels == LEVELS_BELOW,
            (Within::Any, Kind::Table) => levels > 0,
            (Within::Any, Kind::TableRow | Kind::Column) => false,
            (Within::Any, _) => true,
            (Within::Table(_) | Within::Columns, _) => false,
        };
        if !fits {
            return Err(inner.wrong("not present"));
        }
        let mut content = self.content(kind, &inner, true)?;
        // A heading that comes with blocks toggles without saying so.
        let silent =
            inner.field("is_toggleable").value().is_none() && inner.field("children").value().is_some();
        if kind.is_heading() && silent {
            content.insert("is_toggleable".to_owned(), true.into());
        }
        if let (Within::Table(width), Some(Value::Array(cells))) = (within, content.get("cells"))
            && cells.len() != width
        {
            let why = "Number of cells in table row must match the table width of the parent table";
            return Err(ApiError::invalid(why));
        }
        let children = self.children(kind, &content, &inner, levels)?;
        Ok(Draft { kind, content, children })
    }

    fn children(
        &mut self,
        kind: Kind,
        content: &Map<String, Value>,
        at: &At<'_>,
        levels: usize,
    ) -> Checked<Vec<Draft>> {
        let children = at.field("children");
        let least = match kind {
            Kind::Table | Kind::Column => 1,
            Kind::ColumnList => 2,
            // The others may be empty.
            _ => 0,
        };
        let Some(children) = children.clone().given() else {
            return if least > 0 { Err(children.wrong("defined")) } else { Ok(vec![]) };
        };
        if levels == 0 || !kind.takes_children(content) {
            return Err(children.wrong("not present"));
        }
        // Columns stand for the level that they take: what is in them may nest as deep as on a page, less one.
        let below = if kind == Kind::ColumnList { levels } else { levels - 1 };
        let drafts = self.list(&children, kind.within(content), below)?;
        if drafts.len() < least {
            let path = format!("{}.length", children.path());
            return Err(ApiError::failed(&path, &format!("≥ `{least}`"), Some(&drafts.len().into())));
        }
        Ok(drafts)
    }
}
