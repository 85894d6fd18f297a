//! Runs the real program.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The root of the repository. Commands run there, so that transcripts have the same paths as readers do.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_usher");

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    in_the_open(command)
}

/// The program with a limit on the size of the files that it writes: the system kills it when it exceeds the limit.
fn limited(kib: usize, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    let script = format!("ulimit -c 0; ulimit -f {kib}; exec \"$@\"");
    command.args(["-c", &script, "bash", PROGRAM]).args(arguments);
    in_the_open(command)
}

/// Removes the variables that the environment of the tests may have.
fn in_the_open(mut command: Command) -> Command {
    command.current_dir(repository());
    for name in [
        "USHER_METRICS_LISTEN",
        "USHER_METRICS_TOKEN_FILE",
        "USHER_DATA",
        "USHER_LISTEN",
        "USHER_MAIL_SERVER",
        "USHER_MAIL_FROM",
        "USHER_MAIL_USER",
        "USHER_MAIL_PASSWORD",
        "USHER_MAIL_PASSWORD_FILE",
        "USHER_MAIL_AUTHORITIES",
        "USHER_MAIL_TO_DIRECTORY",
        "USHER_MAIL_OPERATOR",
        "USHER_CONFIG",
        "USHER_PUBLIC_URL",
        "USHER_PRIVATE_PROVIDERS",
        "USHER_OPERATOR_KEY",
        "USHER_SECRETS_KEY",
        "USHER_SECRETS_KEY_FILE",
        "USHER_TLS_CERT",
        "USHER_TLS_KEY",
        "USHER_TRUSTED_PROXIES",
        "USHER_SERVER",
        "USHER_URL",
        "USHER_LOG",
        "USHER_LOG_FORMAT",
        "USHER_LOG_LEVEL",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub(crate) fn usher(arguments: &[&str]) -> Run {
    usher_with(&[], arguments)
}

/// Runs the program to its end, with additional environment variables.
pub(crate) fn usher_with(environment: &[(&str, &str)], arguments: &[&str]) -> Run {
    let output = command(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program to its end, or until a write exceeds the limit; then it has no exit code.
pub(crate) fn usher_limited(kib: usize, arguments: &[&str]) -> Run {
    let output = limited(kib, arguments).output().unwrap();
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The output of a start.
pub(crate) struct Shown {
    /// Whether it named the file with an operator key, since the output is not a terminal.
    pub(crate) has_key: bool,
}

/// Starts a server that may write files up to this size, and kills it after its complete start output. `None` if the
/// limit killed it before that.
pub(crate) fn start_limited(kib: usize, data: &Path) -> Option<Shown> {
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.to_str().unwrap(),
    ];
    let mut child = limited(kib, &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (mut has_key, mut is_up) = (false, false);
    for line in out.lines().map(Result::unwrap) {
        has_key |= line.starts_with("The operator key is in ");
        is_up |= line.starts_with("Create the first account: ") || line.starts_with("Sign in at ");
        if is_up {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    is_up.then_some(Shown { has_key })
}

/// A running server. It is killed if a test ends without stopping it.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    /// The URL it listens on.
    pub(crate) url: String,
    /// The rest of its start output.
    pub(crate) greeting: String,
}

/// A server's log.
pub(crate) struct Log(BufReader<ChildStderr>);

impl Server {
    /// Starts a server on a free port, and waits until it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(&[], &["--data", data.to_str().unwrap()])
    }

    /// Starts a server with these arguments and additional environment variables.
    pub(crate) fn start_with(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        Self::spawn(environment, arguments, Stdio::null())
    }

    /// Starts a server with these arguments and returns its log.
    pub(crate) fn start_logging(arguments: &[&str]) -> (Self, Log) {
        let mut server = Self::spawn(&[], arguments, Stdio::piped());
        let log = BufReader::new(server.child.stderr.take().unwrap());
        (server, Log(log))
    }

    /// Starts a server under limits set by a shell, and returns its log.
    #[cfg(unix)]
    pub(crate) fn start_limited(limit: &str, arguments: &[&str]) -> (Self, Log) {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")]);
        shell.arg(PROGRAM);
        shell.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut server = Self::of(&mut in_the_open(shell), Stdio::piped());
        let log = BufReader::new(server.child.stderr.take().unwrap());
        (server, Log(log))
    }

    fn spawn(environment: &[(&str, &str)], arguments: &[&str], log: Stdio) -> Self {
        let mut command = command(&["serve"]);
        command
            // On a free port, unless an address is given.
            .args(if arguments.contains(&"--listen") {
                &[][..]
            } else {
                &["--listen", "127.0.0.1:0"]
            })
            .args(arguments)
            .envs(environment.iter().copied());
        Self::of(&mut command, log)
    }

    fn of(command: &mut Command, log: Stdio) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("Usher listens on ")
            .expect(&line)
            .to_owned();
        let mut greeting = String::new();
        out.read_line(&mut greeting).unwrap();
        Self {
            child,
            out,
            url,
            greeting,
        }
    }

    /// The operator key that a first start writes to a file, or prints if it has no data directory.
    pub(crate) fn operator_key(&mut self) -> String {
        for line in self.out.by_ref().lines().map(Result::unwrap) {
            if let Some(key) = line.strip_prefix("Operator key: ") {
                return key.to_owned();
            }
            if let Some(rest) = line.strip_prefix("The operator key is in ") {
                let (file, _) = rest.split_once(", which only its owner").expect(&line);
                return std::fs::read_to_string(file).unwrap().trim().to_owned();
            }
        }
        panic!("the first start tells of no key")
    }

    /// The link to the page that creates the first account, which is printed after the key.
    pub(crate) fn setup_link(&mut self) -> String {
        let mut lines = self.out.by_ref().lines().map(Result::unwrap);
        let link = lines.find_map(|line| line.strip_prefix("Create the first account: ").map(str::to_owned));
        link.expect("a start without an account shows a link")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.unwrap().success());
    }

    /// Kills it without warning, as in a power cut.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it, and returns its exit code and the rest of its output.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.signal("-TERM");
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Log {
    /// Waits for a log line that contains `text`.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "never said {text:?}, but {said}");
            if line.contains(text) {
                return line;
            }
            said.push_str(&line);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
