//! The signals that terminate a process.

use std::future::pending;

use actix_web::rt::signal::ctrl_c;

/// Waits for SIGINT or SIGTERM.
pub(crate) async fn stop_signal() {
    let interrupted = async {
        if ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(failure) => {
            log::warn!(target: "channels::server", "cannot listen for SIGTERM: {failure}");
            pending().await
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending().await
}
