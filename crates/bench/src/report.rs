//! The table that the benchmark prints, in Markdown, as in the README.

use std::io::Write;
use std::time::Duration;

use super::BenchArgs;
use super::load::{Stretch, median};
use super::pages::{ASKED, AT_WORK, USERS};

/// Rows, in the order of measuring.
pub(super) struct Report {
    heading: String,
    rows: Vec<[String; 4]>,
}

impl Report {
    pub(super) fn new(args: &BenchArgs) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let heading = if args.pages {
            format!(
                "pages of an account of {USERS} users, {AT_WORK} of them signed in, compressed; medians of {ASKED} \
                 requests or updates, server and client on the same {cores} cores"
            )
        } else {
            format!(
                "{} connections, {} accounts, medians of {} rounds of {} s each, server and client on the same \
                 {cores} cores",
                args.connections, args.accounts, args.rounds, args.secs
            )
        };
        Self {
            heading,
            rows: Vec::new(),
        }
    }

    fn row(&mut self, what: &str, figure: String, ratio: String, goal: &str) {
        self.rows.push([what.to_owned(), figure, ratio, goal.to_owned()]);
    }

    /// The size of the program's one file.
    pub(super) fn program(&mut self, bytes: u64) {
        let tenths = (bytes * 10) >> 20;
        let figure = format!("{}.{} MiB", tenths / 10, tenths % 10);
        self.row("size of the program, one file", figure, String::new(), "");
    }

    /// Rates and p99 of the bare endpoint, the cycle and the heartbeat. Ratios are computed round by round.
    pub(super) fn throughput(&mut self, rounds: &[Vec<Stretch>; 3]) {
        let [bare, cycle, heartbeat] = rounds;
        let rate = |of: &[Stretch]| median(of.iter().map(|stretch| stretch.requests_per_sec).collect());
        let ratio = |of: &[Stretch]| {
            let pairs = of
                .iter()
                .zip(bare)
                .map(|(a, b)| a.requests_per_sec / b.requests_per_sec);
            median(pairs.collect())
        };
        let millis =
            |of: &[Stretch]| median(of.iter().map(|stretch| stretch.p99.as_secs_f64() * 1e3).collect());
        let slower = |of: &[Stretch]| {
            let pairs = of
                .iter()
                .zip(bare)
                .map(|(a, b)| a.p99.as_secs_f64() / b.p99.as_secs_f64());
            median(pairs.collect())
        };
        let per_sec = |of: &[Stretch]| format!("{:.0} requests/s", rate(of));
        self.row(
            "bare endpoint, same JSON, constant answer",
            per_sec(bare),
            "1".to_owned(),
            "",
        );
        let cycles = format!("{} ({:.0} cycles/s)", per_sec(cycle), rate(cycle) / 2.0);
        self.row(
            "durable sign-in and sign-out",
            cycles,
            format!("{:.2}", ratio(cycle)),
            "at least 0.5",
        );
        self.row(
            "heartbeat",
            per_sec(heartbeat),
            format!("{:.2}", ratio(heartbeat)),
            "at least 0.7",
        );
        self.row(
            "p99 of the bare endpoint",
            format!("{:.2} ms", millis(bare)),
            "1".to_owned(),
            "",
        );
        let figure = format!("{:.2} ms", millis(cycle));
        self.row(
            "p99 of sign-in and sign-out",
            figure,
            format!("{:.1}", slower(cycle)),
            "at most 5",
        );
        let figure = format!("{:.2} ms", millis(heartbeat));
        self.row(
            "p99 of the heartbeat",
            figure,
            format!("{:.1}", slower(heartbeat)),
            "at most 5",
        );
    }

    /// A command in a large account next to one in a small account.
    pub(super) fn account_size(&mut self, users: usize, small_micros: f64, large_micros: f64) {
        let what = format!("command in an account of {users} users, beside one of 50");
        let figure = format!("{large_micros:.0} µs, beside {small_micros:.0} µs");
        self.row(
            &what,
            figure,
            format!("{:.2}", large_micros / small_micros),
            "at most 2",
        );
    }

    /// The memory of a signed-in agent.
    pub(super) fn memory(&mut self, agents: usize, grown: u64, whole: u64) {
        let each = grown / u64::try_from(agents.max(1)).unwrap_or(1);
        let what = format!("memory of a signed-in agent, at {agents}");
        self.row(
            &what,
            format!("{each} bytes ({} MiB in all)", whole >> 20),
            String::new(),
            "at most 2048 bytes",
        );
    }

    /// The time until the server serves again after a kill.
    pub(super) fn restart(&mut self, agents: usize, ready: Duration, first: Duration) {
        let what = format!("restart after a kill, {agents} sign-ins in the journal");
        let figure = format!(
            "ready in {:.2} s, then an account in {:.1} ms at most",
            ready.as_secs_f64(),
            first.as_secs_f64() * 1e3
        );
        self.row(&what, figure, String::new(), "within 5 s");
    }

    /// A page of the portal: the median time until it has arrived, and its compressed size.
    pub(super) fn page(&mut self, name: &str, median_millis: f64, bytes: usize) {
        let tenths = bytes * 10 / 1024;
        let figure = format!("{median_millis:.1} ms, {}.{} KiB", tenths / 10, tenths % 10);
        self.row(name, figure, String::new(), "at most 50 ms and 100 KiB");
    }

    /// Prints the table.
    pub(super) fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "{}\n", self.heading)?;
        writeln!(
            out,
            "| measure | figure | ratio | goal |\n| --- | --- | --- | --- |"
        )?;
        for [what, figure, ratio, goal] in &self.rows {
            writeln!(out, "| {what} | {figure} | {ratio} | {goal} |")?;
        }
        Ok(())
    }
}
