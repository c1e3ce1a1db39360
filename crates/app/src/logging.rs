//! Log files, one a day, a week of them. They hold no secrets and no words of a recording.

use debrief_core::failure::Failure;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::home::Home;

/// Starts to write the log. `DEBRIEF_LOG` chooses what is logged, as in `debrief=debug`; the default is `info`.
///
/// # Errors
/// The folder for logs cannot be made.
pub fn log_to_file(home: &Home) -> Result<(), Failure> {
    home.create()?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("debrief")
        .filename_suffix("log")
        .max_log_files(7)
        .build(home.logs_folder())
        .map_err(Failure::store)?;
    let filter = EnvFilter::try_from_env("DEBRIEF_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(appender);
    // A second start in one process, as in tests, keeps the first log.
    let _ = subscriber.try_init();
    Ok(())
}
