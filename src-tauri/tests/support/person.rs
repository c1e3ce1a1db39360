//! What a person does in the window and sees there.

use std::path::Path;

use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;
use serde_json::json;

use super::DesktopWindow;

/// The text field of the composer.
const FIELD: Locator<'static> = Locator::Css("section.composer input");

impl DesktopWindow {
    /// Types into the composer.
    pub(crate) async fn type_recording(&self, text: &str) {
        self.client.wait().for_element(FIELD).await.unwrap().send_keys(text).await.unwrap();
    }

    /// The text in the composer.
    pub(crate) async fn typed(&self) -> String {
        self.client.find(FIELD).await.unwrap().prop("value").await.unwrap().unwrap_or_default()
    }

    /// Whether the page shows `text`.
    pub(crate) async fn shows(&self, text: &str) -> bool {
        let shown = self.js("return document.body.innerText.replace(/\\s+/g, ' ')").await;
        shown.as_str().is_some_and(|shown| shown.contains(text))
    }

    /// The text field that is called `name`, once it is there.
    pub(crate) async fn field(&self, name: &str) -> Element {
        let path = format!("//input[@id=//label[normalize-space(.)={}]/@for]", quoted(name));
        self.client
            .wait()
            .for_element(Locator::XPath(&path))
            .await
            .unwrap_or_else(|error| panic!("no field {name}: {error}"))
    }

    /// Clicks the button that is called `name`, once it is there.
    pub(crate) async fn press(&self, name: &str) {
        let button = self.button(name).await;
        button.click().await.unwrap();
    }

    /// Clicks the button that the message `name` is written on, in whatever language.
    pub(crate) async fn press_word(&self, name: &str) {
        self.press(self.place.word(name)).await;
    }

    /// Scrolls until what `selector` finds is at the top of what scrolls it.
    pub(crate) async fn scroll_to(&self, selector: &str) {
        self.client.wait().for_element(Locator::Css(selector)).await.unwrap();
        self.js_async("document.querySelector(args).scrollIntoView({ block: 'start' })", json!(selector))
            .await;
    }

    /// Opens the lines that fold under `name`, where they are folded, and returns them.
    pub(crate) async fn unfold(&self, name: &str) -> Element {
        let path = format!("//details[summary//*[normalize-space(.)={}]]", quoted(name));
        let details = self.client.wait().for_element(Locator::XPath(&path)).await.unwrap();
        if details.attr("open").await.unwrap().is_none() {
            details.find(Locator::Css("summary")).await.unwrap().click().await.unwrap();
        }
        details
    }

    /// Types a key into what was unfolded, and enters it.
    pub(crate) async fn enter_key(&self, unfolded: &Element, key: &str) {
        let field = unfolded.find(Locator::Css("input[type=password]")).await.unwrap();
        field.send_keys(key).await.unwrap();
        field.send_keys(&Key::Enter).await.unwrap();
    }

    /// Whether the page holds `secret` anywhere, shown or not.
    pub(crate) async fn holds(&self, secret: &str) -> bool {
        let held = self.js("return document.documentElement.outerHTML").await;
        held.as_str().unwrap().contains(secret)
    }

    /// Waits until the job `id` is at its end, in whatever language its row says so.
    pub(crate) async fn completed(&self, id: &str) {
        self.until("the job is completed", || async {
            let job = self.invoke("get_job_status", json!({ "jobId": id })).await.unwrap();
            job["status"] == "completed"
        })
        .await;
        self.client.wait().for_element(Locator::Css(&row(id))).await.unwrap();
    }

    /// Clicks the row of the job `id`.
    pub(crate) async fn choose(&self, id: &str) {
        self.client.find(Locator::Css(&row(id))).await.unwrap().click().await.unwrap();
    }

    /// The button whose label or text is `name`.
    async fn button(&self, name: &str) -> Element {
        let path = format!(
            "//button[@aria-label={name} or (not(@aria-label) and normalize-space(.)={name})]",
            name = quoted(name)
        );
        self.client
            .wait()
            .for_element(Locator::XPath(&path))
            .await
            .unwrap_or_else(|error| panic!("no button {name}: {error}"))
    }

    /// Submits the recording at `path` with the composer; returns the id of its job once its row is there.
    pub(crate) async fn process(&self, path: &str) -> String {
        let before = self.rows().await;
        self.type_recording(path).await;
        self.press("Process").await;
        self.new_row(&before).await
    }

    /// The id of the first row that is not among `before`, once there is one.
    pub(crate) async fn new_row(&self, before: &[String]) -> String {
        let is_new = |rows: &[String]| rows.iter().find(|id| !before.contains(id)).cloned();
        self.until("the job has a row", || async { is_new(&self.rows().await).is_some() }).await;
        is_new(&self.rows().await).unwrap()
    }

    /// The ids of the jobs in the list, from above to below.
    pub(crate) async fn rows(&self) -> Vec<String> {
        let rows =
            self.js("return [...document.querySelectorAll('[data-job]')].map(row => row.dataset.job)").await;
        serde_json::from_value(rows).unwrap()
    }

    /// What `part` of a row says; nothing when the row has no such part. The group is the part `group`.
    pub(crate) async fn says(&self, id: &str, part: &str) -> String {
        let text = self
            .js_async(
                "const row = document.querySelector(`[data-job='${args.id}']`);
                 const part = args.part === 'group'
                     ? row?.closest('section').querySelector('h2').firstChild
                     : row?.querySelector('.' + args.part);
                 return part?.textContent.trim().replace(/\\s+/g, ' ') ?? '';",
                json!({ "id": id, "part": part }),
            )
            .await;
        text.as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    /// Waits until a row is among the jobs that ended; returns its status line.
    pub(crate) async fn ended(&self, id: &str) -> String {
        self.until("the job has ended", || async { self.says(id, "group").await == "Done" }).await;
        self.says(id, "status").await
    }

    /// Waits until the job is being transcribed.
    pub(crate) async fn transcribing(&self, id: &str) {
        let doing = || async { self.says(id, "status").await.starts_with("Working: Transcribing") };
        self.until("the job is being transcribed", doing).await;
    }

    /// Opens the page of the finished job `id` and returns the text of the file that the system was asked to open.
    pub(crate) async fn open_page(&self, id: &str) -> String {
        let before = self.place.opened().len();
        self.press(&format!("Open page: {}", self.says(id, "title").await)).await;
        self.until("the system is asked to open the page", || async { self.place.opened().len() > before })
            .await;
        let opened = self.place.opened().pop().unwrap();
        assert_eq!(Path::new(&opened).extension().unwrap(), "html", "{opened}");
        std::fs::read_to_string(&opened).unwrap_or_else(|error| panic!("{opened}: {error}"))
    }
}

/// The name in the row of the job `id`.
fn row(id: &str) -> String {
    format!("[data-job='{id}'] .title")
}

/// `text` as a string of XPath, which knows no escapes.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
