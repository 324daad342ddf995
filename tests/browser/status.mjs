// The status page of a busy plugin: its numbers are those of the scrape that it made.
import assert from 'node:assert/strict';
import { startModel } from './lib/model.mjs';
import { ADDRESS, accessible, close, open, shot, until } from './lib/browser.mjs';

const model = await startModel({ say: 'that is no SQL at all' });
const question = (text, provider = 'builtin') =>
  fetch(`${ADDRESS}/api/v1/data/query`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'ai', natural_language: text, provider }),
  });

/** The sum of a metric in Prometheus' text, by an own reading of it. */
function sum(text, name, ...labels) {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((all, line) => all + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

for (let n = 0; n < 30; n += 1) await question(n % 3 ? `customers with id above ${n}` : `wombats number ${n}`);
await question('customers with id above 1');

const page = await open();
let scrape = '';
page.on('response', async (response) => {
  if (new URL(response.url()).pathname === '/metrics') scrape = await response.text();
});
await page.goto(`${ADDRESS}/status`);
await page.locator('.card').first().waitFor();
await until('a scrape', () => scrape);
const figure = async (name) => Number(await page.locator(`data[data-figure="${name}"]`).first().getAttribute('value'));
for (const [name, expected] of [
  ['requests', sum(scrape, 'atest_ai_requests_total')],
  ['errors', sum(scrape, 'atest_ai_errors_total')],
  ['cache_hits', sum(scrape, 'atest_ai_cache_lookups_total', 'cache="answers"', 'result="hit"')],
  ['cache_lookups', sum(scrape, 'atest_ai_cache_lookups_total', 'cache="answers"')],
  ['pool', sum(scrape, 'atest_ai_worker_pool_size')],
  ['queue_capacity', sum(scrape, 'atest_ai_queue_capacity')],
  ['memory_limit', sum(scrape, 'atest_ai_memory_limit_bytes') / 1e6],
  ['answered_builtin', sum(scrape, 'atest_ai_requests_total', 'provider="builtin"', 'status="success"')],
  ['asked_builtin', sum(scrape, 'atest_ai_requests_total', 'provider="builtin"')],
]) {
  assert.equal(await figure(name), expected, name);
}
assert.ok((await figure('requests')) >= 31);
assert.ok((await figure('cache_hits')) >= 1);

// Nobody asked since the page was opened, so its quantiles are those since the start.
const bounds = new Map();
for (const [, bound, count] of scrape.matchAll(
  /^atest_ai_request_duration_seconds_bucket\{.*le="([^"]+)"\} (\d+)$/gm,
)) {
  const upper = bound === '+Inf' ? Infinity : Number(bound);
  bounds.set(upper, (bounds.get(upper) ?? 0) + Number(count));
}
const buckets = [...bounds].sort(([a], [b]) => a - b);
const rank = 0.95 * buckets.at(-1)[1];
const at = buckets.findIndex(([, count]) => count >= rank);
const [lower, below] = at > 0 ? buckets[at - 1] : [0, 0];
const expected = lower + ((buckets[at][0] - lower) * (rank - below)) / (buckets[at][1] - below);
assert.ok(Math.abs((await figure('p95')) - expected) < 1e-9, `${await figure('p95')} is not ${expected}`);

// Between two scrapes: the rate and the quantiles are of what happened between them.
const first = scrape;
for (let n = 0; n < 24; n += 1) await question(`customers of room ${n}`, 'lab');
await until(
  'a later scrape',
  async () =>
    sum(scrape, 'atest_ai_requests_total') > sum(first, 'atest_ai_requests_total') &&
    (await figure('requests')) === sum(scrape, 'atest_ai_requests_total'),
);
const rate = Number(await page.locator('[data-card=requests] .big data').getAttribute('value'));
const more = sum(scrape, 'atest_ai_requests_total') - sum(first, 'atest_ai_requests_total');
assert.ok(rate >= more * 4 && rate <= more * 14, `${more} in 5 s or 10 s are not ${rate} a minute`);
assert.ok((await figure('p95')) >= (await figure('p50')), 'quantiles rise');
await until('a line', async () => /M.*L/.test(await page.locator('[data-card=memory] path.line').getAttribute('d')));

// The errors were above the rule's threshold, and there were enough of them.
await page.locator('[data-alert=HighErrorRate]').waitFor();
for (const language of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    await page.evaluate(
      ([a, b]) => localStorage.setItem('atest-ext-ai.look', JSON.stringify({ language: a, theme: b })),
      [language, theme],
    );
    await page.reload();
    await page.locator('.card').first().waitFor();
    await accessible(page, `status ${language} ${theme}`);
    await shot(page, `status-${language}-${theme}`);
  }
}

// Away: it says since when, and goes on when the plugin is back.
await page.route('**/metrics', (route) => route.abort());
await page.getByText(/没有数据/).waitFor();
await accessible(page, 'status, away');
await page.unroute('**/metrics');
await until('back', async () => (await page.getByText(/没有数据/).count()) === 0);
await close(['Failed to load resource']);
model.stop();
