#![allow(unused)]
use std::time::Duration;
use super::{Metrics, ErrorKind, GaugeGuard};
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState { Closed, Open, HalfOpen }
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetPeriod { Day, Month }
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderOperation { Generate, Models, Health }
impl Metrics {
    pub fn provider_call(&self, provider: &str, op: ProviderOperation, took: Duration) {}
    pub fn first_token(&self, provider: &str, model: &str, took: Duration) {}
    pub fn tokens(&self, provider: &str, model: &str, input: u64, output: u64, cached: u64, reasoning: u64) {}
    pub fn cost(&self, provider: &str, model: &str, usd: f64) {}
    pub fn budget(&self, period: BudgetPeriod, limit: Option<f64>) {}
    pub fn spent(&self, period: BudgetPeriod, usd: f64) {}
    pub fn provider_retry(&self, provider: &str, why: ErrorKind) {}
    pub fn provider_fallback(&self, from: &str, to: &str) {}
    pub fn circuit(&self, provider: &str, state: CircuitState) {}
    pub fn provider_up(&self, provider: &str, up: bool) {}
    pub fn queue_waiting(self: &std::sync::Arc<Self>) -> GaugeGuard { self.request_started() }
    pub fn queue_waited(&self, took: Duration) {}
    pub fn worker_pool(&self, size: usize, capacity: usize) {}
}
