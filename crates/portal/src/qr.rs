//! Addresses as QR codes.

use qrcode::QrCode;
use qrcode::render::svg;

/// The size, in CSS pixels.
const PIXELS: u32 = 220;

/// A text as a QR code: an SVG element for a page. Empty if the text is too long for one, which no address is.
pub(crate) fn svg(text: &str) -> String {
    let Ok(code) = QrCode::new(text) else {
        return String::new();
    };
    let drawing = code
        .render::<svg::Color<'_>>()
        .min_dimensions(PIXELS, PIXELS)
        .build();
    let inside_a_page = drawing.split_once("?>").map(|(_, drawing)| drawing.to_owned());
    inside_a_page.unwrap_or(drawing)
}
