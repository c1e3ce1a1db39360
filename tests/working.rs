//! Debrief as it is, in a process that a test can kill.
//!
//! `working-debrief HOME [RECORDING [ATTACHMENT …]]`: submits the recording, or goes on with what is there; ends once the job
//! has come to rest, and prints its status word.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the test reads the status")]

use std::path::Path;
use std::time::Duration;

use debrief_app::{App, Home};
use debrief_core::failure::Failure;
use debrief_core::view::{Group, StatusWord};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let home = Home::in_folder(Path::new(&arguments[0]));
    debrief_app::log_to_file(&home)?;
    let app = App::open(home).await?;
    if let Some(recording) = arguments.get(1) {
        app.process(recording, &arguments[2..]).await?;
    }
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let jobs = app.list_all()?;
        if let Some(job) = jobs.iter().find(|job| matches!(job.group, Group::Done | Group::NeedsYou)) {
            let completed = job.status == StatusWord::Completed;
            println!("{}", if completed { "completed".to_owned() } else { format!("{:?}", job.error) });
            app.shutdown().await;
            return Ok(());
        }
    }
}
