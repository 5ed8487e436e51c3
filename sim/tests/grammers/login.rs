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
