//! Login by QR code: one client shows a token, another accepts it, the first one is in. It must not
//! know how the code is drawn.

use std::sync::Arc;

use grammers_tl_types::{Serializable, enums, functions, types};

use super::keys::ToLink;
use super::login;
use super::network::Network;
use super::rpc::{Answer, Call, bad};

pub(crate) fn export_login_token(
    call: &mut Call<'_>,
    request: functions::auth::ExportLoginToken,
) -> Answer<enums::auth::LoginToken> {
    if request.api_id <= 0 {
        return Err(bad("API_ID_INVALID"));
    }
    let accepted = call.net.accounts().accepted(call.key);
    let Some((token, user)) = accepted else {
        let (token, ends_s) = call.net.accounts().qr_token(call.key, call.net.real_ms() / 1000);
        let expires = i32::try_from(ends_s).unwrap_or(i32::MAX);
        return Ok(types::auth::LoginToken { expires, token }.into());
    };
    let dc_id = call.net.accounts().home_of(user, call.net.home_dc());
    if dc_id != call.dc {
        return Ok(types::auth::LoginTokenMigrateTo { dc_id, token }.into());
    }
    finish(call, &token, user)
}

fn finish(call: &mut Call<'_>, token: &[u8], user: i64) -> Answer<enums::auth::LoginToken> {
    call.net.accounts().tokens.remove(token);
    let authorization = login::enter(call, user)?;
    Ok(types::auth::LoginTokenSuccess { authorization }.into())
}

pub(crate) fn import_login_token(
    call: &mut Call<'_>,
    request: functions::auth::ImportLoginToken,
) -> Answer<enums::auth::LoginToken> {
    let accounts = call.net.accounts();
    let user = accounts.tokens.get(&request.token).and_then(|token| token.user);
    drop(accounts);
    let user = user.ok_or_else(|| bad("AUTH_TOKEN_INVALID"))?;
    let dc_id = call.net.accounts().home_of(user, call.net.home_dc());
    if dc_id != call.dc {
        return Ok(types::auth::LoginTokenMigrateTo { dc_id, token: request.token }.into());
    }
    finish(call, &request.token, user)
}

pub(crate) fn accept_login_token(
    call: &mut Call<'_>,
    request: functions::auth::AcceptLoginToken,
) -> Answer<enums::Authorization> {
    let me = call.me()?;
    accept(call.net, me, &request.token).map_err(bad)?;
    let date = call.net.now_s();
    Ok(types::Authorization {
        current: false,
        official_app: false,
        password_pending: call.net.accounts().has_password(me),
        encrypted_requests_disabled: false,
        call_requests_disabled: false,
        unconfirmed: false,
        hash: call.key,
        device_model: "QR".to_owned(),
        platform: String::new(),
        system_version: String::new(),
        api_id: 1,
        app_name: String::new(),
        app_version: String::new(),
        date_created: date,
        date_active: date,
        ip: "127.0.0.1".to_owned(),
        country: String::new(),
        region: String::new(),
    }
    .into())
}

/// A person scans the code; the client that shows it is told.
pub(crate) fn accept(net: &Network, user: i64, token: &[u8]) -> Result<(), &'static str> {
    let now_s = net.real_ms() / 1000;
    let mut accounts = net.accounts();
    let known = accounts.tokens.get_mut(token).ok_or("AUTH_TOKEN_INVALID")?;
    if known.user.is_some() {
        return Err("AUTH_TOKEN_ALREADY_ACCEPTED");
    }
    if known.ends_s <= now_s {
        return Err("AUTH_TOKEN_EXPIRED");
    }
    known.user = Some(user);
    let key = known.key;
    drop(accounts);
    let update = types::UpdateShort { update: enums::Update::LoginToken, date: net.now_s() };
    let body = Arc::new(enums::Updates::UpdateShort(update).to_bytes());
    if let Some(key) = net.keys().get(&key) {
        for linked in key.linked.values() {
            // A client that missed it asks for its token again anyway.
            let _ = linked.link.try_send(ToLink::Updates(Arc::clone(&body)));
        }
    }
    Ok(())
}
