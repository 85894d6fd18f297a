//! The stored attributes of users and groups.

use super::{Attribute, Holds, Returned, Schema, attribute, text};

/// People (RFC 7643, section 4.1).
pub(in crate::scim) static USER: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person in the account.",
    attributes: &[
        text(
            "userName",
            "What the directory calls the user. Unique, whatever its case.",
        )
        .required()
        .unique(),
        text(
            "displayName",
            "The name that people read. Where it is left out at first, it is made of `name`, or is the `userName`.",
        )
        .required(),
        attribute("name", Holds::Parts(&NAME), "The parts of the person's name."),
        attribute(
            "emails",
            Holds::Parts(&EMAILS),
            "The address that the person signs in with. Usher keeps one: the primary one, else the one for `work`, \
             else the first. Where it is left out at first, it is the `userName`.",
        )
        .many()
        .required(),
        attribute(
            "active",
            Holds::Truth,
            "Whether the person can do anything. False signs them out and frees their seats at once. True where it is \
             left out at first.",
        )
        .required(),
        attribute(
            "groups",
            Holds::Parts(&GROUPS),
            "The groups that the person is in.",
        )
        .many()
        .read_only(),
    ],
    not_kept: &[
        "addresses",
        "entitlements",
        "ims",
        "locale",
        "nickName",
        "password",
        "phoneNumbers",
        "photos",
        "preferredLanguage",
        "profileUrl",
        "roles",
        "timezone",
        "title",
        "userType",
        "x509Certificates",
        "emails.display",
        "name.formatted",
        "name.honorificPrefix",
        "name.honorificSuffix",
        "name.middleName",
    ],
};

static NAME: [Attribute; 2] = [
    text("givenName", "The given name."),
    text("familyName", "The family name."),
];

static EMAILS: [Attribute; 3] = [
    text("value", "The address, unique in the account.")
        .required()
        .unique(),
    text("type", "What it is for.").words(&["work", "home", "other"]),
    attribute("primary", Holds::Truth, "Whether it is the preferred address."),
];

static GROUPS: [Attribute; 4] = [
    text("value", "The id of the group.").read_only(),
    attribute("$ref", Holds::Reference(&["Group"]), "Where it is found.")
        .read_only()
        .case_exact(),
    text("display", "Its name.").read_only(),
    text("type", "How the person is in it.")
        .read_only()
        .words(&["direct"]),
];

/// Groups of people (RFC 7643, section 4.2).
pub(in crate::scim) static GROUP: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "People whom the directory keeps together. The portal says what they get.",
    attributes: &[
        text("displayName", "The name. Unique, whatever its case.")
            .required()
            .unique(),
        attribute(
            "members",
            Holds::Parts(&MEMBERS),
            "The users in the group. Ids that are not users of the account are ignored.",
        )
        .many(),
    ],
    not_kept: &[],
};

static MEMBERS: [Attribute; 4] = [
    text("value", "The id of the user.").immutable(),
    attribute("$ref", Holds::Reference(&["User"]), "Where they are found.")
        .immutable()
        .case_exact(),
    text("type", "What the member is.").immutable().words(&["User"]),
    text("display", "The user's name.")
        .read_only()
        .returned(Returned::Request),
];
