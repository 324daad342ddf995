// Whatever a model, a database, an error or a name says, it is text.
import assert from 'node:assert/strict';
import { ADDRESS, ask, close, open, until } from './lib/browser.mjs';
import { startModel } from './lib/model.mjs';

const EVIL = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';
const NAMES = [EVIL, 'javascript:globalThis.pwned=1', '"><svg onload=globalThis.pwned=1>'];
const model = await startModel({ models: NAMES });
const page = await open();
await page.goto(`${ADDRESS}/`);
await until('the providers', () => page.getByLabel('Answered by').locator('option[value=lab]').count());
await page.getByLabel('Answered by').selectOption('lab');
const offers = () => page.locator('datalist option').evaluateAll((all) => all.map((one) => one.getAttribute('value')));
await until('the models', async () => (await offers()).includes(EVIL));

model.say = `sql: SELECT '${EVIL.replaceAll("'", '')}' AS "${EVIL.replaceAll('"', '')}" FROM customers\nexplanation: ${EVIL}`;
const turn = await ask(page, `${EVIL} of customers`);
assert.match(await turn.locator('h3').innerText(), /<img src=x/);
assert.match(await turn.locator('pre.sql').innerText(), /onerror/);
assert.match(await turn.locator('.explanation').innerText(), /<script>/);
await turn.getByRole('button', { name: 'Run', exact: true }).click();
await turn.getByRole('button', { name: 'Run it' }).click();
await turn.locator('tbody td', { hasText: '<img' }).first().waitFor();
assert.match(await turn.locator('thead').innerText(), /<img/);

model.say = `${EVIL} is no SQL`;
const failed = await ask(page, 'say something odd');
await failed.locator('.message.error').waitFor();

// A whole reply that is hostile, from whoever stands between; and one that is no JSON.
const evilPairs = [
  'pretty_sql',
  'generated_sql',
  'explanation',
  'provider',
  'model_used',
  'instead_of',
  'cost_usd',
  'alternative',
  'confidence_source',
];
await page.route('**/api/v1/data/query', (route) =>
  route.fulfill({
    contentType: 'application/json',
    body: JSON.stringify({
      data: [
        ...evilPairs.map((key) => ({ key, value: EVIL })),
        {
          key: 'warnings',
          value: JSON.stringify([EVIL, `assumed: ${EVIL}`, `left out ${EVIL}`, 7, null, { a: EVIL }]),
        },
        { key: 'meta', value: JSON.stringify({ dialect: EVIL }) },
        { key: 'confidence', value: '0.5' },
        { key: 'success', value: 'true' },
        { key: '__proto__', value: EVIL },
        { key: 'request_id', value: EVIL },
      ],
    }),
  }),
);
const worst = await ask(page, 'the worst');
assert.equal(await worst.locator('.remarks').count(), 3);
await worst.getByText('Another way to read the question').click();
await worst.getByRole('button', { name: 'Use this one' }).click();
for (const [status, body] of [
  [500, EVIL],
  [500, JSON.stringify({ message: EVIL })],
  [200, EVIL],
  [200, '{"data":"x"}'],
  [200, 'null'],
]) {
  await page.unroute('**/api/v1/data/query');
  await page.route('**/api/v1/data/query', (route) => route.fulfill({ status, contentType: 'text/html', body }));
  await (await ask(page, `reply ${status} ${body.length}`)).locator('.message.error').waitFor();
}
await page.unroute('**/api/v1/data/query');

// A past that somebody has tampered with, after the page has written its own.
await page.goto(`${ADDRESS}/paths`);
await page.evaluate((evil) => {
  const turn = {
    id: evil,
    at: 'x',
    asked: { prompt: evil },
    state: 'answered',
    pairs: { pretty_sql: evil, confidence: evil, warnings: '{' },
  };
  localStorage.setItem('atest-ext-ai.past', JSON.stringify([turn, null, 7, { id: 'x' }, { ...turn, state: evil }]));
  localStorage.setItem('atest-ext-ai.choices', '[]');
}, EVIL);
await page.goto(`${ADDRESS}/`);
await until('the past', async () => (await page.locator('article.turn').count()) === 2);

await page.getByRole('button', { name: 'Settings' }).click();
await page.getByLabel('Provider').selectOption('lab');
await page.getByText(/3 models, asked from the provider just now/).waitFor();
const offered = await page
  .locator('datalist option')
  .evaluateAll((options) => options.map((option) => option.getAttribute('value')));
assert.deepEqual(offered.sort(), [...NAMES].sort());

assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
assert.equal(await page.locator('article img, article script, article svg').count(), 0);
await close(['Failed to load resource']);
model.stop();
