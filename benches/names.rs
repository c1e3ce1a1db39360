//! How many speakers get their names from what is said, and how many a wrong one, without a language model. What each set gave
//! before the rules were mended by it is in `docs/measurements.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use debrief_connect::identify::names_said;
use debrief_yardstick::names::{Conversation, Score, conversations, held_out, in_transcripts, kept_back};

/// A wrong name is worse than none, so this part of the given names is right at least, …
const LEAST_PRECISION: f64 = 0.95;
/// … and this part of the speakers that can be known has one.
const LEAST_RECALL: f64 = 0.8;

fn main() {
    let all = measure("names", &conversations());
    measure(
        "held out, written without knowledge of the rules, which were then mended by them: names",
        &held_out(),
    );
    measure("kept back until the rules were mended by those, then mended by them too: names", &kept_back());
    measure("the written transcripts: names", &in_transcripts());
    let (precision, recall) = (all.precision(), all.recall());
    assert!(precision >= LEAST_PRECISION, "precision is below {LEAST_PRECISION}");
    assert!(recall >= LEAST_RECALL, "recall is below {LEAST_RECALL}");
}

/// Prints what is wrong in each conversation, then the sum.
fn measure(what: &str, conversations: &[Conversation]) -> Score {
    let mut all = Score::default();
    for conversation in conversations {
        let found = names_said(&conversation.transcript, &conversation.candidates);
        let mut score = Score::default();
        score.count(&conversation.truth, &found.names);
        all.count(&conversation.truth, &found.names);
        if score.wrong + score.missed > 0 {
            let Score { right, wrong, missed } = score;
            println!("{}: {right} right, {wrong} wrong, {missed} missed", conversation.title);
            println!("  given {:?}, true {:?}", found.names, conversation.truth);
        }
    }
    let Score { right, wrong, missed } = all;
    let (precision, recall, count) = (all.precision(), all.recall(), conversations.len());
    println!(
        "{what} in {count} conversations: {right} right, {wrong} wrong, {missed} missed: precision {precision:.3}, recall {recall:.3}"
    );
    all
}
