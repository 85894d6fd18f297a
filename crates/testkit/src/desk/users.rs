//! New users.

use std::collections::BTreeMap;

use usher_domain::command::{Command, UserCommand};
use usher_domain::directory::DirectoryEntry;
use usher_domain::event::Profile;
use usher_domain::labels::Labels;
use usher_domain::permission::{PermissionOverrides, Privilege, Role};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{PoolId, UserId};

use super::{bits, product};

/// A user to create. The usual one is an active member without a license, a password or a directory entry.
#[derive(Debug, Clone)]
pub struct NewUser {
    id: UserId,
    profile: Profile,
    pub(crate) assign_seat: Option<bool>,
    product: Option<Product>,
    licenses: BTreeMap<Product, License>,
    /// The password that is stored for the user where there is a server.
    pub(crate) password: Option<String>,
    password_set: bool,
    active: bool,
    directory: Option<DirectoryEntry>,
    labels: Labels,
}

/// A user with this name of up to 16 letters, from which the id follows.
pub fn new_user(name: &str) -> NewUser {
    NewUser::with_id(UserId::from_bits(bits(name)), name)
}

/// The address for a name: `olga.owner@example.com` for Olga Owner. What cannot be in an address is left out.
pub fn address(name: &str) -> String {
    let words = name.split_whitespace().map(|word| {
        let letters = word.chars().filter(|it| it.is_alphanumeric() || *it == '-');
        letters.collect::<String>().to_lowercase()
    });
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    format!("{}@example.com", words.join("."))
}

/// A profile with this name, and the [`address`] for it.
pub fn profile(name: &str, role: Role, privileges: &[Privilege]) -> Profile {
    Profile {
        name: name.parse().unwrap(),
        email: address(name).parse().unwrap(),
        role,
        privileges: privileges.iter().copied().collect(),
        billing_contact: false,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    }
}

impl NewUser {
    /// A user whose id does not follow from the name.
    pub fn with_id(id: UserId, name: &str) -> Self {
        Self::with_profile(id, profile(name, Role::Member, &[]))
    }

    /// A user with a profile that a test has made.
    pub fn with_profile(id: UserId, profile: Profile) -> Self {
        Self {
            id,
            profile,
            assign_seat: Some(false),
            product: None,
            licenses: BTreeMap::new(),
            password: None,
            password_set: false,
            active: true,
            directory: None,
            labels: Labels::default(),
        }
    }

    /// With another address than the one for the name.
    #[must_use]
    pub fn email(mut self, email: &str) -> Self {
        self.profile.email = email.parse().unwrap();
        self
    }

    /// With a role other than member.
    #[must_use]
    pub const fn role(mut self, role: Role) -> Self {
        self.profile.role = role;
        self
    }

    /// With these privileges.
    #[must_use]
    pub fn privileges(mut self, privileges: &[Privilege]) -> Self {
        self.profile.privileges = privileges.iter().copied().collect();
        self
    }

    /// As a billing contact, with the right to see the subscription.
    #[must_use]
    pub const fn billing_contact(mut self) -> Self {
        self.profile.billing_contact = true;
        self
    }

    /// Whether a named seat is assigned: `None` assigns one if one is free (L6).
    #[must_use]
    pub const fn assign_seat(mut self, assign_seat: Option<bool>) -> Self {
        self.assign_seat = assign_seat;
        self
    }

    /// With a named seat of this product, if one is assigned.
    #[must_use]
    pub fn seat_of(mut self, product: Product) -> Self {
        self.product = Some(product);
        self
    }

    /// With a license of the usual product from the start, instead of one given afterwards.
    #[must_use]
    pub fn licensed(self, license: License) -> Self {
        self.licenses([(product(), license)].into())
    }

    /// With exactly these licenses from the start.
    #[must_use]
    pub fn licenses(mut self, licenses: BTreeMap<Product, License>) -> Self {
        self.assign_seat = None;
        self.product = None;
        self.licenses = licenses;
        self
    }

    /// With a share in the seats of a pool of the usual product.
    #[must_use]
    pub fn in_pool(self, pool: PoolId) -> Self {
        self.licensed(License::Shared(pool))
    }

    /// With a password, which is stored for the user where there is a server.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self.password_set(true)
    }

    /// Whether a password has been stored for the user.
    #[must_use]
    pub const fn password_set(mut self, set: bool) -> Self {
        self.password_set = set;
        self
    }

    /// Whether the user is active from the start.
    #[must_use]
    pub const fn active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }

    /// With an entry in a directory.
    #[must_use]
    pub fn in_directory(mut self, entry: DirectoryEntry) -> Self {
        self.directory = Some(entry);
        self
    }

    /// With these labels of the vendor.
    #[must_use]
    pub fn labels(mut self, labels: Labels) -> Self {
        self.labels = labels;
        self
    }

    /// The user's id.
    pub const fn id(&self) -> UserId {
        self.id
    }

    /// The user's profile.
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The command that creates the user.
    pub fn command(self) -> Command {
        Command::User(UserCommand::Create {
            id: self.id,
            profile: self.profile,
            assign_seat: self.assign_seat,
            product: self.product,
            licenses: self.licenses,
            password_set: self.password_set,
            active: self.active,
            directory: self.directory,
            labels: self.labels,
        })
    }
}
