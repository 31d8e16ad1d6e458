//! Waiting for something that will happen, with a time limit and no fixed pauses.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// How long anything may take before a test calls it broken. Generous, since several browsers and
/// servers share the cores of a test machine; nothing waits this long when all is well.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits for `answer`; panics with `what` was waited for after the time limit.
pub(crate) async fn within<T>(what: &str, answer: impl Future<Output = T>) -> T {
    match timeout(LIMIT, answer).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {LIMIT:?} for {what}"),
    }
}

/// Asks until there is an answer; panics with `what` was waited for after the time limit.
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
