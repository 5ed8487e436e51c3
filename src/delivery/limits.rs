//! Outbound limits.
