//! `bench`: the table of simdsip beside its rivals. Started by `cargo xtask bench`, which see.

use simdsip_benches::args::{Args, HELP};
use simdsip_benches::engine::native::{self, Library};
use simdsip_benches::engine::{self, Class, Engine};
use simdsip_benches::measure::{Order, Spec};
use simdsip_benches::row::{self, Row};
use simdsip_benches::{adversary, alloc, callgrind, gates, latency, plan, record, scale, workload};
use std::io::Write;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)).and_then(|args| run(&args)) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, String> {
    if args.help {
        tell(HELP);
        return Ok(ExitCode::SUCCESS);
    }
    let mut loaded = Vec::new();
    for path in &args.native {
        loaded.push(Library::load(path)?);
    }
    if let Some(child) = &args.child {
        return callgrind::child(child, &loaded).map(|()| ExitCode::SUCCESS);
    }
    for (name, built) in native::build_all() {
        match built.and_then(|path| Library::load(&path)) {
            Ok(library) => loaded.push(library),
            Err(why) => eprintln!("bench: {name} is not measured: {why}"),
        }
    }
    if args.list {
        list(&loaded);
        return Ok(ExitCode::SUCCESS);
    }
    if cfg!(debug_assertions) {
        eprintln!("bench: this is a debug build; its figures mean nothing (use --release)");
    }
    let order = args.order.unwrap_or(Order::Random);
    let spec = Spec { rounds: args.rounds(), order, seed: args.seed.unwrap_or(1) };
    let mut report = Report { args, spec, loaded, rows: Vec::new(), text: String::new() };
    let code = if args.gates { report.gates()? } else { report.table()? };
    report.save()?;
    Ok(code)
}

/// A workload's name and its messages.
type Workload = (String, Vec<Vec<u8>>);

/// What the run gathers.
struct Report<'a> {
    args: &'a Args,
    spec: Spec,
    loaded: Vec<Library>,
    rows: Vec<Row>,
    text: String,
}

impl Report<'_> {
    fn say(&mut self, text: &str) {
        tell(text);
        self.text.push_str(text);
    }

    fn gates(&mut self) -> Result<ExitCode, String> {
        let (gates, rows, adversary) = gates::run(self.spec, &self.loaded)?;
        self.say(&row::table(&rows, self.args.rounds() < 30));
        self.say(&adversary);
        self.say(&gates::table(&gates));
        self.rows = rows;
        let missed = gates.iter().any(|g| g.verdict == "MISS");
        Ok(if missed { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    fn table(&mut self) -> Result<ExitCode, String> {
        let args = self.args;
        let mut engines = plan::engines(&args.engines, args.class, &self.loaded);
        self.check_names()?;
        for (name, messages) in self.sets()? {
            if scale::WORKLOADS.contains(&name.as_str()) {
                let text = scale::table(&mut engines, &name)?;
                self.say(&text);
                continue;
            }
            if name == "adversary" {
                let base = adversary::Base::measure(&workload::load("mix-1k")?);
                let text = adversary::table(&adversary::costs(), &base, usize::MAX);
                self.say(&text);
                continue;
            }
            if name == "stream-mix" {
                self.stream(&mut engines, &name, &messages);
                continue;
            }
            let of_sdp = workload::SDP.contains(&name.as_str());
            let classes: &[Class] = if of_sdp { &Class::SDP } else { &Class::WHOLE };
            for &class in classes {
                // Few messages of the mixes carry a description, and none would be left that differs.
                if class == Class::TypedSdp && name != "invite-sdp" {
                    continue;
                }
                // The fields of so many messages would not fit in memory.
                if class.has_fields() && name == workload::LONG[1] {
                    continue;
                }
                if args.class.is_none_or(|c| c == class || (c, class) == (Class::Ceiling, Class::Structure)) {
                    self.whole(&mut engines, class, &name, &messages);
                }
            }
        }
        if args.record.is_some() {
            self.extras(&mut engines)?;
        }
        let mut text = String::from("\nwhat each engine does in the measured call\n");
        for engine in &engines {
            let identity = engine.identity();
            if identity.name != "simdsip" || identity.backend == engine::best_backend().name() {
                let classes: Vec<&str> = engine.classes().iter().map(|c| c.name()).collect();
                let (name, work, flags) = (identity.name, identity.work, identity.flags);
                text.push_str(&format!("  {name:<16}{}: {work} [{flags}]\n", classes.join(", ")));
            }
        }
        for (name, why) in engine::absent() {
            text.push_str(&format!("  {name:<16}not measured: {why}\n"));
        }
        self.say(&text);
        Ok(ExitCode::SUCCESS)
    }

    fn stream(&mut self, engines: &mut [Box<dyn Engine>], name: &str, messages: &[Vec<u8>]) {
        let rows = plan::frame(engines, name, messages, self.spec);
        self.say(&row::table(&rows, self.args.rounds() < 30));
        let (small, large) = plan::one_byte(messages, 64 << 10);
        self.say(&format!("  one-byte reads: {small:.1} ns a call over 64 KiB, {large:.1} over 512 KiB\n"));
        self.rows.extend(rows);
    }

    fn whole(&mut self, engines: &mut [Box<dyn Engine>], class: Class, name: &str, messages: &[Vec<u8>]) {
        let args = self.args;
        let outcome = plan::whole(engines, class, name, messages, self.spec);
        let mut rows = outcome.rows;
        for note in outcome.notes {
            self.say(&format!("\n{name}, {}: {note}", class.name()));
        }
        self.say("\n");
        let counted = args.instructions || (args.record.is_some() && name == "mix-1k");
        if counted && args.messages.is_none() {
            instructions(&mut rows, name, &self.loaded);
        }
        self.say(&row::table(&rows, args.rounds() < 30));
        self.rows.extend(rows);
        if class != Class::Structure {
            return;
        }
        if self.spec.order == Order::Hot {
            for backend in engine::backends() {
                let (value, interval) = gates::random_over_hot(backend, messages, self.spec);
                self.say(&format!("  random over hot, {}: {value:.3}{interval}\n", backend.name()));
            }
        }
        if args.latency || args.record.is_some() {
            let text = latency::table(engines, name, messages, self.spec.seed);
            self.say(&text);
        }
    }

    /// What belongs to a record beside the rows: the other orders, and hostile messages.
    fn extras(&mut self, engines: &mut [Box<dyn Engine>]) -> Result<(), String> {
        let mix = workload::load("mix-1k")?;
        for order in [Order::Hot, Order::Cold] {
            let rows = plan::structure(engines, "mix-1k", &mix, Spec { order, ..self.spec }).rows;
            self.say(&row::table(&rows, self.args.rounds() < 30));
            self.rows.extend(rows);
        }
        for name in scale::WORKLOADS {
            let text = scale::table(engines, name)?;
            self.say(&text);
        }
        let base = adversary::Base::measure(&mix);
        self.say(&adversary::table(&adversary::costs(), &base, usize::MAX));
        Ok(())
    }

    fn check_names(&self) -> Result<(), String> {
        let all = engine::all(&self.loaded);
        for name in &self.args.engines {
            if !all.iter().any(|e| plan::wanted(e.as_ref(), std::slice::from_ref(name))) {
                return Err(format!("no engine {name} in this build; --list shows them"));
            }
        }
        Ok(())
    }

    fn sets(&self) -> Result<Vec<Workload>, String> {
        let args = self.args;
        if let Some(path) = &args.messages {
            return Ok(vec![("messages".into(), workload::from_path(path)?)]);
        }
        let frames = args.class.is_none_or(|c| c == Class::Frame) && self.spec.order == Order::Random;
        let whole = args.class != Some(Class::Frame);
        let mut names: Vec<String> = args.workloads.clone();
        if names == ["all"] || (names.is_empty() && !args.quick) {
            let all = names == ["all"];
            names = workload::ORDINARY.map(String::from).to_vec();
            if all || args.record.is_some() {
                names.push(workload::LONG[0].into());
            }
            if all {
                names.extend(scale::WORKLOADS.map(String::from));
                names.push("adversary".into());
            }
            if args.record.is_some() {
                names.push(workload::LONG[1].into());
            }
            names.extend(workload::SDP.map(String::from));
            names.retain(|_| whole);
            names.extend(frames.then(|| "stream-mix".to_owned()));
        } else if names.is_empty() {
            names.extend(whole.then(|| "mix-1k".to_owned()));
            names.extend(frames.then(|| "stream-mix".to_owned()));
        }
        names.into_iter().map(|name| workload::load(&name).map(|messages| (name, messages))).collect()
    }

    fn save(&self) -> Result<(), String> {
        if let Some(path) = &self.args.json {
            record::save(path, &format!("{:#}\n", record::rows(&self.rows)))?;
        }
        if let Some(folder) = &self.args.record {
            record::write(folder, &self.rows, &self.text)?;
        }
        Ok(())
    }
}

/// Prints; a reader that has gone away ends the program quietly.
fn tell(text: &str) {
    if std::io::stdout().write_all(text.as_bytes()).is_err() {
        std::process::exit(0);
    }
}

fn instructions(rows: &mut [Row], workload: &str, loaded: &[Library]) {
    for row in rows {
        let label = row.label();
        let Some(class) = Class::by_name(row.class) else { continue };
        match callgrind::count(&label, workload, class, loaded) {
            Ok(count) => {
                row.instructions = Some(count.message);
                let (message, byte) = (count.message, count.header_byte);
                tell(&format!("{label}: {message:.0} instructions a message, {byte:.2} a header byte\n"));
            }
            Err(why) => tell(&format!("{label}: no instruction count: {why}\n")),
        }
    }
}

fn list(loaded: &[Library]) {
    for engine in engine::all(loaded) {
        let identity = engine.identity();
        let classes: Vec<&str> = engine.classes().iter().map(|c| c.name()).collect();
        tell(&format!(
            "{:<20} {:<12} {:<16} {} [{}]\n",
            identity.label(),
            identity.version,
            classes.join(","),
            identity.work,
            identity.flags
        ));
    }
    for (name, why) in engine::absent() {
        tell(&format!("{name:<20} not in this build: {why}\n"));
    }
    tell(&format!(
        "workloads: {}, {}, stream-mix, {}\n           {}, adversary\n",
        workload::ORDINARY.join(", "),
        workload::SDP.join(", "),
        scale::WORKLOADS.join(", "),
        workload::LONG.join(", ")
    ));
}
