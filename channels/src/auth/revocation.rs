//! Closes sockets whose user was signed out elsewhere: [`Revocations`].
//!
//! Each socket of a signed-in user has a channel besides its consumer's, in a group of its session
//! and in one of its user; a message on it closes the socket. Groups of a layer reach every
//! process.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use crate::event::CloseCode;
use crate::layers::{ChannelReceiver, Layer, LayerError, SendReport};
use crate::names::{ChannelName, GroupName};
use crate::sessions::SessionKey;

/// The prefix of the channels' names.
const PREFIX: &str = "revocation";

/// The application's code for "not signed in (any more)".
const DEFAULT_CODE: u16 = 4401;

/// Signs sockets out, on every process that shares the layer. Clones share their state.
///
/// Give it to [`AuthMiddleware::revocations`](super::AuthMiddleware::revocations), and call
/// [`session`](Self::session) where a person logs out over HTTP and [`user`](Self::user) where a
/// password changes or someone is banned. A Django process does the same with
/// `group_send("revoked.user.7", {"type": "channels.revoked"})`.
///
/// ```
/// use channels::Layer;
/// use channels::auth::Revocations;
/// # actix_web::rt::System::new().block_on(async {
/// let revocations = Revocations::new(&Layer::in_memory());
/// // User 7 is nowhere connected.
/// assert_eq!(revocations.user("7").await?.delivered, 0);
/// # Ok::<(), channels::LayerError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Revocations {
    layer: Layer,
    code: CloseCode,
    reason: String,
    recheck: Option<Duration>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Revocation {
    #[serde(rename = "channels.revoked")]
    Revoked,
}

impl Revocations {
    /// Revocations that use this layer and close with 4401.
    pub fn new(layer: &Layer) -> Self {
        Self {
            layer: layer.clone(),
            code: CloseCode::app(DEFAULT_CODE).unwrap_or(CloseCode::POLICY),
            reason: "signed out".to_owned(),
            recheck: None,
        }
    }

    /// Sets the close code.
    pub fn code(mut self, code: CloseCode) -> Self {
        self.code = code;
        self
    }

    /// Sets the close reason.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Also checks the session and user of each socket at this interval, ±10 %, and closes the
    /// socket if they are gone. This covers cases without a message, for example a row that was
    /// deleted by hand, or a message that the layer lost. Off by default; costs two queries each
    /// time. Only sockets with an [`AuthMiddleware`](super::AuthMiddleware) are checked.
    pub fn recheck(mut self, every: Duration) -> Self {
        self.recheck = Some(every);
        self
    }

    pub(super) fn recheck_after(&self) -> Option<Duration> {
        let every = self.recheck?;
        Some(every.mul_f64(rand::rng().random_range(0.9..1.1)))
    }

    /// Closes the sockets of one session.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn session(&self, key: &SessionKey) -> Result<SendReport, LayerError> {
        self.revoke(&session_group(key)).await
    }

    /// Closes the sockets of one user, in all sessions.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn user(&self, id: &str) -> Result<SendReport, LayerError> {
        self.revoke(&user_group(id)).await
    }

    async fn revoke(&self, group: &GroupName) -> Result<SendReport, LayerError> {
        let report = self.layer.group_send(group, Revocation::Revoked).await?;
        log::info!(target: "channels::auth", "{} sockets were signed out", report.delivered);
        Ok(report)
    }

    pub(super) fn close(&self) -> (CloseCode, String) {
        (self.code, self.reason.clone())
    }

    /// Opens the channel of one socket, in no group yet.
    pub(super) async fn watch(&self) -> Result<(Watch, ChannelReceiver), LayerError> {
        let channel = self.layer.open_channel(PREFIX).await?;
        let watch = Watch(Arc::new(Watching {
            revocations: self.clone(),
            channel: channel.name().clone(),
            groups: tokio::sync::Mutex::default(),
        }));
        Ok((watch, channel))
    }
}

/// A hash and not the key itself, because everybody with access to the layer can read the names of
/// groups.
fn session_group(key: &SessionKey) -> GroupName {
    GroupName::encode(&format!("revoked.session.{}", key.digest()))
}

fn user_group(id: &str) -> GroupName {
    GroupName::encode(&format!("revoked.user.{id}"))
}

/// The membership of one socket in the groups of its session and its user.
#[derive(Clone)]
pub(super) struct Watch(Arc<Watching>);

struct Watching {
    revocations: Revocations,
    channel: ChannelName,
    groups: tokio::sync::Mutex<BTreeSet<GroupName>>,
}

impl Watch {
    pub(super) fn revocations(&self) -> &Revocations {
        &self.0.revocations
    }

    /// Closes this one socket.
    pub(super) async fn revoke(&self) -> Result<(), LayerError> {
        let Watching {
            revocations,
            channel,
            ..
        } = &*self.0;
        revocations.layer.send(channel, Revocation::Revoked).await
    }

    /// Moves the socket to the groups of this user and session, or removes it from all.
    pub(super) async fn follow(
        &self,
        who: Option<(String, Option<SessionKey>)>,
    ) -> Result<(), LayerError> {
        let mut wanted = BTreeSet::new();
        if let Some((id, key)) = who {
            wanted.insert(user_group(&id));
            wanted.extend(key.as_ref().map(session_group));
        }
        let Watching {
            revocations,
            channel,
            groups,
        } = &*self.0;
        let mut groups = groups.lock().await;
        for group in wanted.difference(&groups) {
            revocations.layer.group_add(group, channel).await?;
        }
        for group in groups.difference(&wanted) {
            revocations.layer.group_discard(group, channel).await?;
        }
        *groups = wanted;
        Ok(())
    }
}

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revocations")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
