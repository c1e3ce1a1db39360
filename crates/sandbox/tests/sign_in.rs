use std::collections::BTreeMap;

use debrief_sandbox::{
    AccountId, Answer, CLIENT_ID, CLIENT_SECRET, DRIVE, DRIVE_FILE, FileId, NewFile, Picks, Sandbox, World,
};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use url::Url;

use crate::support::client;

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "http://127.0.0.1:51234/back";

type Pairs = BTreeMap<String, String>;
type Changed<'a> = &'a [(&'a str, &'a str)];

struct Door {
    sandbox: Sandbox,
    account: AccountId,
    file: FileId,
    http: Client,
}

impl Door {
    async fn new() -> Door {
        let mut world = World::new();
        let account = world.add_account("alex@example.com");
        let file = world.add_file(&account, NewFile::new("talk.mp3", "audio/mpeg", "abc"));
        world.person().answer = Answer::Allows { account: account.clone(), picks: Picks::Requested };
        Door { sandbox: Sandbox::start(world).await.unwrap(), account, file, http: client() }
    }

    /// A request that Google accepts, with some parameters changed; an empty one is left out.
    async fn ask(&self, changed: &[(&str, &str)]) -> Response {
        let mut query: Pairs = [
            ("client_id", CLIENT_ID),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", DRIVE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("state", "state-1"),
            ("access_type", "offline"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        query.extend(changed.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
        query.retain(|_, value| !value.is_empty());
        self.http.get(self.sandbox.google_auth()).query(&query).send().await.unwrap()
    }

    async fn pick(&self, changed: &[(&str, &str)]) -> Pairs {
        let file = self.file.to_string();
        let picker = [
            ("scope", DRIVE_FILE),
            ("prompt", "consent"),
            ("trigger_onepick", "true"),
            ("allow_multiple", "true"),
            ("file_ids", file.as_str()),
        ];
        back(&self.ask(&[&picker, changed].concat()).await)
    }

    async fn code(&self) -> String {
        back(&self.ask(&[]).await)["code"].clone()
    }

    async fn token(&self, form: &[(&str, &str)], changed: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form: BTreeMap<_, _> = form.iter().copied().collect();
        form.extend([("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)]);
        form.extend(changed.iter().copied());
        form.retain(|_, value| !value.is_empty());
        let answer = self.http.post(self.sandbox.google_token()).form(&form).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn exchange(&self, code: &str, changed: &[(&str, &str)]) -> (StatusCode, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", BACK),
        ];
        self.token(&form, changed).await
    }

    async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)], &[]).await
    }

    async fn can_read(&self, token: &str) -> bool {
        let address = format!("{}/files/{}", self.sandbox.drive(), self.file);
        self.http.get(address).bearer_auth(token).send().await.unwrap().status() == StatusCode::OK
    }
}

/// What the person is sent back with.
fn back(answer: &Response) -> Pairs {
    assert_eq!(answer.status(), StatusCode::FOUND);
    let to = Url::parse(answer.headers()["Location"].to_str().unwrap()).unwrap();
    assert!(to.as_str().starts_with(BACK), "{to}");
    to.query_pairs().into_owned().collect()
}

fn refused(answer: &(StatusCode, Value), status: u16, error: &str, description: &str) {
    assert_eq!(answer.0, status, "{}", answer.1);
    assert_eq!((&answer.1["error"], &answer.1["error_description"]), (&error.into(), &description.into()));
}

fn text(answer: &(StatusCode, Value), field: &str) -> String {
    assert_eq!(answer.0, StatusCode::OK, "{}", answer.1);
    answer.1[field].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_becomes_tokens_that_open_drive() {
    let door = Door::new().await;
    let sent_back = back(&door.ask(&[]).await);
    assert_eq!(sent_back.keys().collect::<Vec<_>>(), ["code", "scope", "state"]);
    assert_eq!((sent_back["state"].as_str(), sent_back["scope"].as_str()), ("state-1", DRIVE));
    let tokens = door.exchange(&sent_back["code"], &[]).await;
    let access = text(&tokens, "access_token");
    assert!(access.starts_with("ya29.sandbox-") && sent_back["code"].starts_with("4/sandbox-"));
    assert!(text(&tokens, "refresh_token").starts_with("1//sandbox-"));
    assert_eq!((&tokens.1["expires_in"], &tokens.1["token_type"]), (&3599.into(), &"Bearer".into()));
    assert!(door.can_read(&access).await);
    assert!(door.sandbox.world().secrets().contains(&access));
}

#[tokio::test]
async fn a_bad_request_is_shown_to_the_person_and_never_sent_back() {
    let door = Door::new().await;
    door.sandbox.world().add_client("deleted", "s");
    door.sandbox.world().delete_client("deleted");
    let short = &CHALLENGE[1..];
    let long = "a".repeat(129);
    let cases = [
        ("client_id", "", "invalid_request"),
        ("client_id", "unknown", "invalid_client"),
        ("client_id", "deleted", "deleted_client"),
        ("redirect_uri", "", "invalid_request"),
        ("redirect_uri", "http://localhost:51234", "redirect_uri_mismatch"),
        ("redirect_uri", "http://127.0.0.1", "redirect_uri_mismatch"),
        ("redirect_uri", "http://127.0.0.1:/back", "redirect_uri_mismatch"),
        ("redirect_uri", "https://127.0.0.1:51234", "redirect_uri_mismatch"),
        ("redirect_uri", "http://127.0.0.1:51234@example.com/", "redirect_uri_mismatch"),
        ("redirect_uri", "http://127.0.0.1:51234/#part", "redirect_uri_mismatch"),
        ("redirect_uri", "http://example.com:51234", "redirect_uri_mismatch"),
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "", "invalid_request"),
        ("scope", "https://www.googleapis.com/auth/everything", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", short, "invalid_request"),
        ("code_challenge", long.as_str(), "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("state", "", "invalid_request"),
        ("access_type", "always", "invalid_request"),
        ("include_granted_scopes", "maybe", "invalid_request"),
    ];
    for (name, value, error) in cases {
        let answer = door.ask(&[(name, value)]).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name}={value}");
        assert!(!answer.headers().contains_key("Location"));
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("<code>{error}</code>")), "{name}={value}: {page}");
    }
    assert_eq!(door.sandbox.world().person().times_asked, 0);
    assert_eq!(door.ask(&[("redirect_uri", "http://[::1]:51234")]).await.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn the_picker_needs_its_own_scope_alone_and_a_consent() {
    let door = Door::new().await;
    let both = format!("{DRIVE_FILE} openid");
    for (name, value) in [("scope", both.as_str()), ("scope", DRIVE), ("prompt", ""), ("prompt", "login")] {
        let mut query = vec![("scope", DRIVE_FILE), ("prompt", "consent"), ("trigger_onepick", "true")];
        query.push((name, value));
        assert_eq!(door.ask(&query).await.status(), StatusCode::BAD_REQUEST, "{name}={value}");
    }
}

#[tokio::test]
async fn a_picked_file_can_be_read_and_another_cannot() {
    let door = Door::new().await;
    let picked = door.pick(&[]).await;
    assert_eq!(picked["picked_file_ids"], door.file.as_str());
    let access = text(&door.exchange(&picked["code"], &[]).await, "access_token");
    assert!(door.can_read(&access).await);

    let other = door.sandbox.world().add_file(&door.account, NewFile::new("o.mp3", "audio/mpeg", "abc"));
    let address = format!("{}/files/{other}", door.sandbox.drive());
    let status =
        async |token: &str| door.http.get(&address).bearer_auth(token).send().await.unwrap().status();
    assert_eq!(status(&access).await, StatusCode::NOT_FOUND);
    // A second consent adds to the first, for the older tokens too.
    let again = door.pick(&[("file_ids", other.as_str())]).await;
    let newer = text(&door.exchange(&again["code"], &[]).await, "access_token");
    assert_eq!(status(&access).await, StatusCode::OK);
    assert!(door.can_read(&newer).await);
}

#[tokio::test]
async fn a_person_picks_what_a_person_can_see() {
    let door = Door::new().await;
    let bo = door.sandbox.world().add_account("bo@example.com");
    let theirs = door.sandbox.world().add_file(&bo, NewFile::new("t.mp3", "audio/mpeg", "abc"));
    assert_eq!(door.pick(&[("file_ids", theirs.as_str())]).await.get("picked_file_ids"), None);
    assert_eq!(door.pick(&[("mimetypes", "video/mp4,video/webm")]).await.get("picked_file_ids"), None);
    assert_eq!(
        door.pick(&[("mimetypes", "video/mp4,audio/mpeg")]).await["picked_file_ids"],
        door.file.as_str()
    );

    let answer = |account: &AccountId, picks| Answer::Allows { account: account.clone(), picks };
    door.sandbox.world().person().answer = answer(&door.account, Picks::Nothing);
    assert_eq!(door.pick(&[]).await.get("picked_file_ids"), None);
    // Another account and another file than were asked for.
    door.sandbox.world().person().answer = answer(&bo, Picks::These(vec![theirs.clone()]));
    assert_eq!(door.pick(&[]).await["picked_file_ids"], theirs.as_str());

    let second = door.sandbox.world().add_file(&bo, NewFile::new("u.mp3", "audio/mpeg", "abc"));
    door.sandbox.world().person().answer = answer(&bo, Picks::These(vec![theirs.clone(), second.clone()]));
    assert_eq!(door.pick(&[]).await["picked_file_ids"], format!("{theirs},{second}"));
    assert_eq!(door.pick(&[("allow_multiple", "")]).await["picked_file_ids"], theirs.as_str());
}

#[tokio::test]
async fn a_person_can_also_deny_forge_and_keep_silent() {
    let door = Door::new().await;
    for (answer, error) in [
        (Answer::Denies, "access_denied"),
        (Answer::Error("admin_policy_enforced".to_owned()), "admin_policy_enforced"),
    ] {
        door.sandbox.world().person().answer = answer;
        let sent_back = back(&door.ask(&[]).await);
        assert_eq!((sent_back["error"].as_str(), sent_back["state"].as_str()), (error, "state-1"));
        assert_eq!(sent_back.get("code"), None);
    }
    door.sandbox.world().person().answer = Answer::WrongState;
    let forged = back(&door.ask(&[]).await);
    assert_ne!(forged["state"], "state-1");
    assert!(forged["code"].starts_with("4/"));
    door.sandbox.world().person().answer = Answer::Silent;
    let silent = door.ask(&[]).await;
    assert!(silent.status() == StatusCode::OK && !silent.headers().contains_key("Location"));
}

#[tokio::test]
async fn a_human_allows_or_denies_on_a_page() {
    let door = Door::new().await;
    door.sandbox.world().person().answer = Answer::AsksInBrowser;
    door.sandbox.world().add_file(&door.account, NewFile::new("<b>other</b>", "audio/mpeg", "abc"));
    let picker = [("scope", DRIVE_FILE), ("prompt", "consent"), ("trigger_onepick", "true")];
    let asked = door.ask(&picker).await;
    let query = asked.url().query().unwrap().to_owned();
    let page = asked.text().await.unwrap();
    for shown in
        ["Debrief sandbox – not Google", "alex@example.com", "talk.mp3", "&lt;b&gt;", "Allow", "Deny"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let pressed = async |answer: &str| {
        let form = [
            ("ask", query.as_str()),
            ("account", door.account.as_str()),
            ("pick", door.file.as_str()),
            ("answer", answer),
        ];
        let page = format!("{}/google/consent", door.sandbox.address());
        let answer = door.http.post(page).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        Url::parse(answer.headers()["Location"].to_str().unwrap()).unwrap()
    };
    let allowed: Pairs = pressed("allow").await.query_pairs().into_owned().collect();
    assert_eq!(allowed["picked_file_ids"], door.file.as_str());
    assert_eq!(door.exchange(&allowed["code"], &[]).await.0, StatusCode::OK);
    assert!(pressed("deny").await.query().unwrap().contains("error=access_denied"));
}

#[tokio::test]
async fn a_code_is_good_once_and_its_second_use_ends_what_the_first_gave() {
    let door = Door::new().await;
    let code = door.code().await;
    let tokens = door.exchange(&code, &[]).await;
    assert!(door.can_read(&text(&tokens, "access_token")).await);
    refused(&door.exchange(&code, &[]).await, 400, "invalid_grant", "Bad Request");
    assert!(!door.can_read(&text(&tokens, "access_token")).await);
    let dead = door.refresh(&text(&tokens, "refresh_token")).await;
    refused(&dead, 400, "invalid_grant", "Token has been expired or revoked.");
}

#[tokio::test]
async fn a_code_needs_everything_that_belongs_to_it() {
    let door = Door::new().await;
    door.sandbox.world().add_client("other", "other-secret");
    let code = door.code().await;
    let wrong_verifier = "w".repeat(43);
    let other = [("client_id", "other"), ("client_secret", "other-secret")];
    let cases: [(Changed<'_>, u16, &str, &str); 10] = [
        (&[("client_secret", "")], 400, "invalid_request", "client_secret is missing."),
        (&[("client_secret", "wrong")], 401, "invalid_client", "The provided client secret is invalid."),
        (&[("client_id", "unknown")], 401, "invalid_client", "The OAuth client was not found."),
        (&other, 401, "unauthorized_client", "Unauthorized"),
        (&[("code_verifier", "")], 400, "invalid_grant", "Missing code verifier."),
        (&[("code_verifier", &wrong_verifier)], 400, "invalid_grant", "Invalid code verifier."),
        (&[("code_verifier", CHALLENGE)], 400, "invalid_grant", "Invalid code verifier."),
        (&[("redirect_uri", "http://127.0.0.1:51234")], 400, "redirect_uri_mismatch", "Bad Request"),
        (&[("code", "4/made-up")], 400, "invalid_grant", "Malformed auth code."),
        (&[("grant_type", "password")], 400, "unsupported_grant_type", "Invalid grant_type: password"),
    ];
    for (changed, status, error, description) in cases {
        refused(&door.exchange(&code, changed).await, status, error, description);
    }
    door.sandbox.world().pass_time(std::time::Duration::from_secs(601));
    refused(&door.exchange(&code, &[]).await, 400, "invalid_grant", "Bad Request");
    let json = door.http.post(door.sandbox.google_token()).json(&[("code", &code)]).send().await.unwrap();
    assert_eq!(json.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_refresh_brings_no_new_refresh_token_unless_they_rotate() {
    let door = Door::new().await;
    let refresh = text(&door.exchange(&door.code().await, &[]).await, "refresh_token");
    let again = door.refresh(&refresh).await;
    assert!(door.can_read(&text(&again, "access_token")).await);
    assert_eq!(again.1.get("refresh_token"), None);

    door.sandbox.world().rotate_refresh_tokens(true);
    let next = text(&door.refresh(&refresh).await, "refresh_token");
    let dead = door.refresh(&refresh).await;
    refused(&dead, 400, "invalid_grant", "Token has been expired or revoked.");
    assert_eq!(door.refresh(&next).await.0, StatusCode::OK);
    refused(&door.refresh("1//made-up").await, 400, "invalid_grant", "Bad Request");
}

#[tokio::test]
async fn an_online_client_gets_no_refresh_token() {
    let door = Door::new().await;
    let code = back(&door.ask(&[("access_type", "online")]).await)["code"].clone();
    assert_eq!(door.exchange(&code, &[]).await.1.get("refresh_token"), None);
}

#[tokio::test]
async fn scopes_granted_earlier_come_along_when_asked_for() {
    let door = Door::new().await;
    door.ask(&[]).await;
    let code = |answer: &Response| back(answer)["code"].clone();
    let alone = code(&door.ask(&[("scope", DRIVE_FILE)]).await);
    assert_eq!(text(&door.exchange(&alone, &[]).await, "scope"), DRIVE_FILE);
    let include = [("scope", DRIVE_FILE), ("include_granted_scopes", "true")];
    let together = code(&door.ask(&include).await);
    assert_eq!(text(&door.exchange(&together, &[]).await, "scope"), format!("{DRIVE} {DRIVE_FILE}"));
}

#[tokio::test]
async fn a_token_taken_back_takes_the_other_with_it() {
    let door = Door::new().await;
    let tokens = door.exchange(&door.code().await, &[]).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let revoke = async |token: &str| {
        let request = door.http.post(door.sandbox.google_revoke()).query(&[("token", token)]);
        request.send().await.unwrap().status()
    };
    assert_eq!(revoke(&refresh).await, StatusCode::OK);
    assert!(!door.can_read(&access).await);
    assert_eq!(revoke(&refresh).await, StatusCode::BAD_REQUEST);
    assert_eq!(revoke("made-up").await, StatusCode::BAD_REQUEST);
    let access = text(&door.exchange(&door.code().await, &[]).await, "access_token");
    let form = door.http.post(door.sandbox.google_revoke()).form(&[("token", &access)]);
    assert_eq!(form.send().await.unwrap().status(), StatusCode::OK);
    assert!(!door.can_read(&access).await);
}

#[tokio::test]
async fn an_account_can_take_everything_back() {
    let door = Door::new().await;
    let tokens = door.exchange(&door.code().await, &[]).await;
    let pending = door.code().await;
    door.sandbox.world().revoke(&door.account);
    let dead = door.refresh(&text(&tokens, "refresh_token")).await;
    refused(&dead, 400, "invalid_grant", "Token has been expired or revoked.");
    assert!(!door.can_read(&text(&tokens, "access_token")).await);
    refused(&door.exchange(&pending, &[]).await, 400, "invalid_grant", "Malformed auth code.");
}

#[tokio::test]
async fn what_is_noted_of_requests_holds_no_secret() {
    let door = Door::new().await;
    let tokens = door.exchange(&door.code().await, &[]).await;
    let access = text(&tokens, "access_token");
    door.can_read(&access).await;
    door.http.post(door.sandbox.google_revoke()).query(&[("token", &access)]).send().await.unwrap();
    let world = door.sandbox.world();
    let noted = format!("{:?}", world.requests());
    assert_eq!(world.requests().len(), 4);
    assert_eq!(world.secrets().len(), 3);
    for secret in world.secrets() {
        assert!(!noted.contains(&secret), "{noted}");
    }
}
