//! The folder with models: one folder for each, locks, and what is known of those that are whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::catalogue::CatalogueModel;
use super::download::sidecar_of;
use crate::inflow::{self, length};

const STATE_FILE: &str = "models.json";
const UNREADABLE_FILE: &str = "models.unreadable.json";
/// Ids of files that are not in the catalogue begin with this.
pub(super) const FILE_PREFIX: &str = "file:";

/// How far a model's files were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// Against the sums in the catalogue.
    Verified,
    /// The catalogue has no sum for some; the sums of what arrived first are kept, and later downloads must agree.
    Pinned,
    /// Not at all: a file that the person added.
    Unchecked,
}

/// What is kept of everything in a folder: `models.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Known {
    /// The models that are whole, by id.
    pub(super) models: BTreeMap<String, Whole>,
    /// Sums of what arrived first, by id and file name. They outlive their models.
    pub(super) pins: BTreeMap<String, BTreeMap<String, String>>,
    /// Measured speeds, in times real time, by id.
    pub(super) speeds: BTreeMap<String, f64>,
}

/// A model with all its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whole {
    pub(super) checked: Checked,
    /// By name.
    pub(super) files: BTreeMap<String, WholeFile>,
}

/// A file as it was when it was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WholeFile {
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
}

/// Where models are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    /// The folder of one model.
    pub(super) fn of(&self, id: &str) -> PathBuf {
        self.0.join(id.strip_prefix(FILE_PREFIX).map_or_else(|| id.to_owned(), |name| format!("file-{name}")))
    }

    /// Where a file of a model is while it is not whole.
    pub(super) fn part(&self, id: &str, name: &str) -> PathBuf {
        self.of(id).join(format!("{name}.part"))
    }

    /// What is kept. A file that can't be read counts as none: models are then added or downloaded again.
    pub(super) fn known(&self) -> Known {
        let text = fs::read(self.0.join(STATE_FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Changes what is kept as a whole, one process at a time.
    pub(super) fn change(&self, change: impl FnOnce(&mut Known)) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let lock = File::create(self.0.join("models.lock"))?;
        lock.lock()?;
        let mut known = self.known_or_kept_aside()?;
        change(&mut known);
        let mut written = tempfile::NamedTempFile::new_in(&self.0)?;
        written.write_all(&serde_json::to_vec_pretty(&known)?)?;
        written.as_file().sync_all()?;
        written.persist(self.0.join(STATE_FILE)).map_err(|error| error.error)?;
        sync_folder(&self.0);
        Ok(())
    }

    /// As [`Folder::known`], before it is written over: the pins and added files of one that can't be read are put aside.
    fn known_or_kept_aside(&self) -> io::Result<Known> {
        let file = self.0.join(STATE_FILE);
        match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).or_else(|error| {
                tracing::warn!(%error, "what was kept of models can't be read; it is put aside");
                fs::rename(&file, self.0.join(UNREADABLE_FILE)).map(|()| Known::default())
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Known::default()),
            Err(error) => Err(error),
        }
    }

    /// The right to work on one model; none if another process has it. It ends with the file that is answered.
    pub(super) fn claim(&self, id: &str) -> io::Result<Option<File>> {
        let folder = self.0.join("locks");
        fs::create_dir_all(&folder)?;
        let file = File::create(folder.join(id.replace(':', "-")))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether a process works on the model.
    pub(super) fn is_claimed(&self, id: &str) -> bool {
        let Ok(file) = File::open(self.0.join("locks").join(id.replace(':', "-"))) else { return false };
        matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
    }

    /// What is known of a whole model whose files are all there, each as long as it was.
    pub(super) fn whole(&self, id: &str) -> Option<Whole> {
        let whole = self.known().models.remove(id)?;
        let folder = self.of(id);
        let there = |(name, file): (&String, &WholeFile)| length(&folder.join(name)) == file.size_bytes;
        whole.files.iter().all(there).then_some(whole)
    }

    /// Bytes of a model that have arrived.
    pub(super) fn arrived(&self, model: &CatalogueModel) -> u64 {
        let of = |name: &str| length(&self.of(&model.id).join(name)) + length(&self.part(&model.id, name));
        model.files.iter().map(|file| of(&file.name)).sum()
    }

    /// Makes a checked part the file itself, durably.
    pub(super) fn settle(&self, id: &str, name: &str) -> io::Result<()> {
        let (part, file) = (self.part(id, name), self.of(id).join(name));
        File::options().write(true).open(&part)?.sync_all()?;
        fs::rename(&part, file)?;
        sync_folder(&self.of(id));
        let _ = fs::remove_file(sidecar_of(&part));
        Ok(())
    }

    /// Removes a model and whatever of it has arrived.
    pub(super) fn remove(&self, id: &str) -> io::Result<()> {
        // First what makes it count, so that half a model never does.
        if self.known().models.contains_key(id) {
            self.change(|known| drop(known.models.remove(id)))?;
        }
        match fs::remove_dir_all(self.of(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// A rename is durable once its folder is. Where folders can't be synced, the system sees to it.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Copies a file durably to a part beside its place, then to its place. The copy must have the sum of the original.
pub(super) fn copy(from: &Path, to: &Path, sha256: &str) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let copy = tempfile::Builder::new().suffix(".part").tempfile_in(folder)?;
    io::copy(&mut File::open(from)?, &mut copy.as_file())?;
    copy.as_file().sync_all()?;
    if inflow::checksum::<Sha256>(copy.path())? != sha256 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the copy differs from the original"));
    }
    copy.persist(to).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// The first bytes, length and sum of a file that somebody wants to add.
pub(super) struct Looked {
    pub(super) magic: [u8; 4],
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
}

pub(super) fn look(path: &Path) -> io::Result<Looked> {
    let mut magic = [0; 4];
    let mut file = File::open(path)?;
    let read = io::Read::read(&mut file, &mut magic)?;
    magic[read..].fill(0);
    let mut sum = Sha256::new();
    inflow::digest(path, &mut sum)?;
    let size_bytes = file.metadata()?.len();
    Ok(Looked { magic, size_bytes, sha256: inflow::hex(sum.finalize().as_slice()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_but_cannot_be_read_is_put_aside_before_it_is_written_over() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder(place.path().to_owned());
        let newer = r#"{ "pins": { "x": { "x.bin": 7 } } }"#;
        fs::write(place.path().join(STATE_FILE), newer).unwrap();
        folder.change(|known| known.speeds = [("x".to_owned(), 2.0)].into()).unwrap();
        assert_eq!(folder.known().speeds["x"], 2.0);
        assert_eq!(fs::read_to_string(place.path().join(UNREADABLE_FILE)).unwrap(), newer);
        // What is there and can't be had now is not written over.
        fs::remove_file(place.path().join(STATE_FILE)).unwrap();
        fs::create_dir(place.path().join(STATE_FILE)).unwrap();
        assert!(folder.change(|known| known.speeds.clear()).is_err());
    }
}
