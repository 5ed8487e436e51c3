//! Every parser that reads from outside, fed with damaged real shapes. `./test` gives each a moment;
//! `KONTOR_FUZZ_S=900 cargo test --test fuzz -- updates` gives it a quarter of an hour. A finding is kept in
//! `tests/fixtures/fuzz/<target>/`, where every later run begins.

mod campaign;
mod damage;
mod flows;
mod gateway;
mod markup;
mod replies;
mod updates;
mod world;
