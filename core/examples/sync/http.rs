//! Requests over HTTP: a few threads that share kept connections. No redirect is followed, and nothing is repeated here but what
//! is answered by 401: what happens after a failure is the engine's to say.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use heap_identity::{
    limits::SCIM_BODY_BYTES_MAX,
    sync::{RequestId, TransportFailure},
    wire::{Request, Response},
};
use http::{Method, StatusCode, Uri};
use ureq::{
    Agent, Error,
    config::Config,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport},
    },
};

const CONNECT_SECONDS: u64 = 5;
/// A token that was accepted before and is refused now is shown again after these pauses, in milliseconds, before it is taken for
/// revoked: gateways that are restarted refuse for a moment. What is answered by 401 was not carried out.
const TOKEN_PAUSES_MS: [u64; 2] = [250, 1000];

/// A request on its way to a thread.
struct Job {
    id: RequestId,
    request: Request,
    timeout: Duration,
}

/// What came of a request.
pub struct Answer {
    pub id: RequestId,
    pub is_write: bool,
    pub is_timed_out: bool,
    /// What went wrong on the way, for people.
    pub cause: Option<String>,
    pub result: Result<Response, TransportFailure>,
}

/// What each thread works with.
#[derive(Clone)]
struct Worker {
    agent: Agent,
    /// Whether the token was accepted at least once.
    is_accepted: Arc<AtomicBool>,
    queue: Arc<Mutex<mpsc::Receiver<Job>>>,
    answers: mpsc::Sender<Answer>,
}

/// The threads. They end when this is dropped and their last request has.
pub struct Http {
    jobs: mpsc::Sender<Job>,
    answers: mpsc::Receiver<Answer>,
}

impl Http {
    /// As many threads as there may be requests under way.
    pub fn start(base_url: &Uri, threads: usize) -> Self {
        let (jobs, queue) = mpsc::channel();
        let (sender, answers) = mpsc::channel();
        let worker = Worker {
            agent: agent(base_url, threads),
            is_accepted: Arc::new(AtomicBool::new(false)),
            queue: Arc::new(Mutex::new(queue)),
            answers: sender,
        };
        for _ in 0..threads {
            let worker = worker.clone();
            thread::spawn(move || worker.work());
        }
        Self { jobs, answers }
    }

    /// Sends a request, and gives it up after `timeout`.
    pub fn send(&self, id: RequestId, request: Request, timeout: Duration) {
        // It fails only where all threads have panicked; then no answer comes, and the engine gives the request up.
        drop(self.jobs.send(Job { id, request, timeout }));
    }

    /// The next answer, if one comes in time.
    pub fn receive(&self, timeout: Duration) -> Option<Answer> {
        self.answers.recv_timeout(timeout).ok()
    }
}

fn agent(base_url: &Uri, connections: usize) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(connections)
        .max_idle_connections_per_host(connections)
        .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS)))
        .user_agent(concat!("heap-identity/", env!("CARGO_PKG_VERSION")));
    // Plain HTTP is for this machine alone, which no proxy of the environment reaches.
    let config = if base_url.scheme_str() == Some("http") { config.proxy(None) } else { config };
    Agent::with_parts(config.build(), Opening(DefaultConnector::new()), Opening(DefaultResolver::default()))
}

impl Worker {
    fn work(&self) {
        loop {
            let next = self.queue.lock().map(|queue| queue.recv());
            let Ok(Ok(Job { id, request, timeout })) = next else { return };
            let is_write = request.method() != Method::GET;
            let result = self.answer(&request, timeout);
            let (is_timed_out, cause) = result.as_ref().err().map_or((false, None), |error| match error {
                Error::Timeout(_) => (true, Some(format!("timed out after {} s", timeout.as_secs()))),
                Error::Other(error) => (is_timed_out(&**error), Some(error.to_string())),
                error => (false, Some(error.to_string())),
            });
            let result = result.map_err(|error| failure(&error));
            if self.answers.send(Answer { id, is_write, is_timed_out, cause, result }).is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Request, timeout: Duration) -> Result<Response, Error> {
        let mut result = exchange(&self.agent, request.clone(), timeout);
        for pause in TOKEN_PAUSES_MS {
            let is_refused = matches!(&result, Ok(response) if response.status() == StatusCode::UNAUTHORIZED);
            if !is_refused || !self.is_accepted.load(Ordering::Relaxed) {
                break;
            }
            thread::sleep(Duration::from_millis(pause));
            result = exchange(&self.agent, request.clone(), timeout);
        }
        if matches!(&result, Ok(response) if response.status().is_success()) {
            self.is_accepted.store(true, Ordering::Relaxed);
        }
        result
    }
}

fn exchange(agent: &Agent, request: Request, timeout: Duration) -> Result<Response, Error> {
    let answered = if request.body().is_empty() {
        let request = agent.configure_request(request.map(|_| ())).timeout_global(Some(timeout)).build();
        agent.run(request)
    } else {
        let request = agent.configure_request(request).timeout_global(Some(timeout)).build();
        agent.run(request)
    };
    let (parts, mut body) = answered?.into_parts();
    let limit = u64::try_from(SCIM_BODY_BYTES_MAX).unwrap_or(u64::MAX);
    let body = body.with_config().limit(limit).read_to_vec()?;
    Ok(Response::from_parts(parts, body))
}

/// Not sent is only what surely was not: whatever may have reached the other side is looked for before it is repeated.
fn failure(error: &Error) -> TransportFailure {
    match error {
        Error::Other(error) if error.is::<Unsent>() => TransportFailure::NotSent,
        _ => TransportFailure::OutcomeUnknown,
    }
}

/// What went wrong before there was a connection.
#[derive(Debug)]
struct Unsent {
    cause: String,
    is_timed_out: bool,
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for Unsent {}

/// Looks names up and opens connections, with the TLS handshake. The errors themselves do not tell whether there was a connection
/// yet; what fails here came before.
#[derive(Debug)]
struct Opening<T>(T);

impl Resolver for Opening<DefaultResolver> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.0.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Io(why) => unsent(format!("{} is not known: {why}", host(uri))),
            Error::HostNotFound => unsent(format!("{} is not known", host(uri))),
            error => not_opened(uri, error),
        })
    }
}

impl Connector for Opening<DefaultConnector> {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        self.0.connect(details, chained).map_err(|error| not_opened(details.uri, error))
    }
}

fn not_opened(uri: &Uri, error: Error) -> Error {
    let host = host(uri);
    match error {
        // The name of a proxy is looked up while the connection is opened.
        Error::Other(error) if error.is::<Unsent>() => Error::Other(error),
        Error::Timeout(_) => {
            let cause = format!("no connection with {host} in time");
            Error::Other(Box::new(Unsent { cause, is_timed_out: true }))
        }
        Error::Io(why) => unsent(match why.to_string().strip_prefix("invalid peer certificate: ") {
            Some(why) => format!("the certificate of {host} is not trusted: {why}"),
            None if why.kind() == io::ErrorKind::InvalidData => {
                format!("no connection by TLS with {host}: {why}")
            }
            None => format!("no connection with {host}: {why}"),
        }),
        error => unsent(format!("no connection with {host}: {error}")),
    }
}

fn unsent(cause: String) -> Error {
    Error::Other(Box::new(Unsent { cause, is_timed_out: false }))
}

fn is_timed_out(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref().is_some_and(|unsent: &Unsent| unsent.is_timed_out)
}

/// Without what else an authority may hold: a proxy's password.
fn host(uri: &Uri) -> String {
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16());
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
