//! `debrief sandbox`: a stand-in for Google, Notion, speech services and language models on this machine, so that everything can be tried without an account.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use debrief_core::failure::{Failure, FailureCode};
use debrief_sandbox::{
    CLIENT_ID, CLIENT_SECRET, Content, LlmProvider, NewFile, Sandbox, SpeechService, World,
};
use serde_json::json;

use crate::Outcome;

#[derive(Args)]
pub(crate) struct Options {
    /// Files to put into its Drive besides the sample recording.
    files: Vec<PathBuf>,
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// The address of the account in it.
    #[arg(long, default_value = "ana@example.com")]
    account: String,
}

/// Runs until it is interrupted.
pub(crate) async fn run(options: Options) -> Result<Outcome, Failure> {
    let mut world = World::new();
    let account = world.add_account(&options.account);
    let sample = NewFile::new("Launch planning.opus", "audio/ogg", debrief_app::SAMPLE.to_vec());
    let mut files = vec![("Launch planning.opus".to_owned(), world.add_file(&account, sample))];
    for path in &options.files {
        if !path.is_file() {
            let what = format!("There is no file at {}.", path.display());
            return Err(Failure::never(FailureCode::MissingFile, what, "Check the path."));
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let file = NewFile::new(&name, mime_type(path), Content::Disk(path.clone()));
        files.push((name, world.add_file(&account, file)));
    }
    let workspace = world.add_workspace("Acme");
    let token = world.personal_token(&workspace, "Ana");
    let schema =
        json!({ "Name": { "title": {} }, "Date": { "date": {} }, "Participants": { "multi_select": {} } });
    let database = world.add_database(&workspace, "Meetings", &[("Meetings", schema)]);
    let keys = [
        ("OPENAI", SpeechService::OpenAi),
        ("GROQ", SpeechService::Groq),
        ("DEEPGRAM", SpeechService::Deepgram),
        ("ASSEMBLYAI", SpeechService::AssemblyAi),
        ("GEMINI", SpeechService::Gemini),
    ]
    .map(|(name, service)| (name, world.add_speech_key(service)));
    let anthropic_key = world.add_llm_key(LlmProvider::Anthropic);
    let models = [
        ("openai", LlmProvider::OpenAi),
        ("anthropic", LlmProvider::Anthropic),
        ("gemini", LlmProvider::Gemini),
        ("groq", LlmProvider::Groq),
        ("ollama", LlmProvider::Local),
    ]
    .map(|(name, provider)| (name, world.llm_models(provider).join(", ")));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let sandbox = Sandbox::start_on(address, world).await.map_err(|error| {
        let what = format!("The sandbox can't listen on {address}.");
        Failure::never(FailureCode::BadRequest, what, "Choose another --port.").because(error)
    })?;
    out!(
        "A sandbox stands in for Google, Notion, speech services, language models and the host of models at {}",
        sandbox.address()
    );
    out!("  client id      {CLIENT_ID}");
    out!("  client secret  {CLIENT_SECRET}");
    out!("  Notion token   {token}");
    out!("  Notion pages   {}/notion/view", sandbox.address());
    for (name, id) in files {
        out!("  https://drive.google.com/file/d/{}/view  {name}", id.as_str());
    }
    out!("In the window: Settings, Advanced. For a command:");
    for (key, value) in [
        ("ENDPOINTS__GOOGLE_AUTH", sandbox.google_auth()),
        ("ENDPOINTS__GOOGLE_TOKEN", sandbox.google_token()),
        ("ENDPOINTS__GOOGLE_REVOKE", sandbox.google_revoke()),
        ("ENDPOINTS__DRIVE", sandbox.drive()),
        ("ENDPOINTS__NOTION", sandbox.notion()),
        ("ENDPOINTS__MODELS", sandbox.models()),
        ("ENDPOINTS__GROQ", sandbox.groq()),
        ("ENDPOINTS__DEEPGRAM", sandbox.deepgram()),
        ("ENDPOINTS__ASSEMBLYAI", sandbox.assemblyai()),
        ("ENDPOINTS__GEMINI", sandbox.gemini()),
        ("SERVICES__OPENAI_URL", sandbox.openai()),
        ("ENDPOINTS__OPENAI", sandbox.openai()),
        ("ENDPOINTS__ANTHROPIC", sandbox.anthropic()),
        ("PROVIDERS__OLLAMA_URL", sandbox.local_llm()),
        ("NOTION__DATABASE_ID", database.to_string()),
        ("GOOGLE__CLIENT_ID", CLIENT_ID.to_owned()),
        ("GOOGLE__CLIENT_SECRET", CLIENT_SECRET.to_owned()),
    ] {
        out!("  export DEBRIEF__{key}='{value}'");
    }
    out!("  export DEBRIEF_NOTION_TOKEN='{token}'");
    for (name, key) in keys {
        out!("  export DEBRIEF_{name}_KEY='{key}'");
    }
    out!("  export DEBRIEF_ANTHROPIC_KEY='{anthropic_key}'");
    out!("Language models answer with what the transcript says, for `debrief notes use PROVIDER/MODEL`:");
    for (name, models) in models {
        out!("  {name}: {models}");
    }
    out!("Its speech services hear DTMF tones alone, and it has no model files.");
    tokio::select! {
        () = sandbox.stopped() => {}
        // Whatever came of the wait for it, the person wants an end.
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(Outcome::Done)
}

/// As Drive would name the file's type after an upload.
fn mime_type(path: &Path) -> &'static str {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "mp3" => "audio/mpeg",
        "m4a" | "m4b" => "audio/mp4",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "pdf" => "application/pdf",
        _ => "application/octet-stream", // Drive doesn't know it either.
    }
}
