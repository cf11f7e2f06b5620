use alloc::string::String;

/// A person of the directory.
///
/// `Option` fields: `None` means that the directory does not say, which is never the same as an empty text (F20).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Person {
    /// The directory's own id: never changes, never reused.
    pub id: String,
    /// The name by which Heap knows the account (R21), as a rule the email address.
    pub user_name: String,
    /// False for a suspended person.
    pub active: bool,
    /// `name.givenName` at Heap (R21).
    pub given_name: Option<String>,
    /// `name.familyName` at Heap (R21).
    pub family_name: Option<String>,
    /// The address that becomes the NameID of an assertion (R13); where there is none, the user name is taken (D10).
    pub email: Option<String>,
    /// Heap's role (R21); `None` leaves the role at Heap alone (D8).
    pub role: Option<String>,
}

impl Person {
    /// The NameID of this person's assertions: the email, else the user name if it is an address (D10).
    ///
    /// ```
    /// use heap_identity::directory::Person;
    /// let person = Person { user_name: "ann@example.com".into(), ..Person::default() };
    /// assert_eq!(person.name_id(), Some("ann@example.com"));
    /// ```
    pub fn name_id(&self) -> Option<&str> {
        self.email.as_deref().or_else(|| self.user_name.contains('@').then_some(self.user_name.as_str()))
    }
}

/// A group of the directory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// The directory's own id: a rename keeps it (R28).
    pub id: String,
    /// `displayName` at Heap (R21), where a group becomes a team.
    pub name: String,
    /// Whether the group is bound to the application (D1): only bound groups give access and are synced.
    pub bound: bool,
}
