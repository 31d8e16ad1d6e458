//! The type of connection that all models use.

/// The connection type of models. Support for PostgreSQL would start here.
pub type Connection = diesel::SqliteConnection;
