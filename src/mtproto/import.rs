//! Logins of other programs: Telethon's string and its session file. Knows no network.

use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use entities::ForeignSession;

/// A login as another program kept it.
#[derive(Clone, PartialEq, Eq)]
pub struct Imported {
    pub dc: i32,
    pub address: SocketAddrV4,
    pub key: [u8; 256],
}

/// Telethon's `StringSession`: version 1, then data centre, address, port and key in URL-safe base64.
///
/// # Errors
/// When it is something else, or speaks of IPv6.
pub fn telethon_string(text: &str) -> anyhow::Result<Imported> {
    let text = text.trim();
    let Some(body) = text.strip_prefix('1') else {
        bail!("this is no Telethon string session: it does not begin with 1");
    };
    let bytes = URL_SAFE.decode(body).context("this is no Telethon string session")?;
    // One byte, four of the address, two of the port, the key.
    ensure!(bytes.len() == 263, "this is no Telethon string session with an IPv4 address");
    let address = Ipv4Addr::new(bytes[1], bytes[2], bytes[3], bytes[4]);
    let port = u16::from_be_bytes([bytes[5], bytes[6]]);
    let key = bytes[7..].try_into().expect("256 bytes were counted");
    Ok(Imported { dc: i32::from(bytes[0]), address: SocketAddrV4::new(address, port), key })
}

/// Whether these are the first bytes of a session file rather than a string.
pub fn is_session_file(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SQLite format 3\0")
}

/// What Telethon's session file holds.
///
/// # Errors
/// When it speaks of IPv6, or its key is no key.
pub fn telethon_file(found: ForeignSession) -> anyhow::Result<Imported> {
    let address: Ipv4Addr = found.address.parse().with_context(|| {
        format!("the session file speaks of {}, which is no IPv4 address", found.address)
    })?;
    let port = u16::try_from(found.port).context("the session file has no port")?;
    let key = found.key.try_into().ok().context("the session file has no key of 256 bytes")?;
    Ok(Imported { dc: found.dc, address: SocketAddrV4::new(address, port), key })
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE;

    use super::telethon_string;

    #[test]
    fn a_string_session_is_read_and_anything_else_is_refused() {
        let mut bytes = vec![2, 127, 0, 0, 1, 0x50, 0x00];
        bytes.extend([7; 256]);
        let text = format!("1{}", URL_SAFE.encode(&bytes));
        let read = telethon_string(&format!(" {text}\n")).expect("a session");
        assert_eq!((read.dc, read.address.to_string().as_str()), (2, "127.0.0.1:20480"));
        assert_eq!(read.key, [7; 256]);
        for wrong in ["", "2abc", "1abc", &text[..200], "1???"] {
            assert!(telethon_string(wrong).is_err(), "{wrong}");
        }
    }
}
