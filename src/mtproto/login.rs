//! Logging an account in: by code and password, or by a QR code that another client scans. Knows no terminal.

use std::time::Duration;

use anyhow::bail;
use grammers_client::client::PasswordToken;
use grammers_client::{SignInError, tl};
use secrecy::ExposeSecret;

use super::wire::{CallError, Wire, within};
use crate::settings::mtproto::MtprotoSettings;

/// How often a code or a password may be wrong.
const TRIES: usize = 3;
/// How often it is looked whether a QR code was scanned, and for how long.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LOOKS: usize = 150;

/// Whoever answers for the account's owner.
pub trait Owner {
    /// # Errors
    /// When nobody answers.
    fn phone(&mut self) -> anyhow::Result<String>;
    /// # Errors
    /// When nobody answers.
    fn code(&mut self) -> anyhow::Result<String>;
    /// # Errors
    /// When nobody answers.
    fn password(&mut self, hint: Option<&str>) -> anyhow::Result<String>;
    /// Shows the address behind a QR code, again whenever it changes.
    fn show(&mut self, url: &str);
    /// An answer was wrong.
    fn wrong(&mut self, what: &str);
}

/// Who is logged in.
pub struct Me {
    pub user_id: i64,
    pub name: String,
}

/// Logs in by a code, and the password where there is one.
///
/// # Errors
/// What Telegram refuses, in words.
pub async fn by_code(
    wire: &Wire,
    settings: &MtprotoSettings,
    owner: &mut dyn Owner,
) -> anyhow::Result<Me> {
    let phone = owner.phone()?;
    let asked = wire.client.request_login_code(&phone, settings.api_hash.expose_secret());
    let token = within(asked).await.map_err(explained)?;
    for _ in 0..TRIES {
        let code = owner.code()?;
        match wire.client.sign_in(&token, code.trim()).await {
            Ok(_) => return me(wire).await,
            Err(SignInError::PasswordRequired(asked)) => return password(wire, asked, owner).await,
            Err(SignInError::InvalidCode) => owner.wrong("the code"),
            Err(SignInError::SignUpRequired) => {
                bail!("this number has no account: make one with an official client first")
            }
            Err(SignInError::Other(error)) => return Err(explained(CallError::of(error))),
            Err(error) => return Err(error.into()),
        }
    }
    bail!("the code was wrong {TRIES} times")
}

async fn password(
    wire: &Wire,
    mut asked: PasswordToken,
    owner: &mut dyn Owner,
) -> anyhow::Result<Me> {
    for _ in 0..TRIES {
        let password = owner.password(asked.hint())?;
        match wire.client.check_password(asked, password.as_bytes()).await {
            Ok(_) => return me(wire).await,
            Err(SignInError::InvalidPassword(_)) => owner.wrong("the password"),
            Err(SignInError::Other(error)) => return Err(explained(CallError::of(error))),
            Err(error) => return Err(error.into()),
        }
        // The parameters of an exchange are good once.
        asked = parameters(wire).await?;
    }
    bail!("the password was wrong {TRIES} times")
}

async fn parameters(wire: &Wire) -> anyhow::Result<PasswordToken> {
    let fresh = wire.call(&tl::functions::account::GetPassword {}).await.map_err(explained)?;
    let tl::enums::account::Password::Password(fresh) = fresh;
    Ok(PasswordToken::new(fresh))
}

/// Logs in by a QR code.
///
/// # Errors
/// What Telegram refuses, or that nobody scanned it.
pub async fn by_qr(
    wire: &Wire,
    settings: &MtprotoSettings,
    owner: &mut dyn Owner,
) -> anyhow::Result<Me> {
    use grammers_session::Session;
    let ask = tl::functions::auth::ExportLoginToken {
        api_id: settings.api_id,
        api_hash: settings.api_hash.expose_secret().to_owned(),
        except_ids: Vec::new(),
    };
    let mut shown = Vec::new();
    for _ in 0..LOOKS {
        let mut answer = wire.call(&ask).await;
        if let Ok(tl::enums::auth::LoginToken::MigrateTo(there)) = answer {
            wire.session.set_home_dc_id(there.dc_id).await?;
            let import = tl::functions::auth::ImportLoginToken { token: there.token };
            answer = wire.call(&import).await;
        }
        match answer {
            Ok(tl::enums::auth::LoginToken::Success(_)) => return me(wire).await,
            Ok(tl::enums::auth::LoginToken::Token(token)) if token.token != shown => {
                owner.show(&address(&token.token));
                shown = token.token;
            }
            Ok(_) => {}
            Err(error) if error.is("SESSION_PASSWORD_NEEDED") => {
                let asked = parameters(wire).await?;
                return password(wire, asked, owner).await;
            }
            Err(error) => return Err(explained(error)),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bail!("nobody scanned the QR code")
}

fn address(token: &[u8]) -> String {
    use base64::Engine;
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token);
    format!("tg://login?token={token}")
}

/// Who is logged in with this session.
///
/// # Errors
/// When nobody is, in words.
pub async fn me(wire: &Wire) -> anyhow::Result<Me> {
    let ask = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    let users = wire.call(&ask).await.map_err(anyhow::Error::from)?;
    let Some(tl::enums::User::User(user)) = users.into_iter().next() else {
        bail!("Telegram does not say who is logged in");
    };
    let names = [user.first_name, user.last_name].into_iter().flatten();
    let name = user.username.unwrap_or_else(|| names.collect::<Vec<_>>().join(" "));
    Ok(Me { user_id: user.id, name })
}

/// What a refusal means to the person who logs in.
fn explained(error: CallError) -> anyhow::Error {
    let CallError::Refused { name, value } = &error else { return error.into() };
    let hint = match name.as_str() {
        "PHONE_NUMBER_INVALID" => "write the number with its country, as in +31 6 12345678".into(),
        "PHONE_NUMBER_BANNED" => "Telegram has closed this number".into(),
        "API_ID_INVALID" => "check mtproto.api_id and mtproto.api_hash".into(),
        "FLOOD_WAIT" => format!("come again in {} s", value.unwrap_or_default()),
        "PHONE_CODE_EXPIRED" => "ask for a new code".into(),
        _ => return error.into(),
    };
    let what = format!("Telegram refuses the login ({name})");
    anyhow::Error::from(error).context(format!("{what}\n  hint: {hint}")).context("log in")
}
