//! Pages for a browser, so that a person can look at what an app wrote.

mod blocks;
mod text;

use axum::extract::{Path, State};
use axum::response::Response;
use hyper::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use self::text::{property, rich};
use super::VIEW_PATH;
use super::check::uuid;
use super::query::shown;
use super::schema::Type;
use super::state::{DataSource, DatabaseId, Notion, PageId, Parent};
use crate::answers;
use crate::world::{Shared, World};

const STYLE: &str = include_str!("page.css");

/// Everything that there is: each workspace with its databases and pages.
pub(super) async fn index(State(shared): State<Shared>) -> Response {
    let world = shared.lock();
    let body = html! {
        (bar(&[]))
        main {
            h1.title { "Workspaces" }
            @for (id, workspace) in &world.notion.workspaces {
                h2.workspace { (workspace.name) }
                @for (database, found) in &world.notion.databases {
                    @if found.workspace == *id && !found.removed { (table_of(&world, database)) }
                }
                ul.pages {
                    @for (page, found) in &world.notion.pages {
                        @if found.workspace == *id && found.parent == Parent::Workspace && !found.in_trash {
                            li { (link_to(&world, page.as_str())) }
                        }
                    }
                }
            }
            @if world.notion.workspaces.is_empty() { p.faint { "There is no workspace." } }
        }
    };
    answers::page(StatusCode::OK, "Notion", STYLE, &body)
}

/// A page, or a database.
pub(super) async fn page(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    let world = shared.lock();
    let id = uuid(&id).unwrap_or_default();
    if let Some(page) = world.notion.pages.get_key_value(id.as_str()) {
        let title = world.notion.title_of(&id).unwrap_or_default();
        return answers::page(StatusCode::OK, &title, STYLE, &whole(&world, page.0));
    }
    match world.notion.databases.get_key_value(id.as_str()).filter(|(_, database)| !database.removed) {
        Some((id, database)) => {
            let body = html! { (bar(&[])) main { (table_of(&world, id)) } };
            answers::page(StatusCode::OK, &database.title, STYLE, &body)
        }
        None => {
            let body = html! { (bar(&[])) main { h1.title { "This page couldn’t be found" } } };
            answers::page(StatusCode::NOT_FOUND, "Not found", STYLE, &body)
        }
    }
}

/// The line at the top: where one is.
fn bar(path: &[(String, String)]) -> Markup {
    html! {
        nav.bar {
            a href=(VIEW_PATH) { "Sandbox" }
            @for (id, name) in path {
                span.slash { "/" }
                a href=(format!("{VIEW_PATH}/{}", id.replace('-', ""))) { (name) }
            }
            span.not { "not Notion" }
        }
    }
}

fn whole(world: &World, id: &PageId) -> Markup {
    let page = &world.notion.pages[id];
    let object = world.page_object(id, page);
    let source = match &page.parent {
        Parent::DataSource(source) => world.notion.sources.get(source),
        Parent::Workspace | Parent::Page(_) | Parent::Block(_) => None,
    };
    let cover = text::address(&object["cover"]);
    html! {
        (bar(&path_to(world, id)))
        @if object["in_trash"] == true { p.trash { "This page is in the trash." } }
        @if let Some(cover) = cover { img.cover src=(cover) alt=""; }
        main class=(if cover.is_some() { "covered" } else { "" }) {
            @if !page.icon.is_null() { div.icon { (text::icon(&object["icon"])) } }
            h1.title { (titled(page.values.get("title"))) }
            @if let Some(source) = source { (properties(&world.notion, source, &object)) }
            article { (blocks::within(world, id.as_str())) }
        }
    }
}

fn titled(title: Option<&Value>) -> Markup {
    match title {
        Some(title) if title != &Value::Array(vec![]) => rich(title),
        _ => html! { span.faint { "Untitled" } },
    }
}

fn path_to(world: &World, id: &PageId) -> Vec<(String, String)> {
    let mut path: Vec<(String, String)> = vec![];
    for id in world.notion.lineage(id.as_str()).unwrap_or_default() {
        let database = world.notion.databases.get(id.as_str()).map(|database| database.title.clone());
        if let Some(name) = world.notion.title_of(&id).or(database) {
            path.insert(0, (id, name));
        }
    }
    path
}

/// The properties of a page, except for its title.
fn properties(notion: &Notion, source: &DataSource, object: &Value) -> Markup {
    html! {
        dl.properties {
            @for found in source.schema.iter().filter(|found| found.kind != Type::Title) {
                dt { span.sign { (sign(found.kind)) } (found.name) }
                dd {
                    @let value = &object["properties"][&found.name][found.kind.name()];
                    (property(notion, found.kind, value))
                    @if shown(found.kind, value).is_empty() { span.faint { "Empty" } }
                }
            }
        }
        hr.thin;
    }
}

/// A small sign for a type of property.
fn sign(kind: Type) -> &'static str {
    match kind {
        Type::Title => "Aa",
        Type::RichText => "≡",
        Type::Number => "#",
        Type::Select => "◉",
        Type::MultiSelect => "☰",
        Type::Status => "◌",
        Type::Date | Type::CreatedTime | Type::LastEditedTime => "◷",
        Type::People | Type::CreatedBy | Type::LastEditedBy => "☺\u{fe0e}",
        Type::Files => "◫",
        Type::Checkbox => "✓",
        Type::Url => "∞",
        Type::Email => "@",
        Type::PhoneNumber => "✆",
    }
}

/// The pages of a database: a table for each of its data sources.
fn table_of(world: &World, id: &DatabaseId) -> Markup {
    let database = &world.notion.databases[id];
    html! {
        h3.database {
            a href=(format!("{VIEW_PATH}/{}", id.as_str().replace('-', ""))) { (database.title) }
        }
        @for source in &database.sources {
            @if let Some(found) = world.notion.sources.get(source) {
                @if database.sources.len() > 1 { p.source { (found.title) } }
                (rows(world, source.as_str(), found))
            }
        }
    }
}

fn rows(world: &World, id: &str, source: &DataSource) -> Markup {
    let others: Vec<_> = source.schema.iter().filter(|property| property.kind != Type::Title).collect();
    let title = source.schema.iter().find(|property| property.kind == Type::Title);
    let mut pages = world.pages_of(id);
    pages.reverse();
    html! {
        div.scroll {
            table.rows {
                thead {
                    tr {
                        th { span.sign { (sign(Type::Title)) } (title.map_or("", |title| &title.name)) }
                        @for property in &others {
                            th { span.sign { (sign(property.kind)) } (property.name) }
                        }
                    }
                }
                tbody {
                    @for page in &pages {
                        tr {
                            td.name { (link_to(world, page["id"].as_str().unwrap_or_default())) }
                            @for found in &others {
                                @let value = &page["properties"][&found.name][found.kind.name()];
                                td { (property(&world.notion, found.kind, value)) }
                            }
                        }
                    }
                    @if pages.is_empty() { tr { td.faint colspan=(others.len() + 1) { "No pages yet" } } }
                }
            }
        }
    }
}

/// A page by its icon and its title.
fn link_to(world: &World, id: &str) -> Markup {
    let Some((id, page)) = world.notion.pages.get_key_value(id) else { return html! {} };
    let object = world.page_object(id, page);
    html! {
        a.page href=(format!("{VIEW_PATH}/{}", id.as_str().replace('-', ""))) {
            span.sign {
                @if page.icon.is_null() { "▤" } @else { (text::icon(&object["icon"])) }
            }
            span.under { (titled(page.values.get("title"))) }
        }
    }
}
