//! Blocks: reading, appending, changing and deleting them.

use serde_json::Value;

use super::block::{Draft, Kind, Reader, Within, kind_of};
use super::check::{At, Checked};
use super::error::ApiError;
use super::objects::Window;
use super::state::{Block, BlockId, Parent};
use super::tokens::Caller;
use crate::world::World;

impl World {
    pub(super) fn get_block(&self, caller: &Caller, id: &str) -> Checked<Value> {
        self.seen_block(caller, id)?;
        Ok(self.block_object(id))
    }

    pub(super) fn get_children(&self, caller: &Caller, id: &str, query: &At<'_>) -> Checked<Value> {
        self.seen_block(caller, id)?;
        let window = Window::of(query)?;
        let shown: Vec<String> = self.notion.shown(id).into_iter().map(str::to_owned).collect();
        window.list("block", &shown, |id| self.block_object(id))
    }

    /// `PATCH blocks/{id}/children`: all of the blocks, or none.
    pub(super) fn append(&mut self, caller: &Caller, id: &str, body: &At<'_>) -> Checked<Value> {
        body.object(&["children", "position"])?;
        let children = body.field("children");
        let parent = self.seen_block(caller, id)?;
        let within = self.within(id)?;
        let drafts = Reader::new(&self.notion, caller).blocks(&children, within)?;
        let place = Place::of(&body.field("position"))?;
        caller.may_write()?;
        self.editable(id)?;
        let at = match place {
            Place::Start => 0,
            Place::End => usize::MAX,
            Place::After(block) => {
                let before = self.notion.shown(id).contains(&block.as_str());
                let before =
                    before.then(|| self.notion.children(id).iter().position(|child| *child == block));
                let before = before.flatten().ok_or_else(|| {
                    let name = &caller.standing.name;
                    ApiError::not_found("block", &block, name)
                })?;
                before + 1
            }
        };
        let made = self.plant(&parent, drafts, at, caller.user());
        self.edited(id, caller.user());
        let made: Vec<String> = made.iter().map(|id| id.as_str().to_owned()).collect();
        let everything = At::new("query", None);
        Window::of(&everything)?.list("block", &made, |id| self.block_object(id))
    }

    /// What may be appended to a block or a page.
    fn within(&self, id: &str) -> Checked<Within> {
        let Some(block) = self.notion.blocks.get(id) else { return Ok(Within::Any) };
        if !block.kind.takes_children(&block.content) {
            return Err(ApiError::invalid(format!(
                "Block type {} does not support children.",
                block.kind.name()
            )));
        }
        Ok(block.kind.within(&block.content))
    }

    /// Puts checked blocks into a page or a block, from the place `at` on.
    pub(super) fn plant(
        &mut self,
        parent: &Parent,
        drafts: Vec<Draft>,
        at: usize,
        user: &str,
    ) -> Vec<BlockId> {
        let mut planted = vec![];
        for draft in drafts {
            let id = BlockId::new();
            let made = self.making(user);
            self.notion.attach(&Value::Object(draft.content.clone()));
            let Draft { kind, content, children } = draft;
            let block =
                Block { parent: parent.clone(), kind, content, in_trash: false, children: vec![], made };
            self.notion.blocks.insert(id.clone(), block);
            self.plant(&Parent::Block(id.clone()), children, usize::MAX, user);
            planted.push(id);
        }
        if let Some(children) = parent.id().and_then(|id| self.notion.children_mut(id)) {
            let at = at.min(children.len());
            children.splice(at..at, planted.iter().map(|id| id.as_str().to_owned()));
        }
        planted
    }

    pub(super) fn patch_block(&mut self, caller: &Caller, id: &str, body: &At<'_>) -> Checked<Value> {
        body.object(&[Kind::NAMES, &["type", "in_trash"]].concat())?;
        self.seen_block(caller, id)?;
        caller.may_write()?;
        let in_trash = match body.field("in_trash").given() {
            Some(flag) => Some(flag.flag()?),
            None => None,
        };
        if in_trash != Some(false) {
            self.editable(id)?;
        }
        let Some(block) = self.notion.blocks.get(id) else {
            let why = "Only the trash of a page can be changed here. Use the pages API for the rest.";
            return match (in_trash, body.map()?.len()) {
                (Some(in_trash), 1) => {
                    self.put_into_trash(id, in_trash, caller.user());
                    Ok(self.block_object(id))
                }
                _ => Err(ApiError::invalid(why)),
            };
        };
        let update = body.map()?.keys().any(|key| Kind::NAMES.contains(&key.as_str()));
        let mut content = serde_json::Map::new();
        if update {
            let kind = kind_of(body)?;
            if kind != block.kind {
                let was = block.kind.name();
                return Err(ApiError::invalid(format!(
                    "Block type cannot be changed from {was} to {}.",
                    kind.name()
                )));
            }
            content = Reader::new(&self.notion, caller).content(kind, &body.field(kind.name()), false)?;
            self.fits(id, block, &content)?;
        }
        if let Some(in_trash) = in_trash {
            self.put_into_trash(id, in_trash, caller.user());
        }
        self.notion.attach(&Value::Object(content.clone()));
        if let Some(block) = self.notion.blocks.get_mut(id) {
            if content.contains_key("external") {
                block.content.remove("file_upload");
            } else if content.contains_key("file_upload") {
                block.content.remove("external");
            }
            block.content.extend(content);
        }
        self.edited(id, caller.user());
        Ok(self.block_object(id))
    }

    /// A row keeps its width, and a heading that has blocks keeps its toggle.
    fn fits(&self, id: &str, block: &Block, content: &serde_json::Map<String, Value>) -> Checked<()> {
        let cells = |content: &serde_json::Map<String, Value>| {
            content.get("cells").and_then(Value::as_array).map(Vec::len)
        };
        if cells(content).is_some_and(|width| Some(width) != cells(&block.content)) {
            let why = "Number of cells in table row must match the table width of the parent table";
            return Err(ApiError::invalid(why));
        }
        let untoggled = content.get("is_toggleable") == Some(&false.into());
        if block.kind.is_heading() && untoggled && !self.notion.shown(id).is_empty() {
            return Err(ApiError::invalid("A heading with children has to be toggleable."));
        }
        Ok(())
    }

    /// `DELETE blocks/{id}`
    pub(super) fn delete(&mut self, caller: &Caller, id: &str) -> Checked<Value> {
        self.seen_block(caller, id)?;
        caller.may_write()?;
        self.editable(id)?;
        self.put_into_trash(id, true, caller.user());
        Ok(self.block_object(id))
    }

    pub(super) fn put_into_trash(&mut self, id: &str, in_trash: bool, user: &str) {
        if let Some(page) = self.notion.pages.get_mut(id) {
            page.in_trash = in_trash;
        }
        if let Some(block) = self.notion.blocks.get_mut(id) {
            block.in_trash = in_trash;
        }
        self.edited(id, user);
    }
}

/// Where blocks are appended.
enum Place {
    Start,
    End,
    After(String),
}

impl Place {
    fn of(at: &At<'_>) -> Checked<Place> {
        let Some(at) = at.clone().given() else { return Ok(Place::End) };
        at.object(&["type", "after_block"])?;
        let kind = at.field("type").word(&["after_block", "start", "end"])?;
        let block = at.field("after_block");
        if kind == "after_block" {
            block.object(&["id"])?;
            return Ok(Place::After(block.field("id").id()?));
        }
        if block.value().is_some() {
            return Err(block.wrong("not present"));
        }
        Ok(if kind == "start" { Place::Start } else { Place::End })
    }
}
