//! The first people: a line for each, with an invitation to hand over. Each is added with their license, or not at all.

use std::collections::BTreeSet;

use axum::response::Response;
use usher_domain::command::LicenseCommand;
use usher_domain::event::Profile;
use usher_domain::permission::{PermissionOverrides, Privilege, Role};
use usher_domain::text::{Email, Name};
use usher_domain::user::License;
use usher_domain::{Account, Actor, Command, Refusal, UserId};
use usher_identity::draw_bits;

use super::path;
use super::view::{AddedPage, PeopleChoices, PeoplePage};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::pages::users::Invited;
use crate::pages::users::create::{self, Licenses};
use crate::pages::users::licenses::{Chosen, LicenseField, field_of, too_few_named};
use crate::said::named;
use crate::sentence;
use crate::viewer::Viewer;

/// The most people added at once: more are added from a list, on the page of users.
const PEOPLE_MAX: usize = 20;

/// For how many people named seats must be left, so that they are the likely choice.
const LIKELY_PEOPLE: usize = 3;

/// A line of the form.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// As it was typed.
    text: String,
    name: Name,
    email: Email,
}

pub(super) async fn show(viewer: Viewer) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    Ok(page(
        &people_page(&viewer, Form::showing([("own", "yes")])).await?,
    ))
}

pub(super) async fn add(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::UsersManage).await?;
    let lines = read(&mut form);
    let licenses = Chosen::of(&form).licenses(&mut form);
    let takes_one = form.value("own") == "yes";
    if form.is_right() && lines.is_empty() && !takes_one {
        form.wrong("people", "Type at least one person, or go on to the overview.");
    }
    if form.is_right() {
        // Before anybody gets anything: the seats may be enough for the first ones only.
        check_seats(&viewer, &mut form, &licenses, lines.len(), takes_one).await?;
    }
    if form.is_right() && lines.is_empty() {
        if let Err(refusal) = give_oneself(&viewer, &licenses).await? {
            form.wrong("own", sentence::of(&refusal));
        } else {
            return Ok(done(NavPage::CONSOLE, "You have a license. Now take a seat."));
        }
    }
    if !form.is_right() {
        return Ok(page_again(&people_page(&viewer, form).await?));
    }
    let (mut added, mut left) = (Vec::new(), Vec::new());
    for line in lines {
        match add_one(&viewer, &line, &licenses).await? {
            Ok(one) => added.push(one),
            Err(why) => {
                form.wrong("people", format!("{}: {why}", named(&line.email)));
                left.push(line.text);
            }
        }
    }
    form.replace("people", left.join("\n"));
    if added.is_empty() {
        return Ok(page_again(&people_page(&viewer, form).await?));
    }
    if takes_one && let Err(refusal) = give_oneself(&viewer, &licenses).await? {
        form.wrong("own", sentence::of(&refusal));
    }
    Ok(page(&added_page(&viewer, form, added).await?))
}

/// The lines of the form. What is wrong with each is added to the form.
fn read(form: &mut Form) -> Vec<Line> {
    let typed = form.value("people").to_owned();
    let (mut lines, mut seen) = (Vec::new(), BTreeSet::new());
    for (index, text) in typed.lines().map(str::trim).enumerate() {
        if text.is_empty() {
            continue;
        }
        let number = index + 1;
        match parse(text) {
            Ok(line) if !seen.insert(line.email.clone()) => {
                form.wrong(
                    "people",
                    format!("Line {number} has the same address as another line."),
                );
            }
            Ok(line) => lines.push(line),
            Err(expected) => form.wrong("people", format!("Line {number} must have {expected}.")),
        }
    }
    if lines.len() > PEOPLE_MAX {
        let message = format!("Add at most {PEOPLE_MAX} people at once, and the others after that.");
        form.wrong("people", message);
    }
    lines
}

/// A line: a name and an address, with or without a sign between them. The address is the last word.
fn parse(text: &str) -> Result<Line, &'static str> {
    let separates = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '<');
    let bare = text.trim_end_matches(['>', ',', ';', ' ']);
    let (name, email) = bare
        .rfind(separates)
        .map(|at| (&bare[..at], bare[at..].trim_start_matches(separates)))
        .ok_or("a name and an e-mail address")?;
    let name = name.trim_end_matches(separates).trim_matches('"');
    Ok(Line {
        name: name.parse::<Name>().map_err(|error| error.expected)?,
        email: email.parse::<Email>().map_err(|error| error.expected)?,
        text: text.to_owned(),
    })
}

/// Adds an error to the form for each product that has not enough named seats for all.
async fn check_seats(
    viewer: &Viewer,
    form: &mut Form,
    licenses: &Licenses,
    people: usize,
    takes_one: bool,
) -> Result<(), Failed> {
    let (user, licenses) = (viewer.session.user, licenses.clone());
    let look = move |account: &Account, _: &Actor, _| {
        let own = account
            .user(user)
            .map(|user| user.licenses.clone())
            .unwrap_or_default();
        let named = licenses.iter().filter(|(_, license)| **license == License::Named);
        let wrong = named.filter_map(|(product, _)| {
            let for_oneself = usize::from(takes_one && !own.contains_key(product));
            let why = too_few_named(account, product, people + for_oneself)?;
            Some((field_of(product), why))
        });
        Ok(wrong.collect::<Vec<_>>())
    };
    for (field, why) in viewer.look(None, look).await?.1 {
        form.wrong(&field, crate::sentence::of_phrase(&why));
    }
    Ok(())
}

/// Gives the viewer the same licenses, of the products for which they have none.
async fn give_oneself(viewer: &Viewer, licenses: &Licenses) -> Result<Result<(), Refusal>, Failed> {
    let user = viewer.session.user;
    let look = move |account: &Account, _: &Actor, _| {
        let has = account.user(user).map(|user| user.licenses.clone());
        Ok(has.unwrap_or_default())
    };
    let has = viewer.look(None, look).await?.1;
    for (product, license) in licenses.iter().filter(|(product, _)| !has.contains_key(*product)) {
        let command = Command::License(LicenseCommand::Set {
            user,
            product: product.clone(),
            license: Some(*license),
            until: None,
        });
        if let Err(refusal) = viewer.execute(command, |_, (), _| ()).await? {
            return Ok(Err(refusal));
        }
    }
    Ok(Ok(()))
}

/// Adds a person completely, or says why not.
async fn add_one(
    viewer: &Viewer,
    line: &Line,
    licenses: &Licenses,
) -> Result<Result<Invited, String>, Failed> {
    let id = UserId::from_bits(draw_bits(viewer.portal.app.engine().now())?);
    let profile = Profile {
        name: line.name.clone().into(),
        email: line.email.clone().into(),
        role: Role::Member,
        privileges: BTreeSet::new(),
        billing_contact: false,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    let command = create::command(id, profile, licenses.clone(), false);
    if let Err(problem) = create::may_invite(viewer, &command).await {
        return Ok(Err(problem.detail().to_owned()));
    }
    if let Err(refusal) = create::make(viewer, id, command, None).await? {
        return Ok(Err(sentence::of(&refusal)));
    }
    let mut invited = Invited::without_link(&line.name, &line.email, create::path_of(viewer, id));
    invited.invite(viewer, id).await;
    Ok(Ok(invited))
}

async fn choices(viewer: &Viewer, form: &Form) -> Result<(Frame, PeopleChoices), Failed> {
    let chosen = Chosen::of(form);
    let user = viewer.session.user;
    let look = move |account: &Account, actor: &Actor, _| {
        let licenses = LicenseField::for_several(account, actor, &chosen, LIKELY_PEOPLE);
        let has_one = account.user(user).is_some_and(|user| !user.licenses.is_empty());
        Ok(PeopleChoices {
            may_take_one: !licenses.is_empty() && !has_one && account.may(actor, Privilege::SeatsManage),
            licenses,
        })
    };
    viewer.look(Some(NavPage::Overview), look).await
}

async fn people_page(viewer: &Viewer, form: Form) -> Result<PeoplePage, Failed> {
    let (frame, choices) = choices(viewer, &form).await?;
    Ok(PeoplePage {
        frame,
        form,
        path: format!("{}/people", path(viewer.account)),
        overview: NavPage::Overview.path(viewer.account),
        choices,
    })
}

async fn added_page(viewer: &Viewer, form: Form, added: Vec<Invited>) -> Result<AddedPage, Failed> {
    let user = viewer.session.user;
    let look = move |account: &Account, _: &Actor, _| {
        Ok(account.user(user).is_some_and(|user| !user.licenses.is_empty()))
    };
    let (_, may_work) = viewer.look(None, look).await?;
    let (frame, choices) = choices(viewer, &form).await?;
    Ok(AddedPage {
        frame,
        form,
        path: format!("{}/people", path(viewer.account)),
        overview: NavPage::Overview.path(viewer.account),
        is_here_alone: viewer.portal.app.is_known_here_alone(),
        has_mail: viewer.portal.app.mail_setup().is_some(),
        added,
        choices,
        may_work,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_an_address_however_they_are_separated() {
        for text in [
            "Amara Okafor amara@fjord.example",
            "Amara Okafor, amara@fjord.example",
            "Amara Okafor; amara@fjord.example",
            "Amara Okafor\tamara@fjord.example",
            "Amara Okafor <amara@fjord.example>",
            "\"Amara Okafor\" <amara@fjord.example>,",
        ] {
            let line = parse(text).unwrap();
            assert_eq!(line.name.as_str(), "Amara Okafor", "{text}");
            assert_eq!(line.email.as_str(), "amara@fjord.example", "{text}");
        }
        for text in ["amara@fjord.example", "Amara Okafor", "Amara, Okafor", "@ , é"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn all_wrong_lines_are_named_and_so_is_an_address_that_comes_twice() {
        let mut form = Form::showing([("people", "Ann ann@x.example\n\nBob\nAnna ANN@x.example\n")]);

        let lines = read(&mut form);

        assert_eq!(lines.len(), 1);
        let errors: Vec<_> = form
            .errors()
            .iter()
            .map(|error| error.message.0.as_str())
            .collect();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(
            errors[0].starts_with("Line 3 ") && errors[1].starts_with("Line 4 "),
            "{errors:?}"
        );
    }
}
