//! What the operator decides in `usher.toml`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use usher_domain::account::Plan;
use usher_domain::text::PlanName;

use crate::Failure;

/// The name of the file in the data directory.
const FILE_NAME: &str = "usher.toml";

/// The contents of the file. Arguments and the environment come before it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Where to listen.
    pub(super) listen: Option<String>,
    /// Where customers reach this server.
    pub(super) public_url: Option<String>,
    /// Plans besides, or instead of, those that are built in (L7).
    #[serde(default)]
    plans: BTreeMap<PlanName, PlanConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanConfig {
    shared_seats: bool,
}

impl Config {
    /// Reads the file that is named, which must exist, or the one in the data directory, which need not.
    pub(super) fn read(named: Option<&Path>, directory: Option<&Path>) -> Result<Self, Failure> {
        let usual = directory.map(|directory| directory.join(FILE_NAME));
        let Some(file) = named.or(usual.as_deref()) else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, file),
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => Ok(Self::default()),
            Err(error) => {
                let text = format_args!("Cannot read the configuration in {}", file.display());
                Err(Failure::because(text, &error))
            }
        }
    }

    fn parse(text: &str, file: &Path) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            let shown = error.to_string();
            let file = file.display();
            Failure::said(format!(
                "The configuration in {file} cannot be used.\n{}",
                shown.trim_end()
            ))
        })
    }

    /// The plans that subscriptions may name.
    pub(super) fn plans(&self) -> Vec<Plan> {
        let mut plans = Plan::built_in();
        plans.retain(|plan| !self.plans.contains_key(&plan.name));
        plans.extend(self.plans.iter().map(|(name, plan)| Plan {
            name: name.clone(),
            shared_seats: plan.shared_seats,
        }));
        plans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("usher.toml")).map_err(|failure| failure.to_string())
    }

    #[test]
    fn l7_the_operator_may_define_more_plans_and_other_terms_of_those_that_exist() {
        let config = parse("[plans.gold]\nshared_seats = true\n[plans.team]\nshared_seats = true\n").unwrap();

        let plans = config.plans();

        let plans: Vec<_> = plans
            .iter()
            .map(|plan| (plan.name.as_str(), plan.shared_seats))
            .collect();
        assert_eq!(plans, [("enterprise", true), ("gold", true), ("team", true)]);
    }

    #[test]
    fn what_the_file_does_not_know_is_shown_with_its_place() {
        let unknown = parse("lissten = \"127.0.0.1:80\"\n").unwrap_err();
        let name = parse("[plans.Gold]\nshared_seats = true\n").unwrap_err();

        assert!(unknown.contains("line 1"), "{unknown}");
        assert!(unknown.contains("unknown field `lissten`"), "{unknown}");
        assert!(name.contains("a plan name"), "{name}");
    }

    #[test]
    fn a_file_that_is_named_must_exist_and_the_usual_one_need_not() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("other.toml");

        assert!(Config::read(None, Some(directory.path())).is_ok());
        assert!(Config::read(Some(&missing), None).is_err());
    }
}
