// What was asked is kept in this browser alone: it can be exported and deleted, in several windows at once, and a
// browser that keeps nothing says so.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ADDRESS, ask, close, open, until } from './lib/browser.mjs';

const page = await open();
await page.goto(`${ADDRESS}/`);
const turns = (where = page) => where.locator('article.turn');
const kept = () => page.evaluate(() => JSON.parse(localStorage.getItem('atest-ext-ai.past')));
await ask(page, 'how many customers are there');
await ask(page, 'how many orders are there');

// Left at once, and all the same nothing is lost.
await ask(page, 'how many products are there');
await page.reload();
await until('the past', async () => (await turns().count()) === 3);
await turns().first().locator('pre.sql').waitFor();

const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
const exported = readFileSync(await file.path(), 'utf8');
assert.equal(JSON.parse(exported).turns.length, 3);

await turns().first().getByRole('button', { name: 'Delete' }).click();
assert.equal(await turns().count(), 2);
await page.getByRole('button', { name: 'Delete all' }).click();
await page.keyboard.press('Escape');
assert.equal(await turns().count(), 2, 'Escape deletes nothing');
await page.getByRole('button', { name: 'Delete all' }).click();
await page.getByRole('button', { name: 'Delete all' }).click();
await page.getByRole('heading', { name: 'Ask for data in your own words' }).waitFor();
assert.deepEqual(await kept(), []);

// Two windows have one past: what one asks, changes and deletes, the other shows, and brings nothing back.
const other = await page.context().newPage();
await other.goto(`${ADDRESS}/`);
await ask(other, 'how many payments are there');
await ask(page, 'how many categories are there');
await until('both questions', async () => (await turns().count()) === 2 && (await turns(other).count()) === 2);
assert.match(await turns().nth(1).locator('pre.sql').innerText(), /payments/, 'with its answer');
const draft = page.getByLabel('Your question');
await draft.fill('half a quest');
await other.getByRole('button', { name: 'Delete all' }).click();
await other.getByRole('button', { name: 'Delete all' }).click();
await until('none', async () => (await turns().count()) === 0);
assert.equal(await draft.inputValue(), 'half a quest');
await ask(page, 'how many users are there');
await until('the one question', async () => (await kept())?.length === 1);
await other.close();

// There is room for a few only: the newest are kept.
await page.evaluate(() => {
  localStorage.clear();
  localStorage.setItem('of another page', 'x'.repeat(5 * 1024 * 1024 - 6000));
});
for (let n = 0; n < 6; n += 1) await ask(page, `customers with id above ${n}`);
await until('the newest', async () => (await kept())?.[0]?.asked.prompt === 'customers with id above 5');
assert.equal(await turns().count(), 7);
await page.evaluate(() => localStorage.clear());

// A browser that lets nothing be kept: it works, and says what that means.
const blocked = await open();
await blocked.addInitScript(() => {
  const refuse = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  Object.defineProperty(globalThis, 'localStorage', { get: refuse });
  Object.defineProperty(globalThis, 'sessionStorage', { get: refuse });
});
await blocked.goto(`${ADDRESS}/`);
await (await ask(blocked, 'how many customers are there')).locator('pre.sql').waitFor();
await blocked.getByText('This browser lets nothing be kept').waitFor();
await blocked.getByRole('button', { name: 'Settings' }).click();
await blocked.getByLabel('Language').selectOption('zh');
await blocked.getByRole('heading', { name: 'AI 助手' }).waitFor();
await close(['Failed to load resource']);
