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

#[cfg(test)]
mod tests {
    use super::*;

    fn act(sentence: &str) -> Option<Act> {
        read(sentence, &People::default())
    }

    #[test]
    fn promises_and_requests_are_found() {
        for sentence in [
            "I'll send the report tomorrow.",
            "I will prepare the slides.",
            "Okay, so I\u{2019}m going to call the vendor.",
            "i will also check the logs",
            "We need to update the contract.",
            "Let's schedule a call with the bank.",
            "Can you review the budget?",
            "Could you please book the room?",
            "You should contact the lawyer.",
            "Make sure that the invoice is paid.",
            "Please follow up with the customer.",
            "The draft needs to be ready by Friday.",
            "Action item: order new laptops.",
            "Can you make sure the team is informed?",
            "We will monitor the server.",
            "Don't forget to submit the form.",
            "我會寄給大家會議紀錄。",
            "我來整理資料。",
            "麻煩你確認一下預算。",
            "請大家更新文件。",
            "記得通知客戶。",
            "我們需要在月底之前完成測試。",
            "你可以幫我聯絡廠商嗎？",
            "待辦：更新網站",
            "我会联系供应商。",
            "请你准备报告。",
        ] {
            assert!(
                matches!(act(sentence), Some(Act::Promise | Act::Request { .. })),
                "{sentence}: {:?}",
                act(sentence)
            );
        }
    }

    #[test]
    fn what_only_sounds_like_a_promise_is_left_out() {
        for sentence in [
            "I will not send the report.",
            "I won't update it.",
            "If I will send it, they complain.",
            "I will be honest with you.",
            "I'll say this once.",
            "Let's say we send ten.",
            "Let's see.",
            "Let's move on.",
            "Let's start the weekly sync.",
            "I was going to send it.",
            "Did you send the report?",
            "Do we need to update the contract?",
            "I thought I'd fixed it.",
            "She said I should check with you.",
            "I sent the report yesterday.",
            "We don't need to send it.",
            "Can you hear me?",
            "Can you see my screen?",
            "Should we send it?",
            "Why can you send that?",
            "Thank you for sending the report.",
            "I can hear you.",
            "I can write quite well.",
            "What we need to check is unclear to me.",
            "我不會寄給他們。",
            "如果我會寫程式就好了。",
            "我覺得這個不錯。",
            "我會覺得有點可惜。",
            "請問預算是多少？",
            "我們要不要更新文件？",
            "會不會完成？",
            "我昨天已經寄了報告。",
            "你完成了嗎？",
            "不用寄給我。",
        ] {
            assert!(
                !matches!(act(sentence), Some(Act::Promise | Act::Request { .. })),
                "{sentence}: {:?}",
                act(sentence)
            );
        }
    }

    #[test]
    fn what_is_to_be_done_must_be_in_the_sentence() {
        for sentence in
            ["I'll ask them.", "Anna, can you handle that?", "I will look into it", "Let's get this done!"]
        {
            assert!(points_elsewhere(sentence) || !matches!(act(sentence), Some(Act::Promise)), "{sentence}");
        }
        assert!(!points_elsewhere("I'll send them the contract."));
    }

    #[test]
    fn decisions_are_found_and_open_questions_are_not() {
        for sentence in [
            "We decided to hire a tester.",
            "We've agreed that the price stays.",
            "Let's go with the blue one.",
            "The decision is to wait.",
            "So it's settled.",
            "Okay, that's decided.",
            "The budget has been approved.",
            "We're all aligned on the new date.",
            "我們決定延後上市。",
            "大家都同意這個方案。",
            "那就這樣定了。",
            "預算已經通過了。",
            "我们决定更换系统。",
        ] {
            assert_eq!(act(sentence), Some(Act::Decision), "{sentence}");
        }
        for sentence in [
            "We haven't decided yet.",
            "Have we decided on the price?",
            "If we decided to wait, we would lose.",
            "Before we agreed on that, we asked.",
            "I thought we decided to wait.",
            "還沒決定。",
            "誰決定的？",
            "你決定就好。",
            "我不同意。",
            "再做決定。",
        ] {
            assert_ne!(act(sentence), Some(Act::Decision), "{sentence}");
        }
    }

    #[test]
    fn a_name_counts_only_when_it_is_certain() {
        let of = |sentence: &str| match act(sentence) {
            Some(Act::Request { of }) => of,
            other => panic!("{sentence}: {other:?}"),
        };
        assert_eq!(of("Anna, can you send the report?").as_deref(), Some("Anna"));
        assert_eq!(of("小美，麻煩你更新計畫。").as_deref(), Some("小美"));
        assert_eq!(of("陳經理，請確認預算。").as_deref(), Some("陳經理"));
        assert_eq!(of("Okay, can you send the report?"), None);
        assert_eq!(of("Everyone, please update the list."), None);
        assert_eq!(of("另外，麻煩你更新計畫。"), None);
        // Nobody is known by that name: it may be a department or a product.
        assert_eq!(act("Marketing will send the draft."), None);
    }
}
