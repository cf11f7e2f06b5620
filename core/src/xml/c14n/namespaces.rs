//! Which namespace declarations a start tag of the canonical form carries.
//!
//! What the output has declared is kept by the prefix's number, with a log that takes an element's declarations
//! back at its end: an element costs what is declared and used on it, however deep it stands.

use alloc::{vec, vec::Vec};

use super::Method;
use crate::xml::tree::{
    AttributeData, Declaration, Element, NO_NAMESPACE, NO_PREFIX, Tree, XML_NAMESPACE, XML_PREFIX,
};

/// A prefix that the output has not declared.
const UNBOUND: u16 = u16::MAX;

/// A prefix in the output.
#[derive(Clone, Copy)]
struct Slot {
    /// What it means there.
    namespace: u16,
    /// Its declarations are written where they stand: those of all prefixes, or of the PrefixList.
    is_inclusive: bool,
}

pub(super) struct Namespaces<'t> {
    tree: &'t Tree<'t>,
    /// By the prefix's number.
    output: Vec<Slot>,
    /// What prefixes meant before: the declarations of the innermost element are at the end.
    log: Vec<Declaration>,
    /// The declarations of the start tag that is being written.
    rendered: Vec<Declaration>,
    /// Declarations in scope at the apex which are treated inclusively, until they are written there.
    at_apex: Vec<Declaration>,
    /// Whether prefixes are declared where they are used.
    is_exclusive: bool,
    /// Whether there are prefixes whose declarations are written where they stand.
    has_inclusive: bool,
}

impl<'t> Namespaces<'t> {
    pub(super) fn new(tree: &'t Tree<'t>, apex: u32, method: Method, listed: &[&str]) -> Self {
        let is_exclusive = method == Method::Exclusive;
        let has_inclusive = !is_exclusive || !listed.is_empty();
        let slot = |name: &&str| {
            let name = if name.is_empty() { "#default" } else { *name };
            Slot { namespace: UNBOUND, is_inclusive: !is_exclusive || listed.contains(&name) }
        };
        let mut output: Vec<_> = tree.prefixes.iter().map(slot).collect();
        for (prefix, namespace) in [(NO_PREFIX, NO_NAMESPACE), (XML_PREFIX, XML_NAMESPACE)] {
            output.get_mut(usize::from(prefix)).into_iter().for_each(|slot| slot.namespace = namespace);
        }
        let (log, rendered) = (Vec::with_capacity(8), Vec::with_capacity(8));
        let mut all = Self { tree, output, log, rendered, at_apex: Vec::new(), is_exclusive, has_inclusive };
        if has_inclusive {
            all.at_apex = all.in_scope(apex);
        }
        all
    }

    pub(super) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Takes back what was declared since the mark.
    pub(super) fn release(&mut self, mark: usize) {
        while self.log.len() > mark {
            let Some(before) = self.log.pop() else { break };
            if let Some(slot) = self.output.get_mut(usize::from(before.prefix)) {
                slot.namespace = before.namespace;
            }
        }
    }

    /// The declarations of an element's start tag, sorted by prefix.
    pub(super) fn rendered_on(
        &mut self,
        element: &Element,
        attributes: &[AttributeData],
        is_apex: bool,
    ) -> &[Declaration] {
        self.rendered.clear();
        if is_apex {
            for declaration in core::mem::take(&mut self.at_apex) {
                self.render(declaration);
            }
        } else if self.has_inclusive {
            for declaration in self.tree.declarations_of(element) {
                if self.is_inclusive(declaration.prefix) {
                    self.render(*declaration);
                }
            }
        }
        if self.is_exclusive {
            self.render(Declaration { prefix: element.prefix, namespace: element.namespace });
            for data in attributes.iter().filter(|data| data.prefix != NO_PREFIX) {
                self.render(Declaration { prefix: data.prefix, namespace: data.namespace });
            }
        }
        let tree = self.tree;
        if self.rendered.len() > 1 {
            self.rendered.sort_unstable_by_key(|declaration| tree.prefix(declaration.prefix));
        }
        &self.rendered
    }

    /// Declares, unless the output has it so already.
    fn render(&mut self, declaration: Declaration) {
        let Some(slot) = self.output.get_mut(usize::from(declaration.prefix)) else { return };
        if slot.namespace != declaration.namespace {
            self.log.push(Declaration { prefix: declaration.prefix, namespace: slot.namespace });
            slot.namespace = declaration.namespace;
            self.rendered.push(declaration);
        }
    }

    fn is_inclusive(&self, prefix: u16) -> bool {
        self.output.get(usize::from(prefix)).is_some_and(|slot| slot.is_inclusive)
    }

    /// What is in scope at an element and treated inclusively.
    fn in_scope(&self, apex: u32) -> Vec<Declaration> {
        let mut seen = vec![false; self.tree.prefixes.len()];
        let mut found = Vec::new();
        let mut node = Some(self.tree.node(apex));
        while let Some(element) = node {
            for declaration in self.tree.declarations_of(element.element()) {
                let slot = seen.get_mut(usize::from(declaration.prefix));
                if slot.is_some_and(|slot| !core::mem::replace(slot, true))
                    && self.is_inclusive(declaration.prefix)
                {
                    found.push(*declaration);
                }
            }
            node = element.parent();
        }
        found
    }
}
