//! The icons (Lucide), rendered into the pages, where they take the color of the text.

use std::fmt;

use askama::filters::HtmlSafe;

/// Makes the icons from their rows.
macro_rules! icons {
    ($($icon:ident, $file:literal;)*) => {
        /// An icon. It is decoration: the text beside it says the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Icon {
            $($icon,)*
        }

        impl Icon {
            /// All of them, for the page that shows every component.
            pub(crate) const EVERY: &[Self] = &[$(Self::$icon,)*];

            #[cfg(test)]
            const ALL: &[(Self, &str)] = &[$((Self::$icon, concat!($file, ".svg")),)*];

            /// The file as published.
            const fn published(self) -> &'static str {
                match self {
                    $(Self::$icon => include_str!(concat!("../vendor/lucide/", $file, ".svg")),)*
                }
            }
        }
    };
}

// One row per icon: its name here, and its file.
icons! {
    Overview,     "layout-dashboard";
    Seats,        "armchair";
    SeatPools,    "armchair";
    Sessions,     "phone-call";
    Queue,        "hourglass";
    Users,        "users";
    Teams,        "network";
    Groups,       "boxes";
    Requests,     "inbox";
    Refusals,     "ban";
    Minutes,      "timer";
    Audit,        "scroll-text";
    Subscription, "credit-card";
    Settings,     "settings";
    ApiKeys,      "key-round";
    AgentConsole, "headset";
    Accounts,     "building-2";
    Branding,     "palette";
    Server,       "server";
}

impl Icon {
    /// The shapes within the file's element.
    fn shapes(self) -> &'static str {
        let (_, svg) = self.published().split_once("<svg").unwrap_or_default();
        let (_, shapes) = svg.split_once('>').unwrap_or_default();
        shapes.trim().trim_end_matches("</svg>").trim_end()
    }
}

/// Contains only the vendored file.
impl HtmlSafe for Icon {}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">"#)?;
        for line in self.shapes().lines() {
            f.write_str(line.trim())?;
        }
        f.write_str("</svg>")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::assets::vendored;

    use super::*;

    #[test]
    fn the_icons_are_unchanged_and_each_has_its_shapes() {
        // The digest of the list of digests, so that the list cannot change unnoticed.
        let listed = vendored(
            "lucide",
            "203c30cdb873703a4ee296e6f99199aee1824703447c60a7b0f385de744de996",
        );

        let used: BTreeSet<_> = Icon::ALL.iter().map(|(_, file)| (*file).to_owned()).collect();
        let with_license = used.into_iter().chain(["LICENSE".to_owned()]).collect();
        assert_eq!(listed, with_license);
        for (icon, file) in Icon::ALL {
            let html = icon.to_string();
            assert!(html.contains("/>") && html.ends_with("</svg>"), "{file}: {html}");
            assert_eq!(html.matches("<svg").count(), 1, "{file}: {html}");
        }
    }
}
