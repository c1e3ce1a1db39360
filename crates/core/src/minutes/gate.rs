//! The evidence gate: a to-do or a decision of a language model is believed only when the transcript bears it out.
//!
//! It compares words, numbers and names, and knows a few forms of promise, request and refusal in English and Chinese. It
//! asks nobody and understands nothing, so a true claim in quite other words may be doubted: it is then shown as unverified,
//! never lost.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::language::{is_han, is_mostly_han};
use super::{due, numbers, words};
use crate::notes::{ClaimKind, Doubt};
use crate::ports::Attachment;
use crate::transcript::Transcript;

mod decided;
mod forms;
mod person;
#[cfg(test)]
mod tests;

use forms::{
    PASSES_ON, UNSURE, accepts, asks, clause_around, clauses, gives_to, hands_on, is_done, negates, promises,
    refuses, sentence_around,
};
use person::{capitalised, given_name, is_everybody, latin_words, meant, names, same_person, says_name};

/// A claim that cites more lines than this cites none in particular.
const MOST_CITED: usize = 12;
/// Lines beside a cited one that still belong to it: models miscount, and an answer follows its question.
const BESIDE: usize = 2;
/// Lines around a cited one in which the one who is to do it must speak or be named.
const NEAR: usize = 4;
/// Of the words of a quotation, so many in a hundred may differ from what was said.
const QUOTE_SLIPS_PERCENT: usize = 20;
/// A quotation has at least so many words (Chinese: characters), or else the whole of what was said.
const SHORTEST_QUOTE: usize = 3;
/// Of a claim's telling words, so large a part must be among those of the place.
const FEWEST_SHARED: f32 = 0.34;
/// Or, in Chinese, where a pair across two words belongs to neither, so many pairs …
const FEWEST_PAIRS: usize = 2;
/// … and so large a part of its characters.
const FEWEST_SIGNS: f32 = 0.5;
/// Or so large a part of what the quotation tells, when it tells anything, comes back in the claim.
const FEWEST_RESTATED: f32 = 0.66;

/// What a model claims.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// A to-do or a decision.
    pub kind: ClaimKind,
    /// What is claimed.
    pub text: &'a str,
    /// Who is said to do it.
    pub assignee: Option<&'a str>,
    /// Until when, as it is said to have been said.
    pub due: Option<&'a str>,
    /// Places of segments in the transcript.
    pub segments: &'a [usize],
    /// Words that are said to have been said there.
    pub quote: &'a str,
}

/// A transcript as claims are held against it.
pub struct Evidence {
    lines: Vec<Said>,
    /// Names of speakers, by index.
    speakers: Vec<String>,
    /// Everybody's names: of speakers and participants.
    people: Vec<String>,
    /// Every word that was said or stands in a document, [`words::folded`], for names.
    known: BTreeSet<String>,
    /// The same as one text, for Chinese names.
    known_text: String,
    date: Date,
    /// Brings claims to the script that the transcript is in here.
    written: fn(&str) -> String,
}

struct Said {
    text: String,
    tokens: Vec<String>,
    speaker: Option<u16>,
}

impl Evidence {
    /// Of a transcript, the people who may have taken part, its documents, and the day of the recording.
    pub fn of(
        transcript: &Transcript,
        participants: &[String],
        attachments: &[Attachment],
        date: Date,
    ) -> Self {
        let said =
            |text: &str, speaker| Said { text: words::folded(text), tokens: words::tokens(text), speaker };
        let lines: Vec<Said> =
            transcript.segments.iter().map(|segment| said(&segment.text, segment.speaker)).collect();
        let speakers: Vec<String> =
            transcript.speakers.iter().map(|speaker| words::folded(speaker.display())).collect();
        let mut people = speakers.clone();
        people.extend(participants.iter().map(|name| words::folded(name)));
        let documents =
            attachments.iter().filter_map(|attachment| attachment.text.as_deref()).map(words::folded);
        let known_text: String = lines
            .iter()
            .map(|line| line.text.clone())
            .chain(people.iter().cloned())
            .chain(documents)
            .collect::<Vec<_>>()
            .join("\n");
        let known = latin_words(&known_text).map(str::to_owned).collect();
        Evidence { lines, speakers, people, known, known_text, date, written: str::to_owned }
    }

    /// The same; each claim is brought to its script by `written` before it is weighed.
    #[must_use]
    pub fn written_by(self, written: fn(&str) -> String) -> Self {
        Evidence { written, ..self }
    }

    /// Whether the transcript bears out a claim.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn weigh(&self, claim: &Claim<'_>) -> Result<(), Doubt> {
        let written = |text: &str| (self.written)(text);
        let (text, quote) = (written(claim.text), written(claim.quote));
        let (assignee, due) = (claim.assignee.map(written), claim.due.map(written));
        let claim = &Claim {
            text: &text,
            quote: &quote,
            assignee: assignee.as_deref(),
            due: due.as_deref(),
            ..*claim
        };
        if claim.segments.is_empty()
            || claim.segments.len() > MOST_CITED
            || claim.segments.iter().any(|place| *place >= self.lines.len())
        {
            return Err(Doubt::NoSuchPlace);
        }
        let quoted = self.quoted(claim).ok_or(Doubt::QuoteNotFound)?;
        self.numbers(claim)?;
        self.names(claim)?;
        match claim.kind {
            ClaimKind::Todo => self.who(claim, quoted)?,
            ClaimKind::Decision => self.decided(claim, quoted)?,
        }
        self.subject(claim, quoted)
    }

    /// The line in or behind which the quotation begins.
    fn quoted(&self, claim: &Claim<'_>) -> Option<usize> {
        let mut first = None;
        // What a model leaves out of a quotation it shows by dots.
        for piece in claim.quote.split("...").flat_map(|piece| piece.split('…')) {
            let wanted = words::tokens(piece);
            if wanted.is_empty() {
                continue;
            }
            let found = claim.segments.iter().copied().filter_map(|place| self.find(&wanted, place)).min()?;
            first = first.or(Some(found));
        }
        first
    }

    /// Where `wanted` was said: at `place`, or beginning or ending in a line beside it.
    fn find(&self, wanted: &[String], place: usize) -> Option<usize> {
        let beside = place.saturating_sub(1)..=(place + 1).min(self.lines.len() - 1);
        let order = [place].into_iter().chain(beside.clone().filter(|other| *other != place));
        let allowed = if wanted.len() < 5 { 0 } else { (wanted.len() * QUOTE_SLIPS_PERCENT / 100).max(1) };
        for line in order {
            let tokens = &self.lines[line].tokens;
            let whole = wanted == tokens;
            if whole || (wanted.len() >= SHORTEST_QUOTE && is_said_in(wanted, tokens, allowed)) {
                return Some(line);
            }
        }
        // A sentence may run over two segments.
        for line in *beside.start()..*beside.end() {
            let both: Vec<String> =
                self.lines[line].tokens.iter().chain(&self.lines[line + 1].tokens).cloned().collect();
            if wanted.len() >= SHORTEST_QUOTE && is_said_in(wanted, &both, allowed) {
                return Some(line);
            }
        }
        None
    }

    /// The lines within `reach` of a cited one.
    fn around(&self, claim: &Claim<'_>, reach: usize) -> BTreeSet<usize> {
        let last = self.lines.len() - 1;
        let near = |place: usize| -> RangeInclusive<usize> {
            place.saturating_sub(reach)..=(place + reach).min(last)
        };
        claim.segments.iter().flat_map(|place| near(*place)).collect()
    }

    fn text(&self, lines: &BTreeSet<usize>) -> String {
        lines.iter().map(|line| self.lines[*line].text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Every number and day of the claim was said there.
    fn numbers(&self, claim: &Claim<'_>) -> Result<(), Doubt> {
        let place = self.text(&self.around(claim, BESIDE));
        let heard = numbers::heard(&place);
        let mut days = BTreeSet::new();
        for line in place.lines() {
            days.extend(due::read(line, self.date).dates);
        }
        let claimed = [Some(claim.text), claim.due];
        for text in claimed.into_iter().flatten() {
            let read = due::read(&words::folded(text), self.date);
            // "Next Friday" is no day for certain, but its name was said.
            if read.dates.iter().any(|day| !days.contains(day) && !self.day_named(*day, &place)) {
                return Err(Doubt::NumberNotSaid);
            }
            if !numbers::stated(&read.rest).is_subset(&heard) {
                return Err(Doubt::NumberNotSaid);
            }
        }
        if let Some(due) = claim.due.filter(|due| due::read(due, self.date).dates.is_empty()) {
            // Words for a time that are no day: "after the release". Most of them were said there.
            let (wanted, said) = (words::tokens(due), words::tokens(&place));
            if !is_foreign(due, &place) && words::nearest(&wanted, &said) * 2 > wanted.len() {
                return Err(Doubt::NumberNotSaid);
            }
        }
        Ok(())
    }

    /// Whether `place` names the weekday of a day within two weeks of the recording.
    fn day_named(&self, day: Date, place: &str) -> bool {
        use jiff::civil::Weekday as W;
        let (english, han) = match day.weekday() {
            W::Monday => ("monday", '一'),
            W::Tuesday => ("tuesday", '二'),
            W::Wednesday => ("wednesday", '三'),
            W::Thursday => ("thursday", '四'),
            W::Friday => ("friday", '五'),
            W::Saturday => ("saturday", '六'),
            W::Sunday => ("sunday", '日'),
        };
        let ahead = self.date.until(day).map_or(i32::MAX, |span| span.get_days());
        let named = place.contains(english)
            || ["星期", "週", "周", "禮拜", "礼拜"]
                .iter()
                .any(|week| place.contains(&format!("{week}{han}")));
        (0..=14).contains(&ahead) && named
    }

    /// Every name in the claim is one that was said or is known.
    fn names(&self, claim: &Claim<'_>) -> Result<(), Doubt> {
        if let Some(assignee) = claim.assignee.filter(|name| !is_everybody(name))
            && !self.is_known(&words::folded(assignee))
        {
            return Err(Doubt::NameNotSaid);
        }
        // In a text of another language than was spoken names may be written in another way.
        let place = self.text(&self.around(claim, BESIDE));
        if is_foreign(claim.text, &place) {
            return Ok(());
        }
        let unknown = capitalised(claim.text).any(|word| {
            let word = words::folded(word);
            !self.known.iter().any(|known| words::near(&word, known) || same_stem(&word, known))
        });
        if unknown { Err(Doubt::NameNotSaid) } else { Ok(()) }
    }

    fn is_known(&self, name: &str) -> bool {
        let name = meant(name, &self.people);
        let name = name.as_str();
        if self.people.iter().any(|known| same_person(name, known)) {
            return true;
        }
        if name.chars().any(is_han) {
            let bare: String = name.chars().filter(|c| is_han(*c)).collect();
            return self.known_text.contains(&bare)
                || given_name(&bare).is_some_and(|given| self.known_text.contains(&given));
        }
        let mut words = latin_words(name).peekable();
        words.peek().is_some() && words.all(|word| self.known.iter().any(|known| words::near(word, known)))
            // The given name is what is said of a whole one.
            || latin_words(name).next().is_some_and(|given| given.len() > 2 && self.known.contains(given))
    }

    /// The one who is to do it is the one who took it on, or whom it was given to.
    fn who(&self, claim: &Claim<'_>, quoted: usize) -> Result<(), Doubt> {
        let line = &self.lines[quoted];
        let quote = words::folded(claim.quote);
        // The model may quote the end of a sentence whose beginning says who.
        let sentence = sentence_around(&line.text, &quote).unwrap_or(&quote);
        // "I'll do it, no need to pay for it" refuses something else: the clause alone counts.
        let clause = clause_around(&line.text, &quote).unwrap_or(&quote);
        if refuses(clause) && !negates(claim.text) {
            return Err(Doubt::NotAboutThis);
        }
        if is_done(sentence) || UNSURE.is_match(clause) {
            return Err(Doubt::NotAboutThis);
        }
        let Some(assignee) = claim.assignee.filter(|name| !is_everybody(name)) else { return Ok(()) };
        let assignee = meant(&words::folded(assignee), &self.people);
        let speaks = |line: &Said| self.speaker(line).is_some_and(|name| same_person(&assignee, name));
        let named = |text: &str| names(text, &assignee);
        if promises(sentence) && !asks(sentence) && line.speaker.is_some() {
            // "I'll get Ana to send it" gives it to Ana.
            let passed_on = named(sentence) && PASSES_ON.is_match(sentence);
            let believed = passed_on || (speaks(line) && !self.is_anothers(claim, sentence, &assignee));
            return if believed { Ok(()) } else { Err(Doubt::NotAboutThis) };
        }
        if asks(sentence) && speaks(line) && !named(sentence) && self.speakers.len() > 1 {
            return Err(Doubt::NotAboutThis);
        }
        // Somebody else is named as the one who is asked or will do it.
        let other = self
            .people
            .iter()
            .filter(|person| !same_person(&assignee, person))
            .any(|person| gives_to(sentence, person));
        // What is refused in between isn't what is taken on afterwards, and nobody answers themselves.
        let next = self.lines.iter().skip(quoted + 1).take(if speaks(line) { 0 } else { 2 });
        let mut replies =
            next.take_while(|next| speaks(next) || !declines(&next.text)).filter(|next| speaks(next));
        let reply = replies.next();
        if reply.is_some_and(|reply| declines(&reply.text)) {
            return Err(Doubt::NotAboutThis);
        }
        let answers = reply.into_iter().chain(replies).any(|reply| accepts(&reply.text));
        if other && !named(sentence) && !answers {
            return Err(Doubt::NotAboutThis);
        }
        // A mere statement gives it to nobody: "somebody should check", "I talked to them".
        if !answers && !asks(sentence) && !gives_to(sentence, &assignee) {
            return Err(Doubt::NotAboutThis);
        }
        let near = self.around(claim, NEAR);
        if near.iter().any(|line| speaks(&self.lines[*line]) || named(&self.lines[*line].text)) {
            Ok(())
        } else {
            Err(Doubt::NameNotSaid)
        }
    }

    /// Whoever says a line, by the name or the label that they have.
    fn speaker(&self, line: &Said) -> Option<&str> {
        self.speakers.get(usize::from(line.speaker?)).map(String::as_str)
    }

    /// Whether a sentence that promises something leaves what is claimed to somebody else: "I'll do the talk, the slides are
    /// for Ana".
    fn is_anothers(&self, claim: &Claim<'_>, sentence: &str, assignee: &str) -> bool {
        let others: Vec<&str> =
            self.people.iter().map(String::as_str).filter(|person| !same_person(assignee, person)).collect();
        let wanted = words::content(claim.text);
        let shared = |clause: &str| words::content(clause).intersection(&wanted).count();
        let (left, own): (Vec<&str>, Vec<&str>) = clauses(sentence).partition(|clause| {
            !promises(clause) && (hands_on(clause) || others.iter().any(|person| says_name(clause, person)))
        });
        let most = |clauses: &[&str]| clauses.iter().map(|clause| shared(clause)).max().unwrap_or(0);
        // Where a part is handed on, what isn't in the part that is kept may be in the other.
        most(&left) > most(&own) || (most(&own) == 0 && left.iter().any(|clause| hands_on(clause)))
    }

    /// What was said there is about the same thing.
    fn subject(&self, claim: &Claim<'_>, quoted: usize) -> Result<(), Doubt> {
        let mut lines = self.around(claim, BESIDE);
        lines.extend([quoted, (quoted + 1).min(self.lines.len() - 1)]);
        let place = self.text(&lines);
        // Without a dictionary nothing compares two languages; the quotation has been found.
        if is_foreign(claim.text, &place) {
            return Ok(());
        }
        let people: BTreeSet<String> = claim.assignee.iter().flat_map(|name| words::content(name)).collect();
        let read = due::read(&words::folded(claim.text), self.date);
        let wanted: BTreeSet<String> = words::content(&read.rest).difference(&people).cloned().collect();
        let said = words::content(&place);
        let shared = wanted.iter().filter(|word| said.iter().any(|other| same_stem(word, other))).count();
        let most = wanted.is_empty() || shared as f32 / wanted.len() as f32 >= FEWEST_SHARED;
        let restated =
            || words::restated(claim.quote, claim.text).is_some_and(|part| part >= FEWEST_RESTATED);
        if most
            || (shared >= FEWEST_PAIRS && words::common_signs(&read.rest, &place) >= FEWEST_SIGNS)
            || restated()
        {
            Ok(())
        } else {
            Err(Doubt::NotAboutThis)
        }
    }
}

/// Whether `wanted` is a part of `tokens` but for slips, none of which makes a yes of a no.
fn is_said_in(wanted: &[String], tokens: &[String], allowed: usize) -> bool {
    let negations = |words: &[String]| words.iter().filter(|word| forms::is_negation(word)).count();
    let claimed = negations(wanted);
    words::windows(wanted, tokens, allowed).any(|window| negations(&tokens[window]) == claimed)
}

/// Whether an answer says no, and nothing that its speaker would do.
fn declines(answer: &str) -> bool {
    refuses(answer) && !promises(answer)
}

/// Whether two texts are in scripts that can't be compared.
fn is_foreign(text: &str, place: &str) -> bool {
    let (text_han, place_han) = (text.chars().any(is_han), place.chars().any(is_han));
    is_mostly_han(text) != is_mostly_han(place) && text_han != place_han
}

fn same_stem(a: &str, b: &str) -> bool {
    let long = |word: &str| word.is_ascii() && word.len() >= 5;
    a == b || (long(a) && long(b) && (a[..5] == b[..5] || words::near(a, b)))
}
