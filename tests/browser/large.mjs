// Much at once: rows, SQL, remarks and tables. The page shows a part at a time and stays quick; the times are told.
import assert from 'node:assert/strict';
import { ADDRESS, ask, close, open, trace, until } from './lib/browser.mjs';

const page = await open();
await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
await page.goto(`${ADDRESS}/`);
await until('the providers', () => page.locator('.options option[value=openai]').count());
const turn = await ask(page, 'all users');

// A thousand rows of fifty columns, with long values among them.
const columns = Array.from({ length: 50 }, (_, n) => ({ name: `column_${n}`, type: n % 3 ? 'text' : 'integer' }));
const rows = Array.from({ length: 1000 }, (_, row) =>
  columns.map((_, n) => (n % 3 ? (row % 50 ? `value ${row}.${n}` : 'long '.repeat(200)) : n % 2 ? null : row * n)),
);
await page.route('**/api/v1/data/query', (route) => {
  if (JSON.parse(route.request().postData()).key !== 'ai.preview') return route.fallback();
  const pairs = { success: 'true', columns: JSON.stringify(columns), rows: JSON.stringify(rows) };
  const data = Object.entries(pairs).map(([key, value]) => ({ key, value, description: '' }));
  return route.fulfill({ contentType: 'application/json', body: JSON.stringify({ data }) });
});
await turn.getByRole('button', { name: 'Run', exact: true }).click();
const drawn = await trace(page, async () => {
  await turn.getByRole('button', { name: 'Run it' }).click();
  await turn.getByText(/^1000 rows in/).waitFor();
  for (let more = 0; more < 5; more += 1) await turn.getByRole('button', { name: /^Show \d+ more$/ }).click();
  await page.waitForTimeout(500);
});
console.log(
  `longest tasks with 1000 rows of 50 columns, CPU time: [${drawn.slice(0, 5).map((ms) => ms.toFixed(0))}] ms`,
);
const shown = await turn.locator('tbody tr').count();
assert.ok(shown >= 60 && shown <= 600, `${shown} rows are drawn`);
await turn.getByRole('button', { name: 'Copy as CSV' }).click();
await turn.getByRole('button', { name: 'Copied' }).waitFor();
const csv = await page.evaluate(() => navigator.clipboard.readText());
assert.equal(csv.trimEnd().split(/\r?\n/).length, 1001);
await page.unrouteAll();

// An answer as long as models write when they lose themselves.
const sql = `SELECT ${Array.from({ length: 5_000 }, (_, n) => `column_${n} AS c${n}`).join(',\n  ')}\nFROM t`;
await page.route('**/api/v1/data/query', (route) => {
  const pairs = {
    success: 'true',
    pretty_sql: sql,
    explanation: 'word '.repeat(2_000),
    confidence: '0.5',
    confidence_source: 'heuristic',
    warnings: JSON.stringify(Array.from({ length: 50 }, (_, n) => `remark ${n} ${'x'.repeat(500)}`)),
  };
  const data = Object.entries(pairs).map(([key, value]) => ({ key, value, description: '' }));
  return route.fulfill({ contentType: 'application/json', body: JSON.stringify({ data }) });
});
const long = await trace(page, async () => {
  const answer = await ask(page, 'the longest');
  await answer.locator('pre.sql').waitFor();
  await page.waitForTimeout(500);
});
console.log(
  `longest tasks with ${Math.round(sql.length / 1000)} kB of SQL, CPU time: [${long.slice(0, 5).map((ms) => ms.toFixed(0))}] ms`,
);
const first = page.locator('article.turn').first();
assert.ok((await first.locator('pre.sql').boundingBox()).height < 500, 'SQL scrolls by itself');
await first.getByRole('button', { name: 'Delete' }).click();
await page.unrouteAll();

// Pasted tables: hostile ones are text and nothing else, huge ones are taken or refused, and the next question is answered.
await page.getByLabel('Ask about').selectOption({ label: 'tables that I paste' });
const tables = page.getByLabel('CREATE TABLE statements');
const table = (n) => `CREATE TABLE t${n} (id INT PRIMARY KEY, ${'name VARCHAR(100), '.repeat(2)}city VARCHAR(64));`;
for (const [what, ddl] of [
  [
    'markup',
    'CREATE TABLE "<img src=x onerror=globalThis.pwned=1>" (id INT, "</pre><script>globalThis.pwned=1</script>" TEXT);',
  ],
  ['no tables', 'DROP TABLE users; -- '.repeat(500)],
  ['templates', 'CREATE TABLE a ({{ .Name }} INT); {{ end }}'],
  ['unclosed', `CREATE TABLE a (${'('.repeat(20_000)}`],
  ['a megabyte', Array.from({ length: 12_000 }, (_, n) => table(n)).join('\n')],
]) {
  // As a paste: typing a megabyte is another matter.
  await tables.evaluate((node, text) => {
    node.value = text;
    node.dispatchEvent(new Event('change'));
  }, ddl);
  const asked = await ask(page, `how many rows are there: ${what}`);
  assert.match(await asked.getAttribute('data-state'), /^(answered|failed)$/, what);
}
await tables.fill('CREATE TABLE planets (id INT PRIMARY KEY, name VARCHAR(20));');
await (await ask(page, 'how many planets are there')).locator('pre.sql').waitFor();
assert.equal(await page.evaluate(() => globalThis.pwned), undefined);

// A question that is too long is refused with the bound; an asker can shorten it.
const far = await ask(page, 'customers '.repeat(20_000).trim());
assert.match(await far.locator('.message.error').innerText(), /bytes; at most \d+/);
await close(['Failed to load resource']);
