//! Until when something is to be done, where the words leave no doubt.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::{Captures, Regex};

/// A date this far back is next year's; one nearer to the recording is a slip of the tongue or of the recogniser.
const LONGEST_PAST_DAYS: i32 = 180;

/// The one day that `sentence` names, counted from `base`, the day of the recording. `None` when it names none,
/// several, or one that could be two ("next Friday").
pub fn date(sentence: &str, base: Date) -> Option<Date> {
    let read = read(sentence, base);
    match read.dates[..] {
        [date] if !read.uncertain => Some(date),
        _ => None, // None, several, or one that could be two.
    }
}

/// The days that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dates {
    /// Each once, in the order in which the forms of words are tried.
    pub(super) dates: Vec<Date>,
    /// Whether some words name a day that could be several, or none.
    pub(super) uncertain: bool,
    /// The text in small letters without the words that name days.
    pub(super) rest: String,
}

/// Every day that `text` names, counted from `base`.
pub(super) fn read(text: &str, base: Date) -> Dates {
    let mut read = Dates { rest: in_digits(&text.to_lowercase()), ..Dates::default() };
    for (pattern, reading) in READINGS.iter() {
        // What one reading has understood is not offered to the next: "by next Friday" is not "Friday".
        while let Some(words) = pattern.captures(&read.rest) {
            match reading(&words, base) {
                Some(day) if read.dates.contains(&day) => {}
                Some(day) => read.dates.push(day),
                None => read.uncertain = true,
            }
            let range = words.get(0).expect("a match has a whole").range();
            read.rest.replace_range(range, " | ");
        }
    }
    read
}

/// 十二月二十號 as 12月20號: months and days alone, other numbers stay as they are.
fn in_digits(text: &str) -> String {
    static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern("(?P<number>[一二三四五六七八九]?十?[一二三四五六七八九十])(?P<sign>[月日號号])")
    });
    let digits = |words: &Captures<'_>| {
        let value =
            |c: char| "一二三四五六七八九".chars().position(|digit| digit == c).map(|place| place + 1);
        let number = &words["number"];
        let value = match number.split_once('十') {
            Some((tens, ones)) => {
                10 * tens.chars().next().and_then(value).unwrap_or(1)
                    + ones.chars().next().and_then(value).unwrap_or(0)
            }
            // 二三 is two numbers, 二三號 the second or the third.
            None if number.chars().count() == 1 => number.chars().next().and_then(value).unwrap_or(0),
            None => 0,
        };
        match value {
            1..=31 => format!("{value}{}", &words["sign"]),
            _ => words[0].to_owned(),
        }
    };
    WRITTEN.replace_all(text, digits).into_owned()
}

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}")).expect("the pattern is tested")
}

/// How a form of words becomes a day; `None` ends the search, for then nothing is certain.
type Reading = fn(&Captures<'_>, Date) -> Option<Date>;

/// From the most exact form of words to the least.
static READINGS: LazyLock<Vec<(Regex, Reading)>> = LazyLock::new(|| {
    let months = MONTHS.join("|");
    let month = format!(r"(?P<month>{months}|{})", MONTHS.map(|m| &m[..3]).join("|"));
    let day = r"(?P<day>\d{1,2}(?:st|nd|rd|th)?|thirty[- ]first|thirtieth|twenty[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|twentieth|nineteenth|eighteenth|seventeenth|sixteenth|fifteenth|fourteenth|thirteenth|twelfth|eleventh|tenth|ninth|eighth|seventh|sixth|fifth|fourth|third|second|first)";
    let weekday = r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)";
    let han = "(?:星期|週|周|禮拜|礼拜)(?P<weekday>[一二三四五六日天])";
    let form = |text: &str, reading: Reading| (pattern(text), reading);
    vec![
        form(r"\b(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b", full_date),
        form(r"(?P<year>20\d\d)\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日號号]?", full_date),
        form(&format!(r"\b{month}\.? (?:the )?{day}\b(?:,? (?P<year>20\d\d)\b)?"), named_month),
        form(&format!(r"\b(?:the )?{day} (?:of )?{month}\b(?:,? (?P<year>20\d\d)\b)?"), named_month),
        form(r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日號号]", month_and_day),
        form(r"\b(?:day after tomorrow)\b|大?後天|大?后天", after_tomorrow),
        form(r"\btomorrow\b|明天|明早|明晚", |_, base| later(base, 1)),
        form(
            r"\b(?:by|before) (?:the )?(?:end of (?:the |this )?)?(?:today|tonight|day)\b|\b(?:today|tonight)\b|今天(?:會|会|就|要|之內|之内|內|内|下班前|以前|之前|晚上|下午)|今晚",
            |_, base| Some(base),
        ),
        form(
            r"\b(?:by |before |at )?(?:the )?end of (?:the|this) month\b|(?:這個月底|这个月底|本月底|月底)",
            |_, base| Some(base.last_of_month()),
        ),
        // "Next Friday" is the coming one to some and the one after to others; "last Friday" is over.
        form(&format!(r"\b(?:next|last|every|each) {weekday}s?\b"), |_, _| None),
        form(&format!(r"\b(?:this |coming |by |before |until |on )?{weekday}\b"), coming_weekday),
        form(&format!("下下(?:個|个)?{han}"), |words, base| weekday_of_week(words, base, 2)),
        form(&format!("下(?:個|个)?{han}"), |words, base| weekday_of_week(words, base, 1)),
        form(&format!("(?:上(?:個|个)?|每(?:個|个)?){han}"), |_, _| None),
        form(&format!("(?:這|这|本)?(?:個|个)?{han}"), |words, base| weekday_of_week(words, base, 0)),
        form(
            r"\b(?:by|before|until) the (?P<day>\d{1,2})(?:st|nd|rd|th)\b|(?P<han>\d{1,2})[號号](?:之前|以前|前)",
            day_of_month,
        ),
    ]
});

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn later(base: Date, days: i64) -> Option<Date> {
    base.checked_add(days.days()).ok()
}

fn number(words: &Captures<'_>, name: &str) -> Option<i8> {
    words.name(name)?.as_str().parse().ok()
}

fn full_date(words: &Captures<'_>, _: Date) -> Option<Date> {
    let year = words.name("year")?.as_str().parse().ok()?;
    Date::new(year, number(words, "month")?, number(words, "day")?).ok()
}

fn named_month(words: &Captures<'_>, base: Date) -> Option<Date> {
    let said = words.name("month")?.as_str();
    let month = MONTHS.iter().position(|month| month.starts_with(said))?;
    let month = i8::try_from(month + 1).expect("there are twelve months");
    let day = ordinal(words.name("day")?.as_str())?;
    match words.name("year") {
        Some(year) => Date::new(year.as_str().parse().ok()?, month, day).ok(),
        None => in_year(month, day, base),
    }
}

fn month_and_day(words: &Captures<'_>, base: Date) -> Option<Date> {
    in_year(number(words, "month")?, number(words, "day")?, base)
}

/// The day in the year of `base`, or in the next one when it would be long over.
fn in_year(month: i8, day: i8, base: Date) -> Option<Date> {
    let date = Date::new(base.year(), month, day).ok()?;
    let past = (base - date).get_days();
    match past {
        ..=0 => Some(date),
        LONGEST_PAST_DAYS.. => Date::new(base.year() + 1, month, day).ok(),
        _ => None, // Recently past: nothing is certain.
    }
}

fn ordinal(word: &str) -> Option<i8> {
    const UNITS: [&str; 20] = [
        "zeroth",
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
    ];
    let unit = |word: &str| UNITS.iter().position(|unit| *unit == word).and_then(|n| i8::try_from(n).ok());
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
        return digits.parse().ok();
    }
    match word.split_once([' ', '-']) {
        Some(("twenty", rest)) => Some(20 + unit(rest)?),
        Some(("thirty", rest)) => Some(30 + unit(rest)?),
        Some(_) => None,
        None if word == "twentieth" => Some(20),
        None if word == "thirtieth" => Some(30),
        None => unit(word),
    }
}

fn after_tomorrow(words: &Captures<'_>, base: Date) -> Option<Date> {
    later(base, if words[0].starts_with('大') { 3 } else { 2 })
}

fn weekday(words: &Captures<'_>) -> Option<Weekday> {
    let weekday = match words.name("weekday")?.as_str() {
        "monday" | "一" => Weekday::Monday,
        "tuesday" | "二" => Weekday::Tuesday,
        "wednesday" | "三" => Weekday::Wednesday,
        "thursday" | "四" => Weekday::Thursday,
        "friday" | "五" => Weekday::Friday,
        "saturday" | "六" => Weekday::Saturday,
        "sunday" | "日" | "天" => Weekday::Sunday,
        _ => return None, // The patterns hold no other word.
    };
    Some(weekday)
}

/// The next day of that name; on such a day itself it could be today or in a week.
fn coming_weekday(words: &Captures<'_>, base: Date) -> Option<Date> {
    let weekday = weekday(words)?;
    if weekday == base.weekday() { None } else { base.nth_weekday(1, weekday).ok() }
}

/// That day of the week `weeks` after the one of `base`; weeks begin on Monday. A day that is over is not certain.
fn weekday_of_week(words: &Captures<'_>, base: Date, weeks: i64) -> Option<Date> {
    let ahead = i64::from(weekday(words)?.to_monday_zero_offset() - base.weekday().to_monday_zero_offset())
        + 7 * weeks;
    if ahead < 0 { None } else { later(base, ahead) }
}

/// The next such day of a month.
fn day_of_month(words: &Captures<'_>, base: Date) -> Option<Date> {
    let day = number(words, "day").or_else(|| number(words, "han"))?;
    let this_month = base.with().day(day).build().ok().filter(|date| *date >= base);
    this_month.or_else(|| base.first_of_month().checked_add(1.month()).ok()?.with().day(day).build().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Thursday.
    const BASE: Date = jiff::civil::date(2026, 11, 12);

    fn due(sentence: &str) -> Option<String> {
        date(sentence, BASE).map(|date| date.to_string())
    }

    #[test]
    fn days_that_leave_no_doubt_are_found() {
        for (sentence, day) in [
            ("I'll send it by Friday.", "2026-11-13"),
            ("I will call them on Monday morning", "2026-11-16"),
            ("please send it tomorrow", "2026-11-13"),
            ("I'll do the slides by the end of today", "2026-11-12"),
            ("we need to finish this by November 20th", "2026-11-20"),
            ("the draft has to be ready by the third of december", "2026-12-03"),
            ("i will send it by november twenty first", "2026-11-21"),
            ("publish it on January 5", "2027-01-05"),
            ("submit by 2026-12-01 please", "2026-12-01"),
            ("before the 20th we need to pay", "2026-11-20"),
            ("by the 3rd please", "2026-12-03"),
            ("by the end of the month", "2026-11-30"),
            ("我明天會寄給大家", "2026-11-13"),
            ("請在下週五之前完成", "2026-11-20"),
            ("請在下星期一之前完成", "2026-11-16"),
            ("星期五之前給我", "2026-11-13"),
            ("这周日之前", "2026-11-15"),
            ("要在11月20日之前交出", "2026-11-20"),
            ("十一月二十號之前交出", "2026-11-20"),
            ("要在十二月三十一日之前交出", "2026-12-31"),
            ("2026年12月1日上線", "2026-12-01"),
            ("我今天會更新文件", "2026-11-12"),
            ("大後天交", "2026-11-15"),
            ("月底前完成", "2026-11-30"),
        ] {
            assert_eq!(due(sentence).as_deref(), Some(day), "{sentence}");
        }
    }

    #[test]
    fn days_that_could_be_others_are_left_out() {
        for sentence in [
            "I'll send it soon.",
            "let's do it next Friday",
            "last Friday I will never forget",
            "by Thursday",
            "on Monday or on Tuesday",
            "by November 10th",
            "by February 30th",
            "next week",
            "下週",
            "週三之前",
            "星期一或星期二",
            "上週五說過",
            "we may be second",
        ] {
            assert_eq!(due(sentence), None, "{sentence}");
        }
    }
}
