//! Downloads from a host on loopback with its faults, and what may be done with models that are here.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use bytes::Bytes;
use debrief_core::failure::{Failure, FailureCode};
use futures_util::stream;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use url::Url;

use super::{Catalogue, Checked, ModelState, Models, Purpose};
use crate::inflow;

const SIZE: usize = 300_000;
const CHUNK: usize = 10_000;
const LONG_ENOUGH: Duration = Duration::from_secs(120);

/// How one request is answered.
#[derive(Clone)]
enum Answer {
    Well,
    /// The connection is cut after so many bytes of the body.
    CutAfter(usize),
    /// So many bytes, then nothing more until the client goes.
    HangAfter(usize),
    /// The whole file, whatever range is asked for.
    WithoutRange,
    Status(u16, &'static str),
    To(Url),
}

/// What the host has and how it answers the next requests; after those, well.
struct Host {
    content: Mutex<Vec<u8>>,
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<(String, Option<String>)>>,
}

impl Host {
    async fn start(answers: impl IntoIterator<Item = Answer>) -> (Arc<Host>, Url) {
        let host = Arc::new(Host {
            content: Mutex::new(content(1)),
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let router = Router::new().fallback(answer).with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (host, base)
    }

    fn ranges(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().iter().map(|(_, range)| range.clone()).collect()
    }
}

fn content(seed: u8) -> Vec<u8> {
    let bytes = (0..SIZE).map(|at| (at % 251) as u8 ^ seed);
    b"GGUF".iter().copied().chain(bytes.skip(4)).collect()
}

fn sum(bytes: &[u8]) -> String {
    inflow::hex(Sha256::digest(bytes).as_slice())
}

async fn answer(State(host): State<Arc<Host>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let range = text(header::RANGE);
    host.asked.lock().unwrap().push((uri.path().to_owned(), range.clone()));
    let how = host.answers.lock().unwrap().pop_front().unwrap_or(Answer::Well);
    let content = host.content.lock().unwrap().clone();
    let etag = format!("\"{}\"", sum(&content));
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let from = from.filter(|_| text(header::IF_RANGE).is_none_or(|asked| asked == etag));
    let (limit, hang) = match how {
        Answer::Status(status, after) => {
            let answer = Response::builder().status(status).header(header::RETRY_AFTER, after);
            return answer.body(Body::empty()).unwrap();
        }
        Answer::To(base) => {
            let to = base.join(uri.path()).unwrap();
            let answer = Response::builder().status(302).header(header::LOCATION, to.as_str());
            return answer.body(Body::empty()).unwrap();
        }
        Answer::CutAfter(bytes) => (bytes, false),
        Answer::HangAfter(bytes) => (bytes, true),
        Answer::Well | Answer::WithoutRange => (usize::MAX, false),
    };
    let from = if matches!(how, Answer::WithoutRange) { None } else { from };
    let body = content[from.unwrap_or(0)..].to_vec();
    let whole = content.len();
    let mut answer =
        Response::builder().header(header::ETAG, etag).header(header::CONTENT_LENGTH, body.len());
    if let Some(from) = from {
        let range = format!("bytes {from}-{}/{whole}", whole - 1);
        answer = answer.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
    }
    let cut = limit < body.len();
    let sent: Vec<Bytes> = body[..limit.min(body.len())].chunks(CHUNK).map(Bytes::copy_from_slice).collect();
    let chunks = stream::unfold((sent.into_iter(), cut), move |(mut sent, cut)| async move {
        // The chunks before a cut must be out by then.
        tokio::time::sleep(Duration::from_millis(1)).await;
        match sent.next() {
            Some(chunk) => Some((Ok(chunk), (sent, cut))),
            None if cut && hang => std::future::pending().await,
            None if cut => Some((Err(std::io::Error::other("cut")), (sent, false))),
            None => None,
        }
    });
    answer.body(Body::from_stream(chunks)).unwrap()
}

/// One model of one file with a known sum, one of two files without sums.
fn catalogue() -> Catalogue {
    let common = "languages = ['many']\nrepository = 'some/where'\nrevision = 'abc'\nmemory_bytes = 1\nwants_cores = 1\n\
                  licence = 'MIT'\nattribution = 'Somebody'\nrun = 'never'\n";
    toml::from_str(&format!(
        "[[model]]\nid = 'one'\nname = 'One'\nfamily = 'whisper'\npurpose = 'transcribe'\n{common}\
         files = [{{ name = 'one.gguf', size_bytes = {SIZE}, sha256 = '{}' }}]\n\
         [[model]]\nid = 'two'\nname = 'Two'\nfamily = 'speakrs'\npurpose = 'speakers'\n{common}\
         files = [{{ name = 'a.bin', size_bytes = 1000 }}, {{ name = 'b.bin', size_bytes = 9000000 }}]\n",
        sum(&content(1))
    ))
    .unwrap()
}

fn models_with(folder: &Path, base: &Url, free: u64) -> Models {
    let free = Box::new(move |_: &Path| Ok(free));
    Models::with(catalogue(), folder.join("models"), base.clone(), free, Duration::from_millis(1))
}

fn models(folder: &TempDir, base: &Url) -> Models {
    models_with(folder.path(), base, u64::MAX)
}

async fn settled(models: &Models, id: &str) -> ModelState {
    models.get(id).unwrap();
    tokio::time::timeout(LONG_ENOUGH, models.settled(id)).await.unwrap()
}

fn failure(state: ModelState) -> Failure {
    let ModelState::Failed { failure } = state else { panic!("{state:?}") };
    failure
}

const VERIFIED: ModelState = ModelState::Ready { checked: Checked::Verified };
const PINNED: ModelState = ModelState::Ready { checked: Checked::Pinned };

/// Waits until so many bytes are on the way; what is on disk may be less.
async fn until_bytes(models: &Models, id: &str, wanted: u64) {
    let waiting = async {
        loop {
            match models.state(id) {
                ModelState::Downloading { bytes, .. } if bytes >= wanted => return,
                ModelState::Ready { .. } | ModelState::Failed { .. } => panic!("it ended"),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(LONG_ENOUGH, waiting).await.unwrap();
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_download_cut_in_its_first_middle_and_last_chunk_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let cuts = [Answer::CutAfter(5_000), Answer::CutAfter(145_000), Answer::CutAfter(149_999)];
    let (host, base) = Host::start(cuts).await;
    let models = models(&folder, &base);
    assert_eq!(settled(&models, "one").await, VERIFIED);
    assert_eq!(fs::read(models.path("one").unwrap()).unwrap(), content(1));
    let ranges = host.ranges();
    assert_eq!(ranges.len(), 4);
    assert_eq!(ranges[0], None);
    let starts: Vec<u64> =
        ranges[1..].iter().map(|r| r.as_ref().unwrap()[6..].trim_end_matches('-').parse().unwrap()).collect();
    assert!(starts.is_sorted() && starts[2] > 200_000, "{starts:?}");
    assert_eq!(host.asked.lock().unwrap()[0].0, "/some/where/resolve/abc/one.gguf");
    assert_eq!(files(&models.folder().join("one")), ["one.gguf"]);
}

#[tokio::test]
async fn what_is_not_what_the_catalogue_says_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let (host, base) = Host::start([]).await;
    *host.content.lock().unwrap() = content(2);
    let models = models(&folder, &base);
    let failed = failure(settled(&models, "one").await);
    assert_eq!(failed.code, FailureCode::ModelDamaged);
    assert_eq!(failed.what, "What arrived is not what the catalogue says of one.gguf.");
    assert_eq!(files(&models.folder().join("one")), [""; 0]);
    assert_eq!(models.path("one").unwrap_err().code, FailureCode::ModelMissing);

    *host.content.lock().unwrap() = content(1);
    assert_eq!(settled(&models, "one").await, VERIFIED);
}

#[tokio::test]
async fn a_file_of_another_length_is_refused_before_it_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let (host, base) = Host::start([]).await;
    host.content.lock().unwrap().pop();
    let failed = failure(settled(&models(&folder, &base), "one").await);
    assert_eq!(failed.detail.unwrap(), "299999 bytes are offered, 300000 are expected");
}

#[tokio::test]
async fn a_disk_without_room_is_named_with_both_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let (host, base) = Host::start([]).await;
    let models = models_with(folder.path(), &base, 200_000_000);
    let failed = failure(settled(&models, "one").await);
    assert_eq!(failed.code, FailureCode::DiskFull);
    assert_eq!(failed.what, "The disk has no room for this model: it needs 201 MB, and 200 MB are free.");
    assert_eq!(host.ranges(), []);
}

const FULL_FOLDER: &str = "DEBRIEF_TEST_FULL_MODELS";
const FULL_TEST: &str = "models::tests::a_disk_that_fills_up_says_so_and_goes_on_once_there_is_room";
/// Ways to run a program where `$0` has little room: a small file system, as root and as anybody, and where mounting is
/// forbidden a limit for every file that is written.
const FULL_DISKS: [&[&str]; 3] = [
    &["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=160k full \"$0\" && exec \"$@\""],
    &["unshare", "-Urm", "sh", "-c", "mount -t tmpfs -o size=160k full \"$0\" && exec \"$@\""],
    &["sh", "-c", "trap '' XFSZ; ulimit -S -f 300; exec \"$@\""],
];

#[test]
fn a_disk_that_fills_up_says_so_and_goes_on_once_there_is_room() {
    if let Some(folder) = std::env::var_os(FULL_FOLDER) {
        return on_a_full_disk(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut attempts = Vec::new();
    for way in FULL_DISKS {
        let output = std::process::Command::new(way[0])
            .args(&way[1..])
            .arg(folder.path())
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", FULL_TEST, "--nocapture"])
            .env(FULL_FOLDER, folder.path())
            .output();
        let Ok(output) = output else { continue };
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() && said.contains("1 passed") {
            return;
        }
        // Where the test never began, mounting was forbidden and the next way is tried.
        assert!(!said.contains("running 1 test"), "{said}");
        attempts.push(said);
    }
    panic!("no way to fill a disk here: {attempts:#?}");
}

fn on_a_full_disk(folder: &Path) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (_, base) = Host::start([]).await;
        let models = models_with(folder, &base, u64::MAX);
        let failed = failure(settled(&models, "one").await);
        assert_eq!(failed.code, FailureCode::DiskFull, "{failed:?}");
        assert_eq!(failed.what, "The disk is full; the work on the model stopped.");
        assert!(models.path("one").is_err());
        let part = models.folder().join("one/one.gguf.part");
        assert!(part.metadata().unwrap().len() < SIZE as u64);

        let roomy = tempfile::tempdir().unwrap();
        fs::create_dir_all(roomy.path().join("models/one")).unwrap();
        for name in ["one.gguf.part", "one.gguf.part.json"] {
            let to = roomy.path().join("models/one").join(name);
            fs::copy(models.folder().join("one").join(name), to).unwrap();
        }
        let again = settled(&models_with(roomy.path(), &base, u64::MAX), "one").await;
        // Where files are limited, rather than the disk, no other folder has room.
        assert!(again == VERIFIED || failure(again).code == FailureCode::DiskFull);
    });
}

#[tokio::test]
async fn a_host_without_ranges_sends_all_of_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let (_, base) = Host::start([Answer::CutAfter(200_000), Answer::WithoutRange]).await;
    let models = models(&folder, &base);
    let mut news = models.news();
    assert_eq!(settled(&models, "one").await, VERIFIED);
    let mut again = false;
    while let Ok(news) = news.try_recv() {
        again |= matches!(news.state, ModelState::Downloading { started_again: true, .. });
    }
    assert!(again, "it is said that what had arrived was useless");
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (host, base) = Host::start([Answer::Well, Answer::HangAfter(200_000)]).await;
    let models = models(&folder, &base);
    models.get("two").unwrap();
    until_bytes(&models, "two", SIZE as u64 + 100_000).await;
    models.pause("two").await;
    let ModelState::Paused { bytes, .. } = models.state("two") else { panic!("{:?}", models.state("two")) };
    assert!(bytes > 0);
    let changed = content(3);
    *host.content.lock().unwrap() = changed.clone();
    assert_eq!(settled(&models, "two").await, PINNED);
    assert_eq!(fs::read(models.path("two").unwrap().join("b.bin")).unwrap(), changed);
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_followed_and_one_that_never_ends_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, cache_base) = Host::start([Answer::CutAfter(100_000)]).await;
    let (_, base) = Host::start([Answer::To(cache_base.clone()), Answer::To(cache_base)]).await;
    let models = models(&folder, &base);
    assert_eq!(settled(&models, "one").await, VERIFIED);
    assert!(cache.ranges()[1].is_some(), "the range goes along");

    let (_, base) = Host::start([]).await;
    let (round, round_base) = Host::start([]).await;
    *round.answers.lock().unwrap() = vec![Answer::To(round_base.clone()); 20].into();
    drop(base);
    let folder = tempfile::tempdir().unwrap();
    let models = models_with(folder.path(), &round_base, u64::MAX);
    assert_eq!(failure(settled(&models, "one").await).code, FailureCode::Offline);
    assert_eq!(round.ranges().len(), 6);
}

#[tokio::test]
async fn a_redirect_out_of_the_machine_without_tls_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = Url::parse("http://models.invalid/").unwrap();
    let (host, base) = Host::start([Answer::To(elsewhere)]).await;
    let failed = failure(settled(&models(&folder, &base), "one").await);
    assert_eq!(failed.what, "127.0.0.1 answers with something else than a model.");
    assert_eq!(host.ranges().len(), 1);
}

#[tokio::test]
async fn a_busy_host_is_asked_again_and_a_dead_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (_, base) = Host::start([Answer::Status(429, "0"), Answer::Status(503, "0")]).await;
    assert_eq!(settled(&models(&folder, &base), "one").await, VERIFIED);

    let (_, base) = Host::start([Answer::Status(503, "3600")]).await;
    let folder = tempfile::tempdir().unwrap();
    let failed = failure(settled(&models(&folder, &base), "one").await);
    assert_eq!(failed.code, FailureCode::ServiceBusy);
    assert_eq!(failed.retry, debrief_core::failure::Retry::Later { after_ms: Some(3_600_000) });

    let (host, base) = Host::start(vec![Answer::CutAfter(10); 50]).await;
    let folder = tempfile::tempdir().unwrap();
    let failed = failure(settled(&models(&folder, &base), "one").await);
    assert_eq!(failed.code, FailureCode::Offline);
    assert!(host.ranges().len() < 10, "the tries are bounded");

    let (_, base) = Host::start([Answer::Status(404, "0")]).await;
    let failed = failure(settled(&models(&folder, &base), "one").await);
    assert_eq!(failed.what, "one.gguf is not offered where the catalogue says.");
}

#[tokio::test]
async fn a_second_asker_learns_that_another_one_downloads() {
    let folder = tempfile::tempdir().unwrap();
    let (_, base) = Host::start([Answer::HangAfter(100_000)]).await;
    let (first, second) = (models(&folder, &base), models(&folder, &base));
    first.get("one").unwrap();
    until_bytes(&first, "one", 50_000).await;
    let refused = second.get("one").unwrap_err();
    assert_eq!(refused.what, "Another Debrief on this computer is downloading One.");
    assert!(matches!(second.state("one"), ModelState::Downloading { rate_bytes_per_s: None, .. }));
    assert_eq!(second.cancel("one").await.unwrap_err().what, refused.what);
    first.pause("one").await;
    assert_eq!(settled(&second, "one").await, VERIFIED);
    assert_eq!(first.state("one"), VERIFIED);
}

#[test]
fn a_process_that_dies_leaves_a_part_that_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let host = tokio::runtime::Runtime::new().unwrap();
    let (asked, base) = host.block_on(Host::start([Answer::HangAfter(200_000)]));
    let dies = tokio::runtime::Runtime::new().unwrap();
    dies.block_on(async {
        let models = models(&folder, &base);
        models.get("one").unwrap();
        until_bytes(&models, "one", 200_000).await;
        assert!(!matches!(models.state("one"), ModelState::Ready { .. }), "half a file is never ready");
        assert!(models.path("one").is_err());
    });
    drop(dies);
    let lives = tokio::runtime::Runtime::new().unwrap();
    lives.block_on(async {
        let models = models(&folder, &base);
        assert!(matches!(models.state("one"), ModelState::Paused { .. }), "{:?}", models.state("one"));
        assert_eq!(settled(&models, "one").await, VERIFIED);
    });
    assert!(asked.ranges()[1].is_some(), "it went on where it was");
}

#[tokio::test]
async fn a_whole_part_is_not_fetched_again_when_the_process_dies_before_it_has_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let (host, base) = Host::start([]).await;
    let models = models(&folder, &base);
    fs::create_dir_all(models.folder().join("one")).unwrap();
    let fetch = || async {
        let (_go, wish) = tokio::sync::watch::channel(super::Wish::Go);
        let fetch = super::Fetch {
            client: &models.0.client,
            url: models.url(models.catalogue().model("one").unwrap(), "one.gguf"),
            part: models.folder().join("one/one.gguf.part"),
            size_bytes: SIZE as u64,
            exact: true,
            sha256: None,
            pause: Duration::from_millis(1),
            wish,
            tell: &|_| {},
        };
        fetch.run().await.unwrap()
    };
    assert_eq!(fetch().await.sha256, sum(&content(1)));
    assert_eq!(settled(&models, "one").await, VERIFIED);
    assert_eq!(host.ranges().len(), 1, "all of it was there");
    assert_eq!(files(&models.folder().join("one")), ["one.gguf"]);
}

#[tokio::test]
async fn a_pause_keeps_what_has_arrived_and_a_cancel_removes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_, base) = Host::start([Answer::HangAfter(100_000), Answer::HangAfter(100_000)]).await;
    let models = models(&folder, &base);
    models.get("one").unwrap();
    until_bytes(&models, "one", 100_000).await;
    models.pause("one").await;
    let ModelState::Paused { bytes, total } = models.state("one") else {
        panic!("{:?}", models.state("one"))
    };
    assert!(bytes > 0 && total == SIZE as u64);
    models.get("one").unwrap();
    until_bytes(&models, "one", 150_000).await;
    models.cancel("one").await.unwrap();
    assert_eq!(models.state("one"), ModelState::NotDownloaded);
    assert_eq!(files(&models.folder().join("one")), [""; 0]);
}

#[tokio::test]
async fn a_model_of_several_files_is_ready_with_the_last_one_and_pinned_without_sums() {
    let folder = tempfile::tempdir().unwrap();
    let (host, base) = Host::start([Answer::Well, Answer::Status(404, "0")]).await;
    let models = models(&folder, &base);
    assert!(matches!(settled(&models, "two").await, ModelState::Failed { .. }));
    assert_eq!(files(&models.folder().join("two")), ["a.bin"]);
    assert_eq!(settled(&models, "two").await, PINNED);
    assert_eq!(host.ranges().len(), 3, "the first file was not fetched again");
    assert_eq!(models.path("two").unwrap(), models.folder().join("two"));

    // Another content under the same revision is refused from now on.
    models.remove("two").await.unwrap();
    *host.content.lock().unwrap() = content(5);
    assert_eq!(failure(settled(&models, "two").await).code, FailureCode::ModelDamaged);
}

#[tokio::test]
async fn a_file_is_recognised_by_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let models = models(&folder, &Url::parse("http://127.0.0.1:9/").unwrap());
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let renamed = file("download (3)", &content(1));
    assert_eq!(models.add_file(&renamed, false).unwrap(), "one");
    assert_eq!(models.state("one"), VERIFIED);
    assert!(renamed.exists());

    let own = file("mine.gguf", &content(9));
    assert_eq!(models.add_file(&own, true).unwrap(), "file:mine.gguf");
    assert_eq!(models.state("file:mine.gguf"), ModelState::Ready { checked: Checked::Unchecked });
    assert!(!own.exists() && models.path("file:mine.gguf").unwrap().exists());
    assert_eq!(models.list().len(), 3);

    let wrong = models.add_file(&file("one.gguf", &content(2)), false).unwrap_err();
    assert_eq!(wrong.what, "one.gguf has the name of a file of One, but not its content.");
    let song = models.add_file(&file("song.mp3", b"ID3 la la la"), false).unwrap_err();
    assert_eq!(song.code, FailureCode::ModelUnusable);
    assert_eq!(song.what, "song.mp3 is no speech model that Debrief can use.");
    assert_eq!(models.add_file(&folder.path().join("no"), false).unwrap_err().code, FailureCode::MissingFile);

    models.add_file(&file("a.bin", b"a"), false).unwrap();
    assert!(matches!(models.state("two"), ModelState::Paused { .. }));
    models.add_file(&file("b.bin", b"b"), false).unwrap();
    assert_eq!(models.state("two"), ModelState::Ready { checked: Checked::Unchecked });
}

#[test]
fn a_file_never_takes_the_place_of_another_one_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let models = models(&folder, &Url::parse("http://127.0.0.1:9/").unwrap());
    let file = |place: &str, seed: u8| {
        fs::create_dir_all(folder.path().join(place)).unwrap();
        let path = folder.path().join(place).join("ggml-model.gguf");
        fs::write(&path, content(seed)).unwrap();
        path
    };
    models.add_file(&file("a", 7), true).unwrap();
    let other = file("b", 8);
    let refused = models.add_file(&other, true).unwrap_err();
    assert_eq!(refused.what, "There is another model of the name ggml-model.gguf already.");
    assert_eq!(refused.fix, "Give the file another name, or remove the other model first.");
    assert_eq!(fs::read(models.path("file:ggml-model.gguf").unwrap()).unwrap(), content(7));
    assert!(other.exists());
    // The same once more does no harm.
    models.add_file(&file("c", 7), true).unwrap();
}

#[tokio::test]
async fn a_removed_model_names_what_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let models = models(&folder, &Url::parse("http://127.0.0.1:9/").unwrap());
    for (name, seed) in [("one.gguf", 1), ("mine.gguf", 9)] {
        fs::write(folder.path().join(name), content(seed)).unwrap();
        models.add_file(&folder.path().join(name), false).unwrap();
    }
    assert_eq!(models.best_ready(Purpose::Transcribe).as_deref(), Some("one"));
    assert_eq!(models.remove("one").await.unwrap().replacement.as_deref(), Some("file:mine.gguf"));
    assert_eq!(models.remove("file:mine.gguf").await.unwrap().replacement, None);
    assert_eq!(
        models.path("one").unwrap_err().fix,
        "Download it in the settings, or run `debrief models get one`."
    );
    assert_eq!(
        models.path("file:mine.gguf").unwrap_err().fix,
        "Add its file again with `debrief models add FILE`, or choose another model in the settings."
    );
    assert_eq!(models.remove("nothing").await.unwrap_err().code, FailureCode::BadRequest);
}

#[tokio::test]
async fn a_file_that_was_shortened_counts_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (_, base) = Host::start([]).await;
    let models = models(&folder, &base);
    assert_eq!(settled(&models, "one").await, VERIFIED);
    fs::File::options().write(true).open(models.path("one").unwrap()).unwrap().set_len(10).unwrap();
    assert!(models.path("one").is_err());
    assert_eq!(settled(&models, "one").await, VERIFIED);
    assert_eq!(fs::read(models.path("one").unwrap()).unwrap(), content(1));
}

#[tokio::test]
async fn models_move_to_another_folder_or_stay_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let models = models(&folder, &Url::parse("http://127.0.0.1:9/").unwrap());
    fs::write(folder.path().join("one.gguf"), content(1)).unwrap();
    models.add_file(&folder.path().join("one.gguf"), false).unwrap();
    models.measured("one", 3.5).unwrap();
    let (old, new) = (models.folder(), folder.path().join("elsewhere"));

    let refused = models.move_to(&new, |_| Err(Failure::internal("the settings can't be written")));
    assert!(refused.is_err());
    assert_eq!((models.folder(), models.state("one")), (old.clone(), VERIFIED));
    assert!(models.move_to(&old.join("inside"), |_| Ok(())).is_err());

    models.move_to(&new, |_| Ok(())).unwrap();
    assert_eq!((models.folder(), models.state("one")), (new.clone(), VERIFIED));
    assert_eq!(models.path("one").unwrap(), new.join("one/one.gguf"));
    assert_eq!(models.speed("one"), Some(3.5));
    assert!(!old.join("one").exists());
    models.move_to(&new, |_| panic!("it is there")).unwrap();
}

#[test]
fn a_move_without_room_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let models = models(&folder, &Url::parse("http://127.0.0.1:9/").unwrap());
    fs::write(folder.path().join("one.gguf"), content(1)).unwrap();
    models.add_file(&folder.path().join("one.gguf"), false).unwrap();
    let full = models_with(folder.path(), &Url::parse("http://127.0.0.1:9/").unwrap(), 1000);
    let refused = full.move_to(&folder.path().join("full"), |_| panic!("switched")).unwrap_err();
    assert_eq!(refused.code, FailureCode::DiskFull);
    assert_eq!(full.state("one"), VERIFIED);
}
