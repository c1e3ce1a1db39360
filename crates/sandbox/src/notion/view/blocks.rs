//! Blocks, as a browser shows them.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::link_to;
use super::text::{address, colour, icon, rich, with_colour};
use crate::notion::block::Kind;
use crate::notion::rich_text::plain_text;
use crate::world::World;

/// What lies within a page or a block. Neighbouring items of a list share it.
pub(super) fn within(world: &World, id: &str) -> Markup {
    let mut rest = world.notion.shown(id);
    let mut markup = vec![];
    while let Some(first) = rest.first().copied() {
        let list = kind_of(world, first).filter(|kind| is_item(*kind));
        let length = rest.iter().take_while(|id| list.is_some() && kind_of(world, id) == list).count();
        let group: Vec<&str> = rest.drain(..length.max(1)).collect();
        markup.push(match list {
            Some(Kind::NumberedListItem) => html! { ol { @for id in &group { (item(world, id)) } } },
            Some(_) => html! { ul { @for id in &group { (item(world, id)) } } },
            None => html! { @for id in &group { (block(world, id)) } },
        });
    }
    html! { @for part in &markup { (part) } }
}

fn kind_of(world: &World, id: &str) -> Option<Kind> {
    world.notion.blocks.get(id).map(|block| block.kind)
}

fn is_item(kind: Kind) -> bool {
    matches!(kind, Kind::BulletedListItem | Kind::NumberedListItem)
}

/// What a block holds, with its files where they can be fetched.
fn content(world: &World, id: &str, kind: Kind) -> Value {
    world.block_object(id)[kind.name()].take()
}

fn item(world: &World, id: &str) -> Markup {
    let Some(kind) = kind_of(world, id) else { return html! {} };
    let content = content(world, id, kind);
    html! { li class=[colour(&content)] { (rich(&content["rich_text"])) (within(world, id)) } }
}

fn block(world: &World, id: &str) -> Markup {
    let Some(kind) = kind_of(world, id) else { return html! { p.child { (link_to(world, id)) } } };
    let content = content(world, id, kind);
    let class = colour(&content);
    let text = rich(&content["rich_text"]);
    match kind {
        Kind::Paragraph => html! {
            p class=[class] { (text) }
            (indented(world, id))
        },
        Kind::Heading1 | Kind::Heading2 | Kind::Heading3 | Kind::Heading4 => {
            let heading = heading(kind, id, &content, &text);
            if content["is_toggleable"] == true {
                html! { details.heading { summary { (heading) } div { (within(world, id)) } } }
            } else {
                heading
            }
        }
        // A list of its own, where a list begins nowhere.
        Kind::BulletedListItem | Kind::NumberedListItem => html! { ul { (item(world, id)) } },
        Kind::Quote => html! { blockquote class=[class] { (text) (within(world, id)) } },
        Kind::ToDo => {
            let done = content["checked"] == true;
            html! {
                div class=(with_colour("todo", &content)) {
                    input type="checkbox" disabled checked[done];
                    div { div.done[done] { (text) } (within(world, id)) }
                }
            }
        }
        Kind::Toggle => html! {
            details class=[class] { summary { (text) } div { (within(world, id)) } }
        },
        Kind::Callout => {
            let class = class.unwrap_or_else(|| "c-plain_callout".to_owned());
            html! {
                div class=(format!("callout {class}")) {
                    @if !content["icon"].is_null() { div.emoji { (icon(&content["icon"])) } }
                    div { p { (text) } (within(world, id)) }
                }
            }
        }
        Kind::Code => html! {
            figure.code {
                span.language { (content["language"].as_str().unwrap_or_default()) }
                pre { code { (text) } }
                (caption(&content))
            }
        },
        Kind::Equation => html! {
            div.equation { span.formula { (content["expression"].as_str().unwrap_or_default()) } }
        },
        Kind::Divider => html! { hr; },
        Kind::TableOfContents => contents(world, id),
        Kind::Table => table(world, id, &content),
        Kind::TableRow => html! {},
        Kind::ColumnList => html! { div.columns { (within(world, id)) } },
        Kind::Column => {
            let ratio = content["width_ratio"].as_f64().unwrap_or(1.0);
            html! { div style=(format!("flex:{ratio} 1 0")) { (within(world, id)) } }
        }
        Kind::Bookmark | Kind::Embed => {
            let url = content["url"].as_str().unwrap_or_default();
            html! { figure { a.card href=(url) { span { (url) } } (caption(&content)) } }
        }
        Kind::Image | Kind::Video | Kind::Audio | Kind::Pdf | Kind::File => media(kind, &content),
    }
}

/// What lies within a block that is not indented by itself.
fn indented(world: &World, id: &str) -> Markup {
    if world.notion.shown(id).is_empty() {
        return html! {};
    }
    html! { div.indent { (within(world, id)) } }
}

fn heading(kind: Kind, id: &str, content: &Value, text: &Markup) -> Markup {
    let anchor = id.replace('-', "");
    match kind {
        Kind::Heading1 => html! { h2 id=(anchor) class=(with_colour("h1", content)) { (text) } },
        Kind::Heading2 => html! { h3 id=(anchor) class=(with_colour("h2", content)) { (text) } },
        Kind::Heading3 => html! { h4 id=(anchor) class=(with_colour("h3", content)) { (text) } },
        _heading_4 => html! { h5 id=(anchor) class=(with_colour("h4", content)) { (text) } },
    }
}

fn caption(content: &Value) -> Markup {
    if content["caption"] == json!([]) {
        return html! {};
    }
    html! { figcaption { (rich(&content["caption"])) } }
}

fn table(world: &World, id: &str, table: &Value) -> Markup {
    let rows = world.notion.shown(id);
    let header = |row: usize, column: usize| {
        (row == 0 && table["has_column_header"] == true) || (column == 0 && table["has_row_header"] == true)
    };
    html! {
        div.scroll {
            table {
                @for (row, id) in rows.iter().enumerate() {
                    tr {
                        @let cells = content(world, id, Kind::TableRow);
                        @for (column, cell) in cells["cells"].as_array().into_iter().flatten().enumerate() {
                            @if header(row, column) { th { (rich(cell)) } } @else { td { (rich(cell)) } }
                        }
                    }
                }
            }
        }
    }
}

/// The headings of the page.
fn contents(world: &World, id: &str) -> Markup {
    let page = world
        .notion
        .lineage(id)
        .and_then(|lineage| lineage.into_iter().find(|id| world.notion.pages.contains_key(id.as_str())));
    let headings = page.iter().flat_map(|page| world.notion.shown(page)).filter_map(|id| {
        let block = world.notion.blocks.get(id).filter(|block| block.kind.is_heading())?;
        let text = block.content.get("rich_text").map(plain_text).unwrap_or_default();
        Some((block.kind.name(), id.replace('-', ""), text))
    });
    html! {
        ul.contents {
            @for (level, anchor, text) in headings {
                li class=(level) { a href=(format!("#{anchor}")) { (text) } }
            }
        }
    }
}

fn media(kind: Kind, content: &Value) -> Markup {
    let url = address(content).unwrap_or_default();
    let of_url = url.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let name = content["name"].as_str().map_or_else(|| decoded(of_url), str::to_owned);
    html! {
        figure {
            @match kind {
                Kind::Image => img src=(url) alt=(plain_text(&content["caption"]));,
                Kind::Video => video src=(url) controls preload="metadata" {},
                Kind::Audio => div.audio {
                    span.file { span.sign { "♪" } (name) }
                    audio src=(url) controls preload="metadata" {}
                },
                _ => a.card href=(url) { span.file { span.sign { "▤" } (name) } },
            }
            (caption(content))
        }
    }
}

fn decoded(name: &str) -> String {
    let pairs = format!("name={name}");
    url::form_urlencoded::parse(pairs.as_bytes())
        .next()
        .map(|(_, name)| name.into_owned())
        .unwrap_or_default()
}
