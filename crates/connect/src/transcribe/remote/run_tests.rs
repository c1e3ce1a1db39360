//! How often a recording is sent in shorter pieces.

use super::*;
use crate::keychain::{Keep, Secrets};
use crate::transcribe::remote::{PATIENCE, RemoteKey};
use crate::transcribe::testing::{Desk, silence, write_wav};

#[test]
fn pieces_side_by_side_that_are_all_too_large_count_as_one_shortening() {
    let desk = Desk::new();
    let (audio, cx) = (write_wav(desk.folder(), &silence(20)), desk.cx());
    let service = Service::Gemini;
    let kept = Secrets::new(Keep::Session, "debrief-test", "unused".into());
    let key = RemoteKey { kept, given: None };
    let (base, model) = (service.base(), service.info().model.into());
    let settings = RemoteSettings { service, base, model, language: None, key, ledger: None };
    let run = Run {
        settings: &settings,
        service,
        whose: settings.whose(),
        caller: Caller::new(&settings, None, &[], PATIENCE).unwrap(),
        audio: &audio,
        cx: &cx,
        longest_ms: AtomicU32::new(u32::MAX),
        shortened: AtomicU32::new(0),
        failed: AtomicBool::new(false),
        done_ms: AtomicU64::new(0),
        total_ms: 1,
        voice: OnceCell::new(),
    };
    let minutes = |tenths: u32| Region { start: 0, end: tenths * 6_000 * PER_MS };
    // No two pieces are of one length, as each cut lies in a pause.
    for lengths in [[395, 390, 385], [198, 195, 193], [99, 98, 97], [60, 59, 58]] {
        for tenths in lengths {
            assert!(run.shorten(minutes(tenths)), "{tenths}");
        }
    }
    assert!(!run.shorten(minutes(30)), "the tries are bounded");
}
