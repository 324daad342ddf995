//! Reads schemas and sample values, read-only; the only room that opens databases.
