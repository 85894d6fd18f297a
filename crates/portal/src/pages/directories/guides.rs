//! How to set up each product, in its own terms and in the order of its own pages.

/// The guide for one product.
pub(super) struct Guide {
    /// The last part of the page's path.
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    /// What to know before starting.
    pub(super) first: &'static str,
    /// Whether the product needs the address and a key.
    pub(super) takes_key: bool,
    pub(super) steps: &'static [&'static str],
    /// How to send a group to Usher, before it is mapped to a seat.
    pub(super) group: &'static str,
}

/// All products with a page.
pub(super) const GUIDES: &[Guide] = &[
    Guide {
        slug: "entra-id",
        name: "Microsoft Entra ID",
        first: "Entra ID sends changes about every 40 minutes. Groups within groups are not sent: assign each group itself.",
        takes_key: true,
        steps: &[
            "In the Entra admin center open Enterprise applications, choose New application and Create your own application, name it “Usher”, and choose the kind that is not in the gallery.",
            "Open Provisioning in the new application, choose New configuration, and give the address above as Tenant URL and the key as Secret token. Test connection must succeed; then create it.",
            "Keep the mappings that Entra proposes. In those of users, map externalId to objectId, so that a user stays the same when the mail nickname changes.",
            "Under Users and groups assign the people and groups that are to use Usher.",
            "Start provisioning. Provision on demand sends one user at once, and shows what Usher answered.",
        ],
        group: "Assign a group, such as “Support agents”, to the application under Users and groups. It comes to Usher with its members in the next cycle.",
    },
    Guide {
        slug: "okta",
        name: "Okta",
        first: "Okta sends each change as it is made. Groups come by Push Groups, apart from the assignment of people.",
        takes_key: true,
        steps: &[
            "In the admin console open Applications, and create an app integration for Usher (SAML 2.0, or SWA where people do not sign in by it). Under General, edit App Settings and choose SCIM as Provisioning.",
            "Under Provisioning, Integration, give the address above as SCIM connector base URL and userName as Unique identifier field for users. Tick Push New Users, Push Profile Updates and Push Groups.",
            "Choose HTTP Header as Authentication Mode, give the key as Authorization token, and choose Test Connector Configuration.",
            "Under Provisioning, To App, enable Create Users, Update User Attributes and Deactivate Users.",
            "Under Assignments assign the people or groups that are to use Usher.",
        ],
        group: "Under Push Groups choose Find groups by name, pick a group such as “Support agents”, and save. Its members must be assigned to the application too.",
    },
    Guide {
        slug: "onelogin",
        name: "OneLogin",
        first: "OneLogin sends names of schemas of its own, which Usher ignores, so its template can stay as it is.",
        takes_key: true,
        steps: &[
            "Under Applications choose Add App, find “SCIM Provisioner with SAML (SCIM v2 Enterprise)”, name it “Usher” and save.",
            "Under Configuration give the address above as SCIM Base URL and the key as SCIM Bearer Token, leave the SCIM JSON Template, and choose Enable under API Connection.",
            "Under Provisioning tick Enable provisioning. Choose Suspend for users who are deleted or suspended in OneLogin, so that their records stay.",
            "Under Parameters open Groups and tick Include in User Provisioning.",
            "Under Access choose the roles whose people are to use Usher.",
        ],
        group: "Under Rules add one with the action Set Groups in Usher, for example from a role named “Support agents”, and apply it. The group comes to Usher with its members.",
    },
    Guide {
        slug: "google",
        name: "Google Workspace",
        first: "Google Workspace provisions only applications of its own catalog, so it cannot be given this address. People come from Google by single sign-on, or through another directory that imports them from Google (Okta, Entra ID and JumpCloud do): then follow that page.",
        takes_key: false,
        steps: &[
            "In the Google Cloud console, under APIs & Services, Credentials, create an OAuth client ID of the type Web application. Its authorized redirect URI is on the page “Single sign-on” in Usher's settings.",
            "Fill in “Single sign-on” in Usher: the issuer is https://accounts.google.com, with the client id and secret from Google. Give your domain, and tick that people who come for the first time are added.",
            "Leave the claim with the groups empty: Google names no groups there.",
            "Deactivate people who leave in Usher as well, or let a script do it by the API: Google does not say so.",
        ],
        group: "Make a group in Usher, such as “Support agents”, and add people once they have signed in for the first time.",
    },
    Guide {
        slug: "jumpcloud",
        name: "JumpCloud",
        first: "JumpCloud sends people and groups that are bound to the application as soon as it is activated.",
        takes_key: true,
        steps: &[
            "Under SSO Applications choose Add New Application and Custom Application, tick Export users to this app (Identity Management), name it “Usher” and save.",
            "Under Identity Management choose SCIM API and SCIM 2.0, give the address above as Base URL, the key as Token Key, and the address of one person as Test User Email.",
            "Enable management of user groups and group membership, test the connection, and activate it.",
            "Under User Groups tick the groups whose people are to use Usher, and save.",
        ],
        group: "Tick a group, such as “Support agents”, under User Groups of the application. It comes to Usher with its members.",
    },
];
