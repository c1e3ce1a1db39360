use super::*;

fn same(c: char) -> char {
    c
}

fn simplified(c: char) -> char {
    if c == '會' { '会' } else { c }
}

fn expression(query: &str) -> String {
    Query::parse(query, same).map(|query| query.expression()).unwrap_or_default()
}

fn pieces(query: &str, text: &str) -> String {
    let pieces = Query::parse(query, simplified).unwrap().pieces(text);
    let joined: String = pieces.iter().map(|p| p.text.as_str()).collect();
    assert!(text.contains(joined.trim_matches('…')), "{joined}");
    pieces.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
}

#[test]
fn words_are_plain_and_han_comes_in_pairs_and_alone() {
    assert_eq!(indexed("Zoë's ＣＡＦÉ, e\u{301}te", same), "zoe s cafe ete ");
    assert_eq!(indexed("AI會議室，好", same), "ai 會議 議室 室 好 好 室 會 議 ");
    assert_eq!(indexed("會 議", simplified), "会議 議 会 議 ", "a space between Han says nothing");
    assert_eq!(indexed("ガイド 회의를", same), "ガイ イド ド 회의를 イ ガ ド ");
    assert_eq!(indexed("…", same), "");
}

#[test]
fn words_are_all_wanted_and_the_last_may_be_a_beginning() {
    assert_eq!(expression("budget meet"), r#""budget" AND "meet" *"#);
    assert_eq!(expression("budget me"), r#""budget" AND "me""#, "too many words begin like that");
    assert_eq!(expression("budget meet "), r#""budget" AND "meet""#, "a word that is finished");
    assert_eq!(expression("e-mail"), r#""e mail" *"#);
    assert_eq!(expression("\"wait for it\" now"), r#""wait for it" AND "now" *"#);
    assert_eq!(expression("\"wait for"), r#""wait for""#);
    assert_eq!(expression("會議"), r#""會議""#);
    assert_eq!(expression("會議室"), r#""會議 議室""#);
    assert_eq!(expression("會"), r#""會""#);
    assert_eq!(expression("AI會議"), r#""ai 會議""#);
    assert_eq!(expression("AI會"), r#""ai 會" *"#);
    assert_eq!(expression("會議AI"), r#""會議 議 ai""#);
    assert_eq!(expression("회의"), r#""회의" *"#);
}

#[test]
fn nothing_in_a_query_is_the_index_own_language() {
    assert_eq!(expression("budget OR NOT NEAR(x) words:y ^z a* -b + ( )"), {
        let words = ["budget", "or", "not", "near x", "words y", "z", "a", "b"];
        words.map(|word| format!("\"{word}\"")).join(" AND ")
    });
    assert_eq!(expression("'; DROP TABLE jobs; --"), r#""drop" AND "table" AND "jobs""#);
    for empty in ["", " ", "\"\"", "*", "…，。", "\u{301}"] {
        assert!(Query::parse(empty, same).is_none(), "{empty:?}");
    }
    let long = "word ".repeat(1_000);
    assert_eq!(Query::parse(&long, same).unwrap().terms.len(), MOST_TERMS);
}

#[test]
fn hits_are_marked_where_they_stand() {
    assert_eq!(pieces("cafe", "The Café, the CAFÉ."), "The [Café], the [CAFÉ].");
    assert_eq!(pieces("budg", "A budgetary budget."), "A [budgetary] [budget].");
    assert_eq!(pieces("\"the end\"", "The end of the end"), "[The end] of [the end]");
    assert_eq!(pieces("会議", "明天的會議改期，會，議。"), "明天的[會議]改期，會，議。");
    assert_eq!(pieces("x", "no hit here"), "no hit here");
}

#[test]
fn of_a_long_text_the_part_around_the_first_hit_is_shown() {
    let text = format!("{} budget {}", "before ".repeat(30), "after ".repeat(60));
    let shown = pieces("budget", &text);
    assert!(shown.starts_with("…before "), "{shown}");
    assert!(shown.contains("[budget]"), "{shown}");
    assert!(shown.ends_with('…'), "{shown}");
    assert!(shown.chars().count() <= SHOWN_CHARS + 4, "{shown}");
    let han = format!("{}預算{}", "字".repeat(300), "字".repeat(300));
    assert!(pieces("預算", &han).contains("[預算]"));
}
