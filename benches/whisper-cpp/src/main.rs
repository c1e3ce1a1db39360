//! What whisper.cpp's own command does with one file and no options: `whisper-cpp-command MODEL WAV BEAM_SIZE`.
//! Prints the number of segments, the number of tokens, and the peak of resident memory in kB.

use std::error::Error;
use std::ffi::CString;

use whisper_rs_sys as whisper;

/// As the command's: 5 beams, and 5 candidates where greedy decoding has to draw lots.
const BEST_OF: i32 = 5;
/// As the command's: that many threads, or one for each core.
const MOST_THREADS: usize = 4;

unsafe extern "C" fn quiet(_: u32, _: *const std::ffi::c_char, _: *mut std::ffi::c_void) {}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, wav, beam_size] = &arguments[..] else { return Err("MODEL WAV BEAM_SIZE".into()) };
    let beam_size: i32 = beam_size.parse()?;
    let samples = hound::WavReader::open(wav)?.into_samples::<i16>();
    let samples: Vec<f32> =
        samples.map(|sample| Ok(f32::from(sample?) / 32_768.0)).collect::<Result<_, hound::Error>>()?;
    let (model, language) = (CString::new(model.as_str())?, CString::new("en")?);
    let threads = std::thread::available_parallelism()?.get().min(MOST_THREADS);

    // SAFETY: the strings and the samples outlive the calls, and the context is used after it was checked.
    let (segments, tokens) = unsafe {
        whisper::whisper_log_set(Some(quiet), std::ptr::null_mut());
        let context = whisper::whisper_context_default_params();
        let context = whisper::whisper_init_from_file_with_params(model.as_ptr(), context);
        if context.is_null() {
            return Err("whisper.cpp does not load the model".into());
        }
        let greedy = whisper::whisper_sampling_strategy_WHISPER_SAMPLING_GREEDY;
        let beams = whisper::whisper_sampling_strategy_WHISPER_SAMPLING_BEAM_SEARCH;
        let mut options = whisper::whisper_full_default_params(if beam_size > 1 { beams } else { greedy });
        options.n_threads = i32::try_from(threads)?;
        options.language = language.as_ptr();
        options.greedy.best_of = BEST_OF;
        options.beam_search.beam_size = beam_size;
        options.print_progress = false;
        options.print_timestamps = false;
        if whisper::whisper_full(context, options, samples.as_ptr(), i32::try_from(samples.len())?) != 0 {
            return Err("whisper.cpp failed".into());
        }
        let segments = whisper::whisper_full_n_segments(context);
        let tokens: i32 = (0..segments).map(|at| whisper::whisper_full_n_tokens(context, at)).sum();
        whisper::whisper_free(context);
        (segments, tokens)
    };
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    println!("{segments} {tokens} {}", peak.trim().trim_end_matches(" kB"));
    Ok(())
}
