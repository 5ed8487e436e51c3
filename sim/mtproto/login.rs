//! Logging in and out: codes, passwords, authorizations taken along to another data centre. It must
//! not know how answers travel.

use grammers_tl_types::{enums, functions, types};
use rand::RngExt;

use super::accounts::{CodeBy, WrongCode};
use super::keys::Login;
use super::peers;
use super::rpc::{Answer, Call, Refusal, bad};
use super::srp::{self, WrongProof};

/// Only the digits of a phone number; none when it cannot be one.
pub(crate) fn digits(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    (5..=15).contains(&digits.len()).then_some(digits)
}

/// The person behind a phone number.
fn owner(call: &Call<'_>, phone: &str) -> Option<i64> {
    let turn = call.net.0.world.turn();
    let mut people = turn.state.people.values();
    let found = people
        .find(|person| person.phone_number.as_deref().and_then(digits).as_deref() == Some(phone));
    found.map(|person| person.id)
}

fn sent_code(by: CodeBy, hash: String, length: i32) -> enums::auth::SentCode {
    let r#type = match by {
        CodeBy::App => types::auth::SentCodeTypeApp { length }.into(),
        CodeBy::Sms => types::auth::SentCodeTypeSms { length }.into(),
        CodeBy::Email => types::auth::SentCodeTypeEmailCode {
            apple_signin_allowed: false,
            google_signin_allowed: false,
            email_pattern: "a***@example.org".to_owned(),
            length,
            reset_available_period: None,
            reset_pending_date: None,
        }
        .into(),
    };
    let next_type = (by == CodeBy::App).then_some(enums::auth::CodeType::Sms);
    types::auth::SentCode { r#type, phone_code_hash: hash, next_type, timeout: Some(60) }.into()
}

pub(crate) fn send_code(
    call: &mut Call<'_>,
    request: functions::auth::SendCode,
) -> Answer<enums::auth::SentCode> {
    if request.api_id <= 0 || request.api_hash.is_empty() {
        return Err(bad("API_ID_INVALID"));
    }
    let phone = digits(&request.phone_number).ok_or_else(|| bad("PHONE_NUMBER_INVALID"))?;
    let person = owner(call, &phone);
    let mut accounts = call.net.accounts();
    let account = accounts.of(person.unwrap_or(0));
    let home = account.home_dc.unwrap_or_else(|| call.net.home_dc());
    if person.is_some() && home != call.dc {
        return Err(Refusal::new(303, format!("PHONE_MIGRATE_{home}")));
    }
    if account.barred.is_some() {
        return Err(bad("PHONE_NUMBER_BANNED"));
    }
    let now_s = call.net.real_ms() / 1000;
    let (hash, length) = accounts.send_code(&phone, account.code_by, now_s);
    Ok(sent_code(account.code_by, hash, length))
}

/// The code comes by text message now.
pub(crate) fn resend_code(
    call: &mut Call<'_>,
    request: functions::auth::ResendCode,
) -> Answer<enums::auth::SentCode> {
    let phone = digits(&request.phone_number).ok_or_else(|| bad("PHONE_NUMBER_INVALID"))?;
    let mut accounts = call.net.accounts();
    let sent = accounts.sent(&phone, &request.phone_code_hash);
    match sent.ok_or_else(|| bad("PHONE_CODE_EXPIRED"))?.by {
        CodeBy::App => {}
        CodeBy::Sms | CodeBy::Email => return Err(bad("SEND_CODE_UNAVAILABLE")),
    }
    let (hash, length) = accounts.send_code(&phone, CodeBy::Sms, call.net.real_ms() / 1000);
    Ok(sent_code(CodeBy::Sms, hash, length))
}

pub(crate) fn cancel_code(
    call: &mut Call<'_>,
    request: functions::auth::CancelCode,
) -> Answer<bool> {
    let phone = digits(&request.phone_number).ok_or_else(|| bad("PHONE_NUMBER_INVALID"))?;
    Ok(call.net.accounts().cancel(&phone, &request.phone_code_hash))
}

pub(crate) fn sign_in(
    call: &mut Call<'_>,
    request: functions::auth::SignIn,
) -> Answer<enums::auth::Authorization> {
    let phone = digits(&request.phone_number).ok_or_else(|| bad("PHONE_NUMBER_INVALID"))?;
    let given = match (request.email_verification, request.phone_code) {
        (Some(enums::EmailVerification::Code(mail)), _) => mail.code,
        (Some(_), _) => return Err(bad("EMAIL_VERIFICATION_INVALID")),
        (None, Some(code)) if !code.is_empty() => code,
        (None, _) => return Err(bad("PHONE_CODE_EMPTY")),
    };
    let now_s = call.net.real_ms() / 1000;
    let taken = call.net.accounts().take_code(&phone, &request.phone_code_hash, &given, now_s);
    match taken {
        Ok(()) => {}
        Err(WrongCode::Expired) => return Err(bad("PHONE_CODE_EXPIRED")),
        Err(WrongCode::Invalid) => return Err(bad("PHONE_CODE_INVALID")),
    }
    let user = owner(call, &phone).ok_or_else(|| bad("PHONE_NUMBER_UNOCCUPIED"))?;
    enter(call, user)
}

/// Logs the key in, or asks for the password first.
pub(crate) fn enter(call: &mut Call<'_>, user: i64) -> Answer<enums::auth::Authorization> {
    if let Some(name) = call.net.accounts().barred(user) {
        return Err(Refusal::new(401, name));
    }
    if call.net.accounts().has_password(user) {
        call.set_login(Login::AwaitsPassword(user));
        return Err(Refusal::new(401, "SESSION_PASSWORD_NEEDED"));
    }
    call.set_login(Login::User(user));
    authorization(call, user)
}

/// What a client is told when it is in.
pub(crate) fn authorization(call: &Call<'_>, user: i64) -> Answer<enums::auth::Authorization> {
    let shown = peers::user(call.net, &call.net.0.world.turn(), user, user);
    let shown = shown.ok_or_else(|| bad("USER_ID_INVALID"))?;
    Ok(types::auth::Authorization {
        setup_password_required: false,
        otherwise_relogin_days: None,
        tmp_sessions: None,
        future_auth_token: None,
        user: shown,
    }
    .into())
}

/// The user whose password counts here.
fn password_user(call: &Call<'_>) -> Answer<i64> {
    match call.login {
        Login::AwaitsPassword(user) | Login::User(user) => Ok(user),
        _ => Err(Refusal::new(401, "AUTH_KEY_UNREGISTERED")),
    }
}

pub(crate) fn get_password(
    call: &mut Call<'_>,
    _: functions::account::GetPassword,
) -> Answer<enums::account::Password> {
    let user = password_user(call)?;
    let mut random = vec![0; 256];
    rand::rng().fill(&mut random[..]);
    let mut accounts = call.net.accounts();
    let hint = accounts.of(user).hint;
    let asked = accounts.verifier(user).map(|verifier| (verifier.algorithm(), verifier.ask()));
    drop(accounts);
    let has_password = asked.is_some();
    let (current, srp) = asked.unzip();
    let (srp_id, srp_b) = srp.unzip();
    let new_algo = srp::algorithm(random[..8].to_vec(), random[8..24].to_vec());
    Ok(types::account::Password {
        has_recovery: false,
        has_secure_values: false,
        has_password,
        current_algo: current.map(Into::into),
        srp_b,
        srp_id,
        hint,
        email_unconfirmed_pattern: None,
        new_algo: new_algo.into(),
        new_secure_algo: enums::SecurePasswordKdfAlgo::Unknown,
        secure_random: random,
        pending_reset_date: None,
        login_email_pattern: None,
    }
    .into())
}

pub(crate) fn check_password(
    call: &mut Call<'_>,
    request: functions::auth::CheckPassword,
) -> Answer<enums::auth::Authorization> {
    let user = password_user(call)?;
    let enums::InputCheckPasswordSrp::Srp(proof) = request.password else {
        return Err(bad("PASSWORD_HASH_INVALID"));
    };
    let checked = match call.net.accounts().verifier(user) {
        Some(verifier) => verifier.check(proof.srp_id, &proof.a, &proof.m1),
        None => Ok(()),
    };
    match checked {
        Ok(()) => {}
        Err(WrongProof::Id) => return Err(bad("SRP_ID_INVALID")),
        Err(WrongProof::Password) => return Err(bad("PASSWORD_HASH_INVALID")),
    }
    call.set_login(Login::User(user));
    authorization(call, user)
}

pub(crate) fn log_out(
    call: &mut Call<'_>,
    _: functions::auth::LogOut,
) -> Answer<enums::auth::LoggedOut> {
    call.set_login(Login::Nobody);
    Ok(types::auth::LoggedOut { future_auth_token: None }.into())
}

pub(crate) fn export_authorization(
    call: &mut Call<'_>,
    request: functions::auth::ExportAuthorization,
) -> Answer<enums::auth::ExportedAuthorization> {
    let id = call.me()?;
    if request.dc_id == call.dc || !call.net.0.dcs.iter().any(|dc| dc.id == request.dc_id) {
        return Err(bad("DC_ID_INVALID"));
    }
    let bytes = call.net.accounts().export(id, request.dc_id);
    Ok(types::auth::ExportedAuthorization { id, bytes }.into())
}

pub(crate) fn import_authorization(
    call: &mut Call<'_>,
    request: functions::auth::ImportAuthorization,
) -> Answer<enums::auth::Authorization> {
    if !call.net.accounts().import(request.id, call.dc, &request.bytes) {
        return Err(bad("AUTH_BYTES_INVALID"));
    }
    call.set_login(Login::User(request.id));
    authorization(call, request.id)
}

/// Ties the calling temporary key to a permanent one, whose login counts from now on.
pub(crate) fn bind_temp_auth_key(
    call: &mut Call<'_>,
    request: functions::auth::BindTempAuthKey,
) -> Answer<bool> {
    let mut keys = call.net.keys();
    let permanent = request.perm_auth_key_id;
    if keys.get(&permanent).is_none_or(|key| key.dc != call.dc || key.ends_s.is_some()) {
        return Err(bad("ENCRYPTED_MESSAGE_INVALID"));
    }
    match keys.get_mut(&call.key).filter(|key| key.ends_s.is_some()) {
        Some(temporary) => temporary.permanent = Some(permanent),
        None => return Err(bad("TEMP_AUTH_KEY_EMPTY")),
    }
    Ok(true)
}
