//! One call: what it knows of its caller, how it is refused, and the way to its handler with faults
//! and the log in between. It must not know sockets.

use grammers_tl_types::{
    Cursor, Deserializable, Identifiable, RemoteCall, Serializable, enums, types,
};

use super::calls::RpcCall;
use super::inbound::Query;
use super::keys::Login;
use super::mishaps::{Mishap, MishapKind, Struck};
use super::network::Network;
use super::routes;

/// The layers whose clients can read the answers.
pub(crate) const LAYERS: [i32; 2] = [229, 230];

/// A call's expected "no", as `rpc_error` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i32,
    pub(crate) name: String,
}

impl Refusal {
    pub(crate) fn new(code: i32, name: impl Into<String>) -> Self {
        Self { code, name: name.into() }
    }

    fn bytes(&self) -> Vec<u8> {
        let error = types::RpcError { error_code: self.code, error_message: self.name.clone() };
        enums::RpcError::Error(error).to_bytes()
    }
}

/// 400 with a name.
pub(crate) fn bad(name: &str) -> Refusal {
    Refusal::new(400, name)
}

/// What a handler answers.
pub(crate) type Answer<T> = Result<T, Refusal>;

/// One call and its caller.
pub(crate) struct Call<'a> {
    pub(crate) net: &'a Network,
    pub(crate) dc: i32,
    /// The key that speaks; for a temporary one the permanent key behind it.
    pub(crate) key: i64,
    pub(crate) login: Login,
}

impl Call<'_> {
    /// The user who is logged in.
    pub(crate) fn me(&self) -> Answer<i64> {
        match &self.login {
            Login::User(user) => match self.net.accounts().barred(*user) {
                Some(name) => Err(Refusal::new(401, name)),
                None => Ok(*user),
            },
            Login::AwaitsPassword(_) => Err(Refusal::new(401, "SESSION_PASSWORD_NEEDED")),
            Login::Ended(why) => Err(Refusal::new(401, *why)),
            Login::Nobody => Err(Refusal::new(401, "AUTH_KEY_UNREGISTERED")),
        }
    }

    /// The user, who must live in this data centre.
    pub(crate) fn me_at_home(&self) -> Answer<i64> {
        let me = self.me()?;
        let home = self.net.accounts().home_of(me, self.net.home_dc());
        if home == self.dc {
            return Ok(me);
        }
        Err(Refusal::new(303, format!("USER_MIGRATE_{home}")))
    }

    /// Logs the calling key in, out, or in between.
    pub(crate) fn set_login(&mut self, login: Login) {
        self.net.set_login(self.key, login.clone());
        self.login = login;
    }
}

/// How a call is answered, and how a connection has to play a fault.
pub(crate) struct Outcome {
    pub(crate) result: Vec<u8>,
    pub(crate) play: Option<Mishap>,
}

/// Runs a handler over the parameters of a call.
pub(crate) fn run<T>(
    call: &mut Call<'_>,
    parameters: &[u8],
    handler: fn(&mut Call<'_>, T) -> Answer<T::Return>,
) -> Answer<Vec<u8>>
where
    T: RemoteCall + Deserializable,
    T::Return: Serializable,
{
    let read = |bytes: &[u8]| T::deserialize(&mut Cursor::from_slice(bytes));
    let request = read(parameters).or_else(|_| read(&named_as_wanted(parameters)));
    let request = request.map_err(|_| bad("INPUT_FETCH_ERROR"))?;
    Ok(handler(call, request)?.to_bytes())
}

/// Some clients name a channel or a user as a peer where a channel or a user is wanted; Telegram reads them alike.
fn named_as_wanted(parameters: &[u8]) -> Vec<u8> {
    let pairs = [
        (types::InputPeerChannel::CONSTRUCTOR_ID, types::InputChannel::CONSTRUCTOR_ID),
        (types::InputPeerUser::CONSTRUCTOR_ID, types::InputUser::CONSTRUCTOR_ID),
        (types::InputPeerSelf::CONSTRUCTOR_ID, types::InputUserSelf::CONSTRUCTOR_ID),
    ];
    let mut bytes = parameters.to_vec();
    for word in bytes.chunks_exact_mut(4) {
        let found = pairs.iter().find(|(peer, _)| word == peer.to_le_bytes());
        if let Some((_, wanted)) = found {
            word.copy_from_slice(&wanted.to_le_bytes());
        }
    }
    bytes
}

/// Answers one query: the faults first, then its handler, then the log.
pub(crate) fn answer(mut call: Call<'_>, query: &Query) -> Outcome {
    let id = query.body.first_chunk::<4>().map_or(0, |head| u32::from_le_bytes(*head));
    let route = routes::find(id);
    let method = route.map_or_else(|| grammers_tl_types::name_for_id(id), |route| route.name);
    let user = match call.login {
        Login::User(user) => user,
        _ => 0,
    };
    let net = call.net.clone();
    let place = Struck { dc: call.dc, user, method };
    let now_ms = net.0.world.clock().now_ms();
    let waiting = net.0.mishaps.waiting(place, now_ms);
    let play = waiting.is_none().then(|| net.0.mishaps.strike(place, false)).flatten();
    let refused = match (waiting, &play) {
        (Some(left), _) => Err(flood(left)),
        (None, Some(mishap)) => strike(&mut call, mishap, place, now_ms),
        (None, None) => Ok(()),
    };
    let (dc, key) = (call.dc, call.key);
    let answered = refused.and_then(|()| layer_is_served(query)).and_then(|()| match route {
        Some(route) => (route.run)(&mut call, query.body.get(4..).unwrap_or_default()),
        None if id == 0 => Err(bad("INPUT_REQUEST_TOO_SHORT")),
        None => Err(bad(&format!("METHOD_INVALID: {method} is not simulated"))),
    });
    net.0.calls.add(RpcCall {
        n: 0,
        at_ms: now_ms,
        dc,
        user,
        key,
        method,
        outcome: answered.as_ref().map_or_else(|refusal| refusal.name.clone(), |_| "ok".to_owned()),
        fault: play.as_ref().map(|mishap| mishap.kind.name()),
        during_wait: waiting.is_some(),
    });
    Outcome { result: answered.unwrap_or_else(|refusal| refusal.bytes()), play }
}

fn layer_is_served(query: &Query) -> Answer<()> {
    match query.layer {
        Some(layer) if !LAYERS.contains(&layer) => Err(bad(&format!(
            "CONNECTION_LAYER_INVALID: layers {} and {} are served, not {layer}",
            LAYERS[0], LAYERS[1],
        ))),
        _ => match &query.device {
            Some((_, api_id)) if *api_id <= 0 => Err(bad("CONNECTION_API_ID_INVALID")),
            _ => Ok(()),
        },
    }
}

fn flood((seconds, premium): (i64, bool)) -> Refusal {
    let name = if premium { "FLOOD_PREMIUM_WAIT" } else { "FLOOD_WAIT" };
    Refusal::new(420, format!("{name}_{seconds}"))
}

/// What a fault does to a call before its handler; the connection plays the rest.
fn strike(
    call: &mut Call<'_>,
    mishap: &Mishap,
    place: Struck<'_>,
    now_ms: i64,
) -> Result<(), Refusal> {
    match mishap.kind {
        MishapKind::FloodWait | MishapKind::FloodPremiumWait => {
            let seconds = mishap.seconds.unwrap_or(30).max(1);
            let premium = mishap.kind == MishapKind::FloodPremiumWait;
            call.net.0.mishaps.begin_wait(place, now_ms + seconds * 1000, premium);
            Err(flood((seconds, premium)))
        }
        MishapKind::Error => {
            let name = mishap.name.clone().unwrap_or_else(|| "INTERNAL".to_owned());
            Err(Refusal::new(mishap.code.unwrap_or(500), name))
        }
        MishapKind::Revoked => {
            let why = match mishap.name.as_deref() {
                Some("AUTH_KEY_UNREGISTERED") => "AUTH_KEY_UNREGISTERED",
                Some("USER_DEACTIVATED_BAN") => "USER_DEACTIVATED_BAN",
                Some("USER_DEACTIVATED") => "USER_DEACTIVATED",
                _ => "SESSION_REVOKED",
            };
            call.set_login(Login::Ended(why));
            Err(Refusal::new(401, why))
        }
        // Nothing of these was processed.
        MishapKind::Silent | MishapKind::Reset | MishapKind::KeyLost | MishapKind::BadSalt => {
            Err(Refusal::new(-503, "Timeout"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::{Deserializable, Serializable, enums, functions, types};

    use super::named_as_wanted;

    #[test]
    fn a_peer_is_read_where_a_channel_or_a_user_is_wanted() {
        let (channel_id, access_hash) = (2_000_000_001, 77);
        let peer: enums::InputPeer = types::InputPeerChannel { channel_id, access_hash }.into();
        let wrong = peer.to_bytes();
        assert!(functions::channels::GetFullChannel::from_bytes(&wrong).is_err());
        let right = functions::channels::GetFullChannel::from_bytes(&named_as_wanted(&wrong));
        let wanted = types::InputChannel { channel_id, access_hash }.into();
        assert_eq!(right.map(|read| read.channel), Ok(wanted));
        let users = vec![enums::InputPeer::PeerSelf].to_bytes();
        let right = functions::users::GetUsers::from_bytes(&named_as_wanted(&users));
        assert_eq!(right.map(|read| read.id), Ok(vec![enums::InputUser::UserSelf]));
    }
}
