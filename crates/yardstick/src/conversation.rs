//! Conversations spoken by Flite's voices: the same samples on every run, with the time of every word.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use debrief_core::ports::Audio;
use debrief_core::transcript::{Turn, Word};

use crate::Outcome;

const SAMPLE_RATE: u32 = 16_000;
const PER_MS: u32 = SAMPLE_RATE / 1000;

/// Flite's voices at 16 kHz, the two that are easiest to tell apart first.
pub const VOICES: [&str; 4] = ["slt", "rms", "awb", "kal16"];

/// Plain business sentences: what the recogniser without a download understands at all.
const SENTENCES: [&str; 40] = [
    "good morning and thank you for coming to the meeting today",
    "i have the numbers for the new product and most of them are better than last year",
    "how many people use the product every day",
    "we have about three hundred customers and they want a faster search",
    "please call the bank on monday and ask about the money",
    "the engineers need another week before they can show the first version",
    "i will send the report to the sales team by friday",
    "we need to talk to the customers again before we start with the next part",
    "that sounds good but who is going to pay for all of this work",
    "the office will be closed on the first day of the next month",
    "my train leaves at ten so let us come to the last question",
    "could you tell us what happened with the order from the school",
    "they were very happy with the service but not with the price",
    "the second paper has to be signed by the director before tuesday",
    "in my opinion we should not change the name of the company",
    "what is the plan if the machines do not arrive in time",
    "then we will have to rent a second building near the station",
    "our partners in the north have already agreed to the contract",
    "i would like to hear what the other teams think about this",
    "there were several problems with the water in the new kitchen",
    "we can take the money from the budget of the marketing department",
    "the results of the test were not as good as we had hoped",
    "nobody told me that the meeting had been moved to wednesday",
    "it is important that every customer gets an answer on the same day",
    "last summer we sold more than in the whole year before",
    "let us decide now who is going to write the letter",
    "the new version is much faster and it needs less memory",
    "before we finish i want to say a word about the holidays",
    "she has been working in this company for more than twenty years",
    "please make sure that the doors are locked in the evening",
    "we received a long list of questions from the government",
    "the price of the house is higher than we can afford",
    "half of the people in the room had never seen the film",
    "i am not sure whether the doctor can see you this afternoon",
    "the students asked for a larger table and some better chairs",
    "we should invite the whole family to the party in june",
    "can you explain how the system works when the power is off",
    "the company has offices in seven cities and plans to open two more",
    "it would be easier to buy a new car than to repair the old one",
    "thank you very much and have a safe journey home everybody",
];

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who says it: a place in [`VOICES`].
    pub speaker: u16,
    /// Lower-case words.
    pub text: &'static str,
    /// The silence before it, in milliseconds.
    pub pause_ms: u32,
}

/// A script of so many speakers and lines, another one for every seed. Speakers mostly take turns, pauses are between
/// 0.2 and 2 s, and one in twelve lasts up to 6 s.
///
/// # Panics
/// More speakers than voices, or none.
pub fn script(speakers: u16, lines: usize, seed: u32) -> Vec<Line> {
    assert!((1..=VOICES.len() as u16).contains(&speakers), "{speakers} speakers");
    let mut dice = Dice(seed);
    let mut speaker = 0;
    let line = |number| {
        let text = SENTENCES[(seed as usize * 7 + number) % SENTENCES.len()];
        if number > 0 && speakers > 1 && dice.below(5) > 0 {
            speaker = (speaker + 1 + dice.below(u32::from(speakers) - 1) as u16) % speakers;
        }
        let pause_ms = if dice.below(12) == 0 { 2000 + dice.below(4000) } else { 200 + dice.below(1800) };
        Line { speaker, text, pause_ms }
    };
    (0..lines).map(line).collect()
}

/// The same script with silences of every length before its lines, 0.1 s to 45 s.
pub fn far_apart(mut script: Vec<Line>) -> Vec<Line> {
    const SILENCES_MS: [u32; 9] = [100, 8000, 300, 33_000, 700, 1500, 45_000, 3000, 20_000];
    for (line, pause_ms) in script.iter_mut().zip(SILENCES_MS.into_iter().cycle()) {
        line.pause_ms = pause_ms;
    }
    script
}

/// What was said, by whom and when, and how it sounds.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// 16 kHz, mono.
    pub samples: Vec<i16>,
    /// Every word with its time, in order; its confidence is no matter.
    pub words: Vec<Word>,
    /// One turn for each line, from its first sound to its last.
    pub turns: Vec<Turn>,
}

impl Conversation {
    /// Has Flite read a script.
    ///
    /// # Errors
    /// Flite is not installed, or pronounces a word otherwise in a sentence than alone, so that its time is not known.
    pub fn spoken(script: &[Line]) -> Outcome<Conversation> {
        let (mut conversation, mut flite) = (Conversation::default(), Flite::default());
        for line in script {
            conversation.pause(line.pause_ms);
            let start_ms = conversation.duration_ms();
            let spoken = flite.read(VOICES[usize::from(line.speaker)], line.text)?;
            let words = spoken.words.into_iter().map(|word| Word {
                start_ms: start_ms + word.start_ms,
                end_ms: start_ms + word.end_ms,
                ..word
            });
            let before = conversation.words.len();
            conversation.words.extend(words);
            let own = &conversation.words[before..];
            if let (Some(first), Some(last)) = (own.first(), own.last()) {
                let (start_ms, end_ms) = (first.start_ms, last.end_ms);
                conversation.turns.push(Turn { start_ms, end_ms, speaker: line.speaker });
            }
            conversation.samples.extend(spoken.samples);
        }
        conversation.pause(500);
        Ok(conversation)
    }

    /// Goes on with silence.
    pub fn pause(&mut self, ms: u32) {
        self.samples.resize(self.samples.len() + (ms * PER_MS) as usize, 0);
    }

    /// The same with a steady noise behind it, about 25 dB below the voices.
    #[must_use]
    pub fn with_noise(mut self) -> Self {
        let mut dice = Dice(1);
        for sample in &mut self.samples {
            *sample = sample.saturating_add(dice.below(301) as i16 - 150);
        }
        self
    }

    /// Length in milliseconds.
    pub fn duration_ms(&self) -> u32 {
        self.samples.len() as u32 / PER_MS
    }

    /// How much of it is speech, in milliseconds.
    pub fn speech_ms(&self) -> u32 {
        self.turns.iter().map(|turn| turn.end_ms - turn.start_ms).sum()
    }

    /// Writes it, so many times in a row, as the decode stage leaves a recording.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, file: &Path, times: u32) -> Outcome<Audio> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(file, spec)?;
        for _ in 0..times {
            let mut writer = writer.get_i16_writer(self.samples.len() as u32);
            self.samples.iter().for_each(|sample| writer.write_sample(*sample));
            writer.flush()?;
        }
        writer.finalize()?;
        let duration_ms = self.duration_ms() * times;
        Ok(Audio { file: file.to_owned(), duration_ms, source_format: "wav".into() })
    }
}

/// Lots that fall the same on every run.
struct Dice(u32);

impl Dice {
    /// A number below `limit`.
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(self.0) * u64::from(limit)) >> 32) as u32
    }
}

/// The command, and what it has said of single words.
#[derive(Default)]
struct Flite {
    sounds: BTreeMap<String, usize>,
}

/// One line, from its first sample.
struct Spoken {
    samples: Vec<i16>,
    words: Vec<Word>,
}

impl Flite {
    fn read(&mut self, voice: &str, text: &str) -> Outcome<Spoken> {
        let folder = tempfile::tempdir()?;
        let wav = folder.path().join("line.wav");
        let report =
            run(Command::new("flite").args(["-voice", voice, "-t", text, "-psdur", "-o"]).arg(&wav))?;
        let samples = hound::WavReader::open(&wav)?.into_samples().collect::<Result<_, _>>()?;
        // "pau:0.195 p:0.273 l:0.308": every sound with its end in seconds.
        let mut sounds = Vec::new();
        let mut start_ms = 0;
        for entry in report.split_whitespace() {
            let (name, end) = entry.split_once(':').ok_or_else(|| format!("flite says {entry}"))?;
            let end_ms = (end.parse::<f64>()? * 1000.0).round() as u32;
            if name != "pau" {
                sounds.push((start_ms, end_ms));
            }
            start_ms = end_ms;
        }
        let mut words = Vec::new();
        let mut rest = sounds.as_slice();
        for word in text.split_whitespace() {
            let count = self.sounds_of(word)?;
            let (own, later) =
                rest.split_at_checked(count).ok_or_else(|| format!("unequal sounds: {text}"))?;
            let (Some((start_ms, _)), Some((_, end_ms))) = (own.first(), own.last()) else {
                return Err(format!("no sounds: {word}").into());
            };
            let (start_ms, end_ms) = (*start_ms, *end_ms);
            words.push(Word { text: word.into(), start_ms, end_ms, confidence: None });
            rest = later;
        }
        if rest.is_empty() {
            Ok(Spoken { samples, words })
        } else {
            Err(format!("more sounds: {text}").into())
        }
    }

    /// Of how many sounds a word consists.
    fn sounds_of(&mut self, word: &str) -> Outcome<usize> {
        if let Some(known) = self.sounds.get(word) {
            return Ok(*known);
        }
        let report = run(Command::new("flite").args(["-voice", "kal16", "-t", word, "-ps", "none"]))?;
        let count = report.split_whitespace().filter(|sound| *sound != "pau").count();
        self.sounds.insert(word.into(), count);
        Ok(count)
    }
}

fn run(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|e| format!("flite does not start (Debian: flite): {e}"))?;
    if !output.status.success() {
        return Err(format!("flite ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]
    use super::*;

    #[test]
    fn every_sentence_has_its_words_in_order_inside_its_sound() {
        let mut flite = Flite::default();
        for (number, sentence) in SENTENCES.into_iter().enumerate() {
            let spoken = flite.read(VOICES[number % VOICES.len()], sentence).unwrap();
            let text: Vec<&str> = spoken.words.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(text.join(" "), sentence);
            let length_ms = spoken.samples.len() as u32 / PER_MS;
            assert!(
                spoken.words.iter().all(|word| word.start_ms < word.end_ms && word.end_ms <= length_ms + 1)
            );
            assert!(spoken.words.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms), "{sentence}");
        }
    }

    #[test]
    fn a_script_is_the_same_on_every_run_and_lets_everybody_speak() {
        for speakers in 1..=4 {
            let lines = script(speakers, 30, 5);
            assert_eq!(lines, script(speakers, 30, 5));
            assert_ne!(lines, script(speakers, 30, 6));
            assert!((0..speakers).all(|speaker| lines.iter().any(|line| line.speaker == speaker)));
        }
    }

    #[test]
    fn turns_begin_with_sound_and_pauses_are_silent() {
        let conversation = Conversation::spoken(&script(2, 3, 1)).unwrap();
        let loudest = |from_ms: u32, to_ms: u32| {
            let samples = &conversation.samples[(from_ms * PER_MS) as usize..(to_ms * PER_MS) as usize];
            samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap()
        };
        assert_eq!(conversation.turns.len(), 3);
        for turn in &conversation.turns {
            assert!(loudest(turn.start_ms, turn.start_ms + 200) > 1000, "{turn:?}");
        }
        for pair in conversation.turns.windows(2) {
            let (from_ms, to_ms) = (pair[0].end_ms + 100, pair[1].start_ms - 100);
            assert!(loudest(from_ms, to_ms) < 200, "{pair:?}");
        }
    }
}
