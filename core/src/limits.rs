//! Every bound of the crate, with its reason. What is beyond a bound is a typed error, never a truncation.
