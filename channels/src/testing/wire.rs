//! The replacement of the network: two queues, and the task that drives the consumer.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::answers::Missed;
use crate::connection::{Attached, Link, Outgoing};
use crate::event::{Disconnect, Frame};
use crate::launch::Launched;

/// The two directions between a communicator and the task that drives its consumer.
pub(super) struct Wire {
    input: UnboundedSender<Input>,
    output: UnboundedReceiver<Outgoing>,
    closed: Option<(u16, String)>,
}

pub(super) enum Input {
    Frame(Frame),
    Close(Disconnect),
}

impl Wire {
    pub(super) fn start(launched: Launched) -> Self {
        let (input, from_client) = unbounded_channel();
        let (to_client, output) = unbounded_channel();
        let mut driver = Driver {
            attached: launched.attached,
            link: launched.link,
            from_client,
            to_client,
        };
        actix_web::rt::spawn(poll_fn(move |cx| driver.poll(cx)));
        Self {
            input,
            output,
            closed: None,
        }
    }

    pub(super) fn send(&mut self, input: Input) -> Result<(), Missed> {
        match self.input.send(input) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.closed_error()),
        }
    }

    pub(super) async fn receive(&mut self) -> Result<Frame, Missed> {
        if self.closed.is_some() {
            return Err(self.closed_error());
        }
        match self.output.recv().await {
            Some(Outgoing::Frame(frame)) => Ok(frame),
            Some(Outgoing::Close(code, reason)) => {
                self.closed = Some((code.as_u16(), reason));
                Err(self.closed_error())
            }
            None => Err(self.closed_error()),
        }
    }

    /// Waits until the consumer has ended; drops its further frames.
    pub(super) async fn ended(&mut self) {
        while self.output.recv().await.is_some() {}
    }

    fn closed_error(&self) -> Missed {
        let (code, reason) = self
            .closed
            .clone()
            .unwrap_or((Disconnect::ABNORMAL, String::new()));
        Missed::Closed { code, reason }
    }
}

/// The task between a communicator and its consumer.
struct Driver {
    attached: Attached,
    link: Rc<Link>,
    from_client: UnboundedReceiver<Input>,
    to_client: UnboundedSender<Outgoing>,
}

impl Driver {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let all_read = self.read(cx);
            let done = self.attached.poll(cx).is_ready();
            while let Some(outgoing) = self.link.take_outgoing() {
                // Ignored, because the client has disconnected.
                let _ = self.to_client.send(outgoing);
            }
            if done {
                return Poll::Ready(());
            }
            let has_room = self
                .attached
                .runner()
                .is_some_and(|runner| runner.has_room());
            if all_read || !has_room {
                return Poll::Pending;
            }
        }
    }

    /// Whether there is nothing left to read.
    fn read(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(runner) = self.attached.runner() else {
            return true;
        };
        while runner.has_room() {
            match self.from_client.poll_recv(cx) {
                Poll::Ready(Some(Input::Frame(frame))) => runner.receive(frame),
                Poll::Ready(Some(Input::Close(why))) => runner.end(why),
                Poll::Ready(None) => {
                    runner.end(Disconnect::lost());
                    return true;
                }
                Poll::Pending => return true,
            }
        }
        false
    }
}
