//! How packets stand on the wire: full, abridged, intermediate, padded intermediate, each perhaps
//! obfuscated. Found by a connection's first bytes. It must not know what packets say.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use anyhow::{bail, ensure};
use ctr::Ctr128BE;
use rand::RngExt;

/// The largest packet that is taken, bytes.
const PACKET_MAX: usize = 2 * 1024 * 1024;

/// The framing of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Full,
    Abridged,
    Intermediate,
    Padded,
}

impl Framing {
    fn of_tag(tag: [u8; 4]) -> Option<Self> {
        match tag {
            [0xef, 0xef, 0xef, 0xef] => Some(Self::Abridged),
            [0xee, 0xee, 0xee, 0xee] => Some(Self::Intermediate),
            [0xdd, 0xdd, 0xdd, 0xdd] => Some(Self::Padded),
            _ => None,
        }
    }
}

struct Ciphers {
    inbound: Ctr128BE<Aes256>,
    outbound: Ctr128BE<Aes256>,
}

/// Cuts a connection's bytes into packets, and frames the answers alike.
#[derive(Default)]
pub(crate) struct Transport {
    framing: Option<Framing>,
    ciphers: Option<Ciphers>,
    /// Bytes that are no whole packet yet, deciphered once the framing is known.
    waiting: Vec<u8>,
    received: u32,
    sent: u32,
}

impl Transport {
    /// The framing, once the first bytes told it.
    #[cfg(test)]
    pub(crate) fn framing(&self) -> Option<Framing> {
        self.framing
    }

    /// Takes what arrived.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let start = self.waiting.len();
        self.waiting.extend(bytes);
        match &mut self.ciphers {
            Some(ciphers) => ciphers.inbound.apply_keystream(&mut self.waiting[start..]),
            None if self.framing.is_none() => self.detect()?,
            None => {}
        }
        Ok(())
    }

    fn begin(&mut self, framing: Framing, skip: usize) {
        self.framing = Some(framing);
        self.waiting.drain(..skip);
    }

    fn detect(&mut self) -> anyhow::Result<()> {
        if self.waiting.first() == Some(&0xef) {
            self.begin(Framing::Abridged, 1);
            return Ok(());
        }
        let Some(head) = self.waiting.first_chunk::<8>() else {
            // Four bytes tell an intermediate one already, which writes no more before an answer.
            return Ok(());
        };
        let tag = [head[0], head[1], head[2], head[3]];
        if let Some(framing) = Framing::of_tag(tag) {
            self.begin(framing, 4);
        } else if head[4..8] == [0; 4] {
            self.begin(Framing::Full, 0);
        } else if self.waiting.len() >= 64 {
            self.deobfuscate()?;
        }
        Ok(())
    }

    /// The first 64 bytes are random and carry the keys of both directions.
    fn deobfuscate(&mut self) -> anyhow::Result<()> {
        let head: [u8; 64] = *self.waiting.first_chunk().expect("the caller counted");
        let mut back = head;
        back.reverse();
        let cipher =
            |from: &[u8; 64]| Ctr128BE::<Aes256>::new_from_slices(&from[8..40], &from[40..56]);
        let (Ok(mut inbound), Ok(outbound)) = (cipher(&head), cipher(&back)) else {
            bail!("32 and 16 bytes are a key and a counter");
        };
        inbound.apply_keystream(&mut self.waiting);
        let tag = [self.waiting[56], self.waiting[57], self.waiting[58], self.waiting[59]];
        let Some(framing) = Framing::of_tag(tag) else {
            bail!("an unknown transport: {tag:02x?}");
        };
        self.ciphers = Some(Ciphers { inbound, outbound });
        self.begin(framing, 64);
        Ok(())
    }

    /// The next whole packet, if one has arrived.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        match self.framing {
            None => Ok(None),
            Some(Framing::Full) => self.next_full(),
            Some(Framing::Abridged) => self.next_abridged(),
            Some(Framing::Intermediate | Framing::Padded) => self.next_intermediate(),
        }
    }

    fn take(&mut self, head: usize, length: usize) -> anyhow::Result<Option<Vec<u8>>> {
        ensure!(length <= PACKET_MAX, "a packet of {length} bytes is too large");
        if self.waiting.len() < head + length {
            return Ok(None);
        }
        let packet = self.waiting[head..head + length].to_vec();
        self.waiting.drain(..head + length);
        Ok(Some(packet))
    }

    fn next_full(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(head) = self.waiting.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*head) as usize;
        ensure!(length >= 12, "a full packet has at least 12 bytes");
        let Some(mut packet) = self.take(0, length)? else { return Ok(None) };
        let crc = packet.split_off(length - 4);
        ensure!(crc == crc32fast::hash(&packet).to_le_bytes(), "a wrong checksum");
        ensure!(packet[4..8] == self.received.to_le_bytes(), "a wrong number of a full packet");
        self.received = self.received.wrapping_add(1);
        Ok(Some(packet.split_off(8)))
    }

    fn next_abridged(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        // The upper bit asks for a quick acknowledgement, which a server may leave out.
        let Some(first) = self.waiting.first().map(|byte| byte & 0x7f) else { return Ok(None) };
        if first < 0x7f {
            return self.take(1, usize::from(first) * 4);
        }
        let Some(head) = self.waiting.first_chunk::<4>() else { return Ok(None) };
        let words = u32::from_le_bytes([head[1], head[2], head[3], 0]) as usize;
        self.take(4, words * 4)
    }

    fn next_intermediate(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(head) = self.waiting.first_chunk::<4>() else { return Ok(None) };
        let length = (u32::from_le_bytes(*head) & 0x7fff_ffff) as usize;
        self.take(4, length)
    }

    /// The bytes to write for a packet.
    pub(crate) fn frame(&mut self, packet: &[u8]) -> Vec<u8> {
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(packet.len() + 16);
        match self.framing {
            Some(Framing::Full) | None => {
                bytes.extend((length + 12).to_le_bytes());
                bytes.extend(self.sent.to_le_bytes());
                bytes.extend(packet);
                bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
                self.sent = self.sent.wrapping_add(1);
            }
            Some(Framing::Abridged) => {
                match u8::try_from(length / 4) {
                    Ok(words) if words < 0x7f => bytes.push(words),
                    _ => {
                        bytes.push(0x7f);
                        bytes.extend(&(length / 4).to_le_bytes()[..3]);
                    }
                }
                bytes.extend(packet);
            }
            Some(Framing::Intermediate) => {
                bytes.extend(length.to_le_bytes());
                bytes.extend(packet);
            }
            Some(Framing::Padded) => {
                let mut padding = vec![0; rand::rng().random_range(0..16)];
                rand::rng().fill(&mut padding[..]);
                let all = packet.len() + padding.len();
                bytes.extend(u32::try_from(all).unwrap_or(u32::MAX).to_le_bytes());
                bytes.extend(packet);
                bytes.extend(padding);
            }
        }
        self.encipher(bytes)
    }

    /// The bytes that say a transport error such as −404.
    pub(crate) fn frame_error(&mut self, code: i32) -> Vec<u8> {
        match self.framing {
            // Not framed: the code stands where length, number and checksum would.
            Some(Framing::Full) | None => code.to_le_bytes().repeat(3),
            Some(_) => self.frame(&code.to_le_bytes()),
        }
    }

    fn encipher(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if let Some(ciphers) = &mut self.ciphers {
            ciphers.outbound.apply_keystream(&mut bytes);
        }
        bytes
    }
}

#[cfg(test)]
mod tests;
