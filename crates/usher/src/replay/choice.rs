//! Which feature, and how many seats.

use usher_insight::flexnet::FeatureUse;

use super::desk::SEATS_MAX;
use crate::Failure;

/// How many names are offered in place of one that is not in the log.
const CLOSE_NAMES_MAX: usize = 5;
/// How alike, from 0 to 1, a name must be to be offered.
const CLOSE_ENOUGH: f64 = 0.75;

/// How many seats to replay `feature` with: as `asked`, or the most licenses that were in use at once.
pub(super) fn seats(
    features: &[FeatureUse],
    feature: &str,
    asked: Option<u32>,
    log: &str,
) -> Result<u32, Failure> {
    let Some(used) = features.iter().find(|of| &*of.feature == feature) else {
        return Err(unknown(features, feature, log));
    };
    match asked.unwrap_or(used.peak) {
        0 => Err(Failure::said(format!(
            "Nobody took a license of `{feature}` in this log, so it has no number of seats of its own. Say how many \
             with `--seats`."
        ))),
        seats if seats > SEATS_MAX => Err(Failure::said(format!(
            "{seats} licenses of `{feature}` were in use at once in this log, and a replay has {SEATS_MAX} seats at \
             most. Say how many with `--seats`."
        ))),
        seats => Ok(seats),
    }
}

fn unknown(features: &[FeatureUse], feature: &str, log: &str) -> Failure {
    let close = close(features, feature);
    let hint = if close.is_empty() {
        format!("`usher replay {log}` lists those that it has.")
    } else {
        format!("Did you mean {}?", close.join(", "))
    };
    Failure::said(format!("The log has no feature `{feature}`. {hint}"))
}

/// Names in the log that `feature` may be meant for, the closest first, in backticks.
fn close(features: &[FeatureUse], feature: &str) -> Vec<String> {
    let asked = feature.to_lowercase();
    let mut close: Vec<(f64, &str)> = features
        .iter()
        .map(|of| {
            let name = of.feature.to_lowercase();
            let within = name.contains(&asked) || asked.contains(&name);
            let likeness = strsim::jaro_winkler(&name, &asked);
            (
                if within {
                    likeness.max(CLOSE_ENOUGH)
                } else {
                    likeness
                },
                &*of.feature,
            )
        })
        .filter(|(likeness, _)| *likeness >= CLOSE_ENOUGH)
        .collect();
    close.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let names = close.into_iter().take(CLOSE_NAMES_MAX);
    names.map(|(_, name)| format!("`{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn features() -> Vec<FeatureUse> {
        [("MATLAB", 7), ("Signal_Toolbox", 3), ("Denied_Only", 0)]
            .map(|(name, peak)| FeatureUse {
                feature: Arc::from(name),
                outs: 1,
                ins: 1,
                upgrades: 0,
                denied: 0,
                denied_otherwise: 0,
                users: 1,
                peak,
            })
            .into()
    }

    fn refusal(feature: &str) -> String {
        seats(&features(), feature, None, "a.log")
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_number_of_seats_is_the_one_asked_for_or_the_peak_of_the_log() {
        assert_eq!(seats(&features(), "MATLAB", None, "a.log").unwrap(), 7);
        assert_eq!(seats(&features(), "MATLAB", Some(2), "a.log").unwrap(), 2);
        assert_eq!(seats(&features(), "Denied_Only", Some(2), "a.log").unwrap(), 2);
    }

    #[test]
    fn a_feature_that_nobody_took_needs_a_number_of_seats() {
        assert!(refusal("Denied_Only").contains("Say how many with `--seats`"));
    }

    #[test]
    fn a_wrong_name_is_answered_with_those_that_are_close() {
        assert!(refusal("matlap").contains("Did you mean `MATLAB`?"));
        assert!(refusal("toolbox").contains("`Signal_Toolbox`"));
        assert!(refusal("qqq").contains("`usher replay a.log` lists"));
    }
}
