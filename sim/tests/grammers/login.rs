//! Logging in: codes, passwords, other data centres, QR codes.

use grammers_client::{SignInError, tl};
use sim::{Account, CodeBy};

use crate::stage::{ADA, OLGA, PHONE, Stage};

#[tokio::test]
async fn a_code_logs_in_and_a_wrong_one_does_not() {
    let stage = Stage::new().await;
    let player = stage.player(1, None);
    assert!(!player.client.is_authorized().await.unwrap());
    let token = player.client.request_login_code(PHONE, "hash").await.unwrap();
    let wrong = player.client.sign_in(&token, "nothing").await;
    assert!(matches!(wrong, Err(SignInError::InvalidCode)), "{wrong:?}");
    let code = stage.dcs().code_of(PHONE).unwrap();
    let me = player.client.sign_in(&token, &code).await.unwrap();
    assert_eq!(me.first_name(), Some("Ada"));
    assert!(player.client.is_authorized().await.unwrap());
    player.client.sign_out().await.unwrap();
    assert!(!player.client.is_authorized().await.unwrap());
}

#[tokio::test]
async fn a_password_is_asked_for_after_the_code() {
    let stage = Stage::new().await;
    stage.account(Account {
        user: ADA,
        password: Some("open sesame".to_owned()),
        hint: Some("a cave".to_owned()),
        code_by: CodeBy::Sms,
        ..Account::default()
    });
    let player = stage.player(2, None);
    let token = player.client.request_login_code(PHONE, "hash").await.unwrap();
    let code = stage.dcs().code_of(PHONE).unwrap();
    let Err(SignInError::PasswordRequired(asked)) = player.client.sign_in(&token, &code).await
    else {
        panic!("the password is asked for");
    };
    assert_eq!(asked.hint(), Some("a cave"));
    let wrong = player.client.check_password(asked, "open barley").await;
    let Err(SignInError::InvalidPassword(asked)) = wrong else { panic!("{wrong:?}") };
    // The proof of a running exchange is good once: a new one begins with new parameters.
    drop(asked);
    let call = tl::functions::account::GetPassword {};
    let tl::enums::account::Password::Password(fresh) = player.invoke(&call).await.unwrap();
    let asked = grammers_client::client::PasswordToken::new(fresh);
    let me = player.client.check_password(asked, "open sesame").await.unwrap();
    assert_eq!(me.first_name(), Some("Ada"));
}

#[tokio::test]
async fn an_account_of_another_data_centre_is_sent_there() {
    let stage = Stage::new().await;
    let (second, _) = stage.dcs().addresses()[1];
    stage.account(Account { user: ADA, home_dc: Some(second), ..Account::default() });
    let player = stage.player(3, None);
    let token = player.client.request_login_code(PHONE, "hash").await.unwrap();
    let code = stage.dcs().code_of(PHONE).unwrap();
    player.client.sign_in(&token, &code).await.unwrap();
    assert!(player.client.is_authorized().await.unwrap());
    assert_eq!(stage.outcomes("auth.sendCode"), [format!("PHONE_MIGRATE_{second}"), "ok".into()]);
}

#[tokio::test]
async fn a_login_is_taken_along_to_another_data_centre_once() {
    let stage = Stage::new().await;
    let (second, _) = stage.dcs().addresses()[1];
    let player = stage.player(4, None);
    let token = player.client.request_login_code(PHONE, "hash").await.unwrap();
    let code = stage.dcs().code_of(PHONE).unwrap();
    player.client.sign_in(&token, &code).await.unwrap();
    let ask = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    let stranger = player.client.invoke_in_dc(second, &ask).await.unwrap_err();
    assert!(stranger.is("AUTH_KEY_UNREGISTERED"), "{stranger}");
    let export = tl::functions::auth::ExportAuthorization { dc_id: second };
    let tl::enums::auth::ExportedAuthorization::Authorization(exported) =
        player.invoke(&export).await.unwrap();
    let import =
        tl::functions::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
    player.client.invoke_in_dc(second, &import).await.unwrap();
    assert_eq!(player.client.invoke_in_dc(second, &ask).await.unwrap().len(), 1);
    let again = player.client.invoke_in_dc(second, &import).await.unwrap_err();
    assert!(again.is("AUTH_BYTES_INVALID"), "{again}");
}

#[tokio::test]
async fn a_qr_code_logs_in_when_somebody_scans_it() {
    let stage = Stage::new().await;
    let player = stage.player(5, None);
    let ask = tl::functions::auth::ExportLoginToken {
        api_id: 1,
        api_hash: "hash".to_owned(),
        except_ids: Vec::new(),
    };
    let tl::enums::auth::LoginToken::Token(shown) = player.invoke(&ask).await.unwrap() else {
        panic!("a token is shown");
    };
    stage.dcs().accept_qr(OLGA, &shown.token).unwrap();
    assert!(stage.dcs().accept_qr(ADA, &shown.token).is_err());
    let tl::enums::auth::LoginToken::Success(_) = player.invoke(&ask).await.unwrap() else {
        panic!("the login is done");
    };
    assert_eq!(player.client.get_me().await.unwrap().first_name(), Some("Olga"));
}

#[tokio::test]
async fn a_code_comes_by_mail_or_by_text_message_when_it_should() {
    let stage = Stage::new().await;
    stage.account(Account { user: ADA, code_by: CodeBy::Email, ..Account::default() });
    let player = stage.player(6, None);
    let send = tl::functions::auth::SendCode {
        phone_number: PHONE.to_owned(),
        api_id: 1,
        api_hash: "hash".to_owned(),
        settings: tl::types::CodeSettings {
            allow_flashcall: false,
            current_number: false,
            allow_app_hash: false,
            allow_missed_call: false,
            allow_firebase: false,
            unknown_number: false,
            logout_tokens: None,
            token: None,
            app_sandbox: None,
        }
        .into(),
    };
    let tl::enums::auth::SentCode::Code(sent) = player.invoke(&send).await.unwrap() else {
        panic!("a code is sent");
    };
    assert!(matches!(sent.r#type, tl::enums::auth::SentCodeType::EmailCode(_)));
    let code = stage.dcs().code_of(PHONE).unwrap();
    assert_eq!(code.len(), 6);
    let mail = tl::types::EmailVerificationCode { code };
    let enter = tl::functions::auth::SignIn {
        phone_number: PHONE.to_owned(),
        phone_code_hash: sent.phone_code_hash,
        phone_code: None,
        email_verification: Some(mail.into()),
    };
    player.invoke(&enter).await.unwrap();
    assert_eq!(player.invoke(&enter).await.unwrap_err(), "PHONE_CODE_EXPIRED");

    stage.account(Account { user: ADA, ..Account::default() });
    let other = stage.player(7, None);
    let tl::enums::auth::SentCode::Code(sent) = other.invoke(&send).await.unwrap() else {
        panic!("a code is sent");
    };
    assert!(matches!(sent.r#type, tl::enums::auth::SentCodeType::App(_)));
    let again = tl::functions::auth::ResendCode {
        phone_number: PHONE.to_owned(),
        phone_code_hash: sent.phone_code_hash,
        reason: None,
    };
    let tl::enums::auth::SentCode::Code(sent) = other.invoke(&again).await.unwrap() else {
        panic!("a code is sent");
    };
    assert!(matches!(sent.r#type, tl::enums::auth::SentCodeType::Sms(_)));
}

#[tokio::test]
async fn a_barred_account_is_told_why() {
    let stage = Stage::new().await;
    let barred = Some("USER_DEACTIVATED_BAN".to_owned());
    stage.account(Account { user: ADA, barred, ..Account::default() });
    let player = stage.player(8, Some(ADA));
    let ask = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
    assert_eq!(player.invoke(&ask).await.unwrap_err(), "USER_DEACTIVATED_BAN");
    let refused = player.client.request_login_code(PHONE, "hash").await.err().unwrap();
    assert!(refused.is("PHONE_NUMBER_BANNED"), "{refused}");
}
