//! The state file: the journal's records, one a line (D12). What is appended is on the disk before the engine goes on. A last line
//! that a crash has torn was not yet relied upon; whether it is one is the engine's to say.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use fs4::FileExt;
use heap_identity::sync::Record;

/// How long the end of another process is waited for.
const LOCK_SECONDS: u32 = 30;

/// An open state file, which no other process can open meanwhile.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    file: File,
    /// Held until the process ends, however it ends. It is a file of its own because the state is replaced by another file.
    _lock: File,
}

impl State {
    /// Locks the state file and reads its records; there are none where it is not there yet.
    pub fn open(path: &Path) -> Result<(Self, Vec<Record>), String> {
        let told = |error: io::Error| format!("{}: {error}", path.display());
        // A file of this name may be somebody's: nothing of it is taken away.
        let mut lock = File::options();
        lock.create(true).write(true).truncate(false);
        let lock = lock.open(beside(path, ".lock")).map_err(told)?;
        if !is_locked_in_time(&lock) {
            return Err(format!(
                "{} is in use by another process; start again after its end",
                path.display()
            ));
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(told(error)),
        };
        let file = File::options().create(true).append(true).open(path).map_err(told)?;
        let state = Self { path: path.to_path_buf(), file, _lock: lock };
        Ok((state, records(&bytes)))
    }

    /// Stores records durably behind those that are there.
    pub fn append(&mut self, records: &[Record]) -> Result<(), String> {
        let told = |error: io::Error| format!("{}: {error}", self.path.display());
        self.file.write_all(lines(records).as_bytes()).and_then(|()| self.file.sync_data()).map_err(told)
    }

    /// Puts the shortest journal of the same meaning in place of the file, at once and whole.
    pub fn replace(&mut self, records: &[Record]) -> Result<(), String> {
        let told = |error: io::Error| format!("{}: {error}", self.path.display());
        let new = beside(&self.path, ".heap-identity-new");
        let mut file = File::create(&new).map_err(told)?;
        file.write_all(lines(records).as_bytes()).and_then(|()| file.sync_all()).map_err(told)?;
        fs::rename(&new, &self.path).map_err(told)?;
        sync_folder(&self.path).map_err(told)?;
        // The name now means the new file, and so must what is appended.
        self.file = File::options().append(true).open(&self.path).map_err(told)?;
        Ok(())
    }
}

/// A process that was just told to end may need a moment.
fn is_locked_in_time(lock: &File) -> bool {
    (0..LOCK_SECONDS * 10).any(|_| {
        let is_locked = FileExt::try_lock(lock).is_ok();
        if !is_locked {
            thread::sleep(Duration::from_millis(100));
        }
        is_locked
    })
}

/// The lines, and what follows the last line break.
fn records(bytes: &[u8]) -> Vec<Record> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(|line| Record::from_line(line.into())).collect()
}

fn lines(records: &[Record]) -> String {
    records.iter().flat_map(|record| [record.as_line(), "\n"]).collect()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// A rename is durable once its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
