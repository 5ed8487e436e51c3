//! The socket of a client, for faults that end a connection. It must not know what was asked.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;

use actix_web::dev::Extensions;

/// A second handle on a client's socket.
pub(crate) struct Connection(Option<TcpStream>);

impl Connection {
    /// Remembers the socket of a new connection.
    pub(crate) fn remember(io: &dyn Any, data: &mut Extensions) {
        if let Some(stream) = io.downcast_ref::<actix_web::rt::net::TcpStream>() {
            let handle = stream.as_fd().try_clone_to_owned().ok();
            data.insert(Self(handle.map(TcpStream::from)));
        }
    }

    /// Ends the connection now: in order (FIN), or by a reset (RST).
    pub(crate) fn cut(&self, reset: bool) {
        let Some(stream) = &self.0 else { return };
        if reset && let Ok(twin) = stream.try_clone() {
            // With a linger of zero the kernel answers with RST when the last handle closes;
            // the server closes its own right after, since the body of the answer fails.
            let linger =
                tokio::net::TcpStream::from_std(twin).and_then(|socket| socket.set_zero_linger());
            if linger.is_ok() {
                return;
            }
        }
        // It may be closed already, which is what is wanted.
        let _ = stream.shutdown(Shutdown::Both);
    }
}
