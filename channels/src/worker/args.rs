//! The arguments of `runworker`, for an application's own binary.
//!
//! Source: channels/management/commands/runworker.py.

use super::{Worker, WorkerError};
use crate::layers::Layers;
use crate::routing::IntoEndpoint;

/// The arguments after `runworker` on a command line: channels, and `--layer ALIAS`.
///
/// ```
/// use channels::worker::RunWorker;
/// let args = RunWorker::parse(["thumbnails", "mails", "--layer", "tasks"])?;
/// assert_eq!(args.channels, ["thumbnails", "mails"]);
/// assert_eq!(args.layer, "tasks");
/// # Ok::<(), channels::worker::WorkerError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunWorker {
    /// The channels to listen to, at least one.
    pub channels: Vec<String>,
    /// The layer to listen on; [`Layers::DEFAULT`] unless given.
    pub layer: String,
}

impl RunWorker {
    /// Parses the arguments after the name of the command.
    ///
    /// # Errors
    /// [`WorkerError::Usage`] for an option that does not exist or has no value,
    /// [`WorkerError::NoChannels`].
    pub fn parse<A: Into<String>>(args: impl IntoIterator<Item = A>) -> Result<Self, WorkerError> {
        let mut parsed = Self {
            channels: Vec::new(),
            layer: Layers::DEFAULT.to_owned(),
        };
        let mut args = args.into_iter().map(Into::into);
        while let Some(arg) = args.next() {
            if arg == "--layer" {
                let missing = || WorkerError::Usage("--layer needs an alias".to_owned());
                parsed.layer = args.next().ok_or_else(missing)?;
            } else if let Some(alias) = arg.strip_prefix("--layer=") {
                parsed.layer = alias.to_owned();
            } else if arg.starts_with('-') {
                return Err(WorkerError::Usage(format!("there is no option {arg:?}")));
            } else {
                parsed.channels.push(arg);
            }
        }
        if parsed.channels.is_empty() {
            return Err(WorkerError::NoChannels);
        }
        Ok(parsed)
    }

    /// The requested worker; it stops on signals.
    ///
    /// # Errors
    /// [`WorkerError::NoLayer`].
    pub fn worker(self, app: impl IntoEndpoint, layers: &Layers) -> Result<Worker, WorkerError> {
        let Some(layer) = layers.get(&self.layer) else {
            return Err(WorkerError::NoLayer(self.layer));
        };
        let worker = Worker::new(app, &layer).channels(self.channels);
        Ok(worker.stop_on_signals())
    }
}
