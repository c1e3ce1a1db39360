//! Forms of promise, request and refusal in English and Chinese, and where in a line they stand.

use std::sync::LazyLock;

use regex::Regex;

use super::{given_name, latin_words};
use crate::minutes::language::is_han;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is tested")
}

/// "I'll", 我會: the speaker takes it on.
pub(super) static PROMISES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i'll|i will|i'm going to|i am going to|i can\b|let me|i could|i'd be happy to|leave (?:it|that) (?:to|with) me|i've got (?:it|that)|i'm on it)|我(?:會|会|來|来|去|再去|可以|負責|负责|今天|明天|明早|今晚|這週|这周|下週|下周|等等|馬上|马上|待會|先|再)|交給我|交给我|由我|我這邊(?:會|來)",
    )
});
/// It is passed on to somebody else.
pub(super) static PASSES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:ask|asking|tell|get|getting|have|let|remind|assign|hand|pass|delegate)\b|請|请|叫|讓|让|交給|交给|交代|提醒",
    )
});
/// The next speaker takes it on.
pub(super) static ACCEPTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:sure|yes|yeah|yep|ok|okay|will do|on it|no problem|of course|got it|i'll|i will|i can|absolutely|happy to|done|fine)\b|好|沒問題|没问题|可以|我來|我来|我會|我会|收到|嗯|行|對|OK",
    )
});
pub(super) static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:can|could|would|will) (?:you|one of you|somebody|someone)\b|\bplease\b|\byou (?:should|need to|have to)\b|\bmake sure\b|\bdon't forget\b|麻煩|麻烦|請(?:你|妳|您|大家)?|请|你(?:可以|能不能|能|來|来|去|要|再)|幫我|帮我|幫忙|帮忙|記得|记得",
    )
});
pub(super) static REFUSES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:won't|will not|not going to|don't (?:need|have|want) to|doesn't (?:need|have) to|no need|shouldn't|should not|can't|cannot|let's not|rather not|not sure (?:i|we)|never mind|forget (?:it|about)|instead of|don't [a-z]+ (?:it|that|them|this|those))\b|不(?:會|会|用|必|要|需要|打算|想|能|可以|行)|沒(?:空|辦法|有要)|没(?:空|办法|有要)|先別|先不|就算了|別再",
    )
});
/// It is only thought of.
pub(super) static UNSURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:could|might|would) (?:maybe|perhaps|possibly)\b|\b(?:maybe|perhaps) i (?:could|might|can)\b|\bi might\b|也許|也许|說不定|说不定|搞不好",
    )
});
pub(super) static DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i|we|he|she|they)(?:'ve| have| had|'d)? already [a-z]+|\balready (?:did|done|sent|booked|finished|fixed|paid|ordered|called|updated|merged)|\b(?:did|have) you\b|了(?:嗎|吗|沒有|没有)|已經.{0,12}(?:了|過)|已经.{0,12}(?:了|过)|昨天.{0,8}(?:了|過|完)|上週.{0,8}(?:了|過|完)",
    )
});

/// 我會請師傅來改 asks nobody here: the speaker takes it on.
pub(super) static WILL_ASK: LazyLock<Regex> = LazyLock::new(|| pattern(r"我[^，。]{0,4}(?:請|请|麻煩|麻烦)"));

pub(super) fn asks(sentence: &str) -> bool {
    ASKS.is_match(&WILL_ASK.replace_all(sentence, ""))
}

/// Whether the sentence says that it will not be done. "Why don't you" and 要不要 ask for it.
pub(super) fn refuses(sentence: &str) -> bool {
    let asked = sentence
        .replace("why don't", "")
        .replace("要不要", "")
        .replace("能不能", "")
        .replace("可不可以", "")
        .replace("會不會", "")
        .replace("don't forget", "")
        .replace("不要忘", "")
        .replace("不要超過", "")
        .replace("不超過", "");
    REFUSES.is_match(&asked)
}

pub(super) fn is_done(sentence: &str) -> bool {
    DONE.is_match(sentence) && !PROMISES.is_match(sentence) && !asks(sentence)
}

/// Whether `sentence` asks `person` to do it or says that they will.
pub(super) fn gives_to(sentence: &str, person: &str) -> bool {
    let name = if person.chars().any(is_han) {
        let bare: String = person.chars().filter(|c| is_han(*c)).collect();
        match given_name(&bare) {
            Some(given) => format!("(?:{}|{})", regex::escape(&bare), regex::escape(&given)),
            None => regex::escape(&bare),
        }
    } else {
        let parts: Vec<String> =
            latin_words(person).filter(|part| part.len() > 1).map(regex::escape).collect();
        if parts.is_empty() || person.chars().any(|c| c.is_ascii_digit()) {
            return false;
        }
        format!(r"\b(?:{})\b", parts.join("|"))
    };
    let form = format!(
        r"{name}(?:,|，)? ?(?:will|can|could|would|is going to|should|needs to|has to|please|to\b|'ll|takes|you|會|会|來|来|去|負責|负责|麻煩|麻烦|請|请|你|可以|再|要)|(?:ask|get|have|let|請|请|麻煩|麻烦|讓|让|交給|交给|叫|由) ?{name}"
    );
    Regex::new(&form).is_ok_and(|form| form.is_match(sentence))
}

/// The sentence of `line` that has the quotation in it.
pub(super) fn sentence_around<'a>(line: &'a str, quote: &str) -> Option<&'a str> {
    between(line, quote, &['.', '!', '?', '。', '！', '？', ';', '；'])
}

/// The same up to the next commas.
pub(super) fn clause_around<'a>(line: &'a str, quote: &str) -> Option<&'a str> {
    between(line, quote, &['.', '!', '?', '。', '！', '？', ';', '；', ',', '，'])
}

fn between<'a>(line: &'a str, quote: &str, ends: &[char]) -> Option<&'a str> {
    let quote = quote.trim().trim_end_matches(ends);
    let at = line.find(quote).filter(|_| !quote.is_empty())?;
    let from =
        line[..at].rfind(ends).map_or(0, |end| end + line[end..].chars().next().map_or(1, char::len_utf8));
    let behind = at + quote.len();
    let to = line[behind..].find(ends).map_or(line.len(), |end| behind + end);
    Some(line[from..to].trim())
}
