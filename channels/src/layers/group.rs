//! One group of a layer: sends to all members or all but some, and lists them.

use super::bus::{LayerError, LayerEvent, LayerMessage, SendReport};
use super::layer::Layer;
use crate::names::{ChannelName, GroupName};

/// A group, from [`Layer::group`].
#[derive(Clone, Debug)]
#[must_use = "a group does nothing until something is sent to it or asked of it"]
pub struct Group<'a> {
    layer: &'a Layer,
    name: &'a GroupName,
    except: Vec<ChannelName>,
}

impl Layer {
    /// A group of this layer, to send with exceptions, to list and to count its members.
    ///
    /// ```
    /// # use channels::{GroupName, Layer};
    /// # actix_web::rt::System::new().block_on(async {
    /// let layer = Layer::in_memory();
    /// let room = GroupName::new("room.7")?;
    /// let channel = layer.new_channel().await?;
    /// layer.group(&room).add(channel.name()).await?;
    /// assert_eq!(layer.group(&room).count().await?, 1);
    /// let report = layer.group(&room).except(channel.name()).send(()).await?;
    /// assert_eq!(report.delivered, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub fn group<'a>(&'a self, name: &'a GroupName) -> Group<'a> {
        Group {
            layer: self,
            name,
            except: Vec::new(),
        }
    }
}

impl Group<'_> {
    /// Excepts one member, for example the sender, who already has the message.
    pub fn except(mut self, channel: &ChannelName) -> Self {
        self.except.push(channel.clone());
        self
    }

    /// Sends an event to every member except the excepted ones.
    ///
    /// # Errors
    /// [`LayerError::Backend`]; a full member is no error but counted in the report.
    pub async fn send(self, event: impl LayerEvent) -> Result<SendReport, LayerError> {
        let message = LayerMessage::new(event);
        let hub = self.layer.hub();
        hub.group_send(self.name, message, &self.except).await
    }

    /// Adds a channel.
    ///
    /// # Errors
    /// [`LayerError::UnknownChannel`], [`LayerError::Backend`].
    pub async fn add(self, channel: &ChannelName) -> Result<(), LayerError> {
        self.layer.group_add(self.name, channel).await
    }

    /// Removes a channel; does nothing if it is not a member.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn discard(self, channel: &ChannelName) -> Result<(), LayerError> {
        self.layer.group_discard(self.name, channel).await
    }

    /// The members, in the order of their names, without those excepted.
    ///
    /// # Errors
    /// [`LayerError::Unsupported`], [`LayerError::Backend`].
    pub async fn members(self) -> Result<Vec<ChannelName>, LayerError> {
        let mut members = self.layer.hub().backend().members(self.name).await?;
        members.retain(|member| !self.except.contains(member));
        members.sort_unstable();
        Ok(members)
    }

    /// How many members there are, without those excepted.
    ///
    /// # Errors
    /// [`LayerError::Unsupported`], [`LayerError::Backend`].
    pub async fn count(self) -> Result<usize, LayerError> {
        Ok(self.members().await?.len())
    }
}
