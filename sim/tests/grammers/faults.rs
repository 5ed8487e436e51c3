//! Faults on demand, as the client notices them, and the log that judges it.

use grammers_client::tl;
use sim::{Mishap, MishapKind};

use crate::stage::{ADA, Stage};

fn get_me() -> tl::functions::users::GetUsers {
    tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] }
}

#[tokio::test]
async fn a_flood_wait_holds_until_it_is_over_and_calls_within_it_are_marked() {
    let stage = Stage::new().await;
    let player = stage.player(1, Some(ADA));
    let mut flood = Mishap::new(MishapKind::FloodWait).on("users.getUsers").times(1);
    flood.seconds = Some(40);
    stage.dcs().add_mishap(flood);
    assert_eq!(player.invoke(&get_me()).await.unwrap_err(), "FLOOD_WAIT_40");
    stage.world().advance(10_000);
    assert_eq!(player.invoke(&get_me()).await.unwrap_err(), "FLOOD_WAIT_30");
    stage.world().advance(30_000);
    player.invoke(&get_me()).await.unwrap();
    let calls = stage.dcs().calls_after(0);
    let calls = calls.iter().filter(|call| call.method == "users.getUsers");
    assert_eq!(calls.map(|call| call.during_wait).collect::<Vec<_>>(), [false, true, false]);
}

#[tokio::test]
async fn errors_slow_answers_and_bad_salts_do_not_end_the_connection() {
    let stage = Stage::new().await;
    let player = stage.player(1, Some(ADA));
    player.invoke(&get_me()).await.unwrap();
    stage.dcs().add_mishap(Mishap::new(MishapKind::Error).on("users.getUsers").times(1));
    assert_eq!(player.invoke(&get_me()).await.unwrap_err(), "INTERNAL");
    let mut slow = Mishap::new(MishapKind::Slow).on("users.getUsers").times(1);
    slow.delay_ms = 50;
    stage.dcs().add_mishap(slow);
    player.invoke(&get_me()).await.unwrap();
    stage.dcs().add_mishap(Mishap::new(MishapKind::BadSalt).on("users.getUsers").times(1));
    player.invoke(&get_me()).await.unwrap();
    player.invoke(&get_me()).await.unwrap();
}

#[tokio::test]
async fn a_lost_connection_is_noticed_and_the_next_call_works() {
    let stage = Stage::new().await;
    let player = stage.player(1, Some(ADA));
    player.invoke(&get_me()).await.unwrap();
    for kind in [MishapKind::Reset, MishapKind::DropAfter] {
        stage.dcs().add_mishap(Mishap::new(kind).on("users.getUsers").times(1));
        assert!(player.invoke(&get_me()).await.is_err(), "{kind:?}");
        // The pool needs a moment to see that the connection is gone.
        let mut tries = 0;
        while player.invoke(&get_me()).await.is_err() {
            tries += 1;
            assert!(tries < 5000, "{kind:?}: the next connection works");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_revoked_login_says_so() {
    let stage = Stage::new().await;
    let player = stage.player(1, Some(ADA));
    stage.dcs().add_mishap(Mishap::new(MishapKind::Revoked).times(1).on("users.getUsers"));
    assert_eq!(player.invoke(&get_me()).await.unwrap_err(), "SESSION_REVOKED");
    assert_eq!(player.invoke(&get_me()).await.unwrap_err(), "SESSION_REVOKED");
}

#[tokio::test]
async fn a_silent_data_centre_never_answers() {
    let stage = Stage::new().await;
    let player = stage.player(1, Some(ADA));
    player.invoke(&get_me()).await.unwrap();
    stage.dcs().add_mishap(Mishap::new(MishapKind::Silent).on("users.getUsers").times(1));
    let me = get_me();
    let call = player.client.invoke(&me);
    let silence = tokio::time::timeout(std::time::Duration::from_millis(300), call).await;
    assert!(silence.is_err());
}
