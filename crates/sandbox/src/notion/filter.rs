//! Filters of a query.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::check::{At, Checked};
use super::error::ApiError;
use super::rich_text::{ITEMS_AT_MOST, plain_text};
use super::schema::{self, Property, Type};
use super::state::Page;
use super::values;

/// Conditions, each of which the schema has been asked about.
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Property(Property, Test),
    Created(Test),
    Edited(Test),
}

/// What a value has to be.
pub(super) enum Test {
    IsEmpty(bool),
    Flag { equals: bool },
    Text(TextTest, String),
    Option { wanted: Vec<String>, equals: bool },
    Number(Order, f64),
    Date(Order, Moment),
}

pub(super) enum TextTest {
    Equals,
    DoesNotEqual,
    Contains,
    DoesNotContain,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy)]
pub(super) enum Order {
    Equals,
    DoesNotEqual,
    Less,
    More,
    AtMost,
    AtLeast,
}

/// A day, or a moment.
pub(super) enum Moment {
    Day(Date),
    Exact(Timestamp),
}

const EXISTENCE: [&str; 2] = ["is_empty", "is_not_empty"];
const TEXT: [&str; 6] =
    ["equals", "does_not_equal", "contains", "does_not_contain", "starts_with", "ends_with"];
const NUMBER: [&str; 6] = [
    "equals",
    "does_not_equal",
    "greater_than",
    "less_than",
    "greater_than_or_equal_to",
    "less_than_or_equal_to",
];
const DATE: [&str; 5] = ["equals", "before", "after", "on_or_before", "on_or_after"];
/// Types that the sandbox can filter by.
const FILTERABLE: [&str; 11] = [
    "title",
    "rich_text",
    "url",
    "email",
    "phone_number",
    "number",
    "checkbox",
    "select",
    "multi_select",
    "status",
    "date",
];

/// The property of this name or id.
pub(super) fn property_named<'a>(schema: &'a [Property], name: &str) -> Checked<&'a Property> {
    let found = schema::find(schema, name).map(|at| &schema[at]);
    found.ok_or_else(|| ApiError::invalid(format!("Could not find property with name or id: {name}")))
}

impl Filter {
    pub(super) fn of(schema: &[Property], at: &At<'_>) -> Checked<Filter> {
        // Compounds nest two deep.
        Filter::at_depth(schema, at, 2)
    }

    fn at_depth(schema: &[Property], at: &At<'_>, compounds: usize) -> Checked<Filter> {
        for compound in ["and", "or"] {
            let list = at.field(compound);
            if list.value().is_none() {
                continue;
            }
            if compounds == 0 {
                return Err(list.wrong("not present"));
            }
            at.object(&[compound])?;
            let inner = list.list(ITEMS_AT_MOST)?;
            let inner = inner.iter().map(|inner| Filter::at_depth(schema, inner, compounds - 1));
            let inner = inner.collect::<Checked<Vec<_>>>()?;
            return Ok(if compound == "and" { Filter::And(inner) } else { Filter::Or(inner) });
        }
        if let Some(timestamp) = at.field("timestamp").given() {
            let kind = timestamp.word(&["created_time", "last_edited_time"])?;
            at.object(&["timestamp", "type", kind])?;
            at.says(kind)?;
            let test = Test::of(Type::Date, &at.field(kind))?;
            return Ok(if kind == "created_time" { Filter::Created(test) } else { Filter::Edited(test) });
        }
        at.object(&[&FILTERABLE[..], &["property", "type"]].concat())?;
        let name = at.field("property").string()?;
        let kind = at.one_of(&FILTERABLE)?;
        at.says(kind)?;
        let property = property_named(schema, name)?;
        // A title is a rich text too.
        let fits = property.kind.name() == kind || (property.kind == Type::Title && kind == "rich_text");
        if !fits {
            let is = property.kind.name();
            return Err(ApiError::invalid(format!("database property {is} does not match filter {kind}")));
        }
        Ok(Filter::Property(property.clone(), Test::of(property.kind, &at.field(kind))?))
    }

    pub(super) fn lets_pass(&self, page: &Page) -> bool {
        match self {
            Filter::And(inner) => inner.iter().all(|filter| filter.lets_pass(page)),
            Filter::Or(inner) => inner.iter().any(|filter| filter.lets_pass(page)),
            Filter::Property(property, test) => test.passes(property.kind, &values::read(property, page)),
            Filter::Created(test) => test.passes_moment(Some(Moment::Exact(page.made.at))),
            Filter::Edited(test) => test.passes_moment(Some(Moment::Exact(page.made.edited))),
        }
    }
}

impl Test {
    fn of(kind: Type, at: &At<'_>) -> Checked<Test> {
        let own: &[&'static str] = match kind {
            Type::Title | Type::RichText | Type::Url | Type::Email | Type::PhoneNumber => &TEXT,
            Type::Number => &NUMBER,
            Type::Checkbox => &["equals", "does_not_equal"],
            Type::Select | Type::Status => &["equals", "does_not_equal"],
            Type::MultiSelect => &["contains", "does_not_contain"],
            Type::Date => &DATE,
            Type::People
            | Type::Files
            | Type::CreatedTime
            | Type::CreatedBy
            | Type::LastEditedTime
            | Type::LastEditedBy => return Err(at.wrong("not present")),
        };
        let known = match kind {
            Type::Checkbox => own.to_vec(),
            _ => [own, &EXISTENCE].concat(),
        };
        at.object(&known)?;
        let name = at.one_of(&known)?;
        let value = at.field(name);
        if EXISTENCE.contains(&name) {
            return match value.flag()? {
                true => Ok(Test::IsEmpty(name == "is_empty")),
                false => Err(value.wrong("`true`")),
            };
        }
        match kind {
            Type::Number => Ok(Test::Number(order(name), value.number()?)),
            Type::Checkbox => Ok(Test::Flag { equals: value.flag()? == (name == "equals") }),
            Type::Select | Type::Status | Type::MultiSelect => {
                let wanted = match value.value() {
                    Some(Value::Array(_)) => {
                        let items = value.list(ITEMS_AT_MOST)?;
                        items.iter().map(|item| item.string().map(str::to_owned)).collect::<Checked<_>>()?
                    }
                    _ => vec![value.string()?.to_owned()],
                };
                Ok(Test::Option { wanted, equals: name == "equals" || name == "contains" })
            }
            Type::Date => {
                let text = value.string()?;
                let moment = Moment::of(text).ok_or_else(|| value.wrong("a valid ISO 8601 date string"))?;
                Ok(Test::Date(order(name), moment))
            }
            _text => Ok(Test::Text(text_test(name), value.string()?.to_owned())),
        }
    }

    fn passes(&self, kind: Type, value: &Value) -> bool {
        let text = match kind {
            Type::Title | Type::RichText => plain_text(value),
            _ => value.as_str().unwrap_or_default().to_owned(),
        };
        match self {
            Test::IsEmpty(empty) => {
                let is_empty = value.is_null() || value == &Value::Array(vec![]);
                is_empty == *empty
            }
            Test::Flag { equals } => value == &Value::Bool(*equals),
            Test::Text(test, wanted) => test.passes(&text, wanted),
            Test::Option { wanted, equals } => {
                let is = |option: &Value| wanted.iter().any(|wanted| option["name"] == wanted.as_str());
                let found = value.as_array().map_or_else(|| is(value), |options| options.iter().any(is));
                found == *equals
            }
            Test::Number(order, wanted) => match value.as_f64() {
                Some(number) => order.holds(number.partial_cmp(wanted)),
                None => matches!(order, Order::DoesNotEqual),
            },
            Test::Date(..) => self.passes_moment(value["start"].as_str().and_then(Moment::of)),
        }
    }

    fn passes_moment(&self, moment: Option<Moment>) -> bool {
        match (self, moment) {
            (Test::IsEmpty(empty), moment) => moment.is_none() == *empty,
            (Test::Date(order, wanted), Some(moment)) => order.holds(moment.compare(wanted)),
            // Nothing is before or after a date that is not there.
            _ => false,
        }
    }
}

fn text_test(name: &str) -> TextTest {
    match name {
        "equals" => TextTest::Equals,
        "does_not_equal" => TextTest::DoesNotEqual,
        "contains" => TextTest::Contains,
        "does_not_contain" => TextTest::DoesNotContain,
        "starts_with" => TextTest::StartsWith,
        _ends_with => TextTest::EndsWith,
    }
}

fn order(name: &str) -> Order {
    match name {
        "equals" => Order::Equals,
        "does_not_equal" => Order::DoesNotEqual,
        "less_than" | "before" => Order::Less,
        "greater_than" | "after" => Order::More,
        "less_than_or_equal_to" | "on_or_before" => Order::AtMost,
        _at_least => Order::AtLeast,
    }
}

impl TextTest {
    /// Upper and lower case are the same to Notion.
    fn passes(&self, text: &str, wanted: &str) -> bool {
        let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
        match self {
            TextTest::Equals => text == wanted,
            TextTest::DoesNotEqual => text != wanted,
            TextTest::Contains => text.contains(&wanted),
            TextTest::DoesNotContain => !text.contains(&wanted),
            TextTest::StartsWith => text.starts_with(&wanted),
            TextTest::EndsWith => text.ends_with(&wanted),
        }
    }
}

impl Order {
    fn holds(self, ordering: Option<std::cmp::Ordering>) -> bool {
        ordering.is_some_and(|ordering| match self {
            Order::Equals => ordering.is_eq(),
            Order::DoesNotEqual => ordering.is_ne(),
            Order::Less => ordering.is_lt(),
            Order::More => ordering.is_gt(),
            Order::AtMost => ordering.is_le(),
            Order::AtLeast => ordering.is_ge(),
        })
    }
}

impl Moment {
    fn of(text: &str) -> Option<Moment> {
        if text.len() == "2026-11-23".len() {
            return text.parse().ok().map(Moment::Day);
        }
        let exact = text.parse::<Timestamp>().ok();
        let local = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned_datetime(TimeZone::UTC).ok();
        exact.or_else(|| local().map(|zoned| zoned.timestamp())).map(Moment::Exact)
    }

    /// Where one of the two is a day, the other is looked at as a day too.
    fn compare(&self, other: &Moment) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Moment::Exact(one), Moment::Exact(other)) => Some(one.cmp(other)),
            _ => Some(self.day().cmp(&other.day())),
        }
    }

    fn day(&self) -> Date {
        match self {
            Moment::Day(day) => *day,
            Moment::Exact(moment) => moment.to_zoned_datetime(TimeZone::UTC).date(),
        }
    }
}
