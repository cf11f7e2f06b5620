//! A long PATCH in several messages (F10).

use alloc::vec::Vec;

use serde_json::Value;

use super::{Op, Operation, Patch};
use crate::limits::SCIM_PATCH_OPERATIONS_MAX;

impl Patch {
    /// Splits the PATCH into messages that carry at most so many values that are added or removed each, in order.
    ///
    /// One after the other they do what the whole would, but each is atomic by itself. Operations that replace are
    /// never split. Zero values count as one.
    pub fn chunks(self, values_max: usize) -> Vec<Self> {
        let values_max = values_max.clamp(1, SCIM_PATCH_OPERATIONS_MAX);
        let mut chunks = Vec::new();
        let (mut chunk, mut room) = (Self::new(), values_max);
        for operation in self.operations {
            for piece in pieces(operation, values_max) {
                let weight = weight(&piece);
                if weight > room && !chunk.operations.is_empty() {
                    chunks.push(core::mem::take(&mut chunk));
                    room = values_max;
                }
                room = room.saturating_sub(weight);
                chunk.operations.push(piece);
            }
        }
        if !chunk.operations.is_empty() {
            chunks.push(chunk);
        }
        chunks
    }
}

/// An operation that adds or removes a list, as several with shorter lists.
fn pieces(operation: Operation, values_max: usize) -> Vec<Operation> {
    match operation {
        Operation {
            op: op @ (Op::Add | Op::Remove),
            path: Some(path),
            value: Some(Value::Array(values)),
        } if values.len() > values_max => {
            let piece = |values: &[Value]| Operation {
                op,
                path: Some(path.clone()),
                value: Some(Value::Array(values.to_vec())),
            };
            values.chunks(values_max).map(piece).collect()
        }
        whole => Vec::from([whole]),
    }
}

fn weight(operation: &Operation) -> usize {
    match (operation.op, &operation.value) {
        (Op::Add | Op::Remove, Some(Value::Array(values))) => values.len().max(1),
        _ => 1,
    }
}
