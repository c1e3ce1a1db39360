//! Google Drive from the command line, against a sandbox: sign in, process, undo, sign out; with and without a keychain.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use debrief_sandbox::{
    AccountId, Answer, CLIENT_ID, CLIENT_SECRET, Call, Content, DRIVE, Fault, FaultKind, FileId, NewFile,
    Picks, Sandbox, World,
};
use tokio::runtime::Runtime;

use crate::keychain::Keychain;
use crate::support::{Installation, Ran, Running, fixture, id, keeps_secrets, text, with_browser};

/// A sandbox with one account and one recording, an installation that uses it, and whatever the test adds to the environment.
struct Google {
    runtime: Runtime,
    sandbox: Sandbox,
    account: AccountId,
    recording: FileId,
    installation: Installation,
    environment: Vec<(String, String)>,
}

impl Google {
    fn new() -> Google {
        let mut world = World::new();
        let account = world.add_account("ana@example.com");
        world.person().answer = Answer::Allows { account: account.clone(), picks: Picks::Requested };
        let speech = std::fs::read(fixture("speech.wav")).unwrap();
        let recording = world.add_file(&account, NewFile::new("talk 2026-11-05.wav", "audio/wav", speech));
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(world)).unwrap();
        let installation = Installation::new();
        installation.use_sandbox(&sandbox);
        // A bus that isn't there: whoever runs the tests may have a keychain of their own.
        let environment = vec![("DBUS_SESSION_BUS_ADDRESS".into(), "unix:path=/nowhere".into())];
        Google { runtime, sandbox, account, recording, installation, environment }
    }

    fn link(&self) -> String {
        format!("https://drive.google.com/file/d/{}/view", self.recording.as_str())
    }

    fn name(&self) -> String {
        self.sandbox.world().file(&self.recording).unwrap().name.clone()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.installation.command(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Running::start(&mut self.command(arguments)).end()
    }

    /// Runs a command that sends the person to their browser, and is the browser.
    fn run_with_browser(&self, arguments: &[&str]) -> Ran {
        with_browser(&mut self.command(arguments), "")
    }

    /// Writes the file that the Google Cloud console offers.
    fn client_file(&self) -> String {
        let file = self.installation.path().join("client_secret_1.json");
        let client =
            format!(r#"{{"installed":{{"client_id":"{CLIENT_ID}","client_secret":"{CLIENT_SECRET}"}}}}"#);
        std::fs::write(&file, client).unwrap();
        file.display().to_string()
    }

    /// Asserts that no token was told or written anywhere in the installation, but for `allowed`.
    fn keeps_secrets(&self, ran: &[&Ran], allowed: &str) {
        keeps_secrets(&self.installation, &self.sandbox.world().secrets(), ran, allowed);
    }
}

#[test]
fn a_link_is_processed_with_a_sign_in_that_the_keychain_keeps() {
    let keychain = Keychain::start();
    let mut google = Google::new();
    google.environment = keychain.environment();
    keychain.once_it_answers(|| google.command(&["doctor"]));

    let first = google.run(&["process", "--json", &google.link()]);
    assert_eq!(first.code, Some(3), "{}", first.stderr);
    assert_eq!(text(&first.last()["error"], "code"), "google_client_missing");

    let client = google.client_file();
    let connected = google.run_with_browser(&[
        "connect",
        "google",
        "--no-browser",
        "--client",
        &client,
        "--choose",
        &google.link(),
    ]);
    assert_eq!(
        (connected.code, connected.stdout.as_str()),
        (Some(0), "ana@example.com: signed in\n"),
        "{}",
        connected.stderr
    );

    let resumed = google.run(&["resume", "--json"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.stdout, resumed.stderr);
    let view = resumed.last();
    assert_eq!((text(&view, "status"), text(&view, "account")), ("completed", "ana@example.com"));
    let name = google.name();
    assert!(name.starts_with("[2026-11-05] ") && name.ends_with(".wav"), "{name}");
    assert_eq!(text(&view["result"], "drive_filename"), name);

    let again = google.run(&["process", &google.link()]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("was already processed, by job"), "{}", again.stderr);
    let undone = google.run(&["undo", id(&view)]);
    assert_eq!((undone.code, google.name().as_str()), (Some(0), "talk 2026-11-05.wav"), "{}", undone.stderr);

    let doctor = google.run(&["doctor"]);
    assert!(doctor.stdout.contains("ana@example.com: signed in"), "{}", doctor.stdout);
    google.keeps_secrets(&[&first, &connected, &resumed, &again, &undone, &doctor], "nothing");

    let out = google.run(&["disconnect", "google"]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    let revoked =
        google.sandbox.world().requests().iter().filter(|seen| seen.call == Some(Call::Revoke)).count();
    assert_eq!(revoked, 1);
    let left = google.run(&["disconnect", "google"]);
    assert_eq!(left.code, Some(2), "{}", left.stderr);
}

#[test]
fn without_a_keychain_there_is_a_choice_and_never_a_silent_file() {
    let google = Google::new();
    let client = google.client_file();
    let refused = google.run(&["connect", "google", "--no-browser", "--client", &client]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(3), ""));
    insta::assert_snapshot!(refused.stderr.lines().take(2).collect::<Vec<_>>().join("\n"), @"
    The keychain of this computer can't be used, so a sign-in can't be kept safely.
    Unlock or start it and try again, or choose another place for sign-ins: until Debrief is closed, or a file that only you can read.
    ");
    assert!(!google.installation.path().join("secrets.json").exists());
    assert_eq!(
        google.sandbox.world().person().times_asked,
        0,
        "nobody is sent through Google's pages for nothing"
    );

    let connected =
        google.run_with_browser(&["connect", "google", "--no-browser", "--keep", "file", "--all-files"]);
    assert_eq!(connected.code, Some(0), "{}", connected.stderr);
    let done = google.run(&["process", "--json", &google.link()]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    google.keeps_secrets(&[&refused, &connected, &done], "secrets.json");
}

#[test]
fn a_process_can_sign_in_on_its_way() {
    let google = Google::new();
    let client = google.client_file();
    // Without a browser this only fails after it has remembered the client and the place for sign-ins.
    let mut settings = std::fs::read_to_string(google.installation.path().join("settings.toml")).unwrap();
    settings += &format!(
        "[google]\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\n[secrets]\nkeep = \"session\"\n"
    );
    std::fs::write(google.installation.path().join("settings.toml"), settings).unwrap();
    std::fs::remove_file(client).unwrap();
    let done = google.run_with_browser(&["process", "--sign-in", "--json", &google.link()]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    assert_eq!(text(&done.last(), "status"), "completed");
    google.keeps_secrets(&[&done], "nothing");
}

/// Speech, then silence: a WAV file of 20 MB.
fn long_recording() -> Vec<u8> {
    let mut wav = std::fs::read(fixture("speech.wav")).unwrap();
    wav.resize(20_000_044, 0);
    // Two lengths in its header, less 8 and less 44, grow along.
    for (at, length) in [(4, wav.len() - 8), (40, wav.len() - 44)] {
        wav[at..at + 4].copy_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
    }
    wav
}

#[test]
fn a_kill_in_the_middle_of_a_download_costs_no_second_download_and_leaks_nothing() {
    let mut google = Google::new();
    google.sandbox.world().replace_content(&google.recording, Content::from(long_recording()));
    let (access, _) = google.sandbox.world().issue_tokens(&google.account, &[DRIVE], &[]);
    google.environment.push(("DEBRIEF_GOOGLE_ACCESS_TOKEN".into(), access));
    let slowly = FaultKind::SlowDrip { bytes_per_s: 4_000_000 };
    google.sandbox.world().plan(Fault { on: Call::Download, times: 1, what: slowly });
    let mut running = Running::start(&mut google.command(&["process", "--json", &google.link()]));
    let job = id(&running.until(|view| text(view, "status") == "processing")).to_owned();
    let partial = google.installation.path().join("jobs").join(&job).join("recording");
    let began = Instant::now();
    while std::fs::metadata(&partial).map_or(0, |metadata| metadata.len()) < 10_000_000 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is fetched");
        std::thread::sleep(Duration::from_millis(10));
    }
    running.kill();
    google.keeps_secrets(&[], "nothing");

    let resumed = google.run(&["resume", "--json"]);
    assert_eq!(resumed.code, Some(0), "{}{}", resumed.stdout, resumed.stderr);
    assert_eq!(text(&resumed.last(), "status"), "completed");
    let world = google.sandbox.world();
    let downloads = world.requests().iter().filter(|seen| seen.call == Some(Call::Download));
    let [_, second] = downloads.collect::<Vec<_>>()[..] else {
        panic!("two downloads: {:?}", world.requests())
    };
    let from = second
        .range
        .as_deref()
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    assert!(from.is_some_and(|from: u64| from >= 10_000_000), "{second:?}");
    assert!(second.body_bytes <= 10_000_044, "{second:?}");
}

#[test]
fn a_token_from_the_environment_is_enough() {
    let mut google = Google::new();
    let (access, _) = google.sandbox.world().issue_tokens(&google.account, &[DRIVE], &[]);
    google.environment.push(("DEBRIEF_GOOGLE_ACCESS_TOKEN".into(), access));
    let done = google.run(&["process", "--json", &google.link()]);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    assert!(google.name().starts_with("[2026-11-05] "), "{}", google.name());
    google.keeps_secrets(&[&done], "nothing");

    google.sandbox.world().expire_access_tokens();
    let expired = google.run(&["process", "--json", "--again", &google.link()]);
    assert_eq!(expired.code, Some(3), "{}{}", expired.stdout, expired.stderr);
    assert_eq!(
        text(&expired.last()["error"], "what"),
        "Google doesn't take the token in DEBRIEF_GOOGLE_ACCESS_TOKEN."
    );
    // The sandbox serves until the end of the test.
    drop(google.runtime);
}

#[test]
fn a_sandbox_for_people_says_how_to_use_it() {
    let installation = Installation::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut command = installation.command(&["sandbox", "--port", &port, &fixture("speech.mp3")]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.by_ref().take_while(|line| !line.contains("DEBRIEF_GEMINI_KEY")).collect();
    let told = told.join("\n");
    assert!(told.contains(&format!("http://127.0.0.1:{port}")) && told.contains("speech.mp3"), "{told}");
    let page =
        Command::new("curl").args(["--silent", &format!("http://127.0.0.1:{port}/drive/v3/about")]).output();
    assert!(String::from_utf8(page.unwrap().stdout).unwrap().contains("authError"));
    // What it says of a speech service is enough to use it.
    let variables = told.lines().filter_map(|line| line.trim().strip_prefix("export ")?.split_once('='));
    let variables = variables.map(|(name, value)| (name, value.trim_matches('\'')));
    let tested = Running::start(installation.command(&["speech", "test", "deepgram"]).envs(variables)).end();
    let said = format!("Deepgram takes the key. Recordings are sent to 127.0.0.1:{port} (this machine).\n");
    assert_eq!((tested.code, tested.stdout), (Some(0), said), "{}", tested.stderr);
    child.kill().unwrap();
    child.wait().unwrap();

    let missing = installation.run(&["sandbox", "gone.mp3"]);
    assert_eq!(
        (missing.code, missing.stderr.lines().next()),
        (Some(1), Some("There is no file at gone.mp3."))
    );
}
