//! The rules of every channel layer, as checks that a backend's author can run.
//!
//! Source: `docs/channel_layer_spec.rst` and the tests of both upstream layers; extensions that a
//! backend does not list in [`extensions`](crate::layers::ChannelLayer::extensions) are not
//! checked.

mod channels;
mod groups;
mod processes;
mod seen;

use std::fmt;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::layers::Layer;

/// The settings of a layer under test.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Messages that wait on one channel.
    pub capacity: usize,
    /// How long a message may wait on a channel before it is dropped.
    pub expiry: Duration,
}

/// The parts that a backend's author provides for the checks: new layers, and a clock.
///
/// ```
/// use channels::Layer;
/// use channels::layers::InMemoryLayer;
/// use channels::testing::conformance::{Backend, Setup, check};
/// use futures_util::future::LocalBoxFuture;
///
/// struct InMemory;
///
/// impl Backend for InMemory {
///     fn layer(&self, setup: Setup) -> LocalBoxFuture<'_, Layer> {
///         let builder = InMemoryLayer::builder().capacity(setup.capacity).expiry(setup.expiry);
///         Box::pin(async { Layer::new(builder.build()) })
///     }
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let violations = check(&InMemory).await;
/// assert!(violations.is_empty(), "{violations:#?}");
/// # });
/// ```
pub trait Backend {
    /// A new, empty layer.
    fn layer(&self, setup: Setup) -> LocalBoxFuture<'_, Layer>;

    /// Two processes on one new, empty layer; the same process twice if the backend supports only
    /// one.
    fn processes(&self, setup: Setup) -> LocalBoxFuture<'_, (Layer, Layer)> {
        Box::pin(async move {
            let layer = self.layer(setup).await;
            (layer.clone(), layer)
        })
    }

    /// Lets time pass: sleeps, unless the backend has a clock of its own.
    fn pass(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// A rule that the layer broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// The observed behaviour.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.seen)
    }
}

/// The result of a check: nothing, or the observed behaviour instead of the expected one.
type Checked = Result<(), String>;
type Check<'a> = LocalBoxFuture<'a, Checked>;
type Rule = (&'static str, for<'a> fn(&'a dyn Backend) -> Check<'a>);

macro_rules! rules {
    ($($module:ident { $($rule:ident)* })*) => {
        &[$($((stringify!($rule), |backend| Box::pin($module::$rule(backend)))),*),*]
    };
}

const RULES: &[Rule] = rules! {
    channels {
        names_are_valid_and_nobody_elses
        a_prefix_begins_the_name
        messages_come_in_the_order_they_were_sent
        whatever_a_message_holds_arrives_as_it_was
        text_bytes_and_numbers_stay_apart
        a_megabyte_is_carried
        a_full_channel_refuses_and_keeps_what_it_has
        capacity_is_each_channels_own
        a_message_that_waited_too_long_is_dropped
        nobody_else_may_read_a_consumers_channel
        a_queue_keeps_messages_until_a_reader_comes
        each_message_of_a_queue_has_one_reader
        a_reader_that_gives_up_loses_nothing
        flush_forgets_messages
    }
    groups {
        every_member_hears_and_nobody_else
        joining_twice_is_joining_once
        a_member_who_left_hears_nothing
        leaving_what_one_is_not_in_is_silent
        a_group_without_members_takes_anything
        a_full_member_is_skipped_and_counted
        the_excepted_hear_nothing
        a_channel_that_is_gone_is_no_member
        a_queue_may_be_a_member
        members_are_those_who_joined
        flush_forgets_groups
    }
    processes {
        a_member_in_another_process_hears_in_order
        the_excepted_in_another_process_hear_nothing
        whoever_left_in_another_process_hears_nothing
        a_group_is_heard_again_by_who_comes_back
        a_channel_of_another_process_takes_messages
        a_queue_is_read_in_any_process
    }
};

/// Runs all checks, each on a layer of its own; returns the broken rules.
pub async fn check(backend: &dyn Backend) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (rule, check) in RULES {
        if let Err(seen) = check(backend).await {
            violations.push(Violation { rule, seen });
        }
    }
    violations
}
