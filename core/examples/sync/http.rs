//! Requests over HTTP: a few threads that share kept connections. No redirect is followed, and nothing is repeated here but what
//! is answered by 401: what happens after a failure is the engine's to say.

use std::{
    io,
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
use ureq::{Agent, Error, Timeout};

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
    config.build().into()
}

impl Worker {
    fn work(&self) {
        loop {
            let next = self.queue.lock().map(|queue| queue.recv());
            let Ok(Ok(Job { id, request, timeout })) = next else { return };
            let is_write = request.method() != Method::GET;
            let result = self.answer(&request, timeout);
            let is_timed_out = matches!(&result, Err(Error::Timeout(_)));
            let result = result.map_err(|error| failure(&error));
            if self.answers.send(Answer { id, is_write, is_timed_out, result }).is_err() {
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
        Error::ConnectionFailed
        | Error::HostNotFound
        | Error::Timeout(Timeout::Resolve | Timeout::Connect)
        | Error::ConnectProxyFailed(_) => TransportFailure::NotSent,
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => TransportFailure::NotSent,
        _ => TransportFailure::OutcomeUnknown,
    }
}
