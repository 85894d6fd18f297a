//! Chooses the feature and the number of seats.

use usher_insight::flexnet::FeatureUse;

use super::desk::SEATS_MAX;
use crate::Failure;

/// The most suggestions for a name that is not in the log.
const CLOSE_NAMES_MAX: usize = 5;
/// How similar, from 0 to 1, a name must be to be suggested.
const CLOSE_ENOUGH: f64 = 0.75;

/// The number of seats for the replay of `feature`: `asked`, or the most licenses that were in use at once.
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
            "Nobody checked out a license of `{feature}` in this log, so the number of seats is unknown. Set it \
             with `--seats`."
        ))),
        seats if seats > SEATS_MAX => Err(Failure::said(format!(
            "{seats} licenses of `{feature}` were in use at once in this log, but a replay can have {SEATS_MAX} seats \
             at most. Set the number with `--seats`."
        ))),
        seats => Ok(seats),
    }
}

fn unknown(features: &[FeatureUse], feature: &str, log: &str) -> Failure {
    let close = close(features, feature);
    let hint = if close.is_empty() {
        format!("`usher replay {log}` lists its features.")
    } else {
        format!("Did you mean {}?", close.join(", "))
    };
    Failure::said(format!("The log has no feature `{feature}`. {hint}"))
}

/// Names in the log that are similar to `feature`, the closest first, in backticks.
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
    fn a_feature_that_nobody_used_needs_a_number_of_seats() {
        assert!(refusal("Denied_Only").contains("Set it with `--seats`"));
    }

    #[test]
    fn a_wrong_name_is_answered_with_similar_ones() {
        assert!(refusal("matlap").contains("Did you mean `MATLAB`?"));
        assert!(refusal("toolbox").contains("`Signal_Toolbox`"));
        assert!(refusal("qqq").contains("`usher replay a.log` lists"));
    }
}
