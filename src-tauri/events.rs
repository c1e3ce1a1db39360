//! News of jobs on their way to the window.

use std::sync::{Mutex, PoisonError};

use debrief_app::JobNews;
use tauri::async_runtime::JoinHandle;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// One task at a time.
#[derive(Default)]
pub(crate) struct OneTask(Mutex<Option<JoinHandle<()>>>);

impl OneTask {
    /// Runs `task`, and ends the one before.
    pub(crate) fn replace(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = tauri::async_runtime::spawn(task);
        // The lock guards one assignment, so a poisoned one still holds a task or none.
        let earlier = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(task);
        if let Some(earlier) = earlier {
            earlier.abort();
        }
    }
}

/// The one task that forwards news to the window. A page that was loaded again follows anew, and the old task ends.
#[derive(Default)]
pub(crate) struct Follower(OneTask);

impl Follower {
    /// Forwards `news` with `send` until `send` says that nobody listens any more (`false`), or the app ends.
    pub(crate) fn follow(&self, news: Receiver<JobNews>, send: impl FnMut(JobNews) -> bool + Send + 'static) {
        self.0.replace(forward(news, send));
    }
}

async fn forward(mut news: Receiver<JobNews>, mut send: impl FnMut(JobNews) -> bool) {
    loop {
        let heard = match news.recv().await {
            Ok(news) => send(news),
            // The window was too slow and missed some: it has to ask for the whole list.
            Err(RecvError::Lagged(_)) => send(JobNews::Relist),
            Err(RecvError::Closed) => false,
        };
        if !heard {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use tokio::sync::broadcast;

    use super::*;

    fn paused() -> JobNews {
        JobNews::Paused { paused: true }
    }

    #[tokio::test]
    async fn news_are_forwarded_in_order_until_the_app_ends() {
        let (app, news) = broadcast::channel(8);
        app.send(paused()).unwrap();
        app.send(JobNews::Removed { id: "one".into() }).unwrap();
        drop(app);
        let mut heard = Vec::new();
        forward(news, |news| {
            heard.push(news);
            true
        })
        .await;
        assert!(
            matches!(&heard[..], [JobNews::Paused { paused: true }, JobNews::Removed { id }] if id == "one")
        );
    }

    #[tokio::test]
    async fn a_window_that_missed_news_is_told_to_list_again() {
        let (app, news) = broadcast::channel(2);
        for _ in 0..5 {
            app.send(paused()).unwrap();
        }
        drop(app);
        let mut heard = Vec::new();
        forward(news, |news| {
            heard.push(news);
            true
        })
        .await;
        assert!(
            matches!(&heard[..], [JobNews::Relist, JobNews::Paused { .. }, JobNews::Paused { .. }]),
            "{heard:?}"
        );
    }

    #[tokio::test]
    async fn forwarding_ends_when_the_window_is_gone() {
        let (app, news) = broadcast::channel(8);
        app.send(paused()).unwrap();
        app.send(paused()).unwrap();
        let mut sends = 0;
        // `app` stays open: without the window's `false` this would wait for ever.
        tokio::time::timeout(
            Duration::from_secs(5),
            forward(news, |_| {
                sends += 1;
                false
            }),
        )
        .await
        .unwrap();
        assert_eq!(sends, 1);
    }

    #[tokio::test]
    async fn following_again_ends_the_earlier_follower() {
        let (app, first) = broadcast::channel(8);
        let second = app.subscribe();
        let follower = Follower::default();
        let heard = Arc::new(Mutex::new(Vec::new()));
        for (name, news) in [("first", first), ("second", second)] {
            let heard = Arc::clone(&heard);
            follower.follow(news, move |_| {
                heard.lock().unwrap().push(name);
                true
            });
        }
        // Only the second subscription is left once the first task was ended.
        tokio::time::timeout(Duration::from_secs(5), async {
            while app.receiver_count() > 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            app.send(paused()).unwrap();
            while heard.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap();
        assert_eq!(*heard.lock().unwrap(), ["second"]);
    }
}
