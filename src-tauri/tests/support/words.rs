//! What the window says, in the language of a place: so that a test finds the same buttons in each of them.

use std::collections::BTreeMap;

/// The messages of one language that hold nothing to be filled in, by their names.
pub(crate) struct Words(BTreeMap<&'static str, &'static str>);

impl Words {
    /// Those that the window shows under `locale`, as "zh_TW".
    pub(crate) fn of(locale: &str) -> Words {
        let messages = match locale {
            "zh_TW" => include_str!("../../../ui/src/text/zh-TW.ftl"),
            _ => include_str!("../../../ui/src/text/en.ftl"), // What the window shows to everybody else.
        };
        let simple = |line: &'static str| line.split_once(" = ").filter(|(_, text)| !text.contains('{'));
        Words(messages.lines().filter_map(simple).collect())
    }

    /// What the message `name` says.
    pub(crate) fn get(&self, name: &str) -> &'static str {
        self.0.get(name).unwrap_or_else(|| panic!("no message {name} without a gap in it"))
    }
}
