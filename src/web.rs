//! The HTTP server, on the thread of the core: a webhook's way from socket to actor to answer needs no other thread (two
//! hand-overs less for each update). Knows no routes.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::{App, Error};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};

/// Connections open at once; more wait in the system's queue, so that they cannot use up the descriptors that the
/// database and deliveries need.
const CONNECTIONS: usize = 4_096;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// Telegram and proxies keep connections open between updates.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const REQUEST_HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long to leave the listener alone when accepting fails: no descriptor is free, say.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// A listening server.
pub struct WebServer {
    stopping: watch::Sender<bool>,
    room: Arc<Semaphore>,
    pub address: SocketAddr,
}

/// Takes an address, before anything else is started: two servers must not both go to work.
///
/// # Errors
/// When the address is taken or is not ours.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `app` on the current thread's local set.
///
/// # Errors
/// When the app cannot be made.
pub async fn serve<T, B>(listener: TcpListener, app: App<T>) -> io::Result<WebServer>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let (stopping, stop) = watch::channel(false);
    let app = app.into_factory().map_err(|error| error.error_response());
    // Its host and address only stand in where a request names no host; no page of ours asks.
    let config = |()| AppConfig::default();
    let told = stop.clone();
    let http = HttpService::build()
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(REQUEST_HEAD_WITHIN)
        .local_addr(address)
        .tcp_nodelay(true)
        .graceful_shutdown_signal(move || stopped(told.clone()))
        .finish(map_config(app, config))
        .tcp();
    let http = http.new_service(()).await;
    let http = Rc::new(http.map_err(|()| io::Error::other("the web app cannot be made"))?);
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let accepting = accept(listener, Arc::clone(&room), stop, move |stream| {
        let http = Rc::clone(&http);
        async move {
            if let Err(error) = http.call(stream).await {
                // Somebody hung up, or spoke no HTTP.
                tracing::debug!(?error, "a connection ended");
            }
        }
    });
    actix_rt::spawn(accepting);
    Ok(WebServer { stopping, room, address })
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // A server that is gone has stopped too.
    drop(stop.wait_for(|stopping| *stopping).await);
}

async fn accept<F>(
    listener: TcpListener,
    room: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
    serve: impl Fn(TcpStream) -> F,
) where
    F: Future<Output = ()> + 'static,
{
    let stop = stopped(stop);
    tokio::pin!(stop);
    loop {
        let free = Arc::clone(&room).acquire_owned();
        let accepted = async { (free.await, listener.accept().await) };
        let (free, accepted) = tokio::select! {
            () = &mut stop => return,
            next = accepted => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let serving = serve(stream);
                actix_rt::spawn(async move {
                    let _free = free;
                    serving.await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

impl WebServer {
    /// Takes nothing new, and returns when the requests under way are answered.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        let all = u32::try_from(CONNECTIONS).expect("a few thousand");
        // Never closed: it cannot fail.
        drop(self.room.acquire_many(all).await);
    }
}
