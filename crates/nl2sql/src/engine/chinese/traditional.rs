//! Traditional characters as simplified ones, one for one, so that places in the question stay what they are.

use std::collections::HashMap;
use std::sync::LazyLock;

static SIMPLE_OF: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    include_str!("traditional.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .filter_map(|pair| {
            let mut chars = pair.chars();
            Some((chars.next()?, chars.next()?))
        })
        .collect()
});

/// A character in its simplified form.
pub(crate) fn simple(c: char) -> char {
    SIMPLE_OF.get(&c).copied().unwrap_or(c)
}

/// A text in simplified characters.
pub(crate) fn simplified(text: &str) -> String {
    text.chars().map(simple).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_are_simplified_and_others_stay() {
        assert_eq!(simplified("顯示所有訂單的總數"), "显示所有订单的总数");
        assert_eq!(simplified("显示 Straße 的订单"), "显示 Straße 的订单");
    }
}
