//! How the customer's page looks: the operator's name, logo, color and texts. No credentials, but stored with them: they
//! belong to the server, and to no account.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use imagesize::{ImageType, blob_size, image_type};
use sha2::{Digest as _, Sha256};
use url::Url;
use usher_domain::text::{InvalidText, Name};

use crate::{Identity, IdentityError};

/// The largest logo, in bytes.
pub const LOGO_BYTES_MAX: usize = 100 * 1024;
/// The longest side of a logo, in pixels.
pub const LOGO_SIDE_MAX: u32 = 2_000;
/// The longest text, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// The longest link, in bytes.
const LINK_BYTES_MAX: usize = 500;

/// How the customer's page looks. Usher's own look wherever nothing is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branding {
    /// What the operator has chosen, apart from the logo.
    pub look: BrandLook,
    /// In place of Usher's logo.
    pub logo: Option<Logo>,
}

/// What the operator chooses in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrandLook {
    /// In place of Usher's name.
    pub name: Option<Name>,
    /// Of buttons, and of a line at the top.
    pub color: Option<BrandColor>,
    /// Where customers type their code.
    pub welcome: Option<BrandText>,
    /// After a session.
    pub goodbye: Option<BrandText>,
    /// Where customers find help.
    pub help: Option<BrandLink>,
    /// What becomes of their data.
    pub privacy: Option<BrandLink>,
}

/// A color, as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrandColor([u8; 3]);

/// A text of 1 to 500 characters, without control characters but for new lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandText(Arc<str>);

/// The address of a page elsewhere, which begins with `https://`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandLink(Arc<str>);

/// A picture that all browsers show. No SVG: such a file can hold a script.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    media_type: &'static str,
    width: u32,
    height: u32,
    bytes: Arc<[u8]>,
    /// Of the bytes: every page of customers asks for the branding's version.
    digest: [u8; 32],
}

/// What becomes of the logo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoChange {
    /// It stays.
    Keep,
    /// Usher's own is shown again.
    Remove,
    /// This one takes its place.
    Put(Logo),
}

impl Branding {
    /// A short digest of all of it, for addresses that browsers may keep.
    #[must_use]
    pub fn version(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{:?}", self.look));
        if let Some(logo) = &self.logo {
            digest.update(logo.digest);
        }
        HEXLOWER.encode(&digest.finalize()[..6])
    }

    /// With this in place of its look, and its logo changed.
    #[must_use]
    pub fn changed(&self, look: BrandLook, logo: LogoChange) -> Self {
        let logo = match logo {
            LogoChange::Keep => self.logo.clone(),
            LogoChange::Remove => None,
            LogoChange::Put(logo) => Some(logo),
        };
        Self { look, logo }
    }
}

impl BrandColor {
    /// Black or white: the one that reads better on this color (WCAG 2.2, contrast ratio). It is at least 4.5 for every
    /// color, which is what texts need.
    #[must_use]
    pub fn ink(self) -> Self {
        // The ratios with black and with white are equal at a luminance of 0.179.
        let is_light = self.luminance() > 0.179;
        Self(if is_light { [0; 3] } else { [255; 3] })
    }

    /// The relative luminance (WCAG 2.2), from 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl Logo {
    /// The logo in a file: PNG, JPEG or WebP, by its content.
    pub fn read(file: &[u8]) -> Result<Self, InvalidText> {
        let wrong = || InvalidText {
            expected: "a PNG, JPEG or WebP of at most 100 KiB and 2,000 × 2,000 pixels",
        };
        let media_type = match image_type(file) {
            Ok(ImageType::Png) => "image/png",
            Ok(ImageType::Jpeg) => "image/jpeg",
            Ok(ImageType::Webp) => "image/webp",
            _ => return Err(wrong()),
        };
        let size = blob_size(file).map_err(|_| wrong())?;
        let within = |pixels: usize| {
            let pixels = u32::try_from(pixels).ok()?;
            (1..=LOGO_SIDE_MAX).contains(&pixels).then_some(pixels)
        };
        match (within(size.width), within(size.height)) {
            (Some(width), Some(height)) if file.len() <= LOGO_BYTES_MAX => Ok(Self {
                media_type,
                width,
                height,
                bytes: file.into(),
                digest: Sha256::digest(file).into(),
            }),
            _ => Err(wrong()),
        }
    }

    /// The media type that its bytes have, whatever the file was called.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Its width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The file as it was uploaded.
    #[must_use]
    pub const fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        write!(f, "Logo({}, {width} × {height})", self.media_type)
    }
}

impl FromStr for BrandColor {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let digits = text.trim().strip_prefix('#').unwrap_or_default();
        let parsed = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        let parts = parsed.ok().and_then(|parts| <[u8; 3]>::try_from(parts).ok());
        parts.map(Self).ok_or(InvalidText {
            expected: "a color such as `#0f766e`",
        })
    }
}

impl fmt::Display for BrandColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", HEXLOWER.encode(&self.0))
    }
}

impl FromStr for BrandText {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let text = text.trim().replace("\r\n", "\n");
        let is_right = |letter: char| letter == '\n' || !letter.is_control();
        let fits = !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX && text.chars().all(is_right);
        fits.then(|| Self(text.into())).ok_or(InvalidText {
            expected: "a text of 1 to 500 characters",
        })
    }
}

impl FromStr for BrandLink {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let url = Url::parse(text.trim()).ok();
        let is_right = |url: &Url| {
            url.scheme() == "https" && url.username().is_empty() && url.as_str().len() <= LINK_BYTES_MAX
        };
        url.filter(is_right)
            .map(|url| Self(url.as_str().into()))
            .ok_or(InvalidText {
                expected: "an address that begins with `https://`",
            })
    }
}

macro_rules! texts {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text as a string slice.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

texts!(BrandText, BrandLink);

impl Identity {
    /// How the customer's page looks. Answers from memory.
    #[must_use]
    pub fn branding(&self) -> Arc<Branding> {
        Arc::clone(&self.cache.branding())
    }

    /// Changes how the customer's page looks.
    pub async fn set_branding(&self, look: BrandLook, logo: LogoChange) -> Result<(), IdentityError> {
        self.change(
            move |store| async move { store.put_branding(look, logo).await },
            |cache, branding| *cache.branding_mut() = Arc::new(branding),
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG of this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        file.extend(width.to_be_bytes());
        file.extend(height.to_be_bytes());
        file.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        file
    }

    #[test]
    fn the_ink_on_every_color_is_readable() {
        let steps = || (0..=255).step_by(15);
        for (red, green, blue) in
            steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| (r, g, b))))
        {
            let color = BrandColor([red, green, blue]);
            let (one, other) = (color.luminance(), color.ink().luminance());
            let ratio = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            assert!(ratio >= 4.5, "{color}: {ratio}");
        }
    }

    #[test]
    fn colors_texts_and_links_keep_what_fits_and_refuse_the_rest() {
        assert_eq!("#0F766e".parse::<BrandColor>().unwrap().to_string(), "#0f766e");
        for wrong in ["", "0f766e", "#0f7", "#0f766g", "#0f766e;}", "red"] {
            assert!(wrong.parse::<BrandColor>().is_err(), "{wrong}");
        }
        assert_eq!(
            " Hello\r\nyou ".parse::<BrandText>().unwrap().as_str(),
            "Hello\nyou"
        );
        for wrong in ["", " ", "a\0b", "a\u{1b}b", &"x".repeat(501)] {
            assert!(wrong.parse::<BrandText>().is_err(), "{wrong}");
        }
        assert_eq!(
            "https://Example.com/a".parse::<BrandLink>().unwrap().as_str(),
            "https://example.com/a"
        );
        for wrong in [
            "",
            "http://example.com",
            "javascript:alert(1)",
            "//example.com",
            "https://a@example.com",
        ] {
            assert!(wrong.parse::<BrandLink>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_logo_is_what_its_content_says_and_has_bounds() {
        let logo = Logo::read(&png(200, 50)).unwrap();
        assert_eq!((logo.media_type(), logo.size()), ("image/png", (200, 50)));

        let mut large = png(200, 50);
        large.resize(LOGO_BYTES_MAX + 1, 0);
        for wrong in [
            Vec::new(),
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>".to_vec(),
            b"GIF89a\x01\0\x01\0".to_vec(),
            png(0, 50),
            png(200, LOGO_SIDE_MAX + 1),
            png(200, 50)[..18].to_vec(),
            large,
        ] {
            assert!(Logo::read(&wrong).is_err(), "{} bytes", wrong.len());
        }
    }
}
