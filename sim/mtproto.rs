//! The simulated data centres: MTProto 2.0 over loopback ports, on the same world as the Bot API.
//! They must not know the product.

pub(crate) mod accounts;
mod blank;
pub(crate) mod calls;
mod channels;
mod content;
mod crypto;
mod dialogs;
mod differences;
mod encoding;
mod extras;
mod feed;
mod files;
mod handshake;
mod help;
mod inbound;
mod invites;
mod keys;
mod link;
mod login;
mod members;
pub(crate) mod mishaps;
mod network;
mod pages;
mod peers;
mod posts;
mod protocol;
mod qr;
mod routes;
mod rpc;
mod rsa;
mod session;
mod srp;
mod stats;
mod transport;
mod writing;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::Context;

pub(crate) use encoding::{hex, unhex};

use accounts::Account;
use calls::RpcCall;
use mishaps::Mishap;
use network::{Dc, Network};

use crate::world::World;

/// Which data centres to run.
#[derive(Clone, Debug)]
pub struct DcConfig {
    /// The number and the loopback port of each; port 0 takes a free one. The first is the home of
    /// accounts, the last answers `stats.*`.
    pub dcs: Vec<(i32, u16)>,
}

impl Default for DcConfig {
    fn default() -> Self {
        Self { dcs: vec![(2, 0), (4, 0)] }
    }
}

/// The running data centres, as tests and the control API drive them.
#[derive(Clone)]
pub struct Dcs(Network);

/// Sockets that are bound and not served yet.
pub(crate) struct Bound(Vec<(Dc, TcpListener)>);

/// Takes the ports.
pub(crate) fn bind(config: &DcConfig) -> anyhow::Result<Bound> {
    let mut bound = Vec::new();
    for (id, port) in &config.dcs {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))
            .with_context(|| format!("listen on port {port} for data centre {id}"))?;
        let addr = listener.local_addr().context("ask for the own address")?;
        bound.push((Dc { id: *id, addr }, listener));
    }
    Ok(Bound(bound))
}

/// Serves the data centres on the world's runtime.
pub(crate) fn serve(bound: Bound, world: &World, seed: u64) -> anyhow::Result<Dcs> {
    let dcs = bound.0.iter().map(|(dc, _)| *dc).collect();
    let net = Network::new(world.clone(), dcs, seed);
    let runtime = world.0.runtime.clone();
    let _inside = runtime.enter();
    runtime.spawn(feed::run(net.clone(), world.0.changes.listen()));
    for (dc, listener) in bound.0 {
        listener.set_nonblocking(true).context("make a data centre's socket asynchronous")?;
        let listener =
            tokio::net::TcpListener::from_std(listener).context("serve a data centre")?;
        let net = net.clone();
        runtime.spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        tokio::spawn(link::serve(net.clone(), dc.id, stream));
                    }
                    // Out of sockets, most likely: others close while we wait.
                    Err(error) => {
                        tracing::warn!(dc = dc.id, %error, "a connection was not accepted");
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    }
                }
            }
        });
    }
    Ok(Dcs(net))
}

impl Dcs {
    /// The number and the address of each data centre.
    pub fn addresses(&self) -> Vec<(i32, SocketAddr)> {
        self.0.0.dcs.iter().map(|dc| (dc.id, dc.addr)).collect()
    }

    /// The public RSA key for clients, PKCS#1 in PEM.
    pub fn public_key(&self) -> String {
        self.0.0.rsa.public_pem()
    }

    /// The public key's fingerprint.
    pub fn fingerprint(&self) -> i64 {
        self.0.0.rsa.fingerprint()
    }

    /// Sets how an account behaves at login.
    pub fn set_account(&self, account: Account) {
        self.0.accounts().set(account);
    }

    /// The accounts that were set.
    pub fn accounts(&self) -> Vec<Account> {
        self.0.accounts().list()
    }

    /// The login code that was last sent to a phone number.
    pub fn code_of(&self, phone: &str) -> Option<String> {
        let phone = login::digits(phone)?;
        self.0.accounts().code_of(&phone)
    }

    /// A key that needs no key exchange, logged in as `user` when given; returns its number.
    pub fn add_key(&self, dc: i32, key: [u8; 256], user: Option<i64>) -> i64 {
        self.0.add_key(dc, key, user)
    }

    /// A person scans the QR code that a client shows.
    pub fn accept_qr(&self, user: i64, token: &[u8]) -> Result<(), String> {
        qr::accept(&self.0, user, token).map_err(str::to_owned)
    }

    /// Ends the logins of a user and closes their connections; how many there were.
    pub fn revoke(&self, user: i64) -> usize {
        self.0.end_logins(user, "SESSION_REVOKED")
    }

    /// Forgets the keys of a user, whose next packets are answered −404.
    pub fn forget_keys(&self, user: i64) -> usize {
        self.0.forget_keys(user)
    }

    /// Sets a fault and returns its id.
    pub fn add_mishap(&self, mishap: Mishap) -> u64 {
        self.0.0.mishaps.add(mishap)
    }

    /// Removes one fault, or all of them together with the flood waits that run.
    pub fn remove_mishaps(&self, id: Option<u64>) -> usize {
        self.0.0.mishaps.remove(id)
    }

    /// The faults in force, with how often each struck.
    pub fn mishaps(&self) -> Vec<Mishap> {
        self.0.0.mishaps.list()
    }

    /// Calls numbered above `n`, oldest first.
    pub fn calls_after(&self, n: u64) -> Vec<RpcCall> {
        self.0.0.calls.after(n, 10_000)
    }
}
