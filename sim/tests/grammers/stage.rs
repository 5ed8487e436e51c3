//! A world with data centres, people and a living channel, and clients on it.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use grammers_client::client::UpdateStream;
use grammers_client::sender::{ConnectionParams, NoRetries, UpdatesConfiguration};
use grammers_client::session::SessionData;
use grammers_client::session::storages::MemorySession;
use grammers_client::session::types::{DcOption, PeerId, PeerInfo};
use grammers_client::{Client, InvocationError, SenderPool, tl};
use sim::{Account, Dcs, NewBot, NewLife, Person, Sim, SimConfig, World};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) const ADA: i64 = 501;
pub(crate) const OLGA: i64 = 599;
pub(crate) const PHONE: &str = "+31 6 1000 0501";
pub(crate) const BOT: i64 = 900;
pub(crate) const TOKEN: &str = "900:a-token-of-the-scripted-bot-00000000";
pub(crate) const WITHIN: Duration = Duration::from_secs(20);

/// The world and its data centres.
pub(crate) struct Stage {
    pub(crate) sim: Sim,
}

/// One client with its tasks.
pub(crate) struct Player {
    pub(crate) client: Client,
    updates: Option<tokio::sync::mpsc::Receiver<grammers_client::session::updates::UpdatesLike>>,
    runner: JoinHandle<()>,
    session: Arc<MemorySession>,
}

impl Drop for Player {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let config = SimConfig { limits_on: false, seed: 5, ..SimConfig::default() };
        let sim = sim::start(config).await.unwrap();
        let person = |id: i64, name: &str, phone: &str| {
            let mut person = Person { id, ..Person::named(name) };
            person.phone_number = Some(phone.to_owned());
            sim.world.add_person(person);
        };
        person(ADA, "Ada", PHONE);
        person(OLGA, "Olga", "+31610000599");
        sim.world.add_bot(NewBot {
            token: TOKEN.to_owned(),
            username: "mug_bot".to_owned(),
            first_name: "Mug Shop".to_owned(),
            reads_all: false,
            inline: false,
        });
        Self { sim }
    }

    pub(crate) fn world(&self) -> &World {
        &self.sim.world
    }

    pub(crate) fn dcs(&self) -> &Dcs {
        self.sim.dcs.as_ref().unwrap()
    }

    /// A public channel of Olga's with a past, in which the bot is an administrator.
    pub(crate) fn channel(&self, days: i64) -> i64 {
        let mut life = NewLife::of("Mug news", "mug_news", OLGA);
        life.past_days = days;
        life.seed = Some(11);
        life.admin_bots = vec![BOT];
        life.bot = Some("mug_bot".to_owned());
        self.world().add_life(life).unwrap()
    }

    /// A client with keys that need no exchange, logged in when `user` is given.
    pub(crate) fn player(&self, number: u8, user: Option<i64>) -> Player {
        let mut data = SessionData::default();
        data.dc_options.clear();
        for (at, (id, addr)) in self.dcs().addresses().into_iter().enumerate() {
            let key = [number ^ u8::try_from(at * 64).unwrap(); 256];
            self.dcs().add_key(id, key, user);
            let SocketAddr::V4(ipv4) = addr else { panic!("a loopback address") };
            let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, addr.port(), 0, 0);
            let option = DcOption { id, ipv4, ipv6, auth_key: Some(key) };
            data.dc_options.insert(id, option);
            if at == 0 {
                data.home_dc = id;
            }
        }
        if let Some(id) = user {
            let this = PeerInfo::User { id, auth: None, bot: Some(false), is_self: Some(true) };
            data.peer_infos.insert(PeerId::self_user(), this);
        }
        Player::on(Arc::new(MemorySession::from(data)))
    }

    pub(crate) fn account(&self, account: Account) {
        self.dcs().set_account(account);
    }

    /// The names and outcomes of the calls of a method.
    pub(crate) fn outcomes(&self, method: &str) -> Vec<String> {
        let calls = self.dcs().calls_after(0);
        calls.into_iter().filter(|call| call.method == method).map(|call| call.outcome).collect()
    }

    /// Sends a text to the channel as the bot, over the Bot API.
    pub(crate) async fn bot_posts(&self, chat: i64, text: &str) -> i64 {
        let answer =
            self.bot("sendMessage", &[("chat_id", &chat.to_string()), ("text", text)]).await;
        answer["message_id"].as_i64().unwrap()
    }

    pub(crate) async fn bot(&self, method: &str, form: &[(&str, &str)]) -> serde_json::Value {
        let url = format!("{}/bot{TOKEN}/{method}", self.sim.url());
        let sent = reqwest::Client::new().post(url).form(form).send().await.unwrap();
        let answer: serde_json::Value = sent.json().await.unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
        answer["result"].clone()
    }
}

impl Player {
    pub(crate) fn on(session: Arc<MemorySession>) -> Self {
        let params = ConnectionParams {
            device_model: "test".to_owned(),
            system_version: "1".to_owned(),
            app_version: "1".to_owned(),
            system_lang_code: "en".to_owned(),
            lang_code: "en".to_owned(),
            use_ipv6: false,
            retry_policy: Box::new(NoRetries),
            updates_channel_capacity: NonZeroUsize::new(1000).unwrap(),
            __non_exhaustive: (),
        };
        let SenderPool { runner, handle, updates } =
            SenderPool::with_configuration(Arc::clone(&session), 1234, params);
        let client = Client::new(handle);
        let runner = tokio::spawn(async move {
            runner.run().await;
        });
        Self { client, updates: Some(updates), runner, session }
    }

    /// What the client remembers, for a later one.
    pub(crate) fn session(&self) -> Arc<MemorySession> {
        Arc::clone(&self.session)
    }

    pub(crate) async fn invoke<R: tl::RemoteCall>(&self, call: &R) -> Result<R::Return, String> {
        let answer = timeout(WITHIN, self.client.invoke(call)).await.expect("an answer in time");
        answer.map_err(|error| match error {
            InvocationError::Rpc(error) => match error.value {
                Some(value) => format!("{}_{value}", error.name),
                None => error.name,
            },
            other => format!("{other:?}"),
        })
    }

    pub(crate) async fn resolve(&self, name: &str) -> tl::types::Channel {
        let call =
            tl::functions::contacts::ResolveUsername { username: name.to_owned(), referer: None };
        let tl::enums::contacts::ResolvedPeer::Peer(found) = self.invoke(&call).await.unwrap();
        match found.chats.into_iter().next() {
            Some(tl::enums::Chat::Channel(channel)) => channel,
            other => panic!("no channel: {other:?}"),
        }
    }

    pub(crate) async fn updates(&mut self, catch_up: bool) -> UpdateStream {
        let updates = self.updates.take().unwrap();
        let configuration = UpdatesConfiguration { catch_up };
        let stream = timeout(WITHIN, self.client.stream_updates(updates, configuration)).await;
        stream.expect("a stream in time").unwrap()
    }
}

/// The channel as a client names it.
pub(crate) fn input(channel: &tl::types::Channel) -> tl::enums::InputChannel {
    let access_hash = channel.access_hash.unwrap();
    tl::types::InputChannel { channel_id: channel.id, access_hash }.into()
}

/// The channel as a client names it where any peer may stand.
pub(crate) fn peer(channel: &tl::types::Channel) -> tl::enums::InputPeer {
    let access_hash = channel.access_hash.unwrap();
    tl::types::InputPeerChannel { channel_id: channel.id, access_hash }.into()
}

/// The next update that fits.
pub(crate) async fn next<T>(
    stream: &mut UpdateStream,
    fits: impl Fn(&tl::enums::Update) -> Option<T>,
) -> T {
    let wait = async {
        loop {
            let (update, _, _) = stream.next_raw().await.unwrap();
            if let Some(found) = fits(&update) {
                return found;
            }
        }
    };
    timeout(WITHIN, wait).await.expect("a fitting update in time")
}
