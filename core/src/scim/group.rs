//! The typed Group (RFC 7643 4.2).

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde_json::Value;

use super::{
    Error,
    json::{self, Element},
    schema,
    typed::attributes,
    user::Meta,
};

attributes! {
    /// A member of a group.
    pub struct Member {
        /// The member's id. Required.
        value: String = "value",
        /// The member's name for display.
        display: Option<String> = "display",
        /// The member's address.
        reference: Option<String> = "$ref",
        /// `User` or `Group`.
        kind: Option<String> = "type",
    }
}

attributes! {
    /// A group (RFC 7643 4.2), typed where provisioning looks and lossless everywhere else.
    ///
    /// `members` is `None` where the service provider did not say who is in the group, and empty where it said that
    /// nobody is (F13, F20).
    pub struct Group {
        /// The URNs of the schemas in use.
        schemas: Vec<Cow<'static, str>> = "schemas",
        /// The service provider's id.
        id: Option<String> = "id",
        /// The provisioning side's id.
        external_id: Option<String> = "externalId",
        /// The group's name. Required.
        display_name: String = "displayName",
        /// Who is in it, where that was said.
        members: Option<Vec<Member>> = "members",
        /// What the service provider says about it.
        meta: Option<Meta> = "meta",
    }
}

impl Element for Member {
    fn restore(self) -> Value {
        serde_json::to_value(&self).unwrap_or_default()
    }
}

impl Member {
    /// The member with this id.
    pub fn new(id: String) -> Self {
        Self { value: id, ..Self::default() }
    }
}

impl Group {
    /// A new group with its required attribute.
    pub fn new(display_name: String) -> Self {
        Self { schemas: Vec::from([Cow::Borrowed(schema::GROUP)]), display_name, ..Self::default() }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// `invalidSyntax` when it is not one JSON object, gives a name twice, also but for its case, has no textual
    /// `displayName`, or a member without a textual `value`.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        json::from_slice(bytes)
    }

    /// The body.
    pub fn to_vec(&self) -> Vec<u8> {
        json::to_vec(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Group;

    #[test]
    fn f13_f20_absent_members_are_not_an_empty_group() {
        let read = |text: &str| Group::from_slice(text.as_bytes()).unwrap();
        assert_eq!(read(r#"{"displayName":"g"}"#).members, None);
        assert_eq!(read(r#"{"displayName":"g","members":null}"#).members, None);
        assert_eq!(read(r#"{"displayName":"g","members":[]}"#).members.as_deref(), Some(&[][..]));
        assert_eq!(read(r#"{"displayName":"g"}"#).to_vec(), br#"{"displayName":"g"}"#);
        assert_eq!(
            read(r#"{"displayName":"g","members":null}"#).to_vec(),
            br#"{"displayName":"g","members":null}"#
        );
        assert_eq!(
            read(r#"{"displayName":"g","members":[]}"#).to_vec(),
            br#"{"displayName":"g","members":[]}"#
        );
    }

    #[test]
    fn members_are_lossless_and_a_member_without_an_id_is_refused() {
        let text = br#"{"displayName":"g","members":[{"value":"1","$ref":"x","type":"User","z":0}]}"#;
        assert_eq!(Group::from_slice(text).unwrap().to_vec(), text);
        assert!(Group::from_slice(br#"{"displayName":"g","members":[{"display":"Ann"}]}"#).is_err());
    }
}
