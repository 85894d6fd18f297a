//! What mails say. The texts of a language are in one file (`english.rs`), one function for each message; the look is one
//! template for all of them.

mod english;

use askama::Template;
use jiff::tz::TimeZone;
use usher_app::{Mail, zone_named};
use usher_domain::text::Name;
use usher_domain::{AccountId, Timestamp};
use usher_identity::{BrandLink, BrandLook, Secret};

use crate::letter::{Letter, one_line};

/// A mail in words, before it gets its look.
pub(crate) struct Words {
    pub(crate) subject: String,
    /// What happened, a paragraph each.
    pub(crate) paragraphs: Vec<String>,
    /// What to press, and where it leads.
    pub(crate) button: Option<Button>,
    /// What to know besides, in smaller letters.
    pub(crate) notes: Vec<String>,
}

/// A link that is a button where there are buttons.
pub(crate) struct Button {
    pub(crate) label: &'static str,
    pub(crate) url: String,
}

/// The server that mails come from, as its readers reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its public address, without a trailing slash; `None` if it is not known, as in mails that become files. It is the
    /// operator's setting, never what a request says that the server is called.
    pub url: Option<String>,
}

impl Place {
    fn link(&self, path: &str) -> String {
        format!("{}{path}", self.url.as_deref().unwrap_or_default())
    }
}

/// A message for a reader: what the texts are made from.
pub(crate) struct Reader<'a> {
    pub(crate) mail: &'a Mail,
    pub(crate) place: &'a Place,
    /// How the operator's server looks.
    brand: &'a BrandLook,
    zone: TimeZone,
    /// The account that it concerns.
    account_id: Option<AccountId>,
    /// The secret of the link in it.
    secret: Option<&'a Secret>,
}

impl Reader<'_> {
    /// The operator's name for their server, in one line.
    fn brand(&self) -> String {
        brand_name(self.brand)
    }

    /// The account's name in one line.
    fn account(&self) -> String {
        self.mail
            .account
            .as_deref()
            .map_or_else(|| self.brand(), one_line)
    }

    /// ` in the account Contoso`; nothing if the mail does not name the account.
    fn in_account(&self) -> String {
        match &self.mail.account {
            Some(_) => format!(" in the account {}", self.account()),
            None => String::new(),
        }
    }

    /// A time as the reader's clock shows it, with the zone.
    fn moment(&self, at: Timestamp) -> String {
        let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
        let zoned = moment.to_zoned_datetime(self.zone.clone());
        let zone = self.zone.iana_name().unwrap_or("UTC");
        format!("{} ({zone})", zoned.strftime("%A %-d %B %Y, %H:%M"))
    }

    /// A button to a page of the reader's account; to the first page if the account is not known.
    fn button(&self, label: &'static str, page: &str) -> Button {
        let path = match self.account_id {
            Some(account) => format!("/a/{account}{page}"),
            None => "/".to_owned(),
        };
        Button {
            label,
            url: self.place.link(&path),
        }
    }

    /// The link with the secret of this mail. Without one there is nothing behind it, so it leads to the first page.
    fn secret_link(&self, path: &str) -> String {
        match self.secret {
            Some(secret) => self.place.link(&format!("{path}/{}", secret.expose())),
            None => self.place.link("/"),
        }
    }
}

/// What mails show of the operator's branding. No logo: a picture that is loaded tells when somebody reads, many readers'
/// programs show none for that reason, and one that is sent along makes each mail large.
struct Brand<'a> {
    name: String,
    color: String,
    /// Of texts on the color.
    ink: String,
    help: Option<&'a str>,
    privacy: Option<&'a str>,
}

impl<'a> Brand<'a> {
    fn of(look: &'a BrandLook) -> Self {
        let colors = look
            .color
            .map(|color| (color.to_string(), color.ink().to_string()));
        let (color, ink) = colors.unwrap_or_else(|| ("#0f766e".to_owned(), "#ffffff".to_owned()));
        Self {
            name: brand_name(look),
            color,
            ink,
            help: look.help.as_ref().map(BrandLink::as_str),
            privacy: look.privacy.as_ref().map(BrandLink::as_str),
        }
    }
}

fn brand_name(look: &BrandLook) -> String {
    let name = look.name.as_ref().map(Name::as_str);
    name.map_or_else(|| "Usher".to_owned(), one_line)
}

#[derive(Template)]
#[template(path = "mail.html")]
struct HtmlForm<'a> {
    brand: &'a Brand<'a>,
    words: &'a Words,
    greeting: &'a str,
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct TextForm<'a> {
    brand: &'a Brand<'a>,
    words: &'a Words,
    greeting: &'a str,
    footer: &'a str,
}

/// A mail in its two forms, with the operator's name, color and links. `account` is that which it concerns, and `secret`
/// that of the link in it, if it has one. Fails if a template does.
pub fn letter(
    mail: &Mail,
    account: Option<AccountId>,
    secret: Option<&Secret>,
    place: &Place,
    look: &BrandLook,
) -> Result<Letter, askama::Error> {
    let zone = mail.zone.as_ref().and_then(|zone| zone_named(zone.as_str()));
    let reader = Reader {
        mail,
        place,
        brand: look,
        zone: zone.unwrap_or(TimeZone::UTC),
        account_id: account,
        secret,
    };
    let words = english::words(&reader);
    let greeting = english::greeting(mail.name.as_ref().map(|name| one_line(name.reveal())));
    let footer = english::footer(&reader);
    let brand = Brand::of(look);
    let html = HtmlForm {
        brand: &brand,
        words: &words,
        greeting: &greeting,
        footer: &footer,
    };
    let text = TextForm {
        brand: &brand,
        words: &words,
        greeting: &greeting,
        footer: &footer,
    };
    Ok(Letter {
        html: html.render()?,
        text: text.render()?,
        subject: words.subject,
    })
}

#[cfg(test)]
mod tests;
