//! Which file name a page gets: the one it already has, or a free one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use debrief_core::job::JobId;
use debrief_core::page::Page;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::marker::{Found, look};

/// Names tried for one title: ` (2)` to ` (999)`.
const MOST_NAMESAKES: u32 = 999;

/// The file name that this job's page has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bookmark {
    /// Without extension.
    pub(super) stem: String,
}

/// Where the page goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// File name without extension.
    pub(super) stem: String,
    /// A file name without extension of this job's page that a person has changed; it is left alone.
    pub(super) edited: Option<String>,
    /// Unchanged files of this job under an earlier title; to be removed once the new ones are written.
    pub(super) outdated: Vec<PathBuf>,
}

/// Chooses the place of `page`: where it already is, or else the first free name after `stem`.
pub(super) fn choose(
    folder: &Path,
    page: &Page,
    stem: &str,
    bookmark: Option<&Bookmark>,
) -> io::Result<Place> {
    let pair = |stem: &str| look_at_pair(folder, stem, page.job);
    let (mut edited, mut outdated, mut ours) = (None, Vec::new(), BTreeSet::new());
    for known in stems_of_day(folder, page.date)? {
        match pair(&known)? {
            Found::Nothing | Found::Foreign => {}
            Found::Ours if is_namesake(&known, stem) => drop(ours.insert(known)),
            Found::Ours => outdated.extend(files_of(folder, &known).into_iter().filter(|file| file.exists())),
            Found::OursEdited => edited = edited.or(Some(known)),
        }
    }

    // Of several pages of this job, which only a person's copying can make, the one last written to is taken.
    let marked = bookmark.map(|b| &b.stem).filter(|stem| ours.contains(*stem));
    if let Some(stem) = marked.or(ours.first()) {
        return Ok(Place { stem: stem.clone(), edited, outdated });
    }
    for number in 1..=MOST_NAMESAKES {
        let candidate = numbered(stem, number);
        if pair(&candidate)? == Found::Nothing {
            return Ok(Place { stem: candidate, edited, outdated });
        }
    }
    Err(io::Error::other(format!("{MOST_NAMESAKES} pages are called {stem:?} already")))
}

fn files_of(folder: &Path, stem: &str) -> [PathBuf; 2] {
    [folder.join(format!("{stem}.md")), folder.join(format!("{stem}.html"))]
}

/// What the two files of one name are to `job`, taken together.
fn look_at_pair(folder: &Path, stem: &str, job: JobId) -> io::Result<Found> {
    let [markdown, html] = files_of(folder, stem);
    Ok(match (look(&markdown, job)?, look(&html, job)?) {
        (Found::Foreign, _) | (_, Found::Foreign) => Found::Foreign,
        (Found::OursEdited, _) | (_, Found::OursEdited) => Found::OursEdited,
        (Found::Ours, _) | (_, Found::Ours) => Found::Ours,
        (Found::Nothing, Found::Nothing) => Found::Nothing,
    })
}

/// Names of the pages of `date` in the folder, without extension, in order.
fn stems_of_day(folder: &Path, date: Date) -> io::Result<BTreeSet<String>> {
    let day = format!("[{date}]");
    let mut stems = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        // A name that is not Unicode is none of ours.
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let Some(stem) = name.strip_suffix(".md").or_else(|| name.strip_suffix(".html")) else { continue };
        if stem.starts_with(&day) {
            stems.insert(stem.to_owned());
        }
    }
    Ok(stems)
}

fn numbered(stem: &str, number: u32) -> String {
    if number == 1 { stem.to_owned() } else { format!("{stem} ({number})") }
}

fn is_namesake(candidate: &str, stem: &str) -> bool {
    let Some(rest) = candidate.strip_prefix(stem) else { return false };
    let number = rest.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
    rest.is_empty() || number.is_some_and(|number| number.parse::<u32>().is_ok_and(|n| n > 1))
}
