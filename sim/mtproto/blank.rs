//! Telegram's widest objects with everything optional absent, made from the fewest bytes that the
//! schema allows. It must not know the world.

use grammers_tl_types::{Deserializable, Serializable, enums, types};

/// Reads an object from bytes that follow the schema; zero flags leave all optional fields out.
fn read<T: Deserializable>(bytes: &[u8]) -> T {
    T::from_bytes(bytes).expect("the bytes follow the schema")
}

fn zeros(count: usize) -> Vec<u8> {
    vec![0; count]
}

pub(crate) fn user() -> types::User {
    read(&zeros(16))
}

pub(crate) fn notify_settings() -> enums::PeerNotifySettings {
    read::<types::PeerNotifySettings>(&zeros(4)).into()
}

pub(crate) fn peer_settings() -> enums::PeerSettings {
    read::<types::PeerSettings>(&zeros(4)).into()
}

pub(crate) fn user_full() -> types::UserFull {
    let mut bytes = zeros(16);
    bytes.extend(peer_settings().to_bytes());
    bytes.extend(notify_settings().to_bytes());
    bytes.extend(zeros(4));
    read(&bytes)
}

pub(crate) fn admin_rights() -> types::ChatAdminRights {
    read(&zeros(4))
}

pub(crate) fn banned_rights() -> types::ChatBannedRights {
    read(&zeros(8))
}

/// Without photo.
pub(crate) fn channel() -> types::Channel {
    let mut bytes = zeros(20);
    bytes.extend(enums::ChatPhoto::Empty.to_bytes());
    bytes.extend(zeros(4));
    read(&bytes)
}

pub(crate) fn channel_full() -> types::ChannelFull {
    let mut bytes = zeros(20);
    bytes.extend(zeros(12));
    bytes.extend(enums::Photo::Empty(types::PhotoEmpty { id: 0 }).to_bytes());
    bytes.extend(notify_settings().to_bytes());
    bytes.extend(Vec::<enums::BotInfo>::new().to_bytes());
    bytes.extend(zeros(4));
    read(&bytes)
}

pub(crate) fn message(peer: enums::Peer) -> types::Message {
    let mut bytes = zeros(12);
    bytes.extend(peer.to_bytes());
    bytes.extend(zeros(8));
    read(&bytes)
}

pub(crate) fn forward_header() -> types::MessageFwdHeader {
    read(&zeros(8))
}

pub(crate) fn config() -> types::Config {
    let mut bytes = zeros(12);
    bytes.extend(false.to_bytes());
    bytes.extend(zeros(4));
    bytes.extend(Vec::<enums::DcOption>::new().to_bytes());
    bytes.extend(zeros(200));
    read(&bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn blank_objects_say_nothing() {
        assert_eq!(super::user().first_name, None);
        assert_eq!(super::user_full().about, None);
        assert_eq!(super::channel().title, "");
        assert_eq!(super::channel_full().about, "");
        assert!(!super::admin_rights().post_messages);
        assert_eq!(super::forward_header().from_id, None);
        assert!(super::config().dc_options.is_empty());
    }
}
