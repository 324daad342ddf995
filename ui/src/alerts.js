/** @typedef {(now: Scrape, past: (minutes: number) => Scrape) => number | undefined} Look */

/**
 * What is looked at for alerts: the name and the threshold of a generated rule, and what is held against it. A rule's
 * waiting time is left out: whoever looks wants to know before it is over.
 * @type {[name: string, threshold: number, value: Look][]}
 */
const ALERTS = [
  ['AtestAiNotReady', 0, (now) => (now.sum('ready') === 0 && !now.sum('maintenance_mode') ? 1 : 0)],
  ['AtestAiMaintenanceForgotten', 0, (now) => now.sum('maintenance_mode')],
  ['MemoryUsageHigh', 0.8, part('memory_usage_bytes', 'memory_limit_bytes')],
  ['AtestAiQueueSaturated', 0.8, part('queue_depth', 'queue_capacity')],
  ['AtestAiConnectionsSaturated', 0.9, part('active_connections', 'max_connections')],
  ['HighErrorRate', 0.05, ifEnough('requests_total', errorShare, counted())],
  ['AtestAiLatencyHigh', 10, ifEnough('request_duration_seconds_count', slowest)],
  ['AtestAiProviderDown', 0, zeros('provider_up')],
  ['AtestAiCircuitOpen', 0, (now) => now.sum('circuit_state', { state: 'open' })],
  ['AtestAiFallbackActive', 0, (now, past) => gain(now, past(15), 'provider_fallbacks_total')],
  ['LowConfidenceQueries', 0.5, ifEnough('confidence_score_count', weakShare)],
  ['AtestAiInvalidAnswers', 0.1, ifEnough('answers_validated_total', invalidShare)],
  ['AtestAiCacheBackendDown', 0, zeros('cache_backend_up')],
  ['AtestAiDailyBudget', 1, part('spent_usd', 'budget_usd', { period: 'day' })],
  ['AtestAiMonthlyBudget', 1, part('spent_usd', 'budget_usd', { period: 'month' })],
  ['AtestAiConfigReloadFailed', 0, zeros('config_last_reload_successful')],
  ['AtestAiRestartForgotten', 0, (now) => now.sum('config_settings_awaiting_restart')],
  ['AtestAiConfigWatchDown', 0, zeros('config_watch_up')],
  ['AtestAiVaultDown', 0, zeros('vault_up')],
];

/** Questions that count for errors: neither cancelled nor refused. @returns {Labels} */
function counted() {
  return { status: ['success', 'error', 'timeout'] };
}

/** @param {number | undefined} part @param {number | undefined} whole */
function ratio(part, whole) {
  return part === undefined || !whole ? undefined : part / whole;
}

/** @param {string} some @param {string} all @param {Labels} [labels] @returns {Look} */
function part(some, all, labels) {
  return (now) => ratio(now.sum(some, labels), now.sum(all, labels));
}

/** How many of them are 0. @param {string} name @returns {Look} */
function zeros(name) {
  return (now) => now.of(name).filter(({ value }) => value === 0).length;
}

/** Rules about shares want twenty in a quarter of an hour. @param {string} name @param {Look} look @param {Labels} [labels] @returns {Look} */
function ifEnough(name, look, labels) {
  return (now, past) => (gain(now, past(15), name, labels) >= 20 ? look(now, past) : 0);
}

/** What a counter rose by. @param {Scrape} now @param {Scrape} then @param {string} name @param {Labels} [labels] */
function gain(now, then, name, labels) {
  return rise(then.sum(name, labels) ?? 0, now.sum(name, labels));
}

/** @type {Look} */
function errorShare(now, past) {
  const failed = gain(now, past(5), 'requests_total', { status: ['error', 'timeout'] });
  return ratio(failed, gain(now, past(5), 'requests_total', counted()));
}

/** @type {Look} */
function slowest(now, past) {
  return quantile(0.95, past(5).buckets('request_duration_seconds'), now.buckets('request_duration_seconds'));
}

/** @type {Look} */
function weakShare(now, past) {
  const weak = gain(now, past(15), 'confidence_score_bucket', { le: '0.7' });
  return ratio(weak, gain(now, past(15), 'confidence_score_count'));
}

/** @type {Look} */
function invalidShare(now, past) {
  const invalid = gain(now, past(15), 'answers_validated_total', { result: 'invalid' });
  return ratio(invalid, gain(now, past(15), 'answers_validated_total'));
}

/** @param {number | undefined} share */
function percent(share) {
  return share === undefined ? undefined : share * 100;
}

/** @param {Scrape} now */
function weakSoFar(now) {
  return ratio(now.sum('confidence_score_bucket', { le: '0.7' }), now.sum('confidence_score_count'));
}
