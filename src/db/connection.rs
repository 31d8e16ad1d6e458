//! The type of connection that all models take.

/// The connection that models take. PostgreSQL would join here.
pub type Connection = diesel::SqliteConnection;
