//! The control API of the data centres and of living channels, under `/sim/mtproto` and
//! `/sim/lives`. It must not know how they work.

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::{answer, complain};
use crate::lives::NewLife;
use crate::mtproto::accounts::Account;
use crate::mtproto::mishaps::Mishap;
use crate::mtproto::{Dcs, hex, unhex};
use crate::params::int_of;
use crate::world::World;

type Shared = web::Data<World>;
type Centres = web::Data<Dcs>;

/// The routes about channels' lives, and about the data centres when they run.
pub(crate) fn routes(cfg: &mut web::ServiceConfig, dcs: Option<Dcs>) {
    cfg.route("/sim/lives", web::post().to(add_life))
        .route("/sim/lives/{chat}/follow", web::post().to(follow));
    let Some(dcs) = dcs else { return };
    cfg.app_data(Centres::new(dcs))
        .route("/sim/mtproto", web::get().to(overview))
        .route("/sim/mtproto/accounts", web::get().to(accounts))
        .route("/sim/mtproto/accounts", web::post().to(set_account))
        .route("/sim/mtproto/code", web::get().to(code))
        .route("/sim/mtproto/qr", web::post().to(accept_qr))
        .route("/sim/mtproto/keys", web::post().to(add_key))
        .route("/sim/mtproto/revoke", web::post().to(revoke))
        .route("/sim/mtproto/forget", web::post().to(forget))
        .route("/sim/mtproto/faults", web::get().to(faults))
        .route("/sim/mtproto/faults", web::post().to(add_fault))
        .route("/sim/mtproto/faults", web::delete().to(remove_faults))
        .route("/sim/mtproto/faults/{id}", web::delete().to(remove_fault))
        .route("/sim/mtproto/log", web::get().to(log));
}

async fn add_life(world: Shared, body: Json<NewLife>) -> HttpResponse {
    answer(world.add_life(body.into_inner()).map(|chat| json!({"chat": chat})))
}

#[derive(Deserialize)]
struct Follow {
    person: i64,
    post: i64,
}

async fn follow(world: Shared, chat: web::Path<i64>, body: Json<Follow>) -> HttpResponse {
    let sent = world.follow_post(body.person, *chat, body.post);
    answer(sent.map(|message_id| json!({"message_id": message_id})))
}

async fn overview(dcs: Centres) -> HttpResponse {
    let addresses = dcs.addresses();
    let list = addresses
        .iter()
        .map(|(id, addr)| json!({"id": id, "ip": addr.ip().to_string(), "port": addr.port()}));
    HttpResponse::Ok().json(json!({
        "dcs": list.collect::<Value>(),
        "public_key": dcs.public_key(),
        "fingerprint": format!("{:016x}", dcs.fingerprint()),
    }))
}

async fn accounts(dcs: Centres) -> HttpResponse {
    HttpResponse::Ok().json(dcs.accounts())
}

async fn set_account(dcs: Centres, body: Json<Account>) -> HttpResponse {
    let account = body.into_inner();
    let home = account.home_dc;
    if home.is_some_and(|home| !dcs.addresses().iter().any(|(id, _)| *id == home)) {
        return complain("home_dc is none of the data centres");
    }
    dcs.set_account(account);
    HttpResponse::Ok().json(json!({}))
}

#[derive(Deserialize)]
struct Phone {
    phone: String,
}

/// The code that was last sent to a phone number.
async fn code(dcs: Centres, query: web::Query<Phone>) -> HttpResponse {
    answer(
        dcs.code_of(&query.phone)
            .map(|code| json!({"code": code}))
            .ok_or_else(|| "no code is on its way to this number".to_owned()),
    )
}

#[derive(Deserialize)]
struct Scan {
    person: i64,
    /// As hexadecimal digits.
    token: String,
}

async fn accept_qr(dcs: Centres, body: Json<Scan>) -> HttpResponse {
    match unhex(&body.token) {
        Some(token) => answer(dcs.accept_qr(body.person, &token).map(|()| json!({}))),
        None => complain("token is not hexadecimal"),
    }
}

#[derive(Deserialize)]
struct NewKey {
    dc: i32,
    /// 256 bytes as hexadecimal digits.
    key: String,
    user: Option<i64>,
}

/// A key that needs no key exchange.
async fn add_key(dcs: Centres, body: Json<NewKey>) -> HttpResponse {
    let key: Option<[u8; 256]> = unhex(&body.key).and_then(|bytes| bytes.try_into().ok());
    match key {
        Some(key) => {
            let id = dcs.add_key(body.dc, key, body.user);
            HttpResponse::Ok().json(json!({"key_id": hex(&id.to_le_bytes())}))
        }
        None => complain("key is not 256 bytes in hexadecimal"),
    }
}

#[derive(Deserialize)]
struct User {
    user: i64,
}

async fn revoke(dcs: Centres, body: Json<User>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"ended": dcs.revoke(body.user)}))
}

async fn forget(dcs: Centres, body: Json<User>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"forgotten": dcs.forget_keys(body.user)}))
}

async fn faults(dcs: Centres) -> HttpResponse {
    HttpResponse::Ok().json(dcs.mishaps())
}

/// One fault or a list.
async fn add_fault(dcs: Centres, body: Json<Value>) -> HttpResponse {
    let list = match body.into_inner() {
        Value::Array(list) => list,
        one => vec![one],
    };
    let mut ids = Vec::new();
    for one in list {
        match serde_json::from_value::<Mishap>(one) {
            Ok(mishap) => ids.push(dcs.add_mishap(mishap)),
            Err(error) => return complain(error),
        }
    }
    HttpResponse::Ok().json(json!({"id": ids.last(), "ids": ids}))
}

async fn remove_faults(dcs: Centres) -> HttpResponse {
    HttpResponse::Ok().json(json!({"removed": dcs.remove_mishaps(None)}))
}

async fn remove_fault(dcs: Centres, id: web::Path<u64>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"removed": dcs.remove_mishaps(Some(*id))}))
}

async fn log(dcs: Centres, query: web::Query<Value>) -> HttpResponse {
    let after = query.get("after").and_then(int_of).unwrap_or(0);
    HttpResponse::Ok().json(dcs.calls_after(after.unsigned_abs()))
}
