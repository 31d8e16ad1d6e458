//! Waiting for something that the page or the server will do, with a time limit and no fixed pauses:
//! the question is asked again until it has an answer.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// How long anything on a page may take before a test calls it broken. Generous, since a test
/// machine runs several browsers on two cores; nothing waits this long when all is well.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Asks until there is an answer; panics with `what` was waited for after [`LIMIT`].
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        let mut rhythm = interval(Duration::from_millis(40));
        rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rhythm.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    match timeout(LIMIT, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {LIMIT:?} for {what}"),
    }
}
