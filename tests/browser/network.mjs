// Away, slow, stopped: the page says so, and the box is never locked.
import assert from 'node:assert/strict';
import { ADDRESS, ask, close, open, until } from './lib/browser.mjs';
import { startModel } from './lib/model.mjs';

const model = await startModel({ say: 'sql: SELECT name FROM customers\nexplanation: names', delay: 60_000 });
const page = await open();
await page.goto(`${ADDRESS}/`);
await until('the providers', () => page.getByLabel('Answered by').locator('option[value=lab]').count());
const box = page.getByLabel('Your question');

// While one question takes its time, another is asked; the first is cancelled.
await page.getByLabel('Answered by').selectOption('lab');
await box.fill('a slow one');
await box.press('Enter');
const slow = page.locator('article.turn', { hasText: 'a slow one' });
await slow.getByText(/Asking for \d+ s/).waitFor();
await page.getByLabel('Answered by').selectOption('builtin');
await (await ask(page, 'how many customers')).locator('pre.sql').waitFor();
assert.equal(await slow.getAttribute('data-state'), 'asking');
await slow.getByRole('button', { name: 'Cancel' }).click();
await slow.getByText('You stopped this question.').waitFor();
// The plugin stopped too, and asked no longer.
await until('the end of the call', () => model.cancelled === 1);
const metrics = await (await fetch(`${ADDRESS}/metrics`)).text();
assert.match(metrics, /^atest_ai_requests_total\{.*provider="lab".*status="cancelled".*\} 1$/m);

// Stopped questions can be given to another provider.
await slow.getByRole('button', { name: 'Ask another provider' }).click();
await slow.getByRole('combobox', { name: 'Ask another provider' }).selectOption('builtin');
await slow.getByRole('button', { name: 'Ask it' }).click();
await until('another try', async () => (await page.locator('article.turn').count()) === 3);

// Offline: told at once; and back: the same question is answered.
await page.context().setOffline(true);
const lost = await ask(page, 'customers without orders');
await lost.getByText('The plugin cannot be reached from this page.').waitFor();
assert.ok(await box.isEditable());
await page.context().setOffline(false);
await lost.getByRole('button', { name: 'Try again' }).click();
await until('an answer', async () => (await page.locator('article.turn').first().locator('pre.sql').count()) === 1);

// Left in the middle: told when it is opened again.
await page.getByLabel('Answered by').selectOption('lab');
await box.fill('left alone');
await box.press('Enter');
await page.getByText(/Asking for \d+ s/).waitFor();
await page.goto('about:blank');
await page.goto(`${ADDRESS}/`);
await page.getByText('The page was left before the answer came.').waitFor();

// A plugin that does not answer at all when the page is opened: there is a box to ask in all the same.
await page.route('**/api/v1/data/query', () => {});
await page.reload();
await box.waitFor();
assert.ok(await box.isEditable());
await close(['Failed to load resource', 'ERR_INTERNET_DISCONNECTED']);
model.stop();
