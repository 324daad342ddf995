/**
 * What is looked at for alerts: the name and the threshold of a generated rule, and what is held against it. A rule's
 * waiting time is left out: whoever looks wants to know before it is over. `Past` gives what happened in so many minutes.
 * @type {[name: string, threshold: number, value: (now: Scrape, past: (minutes: number) => Scrape) => number | undefined][]}
 */
const ALERTS = [
  ['AtestAiNotReady', 0, (now) => (now.sum('atest_ai_ready') === 0 && !now.sum('atest_ai_maintenance_mode') ? 1 : 0)],
  ['AtestAiMaintenanceForgotten', 0, (now) => now.sum('atest_ai_maintenance_mode')],
  [
    'MemoryUsageHigh',
    0.8,
    (now) => ratio(now.sum('atest_ai_memory_usage_bytes'), now.sum('atest_ai_memory_limit_bytes')),
  ],
  ['AtestAiQueueSaturated', 0.8, (now) => ratio(now.sum('atest_ai_queue_depth'), now.sum('atest_ai_queue_capacity'))],
  [
    'AtestAiConnectionsSaturated',
    0.9,
    (now) => ratio(now.sum('atest_ai_active_connections'), now.sum('atest_ai_max_connections')),
  ],
  [
    'HighErrorRate',
    0.05,
    (now, past) => (enough(now, past, 'atest_ai_requests_total', COUNTED) ? errorShare(now, past(5)) : 0),
  ],
  [
    'AtestAiLatencyHigh',
    10,
    (now, past) =>
      enough(now, past, 'atest_ai_request_duration_seconds_count')
        ? quantile(
            0.95,
            past(5).buckets('atest_ai_request_duration_seconds'),
            now.buckets('atest_ai_request_duration_seconds'),
          )
        : 0,
  ],
  ['AtestAiProviderDown', 0, (now) => now.of('atest_ai_provider_up').filter(({ value }) => value === 0).length],
  ['AtestAiCircuitOpen', 0, (now) => now.sum('atest_ai_circuit_state', { state: 'open' })],
  ['AtestAiFallbackActive', 0, (now, past) => gain(now, past(15), 'atest_ai_provider_fallbacks_total')],
  [
    'LowConfidenceQueries',
    0.5,
    (now, past) => (enough(now, past, 'atest_ai_confidence_score_count') ? weakShare(now, past(15)) : 0),
  ],
  [
    'AtestAiInvalidAnswers',
    0.1,
    (now, past) =>
      enough(now, past, 'atest_ai_answers_validated_total')
        ? gain(now, past(15), 'atest_ai_answers_validated_total', { result: 'invalid' }) /
          gain(now, past(15), 'atest_ai_answers_validated_total')
        : 0,
  ],
  [
    'AtestAiCacheBackendDown',
    0,
    (now) => now.of('atest_ai_cache_backend_up').filter(({ value }) => value === 0).length,
  ],
  [
    'AtestAiDailyBudget',
    1,
    (now) => ratio(now.sum('atest_ai_spent_usd', { period: 'day' }), now.sum('atest_ai_budget_usd', { period: 'day' })),
  ],
  [
    'AtestAiMonthlyBudget',
    1,
    (now) =>
      ratio(now.sum('atest_ai_spent_usd', { period: 'month' }), now.sum('atest_ai_budget_usd', { period: 'month' })),
  ],
  ['AtestAiConfigReloadFailed', 0, (now) => (now.sum('atest_ai_config_last_reload_successful') === 0 ? 1 : 0)],
  ['AtestAiRestartForgotten', 0, (now) => now.sum('atest_ai_config_settings_awaiting_restart')],
  ['AtestAiConfigWatchDown', 0, (now) => (now.sum('atest_ai_config_watch_up') === 0 ? 1 : 0)],
  ['AtestAiVaultDown', 0, (now) => (now.sum('atest_ai_vault_up') === 0 ? 1 : 0)],
];

/** Questions that count for errors: neither cancelled nor refused. */
const COUNTED = { status: ['success', 'error', 'timeout'] };

/** @param {number | undefined} part @param {number | undefined} whole */
function ratio(part, whole) {
  return part === undefined || !whole ? undefined : part / whole;
}

/**
 * What a counter rose by.
 * @param {Scrape} now
 * @param {Scrape} then
 * @param {string} name
 * @param {Record<string, string | string[]>} [labels]
 */
function gain(now, then, name, labels) {
  return rise(then.sum(name, labels) ?? 0, now.sum(name, labels));
}

/**
 * Rules about shares want twenty in a quarter of an hour.
 * @param {Scrape} now
 * @param {(minutes: number) => Scrape} past
 * @param {string} name
 * @param {Record<string, string | string[]>} [labels]
 */
function enough(now, past, name, labels) {
  return gain(now, past(15), name, labels) >= 20;
}

/** @param {Scrape} now @param {Scrape} then */
function errorShare(now, then) {
  const failed = gain(now, then, 'atest_ai_requests_total', { status: ['error', 'timeout'] });
  return ratio(failed, gain(now, then, 'atest_ai_requests_total', COUNTED));
}

/** @param {Scrape} now @param {Scrape} then */
function weakShare(now, then) {
  const weak = gain(now, then, 'atest_ai_confidence_score_bucket', { le: '0.7' });
  return ratio(weak, gain(now, then, 'atest_ai_confidence_score_count'));
}

/** @param {number | undefined} share */
function percent(share) {
  return share === undefined ? undefined : share * 100;
}

/** @param {Scrape} now */
function weakSoFar(now) {
  return ratio(now.sum('atest_ai_confidence_score_bucket', { le: '0.7' }), now.sum('atest_ai_confidence_score_count'));
}
