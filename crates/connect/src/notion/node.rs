//! A block as it is sent: what it says itself, and the blocks inside.

use debrief_core::ports::SentBlock;
use serde_json::{Map, Value, json};

use super::digest::digest;

/// A block, with the blocks inside apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    kind: &'static str,
    content: Value,
    /// Length of its own JSON, asked for often.
    own_bytes: usize,
    /// What it stands for, where it is to be found again after it changed.
    pub(super) key: Option<String>,
    pub(super) inside: Vec<Node>,
}

/// What children cost beside themselves: `,"children":[]`.
const CHILDREN_BYTES: usize = 14;

impl Node {
    pub(super) fn new(kind: &'static str, content: Value) -> Node {
        let mut node = Node { kind, content, own_bytes: 0, key: None, inside: Vec::new() };
        node.own_bytes = node.shell().to_string().len();
        node
    }

    pub(super) fn with_inside(self, inside: Vec<Node>) -> Node {
        Node { inside, ..self }
    }

    pub(super) fn is_table(&self) -> bool {
        self.kind == "table"
    }

    /// The block without those inside, as a request's body has it.
    fn shell(&self) -> Value {
        let mut block = Map::new();
        block.insert("type".to_owned(), self.kind.into());
        block.insert(self.kind.to_owned(), self.content.clone());
        Value::Object(block)
    }

    /// The block as a request's body has it.
    pub(super) fn to_json(&self) -> Value {
        let mut block = self.shell();
        if !self.inside.is_empty() {
            block[self.kind]["children"] = self.inside.iter().map(Node::to_json).collect();
        }
        block
    }

    /// What replaces the block's own content, but for the tick of a to-do.
    pub(super) fn patch(&self) -> Value {
        let mut content = self.content.clone();
        if let Some(content) = content.as_object_mut() {
            content.remove("checked");
        }
        json!({ self.kind: content })
    }

    /// Length of its JSON.
    pub(super) fn bytes(&self) -> usize {
        let inside: usize = self.inside.iter().map(|node| node.bytes() + 1).sum();
        self.own_bytes + if inside > 0 { inside + CHILDREN_BYTES } else { 0 }
    }

    /// Blocks in all.
    pub(super) fn count(&self) -> usize {
        1 + self.inside.iter().map(Node::count).sum::<usize>()
    }

    /// The same table, going on: its first row is no head.
    pub(super) fn headless(&self) -> Node {
        let mut content = self.content.clone();
        content["has_column_header"] = Value::Bool(false);
        Node::new(self.kind, content)
    }

    /// What is to be known of it later.
    pub(super) fn sent(&self) -> SentBlock {
        SentBlock {
            digest: digest(&self.shell()),
            key: self.key.clone(),
            inside: self.inside.iter().map(Node::sent).collect(),
        }
    }
}
