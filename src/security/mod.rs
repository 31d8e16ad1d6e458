//! Guards that stand before every view and socket.
