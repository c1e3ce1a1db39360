//! Blocks → requests, each filled as far as Notion's limits allow.

use serde_json::Value;

use super::node::Node;

/// Children in one array.
pub(super) const MAX_CHILDREN: usize = 100;
/// Blocks in a request, those inside counted.
pub(super) const MAX_BLOCKS: usize = 1_000;
/// Bytes of a request's body.
pub(super) const MAX_BYTES: usize = 500_000;
/// Levels below a block in one request.
pub(super) const MAX_LEVELS: usize = 2;
/// The largest block with all inside: small beside a request, so that every request but the last is nearly full.
pub(super) const MAX_NODE_BYTES: usize = 45_000;
/// As [`MAX_NODE_BYTES`], in blocks.
pub(super) const MAX_NODE_BLOCKS: usize = 50;
/// What a request's body has besides blocks and `head`: names, a position, braces.
const FRAME_BYTES: usize = 256;

/// How many of the blocks from the first on fit into one request whose body has `head_bytes` besides them. At least one.
pub(super) fn first_request(nodes: &[Node], head_bytes: usize) -> usize {
    let mut bytes = FRAME_BYTES + head_bytes;
    let mut blocks = 0;
    let fits = nodes.iter().take(MAX_CHILDREN).take_while(|node| {
        bytes += node.bytes() + 1;
        blocks += node.count();
        bytes <= MAX_BYTES && blocks <= MAX_BLOCKS
    });
    fits.count().max(1).min(nodes.len())
}

/// Blocks as a request's `children`.
pub(super) fn children(nodes: &[Node]) -> Value {
    nodes.iter().map(Node::to_json).collect()
}

/// Blocks that every request can take: nothing lies deeper, is longer or has more inside than Notion allows. What doesn't fit
/// inside a block follows it; nothing is left out.
pub(super) fn fitted(nodes: Vec<Node>) -> Vec<Node> {
    fit_level(nodes, MAX_LEVELS)
}

fn fit_level(nodes: Vec<Node>, levels: usize) -> Vec<Node> {
    let mut out = Vec::new();
    for mut node in nodes {
        let mut inside = std::mem::take(&mut node.inside);
        if levels == 0 {
            out.push(node);
            out.extend(fit_level(inside, 0));
            continue;
        }
        // A table needs a level more for its rows.
        let deep = inside.iter().position(|child| levels == 1 && child.is_table());
        let too_deep = deep.map(|at| inside.split_off(at)).unwrap_or_default();
        let mut inside = fit_level(inside, levels - 1).into_iter();
        let (mut bytes, mut blocks) = (node.bytes(), 1);
        let mut rest = Vec::new();
        for child in inside.by_ref() {
            bytes += child.bytes() + 1;
            blocks += child.count();
            // A table without a row is none.
            let is_needed = node.is_table() && node.inside.is_empty();
            let fits = bytes <= MAX_NODE_BYTES && blocks <= MAX_NODE_BLOCKS;
            if !fits && !is_needed {
                rest.push(child);
                break;
            }
            node.inside.push(child);
        }
        rest.extend(inside);
        // Rows lie in tables only.
        let next = (node.is_table() && !rest.is_empty()).then(|| node.headless());
        out.push(node);
        match next {
            Some(next) => out.extend(fit_level(vec![next.with_inside(rest)], levels)),
            None => out.extend(fit_level(rest, levels)),
        }
        out.extend(fit_level(too_deep, levels));
    }
    out
}
