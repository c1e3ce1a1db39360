//! `debrief name` and `debrief voices`: who speakers are, and the voices that are remembered.

use clap::Subcommand;
use debrief_app::{App, VoiceView};
use debrief_core::failure::Failure;
use debrief_core::page::timecode;

use crate::{Outcome, print};

#[derive(Subcommand)]
pub(crate) enum Voices {
    /// List remembered voices.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Forget one voice.
    Forget {
        /// Its number.
        id: u32,
    },
    /// Forget all voices, and how speakers sound in all jobs; names stay on the jobs.
    ForgetAll,
}

pub(crate) fn voices(app: &App, command: Voices) -> Result<Outcome, Failure> {
    match command {
        Voices::List { json } => {
            for voice in app.voices()? {
                if json { print::json(&voice) } else { line(&voice) }
            }
        }
        Voices::Forget { id } => app.forget_voice(id)?,
        Voices::ForgetAll => out!("Forgot {}.", counted(app.forget_all_voices()?)),
    }
    Ok(Outcome::Done)
}

fn counted(voices: usize) -> String {
    if voices == 1 { "1 voice".to_owned() } else { format!("{voices} voices") }
}

fn line(voice: &VoiceView) {
    let from = voice.from.as_deref().unwrap_or("a removed job");
    out!(
        "{}  {}  {} of speech from {from}  ({})",
        voice.id,
        voice.name,
        timecode(voice.heard_ms),
        voice.method
    );
}
