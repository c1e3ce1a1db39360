//! `cargo bench --bench search`: how soon a search answers over 1,000 hours of transcripts, half of them Chinese.
#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use debrief_connect::transcribe::simplified;
use debrief_core::job::{Destination, JobId, NotesChoice, SpeakersChoice, SpeechChoice, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::ports::Audio;
use debrief_core::stage::Stage;
use debrief_core::transcript::{EngineLabel, Turn, Turns, Word, Words};
use debrief_runtime::store::JobStore;
use jiff::Timestamp;
use uuid::Uuid;

/// Hours of recordings; another number may be given in `DEBRIEF_BENCH_HOURS`.
const HOURS: u64 = 1_000;
/// A segment begins so often: 225 an hour.
const SEGMENT_MS: u32 = 16_000;
/// 150 words a minute.
const WORDS_A_SEGMENT: u64 = 40;
/// 240 characters a minute.
const CHARACTERS_A_SEGMENT: u64 = 64;
/// English words that there are, the most frequent first, …
const VOCABULARY: u64 = 60_000;
/// … and Chinese ones of two characters.
const CHINESE_WORDS: u64 = 30_000;
/// No query may take longer.
const LIMIT: Duration = Duration::from_millis(50);
const ASKED: usize = 50;
const HITS: usize = 50;

fn main() -> ExitCode {
    let hours = std::env::var("DEBRIEF_BENCH_HOURS").ok().and_then(|h| h.parse().ok()).unwrap_or(HOURS);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("debrief.db");
    let store = JobStore::open(&database).expect("a store").that_folds(simplified);
    let mut dice = Dice(42);
    let mut indexing = Duration::ZERO;
    for hour in 0..hours {
        indexing += one_hour(&store, hour, &mut dice);
    }
    let bytes = size_of(&database);
    let (whole, index) = (bytes.0 as f64 / 1e6, bytes.1 as f64 / 1e6);
    println!(
        "{hours} hours of transcripts, {} segments: indexed in {:.1} s ({:.0} ms an hour of recording); \
         database {whole:.0} MB, of which text {:.0} MB and index {index:.0} MB",
        hours * 225,
        indexing.as_secs_f64(),
        indexing.as_secs_f64() * 1_000.0 / hours as f64,
        bytes.2 as f64 / 1e6,
    );

    let common = english(0);
    let (rare, two, frequent) = (english(VOCABULARY / 2), (english(60), english(900)), english(3));
    let queries = [
        ("a common word", common.clone()),
        ("a rare word", rare.clone()),
        ("two words", format!("{} {} ", two.0, two.1)),
        ("a common and a rare word", format!("{rare} {common} ")),
        ("a phrase", format!("\"{} {}\"", common, frequent)),
        ("a phrase that nobody says", format!("\"{frequent} {common} {rare}\"")),
        ("a beginning", rare[..4].to_owned()),
        ("a common beginning", common.chars().take(3).collect()),
        ("a Chinese word", chinese(700)),
        ("a common Chinese word", chinese(0)),
        ("a Chinese character", chinese(700).chars().take(1).collect()),
        ("two Chinese words as one", format!("{}{}", chinese(2), chinese(5))),
        ("no hit", "qqqqq".to_owned()),
        ("no hit in Chinese", "龘龘".to_owned()),
    ];
    println!("{:<28}{:>6}{:>12}{:>12}", "", "hits", "median", "largest");
    let mut slow = false;
    for (what, query) in queries {
        let mut times = Vec::new();
        let mut hits = 0;
        for _ in 0..ASKED {
            let began = Instant::now();
            hits = store.search(&query, HITS).expect("an answer").len();
            times.push(began.elapsed());
        }
        times.sort();
        let (median, largest) = (times[ASKED / 2], times[ASKED - 1]);
        slow |= largest > LIMIT;
        println!("{what:<28}{hits:>6}{:>9.2} ms{:>9.2} ms", ms(median), ms(largest));
    }
    if slow {
        println!("a query took longer than {} ms", LIMIT.as_millis());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// One recording of an hour, as its stages leave it; how long the stage took that indexes it.
fn one_hour(store: &JobStore, hour: u64, dice: &mut Dice) -> Duration {
    let (id, now) = (JobId(Uuid::from_u128(u128::from(hour))), Timestamp::now());
    store.submit(id, &request(hour), now).expect("stored");
    let starts = (0..225_u32).map(|number| number * SEGMENT_MS);
    let is_english = hour.is_multiple_of(2);
    // A segment is one word here: what is measured begins when words are joined.
    let word = |start_ms: u32| Word {
        text: if is_english { said_in_english(dice) } else { said_in_chinese(dice) },
        start_ms,
        end_ms: start_ms + SEGMENT_MS - 2_000,
        confidence: None,
    };
    let words = Words {
        words: starts.clone().map(word).collect(),
        language: if is_english { "en".into() } else { "zh-Hant".into() },
        engine: EngineLabel { name: "bench".into(), described: "Bench".into(), rough: false },
        turns: None,
        names: [].into(),
    };
    let turn = |start_ms: u32| Turn {
        start_ms,
        end_ms: start_ms + SEGMENT_MS - 2_000,
        speaker: u16::try_from(start_ms / SEGMENT_MS % 4).expect("below 4"),
    };
    let turns = Turns { turns: starts.map(turn).collect(), method: "bench".into(), ..Turns::default() };
    let audio = Audio { file: "/a.wav".into(), duration_ms: 3_600_000, source_format: "bench".into() };
    store.finish_stage(id, Stage::Decode, &audio, &[], 1, now).expect("stored");
    store.finish_stage(id, Stage::Transcribe, &words, &[], 1, now).expect("stored");
    let began = Instant::now();
    store.finish_stage(id, Stage::Diarize, &turns, &[], 1, now).expect("stored");
    began.elapsed()
}

fn said_in_english(dice: &mut Dice) -> String {
    let words: Vec<String> = (0..WORDS_A_SEGMENT).map(|_| english(dice.zipf(VOCABULARY))).collect();
    format!("{}.", words.join(" "))
}

fn said_in_chinese(dice: &mut Dice) -> String {
    let mut text: String = (0..CHARACTERS_A_SEGMENT / 2).map(|_| chinese(dice.zipf(CHINESE_WORDS))).collect();
    text.push('。');
    text
}

/// Word number `rank` of the vocabulary: frequent ones are short, as in a language.
fn english(rank: u64) -> String {
    const SYLLABLES: [&str; 40] = [
        "the", "an", "to", "of", "in", "ing", "ed", "er", "on", "re", "con", "pro", "com", "dis", "men",
        "ta", "li", "ve", "ra", "ne", "bo", "ku", "mi", "sol", "par", "gen", "tor", "vis", "lan", "fer",
        "duc", "cap", "sta", "ple", "chi", "qua", "wor", "ship", "ness", "ful",
    ];
    let (mut left, mut word) = (rank, String::new());
    loop {
        let at = usize::try_from(left % 40).expect("below 40");
        word.push_str(SYLLABLES[at]);
        left /= 40;
        if left == 0 {
            return word;
        }
        left -= 1;
    }
}

/// Word number `rank`: two of 2,500 characters, the frequent ones in many words.
fn chinese(rank: u64) -> String {
    let mut dice = Dice(rank * 2 + 1);
    let mut character = || {
        let offset = u32::try_from(dice.zipf(2_500)).expect("below 2,500");
        char::from_u32(0x4e00 + offset * 7).expect("Han")
    };
    [character(), character()].into_iter().collect()
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A rank below `count`, rank `r` about as often as 1 / (r + 1).
    fn zipf(&mut self, count: u64) -> u64 {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = ((count as f64 + 1.0).powf(share) - 1.0) as u64;
        rank.min(count - 1)
    }
}

fn request(hour: u64) -> SubmitJob {
    SubmitJob {
        link: RecordingLink::Local { path: format!("/recordings/meeting-{hour}.m4a").into() },
        attachments: Vec::new(),
        destination: Destination::Markdown { folder: "/pages".into() },
        speech: SpeechChoice::default(),
        speakers: SpeakersChoice::default(),
        notes: NotesChoice::default(),
        rate: None,
        layout: debrief_core::page::PageLayout::default(),
    }
}

/// Bytes of the whole database, of the index, and of the text beside it.
fn size_of(database: &std::path::Path) -> (u64, u64, u64) {
    let connection = rusqlite::Connection::open(database).expect("the database");
    let number = |sql: &str| -> u64 {
        let number: i64 = connection.query_row(sql, [], |row| row.get(0)).expect("a number");
        u64::try_from(number).expect("not negative")
    };
    let pages = number("SELECT * FROM pragma_page_count()") * number("SELECT * FROM pragma_page_size()");
    let index = number("SELECT sum(length(block)) FROM passages_index_data");
    (pages, index, number("SELECT sum(length(CAST(text AS BLOB))) FROM passages"))
}
