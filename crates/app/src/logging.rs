//! Log files, one a day, a week of them. They hold no secrets and no words of a recording.

use debrief_core::failure::{Failure, FailureCode};
use tracing::{Level, Metadata};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::home::Home;

/// Starts to write the log. `DEBRIEF_LOG` chooses what is logged, as in `debrief=debug`; the default is `info`. Whatever it
/// says, libraries of others never say more than `info`: below that they write down requests and answers, with all that is
/// in them.
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
        .map_err(|error| {
            Failure::never(
                FailureCode::PermissionDenied,
                format!("Debrief can't write its log into {}.", home.logs_folder().display()),
                "Check the permissions of that folder and that its disk isn't full, or set DEBRIEF_HOME to another folder.",
            )
            .because(error)
        })?;
    let wanted = EnvFilter::try_from_env("DEBRIEF_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(appender);
    let lines = lines.with_filter(wanted.and(filter_fn(may_be_logged)));
    // A second start in one process, as in tests, keeps the first log.
    let _ = tracing_subscriber::registry().with(lines).try_init();
    Ok(())
}

fn may_be_logged(what: &Metadata<'_>) -> bool {
    let module = what.target().split("::").next().unwrap_or_default();
    let is_our_own = module == "debrief" || module.starts_with("debrief_");
    is_our_own || *what.level() <= Level::INFO
}
