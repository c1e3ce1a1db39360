//! The C library PocketSphinx (5prealpha, as in Debian), loaded at run time. All unsafe code of this engine is here.
//!
//! PocketSphinx 5 renamed its configuration functions (`cmd_ln_*` became `ps_config_*`) and is not supported.

#![expect(unsafe_code, reason = "a C library is called; each block says why it is sound")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::{NonNull, null_mut};

use libloading::Library;

/// Names of the two libraries, the base first.
#[cfg(target_os = "linux")]
const NAMES: [&str; 2] = ["libsphinxbase.so.3", "libpocketsphinx.so.3"];
#[cfg(target_os = "macos")]
const NAMES: [&str; 2] = ["libsphinxbase.3.dylib", "libpocketsphinx.3.dylib"];
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const NAMES: [&str; 2] = ["sphinxbase.dll", "pocketsphinx.dll"];

/// Frames per second; the model's default.
const FRAMES_PER_S: u32 = 100;

/// A word as the recogniser names it, with times in milliseconds from the start of the utterance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawWord {
    pub(super) name: String,
    pub(super) start_ms: u32,
    pub(super) end_ms: u32,
    /// 0 to 1.
    pub(super) confidence: f32,
}

type Any = *mut c_void;

/// The functions that are used, checked to exist, with the libraries that they live in.
pub(super) struct Sphinx {
    err_set_logfp: unsafe extern "C" fn(Any),
    cmd_ln_parse_r: unsafe extern "C" fn(Any, *const c_void, i32, *mut *mut c_char, i32) -> Any,
    cmd_ln_free_r: unsafe extern "C" fn(Any) -> c_int,
    logmath_exp: unsafe extern "C" fn(Any, c_int) -> f64,
    ps_args: unsafe extern "C" fn() -> *const c_void,
    ps_init: unsafe extern "C" fn(Any) -> Any,
    ps_free: unsafe extern "C" fn(Any) -> c_int,
    ps_start_stream: unsafe extern "C" fn(Any) -> c_int,
    ps_start_utt: unsafe extern "C" fn(Any) -> c_int,
    ps_process_raw: unsafe extern "C" fn(Any, *const i16, usize, c_int, c_int) -> c_int,
    ps_end_utt: unsafe extern "C" fn(Any) -> c_int,
    ps_get_logmath: unsafe extern "C" fn(Any) -> Any,
    ps_seg_iter: unsafe extern "C" fn(Any) -> Any,
    ps_seg_next: unsafe extern "C" fn(Any) -> Any,
    ps_seg_word: unsafe extern "C" fn(Any) -> *const c_char,
    ps_seg_frames: unsafe extern "C" fn(Any, *mut c_int, *mut c_int),
    ps_seg_prob: unsafe extern "C" fn(Any, *mut i32, *mut i32, *mut i32) -> i32,
    /// Last, so that it outlives the functions.
    _libraries: [Library; 2],
}

impl Sphinx {
    /// Loads the libraries.
    ///
    /// # Errors
    /// What the system's loader says.
    pub(super) fn load() -> Result<Self, libloading::Error> {
        // SAFETY: the libraries' initialisers do nothing. Names and types of the functions are those of the headers
        // pocketsphinx.h, cmd_ln.h, err.h and logmath.h of 5prealpha, which the version in the file names stands for.
        // The copied pointers stay valid because the libraries are kept beside them and dropped after them.
        unsafe {
            let base = Library::new(NAMES[0])?;
            let sphinx = Library::new(NAMES[1])?;
            Ok(Self {
                err_set_logfp: *base.get(b"err_set_logfp\0")?,
                cmd_ln_parse_r: *base.get(b"cmd_ln_parse_r\0")?,
                cmd_ln_free_r: *base.get(b"cmd_ln_free_r\0")?,
                logmath_exp: *base.get(b"logmath_exp\0")?,
                ps_args: *sphinx.get(b"ps_args\0")?,
                ps_init: *sphinx.get(b"ps_init\0")?,
                ps_free: *sphinx.get(b"ps_free\0")?,
                ps_start_stream: *sphinx.get(b"ps_start_stream\0")?,
                ps_start_utt: *sphinx.get(b"ps_start_utt\0")?,
                ps_process_raw: *sphinx.get(b"ps_process_raw\0")?,
                ps_end_utt: *sphinx.get(b"ps_end_utt\0")?,
                ps_get_logmath: *sphinx.get(b"ps_get_logmath\0")?,
                ps_seg_iter: *sphinx.get(b"ps_seg_iter\0")?,
                ps_seg_next: *sphinx.get(b"ps_seg_next\0")?,
                ps_seg_word: *sphinx.get(b"ps_seg_word\0")?,
                ps_seg_frames: *sphinx.get(b"ps_seg_frames\0")?,
                ps_seg_prob: *sphinx.get(b"ps_seg_prob\0")?,
                _libraries: [base, sphinx],
            })
        }
    }

    /// Opens a decoder on this thread with the model in `folder`. Its log goes nowhere. `None` when it refuses.
    ///
    /// The library ends the whole process on some damaged models, so the caller checks that the files are there.
    pub(super) fn decoder(self, folder: &Path) -> Option<Decoder> {
        let model = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let (acoustic, language, words) =
            (model("en-us"), model("en-us.lm.bin"), model("cmudict-en-us.dict"));
        // Without `-remove_silence no` the library drops silence by itself, and word times drift from the recording.
        let pairs =
            ["-hmm", &acoustic, "-lm", &language, "-dict", &words, "-remove_silence", "no", "-dither", "no"];
        let arguments: Vec<CString> =
            pairs.iter().map(|a| CString::new(*a)).collect::<Result<_, _>>().ok()?;
        let mut pointers: Vec<*mut c_char> = arguments.iter().map(|a| a.as_ptr().cast_mut()).collect();
        // SAFETY: null is the documented way to switch the log off; the setting belongs to this thread. `ps_args` gives
        // a static table. The strings are valid for the call and, as the header asks, as long as the configuration:
        // they are kept in `Decoder` and dropped after it. The library does not write to them.
        let (config, decoder) = unsafe {
            (self.err_set_logfp)(null_mut());
            let count = pointers.len() as i32;
            let config = NonNull::new((self.cmd_ln_parse_r)(
                null_mut(),
                (self.ps_args)(),
                count,
                pointers.as_mut_ptr(),
                1,
            ))?;
            (config, (self.ps_init)(config.as_ptr()))
        };
        let Some(decoder) = NonNull::new(decoder) else {
            // SAFETY: the configuration was made above, and no decoder has taken it.
            unsafe { (self.cmd_ln_free_r)(config.as_ptr()) };
            return None;
        };
        Some(Decoder { decoder, config, sphinx: self, _arguments: arguments })
    }
}

/// An open decoder. Not `Send`: it stays on the thread that opened it, whose log it has switched off.
pub(super) struct Decoder {
    decoder: NonNull<c_void>,
    config: NonNull<c_void>,
    sphinx: Sphinx,
    _arguments: Vec<CString>,
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: both were made in `Sphinx::decoder`, are freed once, and are counted references, so the decoder's
        // own hold on the configuration is its own.
        unsafe {
            (self.sphinx.ps_free)(self.decoder.as_ptr());
            (self.sphinx.cmd_ln_free_r)(self.config.as_ptr());
        }
    }
}

impl Decoder {
    /// Begins an utterance. `false` when the library refuses.
    pub(super) fn start(&mut self) -> bool {
        // A new stream, as frames are counted from the start of the stream.
        // SAFETY: the decoder is alive, and no utterance is open.
        unsafe {
            (self.sphinx.ps_start_stream)(self.decoder.as_ptr()) >= 0
                && (self.sphinx.ps_start_utt)(self.decoder.as_ptr()) >= 0
        }
    }

    /// Hears the next samples of the utterance. `false` when the library refuses.
    pub(super) fn hear(&mut self, samples: &[i16]) -> bool {
        // SAFETY: the decoder is alive; pointer and length are those of a slice, which is only read.
        let heard = unsafe {
            (self.sphinx.ps_process_raw)(self.decoder.as_ptr(), samples.as_ptr(), samples.len(), 0, 0)
        };
        heard >= 0
    }

    /// Ends the utterance and gives its words, fillers among them. `None` when the library refuses.
    pub(super) fn end(&mut self) -> Option<Vec<RawWord>> {
        // SAFETY: the decoder is alive.
        if unsafe { (self.sphinx.ps_end_utt)(self.decoder.as_ptr()) } < 0 {
            return None;
        }
        let mut words = Vec::new();
        // SAFETY: the decoder is alive; null means that there is no segment.
        let mut segment = unsafe { (self.sphinx.ps_seg_iter)(self.decoder.as_ptr()) };
        while !segment.is_null() {
            words.push(self.word(segment));
            // SAFETY: the segment is alive; `ps_seg_next` gives the next one, or frees it and gives null.
            segment = unsafe { (self.sphinx.ps_seg_next)(segment) };
        }
        Some(words)
    }

    fn word(&self, segment: Any) -> RawWord {
        let (mut first, mut last) = (0, 0);
        let (mut acoustic, mut language, mut backoff) = (0, 0, 0);
        // SAFETY: the caller's segment is alive and its word is a C string that lives as long; the out-parameters are
        // locals; the log table belongs to the living decoder.
        let (name, probability) = unsafe {
            (self.sphinx.ps_seg_frames)(segment, &mut first, &mut last);
            let logarithm = (self.sphinx.ps_seg_prob)(segment, &mut acoustic, &mut language, &mut backoff);
            let table = (self.sphinx.ps_get_logmath)(self.decoder.as_ptr());
            let name = CStr::from_ptr((self.sphinx.ps_seg_word)(segment)).to_string_lossy().into_owned();
            (name, (self.sphinx.logmath_exp)(table, logarithm))
        };
        // Both frames belong to the word.
        let ms = |frame: c_int| u32::try_from(frame).unwrap_or(0) * 1000 / FRAMES_PER_S;
        RawWord {
            name,
            start_ms: ms(first),
            end_ms: ms(last + 1),
            confidence: probability.clamp(0.0, 1.0) as f32,
        }
    }
}
