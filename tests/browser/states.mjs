// Every state in both languages and both themes: nothing that WCAG 2.2 AA forbids, and a picture to look at.
import assert from 'node:assert/strict';
import { ADDRESS, accessible, ask, close, open, shot, until } from './lib/browser.mjs';

const page = await open();
const pairs = (extra) => [
  [
    'pretty_sql',
    "SELECT city, COUNT(*) AS customers -- how many\nFROM customers\nWHERE status = 'active'\nGROUP BY city\nLIMIT 10",
  ],
  ['explanation', 'Shows the number of active customers for each city.'],
  ['confidence', '0.62'],
  ['confidence_source', 'agreement'],
  [
    'warnings',
    JSON.stringify([
      'the embedded engine reads the question differently',
      'assumed: active means status = active',
      '12 of 60 tables were left out',
    ]),
  ],
  ['provider', 'openai'],
  ['model_used', 'gpt-x'],
  ['processing_time_ms', '812'],
  ['cost_usd', '0.0012'],
  ['success', 'true'],
  ['request_id', 'r'],
  ['meta', '{"dialect":"sqlite"}'],
  ...extra,
];
/** Has the next question answered so. */
async function answers(extra) {
  await page.route('**/api/v1/data/query', (route) => {
    if (JSON.parse(route.request().postData()).key !== 'generate') return route.fallback();
    const data = pairs(extra).map(([key, value]) => ({ key, value, description: '' }));
    return route.fulfill({ contentType: 'application/json', body: JSON.stringify({ data }) });
  });
}

const LABELS = {
  en: {
    settings: 'Settings',
    edit: 'Edit',
    check: 'Check',
    run: 'Run',
    go: 'Run it',
    follow: 'Follow up',
    provider: 'Provider',
    all: 'Delete all',
  },
  zh: {
    settings: '设置',
    edit: '编辑',
    check: '检查',
    run: '执行',
    go: '执行',
    follow: '追问',
    provider: '提供商',
    all: '全部删除',
  },
};

for (const language of ['en', 'zh']) {
  for (const theme of ['light', 'dark']) {
    const look = async (name) => {
      await accessible(page, `${name} ${language} ${theme}`);
      await shot(page, `${name}-${language}-${theme}`);
    };
    const words = LABELS[language];
    const button = (name) => page.getByRole('button', { name, exact: true });
    await page.unrouteAll();
    await page.goto(`${ADDRESS}/`);
    await page.evaluate(
      ([a, b]) => {
        localStorage.clear();
        localStorage.setItem('atest-ext-ai.look', JSON.stringify({ language: a, theme: b }));
      },
      [language, theme],
    );
    await page.reload();
    await until('the providers', () => page.locator('.options option[value=openai]').count());
    await look('first');

    await answers([['alternative', 'SELECT city FROM customers']]);
    const turn = await ask(page, 'active customers by city');
    await turn.locator('summary').first().click();
    await turn.locator('.alternative summary').click();
    await look('answer');
    await button(words.edit).click();
    await turn.locator('textarea').fill('DROP TABLE customers');
    await button(words.check).click();
    await turn.getByRole('alert').waitFor();
    await look('edit-refused');
    await turn.locator('textarea').fill('SELECT id, name, last_login FROM users JOIN customers USING (id)');
    await turn.locator('button.quiet').last().click();
    await page.unrouteAll();
    const real = await ask(page, language === 'en' ? 'all users' : '列出所有用户');
    await real.getByRole('button', { name: words.run, exact: true }).click();
    await look('run-asks');
    await real.locator('.panel button.main').click();
    await real.locator('table').waitFor();
    await look('rows');
    await real.getByRole('button', { name: words.follow }).click();
    await look('follow-up');
    await ask(page, 'unicorns of the moon');
    const failure = page.locator('.turn .message.error').first();
    await failure.waitFor();
    const sayings = { en: /the schema has nothing called/, zh: /数据库结构中没有 .*；现有的表/ };
    assert.match(await failure.innerText(), sayings[language]);
    await page.locator('.turn').first().locator('.bar button').last().click();
    await look('failed');
    await page.route('**/api/v1/data/query', () => {});
    await page.locator('.composer textarea').first().fill('how many orders');
    await page.locator('.composer textarea').first().press('Enter');
    await page.locator('.waiting').waitFor();
    await look('asking');
    await page.unrouteAll();
    await button(words.all).click();
    await look('delete-all');
    await page.locator('.options select').first().selectOption('\n');
    await page.locator('.options select').nth(2).selectOption('openai');
    await look('pasted-tables');

    await button(words.settings).click();
    await look('settings');
    await page.locator('.settings select').first().selectOption('openai');
    await look('settings-cloud');
    await page.locator('.settings form .bar button').last().click();
    await page.getByRole('alert').waitFor();
    const refusals = { en: /no service of the kind|API key/, zh: /请填写并保存/ };
    assert.match(await page.getByRole('alert').innerText(), refusals[language]);
    await look('settings-failed');
  }
}
await close(['Failed to load resource']);
