//! The command line of `bench`.

use crate::engine::Class;
use crate::measure::Order;
use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Measures simdsip beside other parsers: same messages, same order, same run.

cargo xtask bench [OPTIONS]

  --quick              7 rounds of mix-1k and stream-mix; figures are indicative
  --engine A,B         only these (name, or name/backend); simdsip's best backend is always timed
  --class C            structure, routing, typed, typed-sdp, sdp-index, sdp-shallow, sdp-deep, forward,
                       build, frame or ceiling
  --engine-so FILE     loads an engine through benches/engine.h, beside the others; may be repeated
                       (sofia-sip, osip2 and libre come in so by themselves where they are installed)
  --workload W,X       by name; `all` for every one but mix-256m
  --messages PATH      a folder (each file a message) or a capture, instead of a workload
  --order ORDER        random (default), hot (each message 32 times in a row), cold (caches flushed)
  --latency            percentiles of single messages
  --instructions       instructions a message by valgrind's callgrind
  --gates              measure every bar that the project has set itself, and judge it
  --seed N             seed of orders and cuts (default 1)
  --rounds N           rounds (default 31, with --quick 7)
  --json FILE          the rows as a JSON list
  --record DIR         machine.json, rows.json, samples.json and table.txt; runs the long workloads too
  --list               engines of this build, what each does, and who is missing

SIMDSIP_SCAN=NAME caps simdsip's backend: scalar, swar, sse2, avx2, avx512, neon.
";

/// What the child of an instruction count is to do.
#[derive(Clone, Debug)]
pub struct Child {
    /// Engine, with its backend.
    pub label: String,
    /// Workload.
    pub workload: String,
    /// Class.
    pub class: Class,
    /// Passes over it.
    pub passes: usize,
}

/// The options.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// `--quick`.
    pub quick: bool,
    /// `--engine`; empty: all.
    pub engines: Vec<String>,
    /// `--engine-so`.
    pub native: Vec<PathBuf>,
    /// `--class`.
    pub class: Option<Class>,
    /// `--workload`; empty: the ordinary ones.
    pub workloads: Vec<String>,
    /// `--messages`.
    pub messages: Option<PathBuf>,
    /// `--order`.
    pub order: Option<Order>,
    /// `--latency`.
    pub latency: bool,
    /// `--instructions`.
    pub instructions: bool,
    /// `--gates`.
    pub gates: bool,
    /// `--list`.
    pub list: bool,
    /// `--help`.
    pub help: bool,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--rounds`.
    pub rounds: Option<usize>,
    /// `--json`.
    pub json: Option<PathBuf>,
    /// `--record`.
    pub record: Option<PathBuf>,
    /// `--child-loop ENGINE BACKEND WORKLOAD CLASS N`, for callgrind.
    pub child: Option<Child>,
}

impl Args {
    /// Rounds of each measurement.
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 7 } else { 31 })
    }

    /// Reads the options.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Args, String> {
        let mut args = Args::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            let list = |text: String| text.split(',').map(str::to_owned).collect();
            match word.as_str() {
                "--quick" => args.quick = true,
                "--latency" => args.latency = true,
                "--instructions" => args.instructions = true,
                "--gates" => args.gates = true,
                "--list" => args.list = true,
                "--help" | "-h" => args.help = true,
                "--engine" => args.engines = list(value()?),
                "--workload" => args.workloads = list(value()?),
                "--messages" => args.messages = Some(value()?.into()),
                "--json" => args.json = Some(value()?.into()),
                "--record" => args.record = Some(value()?.into()),
                "--engine-so" => args.native.push(value()?.into()),
                "--seed" => args.seed = Some(number(&word, &value()?)?),
                "--rounds" => args.rounds = Some(number::<usize>(&word, &value()?)?.max(1)),
                "--class" => {
                    args.class = Some(class(&value()?)?);
                }
                "--order" => {
                    let name = value()?;
                    let orders = [Order::Random, Order::Hot, Order::Cold];
                    let order = orders.into_iter().find(|o| o.name() == name);
                    args.order = Some(order.ok_or_else(|| format!("no order {name}"))?);
                }
                "--child-loop" => {
                    let (engine, backend) = (value()?, value()?);
                    let label = if backend == "-" { engine } else { format!("{engine}/{backend}") };
                    let (workload, class) = (value()?, class(&value()?)?);
                    let passes = number("--child-loop", &value()?)?;
                    args.child = Some(Child { label, workload, class, passes });
                }
                _ => return Err(format!("unknown option {word}; --help lists them")),
            }
        }
        Ok(args)
    }
}

fn class(name: &str) -> Result<Class, String> {
    Class::by_name(name).ok_or_else(|| format!("no class {name}"))
}

fn number<T: std::str::FromStr>(option: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{option}: {text} is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_and_mistakes_named() {
        let args = parse("--quick --engine simdsip/avx2,httparse --order hot --seed 9").expect("valid");
        assert_eq!((args.rounds(), args.seed, args.order), (7, Some(9), Some(Order::Hot)));
        assert_eq!(args.engines, ["simdsip/avx2", "httparse"]);
        assert_eq!(parse("--seed x").expect_err("no number"), "--seed: x is no number");
        assert_eq!(parse("--json").expect_err("no value"), "--json needs a value");
        assert!(parse("--fast").expect_err("unknown").contains("--fast"));
    }
}
