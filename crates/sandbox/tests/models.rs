use debrief_sandbox::{Call, Fault, FaultKind, Leads, ModelHost, Sandbox, World};
use reqwest::{Client, Method, RequestBuilder, Response};

use crate::support::{client, recording};

const PATH: &str = "owner/model/resolve/main/model.bin";

struct Scene {
    sandbox: Sandbox,
    http: Client,
}

impl Scene {
    async fn new() -> Scene {
        let mut world = World::new();
        world.add_model_file(PATH, recording());
        Scene { sandbox: Sandbox::start(world).await.unwrap(), http: client() }
    }

    fn ask(&self, method: Method) -> RequestBuilder {
        self.http.request(method, format!("{}/{PATH}", self.sandbox.models()))
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Response {
        let ask = headers.iter().fold(self.ask(Method::GET), |ask, (name, value)| ask.header(*name, *value));
        ask.send().await.unwrap()
    }

    fn host(&self, host: ModelHost) {
        self.sandbox.world().host_model_file(PATH, host);
    }

    fn plan(&self, on: Call, what: FaultKind) {
        self.sandbox.world().plan(Fault { on, times: 1, what });
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_model_file_comes_whole_with_its_length_and_tag() {
    let scene = Scene::new().await;
    let answer = scene.get(&[]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "Content-Length")), (200, Some("1000")));
    assert_eq!(header(&answer, "Accept-Ranges"), Some("bytes"));
    assert!(header(&answer, "ETag").unwrap().starts_with('"'));
    assert_eq!(answer.bytes().await.unwrap(), recording());
    assert_eq!(scene.sandbox.world().requests()[0].call, Some(Call::ModelFile));
}

#[tokio::test]
async fn its_head_says_the_same_without_the_bytes() {
    let scene = Scene::new().await;
    let answer = scene.ask(Method::HEAD).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "Content-Length")), (200, Some("1000")));
    assert!(header(&answer, "ETag").is_some());
    assert_eq!(answer.bytes().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_part_of_a_model_file_is_sent_and_what_is_past_its_end_refused() {
    let scene = Scene::new().await;
    let answer = scene.get(&[("Range", "bytes=400-")]).await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "Content-Range")),
        (206, Some("bytes 400-999/1000"))
    );
    assert_eq!(answer.bytes().await.unwrap(), recording()[400..]);
    let answer = scene.get(&[("Range", "bytes=1000-")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "Content-Range")), (416, Some("bytes */1000")));
}

#[tokio::test]
async fn a_part_is_sent_only_while_the_content_is_the_same() {
    let scene = Scene::new().await;
    let tag = header(&scene.get(&[]).await, "ETag").unwrap().to_owned();
    let part = [("Range", "bytes=400-"), ("If-Range", tag.as_str())];
    assert_eq!(scene.get(&part).await.status(), 206);
    scene.sandbox.world().replace_model_file(PATH, vec![7; 500]);
    let answer = scene.get(&part).await;
    assert_eq!(answer.status(), 200);
    assert_ne!(header(&answer, "ETag"), Some(tag.as_str()));
    assert_eq!(answer.bytes().await.unwrap(), vec![7; 500]);
    // A date cannot be compared with a tag.
    let dated = [("Range", "bytes=1-"), ("If-Range", "Thu, 26 Nov 2026 07:00:00 GMT")];
    assert_eq!(scene.get(&dated).await.status(), 200);
}

#[tokio::test]
async fn a_host_without_ranges_always_sends_the_whole_file() {
    let scene = Scene::new().await;
    scene.host(ModelHost { ranges: false, etag: false, ..ModelHost::default() });
    let answer = scene.get(&[("Range", "bytes=400-")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "Accept-Ranges")), (200, None));
    assert_eq!(header(&answer, "ETag"), None);
    assert_eq!(answer.bytes().await.unwrap(), recording());
}

#[tokio::test]
async fn an_address_may_lead_to_another_path_or_host() {
    let scene = Scene::new().await;
    for (leads, host) in [(Leads::Elsewhere, "http://127.0.0.1:"), (Leads::OtherHost, "http://localhost:")] {
        scene.host(ModelHost { leads, ..ModelHost::default() });
        let answer = scene.get(&[("Range", "bytes=400-")]).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "X-Linked-Size")), (302, Some("1000")));
        let to = header(&answer, "Location").unwrap();
        assert!(to.starts_with(host), "{to}");
        let answer = scene.http.get(to).header("Range", "bytes=400-").send().await.unwrap();
        assert_eq!(answer.status(), 206);
        assert_eq!(answer.bytes().await.unwrap(), recording()[400..]);
    }
}

#[tokio::test]
async fn faults_of_a_redirected_file_are_planned_for_either_address() {
    let scene = Scene::new().await;
    scene.host(ModelHost { leads: Leads::Elsewhere, ..ModelHost::default() });
    scene.plan(Call::ModelCdn, FaultKind::DropAfter { bytes: 300 });
    scene.plan(Call::ModelFile, FaultKind::Status(503, "try again".to_owned()));
    let answer = scene.get(&[]).await;
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (503, "try again"));
    let answer = scene.get(&[]).await;
    let to = header(&answer, "Location").unwrap().to_owned();
    assert!(scene.http.get(to).send().await.unwrap().bytes().await.is_err());
    assert_eq!(scene.sandbox.world().requests().last().unwrap().body_bytes, 300);
    assert!(!scene.sandbox.world().has_planned_faults());
}

#[tokio::test]
async fn a_flipped_byte_and_a_limit_reach_the_one_who_loads_a_model() {
    let scene = Scene::new().await;
    scene.plan(Call::ModelFile, FaultKind::FlipByte { at: 5 });
    assert_ne!(scene.get(&[]).await.bytes().await.unwrap(), recording());
    scene.plan(Call::ModelFile, FaultKind::TooManyRequests { retry_after_s: Some(3) });
    let answer = scene.get(&[]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "Retry-After")), (429, Some("3")));
}

#[tokio::test]
async fn a_file_that_nobody_added_is_not_found() {
    let scene = Scene::new().await;
    let answer = scene.http.get(format!("{}/other.bin", scene.sandbox.models())).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    scene.sandbox.world().remove_model_file(PATH);
    assert_eq!(scene.get(&[]).await.status(), 404);
}
