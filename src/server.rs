//! A running server: start, serve, and graceful shutdown.

use std::{net::TcpListener, time::Duration};

use actix::Addr;
use actix_web::{
    App,
    middleware::{Compress, from_fn},
    rt, web,
};
use channels::layers::InMemoryLayer;
use channels::server::{ProxyHeaders, RunningServer, ServerHandle};
use channels::{Layer, Server};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, timeout_at},
};
use url::Url;

use crate::{
    accounts::{choose_session, recognise, report_storage},
    chat::{
        layer::{ChatEvent, ConsumerEvent, everyone_group},
        live::{ChatServer, Stop},
        receipts::{Delivery, Save},
        rooms::Room,
    },
    config::Settings,
    data_folder::{self, DataFolder},
    db::{Database, DatabaseLock},
    error::{Error, Result},
    error_pages, half_data, head_requests,
    health::Stopping,
    parts::Parts,
    routes,
    security::{
        bounds, csrf, headers, hosts, limits::guard, pages_in_flight, request_log, security_log,
    },
};

/// The time over which open sockets are closed, so that browsers do not reconnect all at once.
const CLOSE_SPREAD: Duration = Duration::from_secs(2);

/// The time at the end of a shutdown for saving receipts and for the checkpoint. Each waits at most
/// two seconds for a lock of another process.
const CLOSE_RESERVE: Duration = Duration::from_secs(4);

/// A server that runs until it is stopped.
pub struct Running {
    url: Url,
    first_run: Option<Url>,
    handle: ServerHandle,
    finished: rt::task::JoinHandle<std::io::Result<()>>,
    database: Database,
    layer: Layer,
    chat: Addr<ChatServer>,
    delivery: Addr<Delivery>,
    stopping: Stopping,
    shutdown_timeout: Duration,
    _folder: DataFolder,
    _lock: DatabaseLock,
}

impl Running {
    /// Opens the data folder and the database, and serves on `listener` from now on.
    ///
    /// # Errors
    /// The reason why the server cannot start: the folder, the key, the database, a template, or
    /// the address.
    pub async fn start(settings: Settings, listener: TcpListener) -> Result<Self> {
        let (folder, lock) = data_folder::hold(&settings)?;
        half_data::refuse(&settings, &lock)?;
        let opened = move || Ok::<_, Error>((Database::open_locked(&lock)?, lock));
        let (database, lock) = web::block(opened).await.map_err(Error::internal)??;
        let file = settings.database_path();
        let repaired = database.write(Room::repair_direct).await;
        repaired.map_err(|error| error.of_database(&file))?;
        let queue = settings.limits.socket_queue_events;
        let layer = Layer::new(InMemoryLayer::builder().capacity(queue).build());
        let address = listener.local_addr().map_err(Error::internal)?;
        let parts = Parts::assemble(&settings, address, database.clone(), layer.clone());
        let parts = parts.await.map_err(|error| error.of_database(&file))?;
        let (url, chat, delivery, stopping) = (
            parts.site.url().clone(),
            parts.chat.server.clone(),
            parts.chat.delivery.clone(),
            parts.stopping.clone(),
        );
        let first_run = parts.first_run.path().and_then(|path| url.join(&path).ok());
        let server = serve(&settings, listener, parts)?;
        Ok(Self {
            url,
            first_run,
            handle: server.handle(),
            finished: rt::spawn(server),
            database,
            layer,
            chat,
            delivery,
            stopping,
            shutdown_timeout: settings.limits.shutdown_timeout.0,
            _folder: folder,
            _lock: lock,
        })
    }

    /// Returns the public URL of the site.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the first-run link, while the server has no owner.
    pub fn first_run(&self) -> Option<&Url> {
        self.first_run.as_ref()
    }

    /// Serves until SIGTERM or SIGINT, then drains. A second signal ends the process at once.
    ///
    /// # Errors
    /// A signal handler cannot be installed.
    pub async fn until_signal(self) -> Result<()> {
        let mut terminate = signal(SignalKind::terminate()).map_err(Error::internal)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::internal)?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        log::info!(target: "parlour::stop", "stopping; a second signal stops at once");
        tokio::select! {
            stopped = self.stop() => stopped,
            _ = terminate.recv() => Err(Error::Busy("stopped by a second signal, before all work \
                was finished")),
            _ = interrupt.recv() => Err(Error::Busy("stopped by a second signal, before all work \
                was finished")),
        }
    }

    /// Shuts down: accepts no more work, finishes committed changes, closes sockets with 1012, and
    /// returns after the database is closed.
    ///
    /// # Errors
    /// An actor had ended before.
    pub async fn stop(self) -> Result<()> {
        self.stopping.begin();
        let began = Instant::now();
        let draining = began + drain_time(self.shutdown_timeout);
        let end = began + self.shutdown_timeout;
        timeout_at(draining, self.chat.send(Stop))
            .await
            .unwrap_or(Ok(()))
            .map_err(|_closed| Error::ActorGone("the chat server"))?;
        let drained = async {
            self.handle.pause().await;
            let restarting = ConsumerEvent::Chat(ChatEvent::Restarting);
            if let Err(error) = self.layer.group_send(&everyone_group(), restarting).await {
                log::warn!(target: "parlour::stop", "the sockets were not notified of the \
                    shutdown: {error}");
            }
            self.handle.stop(true).await;
            self.finished.await
        };
        if timeout_at(draining, drained).await.is_err() {
            log::warn!(target: "parlour::stop", "some connections did not close in time");
        }
        if !matches!(timeout_at(end, self.delivery.send(Save)).await, Ok(Ok(()))) {
            log::warn!(target: "parlour::stop", "the delivery receipts were not saved");
        }
        let database = self.database;
        let closed = web::block(move || database.close());
        match timeout_at(end, closed).await {
            Ok(closed) => closed.map_err(Error::internal)?,
            Err(_late) => {
                log::warn!(target: "parlour::stop", "the database was not closed in time")
            }
        }
        log::info!(target: "parlour::stop", "stopped");
        Ok(())
    }
}

/// Returns the part of `whole` for draining connections. The rest is for the database, which may
/// wait for another process that holds its lock.
fn drain_time(whole: Duration) -> Duration {
    whole - (whole / 2).min(CLOSE_RESERVE)
}

/// Serves pages with the App, and sockets with the consumers and a middleware stack of their own.
fn serve(settings: &Settings, listener: TcpListener, parts: Parts) -> Result<RunningServer> {
    let limits = &settings.limits;
    let (sockets, options) = routes::sockets(&parts);
    let mut server = Server::new();
    for (name, value) in parts.headers.of_all_answers() {
        server = server.header(name, value);
    }
    let proxies = ProxyHeaders::trusting(settings.trusted_proxies.iter().copied());
    let mut server = server
        .proxy_headers(proxies.clone())
        .websocket(sockets, &parts.layer, options)
        .client_request_timeout(limits.head_timeout.0)
        .connections_per_address(limits.connections_per_ip, move |peer| proxies.trusts(peer))
        .shutdown_timeout(drain_time(limits.shutdown_timeout.0))
        .close_spread(CLOSE_SPREAD)
        .disable_signals();
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    let server = server.http(move || {
        App::new()
            .configure(|cfg| parts.register(cfg))
            .configure(routes::files)
            .configure(|cfg| routes::streams(&parts, cfg))
            .service(
                // The last middleware is the outermost one, here and below.
                web::scope("")
                    .configure(routes::pages)
                    .wrap(from_fn(security_log::trace_denials))
                    .wrap(from_fn(csrf::guard))
                    .wrap(from_fn(pages_in_flight::admit))
                    .wrap(from_fn(guard::of_account))
                    .wrap(from_fn(recognise))
                    .wrap(parts.sessions.middleware())
                    .wrap(from_fn(choose_session))
                    .wrap(from_fn(report_storage))
                    .wrap(from_fn(guard::of_address)),
            )
            .wrap(from_fn(error_pages::dress))
            .wrap(Compress::default())
            .wrap(from_fn(pages_in_flight::hold))
            .wrap(from_fn(hosts::guard))
            .wrap(from_fn(bounds::guard))
            .wrap(from_fn(headers::add))
            .wrap(from_fn(head_requests::answer))
            .wrap(from_fn(request_log::write))
    });
    Ok(server.listen(listener).map_err(Error::internal)?.run())
}
