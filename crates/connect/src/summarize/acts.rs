//! What a sentence does: promise, ask, decide. Precision comes before completeness.

use std::sync::LazyLock;

use regex::Regex;

use super::people::People;
use super::{acts_en, acts_zh};

/// What a sentence does beyond telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// The speaker will do something.
    Promise,
    /// Somebody else, or everybody, is to do something.
    Request {
        /// Who, when it is certain.
        of: Option<String>,
    },
    /// Something was agreed on.
    Decision,
    /// It asks.
    Question,
    /// It greets, thanks, or tests the microphone.
    Chatter,
}

/// What `sentence` does, if anything.
pub(super) fn read(sentence: &str, people: &People) -> Option<Act> {
    // One kind of apostrophe keeps the patterns readable; both are one character, so that names keep their place.
    let plain = sentence.replace(['\u{2019}', '\u{2018}'], "'");
    let act = match acts_en::read(&plain, people) {
        // Both languages may be in one sentence, and what is to be done matters more than talk.
        english @ (Some(Act::Chatter) | None) => acts_zh::read(&plain, people).or(english),
        english @ Some(Act::Promise | Act::Request { .. } | Act::Decision | Act::Question) => english,
    };
    act.or_else(|| is_question(&plain).then_some(Act::Question))
        .or_else(|| is_chatter(&plain).then_some(Act::Chatter))
}

/// Whether it ends as a question does.
pub(super) fn is_question(sentence: &str) -> bool {
    let end = sentence.trim_end();
    end.ends_with(['?', '？', '嗎', '吗', '呢'])
        || end.trim_end_matches(['。', '.']).ends_with(['嗎', '吗'])
        || OPENS_QUESTION.is_match(end)
}

/// How questions begin that a recogniser left without a question mark.
static OPENS_QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:so |and |but |okay |ok )?(?:what|why|who|where|when|how|did|does|do|is|are|was|were|have|has) (?:about|is|are|was|were|do|did|does|we|you|i|it|they|he|she|there|that|this|the|anyone|anybody|many|much|long)\b",
    )
});
static CHATTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:good (?:morning|afternoon|evening)|hello|hi\b|hey\b|welcome|thank you|thanks|bye|goodbye|see you|have a (?:nice|good|great))|can (?:you|everyone|everybody) (?:hear|see) |\bhear me\b|\bthanks? (?:you )?for joining\b|\bjoining (?:us )?(?:in a|shortly|soon)\b|\b(?:sorry|i'm) (?:i'm )?(?:a bit )?late\b|(?:早安|午安|晚安|大家好|各位好|你好|謝謝|谢谢|再見|再见|掰掰|聽得到|听得到)",
    )
});

fn is_chatter(sentence: &str) -> bool {
    CHATTER.is_match(sentence.trim())
}

/// Whether what is to be done lies in another sentence: "I'll ask them", "can you handle that?".
pub(super) fn points_elsewhere(sentence: &str) -> bool {
    static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b[a-z]+(?: (?:out|up|to|with|for|on))? (?:it|this|that|them|him|her|those|these|so)[.?!,]*$",
        )
    });
    ELSEWHERE.is_match(sentence.trim_end())
}

/// A pattern that takes capital letters and small ones alike.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("the pattern is tested")
}
