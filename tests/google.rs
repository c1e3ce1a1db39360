//! An installation beside a sandbox that stands in for Google.

use std::path::Path;
use std::time::{Duration, Instant};

use debrief_app::{App, DriveAccess};
use debrief_core::failure::Failure;
use debrief_core::job::JobId;
use debrief_core::view::JobView;
use debrief_sandbox::{
    AccountId, Answer, CLIENT_ID, CLIENT_SECRET, Call, FileId, NewFile, Picks, Sandbox, World,
};

use crate::support::{Installation, PATIENCE, fixture};

pub(crate) struct Google {
    pub(crate) sandbox: Sandbox,
    pub(crate) account: AccountId,
    pub(crate) installation: Installation,
}

impl Google {
    /// One account, and a person who allows whatever they are asked.
    pub(crate) async fn new() -> Google {
        let mut world = World::new();
        let account = world.add_account("ana@example.com");
        world.person().answer = Answer::Allows { account: account.clone(), picks: Picks::Requested };
        let sandbox = Sandbox::start(world).await.unwrap();
        let installation = Installation::new();
        let settings = format!(
            "[google]\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{CLIENT_SECRET}\"\n\
             [secrets]\nkeep = \"file\"\n\
             [endpoints]\ngoogle_auth = \"{}\"\ngoogle_token = \"{}\"\ngoogle_revoke = \"{}\"\ndrive = \"{}\"\n",
            sandbox.google_auth(),
            sandbox.google_token(),
            sandbox.google_revoke(),
            sandbox.drive(),
        );
        std::fs::write(installation.home().settings_file(), settings).unwrap();
        Google { sandbox, account, installation }
    }

    pub(crate) fn add(&self, file: NewFile) -> FileId {
        self.sandbox.world().add_file(&self.account, file)
    }

    /// A recording of six seconds of speech.
    pub(crate) fn add_speech(&self, name: &str) -> FileId {
        self.add(NewFile::new(name, "audio/wav", std::fs::read(fixture("speech.wav")).unwrap()))
    }

    /// How a file is called now.
    pub(crate) fn name_of(&self, file: &FileId) -> String {
        self.sandbox.world().file(file).unwrap().name.clone()
    }

    /// The statuses of all answers to calls of that kind.
    pub(crate) fn answers(&self, call: Call) -> Vec<Option<u16>> {
        let world = self.sandbox.world();
        world.requests().iter().filter(|seen| seen.call == Some(call)).map(|seen| seen.status).collect()
    }

    /// Signs in with access to all files, so that nothing has to be chosen.
    pub(crate) async fn sign_in(&self, app: &App) {
        app.sign_in_google(DriveAccess::AllFiles, browse).await.unwrap();
    }
}

pub(crate) fn link(file: &FileId) -> String {
    format!("https://drive.google.com/file/d/{}/view?usp=sharing", file.as_str())
}

pub(crate) async fn process(app: &App, file: &FileId) -> JobId {
    app.process(&link(file), &[]).await.unwrap()
}

/// A person's browser: goes where it is sent, and is sent back to Debrief.
pub(crate) fn browse(url: &url::Url) -> Result<(), Failure> {
    let url = url.clone();
    tokio::spawn(async move {
        let page = browser().get(url).send().await.unwrap();
        assert!(page.status().is_success(), "{page:?}");
    });
    Ok(())
}

pub(crate) fn browser() -> reqwest::Client {
    // It brings the TLS that a client needs to be made, though nothing here is spoken with TLS.
    let _ = debrief_connect::http::client();
    reqwest::Client::new()
}

/// Waits until `reached`, looking at whatever it looks at.
pub(crate) async fn eventually(what: &str, reached: impl Fn() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The text of a job's page.
pub(crate) fn page_of(view: &JobView) -> String {
    let path = view.result.as_ref().unwrap().page_path.clone().unwrap();
    std::fs::read_to_string(Path::new(&path)).unwrap()
}
