//! emulate is both: a strict OAuth and a Drive.
//!
//! What it cannot show:
//! - It has no `about` (serve.mjs answers it from emulate's own userinfo) and no file chooser: all files are signed in to.
//! - Any access token is as good as one of its own, and a token is good for every file whatever its scope: nothing is a 401.
//! - Its tokens last an hour whatever is asked, so the product is started anew where it has to renew one.
//! - Its Drive has neither ranges nor checksums nor `fields`, and of a rename it keeps the name alone, not the receipt.

use debrief_app::{App, DriveAccess};
use debrief_core::view::{Group, StatusWord};
use serde_json::{Value, json};
use url::Url;

use super::{
    ANOTHER_VERIFIER, CLIENT_ID, CLIENT_SECRET, Foreign, RECORDED, Show, installation, link, open, parameter,
    speech, with_a_browser, with_another_verifier,
};
use crate::google::browser;
use crate::support::{Installation, settled, until};

struct Emulate {
    server: Foreign,
    installation: Installation,
}

impl Emulate {
    async fn start() -> Emulate {
        let server = Foreign::start("emulate").await;
        let [auth, token, revoke, drive] =
            ["/o/oauth2/v2/auth", "/oauth2/token", "/oauth2/revoke", "/drive/v3"].map(|path| server.at(path));
        Emulate { installation: installation(auth, token, revoke, drive), server }
    }

    /// The client may come back to where this question wants to.
    async fn register(&mut self, url: &Url) {
        let redirect_uri = parameter(url, "redirect_uri");
        self.server.tell(json!({ "command": "register", "redirect_uri": redirect_uri })).await;
    }

    /// All codes and tokens that it has handed out, and all files that were uploaded, are gone.
    async fn forget(&mut self) {
        self.server.tell(json!({ "command": "forget" })).await;
    }

    async fn sign_in(&mut self, app: &App) {
        let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
        let (outcome, (status, page)) = with_a_browser(asks, async |url| {
            self.register(&url).await;
            open(&self.choose_ana(&url).await).await
        })
        .await;
        outcome.unwrap();
        assert!(status == 200 && page.contains("you can close this page"), "{status} {page}");
    }

    /// The page at `url` offers accounts; where it sends whoever chooses Ana's.
    async fn choose_ana(&self, url: &Url) -> Url {
        let (status, page) = open(url).await;
        assert_eq!(status, 200, "{page}");
        let forms: Vec<&str> =
            page.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap()).collect();
        let form = forms.into_iter().find(|form| form.contains(r#"value="ana@example.com""#)).unwrap();
        let fields: Vec<(String, String)> = form
            .split("<input ")
            .skip(1)
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect();
        let action = url.join(&attribute(form, "action")).unwrap();
        // Only to look at where it leads; whether to go there is the test's business.
        let here = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = here.post(action).form(&fields).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 302);
        answer.headers()["location"].to_str().unwrap().parse().unwrap()
    }

    /// A request of our own to the token endpoint.
    async fn exchange(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let form: Vec<_> = fields.iter().chain(&client).collect();
        let answer = browser().post(self.server.at("/oauth2/token")).form(&form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn upload(&self, name: &str) -> String {
        let metadata = json!({ "name": name, "mimeType": "audio/mpeg" });
        let head = format!(
            "--part\r\nContent-Type: application/json\r\n\r\n{metadata}\r\n--part\r\nContent-Type: audio/mpeg\r\n\r\n"
        );
        let body = [head.into_bytes(), speech(), b"\r\n--part--\r\n".to_vec()].concat();
        let uploads = browser().post(self.server.at("/upload/drive/v3/files?uploadType=multipart"));
        let upload = uploads.header("content-type", "multipart/related; boundary=part").body(body);
        let file: Value = upload.bearer_auth("any").send().await.unwrap().json().await.unwrap();
        assert_eq!(file["size"], json!(speech().len().to_string()), "{file}");
        file["id"].as_str().unwrap().to_owned()
    }

    async fn name_of(&self, id: &str) -> Value {
        let file = browser().get(self.server.at(&format!("/drive/v3/files/{id}"))).bearer_auth("any");
        file.send().await.unwrap().json::<Value>().await.unwrap()["name"].clone()
    }

    /// The one refresh token that is kept.
    fn refresh_token(&self) -> String {
        let kept = std::fs::read(self.installation.home().secrets_file()).unwrap();
        let kept: Value = serde_json::from_slice(&kept).unwrap();
        kept.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }
}

/// The value of an attribute, as a browser reads it.
fn attribute(tag: &str, name: &str) -> String {
    let value =
        tag.split_once(&format!(" {name}=\"")).or_else(|| tag.split_once(&format!("{name}=\""))).unwrap().1;
    let value = value.split('"').next().unwrap();
    let value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    value.replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn emulate_refuses_an_address_that_is_not_registered_and_the_sign_in_can_be_given_up_and_begun_again() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let (outcome, _) = with_a_browser(asks, async |url| {
        let (status, page) = open(&url).await;
        assert!(status == 400 && page.contains("Redirect URI mismatch"), "{status} {page}");
        // The browser stays there: nothing comes back, and the person has to say so.
        assert!(app.google().await.unwrap().signing_in);
        app.cancel_sign_in();
    })
    .await;
    assert_eq!(outcome.unwrap_err().what, "The sign-in was cancelled.");
    emulate.sign_in(&app).await;
    let accounts = app.google().await.unwrap().accounts;
    assert_eq!((accounts[0].email.as_str(), accounts[0].signed_in), ("ana@example.com", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn emulate_refuses_a_client_with_another_secret() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    app.set_google_client(CLIENT_ID, "another-secret").await.unwrap();
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let (outcome, _) = with_a_browser(asks, async |url| {
        emulate.register(&url).await;
        open(&emulate.choose_ana(&url).await).await
    })
    .await;
    let failure = outcome.unwrap_err();
    assert_eq!(failure.code.word(), "google_client_missing");
    insta::assert_snapshot!(failure.what, @"Google doesn't accept the client id that Debrief signs in with.");
    assert_eq!(app.google().await.unwrap().accounts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn emulate_refuses_a_wrong_verifier_and_a_code_that_was_used_already() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    let asks = async |show: Show<'_>| app.sign_in_google(DriveAccess::AllFiles, show).await;
    let mut told = Vec::new();
    for thief_is_first in [false, true] {
        let (outcome, _) = with_a_browser(asks, async |url| {
            emulate.register(&url).await;
            let back = emulate.choose_ana(&with_another_verifier(&url)).await;
            if thief_is_first {
                let code = parameter(&back, "code");
                let grant = [
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("code_verifier", ANOTHER_VERIFIER),
                ];
                assert_eq!(emulate.exchange(&grant).await.0, 200);
            }
            assert_eq!(open(&back).await.0, 200, "the browser itself came back well");
        })
        .await;
        let failure = outcome.unwrap_err();
        assert_eq!(failure.code.word(), "sign_in_failed");
        told.push(format!("{}\n  {}", failure.what, failure.detail.unwrap()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    Google didn't accept the answer that the browser brought.
      PKCE verification failed.
    Google didn't accept the answer that the browser brought.
      The code is incorrect or expired.
    ");
    assert_eq!(app.google().await.unwrap().accounts, []);

    // And a code that the product itself has used is of no use to anybody else.
    let (outcome, back) = with_a_browser(asks, async |url| {
        emulate.register(&url).await;
        let back = emulate.choose_ana(&url).await;
        open(&back).await;
        back
    })
    .await;
    outcome.unwrap();
    let code = parameter(&back, "code");
    let (status, answer) = emulate.exchange(&[("grant_type", "authorization_code"), ("code", &code)]).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_emulate_no_longer_knows_lets_jobs_wait_until_somebody_signs_in_again() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    emulate.sign_in(&app).await;
    app.shutdown().await;
    drop(app);
    emulate.forget().await;
    let file = emulate.upload(RECORDED).await;

    let app = emulate.installation.open().await;
    let id = app.process(&link(&file), &[]).await.unwrap();
    let view = settled(&app, id).await;
    let error = view.error.unwrap();
    assert_eq!((view.group, error.code.as_str()), (Group::NeedsYou, "sign_in_expired"));
    assert_eq!(error.detail.as_deref(), Some("The refresh token is invalid."), "these are emulate's words");
    let accounts = app.google().await.unwrap().accounts;
    assert_eq!((accounts[0].signed_in, accounts[0].waiting_jobs), (false, 1));

    emulate.sign_in(&app).await;
    let view = until(&app, id, |view| view.group == Group::Done).await;
    assert_eq!(view.status, StatusWord::Completed, "{view:#?}");
    assert_eq!(view.account.as_deref(), Some("ana@example.com"));
    let name = emulate.name_of(&file).await;
    assert!(
        name.as_str().is_some_and(|name| name.starts_with("[2026-11-05] ") && name.ends_with(".mp3")),
        "{name}"
    );
    app.undo_rename(id).await.unwrap();
    assert_eq!(emulate.name_of(&file).await, json!(RECORDED));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_makes_emulate_refuse_the_refresh_token() {
    let mut emulate = Emulate::start().await;
    let app = emulate.installation.open().await;
    emulate.sign_in(&app).await;
    let kept = emulate.refresh_token();
    let grant = [("grant_type", "refresh_token"), ("refresh_token", kept.as_str())];
    assert_eq!(emulate.exchange(&grant).await.0, 200);
    app.sign_out_google("ana@example.com").await.unwrap();
    let (status, answer) = emulate.exchange(&grant).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
    assert_eq!(app.google().await.unwrap().accounts, []);
}
