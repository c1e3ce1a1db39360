//! The files of the world, and the log of what changed.

use jiff::Timestamp;

use super::accounts::AccountId;
use super::file::{Content, DriveFile, FileId, NewFile, Right};
use crate::world::World;

/// A line of the log that `changes` reads.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) file: FileId,
    pub(super) time: Timestamp,
}

impl World {
    /// Adds a file to an account's Drive.
    ///
    /// # Panics
    /// When the account is not of this world, or the content is a file on disk that cannot be read.
    pub fn add_file(&mut self, owner: &AccountId, file: NewFile) -> FileId {
        let account = self.google.accounts.get(owner).expect("the account is of this world");
        let id = FileId::new();
        let file = DriveFile::new(id.clone(), owner.clone(), &account.root, file, self.now());
        self.google.files.insert(id.clone(), file);
        self.changed(&id);
        id
    }

    /// A file.
    #[must_use]
    pub fn file(&self, id: &FileId) -> Option<&DriveFile> {
        self.google.files.get(id).filter(|file| !file.removed)
    }

    /// A file to change by hand; `changes` will tell of it.
    pub fn file_mut(&mut self, id: &FileId) -> Option<&mut DriveFile> {
        self.file(id)?;
        self.changed(id);
        let file = self.google.files.get_mut(id)?;
        file.forget_checksums();
        Some(file)
    }

    /// Gives a file another content: another revision, other checksums, modified now.
    ///
    /// # Panics
    /// When the content is a file on disk that cannot be read.
    pub fn replace_content(&mut self, id: &FileId, content: Content) {
        let now = self.now();
        if let Some(file) = self.file_mut(id) {
            file.replace_content(content, now);
        }
    }

    /// Lets another account see a file, or write to it.
    pub fn share(&mut self, id: &FileId, with: &AccountId, right: Right) {
        if let Some(file) = self.file_mut(id) {
            file.shares.insert(with.clone(), right);
        }
    }

    /// Takes back what [`World::share`] gave.
    pub fn unshare(&mut self, id: &FileId, with: &AccountId) {
        if let Some(file) = self.file_mut(id) {
            file.shares.remove(with);
            file.once_seen_by.insert(with.clone());
        }
    }

    /// Deletes a file for ever.
    pub fn remove_file(&mut self, id: &FileId) {
        if let Some(file) = self.file_mut(id) {
            file.removed = true;
        }
    }

    /// A file that is still being written has grown after somebody looked.
    pub(super) fn grow(&mut self, id: &FileId) {
        let now = self.now();
        if self.google.files.get_mut(id).is_some_and(|file| file.grow(now)) {
            self.changed(id);
        }
    }

    /// Notes that a file changed.
    fn changed(&mut self, id: &FileId) {
        let time = self.now();
        if let Some(file) = self.google.files.get_mut(id) {
            file.version += 1;
        }
        self.google.changes.push(Change { file: id.clone(), time });
    }
}
