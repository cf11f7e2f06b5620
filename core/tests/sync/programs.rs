//! The examples as processes.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Once,
};

use serde_json::Value;

pub(crate) const TOKEN: &str = "t0ken-of-the-tests";

/// The path of an example, built like this test.
pub(crate) fn example(name: &str) -> PathBuf {
    static BUILT: Once = Once::new();
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap().to_path_buf();
    BUILT.call_once(|| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "--example", "sync", "--example", "serve", "--example", "proxy"]);
        if profile.ends_with("release") {
            command.arg("--release");
        }
        let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(built.success(), "the examples are built");
    });
    profile.join("examples").join(name)
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A process that ends with its handle.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    /// Starts a server, and waits for the line that it prints once it is ready.
    pub(crate) fn serving(mut command: Command) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line.trim().into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The embedded tenant.
pub(crate) struct Server {
    pub(crate) base_url: String,
    _process: Process,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(example("serve"));
        command.args(["--token", TOKEN, "--port", &free_port().to_string()]);
        let (process, base_url) = Process::serving(command);
        Self { base_url, _process: process }
    }

    /// All resources of a kind, asked for directly.
    pub(crate) fn list(&self, kind: &str) -> Vec<Value> {
        let mut resources = Vec::new();
        loop {
            let url = format!("{}/{kind}?startIndex={}&count=100", self.base_url, resources.len() + 1);
            let request = ureq::get(&url).header("authorization", format!("Bearer {TOKEN}"));
            let page = request.call().unwrap().body_mut().read_to_vec().unwrap();
            let page: Value = serde_json::from_slice(&page).unwrap();
            resources.extend(page["Resources"].as_array().cloned().unwrap_or_default());
            if page["totalResults"] == resources.len() {
                return resources;
            }
        }
    }
}

/// One integration: its files, and how it is run.
pub(crate) struct Sync {
    folder: PathBuf,
    base_url: String,
}

/// What came of a run.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) summary: Value,
    pub(crate) error: String,
}

impl Sync {
    pub(crate) fn new(name: &str, base_url: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sync").join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        Self { folder, base_url: base_url.into() }
    }

    /// The same integration, reached at another address.
    pub(crate) fn of(other: &Self, base_url: &str) -> Self {
        Self { folder: other.folder.clone(), base_url: base_url.into() }
    }

    /// A file of this integration; its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().into()
    }

    pub(crate) fn directory(&self, text: &str) {
        self.file("directory.json", text);
    }

    pub(crate) fn state(&self, text: &str) {
        self.file("state", text);
    }

    pub(crate) fn read_state(&self) -> String {
        fs::read_to_string(self.folder.join("state")).unwrap()
    }

    /// What a later option says wins over an earlier one.
    pub(crate) fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(example("sync"));
        command.current_dir(&self.folder).env("SYNC_TOKEN", TOKEN);
        // A proxy of the environment would answer for whoever is not there.
        for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(name);
        }
        command.args(["directory.json", "--state", "state", "--json", "--token-env", "SYNC_TOKEN"]);
        command.args(["--base-url", &self.base_url]).args(more);
        command
    }

    pub(crate) fn run(&self, more: &[&str]) -> Ended {
        let output = self.command(more).output().unwrap();
        Ended {
            status: output.status.code().unwrap_or(-1),
            summary: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            error: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
