//! How a person is to be authenticated (saml-core 3.3.2.2.1).

use alloc::{string::String, vec::Vec};

use crate::{
    saml::names::{ASSERTION, PROTOCOL},
    xml::{Node, Writer},
};

/// The ways of authentication that a service provider asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RequestedAuthnContext {
    /// How the way that is taken must compare to those that are named.
    pub comparison: Comparison,
    /// The classes (saml-authn-context), the preferred one first; empty where declarations are named.
    pub classes: Vec<String>,
    /// Declarations of contexts, by their URIs.
    pub declarations: Vec<String>,
}

/// How the way of authentication compares to those that are named.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Comparison {
    /// One of those named; also what a missing Comparison means.
    #[default]
    Exact,
    /// At least as strong as one of them.
    Minimum,
    /// At most as strong as one of them.
    Maximum,
    /// Stronger than one of them.
    Better,
}

impl Comparison {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Exact, "exact"),
        (Self::Minimum, "minimum"),
        (Self::Maximum, "maximum"),
        (Self::Better, "better"),
    ];

    /// The word that SAML has for it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(comparison, _)| *comparison == self).map_or("", |(_, word)| word)
    }
}

impl RequestedAuthnContext {
    /// Exactly one of these classes.
    pub const fn exactly(classes: Vec<String>) -> Self {
        Self { comparison: Comparison::Exact, classes, declarations: Vec::new() }
    }

    /// Whether authentication of class `class` is what is asked for. `order` names the classes that the identity
    /// provider knows, the weakest first: what stands nowhere in it is only ever equal to itself.
    pub fn is_met_by(&self, class: &str, order: &[&str]) -> bool {
        let strength = |class: &str| order.iter().position(|known| *known == class);
        self.classes.iter().any(|asked| {
            let both = strength(class).zip(strength(asked));
            match self.comparison {
                Comparison::Exact => asked == class,
                Comparison::Minimum => asked == class || both.is_some_and(|(own, asked)| own >= asked),
                Comparison::Maximum => asked == class || both.is_some_and(|(own, asked)| own <= asked),
                Comparison::Better => both.is_some_and(|(own, asked)| own > asked),
            }
        })
    }

    pub(super) fn write(&self, xml: &mut Writer) {
        xml.start("samlp:RequestedAuthnContext", &[("Comparison", self.comparison.word())]);
        for (name, values) in
            [("saml:AuthnContextClassRef", &self.classes), ("saml:AuthnContextDeclRef", &self.declarations)]
        {
            for value in values {
                xml.element(name, &[], value);
            }
        }
        xml.end();
    }

    /// `None` where the Comparison is none: nobody can know what is asked for.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let word = node.attribute("Comparison").unwrap_or("exact");
        let comparison = Comparison::ALL.iter().find(|(_, known)| *known == word).map(|(known, _)| *known)?;
        let texts = |name| {
            let named = node.elements().filter(move |child| child.is(ASSERTION, name));
            named.filter_map(|child| child.text().ok()).map(|text| text.trim().into()).collect()
        };
        Some(Self {
            comparison,
            classes: texts("AuthnContextClassRef"),
            declarations: texts("AuthnContextDeclRef"),
        })
    }

    pub(super) fn of(request: Node<'_>) -> Option<Node<'_>> {
        request.only_element(PROTOCOL, "RequestedAuthnContext")
    }
}
