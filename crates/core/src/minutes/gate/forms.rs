//! Forms of promise, request and refusal in English and Chinese, and where in a line they stand.

use std::sync::LazyLock;

use regex::Regex;

use super::person::{given_name, said_parts};
use crate::minutes::language::is_han;
use crate::minutes::words;

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is tested")
}

/// "I'll", 我會: the speaker takes it on.
static PROMISES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i'll|i will|i'm going to|i am going to|i can(?:[^'\w]|$)|let me|i could(?:[^'\w]|$)|i'd be happy to|leave (?:it|that) (?:to|with) me|i've got (?:it|that)|i'm on it)|我(?:會|会|來|来|去|再去|可以|負責|负责|今天|明天|明早|今晚|這週|这周|下週|下周|等等|馬上|马上|待會|先|再)|交給我|交给我|由我|我這邊(?:會|來)",
    )
});
/// 我跟他約, 我寫: without a word for "will", as Chinese says it.
static DOES: LazyLock<Regex> = LazyLock::new(|| {
    let when = "(?:(?:今天|明天|後天|后天|今晚|明早|明晚|上午|早上|中午|下午|晚上|等一下|等等|待會|待会|晚點|晚点|稍後|稍后|[這这下](?:個|个)?(?:星期|禮拜|礼拜|週|周|月)[一二三四五六日天]?|週末|周末|月底)(?:以前|之前|前)?)*";
    let does = "跟[^，。]{1,6}[約约談谈講讲]|去|來|来|找|問|问|聯絡|联络|聯繫|联系|通知|打電話|打电话|寄|發|发|寫|写|改|整理|準備|准备|安排|處理|处理|訂|订|買|买|付|交|收|送|帶|带|借|拿|查|弄|補|补|做|印|登|傳|传|轉|转|列|排|開|开";
    pattern(&format!("我(?:也|就|自己|這邊|这边)?{when}(?:就|再|先|會|会)*(?:{does})"))
});
/// It was done, or is only thought of.
static DID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"過|过|了|完|的(?:$|[，。])|如果|要是|應該|应该|本來|本来|昨|上[次週周個个]|的話|的话|每")
});
/// A part of it is given to somebody else.
static HANDS_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:讓|让|請|请|叫|由|交給|交给)[^我，。]{1,6}(?:去|來|来|做|辦|办|買|买|寫|写|處理|处理|負責|负责)|\b(?:let|have|get|ask) (?:the )?[a-z]+ (?:do|handle|take|deal|to)\b",
    )
});

/// Whether the speaker takes something on.
pub(super) fn promises(sentence: &str) -> bool {
    PROMISES.is_match(sentence)
        || clauses(sentence).any(|clause| DOES.is_match(clause) && !DID.is_match(clause) && !negates(clause))
}

/// Whether a clause gives something to others than the speaker.
pub(super) fn hands_on(clause: &str) -> bool {
    HANDS_ON.is_match(clause) && !PROMISES.is_match(clause)
}

/// It is passed on to somebody else.
pub(super) static PASSES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:ask|asking|tell|get|getting|have|let|remind|assign|hand|pass|delegate)\b|請|请|叫|讓|让|交給|交给|交代|提醒",
    )
});
/// The next speaker takes it on.
static ACCEPTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[,.!?;，。！？；、] ?|\b(?:um|uh|oh|so|well|and) )(?:sure|yes|yeah|yep|ok|okay|fine|agreed?|done|absolutely|right|good|great|perfect|exactly|好|嗯|行|對|对|是的|當然|当然)|\b(?:will do|on it|no problem|of course|got it|i'll|i will|i can(?:[^'\w]|$)|happy to|works for me|i agree)|同意|贊成|赞成|沒問題|没问题|可以|我來|我来|我會|我会|收到|了解|照這樣|照这样",
    )
});
pub(super) static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:can|could|would|will) (?:you|one of you|somebody|someone)\b|\bplease\b|\byou (?:should|need to|have to)\b|\bmake sure\b|\bdon't forget\b|麻煩|麻烦|請(?:你|妳|您|大家)?|请|你(?:可以|能不能|能|來|来|去|要|再)|幫我|帮我|幫忙|帮忙|記得|记得",
    )
});
pub(super) static REFUSES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:won't|will not|not going to|don't (?:need|have|want) to|doesn't (?:need|have) to|no need|shouldn't|should not|can't|cannot|let's not|rather not|not sure (?:i|we)|never mind|forget (?:it|about)|instead of|don't [a-z]+ (?:it|that|them|this|those))\b|不(?:會|会|用|必|要|需要|打算|想|能|可以|行)|沒(?:空|辦法|有要)|没(?:空|办法|有要)|先別|先别|先不|就算了|(?:^|[^特分個个區区級级性差類类告])[別别](?:[^人的處处]|$)",
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

/// Somebody else says no to what was said before.
static TURNS_DOWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:well, |um, |hmm, |sorry, |honestly, )?(?:no\b|nope|let's not|not (?:now|yet|today|really)|i don't (?:think|want|like)|i'd rather not|we (?:can't|shouldn't|won't))|^(?:嗯|呃|喔|哦|可是|但是|但|，)*那?(?:不(?:行|要|能|可以|可能|用|必|好|同意|需要)|先不|先別|先别|別|别|沒(?:有)?(?:辦法|預算|時間|空|必要)|没(?:有)?(?:办法|预算|时间|空|必要))",
    )
});

/// A question for a yes or no: it is not yet so.
static QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[?？]|\b(?:should|shall|could|can) we\b|\bwhat (?:if|about)\b|\bhow about\b|要不要|是不是|能不能|可不可以|好不好|會不會|会不会|[嗎吗]",
    )
});

/// Words with a no in them that say none: 要不要, 不錯, 特別, "no problem".
static NO_NEGATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"要不要|是不是|能不能|可不可以|會不會|会不会|好不好|對不對|对不对|有沒有|有没有|不錯|不错|差不多|不如|不好意思|不過|不过|不只|不但|不管|不論|不论|不同|不超過|不要超過|不要忘|不要紧|不要緊|特別|特别|分別|分别|個別|个别|區別|区别|級別|级别|性別|性别|類別|类别|差別|差别|告別|告别|別人|别人|別的|别的|沒問題|没问题|沒關係|没关系|why don't|don't forget|no problem|not only|no doubt",
    )
});

/// Whether a [`words::tokens`](crate::minutes::words::tokens) token says no.
pub(super) fn is_negation(token: &str) -> bool {
    token.ends_with("n't")
        || ["not", "no", "never", "nobody", "nothing", "none", "cannot", "without"].contains(&token)
        || ["不", "沒", "没", "別", "别", "勿", "未", "無", "无"].contains(&token)
}

/// Whether a text says no to something.
pub(super) fn negates(text: &str) -> bool {
    let folded = words::folded(text);
    words::tokens(&NO_NEGATION.replace_all(&folded, " ")).iter().any(|token| is_negation(token))
}

/// Whether an answer agrees. One that begins with a no agrees only if its speaker will do it all the same.
pub(super) fn accepts(answer: &str) -> bool {
    ACCEPTS.is_match(answer) && (promises(answer) || !turns_down(answer))
}

/// Whether a line begins by saying no to the one before it.
pub(super) fn turns_down(line: &str) -> bool {
    TURNS_DOWN.is_match(&NO_NEGATION.replace_all(line.trim(), " "))
}

pub(super) fn is_question(sentence: &str) -> bool {
    QUESTION.is_match(sentence)
}

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
    DONE.is_match(sentence) && !promises(sentence) && !asks(sentence)
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
        let parts: Vec<String> = said_parts(person).map(regex::escape).collect();
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

/// The parts of a sentence between commas.
pub(super) fn clauses(sentence: &str) -> impl Iterator<Item = &str> {
    let parts = sentence.split(['.', '!', '?', '。', '！', '？', ';', '；', ',', '，']).map(str::trim);
    parts.filter(|part| !part.is_empty())
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
