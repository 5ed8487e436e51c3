//! Starting an actor from what hydration found: a fresh value, each time. Knows no decisions.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use actix::{AsyncContext, Context, Recipient};
use anyhow::anyhow;
use entities::{Key, Kind};
use tokio::sync::mpsc;

use super::held::replay;
use super::{Directory, Entry, Event, Hydrated, Live, PATIENT};
use crate::capability::Capability;
use crate::durable::Durable;
use crate::envelope::Envelope;
use crate::office::Letter;
use crate::shared::Shared;
use crate::stored::open_intents;
use crate::supervise::{Exit, caught, words};
use crate::{bot, chat, order, payment, promo, session, stars, stock, subscription};

/// What an instance is started with.
struct Birth {
    key: Key,
    generation: u64,
    mailbox: usize,
    shared: Rc<Shared>,
    home: mpsc::UnboundedSender<Event>,
    hydrated: Hydrated,
}

impl Directory {
    pub(super) fn start(&mut self, key: Key, mut hydrated: Hydrated, waiting: VecDeque<Letter>) {
        self.generation += 1;
        let held = std::mem::take(&mut hydrated.held);
        let replayed: anyhow::Result<Vec<Letter>> =
            held.iter().map(|row| replay(&self.shared, &key, row)).collect();
        let intents = hydrated.row.as_ref().map(|row| row.intents.as_slice()).unwrap_or_default();
        let pending = open_intents(intents, hydrated.seal.as_ref(), key.as_str());
        let started = replayed.and_then(|replayed| {
            let pending = pending?;
            let birth = Birth {
                key: key.clone(),
                generation: self.generation,
                mailbox: self.limits.mailbox + PATIENT + replayed.len(),
                shared: Rc::clone(&self.shared),
                home: self.home.clone(),
                hydrated,
            };
            // A row that makes decoding panic is as bad as one that does not decode.
            let started = catch_unwind(AssertUnwindSafe(|| start(birth)));
            let started = started.unwrap_or_else(|panic| Err(anyhow!(words(&*panic))));
            Ok((started?, replayed, pending))
        });
        match started {
            Ok((to, replayed, pending)) => {
                self.resolve_doubts(&key, &pending);
                let live = Live {
                    to,
                    generation: self.generation,
                    waiting: Arc::default(),
                    used: tokio::time::Instant::now(),
                };
                for letter in replayed.into_iter().chain(waiting) {
                    drop(live.to.try_send(Envelope::new(letter, self.home.clone(), &live.waiting)));
                }
                self.live += 1;
                self.owed.remove(&key);
                self.entries.insert(key, Entry::Live(live));
            }
            Err(error) => self.failed(key, &format!("{error:#}"), waiting),
        }
    }
}

fn start(birth: Birth) -> anyhow::Result<Recipient<Envelope>> {
    match birth.key.kind() {
        Kind::Session => start_as::<session::Session>(birth),
        Kind::Chat => start_as::<chat::Chat>(birth),
        Kind::Bot => start_as::<bot::Bot>(birth),
        Kind::Order => start_as::<order::Order>(birth),
        Kind::Stock => start_as::<stock::Stock>(birth),
        Kind::Payment => start_as::<payment::Payment>(birth),
        Kind::Promo => start_as::<promo::Promo>(birth),
        Kind::Subscription => start_as::<subscription::Subscription>(birth),
        Kind::Stars => start_as::<stars::Stars>(birth),
    }
}

fn start_as<C: Capability>(birth: Birth) -> anyhow::Result<Recipient<Envelope>> {
    let Birth { key, generation, mailbox, shared, home, hydrated } = birth;
    let exit = Rc::new(RefCell::new(Exit::Passivated));
    let actor = Durable::<C>::hydrate(key.clone(), shared, hydrated, Rc::clone(&exit))?;
    let mut ctx = Context::new();
    ctx.set_mailbox_capacity(mailbox);
    let to = ctx.address().recipient();
    let life = ctx.into_future(actor);
    actix_rt::spawn(async move {
        let exit = match caught(life).await {
            Ok(()) => exit.borrow().clone(),
            Err(panic) => Exit::Failed(panic),
        };
        // A directory that is gone is stopping.
        drop(home.send(Event::Exited { key, generation, exit }));
    });
    Ok(to)
}
