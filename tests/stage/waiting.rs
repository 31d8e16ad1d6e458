//! Waiting for a condition with a time limit and without fixed pauses.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// The time limit of tests. It is generous, because several browsers and servers share the cores of
/// a test machine. No successful test waits this long.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits for `answer`. After the time limit, panics with `what` was expected.
pub(crate) async fn within<T>(what: &str, answer: impl Future<Output = T>) -> T {
    match timeout(LIMIT, answer).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {LIMIT:?} for {what}"),
    }
}

/// Polls until there is an answer. After the time limit, panics with `what` was expected.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        let mut rhythm = interval(Duration::from_millis(30));
        rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rhythm.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    within(what, asking).await
}
