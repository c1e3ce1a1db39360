//! From a model's answer to notes: what is doubtful set apart, what is said twice put together.

use super::gate::{Claim, Evidence};
use super::shape::{Cited, Decision, PartNotes, Task};
use super::{Brief, due, words};
use crate::notes::{ClaimKind, Doubt, Notes, NotesMethod, Point, Section, Todo, Unverified};
use crate::prose;
use crate::template::NotesPart;
use crate::transcript::Transcript;

/// From this likeness on (0 to 1) two claims that cite a common line are one.
const ALIKE_HERE: f32 = 0.4;
/// And two that don't.
const ALIKE: f32 = 0.75;

/// The notes of an answer. `by` are the models that wrote them. Claims that `evidence` doesn't bear out are unverified.
pub fn assemble(
    brief: &Brief<'_>,
    title: String,
    answer: PartNotes,
    evidence: &Evidence,
    by: Vec<String>,
) -> Notes {
    let has = |part| brief.template.parts.contains(&part);
    let transcript = brief.transcript;
    let mut notes = Notes {
        title: title.trim().to_owned(),
        summary: points(transcript, answer.summary),
        decisions: Vec::new(),
        todos: Vec::new(),
        sections: Vec::new(),
        questions: if has(NotesPart::Questions) { points(transcript, answer.questions) } else { Vec::new() },
        unverified: Vec::new(),
        tags: tags(answer.tags),
        method: NotesMethod::Model { by },
    };
    if has(NotesPart::Decisions) {
        for decision in distinct(answer.decisions) {
            match evidence.weigh(&decision.claim()) {
                Ok(()) => notes.decisions.push(point(transcript, &decision.text, &decision.segments)),
                Err(doubt) => notes.unverified.push(unverified(brief, &decision.claim(), doubt)),
            }
        }
    }
    if has(NotesPart::Todos) {
        for task in distinct(answer.todos) {
            match evidence.weigh(&task.claim()) {
                Ok(()) => notes.todos.push(todo(brief, &task)),
                Err(doubt) => notes.unverified.push(unverified(brief, &task.claim(), doubt)),
            }
        }
    }
    if has(NotesPart::Topics) {
        let section = |topic: super::shape::Topic| Section {
            heading: topic.heading.trim().to_owned(),
            at_ms: start(transcript, &[topic.from]).unwrap_or(0),
            body: without_links(&topic.body),
            points: points(transcript, topic.points),
        };
        notes.sections = answer.topics.into_iter().map(section).collect();
        notes.sections.sort_by_key(|section| section.at_ms);
    }
    notes.todos.sort_by_key(|todo| todo.at_ms);
    notes.decisions.sort_by_key(|decision| decision.at_ms);
    notes
}

/// What was put together of `parts`, with the to-dos and decisions that it lost.
#[must_use]
pub fn merged(mut whole: PartNotes, parts: &[PartNotes]) -> PartNotes {
    for part in parts {
        for task in &part.todos {
            if !whole.todos.iter().any(|kept| kept.covers(task)) {
                whole.todos.push(task.clone());
            }
        }
        for decision in &part.decisions {
            if !whole.decisions.iter().any(|kept| kept.covers(decision)) {
                whole.decisions.push(decision.clone());
            }
        }
    }
    whole
}

/// A to-do or a decision, as far as they are alike.
trait Claimed {
    fn claim(&self) -> Claim<'_>;

    /// Whether both stand for the same thing.
    fn is_like(&self, other: &Self) -> bool {
        let (a, b) = (self.claim(), other.claim());
        let somebody_else =
            matches!((a.assignee, b.assignee), (Some(a), Some(b)) if words::folded(a) != words::folded(b));
        let likeness = words::likeness(&words::content(a.text), &words::content(b.text));
        let common = a.segments.iter().any(|place| b.segments.contains(place));
        !somebody_else && (a.text == b.text || likeness >= if common { ALIKE_HERE } else { ALIKE })
    }

    /// Whether this one was made of `other`, among others: it cites all of its lines, or is like it.
    fn covers(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.claim().segments, other.claim().segments);
        let all = !theirs.is_empty()
            && mine.len() > theirs.len()
            && theirs.iter().all(|place| mine.contains(place));
        all || self.is_like(other)
    }
}

impl Claimed for Task {
    fn claim(&self) -> Claim<'_> {
        Claim {
            kind: ClaimKind::Todo,
            text: &self.text,
            assignee: self.assignee.as_deref().filter(|name| !name.trim().is_empty()),
            due: self.due.as_deref().filter(|due| !due.trim().is_empty()),
            segments: &self.segments,
            quote: &self.quote,
        }
    }
}

impl Claimed for Decision {
    fn claim(&self) -> Claim<'_> {
        Claim {
            kind: ClaimKind::Decision,
            text: &self.text,
            assignee: None,
            due: None,
            segments: &self.segments,
            quote: &self.quote,
        }
    }
}

/// Each thing once: the first of those that are alike.
fn distinct<C: Claimed>(claims: Vec<C>) -> Vec<C> {
    let mut kept: Vec<C> = Vec::new();
    for claim in claims {
        if !kept.iter().any(|earlier| earlier.is_like(&claim)) {
            kept.push(claim);
        }
    }
    kept
}

fn start(transcript: &Transcript, places: &[usize]) -> Option<u32> {
    let first = places.iter().min()?;
    transcript.segments.get(*first).map(|segment| segment.start_ms)
}

fn point(transcript: &Transcript, text: &str, places: &[usize]) -> Point {
    // A model's sentence is nobody's words: no speaker.
    Point { text: text.trim().to_owned(), at_ms: start(transcript, places).unwrap_or(0), speaker: None }
}

fn points(transcript: &Transcript, cited: Vec<Cited>) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for one in cited {
        let point = point(transcript, &one.text, &one.segments);
        if points.iter().all(|earlier| earlier.text != point.text) {
            points.push(point);
        }
    }
    points
}

fn todo(brief: &Brief<'_>, task: &Task) -> Todo {
    let claim = task.claim();
    Todo {
        text: task.text.trim().to_owned(),
        assignee: claim.assignee.map(|name| as_known(brief.transcript, name)),
        due: claim.due.and_then(|due| due::date(due, brief.date)),
        at_ms: start(brief.transcript, &task.segments).unwrap_or(0),
        speaker: None,
    }
}

fn unverified(brief: &Brief<'_>, claim: &Claim<'_>, doubt: Doubt) -> Unverified {
    Unverified {
        kind: claim.kind,
        text: claim.text.trim().to_owned(),
        assignee: claim.assignee.map(|name| name.trim().to_owned()),
        due: claim.due.and_then(|due| due::date(due, brief.date)),
        at_ms: start(brief.transcript, claim.segments),
        doubt,
    }
}

/// A speaker's name as the transcript has it.
fn as_known(transcript: &Transcript, name: &str) -> String {
    let same = |speaker: &&str| words::folded(speaker) == words::folded(name.trim());
    transcript
        .speakers
        .iter()
        .map(crate::transcript::Speaker::display)
        .find(same)
        .unwrap_or(name.trim())
        .to_owned()
}

fn tags(tags: Vec<String>) -> Vec<String> {
    const MOST: usize = 8;
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().trim_start_matches('#').to_owned();
        let known = kept.iter().any(|earlier| words::folded(earlier) == words::folded(&tag));
        if !tag.is_empty() && tag.chars().count() <= 40 && !known && kept.len() < MOST {
            kept.push(tag);
        }
    }
    kept
}

/// Nobody said a link: one in a model's text could lead anywhere. Its words stay.
fn without_links(markdown: &str) -> String {
    const MOST_ROUNDS: usize = 16;
    let mut text = markdown.trim().to_owned();
    // The words that stay may be a link again, with others inside or with what stands around them.
    for _ in 0..MOST_ROUNDS {
        let links = prose::links(&text);
        if links.is_empty() {
            return text;
        }
        for (link, words) in links.into_iter().rev() {
            let words = text[words].to_owned();
            text.replace_range(link, &words);
        }
    }
    // Nobody nests them so deep who means well.
    text.replace(['[', '<'], "(")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(text: &str, assignee: Option<&str>, segments: &[usize]) -> Task {
        Task {
            text: text.into(),
            assignee: assignee.map(Into::into),
            due: None,
            segments: segments.into(),
            quote: String::new(),
        }
    }

    fn part(todos: &[Task]) -> PartNotes {
        PartNotes { todos: todos.to_vec(), ..PartNotes::default() }
    }

    #[test]
    fn what_two_parts_say_is_one_and_what_was_lost_comes_back() {
        let whole = part(&[task("Send the quarterly report to the board", Some("Ana"), &[3, 40])]);
        let parts = [
            part(&[task("Send the quarterly report to the board", Some("Ana"), &[3])]),
            part(&[
                task("Email board the report", Some("Ana"), &[40]),
                task("Book the venue for the party", Some("Ben"), &[51]),
            ]),
        ];
        let merged = merged(whole, &parts);
        let texts: Vec<&str> = merged.todos.iter().map(|task| task.text.as_str()).collect();
        assert_eq!(texts, ["Send the quarterly report to the board", "Book the venue for the party"]);
    }

    #[test]
    fn the_same_task_of_two_people_is_two() {
        let tasks = vec![
            task("Review the draft", Some("Ana"), &[1]),
            task("Review the draft", Some("Ben"), &[1]),
            task("Review the draft", None, &[1]),
        ];
        assert_eq!(distinct(tasks).len(), 2);
    }

    #[test]
    fn however_a_link_is_written_none_is_left() {
        let nested = format!("{}x{}", "[".repeat(40), "](https://evil.example)".repeat(40));
        for body in [
            "[[a]](https://evil.example)",
            "[[x](y)](https://evil.example)",
            "[a\\]b](https://evil.example)",
            "![a [b](https://evil.example)](https://evil.example/c)",
            "a <HTTPS://evil.example> b",
            "- See [x].\n\n[x]: https://evil.example",
            &nested,
        ] {
            let shown = format!("{:?}", prose::parse(&without_links(body)));
            assert!(!shown.contains("link: Some"), "{body}: {shown}");
        }
        assert_eq!(without_links("a <https://evil.example> b"), "a https://evil.example b");
    }

    #[test]
    fn links_leave_their_words_alone() {
        assert_eq!(
            without_links("See [the page](https://evil.example) and ![x](http://a/b)."),
            "See the page and x."
        );
    }
}
