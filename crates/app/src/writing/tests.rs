//! Choices over a real store and a real settings file: what the next job gets, and what a job keeps.

use debrief_connect::llm::Ledger;
use debrief_core::job::{JobId, SubmitJob};
use debrief_core::link::RecordingLink;
use debrief_core::spending::{Expense, Usage};
use jiff::Timestamp;

use super::*;
use crate::{Home, Runs, Wishes};

async fn app(folder: &tempfile::TempDir, settings: &str) -> App {
    std::fs::write(folder.path().join("settings.toml"), settings).unwrap();
    App::open_and_run(Home::in_folder(folder.path()), Runs::Nothing).await.unwrap()
}

fn submitted(app: &App, wishes: &Wishes) -> Result<SubmitJob, Failure> {
    let id = app.submit_with(wishes, RecordingLink::Local { path: "/a.m4a".into() }, Vec::new())?;
    Ok(app.pool.store().job(id)?.request)
}

const TWO: &str =
    "[notes]\nmodels = [\"openai/gpt-5.4-mini\", \"groq/openai/gpt-oss-120b\"]\ntemplate = \"stand-up\"\n";

#[tokio::test]
async fn a_job_gets_the_models_and_the_template_of_the_settings_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, TWO).await;
    let notes = submitted(&app, &Wishes::default()).unwrap().notes;
    let names: Vec<String> = notes.models.iter().map(|m| format!("{} {}", m.provider, m.model)).collect();
    assert_eq!(names, ["openai gpt-5.4-mini", "groq openai/gpt-oss-120b"]);
    assert_eq!(
        (notes.label.as_str(), notes.template.unwrap().id),
        ("gpt-5.4-mini at OpenAI", "stand-up".into())
    );
}

#[tokio::test]
async fn what_is_wished_for_one_job_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, TWO).await;
    let wishes = Wishes {
        models: Some(vec!["ollama/qwen3:8b".into()]),
        template: Some("lecture".into()),
        participants: vec![" Ana  Lopez ".into(), "Ana Lopez".into()],
        notes_language: Some("zh-Hant".into()),
        ..Wishes::default()
    };
    let request = submitted(&app, &wishes).unwrap();
    assert!(request.rate.is_some_and(debrief_core::spending::Rate::is_free), "{:?}", request.rate);
    let notes = request.notes;
    assert_eq!(
        (notes.own_models, notes.participants.as_slice()),
        (true, ["Ana Lopez".to_owned()].as_slice())
    );
    assert_eq!(
        (notes.template.unwrap().id.as_str(), notes.language.as_deref()),
        ("lecture", Some("zh-Hant"))
    );
    let none = Wishes { models: Some(Vec::new()), ..Wishes::default() };
    assert!(submitted(&app, &none).unwrap().notes.models.is_empty());

    for wrong in [
        Wishes { models: Some(vec!["nobody/x".into()]), ..Wishes::default() },
        Wishes { template: Some("no-such".into()), ..Wishes::default() },
        Wishes { notes_language: Some("??".into()), ..Wishes::default() },
    ] {
        assert_eq!(submitted(&app, &wrong).unwrap_err().code, FailureCode::BadRequest, "{wrong:?}");
    }
    assert_eq!(app.list_all().unwrap().len(), 2, "what is refused is not submitted");
}

#[tokio::test]
async fn a_template_is_copied_changed_chosen_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "").await;
    let file = app.copy_template("meeting").unwrap();
    let id = file.file_stem().unwrap().to_str().unwrap().to_owned();
    app.choose_template(&id).await.unwrap();
    assert_eq!(app.template_file(&id).unwrap(), file);
    assert!(app.preview_template(&id).unwrap().contains("# How to write"));

    std::fs::write(&file, "name = \"Mine\"\nparts = [\"nonsense\"]\n").unwrap();
    let view = app.notes().await.unwrap();
    let broken = view.templates.iter().find(|template| template.id == id).unwrap();
    assert!(broken.problem.as_ref().is_some_and(|problem| problem.contains("line 2")), "{broken:?}");
    // The next job must not fail for that.
    assert_eq!(submitted(&app, &Wishes::default()).unwrap().notes.template.unwrap().id, "meeting");

    app.remove_template(&id).await.unwrap();
    let view = app.notes().await.unwrap();
    assert_eq!((view.template.as_str(), view.templates.len()), ("meeting", 6));
    assert!(app.remove_template("meeting").await.is_err(), "a built-in one stays");
}

#[tokio::test]
async fn spending_is_summed_by_model_and_held_against_the_cap() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "[spending]\nmonthly_cap_usd = 1.0\n").await;
    let ledger = app.steps.now().writers().ledger().clone();
    let job = JobId(Default::default());
    let expense = |at: Timestamp, model: &str, usd| Expense {
        at,
        provider: "openai".into(),
        model: model.into(),
        usage: Usage { input_tokens: 1_000, output_tokens: 10, audio_ms: 60_000 },
        usd,
    };
    let now = Timestamp::now();
    let long_ago = now - jiff::SignedDuration::from_hours(24 * 40);
    for (at, model, usd) in
        [(now, "a", Some(0.25)), (now, "a", Some(0.5)), (now, "b", None), (long_ago, "a", Some(9.0))]
    {
        ledger.record(job, expense(at, model, usd)).unwrap();
    }
    assert_eq!(ledger.left_usd().unwrap(), Some(0.25));
    let view = app.notes().await.unwrap().spending;
    assert_eq!((view.usd, view.has_unpriced, view.lines.len()), (0.75, true, 2));
    assert_eq!((view.lines[0].calls, view.lines[0].audio_minutes, view.lines[0].usd), (2, 2.0, Some(0.75)));
    assert_eq!(view.lines[1].usd, None);
    assert!(app.set_spending_cap(Some(f64::NAN)).await.is_err());
}

#[tokio::test]
async fn an_estimate_grows_with_the_length_and_is_none_without_a_price() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, TWO).await;
    let usd = |minutes: u32| app.estimate_cost(Some(minutes * 60_000)).usd.unwrap();
    assert!(usd(60) > usd(10) && usd(10) > 0.0, "{} {}", usd(60), usd(10));
    app.set_notes_models(&[ModelChoice { provider: "compatible".into(), model: "mine".into() }])
        .await
        .unwrap();
    assert_eq!(app.estimate_cost(None).usd, None);
    app.set_notes_models(&[]).await.unwrap();
    assert_eq!(app.estimate_cost(None).usd, Some(0.0));
}

#[tokio::test]
async fn servers_of_one_s_own_are_set_up_and_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder, "").await;
    app.set_notes_server("llama_cpp", Some("http://127.0.0.1:9/v1"), Some(16_384)).await.unwrap();
    let view = app.notes().await.unwrap();
    let server = view.providers.iter().find(|provider| provider.name == "llama_cpp").unwrap();
    assert_eq!((server.window_tokens, server.on_this_machine), (Some(16_384), true));
    for (provider, url, window) in [
        ("openai", Some("http://127.0.0.1:9"), None),
        ("ollama", Some("nonsense"), None),
        ("ollama", None, Some(7)),
    ] {
        assert!(app.set_notes_server(provider, url, window).await.is_err(), "{provider}");
    }
}
