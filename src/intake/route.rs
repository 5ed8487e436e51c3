//! Update to message.
