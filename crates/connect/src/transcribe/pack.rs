//! Stretches of voice packed into what an engine hears at once, and the way back to the recording's own time line.

use debrief_core::failure::Failure;
use debrief_core::transcript::Word;
use serde::{Deserialize, Serialize};

use super::pcm::{PER_MS, Pcm, Region};

/// What an engine hears at once: stretches of the recording, in order, without the silence between them. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pack(Vec<Region>);

/// Packs stretches, in their order, as full as they go into the longest pack.
pub(super) struct Packing {
    longest_ms: u32,
    open: Option<Pack>,
}

impl Packing {
    /// Packs of up to `longest_ms`. Zero: each stretch by itself.
    pub(super) fn new(longest_ms: u32) -> Self {
        Self { longest_ms, open: None }
    }

    /// Takes the next stretch; the pack that is full without it.
    pub(super) fn push(&mut self, region: Region) -> Option<Pack> {
        match &mut self.open {
            Some(pack) if pack.length_ms() + region.length_ms() <= self.longest_ms => {
                pack.0.push(region);
                None
            }
            open => open.replace(Pack(vec![region])),
        }
    }

    /// The last pack.
    pub(super) fn finish(self) -> Option<Pack> {
        self.open
    }
}

impl Pack {
    /// Length of what is heard, in milliseconds.
    pub(super) fn length_ms(&self) -> u32 {
        self.0.iter().map(|piece| piece.length_ms()).sum()
    }

    /// Where its first stretch begins and its last one ends in the recording, in milliseconds.
    pub(super) fn span_ms(&self) -> (u32, u32) {
        let (first, last) = (self.0.first(), self.0.last());
        (first.map_or(0, |piece| piece.start_ms()), last.map_or(0, |piece| piece.end_ms()))
    }

    /// Reads all of it into `samples`.
    pub(super) fn read(&self, pcm: &mut Pcm, samples: &mut Vec<i16>) -> Result<(), Failure> {
        samples.clear();
        let mut piece = Vec::new();
        for region in &self.0 {
            pcm.read(*region, &mut piece)?;
            samples.append(&mut piece);
        }
        Ok(())
    }

    /// The samples at which it may be parted in two, none in the middle of a stretch, unless it has only one: then half way.
    pub(super) fn middle(&self) -> usize {
        let whole = (self.length_ms() * PER_MS) as usize;
        let mut at = 0;
        let joints = self.0.iter().map(|piece| {
            at += (piece.end - piece.start) as usize;
            at
        });
        let inner = joints.filter(|joint| *joint < whole);
        inner.min_by_key(|joint| joint.abs_diff(whole / 2)).unwrap_or(whole / 2)
    }

    /// A word whose times are milliseconds from the start of what was heard, on the recording's time line: in the stretch in which its
    /// middle lies, and nowhere outside of it.
    pub(super) fn place(&self, word: Word) -> Word {
        let middle = word.start_ms + word.end_ms.saturating_sub(word.start_ms) / 2;
        let mut before = 0;
        let mut last = None;
        for piece in &self.0 {
            last = Some((piece, before));
            if middle < before + piece.length_ms() {
                break;
            }
            before += piece.length_ms();
        }
        let Some((piece, before)) = last else { return word };
        let placed =
            |ms: u32| (piece.start_ms() + ms.saturating_sub(before)).clamp(piece.start_ms(), piece.end_ms());
        let (start_ms, end_ms) = (placed(word.start_ms), placed(word.end_ms.max(word.start_ms)));
        Word { start_ms, end_ms, ..word }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(start_ms: u32, end_ms: u32) -> Region {
        Region { start: start_ms * PER_MS, end: end_ms * PER_MS }
    }

    fn packed(regions: &[Region], longest_ms: u32) -> Vec<Pack> {
        let mut packing = Packing::new(longest_ms);
        let mut packs: Vec<Pack> = regions.iter().filter_map(|region| packing.push(*region)).collect();
        packs.extend(packing.finish());
        packs
    }

    fn word(start_ms: u32, end_ms: u32) -> Word {
        Word { text: "word".into(), start_ms, end_ms, confidence: None }
    }

    #[test]
    fn packs_are_full_and_lose_no_stretch() {
        let regions = [region(0, 4000), region(9000, 14_000), region(60_000, 62_000), region(70_000, 79_000)];
        let packs = packed(&regions, 10_000);
        let pieces: Vec<usize> = packs.iter().map(|pack| pack.0.len()).collect();
        assert_eq!(pieces, [2, 1, 1], "2 s and 9 s are too much for one");
        let kept: Vec<Region> = packs.into_iter().flat_map(|pack| pack.0).collect();
        assert_eq!(kept, regions);
    }

    #[test]
    fn a_word_is_placed_in_the_stretch_where_most_of_it_was_heard() {
        let pack = Pack(vec![region(1000, 3000), region(60_000, 61_000)]);
        let place = |start, end| {
            let placed = pack.place(word(start, end));
            (placed.start_ms, placed.end_ms)
        };
        assert_eq!(place(0, 500), (1000, 1500));
        assert_eq!(place(2100, 2300), (60_100, 60_300));
        assert_eq!(place(1700, 2100), (2700, 3000), "it began in the first stretch");
        assert_eq!(place(1950, 2400), (60_000, 60_400));
        assert_eq!(place(2900, 9000), (60_900, 61_000), "an engine may claim more than it heard");
    }

    #[test]
    fn a_pack_is_parted_between_stretches() {
        assert_eq!(Pack(vec![region(0, 3000), region(5000, 6000), region(9000, 13_000)]).middle(), 64_000);
        assert_eq!(Pack(vec![region(0, 3000)]).middle(), 24_000);
    }

    proptest! {
        #[test]
        fn every_moment_that_is_heard_goes_back_to_exactly_where_it_was(
            gaps in prop::collection::vec((0u32..9000, 1u32..9000), 1..20), at in 0.0..1.0f64,
        ) {
            let mut end = 0;
            let regions: Vec<Region> = gaps.iter().map(|(gap, length)| {
                let start = end + gap;
                end = start + length;
                region(start, end)
            }).collect();
            for pack in packed(&regions, 30_000) {
                let heard = (f64::from(pack.length_ms()) * at) as u32;
                // The moments of the recording that were heard, one after the other.
                let moments: Vec<u32> =
                    pack.0.iter().flat_map(|piece| piece.start_ms()..piece.end_ms()).collect();
                prop_assert_eq!(pack.place(word(heard, heard)).start_ms, moments[heard as usize]);
            }
        }
    }
}
