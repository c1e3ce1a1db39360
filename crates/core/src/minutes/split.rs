//! A long transcript in parts that fit a language model, cut where the conversation turns to something else.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::cohesion::{self, WordVector};
use super::words;
use crate::transcript::Transcript;

/// One line of a transcript as a model reads it: a segment, or a piece of one that is too long for a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The segment's place in the transcript.
    pub segment: usize,
    /// Which bytes of its text.
    pub bytes: Range<usize>,
}

/// Consecutive lines that are read together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// In order of the transcript; never none.
    pub lines: Vec<Line>,
}

impl Part {
    /// The segments that it has something of.
    pub fn segments(&self) -> Range<usize> {
        let first = self.lines.first().map_or(0, |line| line.segment);
        first..self.lines.last().map_or(first, |line| line.segment + 1)
    }
}

/// A part is cut where the conversation turns in the last part of it, beginning here (in percent).
const EARLIEST_CUT: usize = 55;

/// The transcript in parts of at most `most_tokens` each, as `count` counts a line. Every character is in exactly one part;
/// a segment is cut only when it alone is longer than a part, at the end of a sentence where there is one.
pub fn split(transcript: &Transcript, most_tokens: u32, count: &dyn Fn(&Line) -> u32) -> Vec<Part> {
    let lines: Vec<Line> = (0..transcript.segments.len())
        .flat_map(|segment| pieces(transcript, segment, most_tokens, count))
        .collect();
    let sizes: Vec<u64> = lines.iter().map(|line| u64::from(count(line))).collect();
    let most = u64::from(most_tokens).max(1);
    if sizes.iter().sum::<u64>() <= most {
        return if lines.is_empty() { Vec::new() } else { vec![Part { lines }] };
    }
    let depths = depths(transcript, &lines);
    let mut parts = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        let to = end(&sizes, &depths, from, most);
        parts.push(Part { lines: lines[from..to].to_vec() });
        from = to;
    }
    parts
}

/// Behind which line a part that begins at `from` ends.
fn end(sizes: &[u64], depths: &[f32], from: usize, most: u64) -> usize {
    let rest: u64 = sizes[from..].iter().sum();
    if rest <= most {
        return sizes.len();
    }
    // Parts of about the same size: the last one isn't a mere rest.
    let parts = rest.div_ceil(most);
    let wanted = (rest / parts + most) / 2;
    let mut size = 0;
    let mut earliest = None;
    let mut to = from;
    for (index, more) in sizes.iter().enumerate().skip(from) {
        if index > from && (size + more > most || size > wanted) {
            break;
        }
        size += more;
        to = index + 1;
        if earliest.is_none() && size * 100 >= wanted * EARLIEST_CUT as u64 {
            earliest = Some(to);
        }
    }
    let earliest = earliest.unwrap_or(to).min(to);
    // The deepest fall; of equals the latest, so that parts are as few as can be.
    (earliest..=to)
        .max_by(|a, b| depth(depths, *a).total_cmp(&depth(depths, *b)).then(a.cmp(b)))
        .unwrap_or(to)
}

fn depth(depths: &[f32], gap: usize) -> f32 {
    depths.get(gap).copied().unwrap_or(0.0)
}

fn depths(transcript: &Transcript, lines: &[Line]) -> Vec<f32> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut vectors: Vec<WordVector> = Vec::new();
    for line in lines {
        let mut vector: BTreeMap<u32, f32> = BTreeMap::new();
        for word in words::content(text_of(transcript, line)) {
            let next = u32::try_from(numbers.len()).expect("fewer words than 2^32");
            vector.insert(*numbers.entry(word).or_insert(next), 1.0);
        }
        vectors.push(vector.into_iter().collect());
    }
    let Ok(depths) = cohesion::depths(&vectors, || Ok::<(), Infallible>(()));
    depths
}

/// The words of a line.
pub fn text_of<'a>(transcript: &'a Transcript, line: &Line) -> &'a str {
    transcript
        .segments
        .get(line.segment)
        .and_then(|segment| segment.text.get(line.bytes.clone()))
        .unwrap_or_default()
}

/// A segment as it is, or cut until every piece fits.
fn pieces(transcript: &Transcript, segment: usize, most: u32, count: &dyn Fn(&Line) -> u32) -> Vec<Line> {
    let text = transcript.segments[segment].text.as_str();
    let line = |bytes: Range<usize>| Line { segment, bytes };
    let whole = line(0..text.len());
    if count(&whole) <= most {
        return vec![whole];
    }
    let sentences = text.split_sentence_bound_indices().map(|(start, piece)| start..start + piece.len());
    let mut atoms: Vec<Range<usize>> = Vec::new();
    for sentence in sentences {
        if count(&line(sentence.clone())) <= most {
            atoms.push(sentence);
            continue;
        }
        // Without punctuation there is no sentence to keep: words, or characters in Chinese.
        let words = text[sentence.clone()].split_word_bound_indices();
        atoms.extend(words.map(|(start, word)| sentence.start + start..sentence.start + start + word.len()));
    }
    join(&atoms, |bytes| count(&line(bytes)) <= most).into_iter().map(line).collect()
}

/// Neighbouring ranges put together as long as they fit; each run is found by halving, so that long ones stay cheap.
fn join(atoms: &[Range<usize>], fits: impl Fn(Range<usize>) -> bool) -> Vec<Range<usize>> {
    let mut joined = Vec::new();
    let mut from = 0;
    while from < atoms.len() {
        let (mut good, mut bad) = (from + 1, atoms.len() + 1);
        while bad - good > 1 {
            let middle = usize::midpoint(good, bad);
            if fits(atoms[from].start..atoms[middle - 1].end) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        joined.push(atoms[from].start..atoms[good - 1].end);
        from = good;
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::minutes::testing::transcript;

    fn by_bytes(transcript: &Transcript) -> impl Fn(&Line) -> u32 + '_ {
        |line| u32::try_from(text_of(transcript, line).len()).unwrap() + 8
    }

    #[test]
    fn a_short_transcript_is_one_part_and_none_is_none() {
        let short = transcript("en", &[("Ana", "Hello."), ("Ben", "Hi.")]);
        assert_eq!(split(&short, 1_000, &by_bytes(&short)).len(), 1);
        let none = transcript("en", &[]);
        assert_eq!(split(&none, 1_000, &by_bytes(&none)), []);
    }

    #[test]
    fn a_part_ends_where_the_topic_does() {
        let mut lines =
            vec![("Ana", "The server migration needs new server disks and database backups."); 20];
        lines.extend(vec![("Ben", "Our holiday party wants music, food and a venue near the river."); 20]);
        let long = transcript("en", &lines);
        let all: u32 = (0..40)
            .map(|i| by_bytes(&long)(&Line { segment: i, bytes: 0..long.segments[i].text.len() }))
            .sum();
        let parts = split(&long, all * 6 / 10, &by_bytes(&long));
        assert_eq!(parts.iter().map(Part::segments).collect::<Vec<_>>(), [0..20, 20..40]);
    }

    #[test]
    fn a_huge_segment_is_cut_at_sentences() {
        let sentence = "We will move the database to the new cluster. ";
        let text = sentence.repeat(50);
        let huge = transcript("en", &[("Ana", &text)]);
        let parts = split(&huge, 300, &by_bytes(&huge));
        assert!(parts.len() > 5);
        for part in &parts {
            assert!(part.lines.iter().all(|line| text_of(&huge, line).starts_with("We will")), "{part:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn everything_is_in_exactly_one_part_and_every_part_fits(
            texts in prop::collection::vec("[a-c ,.。我們會寄]{0,80}", 0..40),
            most in 40_u32..400,
        ) {
            let lines: Vec<(&str, &str)> = texts.iter().map(|text| ("Ana", text.as_str())).collect();
            let whole = transcript("en", &lines);
            let count = by_bytes(&whole);
            let parts = split(&whole, most, &count);
            let mut read = vec![String::new(); texts.len()];
            let mut last = 0;
            for part in &parts {
                prop_assert!(!part.lines.is_empty());
                prop_assert!(part.lines.iter().map(&count).sum::<u32>() <= most);
                for line in &part.lines {
                    prop_assert!(line.segment >= last);
                    last = line.segment;
                    read[line.segment].push_str(text_of(&whole, line));
                }
            }
            prop_assert_eq!(read, texts);
        }
    }
}
