//! Enums of the core that hold nothing, as enums of Swift.

/// With `into` it is given to the core only; with `from` it comes from the core only, where a case of a later core is `other`;
/// with `both` it goes both ways, and a case of a later core is the one after `else`.
macro_rules! mirror {
    ($(#[doc = $doc:literal])* both $name:ident of $core:ty, else $other:ident { $($(#[doc = $case_doc:literal])* $case:ident,)* }) => {
        mirror! { $(#[doc = $doc])* into $name of $core { $($(#[doc = $case_doc])* $case,)* } }

        impl From<$core> for $name {
            fn from(case: $core) -> Self {
                match case {
                    $(<$core>::$case => Self::$case,)*
                    _ => Self::$other,
                }
            }
        }
    };
    ($(#[doc = $doc:literal])* into $name:ident of $core:ty { $($(#[doc = $case_doc:literal])* $case:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
        pub enum $name { $($(#[doc = $case_doc])* $case,)* }

        impl From<$name> for $core {
            fn from(case: $name) -> Self {
                match case { $($name::$case => Self::$case,)* }
            }
        }
    };
    ($(#[doc = $doc:literal])* from $name:ident of $core:ty { $($(#[doc = $case_doc:literal])* $case:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
        pub enum $name {
            $($(#[doc = $case_doc])* $case,)*
            /// A case that this version of the Swift package does not know.
            Other,
        }

        impl From<$core> for $name {
            fn from(case: $core) -> Self {
                match case {
                    $(<$core>::$case => Self::$case,)*
                    #[allow(unreachable_patterns, reason = "most of the core's enums may grow, some may not")]
                    _ => Self::Other,
                }
            }
        }
    };
}

pub(crate) use mirror;
