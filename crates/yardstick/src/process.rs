//! What a process costs (on Linux), and where its measurements keep their files.

use std::fs;
use std::path::PathBuf;

use crate::Outcome;

/// `target/bench-data`, beside the folder that this program was built into.
///
/// # Errors
/// The program is elsewhere, or the folder can't be made.
pub fn data_folder() -> Outcome<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).ok_or("built outside of a target folder")?;
    let data = target.join("bench-data");
    fs::create_dir_all(&data)?;
    Ok(data)
}

/// Processor time of this process so far, in seconds.
///
/// # Errors
/// There is no `/proc`.
pub fn cpu_s() -> Outcome<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field, the program's name in brackets, may hold blanks; utime and stime are the 14th and 15th.
    let rest = stat.rsplit_once(") ").ok_or("an unknown form of /proc/self/stat")?.1;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    // Linux reports 100 ticks a second on every architecture that Debrief runs on.
    Ok(ticks / 100.0)
}

/// Peak resident memory of this process, in MB.
///
/// # Errors
/// There is no `/proc`.
pub fn peak_mb() -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
}
