//! The typed User (RFC 7643 4.1).

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde_json::Value;

use super::{
    Error,
    json::{self, Element},
    schema,
    typed::attributes,
};

attributes! {
    /// A user's name in parts (RFC 7643 4.1.1).
    pub struct Name {
        /// The whole name, ready for display.
        formatted: Option<String> = "formatted",
        /// The family name.
        family_name: Option<String> = "familyName",
        /// The given name.
        given_name: Option<String> = "givenName",
    }
}

attributes! {
    /// An e-mail address of a user (RFC 7643 4.1.2).
    pub struct Email {
        /// The address.
        value: Option<String> = "value",
        /// What it is for: `work`, `home`, `other`.
        kind: Option<String> = "type",
        /// Whether it is the one to use.
        primary: Option<bool> = "primary",
        /// A name for display.
        display: Option<String> = "display",
    }
}

attributes! {
    /// What the service provider says about a resource (RFC 7643 3.1).
    pub struct Meta {
        /// `User`, `Group`.
        resource_type: Option<String> = "resourceType",
        /// When the resource was made.
        created: Option<String> = "created",
        /// When it was last changed.
        last_modified: Option<String> = "lastModified",
        /// Its address.
        location: Option<String> = "location",
        /// Its version, as an ETag.
        version: Option<String> = "version",
    }
}

attributes! {
    /// A user (RFC 7643 4.1), typed where provisioning looks and lossless everywhere else.
    ///
    /// ```
    /// use heap_identity::scim::User;
    /// let user = User::from_slice(br#"{"userName": "ann", "active": true, "shoeSize": 39}"#)?;
    /// assert_eq!(user.active, Some(true));
    /// assert_eq!(user.extra["shoeSize"], 39);
    /// # Ok::<_, heap_identity::scim::Error>(())
    /// ```
    pub struct User {
        /// The URNs of the schemas in use.
        schemas: Vec<Cow<'static, str>> = "schemas",
        /// The service provider's id.
        id: Option<String> = "id",
        /// The provisioning side's id.
        external_id: Option<String> = "externalId",
        /// The name to log in with, unique without regard to case. Required.
        user_name: String = "userName",
        /// The name in parts.
        name: Option<Name> = "name",
        /// The name for display.
        display_name: Option<String> = "displayName",
        /// Whether the account may be used.
        active: Option<bool> = "active",
        /// The e-mail addresses; absent and empty are different.
        emails: Option<Vec<Email>> = "emails",
        /// What the service provider says about it.
        meta: Option<Meta> = "meta",
    }
}

impl Element for Email {
    fn restore(self) -> Value {
        serde_json::to_value(&self).unwrap_or_default()
    }
}

impl Name {
    /// A name of a given and a family name.
    pub fn of(given_name: Option<String>, family_name: Option<String>) -> Self {
        Self { given_name, family_name, ..Self::default() }
    }
}

impl Email {
    /// A primary address for work.
    pub fn work(value: String) -> Self {
        Self { value: Some(value), kind: Some("work".into()), primary: Some(true), ..Self::default() }
    }
}

impl User {
    /// A new user with its required attribute.
    pub fn new(user_name: String) -> Self {
        Self { schemas: Vec::from([Cow::Borrowed(schema::USER)]), user_name, ..Self::default() }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// `invalidSyntax` when it is not one JSON object, gives a name twice, also but for its case, or has no textual
    /// `userName`.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        json::from_slice(bytes)
    }

    /// The body.
    pub fn to_vec(&self) -> Vec<u8> {
        json::to_vec(self)
    }

    /// The address to use: the primary one, else the first.
    pub fn email(&self) -> Option<&str> {
        let emails = self.emails.as_deref()?;
        let chosen = emails.iter().find(|email| email.primary == Some(true)).or(emails.first())?;
        chosen.value.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::User;

    fn round_trip(text: &str) {
        let user = User::from_slice(text.as_bytes()).unwrap();
        let before: serde_json::Value = serde_json::from_str(text).unwrap();
        let after: serde_json::Value = serde_json::from_slice(&user.to_vec()).unwrap();
        assert_eq!(after, before);
    }

    #[test]
    fn d25_a_user_is_lossless() {
        round_trip(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:own"],"id":"7","userName":"a",
            "name":{"givenName":"A","middleName":"M"},"emails":[{"value":"a@b","type":"work","primary":true,"x":1}],
            "urn:example:own":{"k":[1,2]},"meta":{"version":"W/\"1\"","extra":null},"role":"Analyst"}"#,
        );
    }

    #[test]
    fn absent_null_and_empty_are_kept_apart() {
        for text in [
            r#"{"userName":"a"}"#,
            r#"{"userName":"a","emails":null,"displayName":null,"active":null,"name":null}"#,
            r#"{"userName":"a","emails":[],"displayName":"","name":{}}"#,
        ] {
            round_trip(text);
        }
        assert_eq!(User::from_slice(br#"{"userName":"a"}"#).unwrap().emails, None);
        assert_eq!(User::from_slice(br#"{"userName":"a","emails":[]}"#).unwrap().emails.unwrap().len(), 0);
    }

    #[test]
    fn f25_a_value_of_an_unexpected_type_is_kept_and_does_not_count_as_typed() {
        let text = r#"{"userName":"a","active":"True","emails":[{"value":"a@b"},"c@d"],"id":5}"#;
        round_trip(text);
        let user = User::from_slice(text.as_bytes()).unwrap();
        assert_eq!((user.active, user.emails.is_none(), user.id.is_none()), (None, true, true));
        assert_eq!(user.extra["active"], "True");
    }

    #[test]
    fn names_are_read_without_regard_to_case() {
        let user = User::from_slice(br#"{"USERNAME":"a","Name":{"FAMILYNAME":"F"},"ACTIVE":false}"#).unwrap();
        assert_eq!((user.user_name.as_str(), user.active), ("a", Some(false)));
        assert_eq!(user.name.unwrap().family_name.unwrap(), "F");
    }

    #[test]
    fn d25_a_name_given_twice_is_refused() {
        for text in [
            r#"{"userName":"a","username":"b"}"#,
            r#"{"userName":"a","x":1,"X":2}"#,
            r#"{"userName":"a","name":{"givenName":"x","GivenName":"y"}}"#,
        ] {
            assert!(User::from_slice(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_user_without_a_user_name_is_refused() {
        for text in [r"{}", r#"{"userName":null}"#, r#"{"userName":7}"#, "[]"] {
            assert!(User::from_slice(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_email_is_the_primary_one_else_the_first() {
        let user =
            User::from_slice(br#"{"userName":"a","emails":[{"value":"x"},{"value":"y","primary":true}]}"#)
                .unwrap();
        assert_eq!(user.email(), Some("y"));
    }
}
