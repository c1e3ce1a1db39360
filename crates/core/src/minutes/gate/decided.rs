//! Whether something was decided, or only asked, proposed or turned down.

use std::sync::LazyLock;

use regex::Regex;

use super::forms::{accepts, clauses, is_question, negates, pattern, sentence_around, turns_down};
use super::{Claim, Evidence};
use crate::minutes::words;
use crate::notes::Doubt;

/// Lines behind a proposal in which it is agreed to.
const AGREED_WITHIN: usize = 2;

/// It is decided, whatever is asked besides.
static DECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:decided|agreed|settled|carried|approved|unanimous|it's a deal|let's go with|that's final)\b|決定|决定|定了|定下|敲定|通過了|通过了|就這樣|就这样|說好了|说好了|一致同意",
    )
});
/// It is said as something that will be so.
static CONCLUDES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:so|then|okay|ok|good|yes|yeah|right|fine|all right|alright|great|perfect|agreed|well|no|nope)\b|\b(?:let's|we'll|we will|we are going to|we're going to|then we|so we|going with|from now on|we're not|we won't)\b|^(?:好|行|可以|對|对|沒問題|没问题|不行|不要|不用|先不)|那就|就.{0,12}吧|那.{0,4}(?:延到|改到|改成|改為|改为|選|选|用|做|照)|先用|不用了|從現在|从现在",
    )
});
/// It is only proposed.
static PROPOSES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i suggest|i'd suggest|i propose|i'd|i would|we could|we might|what if|what about|how about|maybe|perhaps|in my opinion|i think|i guess|i wonder|wants? us to|would like us to)\b|建議|建议|提議|提议|我想|我覺得|我觉得|是不是|不如|考慮|考虑|也許|也许|可能|希望我們|希望我们",
    )
});

impl Evidence {
    /// It was decided there: said as settled, or agreed to by somebody else, and not turned down.
    pub(super) fn decided(&self, claim: &Claim<'_>, quoted: usize) -> Result<(), Doubt> {
        let line = &self.lines[quoted];
        let quote = words::folded(claim.quote);
        let sentence = sentence_around(&line.text, &quote).unwrap_or(&quote);
        if turned_into_its_opposite(claim.text, sentence) {
            return Err(Doubt::NotAboutThis);
        }
        if DECIDED.is_match(&line.text) {
            return Ok(());
        }
        let following: Vec<_> = self.lines.iter().skip(quoted + 1).take(AGREED_WITHIN).collect();
        let others = || following.iter().filter(|next| next.speaker != line.speaker);
        if others().next().is_some_and(|next| turns_down(&next.text)) {
            return Err(Doubt::NotAboutThis);
        }
        let concludes = CONCLUDES.is_match(sentence) && !PROPOSES.is_match(sentence);
        // "Or two of them? One early, one late": what follows a question may go on asking.
        let before = line.text.find(sentence).map_or(line.text.as_str(), |at| &line.text[..at]);
        let asked = is_question(sentence) || (!concludes && is_question(before));
        if concludes && !asked {
            return Ok(());
        }
        // One voice alone has nobody to agree with.
        let alone = self.lines.iter().all(|other| other.speaker == line.speaker);
        let agreed = others().find_map(|next| agrees(&next.text)).unwrap_or(alone && !asked);
        if agreed { Ok(()) } else { Err(Doubt::NotAboutThis) }
    }
}

/// Whether an answer agrees to a proposal; nothing where it leaves that to others. Who proposes something else doesn't.
fn agrees(answer: &str) -> Option<bool> {
    if accepts(answer) {
        return Some(true);
    }
    (turns_down(answer) || PROPOSES.is_match(answer) || DECIDED.is_match(answer)).then_some(false)
}

/// Whether the part of a sentence that says most of what is claimed says no to it, and the claim doesn't.
fn turned_into_its_opposite(text: &str, sentence: &str) -> bool {
    if negates(text) {
        return false;
    }
    let wanted = words::content(text);
    let shared = |clause: &str| words::content(clause).intersection(&wanted).count();
    let (no, yes): (Vec<&str>, Vec<&str>) = clauses(sentence).partition(|clause| negates(clause));
    let most = |clauses: &[&str]| clauses.iter().map(|clause| shared(clause)).max();
    match (most(&no), most(&yes)) {
        (Some(no), Some(yes)) => no > yes,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
