//! A place in the source that tasks come from or wait at.

/// Its name and where it is. Compared by address: two of the same content are interned as one by whoever makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Site {
    /// What people call it: `answer questions`, `hyper connection`.
    pub name: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}
