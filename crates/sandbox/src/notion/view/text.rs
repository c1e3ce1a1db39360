//! Rich texts and values of properties, as a browser shows them.

use maud::{Markup, html};
use serde_json::Value;

use crate::notion::Notion;
use crate::notion::query::shown;
use crate::notion::schema::Type;

/// Where a file is, wherever it is kept.
pub(super) fn address(file: &Value) -> Option<&str> {
    let kind = file["type"].as_str()?;
    file[kind]["url"].as_str()
}

/// An emoji, or a picture.
pub(super) fn icon(icon: &Value) -> Markup {
    match address(icon) {
        Some(url) => html! { img src=(url) alt=""; },
        None => html! { (icon["emoji"].as_str().unwrap_or_default()) },
    }
}

pub(super) fn rich(texts: &Value) -> Markup {
    let texts = texts.as_array().map(Vec::as_slice).unwrap_or_default();
    html! { @for text in texts { (one(text)) } }
}

fn one(text: &Value) -> Markup {
    let style = &text["annotations"];
    let is = |name: &str| style[name] == true;
    let plain = text["plain_text"].as_str().unwrap_or_default();
    let kind = text["type"].as_str().unwrap_or_default();
    let mut markup = html! { (plain) };
    if kind == "equation" {
        markup = html! { span.formula { (markup) } };
    }
    if kind == "mention" {
        markup = html! { span.mention { (markup) } };
    }
    if is("code") {
        markup = html! { code { (markup) } };
    }
    if is("bold") {
        markup = html! { strong { (markup) } };
    }
    if is("italic") {
        markup = html! { em { (markup) } };
    }
    if is("strikethrough") {
        markup = html! { s { (markup) } };
    }
    if is("underline") {
        markup = html! { u { (markup) } };
    }
    if let Some(colour) = colour(style) {
        markup = html! { span class=(colour) { (markup) } };
    }
    match text["href"].as_str() {
        Some(href) => html! { a.link href=(href) { (markup) } },
        None => markup,
    }
}

/// The class of a colour; `None` for the usual one.
pub(super) fn colour(content: &Value) -> Option<String> {
    let colour = content["color"].as_str()?;
    (colour != "default").then(|| format!("c-{colour}"))
}

/// A class of its own, and that of a colour.
pub(super) fn with_colour(class: &str, content: &Value) -> String {
    match colour(content) {
        Some(colour) => format!("{class} {colour}"),
        None => class.to_owned(),
    }
}

/// The value of a property; nothing where it is empty.
pub(super) fn property(notion: &Notion, kind: Type, value: &Value) -> Markup {
    let text = shown(kind, value);
    match kind {
        Type::Checkbox => html! { input type="checkbox" disabled checked[value == &Value::Bool(true)]; },
        _ if text.is_empty() => html! {},
        Type::Title | Type::RichText => rich(value),
        Type::Url => html! { a.link href=(text) { (text) } },
        Type::Email => html! { a.link href=(format!("mailto:{text}")) { (text) } },
        Type::Select | Type::Status => option(value),
        Type::MultiSelect => {
            html! { @for chosen in value.as_array().into_iter().flatten() { (option(chosen)) " " } }
        }
        Type::Files => html! {
            @for file in value.as_array().into_iter().flatten() {
                @let name = file["name"].as_str().unwrap_or_default();
                a.link href=(address(file).unwrap_or_default()) { (name) } " "
            }
        },
        Type::Date => {
            let start = readable(value["start"].as_str().unwrap_or_default());
            let end = value["end"].as_str().map(|end| format!(" → {}", readable(end)));
            html! { span.date { (start) (end.unwrap_or_default()) } }
        }
        Type::CreatedTime | Type::LastEditedTime => html! { span.date { (readable(&text)) } },
        Type::People => html! {
            @for user in value.as_array().into_iter().flatten() { (human(notion, user)) " " }
        },
        Type::CreatedBy | Type::LastEditedBy => human(notion, value),
        Type::Number | Type::PhoneNumber => html! { (text) },
    }
}

fn human(notion: &Notion, user: &Value) -> Markup {
    let name = notion.name_of(user["id"].as_str().unwrap_or_default());
    html! { span.human { span.face { (name.chars().next().unwrap_or('?')) } (name) } }
}

fn option(option: &Value) -> Markup {
    let colour = option["color"].as_str().filter(|colour| *colour != "default").unwrap_or("gray");
    let name = option["name"].as_str().unwrap_or_default();
    html! { span class=(format!("option c-{colour}_background")) { (name) } }
}

/// A day as Notion shows it, with the time where there is one.
fn readable(text: &str) -> String {
    let Some(day) = text.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok()) else {
        return text.to_owned();
    };
    let day = day.strftime("%B %-d, %Y").to_string();
    match text.get(11..16) {
        Some(time) => format!("{day} {time}"),
        None => day,
    }
}
