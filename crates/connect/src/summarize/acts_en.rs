//! English phrases of promise, request and decision.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::acts::{Act, is_question, pattern};
use super::people::People;

/// Verbs of work that is done after a meeting. "Say", "think", "be", "see" are not among them.
const WORK: &str = r"(?:send|write|prepare|check|call|email|e-mail|mail|finish|update|review|share|book|schedule|set up|draft|talk to|speak (?:to|with)|ask|follow up|look into|look at|create|make (?:a|an|the|some|that|those|these|this|it|all)|fix|test|bring|organi[sz]e|arrange|contact|order|buy|pay|publish|upload|post|add|remove|confirm|find(?: out| a| the| someone| some)|investigate|take (?:care|over|notes|the|a look|that)|put (?:together|up|the|a|it|that|in)|work (?:on|with)|complete|submit|deliver|ship|present|reach out|ping|circulate|forward|invite|move|start (?:on|writing|working|testing)|provide|collect|compile|report|run|clean|document|deploy|merge|rewrite|translate|verify|print|reserve|negotiate|sign|hire|interview|plan|migrate|back up|let (?:you|them|him|her|everyone) know|get (?:the|a|back|in touch|you|it|some|quotes|feedback)|do (?:the|a|an)|handle|hand|own|measure|install|configure|announce|tell (?:him|her|them|the|everyone)|remind|double[- ]check|sort out|write up|rent|cancel|reschedule|pick up|drop|train|talk with|meet with|research|estimate|calculate|design|build|implement|launch|release|record|transcribe|summari[sz]e|approve|file|close|open|change|correct|edit|replace|reduce|cut|increase|coordinate|notify|inform|monitor|adjust|finali[sz]e|resolve|escalate|clarify|gather|set (?:something|a|the|it|one)|ensure|make sure|assign|validate|analy[sz]e|evaluate|assess|improve|extend|allocate)\b";
/// What may stand between "I will" and the verb.
const ADVERBS: &str = r"(?:(?:also|then|just|definitely|certainly|personally|quickly|go ahead and|go and|try to|please|all|first|probably|tomorrow|today|next week) ){0,2}";
/// Words before a phrase that turn it into something else: a condition, a report, a question, a denial.
const NOT_AFTER: &str = r"(?:\bif|\bunless|\bwhether|\bsuppose|\bsupposing|\bimagine|\bthought|\bsaid|\bsays|\btold (?:you|him|her|them|me|us)|\bwhat|\bwhy|\bhow|\bwhen|\bwhere|\bdo|\bdoes|\bdid|\bdon't|\bdoesn't|\bdidn't|\bnot sure|\bmaybe|\bperhaps|\bcould have|\bshould have|\bnever|\bwish|\bhope|\bafraid|\bpromised|\bevery time|\balways)(?: (?:that|also|then))?$";

fn phrase(before_verb: &str) -> Regex {
    pattern(&format!(r"\b{before_verb} {ADVERBS}{WORK}"))
}

static PROMISE: LazyLock<Regex> = LazyLock::new(|| {
    phrase(
        r"(?:i'll|i will|i shall|i'm going to|i am going to|i'm gonna|i can|let me|i need to|i have to|i've got to)",
    )
});
/// "I can" and "let me" promise only with a time or a recipient in view.
static WEAK_PROMISE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:i can|let me) "));
static TIME_IN_VIEW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:by|before|until|tomorrow|tonight|this week|next week|today|after (?:the|this) (?:meeting|call)|monday|tuesday|wednesday|thursday|friday)\b",
    )
});
static TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
    phrase(
        r"(?:we need to|we have to|we'll need to|we will need to|we must|we should|we'll|we will|we've got to|we gotta|let's|lets|somebody (?:needs|has) to|someone (?:needs|has) to|someone should|somebody should)",
    )
});
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    phrase(
        r"(?:can you|could you|would you|will you|can someone|could someone|can somebody|can anybody|i need you to|i'd like you to|i want you to|i would like you to|you should|you need to|you have to|you must|please|don't forget to|do not forget to|remember to|please remember to|be sure to)",
    )
});
/// Requests that name their kind.
static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\baction items?\b(?: is| are|:| for)|\bto-?do:|(?:^|, |\bplease |\blet's |\bneed to |\bcan you |\bcould you |\byou should |\bto )make sure (?:that |to |we |you |the |it |all |everyone |everybody )|(?:^|, |\bplease |\blet's |\bneed to |\bwill |\bshould )follow up (?:with|on)\b|\b(?:needs?|ha(?:s|ve)) to be (?:\w+ )?(?:done|ready|sent|finished|fixed|updated|completed|submitted|delivered|signed|paid|reviewed|tested|published|approved|shipped)\b",
    )
});
/// Work that belongs to the meeting itself.
static IN_THE_MEETING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:let's|lets|we'll|we will|we should|i'll|i will|let me|can you|could you|please) (?:also |then |just |first |now |please )*(?:start (?:with|the meeting)|move (?:on|along|to the next)|look at (?:the (?:next|first|agenda)|this|that|it)|open (?:the|with)|close (?:the meeting|this|here)|run through|present (?:this|it|the next)|share (?:my|the|your) screen|take (?:the floor|a (?:break|look|seat|minute))|do (?:the|a) (?:round|quick)|add (?:that|one|something)|find out\?|ask (?:you|a question|one)|call (?:it|that)|let you (?:go|speak|talk|finish)|get (?:the (?:point|idea)|it|a sense)|put it (?:this|that) way|take (?:that|the point)|record (?:this|the meeting)|make (?:a|the|that) (?:guess|point|argument|difference|joke)|report (?:that|on that)|plan (?:for|on) (?:the )?(?:worst|best)|cut (?:you|in)|change the subject|hand (?:it|over))\b",
    )
});
static NEGATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:i|we|you) (?:will not|won't|shall not|can't|cannot|don't (?:need|have|want) to|do not (?:need|have) to|shouldn't|should not|mustn't|needn't)\b",
    )
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"([a-z][a-z'-]+)";
    let asked = format!(
        r"{name}, ?(?:can|could|would|will) you {ADVERBS}{WORK}|{name}, (?:please|you (?:will|should|need to)) {ADVERBS}{WORK}"
    );
    let told = format!(
        r"{name} (?:will|should|needs to|is going to|has to|agreed to|offered to|promised to) {ADVERBS}{WORK}"
    );
    pattern(&format!(
        r"(?:^|[,.;:] |\b(?:and|so|but|then|that|okay|ok|well|great|right),? )(?:(?P<asked>{asked})|(?P<told>{told}))"
    ))
});

static DECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bwe(?:'ve| have)?(?: all| just| now| also| already)* (?:decided|agreed) (?:to|that|on|not to|we|it)\b|\b(?:it's|it is|it was|it has been|has been|was) (?:decided|agreed|settled) (?:that|to|on)\b|\blet's (?:all )?(?:go with|stick with|settle on|agree on|agree that)\b|\b(?:the|our|my|final|so the) decision (?:is|was|stands)\b|\bwe(?:'ll| will|'re going to| are going to|'re| are) (?:go|going|stick|sticking) with\b|\bthe (?:motion|proposal|budget|plan|offer) (?:is|was|got|has been|is now) ?(?:carried|passed|approved|accepted|adopted)\b|^(?:yeah,? |yes,? )?(?:the )?budget got approved\b|\bwe(?:'re| are) (?:all )?aligned on\b|\b(?:so|then|all right|alright|okay|ok|good),? (?:it's|that's|it is|that is) (?:decided|settled|agreed)\b|\beveryone (?:agrees|agreed) (?:that|to|on)\b",
    )
});
static UNDECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:haven't|have not|hasn't|has not|not yet|didn't|did not|never|if|before|until|unless|once|when|whether|should) (?:we |it |they |is |was |been |have |yet )*(?:decided?|agreed?)\b|\bif we (?:go|stick)\b|\bnot (?:been )?(?:decided|agreed)\b|\bi thought we\b|\b(?:last (?:week|month|year|time|meeting)|yesterday|previously|back then)\b",
    )
});

/// What an English sentence does.
pub(super) fn read(sentence: &str, people: &People) -> Option<Act> {
    if let Some(of) = named(sentence, people) {
        return Some(Act::Request { of: Some(of) });
    }
    if DECIDED.is_match(sentence) && !UNDECIDED.is_match(sentence) && !is_question(sentence) {
        return Some(Act::Decision);
    }
    if IN_THE_MEETING.is_match(sentence) {
        return Some(Act::Chatter);
    }
    if stands(&PROMISE, sentence) && !is_question(sentence) && is_firm(sentence) {
        return Some(Act::Promise);
    }
    if stands(&TOGETHER, sentence) && !is_question(sentence) {
        return Some(Act::Request { of: None });
    }
    let asked = stands(&ASKED, sentence);
    let marked = stands(&MARKED, sentence) && !is_question(sentence);
    (asked || marked).then_some(Act::Request { of: None })
}

/// Whether a phrase is there without what turns it into something else.
fn stands(phrase: &Regex, sentence: &str) -> bool {
    static TURNED: LazyLock<Regex> = LazyLock::new(|| pattern(NOT_AFTER));
    let found = phrase.find_iter(sentence);
    found.into_iter().any(|found| {
        let before = sentence[..found.start()].trim_end();
        !TURNED.is_match(before) && !NEGATED.is_match(&sentence[..found.end()])
    })
}

fn is_firm(sentence: &str) -> bool {
    let mut found = PROMISE.find_iter(sentence);
    found.any(|found| !WEAK_PROMISE.is_match(found.as_str()) || TIME_IN_VIEW.is_match(sentence))
}

/// The person whom the sentence asks by name, or of whom it says that they will do something.
fn named(sentence: &str, people: &People) -> Option<String> {
    let found = NAMED.captures(sentence)?;
    if NEGATED.is_match(sentence) || IN_THE_MEETING.is_match(sentence) {
        return None;
    }
    let name = name_in(&found)?;
    let asked = found.name("asked").is_some();
    if !asked && is_question(sentence) {
        return None;
    }
    let certain = if asked { people.can_be_addressed_as(name) } else { people.are_known_as(name) };
    certain.then(|| people.written(name))
}

fn name_in<'s>(found: &Captures<'s>) -> Option<&'s str> {
    let unnamed = found.iter().skip(1).flatten().filter(|m| !m.as_str().contains(' '));
    unnamed.map(|m| m.as_str()).next()
}
