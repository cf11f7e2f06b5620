//! The accept loop. hyper speaks the `http` crate's types, and so does the library: a request goes through as it is.

use std::{
    cell::RefCell,
    net::{Ipv4Addr, SocketAddr},
    rc::Rc,
    time::{SystemTime, UNIX_EPOCH},
};

use heap_identity::wire::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::{net::TcpListener, runtime, task::LocalSet};

/// What is read of a body: the tenant refuses less than that (413).
const BODY_BYTES_READ_MAX: usize = 64 << 20;

/// What answers a request at a time.
type Handler = Box<dyn FnMut(&Request, Timestamp) -> Response>;

/// Serves until the process ends. One thread: answers are far quicker than the network.
pub fn run(port: u16, handler: impl FnMut(&Request, Timestamp) -> Response + 'static) -> std::io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    LocalSet::new().block_on(&runtime, accept(port, Rc::new(RefCell::new(Box::new(handler)))))
}

async fn accept(port: u16, handler: Rc<RefCell<Handler>>) -> std::io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    loop {
        // A connection that fails is the other side's concern; the next one is served.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let handler = Rc::clone(&handler);
        let service = service_fn(move |request| answer(Rc::clone(&handler), request));
        tokio::task::spawn_local(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    handler: Rc<RefCell<Handler>>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, hyper::Error> {
    let request = whole(request).await?;
    let response = (handler.borrow_mut())(&request, now());
    Ok(response.map(|body| Full::new(Bytes::from(body))))
}

async fn whole(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (parts, mut incoming) = request.into_parts();
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        if let Ok(data) = frame?.into_data() {
            body.extend_from_slice(&data);
        }
        if body.len() > BODY_BYTES_READ_MAX {
            break;
        }
    }
    Ok(Request::from_parts(parts, body))
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis())
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or_default()
}
