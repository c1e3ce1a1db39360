//! The product on one screen: a recording becomes a page.

use debrief_core::captions;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::Job;
use debrief_core::naming::{recording_date, recording_name};
use debrief_core::notes::Notes;
use debrief_core::page::compose;
use debrief_core::ports::{Hints, PublishedPage, Renamed, Steps};
use debrief_core::stage::Stage::{Decode, Diarize, Fetch, Identify, Publish, Rename, Summarize, Transcribe};
use debrief_core::stage::{StageCx, StepError, StepResult};
use debrief_core::transcript::{Transcript, Turns, Words, merge};
use debrief_core::view::JobResult;

use crate::journal::Journal;

/// Runs `job` to its end. Every stage that is already in the journal is passed over.
///
/// # Errors
/// `Stopped` when the job is to be let go, or the failure of the first step that could not do its work.
pub async fn run(job: &Job, steps: &Steps, journal: &Journal) -> StepResult<JobResult> {
    let link = &job.request.link;
    let local = steps.transcriber.is_local();

    let recording = journal.once(Fetch, |cx| steps.source.fetch(link, &job.request.attachments, cx)).await?;
    let audio = journal.once(Decode, |cx| steps.decoder.decode(&recording, cx)).await?;
    let terms = job.request.speech.vocabulary.iter().chain(job.request.notes.terms());
    let hints = Hints::of(terms, &recording.attachments);
    let given = match job.request.speech.ignore_transcripts {
        true => Ok(None),
        false => captions::among(&recording.attachments, audio.duration_ms),
    };
    let is_heard = !matches!(given, Ok(Some(_)));
    let words = journal
        .once_in_line(Transcribe, local && is_heard, async |cx: StageCx| match given_or_warning(given, &cx) {
            Some(words) => {
                captions::hole_warning(&words, audio.duration_ms).into_iter().for_each(|hole| cx.warn(hole));
                steps.transcriber.written(words).await
            }
            None => steps.transcriber.transcribe(&audio, &hints, cx).await,
        })
        .await?;
    let turns = journal
        .once_in_line(Diarize, words.turns.is_none(), async |cx: StageCx| match &words.turns {
            Some(turns) => Ok(turns_of_the_engine(turns, &words)),
            None => turns_or_warning(steps.diarizer.diarize(&audio, cx.clone()).await, &cx),
        })
        .await?;
    let transcript = merge(&words, &turns, audio.duration_ms);
    journal.once(Identify, |cx| steps.identifier.identify(&transcript, &recording, cx)).await?;
    let (said, _) = journal.corrected(&transcript, None).await?;
    let made =
        journal.once(Summarize, |cx| steps.summarizer.summarize(&said.transcript, &recording, cx)).await?;

    // Once more, as a person may have corrected something in the meantime.
    let (said, corrections) = journal.corrected(&transcript, Some(&made)).await?;
    let (transcript, notes) = (said.transcript, said.notes.unwrap_or_else(|| made.clone()));
    let date = recording_date(&recording.name, recording.created);
    let warnings = journal.warnings().await?;
    let page = compose(job.id, date, &transcript, &notes, &recording, &warnings, &job.request.layout);
    let published = journal
        .once(Publish, async |cx: StageCx| {
            journal.page_has(corrections).await?;
            steps.sink.publish(&page, cx).await
        })
        .await?;

    // A recording that has its name keeps it when the title is corrected.
    let name = recording_name(date, &made.title, &recording.name);
    let renamed = journal.once(Rename, |cx| steps.source.rename(&recording, &name, &published, cx)).await?;
    Ok(result(&transcript, &notes, &published, &renamed, journal.warnings().await?))
}

/// The words of the transcript that came with the recording, if it fits.
fn given_or_warning(given: Result<Option<Words>, Failure>, cx: &StageCx) -> Option<Words> {
    given.unwrap_or_else(|unfit| {
        cx.warn(Warning::new(unfit.code.word(), format!("{} {}", unfit.what, unfit.fix)));
        None
    })
}

fn turns_of_the_engine(turns: &[debrief_core::transcript::Turn], words: &Words) -> Turns {
    Turns { turns: turns.to_vec(), method: words.engine.described.clone(), ..Turns::default() }
}

/// A transcript without speakers is worth more than none.
fn turns_or_warning(found: StepResult<Turns>, cx: &StageCx) -> StepResult<Turns> {
    match found {
        Err(StepError::Failed(Failure { what, .. })) => {
            let text = format!(
                "{what} The transcript is complete, without speakers; run that stage again to find them."
            );
            cx.warn(Warning::new("speakers_not_found", text));
            Ok(Turns::default())
        }
        other @ (Ok(_) | Err(StepError::Stopped(_))) => other,
    }
}

fn result(
    transcript: &Transcript,
    notes: &Notes,
    published: &PublishedPage,
    renamed: &Renamed,
    warnings: Vec<Warning>,
) -> JobResult {
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let mut result = JobResult {
        page_path: path(&published.markdown_path),
        page_html_path: path(&published.html_path),
        notion_page_url: published.notion.as_ref().map(|page| page.url.clone()),
        drive_filename: renamed.name.clone(),
        renamed_from: renamed.before.clone(),
        name_to_copy: renamed.to_copy.clone(),
        warnings,
        ..JobResult::default()
    };
    result.show(transcript, notes);
    result
}
