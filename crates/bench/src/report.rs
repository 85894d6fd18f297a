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

    /// Rates, p99 and processor time of the bare endpoint, the cycle and the heartbeat. Ratios are computed round by
    /// round.
    pub(super) fn throughput(&mut self, rounds: &[Vec<Stretch>; 3]) {
        let [bare, cycle, heartbeat] = rounds;
        let rate = |it: &Stretch| it.requests_per_sec;
        let per_sec = |of: &[Stretch]| format!("{:.0} requests/s", middle(of, rate));
        self.row(
            "bare endpoint, same JSON, constant answer",
            per_sec(bare),
            "1".to_owned(),
            "",
        );
        let cycles = format!("{} ({:.0} cycles/s)", per_sec(cycle), middle(cycle, rate) / 2.0);
        self.row(
            "durable sign-in and sign-out",
            cycles,
            format!("{:.2}", ratio(cycle, bare, rate)),
            "at least 0.5",
        );
        self.row(
            "heartbeat",
            per_sec(heartbeat),
            format!("{:.2}", ratio(heartbeat, bare, rate)),
            "at least 0.7",
        );
        let millis = |it: &Stretch| it.p99.as_secs_f64() * 1e3;
        self.compared("p99 of", "ms", rounds, millis, "at most 5");
        let processor = |it: &Stretch| it.processor_micros;
        self.compared("processor time of", "µs", rounds, processor, "");
    }

    /// A figure of the bare endpoint, and of the others with their ratio to it.
    fn compared(
        &mut self,
        what: &str,
        unit: &str,
        [bare, cycle, heartbeat]: &[Vec<Stretch>; 3],
        figure: impl Fn(&Stretch) -> f64 + Copy,
        goal: &str,
    ) {
        let shown = |of: &[Stretch]| format!("{:.2} {unit}", middle(of, figure));
        self.row(
            &format!("{what} the bare endpoint"),
            shown(bare),
            "1".to_owned(),
            "",
        );
        for (name, of) in [("sign-in and sign-out", cycle), ("the heartbeat", heartbeat)] {
            let ratio = format!("{:.1}", ratio(of, bare, figure));
            self.row(&format!("{what} {name}"), shown(of), ratio, goal);
        }
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

/// The median of a figure over all rounds.
fn middle(rounds: &[Stretch], figure: impl Fn(&Stretch) -> f64) -> f64 {
    median(rounds.iter().map(figure).collect())
}

/// The median of a figure's ratio to that of the bare endpoint in the same round.
fn ratio(rounds: &[Stretch], bare: &[Stretch], figure: impl Fn(&Stretch) -> f64) -> f64 {
    let pairs = rounds.iter().zip(bare);
    median(pairs.map(|(one, bare)| figure(one) / figure(bare)).collect())
}
