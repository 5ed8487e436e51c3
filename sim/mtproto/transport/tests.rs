//! The transports against each other's framing, byte by byte and at once.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;

use super::{Framing, Transport};

fn packet(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at % 251).unwrap_or(0)).collect()
}

/// What a client of this framing writes first, and its packets.
fn stream(framing: Framing, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut client = Transport { framing: Some(framing), ..Transport::default() };
    let mut bytes = match framing {
        Framing::Full => Vec::new(),
        Framing::Abridged => vec![0xef],
        Framing::Intermediate => vec![0xee; 4],
        Framing::Padded => vec![0xdd; 4],
    };
    for packet in packets {
        bytes.extend(client.frame(packet));
    }
    bytes
}

fn read(server: &mut Transport, bytes: &[u8], step: usize) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for part in bytes.chunks(step) {
        server.feed(part).unwrap();
        while let Some(packet) = server.next().unwrap() {
            packets.push(packet);
        }
    }
    packets
}

#[test]
fn every_transport_is_known_by_its_first_bytes() {
    let sent = vec![packet(40), packet(600), packet(4)];
    for framing in [Framing::Full, Framing::Abridged, Framing::Intermediate, Framing::Padded] {
        for step in [1, 7, 4096] {
            let mut server = Transport::default();
            let got = read(&mut server, &stream(framing, &sent), step);
            assert_eq!(server.framing(), Some(framing));
            assert_eq!(got.len(), sent.len());
            for (got, sent) in got.iter().zip(&sent) {
                assert_eq!(got[..sent.len()], sent[..], "{framing:?} in steps of {step}");
            }
        }
    }
}

#[test]
fn an_obfuscated_connection_is_deciphered_in_both_directions() {
    for (framing, tag) in
        [(Framing::Abridged, 0xef), (Framing::Intermediate, 0xee), (Framing::Padded, 0xdd)]
    {
        let mut head: [u8; 64] = std::array::from_fn(|at| u8::try_from(at * 3 + 1).unwrap_or(9));
        let cipher = |from: &[u8; 64]| {
            Ctr128BE::<Aes256>::new_from_slices(&from[8..40], &from[40..56]).unwrap()
        };
        let mut out = cipher(&head);
        let mut back = head;
        back.reverse();
        let mut inbound = cipher(&back);
        head[56..60].copy_from_slice(&[tag; 4]);
        let mut enciphered = head;
        out.apply_keystream(&mut enciphered);
        head[56..].copy_from_slice(&enciphered[56..]);
        let tagged = stream(framing, &[packet(80)]);
        let skip = if framing == Framing::Abridged { 1 } else { 4 };
        let mut body = tagged[skip..].to_vec();
        out.apply_keystream(&mut body);
        let mut server = Transport::default();
        let got = read(&mut server, &[&head[..], &body[..]].concat(), 5);
        assert_eq!(server.framing(), Some(framing));
        assert_eq!(got[0][..80], packet(80)[..]);
        let mut answer = server.frame(&packet(12));
        inbound.apply_keystream(&mut answer);
        let start = if framing == Framing::Abridged { 1 } else { 4 };
        assert_eq!(answer[start..start + 12], packet(12)[..]);
    }
}

#[test]
fn a_broken_full_packet_is_refused() {
    let mut bytes = stream(Framing::Full, &[packet(40)]);
    *bytes.last_mut().unwrap() ^= 1;
    let mut server = Transport::default();
    server.feed(&bytes).unwrap();
    assert!(server.next().is_err());
}
