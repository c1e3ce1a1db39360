//! Models on this machine: what is offered, what is there, and how the one becomes the other.
//!
//! A model counts once all its files were checked, are durable under their own names, and `models.json` says so. Until
//! then what has arrived lies in parts.

mod catalogue;
mod download;
mod failures;
#[cfg(test)]
mod families;
mod folder;
mod recommend;
mod shelve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use debrief_core::failure::Failure;
use tokio::sync::{broadcast, watch};
use url::Url;

pub use self::catalogue::{Catalogue, CatalogueFile, CatalogueModel, Family, Purpose, Run};
use self::download::{Ended, Fetch, Step, Wish};
pub use self::folder::Checked;
use self::folder::{FILE_PREFIX, Folder, Whole, WholeFile};
pub use self::recommend::{Machine, Rank, Recommendation, recommend};
use crate::http;
use crate::inflow::{self, length};

/// Where models come from.
const HOST: &str = "https://huggingface.co";
/// Stays free on the disk beside a model.
const HEADROOM_BYTES: u64 = 200_000_000;
/// The first pause after a cut connection.
const PAUSE: Duration = Duration::from_secs(1);
/// Progress is told no more often.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// News that a slow listener may be behind.
const NEWS_KEPT: usize = 64;

/// How one model stands.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelState {
    /// Nothing of it is here.
    NotDownloaded,
    /// It is on its way, in this process or another.
    Downloading {
        /// Bytes that have arrived.
        bytes: u64,
        /// Bytes that it has; an estimate until its host has said so.
        total: u64,
        /// Bytes a second since this download was begun or taken up; unknown at first and for another process.
        rate_bytes_per_s: Option<f64>,
        /// Seconds that are left at that rate.
        eta_s: Option<f64>,
        /// What had arrived was useless, because its host can't go on in the middle or has another version.
        started_again: bool,
    },
    /// Part of it is here.
    Paused {
        /// Bytes that have arrived.
        bytes: u64,
        /// Bytes that it has.
        total: u64,
    },
    /// Its bytes are being checked.
    Verifying,
    /// It can be used.
    Ready {
        /// How far it was checked.
        checked: Checked,
    },
    /// The last download failed.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}

/// A model of the catalogue, or a file that the person added.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedModel {
    /// For settings and the command line; `file:NAME` for a file that was added.
    pub id: String,
    /// Its entry in the catalogue, if it is from there.
    pub offered: Option<CatalogueModel>,
    /// How it stands.
    pub state: ModelState,
    /// Bytes on disk once it is ready, else the catalogue's.
    pub size_bytes: u64,
    /// Measured here, in times real time.
    pub speed: Option<f64>,
}

/// One model has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelNews {
    /// Its id.
    pub id: String,
    /// How it stands now.
    pub state: ModelState,
}

/// What took the place of a removed model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The best one of those for the same purpose that are ready; without one, what needs no model does the work.
    pub replacement: Option<String>,
}

/// Free space in a folder, in bytes.
type FreeBytes = Box<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// The models of one folder. Cheap to clone.
#[derive(Clone)]
pub struct Models(Arc<Inner>);

struct Inner {
    catalogue: Catalogue,
    folder: RwLock<Folder>,
    base: Url,
    client: http::Client,
    free_bytes: FreeBytes,
    pause: Duration,
    active: Mutex<HashMap<String, Active>>,
    failed: Mutex<BTreeMap<String, Failure>>,
    news: broadcast::Sender<ModelNews>,
}

/// A download of this process.
struct Active {
    wish: Arc<watch::Sender<Wish>>,
    state: ModelState,
}

impl Models {
    /// The models in `folder`, which need not be there; downloads come from `base`, or from Hugging Face.
    pub fn open(folder: PathBuf, base: Option<Url>) -> Models {
        let base = base.unwrap_or_else(|| Url::parse(HOST).expect("a constant"));
        let free = Box::new(|folder: &Path| fs4::available_space(folder));
        Models::with(Catalogue::built_in(), folder, base, free, PAUSE)
    }

    /// Where downloads come from.
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    fn with(
        catalogue: Catalogue,
        folder: PathBuf,
        base: Url,
        free_bytes: FreeBytes,
        pause: Duration,
    ) -> Models {
        Models(Arc::new(Inner {
            catalogue,
            folder: RwLock::new(Folder(folder)),
            base,
            client: http::download_client(),
            free_bytes,
            pause,
            active: Mutex::default(),
            failed: Mutex::default(),
            news: broadcast::channel(NEWS_KEPT).0,
        }))
    }

    /// What is on offer.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// Where models are kept.
    pub fn folder(&self) -> PathBuf {
        self.at().0
    }

    /// Free space for models, in bytes, if the system says so.
    pub fn free_bytes(&self) -> Option<u64> {
        let folder = self.folder();
        // The folder itself is made with the first model.
        let there = folder.ancestors().find(|folder| folder.is_dir())?;
        (self.0.free_bytes)(there).ok()
    }

    /// Changes from now on: progress at most ten times a second for each model.
    pub fn news(&self) -> broadcast::Receiver<ModelNews> {
        self.0.news.subscribe()
    }

    /// Everything on offer, then the files that were added.
    pub fn list(&self) -> Vec<ListedModel> {
        let known = self.at().known();
        let offered = self.0.catalogue.models.iter().map(|model| (model.id.clone(), Some(model.clone())));
        let added = known.models.keys().filter(|id| id.starts_with(FILE_PREFIX)).map(|id| (id.clone(), None));
        let listed = offered.chain(added).map(|(id, offered)| {
            let on_disk =
                known.models.get(&id).map(|whole| whole.files.values().map(|file| file.size_bytes).sum());
            let size_bytes = on_disk.or(offered.as_ref().map(CatalogueModel::size_bytes)).unwrap_or(0);
            ListedModel {
                state: self.state(&id),
                speed: known.speeds.get(&id).copied(),
                id,
                offered,
                size_bytes,
            }
        });
        listed.collect()
    }

    /// How one model stands. An unknown one is not there.
    pub fn state(&self, id: &str) -> ModelState {
        if let Some(active) = self.active().get(id) {
            return active.state.clone();
        }
        let folder = self.at();
        if let Some(whole) = folder.whole(id) {
            return ModelState::Ready { checked: whole.checked };
        }
        let Ok(model) = self.0.catalogue.model(id) else { return ModelState::NotDownloaded };
        let bytes = folder.arrived(model);
        let total = model.size_bytes().max(bytes);
        if folder.is_claimed(id) {
            let (rate_bytes_per_s, eta_s, started_again) = (None, None, false);
            return ModelState::Downloading { bytes, total, rate_bytes_per_s, eta_s, started_again };
        }
        if let Some(failure) = self.failed().get(id) {
            return ModelState::Failed { failure: failure.clone() };
        }
        if bytes > 0 { ModelState::Paused { bytes, total } } else { ModelState::NotDownloaded }
    }

    /// The file of a ready model; the folder of one that has several.
    ///
    /// # Errors
    /// It is not on this machine.
    pub fn path(&self, id: &str) -> Result<PathBuf, Failure> {
        let folder = self.at();
        let name = self.0.catalogue.model(id).map_or(id, |model| &model.name);
        let whole = folder.whole(id).ok_or_else(|| failures::missing(id, name))?;
        let mut files = whole.files.keys();
        match (files.next(), files.next()) {
            (Some(only), None) => Ok(folder.of(id).join(only)),
            _ => Ok(folder.of(id)), // Several files: whoever uses them knows their names.
        }
    }

    /// Begins to download a model, or goes on where it stopped. Nothing is done if it is ready or on its way.
    ///
    /// # Errors
    /// It is not on offer, another process downloads it, or its folder can't be made.
    pub fn get(&self, id: &str) -> Result<(), Failure> {
        let model = self.0.catalogue.model(id)?.clone();
        let folder = self.at();
        let mut active = self.active();
        if active.contains_key(id) || folder.whole(id).is_some() {
            return Ok(());
        }
        let claim = self.claim(&folder, id, &model.name)?;
        let (wish, wished) = watch::channel(Wish::Go);
        let (bytes, total) = (folder.arrived(&model), model.size_bytes());
        let (rate_bytes_per_s, eta_s, started_again) = (None, None, false);
        let state = ModelState::Downloading { bytes, total, rate_bytes_per_s, eta_s, started_again };
        active.insert(id.to_owned(), Active { wish: Arc::new(wish), state: state.clone() });
        drop(active);
        self.failed().remove(id);
        let _ = self.0.news.send(ModelNews { id: id.to_owned(), state });
        tokio::spawn(self.clone().download(model, folder, claim, wished));
        Ok(())
    }

    /// Stops a download; what has arrived is kept.
    pub async fn pause(&self, id: &str) {
        self.end(id, Wish::Pause).await;
    }

    /// Stops a download and removes what has arrived of it. A model that is ready stays.
    ///
    /// # Errors
    /// Another process downloads it, or the disk refuses.
    pub async fn cancel(&self, id: &str) -> Result<(), Failure> {
        self.end(id, Wish::Cancel).await;
        let folder = self.at();
        if folder.whole(id).is_none() {
            let model = self.0.catalogue.model(id)?;
            let _claim = self.claim(&folder, id, &model.name)?;
            folder.remove(id).map_err(|error| failures::disk(&folder.0, &error))?;
        }
        self.failed().remove(id);
        self.tell(id);
        Ok(())
    }

    /// Waits until no download of this process works on the model; answers how it stands then.
    pub async fn settled(&self, id: &str) -> ModelState {
        let wish = self.active().get(id).map(|active| active.wish.clone());
        if let Some(wish) = wish {
            wish.closed().await;
        }
        self.state(id)
    }

    /// Takes note of a measured speed, in times real time.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn measured(&self, id: &str, speed: f64) -> Result<(), Failure> {
        let folder = self.at();
        folder
            .change(|known| {
                known.speeds.insert(id.to_owned(), speed);
            })
            .map_err(|error| failures::disk(&folder.0, &error))
    }

    /// The speed that was measured last on this machine, in times real time.
    pub fn speed(&self, id: &str) -> Option<f64> {
        self.at().known().speeds.get(id).copied()
    }

    async fn end(&self, id: &str, with: Wish) {
        let wish = self.active().get(id).map(|active| active.wish.clone());
        if let Some(wish) = wish {
            wish.send_replace(with);
            wish.closed().await;
        }
    }

    /// One download from its beginning to its end. `wished` is let go of last: whoever waits for it sees the outcome.
    async fn download(
        self,
        model: CatalogueModel,
        folder: Folder,
        claim: File,
        wished: watch::Receiver<Wish>,
    ) {
        let result = self.all_files(&model, &folder, &wished).await;
        drop(claim);
        if let Err(Ended::Failed(failure)) = result {
            self.failed().insert(model.id.clone(), failure);
        }
        self.active().remove(&model.id);
        self.tell(&model.id);
        drop(wished);
    }

    async fn all_files(
        &self,
        model: &CatalogueModel,
        folder: &Folder,
        wished: &watch::Receiver<Wish>,
    ) -> Result<(), Ended> {
        let disk = |error: io::Error| failures::disk(&folder.0, &error);
        std::fs::create_dir_all(folder.of(&model.id)).map_err(disk)?;
        let left = model.size_bytes().saturating_sub(folder.arrived(model));
        self.check_room(folder, left)?;
        let pins = folder.known().pins.remove(&model.id).unwrap_or_default();
        let clock = Clock { first: folder.arrived(model), since: Instant::now(), told: Mutex::new(None) };
        let (mut files, mut before) = (BTreeMap::new(), 0);
        for (number, file) in model.files.iter().enumerate() {
            let expected = file.sha256.as_deref().or(pins.get(&file.name).map(String::as_str));
            let others = model.files[number + 1..].iter().map(|file| file.size_bytes).sum();
            let tell = |step| self.tell_step(&model.id, step, before, others, &clock);
            let whole = folder.of(&model.id).join(&file.name);
            let got = match self.left_whole(&whole, expected, &tell).await? {
                Some(got) => got,
                None => {
                    let fetch = Fetch {
                        client: &self.0.client,
                        url: self.url(model, &file.name),
                        part: folder.part(&model.id, &file.name),
                        size_bytes: file.size_bytes,
                        sha256: expected,
                        exact: file.sha256.is_some(),
                        pause: self.0.pause,
                        wish: wished.clone(),
                        tell: &tell,
                    };
                    let got = fetch.run().await?;
                    folder.settle(&model.id, &file.name).map_err(disk)?;
                    WholeFile { size_bytes: got.size_bytes, sha256: got.sha256 }
                }
            };
            before += got.size_bytes;
            files.insert(file.name.clone(), got);
        }
        let checked = if model.is_verified() { Checked::Verified } else { Checked::Pinned };
        folder.change(|known| self.shelve(known, model, Whole { checked, files })).map_err(disk)?;
        Ok(())
    }

    /// A file that an earlier download finished, if it is what is expected.
    async fn left_whole(
        &self,
        file: &Path,
        expected: Option<&str>,
        tell: &(dyn Fn(Step) + Send + Sync),
    ) -> Result<Option<WholeFile>, Ended> {
        let size_bytes = length(file);
        if size_bytes == 0 {
            return Ok(None);
        }
        tell(Step::Verifying);
        let path = file.to_owned();
        let summing = tokio::task::spawn_blocking(move || inflow::checksum::<sha2::Sha256>(&path));
        let sha256 =
            summing.await.map_err(Failure::internal)?.map_err(|error| failures::disk(file, &error))?;
        if expected.is_none_or(|expected| expected == sha256) {
            return Ok(Some(WholeFile { size_bytes, sha256 }));
        }
        std::fs::remove_file(file).map_err(|error| failures::disk(file, &error))?;
        Ok(None)
    }

    fn url(&self, model: &CatalogueModel, file: &str) -> Url {
        let mut url = self.0.base.clone();
        let path = model.repository.split('/').chain(["resolve", &model.revision, file]);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn check_room(&self, folder: &Folder, bytes: u64) -> Result<(), Failure> {
        let needed = bytes + HEADROOM_BYTES;
        match (self.0.free_bytes)(&folder.0) {
            Ok(free) if free < needed => Err(failures::no_room(&folder.0, needed, free)),
            Ok(_) | Err(_) => Ok(()), // Where the system doesn't say, the disk itself will.
        }
    }

    fn claim(&self, folder: &Folder, id: &str, name: &str) -> Result<File, Failure> {
        let claim = folder.claim(id).map_err(|error| failures::disk(&folder.0, &error))?;
        claim.ok_or_else(|| failures::busy_elsewhere(name))
    }

    fn tell_step(&self, id: &str, step: Step, before: u64, others: u64, clock: &Clock) {
        let now = Instant::now();
        let mut active = self.active();
        let Some(active) = active.get_mut(id) else { return };
        let was_again = matches!(active.state, ModelState::Downloading { started_again: true, .. });
        active.state = match step {
            Step::Verifying => ModelState::Verifying,
            Step::StartedAgain => clock.downloading(before, before + others, true, now),
            Step::Bytes { done, total } => {
                clock.downloading(before + done, before + total + others, was_again, now)
            }
        };
        if clock.may_tell(step, now) {
            let news = ModelNews { id: id.to_owned(), state: active.state.clone() };
            let _ = self.0.news.send(news);
        }
    }

    fn tell(&self, id: &str) {
        let _ = self.0.news.send(ModelNews { id: id.to_owned(), state: self.state(id) });
    }

    fn at(&self) -> Folder {
        self.0.folder.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn active(&self) -> MutexGuard<'_, HashMap<String, Active>> {
        self.0.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self) -> MutexGuard<'_, BTreeMap<String, Failure>> {
        self.0.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When a download began, with how much, and when it was told of last.
struct Clock {
    first: u64,
    since: Instant,
    told: Mutex<Option<Instant>>,
}

impl Clock {
    fn downloading(&self, bytes: u64, total: u64, started_again: bool, now: Instant) -> ModelState {
        let seconds = now.duration_since(self.since).as_secs_f64();
        let rate = bytes.checked_sub(self.first).filter(|new| *new > 0 && seconds > 1.0);
        let rate_bytes_per_s = rate.map(|new| new as f64 / seconds);
        let eta_s = rate_bytes_per_s.map(|rate| total.saturating_sub(bytes) as f64 / rate);
        ModelState::Downloading { bytes, total, rate_bytes_per_s, eta_s, started_again }
    }

    /// Progress is told now and then, everything else at once.
    fn may_tell(&self, step: Step, now: Instant) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.is_none_or(|told| now.duration_since(told) >= TELL_EVERY);
        let tells = due || !matches!(step, Step::Bytes { .. });
        if tells {
            *told = Some(now);
        }
        tells
    }
}
