//! Pages as Markdown and HTML files in a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use debrief_core::failure::{Failure, Warning};
use debrief_core::naming::page_stem;
use debrief_core::page::Page;
use debrief_core::ports::{PageSink, PublishedPage};
use debrief_core::stage::{Progress, StageCx, StepResult};

mod escape;
mod failures;
mod html;
mod marker;
mod place;
mod prose;
mod text;
mod words;
mod write;

#[cfg(test)]
#[cfg(unix)]
mod full_disk_test;
#[cfg(test)]
mod tests;

use failures::folder_failure;
use place::{Bookmark, Place};

/// Jobs publish side by side; choosing a free name and taking it must not interleave.
static PUBLISHING: Mutex<()> = Mutex::new(());

/// Writes `[YYYY-MM-DD] Title.md` and `.html` into one folder.
///
/// The folder is the person's: it is never created here, so that the mount point of an unplugged disk is not
/// filled with pages. [`create_default_folder`] is for the folder that Debrief itself proposes.
#[derive(Debug, Clone)]
pub struct MarkdownFolder {
    folder: PathBuf,
}

impl MarkdownFolder {
    /// A sink that writes into `folder`, an absolute path.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder that pages go to.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The page as it stands in the Markdown file.
pub fn to_markdown(page: &Page) -> String {
    text::markdown(page)
}

/// Creates the folder that pages go to when the person has chosen none. Not for a folder that the person chose.
///
/// # Errors
/// The same failures as [`MarkdownFolder::ready`](PageSink::ready).
pub fn create_default_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| folder_failure(&error, folder))
}

#[async_trait]
impl PageSink for MarkdownFolder {
    async fn ready(&self) -> Result<(), Failure> {
        let folder = self.folder.clone();
        on_worker(move || check_folder(&folder)).await
    }

    async fn publish(&self, page: &Page, cx: StageCx) -> StepResult<PublishedPage> {
        let (folder, page) = (self.folder.clone(), page.clone());
        on_worker(move || publish(&folder, &page, &cx)).await
    }
}

/// File work blocks; it must not hold up the other jobs of this thread.
async fn on_worker<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Failure> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(panicked) => Err(Failure::internal(panicked).into()),
    }
}

fn check_folder(folder: &Path) -> Result<(), Failure> {
    let probe = || -> io::Result<()> {
        if !std::fs::metadata(folder)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        // Permissions, mounts and quotas lie in many ways; only writing tells. The file has no name where the
        // system can do that, and is removed at once where it can't.
        let mut file = tempfile::tempfile_in(folder)?;
        io::Write::write_all(&mut file, &[0; 4096])?;
        file.sync_all()
    };
    probe().map_err(|error| folder_failure(&error, folder))
}

fn publish(folder: &Path, page: &Page, cx: &StageCx) -> StepResult<PublishedPage> {
    cx.check_stopped()?;
    check_folder(folder)?;
    let failed = |error: io::Error| folder_failure(&error, folder);

    // A poisoned lock only means that another job's publish panicked; the folder itself is read afresh here.
    let _one_at_a_time = PUBLISHING.lock().unwrap_or_else(PoisonError::into_inner);
    write::sweep(folder, page.job).map_err(failed)?;
    let stem = page_stem(page.date, &page.title);
    let place = place::choose(folder, page, &stem, cx.bookmark::<Bookmark>().as_ref()).map_err(failed)?;
    cx.save_bookmark(&Bookmark { stem: place.stem.clone() }, 0.0)?;

    let published = write_both(folder, page, &place, cx)?;
    for outdated in &place.outdated {
        write::remove(outdated).map_err(failed)?;
    }
    write::sync_folder(folder).map_err(failed)?;
    if let Some(edited) = &place.edited {
        cx.warn(kept_edits(edited, &place.stem));
    }
    Ok(published)
}

fn write_both(folder: &Path, page: &Page, place: &Place, cx: &StageCx) -> StepResult<PublishedPage> {
    let failed = |error: io::Error| folder_failure(&error, folder);
    let markdown = folder.join(format!("{}.md", place.stem));
    let html = folder.join(format!("{}.html", place.stem));

    write::replace(&markdown, &text::markdown(page), page.job).map_err(failed)?;
    write::sync_folder(folder).map_err(failed)?;
    cx.progress(Progress::items(1, 2));
    cx.check_stopped()?;
    write::replace(&html, &html::html(page), page.job).map_err(failed)?;
    cx.progress(Progress::items(2, 2));
    Ok(PublishedPage { markdown_path: Some(markdown), html_path: Some(html), notion: None })
}

fn kept_edits(edited: &str, written: &str) -> Warning {
    Warning::new(
        "page_edited",
        format!(
            "\u{201c}{edited}\u{201d} was changed by hand and is kept as it is. The new page is \u{201c}{written}\u{201d}."
        ),
    )
}
