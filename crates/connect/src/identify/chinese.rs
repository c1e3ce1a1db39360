//! Names in Chinese sentences, and Latin names between Chinese signs.

use std::sync::LazyLock;

use regex::Regex;

use super::conversation::{Named, Of, Sentence, is_quoted};
use super::roster::{Found, Roster, is_han};

const MY_NAME: f64 = 3.0;
const I_AM: f64 = 2.5;
const CLEARLY: f64 = 1.25;
const PERHAPS: f64 = 1.0;
const MENTION: f64 = 0.0;

/// Family names that begin most names.
const FAMILY_NAMES: &str = "王李張张陳陈林黃黄吳吴劉刘蔡楊杨許许鄭郑謝谢洪郭邱曾廖賴赖徐周葉叶蘇苏莊庄呂吕江何蕭萧羅罗高潘簡简朱鍾钟彭游詹胡施沈余盧卢梁趙赵顏颜柯翁魏孫孙戴范方宋鄧邓杜侯曹薛丁馬马唐馮冯董袁田姜石姚汪任韓韩";
/// Signs that no name has.
const NO_NAME_SIGNS: &str = "我你您他她它們们的了是不在有來来去到想要會会說说請请對对很都也就還还這这那個个麼么嗎吗呢吧啊覺觉得從从人員员";

struct Patterns {
    unknown: Regex,
    introduces: Regex,
    is_called: Regex,
    quoting: Regex,
    greeting: Regex,
    thanks: Regex,
    answers: Regex,
    invites: Regex,
    you: Regex,
    speaks: Regex,
    about: Regex,
    latin: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let new = |pattern: &str| Regex::new(pattern).expect("the pattern is tested");
    let opening = r"(?:^|[，,。！!；;：:、\s]|好|嗨|那|然後|然后|所以|接下來|接下来|接著|接着|現在|现在|下面|再來|我們|我们|先|就|時間|时间|麥克風)";
    Patterns {
        unknown: new(
            r"(我是(?:[^，。！？,.!?]{0,12}的|(?:今天的)?(?:主持人|主講人|主讲人|記者|记者|講師|讲师|助理|工程師|工程师))?|我叫(?:做)?|我的名字(?:是|叫)|我名字叫)\s?(\p{Han}{2,4}?|\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?)([，。,.！!；;\s]|$|來自|来自|負責|负责|今天|是|從|从|在|很高興|很高兴)",
        ),
        // 我是 QA 的 Iris, 我是主持人雅雯: what they are may stand before who they are.
        introduces: new(
            r"(?:我是|這裡是|这里是|這邊是|这边是)(?:[^，。！？,.!?不沒没]{0,12}的|(?:今天的)?(?:主持人|主講人|主讲人|記者|记者|講師|讲师|助理|工程師|工程师))?\s?$",
        ),
        is_called: new(r"(?:我叫|我叫做|我的名字是|我的名字叫|我名字叫|叫我)\s?$"),
        quoting: new(
            r"(?:說|说|講|讲|問|问|回|寫|写|以為|以为|如果|假如|假裝|假装|要是|不是|覺得|觉得|認為|认为)[^。！？]{0,8}$",
        ),
        greeting: new(r"(?:大家好|各位好|你好|您好|嗨|哈囉|哈啰|早安|午安|早上好|大家早)[，,！!。\s]*$"),
        thanks: new(r"(?:謝謝|谢谢|感謝|感谢|多謝|多谢|辛苦了)[，,\s]?$"),
        answers: new(
            r"^(?:好的?|嗯|是的?|對|对|沒錯|没错|同意|了解|不會|不会|可以|OK|ok|Okay|okay)[，,！!\s]+$",
        ),
        invites: new(&format!(
            "{opening}(?:請|请|有請|有请|換|换|輪到|轮到|交給|交给|歡迎|欢迎|下一位是?|接下來是|接下来是|接下來請|接下来请)\\s?$"
        )),
        you: new(r"^[，,\s]*(?:那|就|再)?(?:麻煩|麻烦|請|请|拜託|拜托)?(?:你|妳|您)"),
        speaks: new(
            r"^\s?(?:你|妳|您|來|来|先|開始|开始|說|说|講|讲|報告|报告|分享|介紹|介绍|補充|补充|發言|发言|回答|談|谈|了|[。！!，,？?]|$|\s)",
        ),
        about: new(r"^[，,]\s*(?:他|她|也|就|都|還|还|則|则|然後|然后)|[、]"),
        latin: new(r"\p{Latin}+(?: \p{Lu}\p{Latin}+)?"),
    }
});

/// Names of people who clearly introduce themselves, known or not.
pub(super) fn introduced(sentence: &Sentence<'_>) -> Vec<String> {
    let patterns = &*PATTERNS;
    let clear = |captures: regex::Captures<'_>| {
        let (verb, name) = (captures.get(1)?, captures.get(2)?);
        let before = &sentence.text[..verb.start()];
        if is_reported(sentence, before) {
            return None;
        }
        let name = name.as_str();
        let is_plain = verb.as_str() == "我是";
        let is_being = verb.as_str().starts_with("我是");
        let greets = patterns.greeting.is_match(before) || patterns.greeting.is_match(sentence.before);
        let is_said_clearly = !is_being
            || before.is_empty()
            || before.ends_with(['，', ',', '！', '!', ' ', '。'])
            || patterns.greeting.is_match(before);
        let length = name.chars().count();
        let is_name = match name.chars().all(is_han) {
            true => {
                let family =
                    name.starts_with(|sign| FAMILY_NAMES.contains(sign)) && (2..=3).contains(&length);
                let short = name.starts_with(['小', '阿']) && length == 2;
                !name.contains(|sign| NO_NAME_SIGNS.contains(sign))
                    && (family && (is_plain || length == 3 || !is_being) || short || !is_being && length <= 3)
            }
            // 我是用公司的 Mac is about something else.
            false => !is_being || greets || is_plain && before.is_empty(),
        };
        (is_said_clearly && is_name).then(|| name.to_owned())
    };
    patterns.unknown.captures_iter(sentence.text).filter_map(clear).collect()
}

/// Every name of the roster in the sentence, and of whom it is said.
pub(super) fn named(sentence: &Sentence<'_>, roster: &Roster) -> Vec<Named> {
    if !sentence.text.contains(is_han) {
        return Vec::new();
    }
    mentions(sentence.text, roster)
        .into_iter()
        .map(|(start, end)| {
            let (of, weight) = said_of(sentence, start, end);
            Named { name: sentence.text[start..end].to_owned(), of, weight }
        })
        .collect()
}

/// Where names of the roster stand, the longest first.
fn mentions(text: &str, roster: &Roster) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> =
        PATTERNS.latin.find_iter(text).map(|latin| (latin.start(), latin.end())).collect();
    let signs: Vec<(usize, char)> = text.char_indices().collect();
    let mut at = 0;
    while at < signs.len() {
        let window = |length: usize| {
            let window = signs.get(at..at + length)?;
            let (first, last) = (window.first()?, window.last()?);
            let end = last.0 + last.1.len_utf8();
            let all_han = window.iter().all(|(_, sign)| is_han(*sign));
            (all_han && !matches!(roster.find(&text[first.0..end]), Found::Nobody)).then_some((first.0, end))
        };
        match [4, 3, 2].into_iter().find_map(|length| Some((length, window(length)?))) {
            Some((length, place)) => {
                found.push(place);
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

fn said_of(sentence: &Sentence<'_>, start: usize, end: usize) -> (Of, f64) {
    let patterns = &*PATTERNS;
    let (before, after) = (&sentence.text[..start], &sentence.text[end..]);
    let is_about_theirs = after.trim_start().starts_with(['的', '們', '们']);
    let verb = |pattern: &Regex| pattern.find(before).map(|found| &before[..found.start()]);
    if let Some(lead) = verb(&patterns.is_called).filter(|lead| !is_reported(sentence, lead)) {
        return if is_about_theirs {
            (Of::Other, MENTION)
        } else {
            (Of::Myself, if lead.is_empty() { MY_NAME } else { I_AM })
        };
    }
    if verb(&patterns.introduces).is_some_and(|lead| !is_reported(sentence, lead)) {
        return if is_about_theirs { (Of::Other, MENTION) } else { (Of::Myself, I_AM) };
    }
    let joins_another = after.trim_start().starts_with(['和', '跟', '與', '与', '、']);
    if is_quoted(&format!("{}{before}", sentence.before)) || joins_another {
        return (Of::Other, MENTION);
    }
    let to_next = |weight| if sentence.closes { (Of::Next, weight) } else { (Of::Somebody, weight) };
    let to_previous = |weight| if sentence.opens { (Of::Previous, weight) } else { (Of::Somebody, weight) };
    if patterns.thanks.is_match(before) && before.chars().count() <= 10 {
        return to_previous(CLEARLY);
    }
    let at_the_start = before.is_empty() || before.trim_end().ends_with(['，', ',']) || is_filler(before);
    let is_question = sentence.text.ends_with(['?', '？'])
        || sentence.text.trim_end_matches(['。', '，']).ends_with(['嗎', '吗', '呢']);
    if is_about_theirs {
        return (Of::Other, MENTION);
    }
    if at_the_start && patterns.you.is_match(after) {
        return to_next(CLEARLY);
    }
    if patterns.invites.is_match(before) && patterns.speaks.is_match(after) {
        return if sentence.closes { (Of::Next, CLEARLY) } else { (Of::Other, MENTION) };
    }
    if patterns.answers.is_match(before) && after.starts_with(['，', ',', '。', '！', '!']) && !is_question
    {
        return if sentence.alone { (Of::Somebody, PERHAPS) } else { to_previous(PERHAPS) };
    }
    let set_apart = after.starts_with(['，', ',']) || after.trim_matches(['?', '？']).is_empty();
    if at_the_start && set_apart && is_question {
        return to_next(CLEARLY);
    }
    // 快了，志明，我晚點改 answers him, unless it goes on about him; 志明，我晚點改 is to somebody.
    if at_the_start && after.starts_with(['，', ',']) && !patterns.about.is_match(after) {
        return if before.is_empty() { (Of::Somebody, PERHAPS) } else { to_previous(PERHAPS) };
    }
    (Of::Other, MENTION)
}

/// Whether somebody else's words follow.
fn is_reported(sentence: &Sentence<'_>, before: &str) -> bool {
    is_quoted(&format!("{}{before}", sentence.before)) || PATTERNS.quoting.is_match(before)
}

fn is_filler(before: &str) -> bool {
    const FILLERS: [&str; 14] = [
        "那",
        "好",
        "好的",
        "嗯",
        "那麼",
        "那么",
        "所以",
        "然後",
        "然后",
        "欸",
        "對了",
        "接下來",
        "接下来",
        "OK",
    ];
    FILLERS.contains(&before.trim_matches(|sign: char| sign.is_whitespace() || matches!(sign, '，' | ',')))
}
