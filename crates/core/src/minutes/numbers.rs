//! The numbers of a text, in digits and in words, so that "three", "3" and "三" are one.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use super::words::folded;

/// The numbers that a text states: those that a reader takes for one. "One", "first", "second" and 一 are mostly something
/// else and are left out.
pub(super) fn stated(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for number in scan(&folded(text), false) {
        found.insert(written(number));
    }
    found
}

/// Every number that can be heard in a text, however it is read: each word by itself, and words together.
pub(super) fn heard(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let folded = folded(text);
    let late = ["pm", "p.m.", "afternoon", "evening", "tonight", "下午", "晚上", "傍晚"];
    let late = late.iter().any(|word| folded.contains(word));
    // 九點半 may be written as 9:30.
    let parts_of_hours = [("半", 30.0), ("一刻", 15.0), ("三刻", 45.0)];
    for (part, minutes) in parts_of_hours {
        if ["點", "点"].iter().any(|hour| folded.contains(&format!("{hour}{part}"))) {
            found.insert(written(minutes));
        }
    }
    for number in scan(&folded, true) {
        found.insert(written(number));
        // "Three in the afternoon" may be written as 15:00.
        if late && (1.0..=11.0).contains(&number) && number.fract() == 0.0 {
            found.insert(written(number + 12.0));
        }
    }
    found
}

/// A number in one way of writing.
fn written(number: f64) -> String {
    format!("{number}")
}

/// What an English word counts, if anything; ordinals count as their numbers.
fn english(word: &str) -> Option<f64> {
    const WORDS: [(&str, &str, f64); 28] = [
        ("zero", "", 0.0),
        ("one", "first", 1.0),
        ("two", "second", 2.0),
        ("three", "third", 3.0),
        ("four", "fourth", 4.0),
        ("five", "fifth", 5.0),
        ("six", "sixth", 6.0),
        ("seven", "seventh", 7.0),
        ("eight", "eighth", 8.0),
        ("nine", "ninth", 9.0),
        ("ten", "tenth", 10.0),
        ("eleven", "eleventh", 11.0),
        ("twelve", "twelfth", 12.0),
        ("thirteen", "thirteenth", 13.0),
        ("fourteen", "fourteenth", 14.0),
        ("fifteen", "fifteenth", 15.0),
        ("sixteen", "sixteenth", 16.0),
        ("seventeen", "seventeenth", 17.0),
        ("eighteen", "eighteenth", 18.0),
        ("nineteen", "nineteenth", 19.0),
        ("twenty", "twentieth", 20.0),
        ("thirty", "thirtieth", 30.0),
        ("forty", "fortieth", 40.0),
        ("fifty", "fiftieth", 50.0),
        ("sixty", "sixtieth", 60.0),
        ("seventy", "seventieth", 70.0),
        ("eighty", "eightieth", 80.0),
        ("ninety", "ninetieth", 90.0),
    ];
    WORDS
        .iter()
        .find(|(cardinal, ordinal, _)| *cardinal == word || *ordinal == word)
        .map(|(.., value)| *value)
}

/// What an English word multiplies by.
fn scale(word: &str) -> Option<f64> {
    match word {
        "hundred" | "hundreds" => Some(100.0),
        "thousand" | "thousands" | "k" => Some(1_000.0),
        "million" | "millions" | "m" => Some(1_000_000.0),
        "billion" | "billions" => Some(1_000_000_000.0),
        _ => None, // Other words multiply nothing.
    }
}

/// Words that are heard as numbers besides.
fn vaguely(word: &str) -> Option<f64> {
    match word {
        "couple" | "both" | "double" | "twice" | "pair" => Some(2.0),
        "dozen" => Some(12.0),
        "half" => Some(30.0),
        "quarter" => Some(15.0),
        _ => None, // Other words count nothing.
    }
}

/// A number in digits, with what follows it directly: "3rd" and "15k" are 3 and 15,000.
fn digits(word: &str) -> Option<(f64, &str)> {
    let end = word.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(word.len());
    let number: String = word[..end].trim_end_matches(['.', ',']).chars().filter(|c| *c != ',').collect();
    Some((number.parse().ok()?, &word[end..]))
}

fn scan(text: &str, generous: bool) -> Vec<f64> {
    let mut found = chinese(text, generous);
    let mut sum: Option<f64> = None;
    // What was added last, to hear "twenty five" as one and "three four" as two.
    let mut last = 0.0;
    let mut words = text.unicode_words().flat_map(|word| word.split([':', '-', '_'])).peekable();
    let mut in_words = false;
    let mut ordinal_only = true;
    let mut close = |sum: &mut Option<f64>, in_words: &mut bool, ordinal_only: &mut bool| {
        if let Some(value) = sum.take() {
            let mere_word = *in_words && (value == 1.0 || (value == 2.0 && *ordinal_only));
            if generous || !(mere_word || value == 0.0) {
                found.push(value);
            }
        }
        (*in_words, *ordinal_only) = (false, true);
    };
    let mut extra = Vec::new();
    while let Some(word) = words.next() {
        if let Some((value, behind)) = digits(word) {
            close(&mut sum, &mut in_words, &mut ordinal_only);
            let factor = scale(behind).or_else(|| {
                let next = words.peek().and_then(|next| scale(next));
                if next.is_some() {
                    words.next();
                }
                next
            });
            extra.extend(generous.then_some(value));
            // A name such as "q3" has no digit in front, "4x4" has more behind: its number is the first one.
            sum = Some(value * factor.unwrap_or(1.0));
            close(&mut sum, &mut in_words, &mut ordinal_only);
        } else if let Some(value) = english(word) {
            extra.extend(generous.then_some(value));
            let joins = sum.is_some() && last >= 20.0 && value < last && (last >= 100.0 || value < 10.0);
            if !joins {
                close(&mut sum, &mut in_words, &mut ordinal_only);
            }
            sum = Some(sum.unwrap_or(0.0) + value);
            ordinal_only &= word == "second" || word == "first";
            in_words = true;
            last = value;
        } else if let Some(factor) = scale(word).filter(|_| sum.is_some()) {
            let value = sum.unwrap_or(1.0);
            // "Two thousand five hundred": the hundreds multiply what came after the thousands.
            let (high, low) = if value > factor {
                ((value / 1_000.0).floor() * 1_000.0, value % 1_000.0)
            } else {
                (0.0, value)
            };
            sum = Some(high + low * factor);
            last = factor;
        } else if word == "and" && sum.is_some() && last >= 100.0 {
            // "A hundred and twenty".
        } else {
            close(&mut sum, &mut in_words, &mut ordinal_only);
            extra.extend(vaguely(word).filter(|_| generous));
            // "Q3", "v2": letters and then a number.
            let tail = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            if tail.len() < word.len() {
                extra.extend(digits(tail).map(|(value, _)| value));
            }
        }
    }
    close(&mut sum, &mut in_words, &mut ordinal_only);
    found.extend(extra);
    found
}

fn han_digit(c: char) -> Option<f64> {
    let value = match c {
        '零' | '〇' => 0.0,
        '一' => 1.0,
        '二' | '兩' | '两' => 2.0,
        '三' => 3.0,
        '四' => 4.0,
        '五' => 5.0,
        '六' => 6.0,
        '七' => 7.0,
        '八' => 8.0,
        '九' => 9.0,
        _ => return None, // No digit.
    };
    Some(value)
}

fn han_scale(c: char) -> Option<f64> {
    match c {
        '十' => Some(10.0),
        '百' => Some(100.0),
        '千' => Some(1_000.0),
        '萬' | '万' => Some(10_000.0),
        '億' | '亿' => Some(100_000_000.0),
        _ => None, // No scale.
    }
}

/// Numbers with Chinese digits or scales: 十二, 二十五, 一萬五, 3萬, 二零二六.
fn chinese(text: &str, generous: bool) -> Vec<f64> {
    let mut found = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let is_part = |c: char| han_digit(c).is_some() || han_scale(c).is_some();
    let mut at = 0;
    while at < chars.len() {
        if !is_part(chars[at]) {
            at += 1;
            continue;
        }
        let end = (at..chars.len()).find(|i| !is_part(chars[*i])).unwrap_or(chars.len());
        let run = &chars[at..end];
        // Digits in front: "15萬".
        let from = (0..at).rev().take_while(|i| chars[*i].is_ascii_digit() || chars[*i] == '.').last();
        let front: Option<f64> =
            from.and_then(|from| chars[from..at].iter().collect::<String>().parse().ok());
        let value = han_value(run, front);
        let mere_word = run.len() == 1
            && front.is_none()
            && (value <= 1.0 || han_scale(run[0]).is_some_and(|s| s > 10.0));
        if generous || !mere_word {
            found.push(value);
        }
        if generous {
            found.extend(run.iter().filter_map(|c| han_digit(*c)));
        }
        at = end;
    }
    found
}

fn han_value(run: &[char], front: Option<f64>) -> f64 {
    // Digits alone are read one after another: 二零二六.
    if front.is_none() && run.len() > 1 && run.iter().all(|c| han_digit(*c).is_some()) {
        return run.iter().filter_map(|c| han_digit(*c)).fold(0.0, |sum, digit| sum * 10.0 + digit);
    }
    let (mut all, mut section, mut digit) = (0.0, 0.0, front);
    let mut last_scale = 1.0;
    for c in run {
        if let Some(value) = han_digit(*c) {
            digit = Some(value);
        } else if let Some(scale) = han_scale(*c) {
            if scale >= 10_000.0 {
                all = (all + section + digit.unwrap_or(if section == 0.0 { 1.0 } else { 0.0 })) * scale;
                section = 0.0;
            } else {
                section += digit.unwrap_or(1.0) * scale;
            }
            digit = None;
            last_scale = scale;
        }
    }
    // 一萬五 is 15,000: the last digit counts what the scale before it leaves.
    let tail = digit.map_or(0.0, |digit| {
        if last_scale >= 100.0 && run.len() > 1 { digit * last_scale / 10.0 } else { digit }
    });
    all + section + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for (text, number) in [
            ("three", "3"),
            ("三", "3"),
            ("3rd", "3"),
            ("twenty-five people", "25"),
            ("two thousand five hundred", "2500"),
            ("2,500", "2500"),
            ("a budget of 15k", "15000"),
            ("15萬", "150000"),
            ("十五萬", "150000"),
            ("一萬五", "15000"),
            ("百分之十二", "12"),
            ("二十五", "25"),
            ("二零二六", "2026"),
            ("one hundred and twenty", "120"),
            ("Q3", "3"),
            ("兩份", "2"),
            ("3.5", "3.5"),
            ("five million", "5000000"),
        ] {
            assert!(stated(text).contains(number), "{text}: {:?}", stated(text));
            assert!(heard(text).contains(number), "{text}: {:?}", heard(text));
        }
    }

    #[test]
    fn parts_of_hours_are_heard_as_minutes() {
        assert!(stated("9:30 結束").is_subset(&heard("九點半結束")));
        assert!(!stated("9:45 結束").is_subset(&heard("九點半結束")));
    }

    #[test]
    fn words_that_only_look_like_numbers_are_not_stated() {
        for text in ["one of us", "一起看一下", "the first draft, a second look", "千萬不要"] {
            let stated = stated(text);
            assert!(stated.is_empty() || text.contains('千'), "{text}: {stated:?}");
        }
    }
}
