//! The control API under `/sim`: state, people, bots, clock, faults, log, counters, files. It must
//! not know chats.

use actix_web::web::{self, Json};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api;
use crate::faults::Fault;
use crate::load::{self, Load};
use crate::params::int_of;
use crate::people::{NewBot, Person};
use crate::world::World;

type Shared = web::Data<World>;

/// `{"error": …}` with 400.
pub(crate) fn complain(error: impl std::fmt::Display) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({"error": error.to_string()}))
}

/// 200 with the value, or the complaint.
pub(crate) fn answer<T: serde::Serialize>(result: Result<T, String>) -> HttpResponse {
    match result {
        Ok(value) => HttpResponse::Ok().json(value),
        Err(error) => complain(error),
    }
}

pub(crate) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/sim/state", web::get().to(state))
        .route("/sim/people", web::get().to(people))
        .route("/sim/people", web::post().to(add_person))
        .route("/sim/bots", web::post().to(add_bot))
        .route("/sim/bots/{bot}/revoke", web::post().to(revoke))
        .route("/sim/clock", web::get().to(clock))
        .route("/sim/clock/advance", web::post().to(advance))
        .route("/sim/faults", web::get().to(faults))
        .route("/sim/faults", web::post().to(add_fault))
        .route("/sim/faults", web::delete().to(remove_faults))
        .route("/sim/faults/{id}", web::delete().to(remove_fault))
        .route("/sim/log", web::get().to(log))
        .route("/sim/counters", web::post().to(counters))
        .route("/sim/hints", web::post().to(hints))
        .route("/sim/load", web::post().to(run_load))
        .route("/sim/polls/{id}/vote", web::post().to(vote))
        .route("/sim/invoice-links/{slug}", web::get().to(show_link))
        .route("/sim/invoice-links/{slug}/pay", web::post().to(pay_link))
        .route("/sim/files/{id}", web::get().to(file));
}

async fn state(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(world.overview())
}

async fn people(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(world.people())
}

async fn add_person(world: Shared, person: Json<Person>) -> HttpResponse {
    let person = person.into_inner();
    if person.first_name.trim().is_empty() {
        return complain("first_name is empty");
    }
    if world.people().iter().any(|known| known.id != 0 && known.id == person.id) {
        return complain("this id is taken");
    }
    HttpResponse::Ok().json(world.add_person(person))
}

async fn add_bot(world: Shared, bot: Json<NewBot>) -> HttpResponse {
    let id = world.add_bot(bot.into_inner());
    world.tell_all(json!({"type": "bots"}));
    HttpResponse::Ok().json(json!({"id": id}))
}

async fn revoke(world: Shared, bot: web::Path<i64>, body: Json<Value>) -> HttpResponse {
    match body["token"].as_str() {
        Some(token) => {
            world.revoke_token(*bot, token);
            HttpResponse::Ok().json(json!({}))
        }
        None => complain("token is missing"),
    }
}

async fn clock(world: Shared) -> HttpResponse {
    let clock = world.clock();
    HttpResponse::Ok().json(json!({"now_ms": clock.now_ms(), "offset_ms": clock.offset_ms()}))
}

async fn advance(world: Shared, body: Json<Value>) -> HttpResponse {
    match body.get("ms").and_then(int_of) {
        Some(ms) => {
            world.advance(ms);
            clock(world).await
        }
        None => complain("ms is missing"),
    }
}

async fn faults(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(world.faults())
}

/// One fault or a list; `{"seed": …}` beside it starts the choice anew.
async fn add_fault(world: Shared, body: Json<Value>) -> HttpResponse {
    let body = body.into_inner();
    if let Some(seed) = body.get("seed").and_then(int_of) {
        world.reseed_faults(seed.unsigned_abs());
        if body.get("kind").is_none() {
            return HttpResponse::Ok().json(json!({}));
        }
    }
    let list = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    let mut ids = Vec::new();
    for one in list {
        match serde_json::from_value::<Fault>(one) {
            Ok(fault) => ids.push(world.add_fault(fault)),
            Err(error) => return complain(error),
        }
    }
    HttpResponse::Ok().json(json!({"id": ids.last(), "ids": ids}))
}

async fn remove_faults(world: Shared) -> HttpResponse {
    HttpResponse::Ok().json(json!({"removed": world.remove_faults(None)}))
}

async fn remove_fault(world: Shared, id: web::Path<u64>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"removed": world.remove_faults(Some(*id))}))
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn log(world: Shared, query: web::Query<After>) -> HttpResponse {
    HttpResponse::Ok().json(world.calls_after(query.after))
}

async fn counters(world: Shared, body: Json<Value>) -> HttpResponse {
    let kills = body.get("kills_add").and_then(int_of).unwrap_or(0);
    world.add_kills(kills.unsigned_abs());
    HttpResponse::Ok().json(world.counters())
}

async fn hints(world: Shared, body: Json<Vec<String>>) -> HttpResponse {
    world.set_hints(body.into_inner());
    HttpResponse::Ok().json(json!({}))
}

async fn run_load(world: Shared, body: Json<Load>) -> HttpResponse {
    let world = world.get_ref().clone();
    let load = body.into_inner();
    // On the world's own runtime, so that the web server's threads stay free.
    let running = world.0.runtime.clone().spawn(async move { load::run(&world, load).await });
    match running.await {
        Ok(report) => answer(report),
        Err(error) => complain(error),
    }
}

async fn vote(world: Shared, poll: web::Path<String>, body: Json<Value>) -> HttpResponse {
    let Some(person) = body.get("person").and_then(int_of) else {
        return complain("person is missing");
    };
    let options = body["options"].as_array().cloned().unwrap_or_default();
    let options: Vec<usize> =
        options.iter().filter_map(int_of).filter_map(|at| usize::try_from(at).ok()).collect();
    answer(world.vote(person, &poll, &options).map(|()| json!({})))
}

async fn show_link(world: Shared, slug: web::Path<String>) -> HttpResponse {
    answer(world.invoice_link(&slug))
}

async fn pay_link(world: Shared, slug: web::Path<String>, body: Json<Value>) -> HttpResponse {
    let accept = body["outcome"].as_str().is_none_or(|outcome| outcome == "ok");
    match body.get("person").and_then(int_of) {
        Some(person) => answer(world.pay_link(&slug, person, accept).await),
        None => complain("person is missing"),
    }
}

async fn file(_request: HttpRequest, world: Shared, id: web::Path<String>) -> HttpResponse {
    api::file_response(&world, &id)
}
