//! Adding, removing and moving models that are on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use debrief_core::failure::{Failure, FailureCode};

use super::catalogue::{CatalogueModel, Purpose};
use super::folder::{Checked, FILE_PREFIX, Folder, Known, Looked, Whole, WholeFile, copy, look};
use super::{Models, Removed, failures};

/// What a file turned out to be.
enum Recognised<'a> {
    Offered(&'a CatalogueModel, &'a str),
    /// A model that isn't in the catalogue.
    Other,
}

impl Models {
    /// Takes note of a whole model, and pins sums that the catalogue lacks.
    pub(super) fn shelve(&self, known: &mut Known, model: &CatalogueModel, whole: Whole) {
        for file in model.files.iter().filter(|file| file.sha256.is_none()) {
            if let Some(got) = whole.files.get(&file.name) {
                let pins = known.pins.entry(model.id.clone()).or_default();
                pins.entry(file.name.clone()).or_insert_with(|| got.sha256.clone());
            }
        }
        known.models.insert(model.id.clone(), whole);
    }

    /// Adds a model file that is on this machine; answers its id. With `move_it` the file goes from where it was. A model
    /// of several files is ready once each of them was added.
    ///
    /// # Errors
    /// The file can't be read, is no model, or only looks like one of the catalogue; or the disk has no room.
    pub fn add_file(&self, path: &Path, move_it: bool) -> Result<String, Failure> {
        let looked = look(path).map_err(|error| failures::unreadable(path, &error))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = self.at();
        let id = match self.recognise(&name, &looked)? {
            Recognised::Offered(model, file) => {
                let _claim = self.claim_for_adding(&folder, &model.id, &model.name)?;
                self.take_in(&folder, &model.id, path, file, &looked, move_it)?;
                self.complete(&folder, model, file, &looked)?;
                model.id.clone()
            }
            Recognised::Other => {
                let id = format!("{FILE_PREFIX}{name}");
                let _claim = self.claim_for_adding(&folder, &id, &name)?;
                // Many models are called ggml-model.bin; the file that is here may be the only one of its kind.
                let there = folder.whole(&id).and_then(|mut whole| whole.files.remove(&name));
                if there.is_some_and(|file| file.sha256 != looked.sha256) {
                    return Err(failures::name_taken(&name));
                }
                self.take_in(&folder, &id, path, &name, &looked, move_it)?;
                let file = WholeFile { size_bytes: looked.size_bytes, sha256: looked.sha256 };
                let whole = Whole { checked: Checked::Unchecked, files: BTreeMap::from([(name, file)]) };
                folder
                    .change(|known| drop(known.models.insert(id.clone(), whole)))
                    .map_err(|error| failures::disk(&folder.0, &error))?;
                id
            }
        };
        self.failed().remove(&id);
        self.tell(&id);
        Ok(id)
    }

    /// Removes a model, also one that is chosen: what takes its place is answered.
    ///
    /// # Errors
    /// It is neither on offer nor here, another process downloads it, or the disk refuses.
    pub async fn remove(&self, id: &str) -> Result<Removed, Failure> {
        self.pause(id).await;
        let folder = self.at();
        if !folder.known().models.contains_key(id) {
            self.0.catalogue.model(id)?;
        }
        let _claim = self.claim_for_adding(&folder, id, id)?;
        folder.remove(id).map_err(|error| failures::disk(&folder.0, &error))?;
        self.failed().remove(id);
        self.tell(id);
        let purpose = self.0.catalogue.model(id).map_or(Purpose::Transcribe, |model| model.purpose);
        Ok(Removed { replacement: self.best_ready(purpose) })
    }

    /// The best model for a purpose that is ready: one of the catalogue, or else, for words, a file that was added.
    pub fn best_ready(&self, purpose: Purpose) -> Option<String> {
        let folder = self.at();
        let offered = self.0.catalogue.models.iter().filter(|model| model.purpose == purpose);
        let offered = offered.map(|model| model.id.clone()).find(|id| folder.whole(id).is_some());
        let added = || {
            let mut ids = folder.known().models.into_keys().filter(|id| id.starts_with(FILE_PREFIX));
            ids.find(|id| purpose == Purpose::Transcribe && folder.whole(id).is_some())
        };
        offered.or_else(added)
    }

    /// Moves all models to another folder: copies them, checks the copies, lets `switch` make the new folder the one that
    /// counts, and only then removes the old ones. Whatever interrupts it, one of the folders is whole.
    ///
    /// # Errors
    /// A download is under way, the folder can't be used or has no room, or `switch` refused; all is as before then.
    pub fn move_to(
        &self,
        to: &Path,
        switch: impl FnOnce(&Path) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let old = self.at();
        let new = Folder(to.to_owned());
        if !self.active().is_empty() {
            return Err(failures::busy_here());
        }
        fs::create_dir_all(to).map_err(|error| failures::disk(to, &error))?;
        let _ = fs::create_dir_all(&old.0);
        let real = |folder: &Path| fs::canonicalize(folder).map_err(|error| failures::disk(folder, &error));
        let (from, real_to) = (real(&old.0)?, real(to)?);
        if from == real_to {
            return Ok(());
        }
        if real_to.starts_with(&from) || from.starts_with(&real_to) {
            return Err(Failure::never(
                FailureCode::BadRequest,
                format!("{} and the folder for models lie one in the other.", to.display()),
                "Choose a folder of its own.",
            ));
        }
        let known = old.known();
        let ids: Vec<&String> = known.models.keys().filter(|id| old.whole(id).is_some()).collect();
        // Parts are not worth moving.
        let arrived = self.0.catalogue.models.iter().filter(|model| old.arrived(model) > 0);
        let parts: Vec<&String> = arrived.map(|model| &model.id).filter(|id| !ids.contains(id)).collect();
        let mut claims = Vec::new();
        for id in ids.iter().chain(&parts) {
            claims.push(self.claim_for_adding(&old, id, id)?);
        }
        let size = |id: &&String| known.models[*id].files.values().map(|file| file.size_bytes).sum::<u64>();
        self.check_room(&new, ids.iter().map(size).sum())?;
        for id in &ids {
            for (name, file) in &known.models[*id].files {
                copy(&old.of(id).join(name), &new.of(id).join(name), &file.sha256)
                    .map_err(|error| failures::disk(to, &error))?;
            }
        }
        let copied = ids.iter().map(|id| ((*id).clone(), known.models[*id].clone()));
        let add = |there: &mut Known| {
            there.models.extend(copied);
            there.pins.extend(known.pins.clone());
            there.speeds.extend(known.speeds.clone());
        };
        new.change(add).map_err(|error| failures::disk(to, &error))?;
        switch(to)?;
        *self.0.folder.write().unwrap_or_else(std::sync::PoisonError::into_inner) = new;
        for id in ids.into_iter().chain(parts) {
            // Left-overs cost room, nothing else.
            if let Err(error) = old.remove(id) {
                tracing::warn!(%error, id, "a model that was moved can't be removed from its old folder");
            }
            self.tell(id);
        }
        Ok(())
    }

    fn claim_for_adding(&self, folder: &Folder, id: &str, name: &str) -> Result<fs::File, Failure> {
        if self.active().contains_key(id) {
            return Err(failures::busy_here());
        }
        self.claim(folder, id, name)
    }

    /// What a file is: one of the catalogue by its sum, or by its name where the catalogue has none; else by its first
    /// bytes.
    fn recognise(&self, name: &str, looked: &Looked) -> Result<Recognised<'_>, Failure> {
        let all =
            || self.0.catalogue.models.iter().flat_map(|model| model.files.iter().map(move |f| (model, f)));
        if let Some((model, file)) = all().find(|(_, file)| file.sha256.as_ref() == Some(&looked.sha256)) {
            return Ok(Recognised::Offered(model, &file.name));
        }
        if let Some((model, file)) = all().find(|(_, file)| file.name == name) {
            let pin = self.at().known().pins.get(&model.id).and_then(|pins| pins.get(name)).cloned();
            let another = pin.is_some_and(|pin| pin != looked.sha256);
            if file.sha256.is_some() || another || looked.size_bytes == 0 {
                return Err(Failure::never(
                    FailureCode::ModelDamaged,
                    format!("{name} has the name of a file of {}, but not its content.", model.name),
                    "Get the file once more; if it is another model, give it another name.",
                ));
            }
            return Ok(Recognised::Offered(model, &file.name));
        }
        // GGUF, and whisper.cpp's older format, whose word `ggml` is stored backwards.
        if matches!(&looked.magic, b"GGUF" | b"lmgg") {
            return Ok(Recognised::Other);
        }
        Err(failures::unusable(name))
    }

    fn take_in(
        &self,
        folder: &Folder,
        id: &str,
        path: &Path,
        name: &str,
        looked: &Looked,
        move_it: bool,
    ) -> Result<(), Failure> {
        let disk = |error| failures::disk(&folder.0, &error);
        let to = folder.of(id).join(name);
        fs::create_dir_all(folder.of(id)).map_err(disk)?;
        let same = fs::canonicalize(path).ok().is_some_and(|path| fs::canonicalize(&to).ok() == Some(path));
        let moved = move_it && fs::rename(path, &to).is_ok();
        if !same && !moved {
            self.check_room(folder, looked.size_bytes)?;
            copy(path, &to, &looked.sha256).map_err(disk)?;
            if move_it {
                fs::remove_file(path).map_err(|error| failures::unreadable(path, &error))?;
            }
        }
        let _ = fs::remove_file(folder.part(id, name));
        let _ = fs::remove_file(super::download::sidecar_of(&folder.part(id, name)));
        Ok(())
    }

    /// Takes note of a model once its last file was added.
    fn complete(
        &self,
        folder: &Folder,
        model: &CatalogueModel,
        added: &str,
        looked: &Looked,
    ) -> Result<(), Failure> {
        let mut files = BTreeMap::new();
        for file in &model.files {
            let path = folder.of(&model.id).join(&file.name);
            if !path.exists() {
                return Ok(());
            }
            let (size_bytes, sha256) = if file.name == added {
                (looked.size_bytes, looked.sha256.clone())
            } else {
                let there = look(&path).map_err(|error| failures::disk(&folder.0, &error))?;
                (there.size_bytes, there.sha256)
            };
            if file.sha256.as_ref().is_some_and(|known| *known != sha256) {
                return Ok(());
            }
            files.insert(file.name.clone(), WholeFile { size_bytes, sha256 });
        }
        let checked = if model.is_verified() { Checked::Verified } else { Checked::Unchecked };
        folder
            .change(|known| drop(known.models.insert(model.id.clone(), Whole { checked, files })))
            .map_err(|error| failures::disk(&folder.0, &error))
    }
}
