//! The properties of a database: what each could be used for, and the values that they get.

use std::collections::BTreeMap;

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::page::{Page, PropertyKind, PropertyValue};
use serde_json::{Value, json};

use super::blocks::Fact;
use super::rich_text::{address, clean, one_block, shortened};

/// The properties of a data source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The data source's name.
    pub name: String,
    /// In Notion's order.
    pub properties: Vec<SchemaProperty>,
}

/// A property of a data source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProperty {
    /// Notion's id; stays when the property is renamed.
    pub id: String,
    /// The name.
    pub name: String,
    /// Notion's word for its type.
    pub kind: String,
    /// Names of the options of a `select`, `status` or `multi_select`.
    pub options: Vec<String>,
}

/// What a property can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The title.
    Title,
    /// The day of the recording.
    Date,
    /// Who spoke.
    Participants,
    /// How long it is.
    Duration,
    /// What it is about.
    Tags,
    /// Link to the recording.
    Recording,
    /// That the page is finished.
    Status,
    /// The job, by which a page is found again.
    DebriefId,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 8] = [
        Role::Title,
        Role::Date,
        Role::Participants,
        Role::Duration,
        Role::Tags,
        Role::Recording,
        Role::Status,
        Role::DebriefId,
    ];

    /// Notion's words for the types that fit, the best first.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Role::Title => &["title"],
            Role::Date => &["date"],
            Role::Participants => &["multi_select", "rich_text"],
            Role::Duration => &["number", "rich_text"],
            Role::Tags => &["multi_select"],
            Role::Recording => &["url", "rich_text"],
            Role::Status => &["status", "select"],
            Role::DebriefId => &["rich_text"],
        }
    }

    /// Names by which people call such a property, in lower case.
    fn names(self) -> &'static [&'static str] {
        match self {
            Role::Title => &[],
            Role::Date => &["date", "day", "when", "meeting date", "日期", "會議日期"],
            Role::Participants => {
                &["participants", "attendees", "people", "speakers", "與會者", "參與者", "出席者", "發言者"]
            }
            Role::Duration => &["duration", "length", "minutes", "時長", "長度", "分鐘"],
            Role::Tags => &["tags", "topics", "labels", "標籤", "主題"],
            Role::Recording => {
                &["recording", "drive", "drive link", "google drive", "link", "url", "audio", "錄音", "連結"]
            }
            Role::Status => &["status", "state", "狀態"],
            Role::DebriefId => &["debrief id", "debrief_id", "debrief"],
        }
    }

    /// Whether the only property of the right type is taken, whatever its name.
    fn takes_the_only_one(self) -> bool {
        matches!(self, Role::Title | Role::Date | Role::Recording)
    }

    /// The name and the type of the property that Debrief would make.
    pub fn to_create(self) -> Option<(&'static str, Value)> {
        match self {
            // Every database has one, and Notion makes no statuses for others.
            Role::Title | Role::Status => None,
            Role::Date => Some(("Date", json!({ "date": {} }))),
            Role::Participants => Some(("Participants", json!({ "multi_select": {} }))),
            Role::Duration => Some(("Duration", json!({ "number": { "format": "number" } }))),
            Role::Tags => Some(("Tags", json!({ "multi_select": {} }))),
            Role::Recording => Some(("Recording", json!({ "url": {} }))),
            Role::DebriefId => Some(("Debrief id", json!({ "rich_text": {} }))),
        }
    }

    /// The word of this role in the settings: `{word}_property`.
    pub fn word(self) -> &'static str {
        match self {
            Role::Title => "title",
            Role::Date => "date",
            Role::Participants => "participants",
            Role::Duration => "duration",
            Role::Tags => "tags",
            Role::Recording => "recording",
            Role::Status => "status",
            Role::DebriefId => "debrief_id",
        }
    }
}

/// What the person chose for each role: id or name of a property, or an empty text to leave it out.
pub type Choices = BTreeMap<Role, String>;

/// Which property takes what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(pub BTreeMap<Role, SchemaProperty>);

/// Options that mean that something is finished, in lower case.
const FINISHED: [&str; 8] =
    ["done", "complete", "completed", "finished", "processed", "完成", "已完成", "結束"];

impl Schema {
    /// The schema in Notion's answer.
    pub(super) fn of(source: &Value) -> Schema {
        let name: String = source["title"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|text| text["plain_text"].as_str())
            .collect();
        let properties = source["properties"].as_object().into_iter().flatten().map(|(name, property)| {
            let kind = property["type"].as_str().unwrap_or_default().to_owned();
            let options = property[&kind]["options"].as_array().into_iter().flatten();
            SchemaProperty {
                id: property["id"].as_str().unwrap_or_default().to_owned(),
                name: name.clone(),
                options: options.filter_map(|option| option["name"].as_str().map(str::to_owned)).collect(),
                kind,
            }
        });
        Schema { name, properties: properties.collect() }
    }

    /// The property of that id or name.
    fn property(&self, id_or_name: &str) -> Option<&SchemaProperty> {
        let by_id = self.properties.iter().find(|property| property.id == id_or_name);
        by_id.or_else(|| self.properties.iter().find(|property| property.name == id_or_name))
    }

    /// The properties whose type fits a role.
    pub fn fitting(&self, role: Role) -> Vec<&SchemaProperty> {
        self.properties.iter().filter(|property| role.kinds().contains(&property.kind.as_str())).collect()
    }

    /// What is wrong with the person's choice for a role, if anything is.
    pub fn problem(&self, role: Role, choices: &Choices) -> Option<String> {
        let chosen = choices.get(&role).filter(|chosen| !chosen.is_empty())?;
        match self.property(chosen) {
            None => Some(format!("The property “{chosen}” is no longer in “{}”.", self.name)),
            Some(property) if !role.kinds().contains(&property.kind.as_str()) => Some(format!(
                "The property “{}” is of the type {}; {} needs {}.",
                property.name,
                property.kind.replace('_', " "),
                role.word().replace('_', " "),
                role.kinds().join(" or ").replace('_', " "),
            )),
            Some(_) => None,
        }
    }

    /// Which property takes what: as the person chose, and for the rest by type and name.
    ///
    /// # Errors
    /// A chosen property is gone or of another type; its name is said.
    pub fn mapping(&self, choices: &Choices) -> Result<Mapping, Failure> {
        let problem = Role::ALL.into_iter().find_map(|role| self.problem(role, choices));
        if let Some(what) = problem {
            return Err(Failure::person(
                FailureCode::NotionPropertyUnfit,
                what,
                "Check the properties in the settings, or choose another database. The transcript is safe.",
            ));
        }
        let chosen = choices.iter().filter_map(|(role, chosen)| Some((*role, self.property(chosen)?)));
        let mut taken: BTreeMap<Role, SchemaProperty> =
            chosen.map(|(role, property)| (role, property.clone())).collect();
        for role in Role::ALL.into_iter().filter(|role| !choices.contains_key(role)) {
            let free = |property: &&SchemaProperty| taken.values().all(|other| other.id != property.id);
            let fitting: Vec<&SchemaProperty> = self.fitting(role).into_iter().filter(free).collect();
            let is_called =
                |property: &&SchemaProperty, name: &str| property.name.trim().to_lowercase() == name;
            let by_name = role
                .kinds()
                .iter()
                .flat_map(|kind| fitting.iter().filter(move |property| property.kind == *kind))
                .find(|property| role.names().iter().any(|name| is_called(property, name)));
            let first_kind: Vec<_> = fitting.iter().filter(|p| p.kind == role.kinds()[0]).collect();
            let only = first_kind.first().filter(|_| role.takes_the_only_one() && first_kind.len() == 1);
            if let Some(property) = by_name.or(only.copied()) {
                let property = (*property).clone();
                taken.insert(role, property);
            }
        }
        if !taken.contains_key(&Role::Title) {
            return Err(Failure::person(
                FailureCode::NotionPropertyUnfit,
                format!("“{}” needs a title property.", self.name),
                "Choose another database, or fix this one in Notion. The transcript is safe.",
            ));
        }
        Ok(Mapping(taken))
    }
}

impl Mapping {
    fn of(&self, role: Role) -> Option<&SchemaProperty> {
        self.0.get(&role)
    }

    /// The facts that stand in properties, so that the page needn't repeat them. A file on this machine has no address for one.
    pub(super) fn elsewhere(&self, values: &BTreeMap<String, Value>) -> Vec<Fact> {
        let facts = [
            (Role::Date, Fact::Date),
            (Role::Participants, Fact::Participants),
            (Role::Duration, Fact::Duration),
            (Role::Recording, Fact::Recording),
        ];
        let has_value = |role: Role| self.of(role).is_some_and(|property| values.contains_key(&property.id));
        facts.into_iter().filter(|(role, _)| has_value(*role)).map(|(_, fact)| fact).collect()
    }

    /// The property that holds the job.
    pub(super) fn debrief_id(&self) -> Option<&SchemaProperty> {
        self.of(Role::DebriefId)
    }

    /// What each property gets, by its id.
    pub(super) fn values(&self, page: &Page) -> BTreeMap<String, Value> {
        let value = |(role, property): (&Role, &SchemaProperty)| {
            Some((property.id.clone(), value_of(*role, property, page)?))
        };
        self.0.iter().filter_map(value).collect()
    }
}

fn value_of(role: Role, property: &SchemaProperty, page: &Page) -> Option<Value> {
    let fact = |kind: PropertyKind| page.properties.iter().find(|property| property.kind == kind);
    match role {
        Role::Title => Some(json!({ "title": one_block(&page.title) })),
        Role::Date => Some(json!({ "date": { "start": page.date.to_string() } })),
        Role::Participants => {
            let value = &fact(PropertyKind::Participants)?.value;
            let names = match value {
                PropertyValue::Names(names) => names.as_slice(),
                PropertyValue::Text(_) | PropertyValue::Link { .. } => &[],
            };
            Some(if property.kind == "multi_select" {
                json!({ "multi_select": options(names) })
            } else {
                json!({ "rich_text": one_block(&value.to_text(&page.language)) })
            })
        }
        // In minutes, to be summed up.
        Role::Duration if property.kind == "number" => {
            Some(json!({ "number": (f64::from(page.duration_ms) / 6_000.0).round() / 10.0 }))
        }
        Role::Duration => {
            let value = fact(PropertyKind::Duration)?.value.to_text(&page.language);
            Some(json!({ "rich_text": one_block(&value) }))
        }
        Role::Tags => (!page.tags.is_empty()).then(|| json!({ "multi_select": options(&page.tags) })),
        Role::Recording => match &fact(PropertyKind::Recording)?.value {
            PropertyValue::Link { target, .. } if property.kind == "url" => {
                // A file on this machine has no address that Notion could open.
                address(target).map(|target| json!({ "url": target }))
            }
            value => Some(json!({ "rich_text": one_block(&value.to_text(&page.language)) })), // As text, whatever it is.
        },
        Role::Status => {
            let is_finished = |option: &&String| FINISHED.contains(&option.trim().to_lowercase().as_str());
            let option = property.options.iter().find(is_finished)?;
            Some(json!({ property.kind.as_str(): { "name": option } }))
        }
        Role::DebriefId => Some(json!({ "rich_text": one_block(&page.job.to_string()) })),
    }
}

/// Names as options: without the commas that Notion forbids, each once.
fn options(names: &[String]) -> Vec<Value> {
    let mut options: Vec<String> = Vec::new();
    for name in names {
        let name = clean(name).replace([',', '\n', '\t'], " ");
        let name = shortened(name.split_whitespace().collect::<Vec<_>>().join(" ").as_str(), 100);
        if !name.is_empty() && !options.contains(&name) {
            options.push(name);
        }
    }
    options.truncate(100);
    options.into_iter().map(|name| json!({ "name": name })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(properties: &[(&str, &str)]) -> Schema {
        let properties = properties.iter().enumerate().map(|(number, (name, kind))| SchemaProperty {
            id: format!("p{number}"),
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            options: Vec::new(),
        });
        Schema { name: "Meetings".into(), properties: properties.collect() }
    }

    fn names(mapping: &Mapping) -> Vec<(Role, &str)> {
        mapping.0.iter().map(|(role, property)| (*role, property.name.as_str())).collect()
    }

    #[test]
    fn properties_are_found_by_type_and_name() {
        let schema = schema(&[
            ("Name", "title"),
            ("會議日期", "date"),
            ("Created", "created_time"),
            ("Attendees", "rich_text"),
            ("Length", "number"),
            ("Web page", "url"),
            ("Status", "select"),
            ("Debrief id", "rich_text"),
            ("Topics", "relation"),
        ]);
        let mapping = schema.mapping(&Choices::new()).unwrap();
        use Role::{Date, DebriefId, Duration, Participants, Recording, Status, Title};
        let expected = [
            (Title, "Name"),
            (Date, "會議日期"),
            (Participants, "Attendees"),
            (Duration, "Length"),
            (Recording, "Web page"),
            (Status, "Status"),
            (DebriefId, "Debrief id"),
        ];
        assert_eq!(names(&mapping), expected);
    }

    #[test]
    fn the_persons_choice_counts_by_id_by_name_and_by_nothing() {
        let schema = schema(&[("Name", "title"), ("A", "date"), ("B", "date"), ("Link", "url")]);
        let choices = [(Role::Date, "B"), (Role::Recording, "")].map(|(role, name)| (role, name.to_owned()));
        let mapping = schema.mapping(&choices.into()).unwrap();
        assert_eq!(names(&mapping), [(Role::Title, "Name"), (Role::Date, "B")]);
        let by_id = schema.mapping(&[(Role::Date, "p1".to_owned())].into()).unwrap();
        assert_eq!(by_id.of(Role::Date).unwrap().name, "A");
    }

    #[test]
    fn a_property_that_does_not_fit_is_named() {
        let schema = schema(&[("Name", "title"), ("When", "rich_text")]);
        let failure = schema.mapping(&[(Role::Date, "When".to_owned())].into()).unwrap_err();
        assert_eq!(failure.code, FailureCode::NotionPropertyUnfit);
        assert_eq!(failure.what, "The property “When” is of the type rich text; date needs date.");
        let failure = schema.mapping(&[(Role::Date, "Gone".to_owned())].into()).unwrap_err();
        assert_eq!(failure.what, "The property “Gone” is no longer in “Meetings”.");
    }

    #[test]
    fn names_become_options_that_notion_takes() {
        let names =
            ["Ana".to_owned(), "Lee, Ben".to_owned(), "Ana".to_owned(), " ".to_owned(), "長".repeat(300)];
        let options = options(&names);
        assert_eq!(options[..2], [json!({ "name": "Ana" }), json!({ "name": "Lee Ben" })]);
        assert_eq!(options.len(), 3);
        assert_eq!(options[2]["name"].as_str().unwrap().chars().count(), 100);
    }
}
