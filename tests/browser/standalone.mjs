// The page at the plugin's own address: it works on first opening, with no key.
import assert from 'node:assert/strict';
import { ADDRESS, ask, close, open, until } from './lib/browser.mjs';

const page = await open();
await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
const foreign = [];
page.on('request', (request) => new URL(request.url()).origin === ADDRESS || foreign.push(request.url()));
await page.goto(`${ADDRESS}/`);
await page.getByRole('heading', { name: 'Ask for data in your own words' }).waitFor();
await until('the default database', () =>
  page
    .getByLabel('Ask about')
    .inputValue()
    .then((name) => name === 'default'),
);

// An empty question is told, and asks nothing.
await page.getByRole('button', { name: 'Ask', exact: true }).last().click();
await page.getByText('Write a question first.').waitFor();

const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
const turn = await ask(page, 'how many customers are there by status');
assert.match(await turn.locator('pre.sql').innerText(), /SELECT[\s\S]+FROM customers\s+GROUP BY status/i);
assert.ok((await turn.locator('pre.sql .keyword').count()) >= 3, 'SQL has colours');
assert.match(await turn.locator('.explanation').innerText(), /customers/);
assert.match(await turn.locator('.confidence strong').innerText(), /^(High|Fair|Low)/);
await turn.getByText('Why', { exact: true }).click();
await turn.getByText('The database was asked, and takes this SQL.').waitFor();
await turn.getByRole('button', { name: 'Copy SQL' }).click();
await until('the SQL in the clipboard', async () => /GROUP BY status/.test(await clipboard()));

// Edited SQL is checked again, by the database too.
await turn.getByRole('button', { name: 'Edit' }).click();
const area = turn.getByLabel('Your SQL');
await area.fill('DELETE FROM customers');
await turn.getByRole('button', { name: 'Check' }).click();
await turn.getByText('It does not pass').waitFor();
await area.fill('select status, count(*) from customers where city is not null group by status order by 1');
await turn.getByRole('button', { name: 'Check' }).click();
await turn.getByText('It passes the checks, and the database takes it.').waitFor();
await turn.getByRole('button', { name: 'Close' }).click();
await turn.getByText('Changed by you').waitFor();

// Run shows what will run, then rows with types, nulls, a count and a time.
await turn.getByRole('button', { name: 'Run', exact: true }).click();
await turn.getByText('This will run on default').waitFor();
assert.match(await turn.locator('.panel pre').innerText(), /city IS NOT NULL/i);
await turn.getByRole('button', { name: 'Run it' }).click();
await turn.getByText(/^\d+ rows in \d+ ms$/).waitFor();
assert.match(await turn.locator('thead').innerText(), /status/);
await turn.getByRole('button', { name: 'Copy as CSV' }).click();
await until('the rows in the clipboard', async () => /^status,.+\r?\n/.test(await clipboard()));

// What the asker says of it is kept, and the rows stay.
await turn.getByRole('button', { name: 'Send my correction' }).click();
await turn.getByText('Thank you. That is kept with this answer.').waitFor();
assert.equal(await turn.locator('table').count(), 1);

const nulls = await ask(page, 'all users who never logged in');
await nulls.getByRole('button', { name: 'Run', exact: true }).click();
await nulls.getByRole('button', { name: 'Run it' }).click();
await nulls.locator('td.null').first().waitFor();

// A follow-up carries the SQL of the last answer.
await nulls.getByRole('button', { name: 'Follow up' }).click();
await page.getByText('Follow-up to: all users who never logged in').waitFor();
const sent = page.waitForRequest((request) => request.url().endsWith('/data/query'));
const box = page.getByLabel('Your question');
await box.fill('how many orders are there');
await box.press('Enter');
assert.match(JSON.parse(JSON.parse((await sent).postData()).sql).existing_sql, /last_login IS NULL/i);
await page.locator('article.turn').first().getByText('Follow-up to:').waitFor();

// Pasted tables, another dialect.
await page.getByLabel('Ask about').selectOption({ label: 'tables that I paste' });
await page
  .getByLabel('CREATE TABLE statements')
  .fill('CREATE TABLE planets (id INT PRIMARY KEY, name VARCHAR(20), moons INT);');
await page.getByLabel('SQL dialect').selectOption('postgresql');
const planets = await ask(page, 'show all planets');
assert.match(await planets.locator('.facts').innerText(), /postgresql/);
assert.equal(
  await planets.getByRole('button', { name: 'Run', exact: true }).count(),
  0,
  'there is nothing to run it on',
);

// A failed answer says why and what to do, and the box stays open.
const failed = await ask(page, 'wombats of the quarter');
await failed.locator('.message.error').waitFor();
assert.ok(await box.isEditable());
await failed.getByRole('button', { name: 'Try again' }).click();
await (await ask(page, 'how many planets')).locator('pre.sql').waitFor();

// What was asked outlives a reload.
const before = await page.locator('article.turn').count();
await page.reload();
await until('the past', async () => (await page.locator('article.turn').count()) === before);

// Enter that ends the choice of a Chinese word asks nothing.
await page.getByLabel('Your question').fill('客户');
await page.getByLabel('Your question').dispatchEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229 });
assert.equal(await page.locator('article.turn').count(), before);

// Only this address was spoken to, and the document's policy would allow nothing else.
assert.deepEqual(foreign, []);
const policy = (await page.request.get(`${ADDRESS}/`, { headers: { Accept: 'text/html' } })).headers()[
  'content-security-policy'
];
assert.match(policy, /^default-src 'none'; script-src 'self';.*require-trusted-types-for 'script'/);
assert.doesNotMatch(policy, /unsafe|\*|data:/);
// A later task, because what the test itself runs may do what the page may not.
const refused = await page.evaluate(
  () =>
    new Promise((told) =>
      setTimeout(() => {
        try {
          (0, eval)('1');
          told(false);
        } catch {
          told(true);
        }
      }),
    ),
);
assert.ok(refused, 'no text becomes code');
await close(['Content Security Policy', 'Trusted']);
