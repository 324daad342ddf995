//! stub
use super::TokenUsage;
use crate::config::Price;
pub fn cost(price: &Price, usage: &TokenUsage) -> f64 {
    (usage.input as f64 * price.input + usage.output as f64 * price.output) / 1e6
}
