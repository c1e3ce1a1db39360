//! Names in English sentences: introductions, thanks, questions, hand-overs.

use std::sync::LazyLock;

use debrief_core::transcript::Transcript;
use regex::Regex;

use super::conversation::{Named, Of, Sentence, is_quoted};

const MY_NAME: f64 = 3.0;
const I_AM: f64 = 2.5;
const THIS_IS: f64 = 2.0;
const CLEARLY: f64 = 1.25;
const PERHAPS: f64 = 1.0;
const GREETED: f64 = 0.5;
const MENTION: f64 = 0.0;

/// Letters of a transcript from which on a want of capitals means that there are none.
const LETTERS_TO_JUDGE: usize = 40;

/// The patterns, for texts with capitals or without any.
pub(super) struct English {
    introductions: Vec<(Regex, Introduction)>,
    quoting: Regex,
    another: Regex,
    presenting: Regex,
    greeting: Regex,
    thanked: Regex,
    answered: Regex,
    called: Regex,
    called_at_the_end: Regex,
    asked: Regex,
    handed_over: Regex,
    only: Regex,
    cue: Regex,
    hands_over: Regex,
    greeted: Regex,
    mentioned: Regex,
}

/// Of whom a name is said, by the words before and after it.
type Meaning<'a> = dyn Fn(&str, &str) -> Option<(Of, f64)> + 'a;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Introduction {
    MyName,
    IAm,
    ThisIs,
    Here,
}

/// Words with a capital where a name could stand.
const NO_NAMES: &str = " i i'm it's that's okay ok so well yes yeah sure great thanks thank hello hi hey now also and but then right fine good please sorry alright actually everyone everybody all team folks guys no not just maybe perhaps finally first second third next last today tomorrow monday tuesday wednesday thursday friday saturday sunday anyway again later however he she it they we you who that this there what if when once how why where from speaking here january february march april may june july august september october november december american british german french chinese english taiwanese japanese head director manager marketing sales engineering product mom dad sir ma'am ";

impl English {
    /// For the writing of a transcript.
    pub(super) fn of(transcript: &Transcript) -> &'static Self {
        static WITH_CAPITALS: LazyLock<English> = LazyLock::new(|| English::new(false));
        static WITHOUT: LazyLock<English> = LazyLock::new(|| English::new(true));
        let letters = || {
            transcript
                .segments
                .iter()
                .flat_map(|segment| segment.text.chars())
                .filter(|sign| sign.is_alphabetic())
        };
        let small = letters().filter(|letter| letter.is_lowercase()).count();
        if small > LETTERS_TO_JUDGE && !letters().any(char::is_uppercase) { &WITHOUT } else { &WITH_CAPITALS }
    }

    fn new(caseless: bool) -> Self {
        let name = match caseless {
            true => r"([a-zà-ÿ]+(?: [a-zà-ÿ]+)?)",
            false => {
                r"((?:(?:Mr|Ms|Mrs|Dr|Prof)\.? )?\p{Lu}\p{L}+(?:['’-]\p{Lu}\p{L}+)*(?: (?:(?:van|de|von|da|der) )?\p{Lu}\p{L}+(?:['’-]\p{Lu}\p{L}+)*)?)"
            }
        };
        let new = |pattern: &str| Regex::new(&pattern.replace("NAME", name)).expect("the pattern is tested");
        let start = r"(?:^|[,;:–—]\s*|\b(?i:hi|hello|hey|everyone|everybody|all|folks|team|so|and|yeah|yes|morning|afternoon|evening|there)[,.!]?\s+)";
        let fillers = r"^(?:(?i:oh|so|and|ok|okay|now|well|alright|all right|hey|great|then|yes|yeah|but|maybe|perfect|right|cool|excellent|wonderful|brilliant|lovely|fantastic|amazing|um|uh),? )*";
        English {
            introductions: vec![
                (new(r"\b(?i:my name(?:['’]s| is)) NAME"), Introduction::MyName),
                (new(r"\b(?i:call me|i go by) NAME"), Introduction::MyName),
                (new(&format!("{start}(?i:i am|i['’]m) NAME")), Introduction::IAm),
                (new(&format!("{start}(?i:this is|it['’]s) NAME")), Introduction::ThisIs),
                (new(r"(?:^|[,;]\s*)NAME (?i:here|speaking)\b"), Introduction::Here),
            ],
            quoting: new(
                r"(?i)\b(?:said|says|say|saying|goes|go|went|like|told|tells|asked|asks|replied|answered|wrote|writes|reads|if|imagine|pretend|suppose|think|thinks|thought|not|called|heard)\b[^.]{0,24}$",
            ),
            another: new(r"(?i)^(?:['’]s\b|,? (?:who|whom|he|she|was|is|our|my|the new|has|will)\b)"),
            presenting: new(
                r"(?i)^(?: (?:here|speaking|from|with|calling|and i|at|leading|on)\b|, (?:i|from|and i|head|the|a|an|your|working)\b)",
            ),
            greeting: new(
                r"(?i)^(?:\w+,? )?(?:hi|hello|hey|good morning|good afternoon|good evening|morning|(?:nice|good|pleased|great) to meet you|welcome|thanks for (?:coming|having)|thank you for (?:coming|having))\b",
            ),
            thanked: new(&format!(
                "{fillers}(?i:thanks|thank you|thanks a lot|thanks so much|thank you so much|thank you very much|many thanks|cheers),? NAME"
            )),
            answered: new(
                r"^(?i:thanks|thank you|good point|great point|fair|i agree|i disagree|agreed|exactly|right|sorry|no|yes|yeah|true|nice|good|great|well done|welcome|got it|perfect|makes sense|that['’]s|okay|ok|sure|absolutely|interesting|noted|wonderful|brilliant|lovely|fantastic|excellent|amazing|please do|fine|cheers)\b[^.?!]{0,40}?, NAME(?:[.!,?]|$)",
            ),
            called: new(&format!(
                "{fillers}NAME(?:, | (?i:can you|could you|would you|do you|did you|what do you|how do you|what['’]s your|are you|have you|go ahead|your turn|you['’]re))"
            )),
            called_at_the_end: new(r", NAME\?$"),
            asked: new(
                r"(?i:over to you|your turn|go ahead|please|you['’]re up|the floor is yours|take it away|you['’]re next|what about you|how about you|what do you think),? NAME[.!?]?$",
            ),
            handed_over: new(
                r"(?i:over to|hand over to|hand it over to|hand it to|hear from|turn to|next is|next up is|up next is|next up,?|pass it to|call on)(?: you,)? NAME[.!?]?$",
            ),
            only: new(&format!(r"{fillers}NAME\?$")),
            cue: new(
                r"(?i)^(?:you|your|can|could|would|will|do|did|are|have|what|what['’]s|how|go ahead|please|take|over|tell|walk|give|start|why|where|when|any|anything)\b",
            ),
            hands_over: new(
                r"(?i)\b(?:go ahead|your turn|you['’]re up|you['’]re next|over to you|the floor is yours|take it away|please start|what do you think|can you|could you|would you)\b",
            ),
            greeted: new(&format!(
                "{fillers}(?i:hi|hello|hey|good morning|good afternoon|good evening|morning|welcome),? NAME(?:[.,!]|$)"
            )),
            mentioned: new(r"\bNAME"),
        }
    }

    /// Names of people who introduce themselves, known or not, and whether they clearly do.
    pub(super) fn introduced(&self, sentence: &Sentence<'_>) -> Vec<(String, bool)> {
        let greets =
            self.greeting.is_match(sentence.text) || self.greeting.is_match(last_sentence(sentence.before));
        let judged = |(kind, name, tail): (Introduction, String, &str)| {
            let is_clear = match kind {
                Introduction::MyName => true,
                Introduction::IAm | Introduction::ThisIs => self.presenting.is_match(tail) || greets,
                Introduction::Here => false,
            };
            name.starts_with(char::is_uppercase).then_some((name, is_clear))
        };
        self.introductions(sentence).into_iter().filter_map(judged).collect()
    }

    /// Names by which somebody else is spoken to, known or not.
    pub(super) fn called(&self, sentence: &Sentence<'_>) -> Vec<String> {
        let others = self.addressed(sentence).into_iter().filter(|named| named.of != Of::Other);
        others.map(|named| named.name).collect()
    }

    fn introductions<'a>(&self, sentence: &Sentence<'a>) -> Vec<(Introduction, String, &'a str)> {
        let mut found = Vec::new();
        for (pattern, kind) in &self.introductions {
            for captures in pattern.captures_iter(sentence.text) {
                let (whole, name) = (captures.get(0).expect("the whole"), captures.get(1).expect("the name"));
                let before = &sentence.text[..whole.start()];
                let tail = match kind {
                    Introduction::Here => &sentence.text[whole.end()..],
                    Introduction::MyName | Introduction::IAm | Introduction::ThisIs => {
                        &sentence.text[name.end()..]
                    }
                };
                let quoted =
                    is_quoted(&format!("{}{}", sentence.before, before)) || self.quoting.is_match(before);
                let of_another = match kind {
                    Introduction::ThisIs => self.another.is_match(tail),
                    Introduction::MyName | Introduction::IAm | Introduction::Here => {
                        tail.starts_with("'s") || tail.starts_with("’s")
                    }
                };
                if !quoted && !of_another && !is_no_name(name.as_str()) {
                    found.push((*kind, name.as_str().to_owned(), tail));
                }
            }
        }
        found
    }

    /// Every name in the sentence, and of whom it is said.
    pub(super) fn named(&self, sentence: &Sentence<'_>) -> Vec<Named> {
        let mut all = Vec::new();
        for (kind, name, tail) in self.introductions(sentence) {
            let weight = match kind {
                Introduction::MyName => MY_NAME,
                Introduction::IAm | Introduction::Here => I_AM,
                Introduction::ThisIs if self.presenting.is_match(tail) => I_AM,
                Introduction::ThisIs => THIS_IS,
            };
            all.push(Named { name, of: Of::Myself, weight });
        }
        all.extend(self.addressed(sentence));
        for captures in self.mentioned.captures_iter(sentence.text) {
            let name = captures[1].to_owned();
            if !is_no_name(&name) {
                all.push(Named { name, of: Of::Other, weight: MENTION });
            }
        }
        all
    }

    fn addressed(&self, sentence: &Sentence<'_>) -> Vec<Named> {
        let text = sentence.text;
        if is_quoted(sentence.before) {
            return Vec::new();
        }
        let mut all = Vec::new();
        let mut add = |pattern: &Regex, of: &Meaning<'_>| {
            let Some(captures) = pattern.captures(text) else { return };
            let name = captures.get(1).expect("the name");
            let (before, tail) = (&text[..name.start()], &text[name.end()..]);
            let aside = tail.starts_with("'s") || tail.starts_with("’s") || tail.starts_with(" and ");
            if aside || is_no_name(name.as_str()) || is_quoted(before) || self.quoting.is_match(before) {
                return;
            }
            if let Some((of, weight)) = of(before, tail) {
                all.push(Named { name: name.as_str().to_owned(), of, weight });
            }
        };
        let asks = text.ends_with('?') || self.hands_over.is_match(text);
        let to_next = |weight| if sentence.closes { (Of::Next, weight) } else { (Of::Somebody, weight) };
        let to_previous =
            |weight| if sentence.opens { (Of::Previous, weight) } else { (Of::Somebody, weight) };
        add(&self.thanked, &|_, _| Some(to_previous(CLEARLY)));
        add(&self.answered, &|before, tail| match asks {
            true => Some(to_next(CLEARLY)),
            // "Okay, Ana." alone may give her the floor as well as answer her.
            false if sentence.alone && before.split_whitespace().count() == 1 => {
                Some((Of::Somebody, PERHAPS))
            }
            false if tail.starts_with(',') && self.cue.is_match(tail[1..].trim()) => Some(to_next(PERHAPS)),
            false => Some(to_previous(PERHAPS)),
        });
        add(&self.called, &|_, tail| {
            let rest = tail.trim_start_matches(',').trim();
            (text.ends_with('?') || self.cue.is_match(rest)).then(|| to_next(CLEARLY))
        });
        for pattern in [&self.called_at_the_end, &self.asked, &self.only] {
            add(pattern, &|_, _| Some(to_next(CLEARLY)));
        }
        add(&self.handed_over, &|_, _| {
            Some(if sentence.closes { (Of::Next, PERHAPS) } else { (Of::Other, MENTION) })
        });
        add(&self.greeted, &|_, _| {
            Some(if sentence.closes { (Of::Next, GREETED) } else { (Of::Somebody, GREETED) })
        });
        all
    }
}

fn last_sentence(text: &str) -> &str {
    let text = text.trim_end();
    let inner = text.trim_end_matches(['.', '!', '?']);
    &text[inner.rfind(['.', '!', '?']).map_or(0, |at| at + 1)..]
}

fn is_no_name(name: &str) -> bool {
    let first = name.split_whitespace().next().unwrap_or_default();
    NO_NAMES.contains(&format!(" {} ", first.to_lowercase()))
}
