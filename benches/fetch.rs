//! Fetching a recording of 2 GB from a loopback Drive: rate against `curl` in the same run, peak memory, and how much is
//! fetched again after a kill half-way.
//!
//! `cargo bench -p debrief-bench --bench fetch`; needs curl, Linux for the memory, and room for two such files. The bytes
//! go to /dev/shm where there is one, so that the disk is not what is measured.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use debrief_connect::google::{Account, AccountBook, Accounts, Drive, DriveSource, Endpoints};
use debrief_connect::keychain::{Keep, Secrets};
use debrief_connect::recordings::Recordings;
use debrief_core::failure::{Failure, Warning};
use debrief_core::job::JobId;
use debrief_core::link::RecordingLink;
use debrief_core::ports::RecordingSource;
use debrief_core::secret::Secret;
use debrief_core::stage::{Progress, StageCx, StageHost};
use debrief_sandbox::{Call, Content, DRIVE, NewFile, Sandbox, World};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Set in a child: what it is.
const ROLE: &str = "DEBRIEF_BENCH_FETCH";
const SIZE_BYTES: u64 = 2 << 30;
/// Of a recording whose memory is compared with that of the large one.
const SMALL_BYTES: u64 = 20 << 20;
/// Rounds of the comparison; the median counts.
const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    match std::env::var(ROLE).as_deref() {
        Ok("serve") => serve(Path::new(&arguments[1])),
        Ok("fetch") => fetch(&arguments[1..]),
        _ => parent(),
    }
}

fn parent() -> Outcome<()> {
    let folder = match Path::new("/dev/shm").is_dir() {
        true => tempfile::tempdir_in("/dev/shm")?,
        false => tempfile::tempdir()?,
    };
    let recording = folder.path().join("served.wav");
    fill(&recording, SIZE_BYTES)?;
    let mut server = Server::start(&recording)?;
    let small = folder.path().join("small.wav");
    fill(&small, SMALL_BYTES)?;
    let small_mb = Server::start(&small)?.fetch(folder.path())?.finish()?.peak_mb;
    let mut ratios = Vec::new();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut peak_mb = 0.0_f64;
    for _ in 0..ROUNDS {
        let fetched = server.fetch(folder.path())?.finish()?;
        let curl_s = server.curl(folder.path())?;
        ratios.push(curl_s / fetched.bytes_s);
        ours.push(fetched);
        theirs.push(curl_s);
        peak_mb = peak_mb.max(fetched.peak_mb);
    }
    let mb_s = |seconds: f64| SIZE_BYTES as f64 / 1e6 / seconds;
    let bytes_s = median(ours.iter().map(|fetched| fetched.bytes_s).collect());
    let whole_s = median(ours.iter().map(|fetched| fetched.whole_s).collect());
    println!("2 GB from a loopback Drive (median of {ROUNDS})");
    println!("{:34} {:>7.0} MB/s", "Debrief", mb_s(bytes_s));
    println!("{:34} {:>7.0} MB/s", "Debrief, with the checksum at the end", mb_s(whole_s));
    println!("{:34} {:>7.0} MB/s", "curl", mb_s(median(theirs)));
    println!("{:34} {:>7.2}×", "Debrief / curl, round by round", median(ratios));
    println!("{:34} {:>7.1} MB", "peak memory", peak_mb);
    println!("{:34} {:>7.1} MB", "peak memory for a file of 20 MB", small_mb);

    let before = server.sent()?;
    let mut first = server.fetch(folder.path())?;
    let file = folder.path().join("job").join("recording");
    while fs::metadata(&file).map_or(0, |metadata| metadata.len()) < SIZE_BYTES / 2 {
        if first.process.try_wait()?.is_some() {
            return Err("it was done before it could be killed".into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    first.process.kill()?;
    first.process.wait()?;
    let there = fs::metadata(&file)?.len();
    let at_kill = server.sent()?;
    server.resume(folder.path())?.finish()?;
    let percent = |bytes: u64| 100.0 * bytes as f64 / SIZE_BYTES as f64;
    println!();
    println!("{:34} {:>7.1} %", "killed with this much on disk", percent(there));
    println!("{:34} {:>7.1} %", "sent until then", percent(at_kill - before));
    println!("{:34} {:>7.1} %", "sent after it was started again", percent(server.sent()? - at_kill));
    Ok(())
}

/// Bytes that no file system keeps as a hole.
fn fill(file: &Path, size_bytes: u64) -> Outcome<()> {
    let block: Vec<u8> = (0..1_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut file = File::create(file)?;
    for _ in 0..size_bytes / block.len() as u64 {
        file.write_all(&block)?;
    }
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn again(role: &str) -> Outcome<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ROLE, role).stdout(Stdio::piped()).stdin(Stdio::piped());
    Ok(command)
}

/// The sandbox, in a process of its own.
struct Server {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
    drive: String,
    token: String,
    id: String,
}

impl Server {
    fn start(recording: &Path) -> Outcome<Server> {
        let mut process = again("serve")?.arg(recording).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let mut word = || words.next().ok_or("the sandbox did not start");
        let (drive, token, id) = (word()?, word()?, word()?);
        Ok(Server { process, lines, drive, token, id })
    }

    /// Bytes of recordings that it has sent so far.
    fn sent(&mut self) -> Outcome<u64> {
        self.process.stdin.as_mut().ok_or("no input")?.write_all(b"\n")?;
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }

    fn fetch(&self, folder: &Path) -> Outcome<Fetching> {
        let job = folder.join("job");
        if job.exists() {
            fs::remove_dir_all(&job)?;
        }
        fs::create_dir(&job)?;
        self.resume(folder)
    }

    fn resume(&self, folder: &Path) -> Outcome<Fetching> {
        let mut command = again("fetch")?;
        command.args([&self.drive, &self.token, &self.id]).arg(folder.join("job"));
        Ok(Fetching { process: command.spawn()? })
    }

    fn curl(&self, folder: &Path) -> Outcome<f64> {
        let to = folder.join("curl");
        let url = format!("{}/files/{}?alt=media&supportsAllDrives=true", self.drive, self.id);
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail", "--output"]).arg(&to);
        command.arg("--header").arg(format!("Authorization: Bearer {}", self.token)).arg(url);
        let began = Instant::now();
        let status = command.status()?;
        let took_s = began.elapsed().as_secs_f64();
        if !status.success() || fs::metadata(&to)?.len() != SIZE_BYTES {
            return Err("curl did not fetch the file".into());
        }
        fs::remove_file(&to)?;
        Ok(took_s)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Fetching {
    process: Child,
}

#[derive(Clone, Copy)]
struct Fetched {
    bytes_s: f64,
    whole_s: f64,
    peak_mb: f64,
}

impl Fetching {
    fn finish(self) -> Outcome<Fetched> {
        let output = self.process.wait_with_output()?;
        let text = String::from_utf8(output.stdout)?;
        let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        match numbers[..] {
            [bytes_s, whole_s, peak_mb] if output.status.success() => {
                Ok(Fetched { bytes_s, whole_s, peak_mb })
            }
            _ => Err(format!("a fetch failed: {text}").into()),
        }
    }
}

#[tokio::main]
async fn serve(recording: &Path) -> Outcome<()> {
    let mut world = World::new();
    let account = world.add_account("ana@example.com");
    let file = NewFile::new("talk.wav", "audio/wav", Content::Disk(recording.to_owned()));
    let id = world.add_file(&account, file);
    let (token, _) = world.issue_tokens(&account, &[DRIVE], &[]);
    let sandbox = Sandbox::start(world).await?;
    println!("{} {token} {}", sandbox.drive(), id.as_str());
    tokio::task::block_in_place(|| {
        for line in std::io::stdin().lock().lines() {
            line?;
            let world = sandbox.world();
            let downloads = world.requests().iter().filter(|seen| seen.call == Some(Call::Download));
            println!("{}", downloads.map(|seen| seen.body_bytes).sum::<u64>());
        }
        Ok(())
    })
}

/// Prints seconds until the last byte came, seconds until it was checked, and the peak of memory in MB.
#[tokio::main]
async fn fetch(arguments: &[String]) -> Outcome<()> {
    let [drive, token, id, folder] = arguments else { return Err("DRIVE TOKEN ID FOLDER".into()) };
    let drive: url::Url = drive.parse()?;
    let endpoints = Endpoints { auth: drive.clone(), token: drive.clone(), revoke: drive.clone(), drive };
    let secrets = Secrets::new(Keep::Session, "bench", PathBuf::from("none"));
    let accounts = Accounts::new(
        "google",
        endpoints,
        None,
        Arc::new(Nobody),
        secrets,
        Some(Secret::new(token.as_str())),
    );
    let source = Recordings::new(DriveSource::new(Drive::new(Arc::new(accounts))));
    let began = Instant::now();
    let host = Arc::new(Host {
        bookmark: Path::new(folder).join("bookmark.json"),
        began,
        last_byte_s: Mutex::new(0.0),
    });
    let cx = StageCx::new(JobId(uuid::Uuid::nil()), Path::new(folder), host.clone());
    let link = RecordingLink::Drive { id: id.clone(), resource_key: None };
    let recording = source.fetch(&link, &[], cx).await?;
    let whole_s = began.elapsed().as_secs_f64();
    if fs::metadata(&recording.file)?.len() != recording.size_bytes {
        return Err("the file is not whole".into());
    }
    let last_byte_s = *host.last_byte_s.lock().map_err(|_| "poisoned")?;
    println!("{last_byte_s} {whole_s} {}", peak_mb()?);
    Ok(())
}

fn peak_mb() -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak memory here")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// The token comes from the environment; there is no list of accounts.
struct Nobody;

impl AccountBook for Nobody {
    fn accounts(&self) -> Result<Vec<Account>, Failure> {
        Ok(Vec::new())
    }

    fn put(&self, _: &Account) -> Result<(), Failure> {
        Ok(())
    }

    fn remove(&self, _: &str) -> Result<(), Failure> {
        Ok(())
    }
}

/// Keeps the bookmark in a file, so that it outlives a kill.
struct Host {
    bookmark: PathBuf,
    began: Instant,
    last_byte_s: Mutex<f64>,
}

#[async_trait]
impl StageHost for Host {
    fn progress(&self, _: Progress) {
        if let Ok(mut last_byte_s) = self.last_byte_s.lock() {
            *last_byte_s = self.began.elapsed().as_secs_f64();
        }
    }

    fn stopped(&self) -> bool {
        false
    }

    async fn stop_requested(&self) {
        std::future::pending().await
    }

    fn bookmark(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&fs::read(&self.bookmark).ok()?).ok()
    }

    fn save_bookmark(&self, bookmark: serde_json::Value, _: f64) -> Result<(), Failure> {
        fs::write(&self.bookmark, bookmark.to_string()).map_err(Failure::internal)
    }

    fn warn(&self, _: Warning) {}
}
