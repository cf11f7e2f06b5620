//! The gate before everything else: a message has exactly the shape of the schemas (D18, D20, A07, A09, A17).

use alloc::{
    format,
    string::{String, ToString},
};

use super::schema::{Content, Kind, Model, Slot};
use super::{
    check::Check,
    names::{ASSERTION, PROTOCOL, SCHEMA_INSTANCE, SIGNATURE},
    report::{Finding, shown},
    time,
};
use crate::{
    limits,
    xml::{Node, Position},
};

/// What a walk over a message found, beside that its shape is right.
#[derive(Default)]
pub(super) struct Shape {
    /// The first element that is encrypted inside an Assertion.
    pub(super) encrypted: Option<Position>,
    depth: usize,
}

/// Which check a message fails by its shape, and why.
pub(super) type Misshapen = (Check, Finding);

/// Walks the message once.
pub(super) fn check(root: Node<'_>, model: &'static Model) -> Result<Shape, Misshapen> {
    if root.has_instruction() {
        return Err(schema(root, "no processing instructions", "one inside the message"));
    }
    let mut shape = Shape::default();
    shape.element(root, model)?;
    Ok(shape)
}

impl Shape {
    fn element(&mut self, node: Node<'_>, model: &'static Model) -> Result<(), Misshapen> {
        attributes(node, model)?;
        match model.content {
            Content::Sequence(_) if self.depth == limits::SAML_DEPTH_MAX => {
                Err(schema(node, "elements that nest no deeper than the schemas need", "deeper ones"))
            }
            Content::Sequence(slots) => {
                self.depth += 1;
                let outcome = self.sequence(node, model, slots);
                self.depth -= 1;
                outcome
            }
            Content::Text => text(node, model.name),
            Content::Value => value(node, model.name),
            Content::Foreign => {
                if matches!(model.name, "EncryptedID" | "EncryptedAttribute") {
                    self.encrypted.get_or_insert(node.position());
                }
                foreign_content(node)
            }
            Content::Signature => signature_content(node),
            Content::Encrypted => encrypted_content(node),
        }
    }

    fn sequence(&mut self, node: Node<'_>, model: &Model, slots: &'static [Slot]) -> Result<(), Misshapen> {
        if !node.has_only_elements() {
            return Err(schema(node, "elements only", "text or a processing instruction"));
        }
        let mut slots = slots.iter();
        let mut slot = slots.next();
        let mut taken = false;
        let mut before: Option<(Node<'_>, &'static Model)> = None;
        for child in node.elements() {
            // Of many in a row, such as the values of an attribute, only the first is looked up.
            let may_follow = slot.is_some_and(|slot| slot.repeated);
            if let Some((_, model)) = before.filter(|(like, _)| may_follow && child.is_named_like(*like)) {
                self.element(child, model)?;
                continue;
            }
            let (namespace, name) = (child.namespace(), child.local_name());
            loop {
                let Some(current) = slot else {
                    return Err(unexpected(child, model));
                };
                let matching = current.one_of.iter().find(|it| it.name == name && it.namespace == namespace);
                if let (Some(model), true) = (matching, !taken || current.repeated) {
                    taken = true;
                    before = Some((child, model));
                    self.element(child, model)?;
                    break;
                }
                if current.required && !taken {
                    return Err(missing(child, model, current));
                }
                slot = slots.next();
                taken = false;
            }
        }
        let unfilled =
            slot.filter(|slot| slot.required && !taken).or_else(|| slots.find(|slot| slot.required));
        unfilled.map_or(Ok(()), |slot| Err(missing(node, model, slot)))
    }
}

fn attributes(node: Node<'_>, model: &Model) -> Result<(), Misshapen> {
    let mut required = 0;
    for attribute in node.attributes() {
        let (namespace, name) = (attribute.namespace(), attribute.local_name());
        if !namespace.is_empty() {
            if is_id_name(name) {
                return Err(foreign(node, &format!("the foreign ID attribute {}", shown(name))));
            }
            if !model.foreign_attributes && namespace != SCHEMA_INSTANCE {
                return Err(schema(node, "attributes of the schema", format!("the foreign {}", shown(name))));
            }
            continue;
        }
        let Some(declared) = model.attributes.iter().find(|declared| declared.name == name) else {
            if is_id_name(name) {
                return Err(foreign(node, &format!("the ID attribute {}", shown(name))));
            }
            // Only `xs:anyType` allows attributes without namespace that the schema does not name.
            if matches!(model.content, Content::Value) {
                continue;
            }
            return Err(schema(node, "attributes of the schema", shown(name)));
        };
        required += usize::from(declared.required);
        attribute_value(node, declared.name, declared.kind, attribute.value())?;
    }
    if required == model.attributes.iter().filter(|it| it.required).count() {
        return Ok(());
    }
    let mut declared = model.attributes.iter().filter(|it| it.required);
    let absent = declared.find(|it| node.attribute(it.name).is_none());
    absent.map_or(Ok(()), |it| Err(schema(node, format!("the attribute `{}`", it.name), "none")))
}

fn attribute_value(node: Node<'_>, name: &str, kind: Kind, value: &str) -> Result<(), Misshapen> {
    match kind {
        Kind::Text => Ok(()),
        Kind::Id if value.is_empty() || value.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Err(schema(node, format!("one word as `{name}`"), shown(value)))
        }
        Kind::Id => Ok(()),
        Kind::Boolean if matches!(value, "true" | "false" | "1" | "0") => Ok(()),
        Kind::Boolean => Err(schema(node, format!("`true` or `false` as `{name}`"), shown(value))),
        Kind::Time => time::parse(value).map(drop).map_err(|_| {
            schema(node, format!("a time such as 2026-03-01T10:00:00Z as `{name}`"), shown(value))
        }),
    }
}

fn text(node: Node<'_>, name: &str) -> Result<(), Misshapen> {
    node.text().map(drop).map_err(|_| {
        let expected = format!("nothing but text in `{name}`");
        schema(node, expected, "an element, a comment or a processing instruction inside it")
    })
}

/// Text, or foreign content, in which the texts are values as well (D18).
fn value(value: Node<'_>, name: &str) -> Result<(), Misshapen> {
    if value.plain_text().is_some() {
        return Ok(());
    }
    if value.elements().next().is_none() {
        return text(value, name);
    }
    foreign_content(value)?;
    let mut leaves = value.descendants().filter(|node| node.elements().next().is_none());
    leaves.try_for_each(|leaf| text(leaf, name))
}

/// Whatever the schemas leave open, but for what could be taken for a message, an Assertion or a signature (D20).
fn foreign_content(host: Node<'_>) -> Result<(), Misshapen> {
    for node in host.descendants() {
        if node == host {
            continue;
        }
        let name = node.local_name();
        let forbidden = match node.namespace() {
            PROTOCOL => true,
            ASSERTION => matches!(name, "Assertion" | "EncryptedAssertion"),
            SIGNATURE => name == "Signature",
            _ => false,
        };
        if forbidden {
            return Err(foreign(node, &format!("the element {}", shown(name))));
        }
        if let Some(id) = node.attributes().find(|attribute| is_id_name(attribute.local_name())) {
            return Err(foreign(node, &format!("the ID attribute {}", shown(id.local_name()))));
        }
    }
    Ok(())
}

/// Nothing of SAML hides inside a signature (A06, A08); the rest of its shape is `dsig`'s.
fn signature_content(signature: Node<'_>) -> Result<(), Misshapen> {
    let hidden =
        signature.descendants().skip(1).find(|node| matches!(node.namespace(), ASSERTION | PROTOCOL));
    hidden.map_or(Ok(()), |node| Err(foreign(node, &format!("the element {}", shown(node.local_name())))))
}

/// Nothing of SAML and no signature hides beside what is encrypted (A36); the rest of its shape is `xmlenc`'s.
fn encrypted_content(encrypted: Node<'_>) -> Result<(), Misshapen> {
    signature_content(encrypted)?;
    let signature = encrypted.descendants().find(|node| node.is(SIGNATURE, "Signature"));
    signature.map_or(Ok(()), |node| Err(foreign(node, "a signature")))
}

/// Names by which some stack or other finds an element (A10, A17, A18).
fn is_id_name(name: &str) -> bool {
    // Few names end like this, and this is asked of every attribute.
    matches!(name.as_bytes().last(), Some(b'D' | b'd'))
        && (name.eq_ignore_ascii_case("id") || matches!(name, "AssertionID" | "RequestID" | "ResponseID"))
}

fn foreign(node: Node<'_>, found: &str) -> Misshapen {
    let finding = Finding::new("foreign content without IDs, messages, Assertions and signatures", found)
        .at(node.position())
        .hint("somebody may have moved parts of a signed message; do not let this sender in before you know why");
    (Check::ForeignContent, finding)
}

fn schema(node: Node<'_>, expected: impl Into<String>, found: impl Into<String>) -> Misshapen {
    (Check::Schema, Finding::new(expected, found).at(node.position()))
}

fn unexpected(child: Node<'_>, parent: &Model) -> Misshapen {
    schema(child, format!("the content of `{}` in its order and number", parent.name), element_name(child))
}

fn missing(node: Node<'_>, parent: &Model, slot: &Slot) -> Misshapen {
    let names = slot.one_of.iter().map(|model| format!("`{}`", model.name));
    let expected = names.reduce(|all, name| format!("{all} or {name}")).unwrap_or_default();
    schema(node, format!("{expected} in `{}`", parent.name), element_name(node))
}

fn element_name(node: Node<'_>) -> String {
    let namespace = match node.namespace() {
        ASSERTION => "of saml-assertion".to_string(),
        PROTOCOL => "of saml-protocol".to_string(),
        SIGNATURE => "of xmldsig".to_string(),
        other => format!("of the namespace {}", shown(other)),
    };
    format!("{} {namespace}", shown(node.local_name()))
}
