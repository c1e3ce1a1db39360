//! One recording through a service: pieces side by side, each kept as soon as it has been heard.
//!
//! What has been heard is paid for. So every finished piece is stored, the pieces on their way are waited for when another
//! one fails, and nothing is asked for twice that was answered once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use debrief_core::failure::{Failure, Warning};
use debrief_core::ports::Audio;
use debrief_core::spending::{Expense, Usage};
use debrief_core::stage::{Progress, StageCx, StepError, StepResult, Stopped};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tempfile::TempPath;
use tokio::sync::OnceCell;

use super::assemblyai::Order;
use super::caller::Caller;
use super::errors::{SpeechError, Whose};
use super::heard::{Answer, over_voice};
use super::service::{Service, is_its_own};
use super::stitch::{Piece, Said, stitch};
use super::{RemoteSettings, assemblyai, cut, deepgram, gemini, openai, opus};
use crate::http::is_here;
use crate::llm::{PRICES, cap_reached};
use crate::transcribe::hearing::no_speech;
use crate::transcribe::pcm::{PER_MS, Pcm, Region};
use crate::transcribe::vad::{Cutting, voice_regions};

/// Pieces on their way at the same time.
const SIDE_BY_SIDE: usize = 3;
/// What is too large is cut in shorter pieces, so many times; …
const MOST_SHORTENINGS: u32 = 4;
/// … but nothing shorter than this, in milliseconds.
const SHORTEST_MS: u32 = 20_000;
/// Where the words of an answer without times may lie.
const VOICE: Cutting = Cutting { pad_ms: 100, join_ms: 300, longest_ms: 60_000 };

/// How the recording was cut, and for whom; stored before the first piece is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    /// Service, address, model and language: another one starts over.
    by: String,
    pieces: Vec<Region>,
}

/// What is kept of a piece.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Part {
    /// Its sound is at this address, and a transcript of it may have been ordered.
    Uploaded { address: String, region: Region },
    /// A transcript has been ordered, and is paid for.
    Ordered {
        id: String,
        /// Of what; all of the piece where that isn't said.
        #[serde(default)]
        region: Option<Region>,
    },
    /// What was ordered came to nothing.
    Nothing,
    /// It was too large, and goes in shorter pieces.
    Shorter(Shorter),
    /// Its words.
    Heard {
        piece: Piece,
        /// What the service still keeps of it.
        left: Option<String>,
    },
}

/// A piece in the middle of its shorter ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shorter {
    /// What was heard of it.
    heard: Vec<Piece>,
    /// What is left to be heard, the next stretch last.
    to_hear: Vec<Region>,
    /// What the service still keeps of the stretch that was heard last.
    left: Option<String>,
}

impl Shorter {
    fn whole(region: Region) -> Shorter {
        Shorter { heard: Vec::new(), to_hear: vec![region], left: None }
    }
}

/// Everything that was heard, on the recording's time line.
///
/// # Errors
/// Stopped; `no_speech`; or what the service says.
pub(super) async fn transcribe(
    settings: &RemoteSettings,
    caller: Caller,
    audio: &Audio,
    cx: &StageCx,
) -> StepResult<Piece> {
    let header = header(settings, audio, cx).await?;
    let mut heard = vec![None; header.pieces.len()];
    let mut begun = vec![None; header.pieces.len()];
    for (number, part) in cx.parts::<Part>()? {
        match (heard.get_mut(number as usize), part) {
            (Some(place), Part::Heard { piece, left }) => *place = Some((piece, left)),
            (Some(_), Part::Uploaded { address, region }) => {
                begun[number as usize] = Some(Begun::Order(region, Order::Uploaded(address)));
            }
            (Some(_), Part::Ordered { id, region }) => {
                let region = region.unwrap_or(header.pieces[number as usize]);
                begun[number as usize] = Some(Begun::Order(region, Order::Ordered(id)));
            }
            (Some(_), Part::Shorter(shorter)) => begun[number as usize] = Some(Begun::Shorter(shorter)),
            (Some(_), Part::Nothing) | (None, _) => {}
        }
    }
    let total_ms: u64 = header.pieces.iter().map(|piece| u64::from(piece.length_ms())).sum();
    let kept = header.pieces.iter().zip(&heard).filter(|(_, heard)| heard.is_some());
    let run = Run {
        settings,
        service: settings.service,
        whose: settings.whose(),
        caller,
        audio,
        cx,
        longest_ms: AtomicU32::new(u32::MAX),
        shortened: AtomicU32::new(0),
        failed: AtomicBool::new(false),
        done_ms: AtomicU64::new(kept.map(|(piece, _)| u64::from(piece.length_ms())).sum()),
        total_ms,
        voice: OnceCell::new(),
    };
    tokio::select! {
        biased;
        () = cx.stop_requested() => return Err(Stopped.into()),
        done = run.all(&header.pieces, &mut heard, &begun) => done?,
    }
    let whole = stitch(heard.into_iter().flatten().map(|(piece, _)| piece).collect());
    let whole = whole.filter(|whole| !whole.words.is_empty()).ok_or_else(no_speech)?;
    if !whole.timed {
        cx.warn(no_word_times(&run.whose));
    }
    Ok(whole)
}

fn no_word_times(whose: &Whose) -> Warning {
    let text = format!(
        "{} gave no times with the model {}: where each word lies in the recording is an estimate. Choose another model \
         in the settings if you need exact times.",
        whose.name, whose.model
    );
    Warning::new("no_word_times", text)
}

/// The pieces of an earlier run with the same settings, or new ones.
async fn header(settings: &RemoteSettings, audio: &Audio, cx: &StageCx) -> StepResult<Header> {
    let info = settings.service.info();
    // A recording that was replaced and decoded again is another one.
    let by = format!(
        "{} {} {} {:?} {}",
        info.word, settings.base, settings.model, settings.language, audio.duration_ms
    );
    if let Some(header) = cx.bookmark::<Header>().filter(|header| header.by == by) {
        return Ok(header);
    }
    let fits_ms = u32::try_from(info.limit_bytes / opus::BYTES_PER_S * 1000).unwrap_or(u32::MAX);
    let length = Pcm::open(&audio.file)?.length();
    let pieces = pieces(audio, Region { start: 0, end: length }, info.longest_ms.min(fits_ms), cx).await?;
    let header = Header { by, pieces };
    cx.start_over(&header)?;
    Ok(header)
}

async fn pieces(audio: &Audio, whole: Region, longest_ms: u32, cx: &StageCx) -> StepResult<Vec<Region>> {
    let (file, cx) = (audio.file.clone(), cx.clone());
    blocking(move || cut::pieces(&file, whole, longest_ms, &cx)).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> StepResult<T> + Send + 'static) -> StepResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StepError::Failed(Failure::internal(error)))?
}

fn heard_of(region: Region) -> Usage {
    Usage { audio_ms: region.length_ms().into(), ..Usage::default() }
}

/// What is known of a piece that has been heard, or nothing yet.
type Kept = Option<(Piece, Option<String>)>;

/// What an earlier run began for a piece.
#[derive(Clone)]
enum Begun {
    /// An order of a stretch of the recording.
    Order(Region, Order),
    /// Shorter pieces.
    Shorter(Shorter),
}

/// One run of the step.
struct Run<'a> {
    settings: &'a RemoteSettings,
    service: Service,
    whose: Whose,
    caller: Caller,
    audio: &'a Audio,
    cx: &'a StageCx,
    /// Pieces longer than this are cut before they are sent: the service found one as long too large.
    longest_ms: AtomicU32,
    shortened: AtomicU32,
    /// Nothing new is begun once a piece has failed.
    failed: AtomicBool,
    done_ms: AtomicU64,
    total_ms: u64,
    /// Stretches of voice in the recording, in milliseconds, for answers without times.
    voice: OnceCell<Arc<[(u32, u32)]>>,
}

impl Run<'_> {
    /// Hears every piece that is not there yet.
    async fn all(&self, pieces: &[Region], heard: &mut [Kept], begun: &[Option<Begun>]) -> StepResult<()> {
        // What an earlier run may not have come to delete.
        for (_, left) in heard.iter().flatten() {
            self.forget(left.as_deref()).await;
        }
        self.progress();
        let missing = (0..pieces.len()).filter(|at| heard[*at].is_none()).collect::<Vec<_>>();
        let hearing = missing
            .into_iter()
            .map(|at| async move { (at, self.piece(at as u32, pieces[at], begun[at].clone()).await) });
        let mut hearing = futures_util::stream::iter(hearing).buffer_unordered(SIDE_BY_SIDE);
        let mut failure = None;
        while let Some((at, done)) = hearing.next().await {
            match done {
                Ok(piece) => heard[at] = piece.map(|piece| (piece, None)),
                Err(error) => {
                    self.failed.store(true, Ordering::SeqCst);
                    failure = failure.or(Some(error));
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Hears one piece and keeps it; `None` when it was not begun because another one has failed.
    async fn piece(&self, number: u32, whole: Region, begun: Option<Begun>) -> StepResult<Option<Piece>> {
        let (mut order, mut work) = match begun {
            Some(Begun::Shorter(shorter)) => (None, shorter),
            Some(Begun::Order(of, order)) if of == whole => (Some(order), Shorter::whole(whole)),
            // What is of a part of it alone belongs to shorter pieces, which may be cut elsewhere this time.
            Some(Begun::Order(..)) | None => (None, Shorter::whole(whole)),
        };
        // What an earlier run may not have come to delete.
        self.forget(work.left.take().as_deref()).await;
        while let Some(region) = work.to_hear.pop() {
            if self.failed.load(Ordering::SeqCst) {
                return Ok(None);
            }
            let longest_ms = self.longest_ms.load(Ordering::SeqCst);
            if region.length_ms() > longest_ms && order.is_none() {
                work.to_hear.extend(pieces(self.audio, region, longest_ms, self.cx).await?.into_iter().rev());
                self.cx.save_part(number, &Part::Shorter(work.clone()), self.fraction())?;
                continue;
            }
            match self.region(number, region, region == whole, order.take()).await? {
                Ok(answer) => {
                    work.left = answer.left.clone();
                    work.heard.push(self.place(answer, region).await?);
                    if !work.to_hear.is_empty() {
                        self.cx.save_part(number, &Part::Shorter(work.clone()), self.fraction())?;
                        self.forget(work.left.take().as_deref()).await;
                    }
                }
                Err(SpeechError::TooLarge(_)) if self.shorten(region) => work.to_hear.push(region),
                Err(error) => return Err(self.whose.failure(error).into()),
            }
        }
        let Shorter { heard, left, .. } = work;
        let Some(piece) = stitch(heard) else { return Ok(None) };
        let ms = u64::from(whole.length_ms());
        self.done_ms.fetch_add(ms, Ordering::SeqCst);
        self.cx.save_part(
            number,
            &Part::Heard { piece: piece.clone(), left: left.clone() },
            self.fraction(),
        )?;
        self.progress();
        self.forget(left.as_deref()).await;
        Ok(Some(piece))
    }

    /// Whether shorter pieces than this one are worth a try.
    fn shorten(&self, region: Region) -> bool {
        let shorter_ms = region.length_ms() / 8 * 5;
        if self.longest_ms.load(Ordering::SeqCst) < region.length_ms() {
            // Another piece, which may be a little longer, has found out meanwhile.
            return true;
        }
        let times = self.shortened.fetch_add(1, Ordering::SeqCst);
        self.longest_ms.fetch_min(shorter_ms, Ordering::SeqCst);
        times < MOST_SHORTENINGS && shorter_ms >= SHORTEST_MS
    }

    /// What the service says to one stretch of the recording.
    async fn region(
        &self,
        number: u32,
        region: Region,
        is_whole: bool,
        begun: Option<Order>,
    ) -> StepResult<Result<Answer, SpeechError>> {
        let keep = |order: &Order| {
            if !is_whole {
                // It would take the place of what was heard of the other shorter pieces.
                return Ok(());
            }
            let part = match order.clone() {
                Order::Uploaded(address) => Part::Uploaded { address, region },
                Order::Ordered(id) => Part::Ordered { id, region: Some(region) },
                Order::Nothing => Part::Nothing,
            };
            self.cx.save_part(number, &part, self.fraction())
        };
        let answered = match self.taken_up(begun, region, &keep).await? {
            Some(answered) => answered,
            None => self.sent(region, &keep).await?,
        };
        // Gemini's answers were counted as they came.
        if answered.is_ok() && self.service != Service::Gemini {
            self.count(region);
        }
        Ok(answered.map_err(|error| self.caller.without_key(error)))
    }

    /// What comes of an order that an earlier run began; `None` when it is of no use.
    async fn taken_up(
        &self,
        begun: Option<Order>,
        region: Region,
        keep: &assemblyai::Keep<'_>,
    ) -> StepResult<Option<Result<Answer, SpeechError>>> {
        let id = match begun {
            None | Some(Order::Nothing) => return Ok(None),
            Some(Order::Ordered(id)) => id,
            Some(Order::Uploaded(address)) => match assemblyai::find(&self.caller, &address).await {
                Ok(Some(id)) => {
                    keep(&Order::Ordered(id.clone()))?;
                    id
                }
                Ok(None) => {
                    self.afford(region)?;
                    match assemblyai::order(&self.caller, &address, keep).await {
                        Ok(id) => id,
                        // The sound is there no longer, or is another account's by now.
                        Err(
                            SpeechError::Refused(_) | SpeechError::KeyRefused(_) | SpeechError::NotThere(_),
                        ) => return Ok(None),
                        Err(error) => return Ok(Some(Err(error))),
                    }
                }
                Err(error) => return Ok(Some(Err(error))),
            },
        };
        Ok(match assemblyai::wait(&self.caller, &id, keep).await {
            Err(SpeechError::NotThere(_)) => None,
            answered => Some(answered),
        })
    }

    /// What the service says to a stretch that it is sent.
    async fn sent(
        &self,
        region: Region,
        keep: &assemblyai::Keep<'_>,
    ) -> StepResult<Result<Answer, SpeechError>> {
        self.afford(region)?;
        let (file, size_bytes) = self.encode(region).await?;
        let limit = self.service.info().limit_bytes;
        if size_bytes > limit {
            return Ok(Err(SpeechError::TooLarge(format!("{size_bytes} bytes of at most {limit}"))));
        }
        Ok(match self.service {
            Service::OpenAi | Service::Groq => openai::hear(&self.caller, &file).await,
            Service::Deepgram => deepgram::hear(&self.caller, &file).await,
            Service::AssemblyAi => assemblyai::hear(&self.caller, &file, keep).await,
            Service::Gemini => gemini::hear(&self.caller, &file, &|| self.count(region)).await,
        })
    }

    /// Whether the month's cap leaves enough for a stretch of the recording.
    fn afford(&self, region: Region) -> Result<(), Failure> {
        let needed_usd = self.cost_usd(region);
        let Some(ledger) = self.settings.ledger.as_ref().filter(|_| needed_usd != Some(0.0)) else {
            return Ok(());
        };
        let needed_usd = needed_usd.unwrap_or(0.0);
        match ledger.left_usd()? {
            Some(left_usd) if left_usd <= 0.0 || needed_usd > left_usd => {
                Err(cap_reached(left_usd, needed_usd))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Takes note of a stretch that was heard.
    fn count(&self, region: Region) {
        let Some(ledger) = &self.settings.ledger else { return };
        let expense = Expense {
            at: Timestamp::now(),
            provider: self.service.info().word.to_owned(),
            model: self.settings.model.clone(),
            usage: heard_of(region),
            usd: self.cost_usd(region),
        };
        if let Err(failure) = ledger.record(self.cx.job(), expense) {
            tracing::warn!(?failure, "what a service has cost can't be written down");
        }
    }

    /// What a stretch costs, in US dollars; nothing on this machine.
    fn cost_usd(&self, region: Region) -> Option<f64> {
        if is_here(&self.settings.base) && !is_its_own(self.service, &self.settings.base) {
            return Some(0.0);
        }
        PRICES.of(self.service.info().word, &self.settings.model)?.cost_usd(&heard_of(region))
    }

    /// A compressed stretch of the recording in a file that goes with what is returned, and its size.
    async fn encode(&self, region: Region) -> StepResult<(TempPath, u64)> {
        let (audio, cx) = (self.audio.file.clone(), self.cx.clone());
        blocking(move || {
            let file = tempfile::Builder::new().prefix("speech-").suffix(".ogg").tempfile_in(cx.folder());
            let file = file.map_err(Failure::internal)?.into_temp_path();
            let size_bytes = opus::encode(&audio, region, &file, &cx)?;
            Ok((file, size_bytes))
        })
        .await
    }

    /// An answer on the recording's time line.
    async fn place(&self, answer: Answer, region: Region) -> StepResult<Piece> {
        let (start_ms, end_ms) = (region.start_ms(), region.end_ms());
        let timed = answer.untimed.is_none();
        let mut words = answer.words;
        for Said { word, .. } in &mut words {
            word.start_ms = start_ms.saturating_add(word.start_ms).min(end_ms);
            word.end_ms = start_ms.saturating_add(word.end_ms).clamp(word.start_ms, end_ms);
        }
        if let Some(text) = answer.untimed {
            let voice = self.voice_in(region).await?;
            words = over_voice(&text, &voice).into_iter().map(|word| Said { word, speaker: None }).collect();
        }
        words.sort_by_key(|said| said.word.start_ms);
        Ok(Piece { start_ms, end_ms, words, timed, language: answer.language })
    }

    /// The stretches of voice in a region; all of it where none is found.
    async fn voice_in(&self, region: Region) -> StepResult<Vec<(u32, u32)>> {
        let find = || async {
            let (file, cx) = (self.audio.file.clone(), self.cx.clone());
            let found = blocking(move || voice_regions(&file, VOICE, &cx)).await?;
            StepResult::Ok(found.into_iter().map(|voice| (voice.start_ms(), voice.end_ms())).collect())
        };
        let (start_ms, end_ms) = (region.start / PER_MS, region.end / PER_MS);
        let all = self.voice.get_or_try_init(find).await?;
        let inside = all.iter().map(|(start, end)| (*start.max(&start_ms), *end.min(&end_ms)));
        let inside: Vec<(u32, u32)> = inside.filter(|(start, end)| start < end).collect();
        Ok(if inside.is_empty() { vec![(start_ms, end_ms)] } else { inside })
    }

    /// Has the service delete what it keeps of a piece whose words are stored.
    async fn forget(&self, left: Option<&str>) {
        let Some(id) = left else { return };
        if let Err(error) = assemblyai::delete(&self.caller, id).await {
            let error = self.caller.without_key(error);
            let text = format!(
                "{} still keeps a transcript of this recording, as it couldn't be deleted: {error}. Delete {id} on its \
                 page if you mind.",
                self.whose.name
            );
            self.cx.warn(Warning::new("transcript_left", text));
        }
    }

    fn fraction(&self) -> f64 {
        self.done_ms.load(Ordering::SeqCst) as f64 / self.total_ms.max(1) as f64
    }

    fn progress(&self) {
        // Pieces share stretches; people think in positions of the recording.
        let done_ms = f64::from(self.audio.duration_ms) * self.fraction();
        self.cx.progress(Progress::audio(done_ms as u32, self.audio.duration_ms));
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
