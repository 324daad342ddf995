// The page inside atest, through its gateway: its store is found, templates do no harm, keys stay with atest.
import assert from 'node:assert/strict';
import { ADDRESS, accessible, ask, close, open, shot, until } from './lib/browser.mjs';
import { startHost } from './lib/host.mjs';
import { startModel } from './lib/model.mjs';

const host = await startHost(process.env.SOCKET);
const model = await startModel({ say: 'sql: SELECT 1\nexplanation: one' });
const page = await open();
await page.goto(host.address);
await page.evaluate(() => globalThis.open('en-US'));

// Nothing leaks: the host's styles do not reach in, and the page's do not reach out.
await page.getByRole('heading', { name: 'AI Assistant' }).waitFor();
const looks = await page.evaluate(() => {
  const root = document.querySelector('atest-ai-page').shadowRoot;
  return ['h1', 'label', 'button.main', 'textarea', '.hint'].map((part) => {
    const style = getComputedStyle(root.querySelector(part));
    const { letterSpacing, wordSpacing, textAlign, textTransform, whiteSpace, fontFamily, color, fontSize } = style;
    return { letterSpacing, wordSpacing, textAlign, textTransform, whiteSpace, fontFamily, color, fontSize };
  });
});
for (const look of looks) {
  assert.equal(look.letterSpacing, 'normal');
  assert.equal(look.wordSpacing, '0px');
  assert.ok(['start', 'left', 'center'].includes(look.textAlign), look.textAlign);
  assert.equal(look.textTransform, 'none');
  assert.notEqual(look.whiteSpace, 'nowrap');
  assert.match(look.fontFamily, /system-ui/);
  assert.notEqual(look.color, 'rgb(1, 2, 3)');
  assert.ok(parseFloat(look.fontSize) >= 12 && parseFloat(look.fontSize) < 20, look.fontSize);
}
const colours = await page.evaluate(() => {
  const inside = document.querySelector('atest-ai-page').shadowRoot.querySelector('button.main');
  const outside = document.body.appendChild(document.createElement('button'));
  const seen = [inside, outside].map((node) => getComputedStyle(node).backgroundColor);
  outside.remove();
  return seen;
});
assert.equal(colours[1], 'rgb(200, 0, 0)');
assert.notEqual(colours[0], 'rgb(200, 0, 0)');
const names = await page.evaluate(() =>
  Object.keys(globalThis).filter((name) => !(name in document.createElement('iframe')) && /plugin/i.test(name)),
);
assert.deepEqual(names, ['ATestPlugin']);

await until('the default database', () =>
  page
    .getByLabel('Ask about')
    .inputValue()
    .then((name) => name === 'default'),
);
await shot(page, 'embedded');
const turn = await ask(page, 'how many customers are there');
assert.match(await turn.locator('pre.sql').innerText(), /COUNT/);
assert.equal(host.asked.at(-1).key, 'generate');

// What Go would take for a template arrives as it was typed.
for (const tricky of ['customers named {{ randAlpha 3 }}', 'customers named {{ broken', 'customers named }} {{{{']) {
  await ask(page, tricky);
  assert.equal(JSON.parse(host.asked.at(-1).sql).prompt, tricky);
}

// Checking and running go the same way; rows come with their types.
await turn.page().getByLabel('Your question').fill('all categories');
await page.keyboard.press('Enter');
const rows = page.locator('article.turn', { hasText: 'all categories' });
await rows.getByRole('button', { name: 'Run', exact: true }).click();
await rows.getByRole('button', { name: 'Run it' }).click();
await rows.getByText(/rows in/).waitFor();
assert.match(await rows.locator('thead').innerText(), /integer/);

// Another language, and dark, while it is open.
await page.evaluate(() => globalThis.ATestPlugin.setLocale('zh-CN'));
await page.getByRole('heading', { name: 'AI 助手' }).waitFor();
assert.equal(await page.locator('.page').getAttribute('lang'), 'zh-CN');
await page.evaluate(() => document.documentElement.classList.add('dark'));
await until('dark', () => page.locator('.page.dark').count());
await accessible(page, 'embedded, dark, Chinese');
await shot(page, 'embedded-zh-dark');
await page.evaluate(() => globalThis.ATestPlugin.setLocale('en-US'));
await accessible(page, 'embedded, dark, English');

// The status page is at the plugin's own address, in a window of its own.
const status = page.getByRole('link', { name: 'Status' });
assert.equal(await status.getAttribute('href'), `${ADDRESS}/status`);
assert.equal(await status.getAttribute('target'), '_blank');

// A key can be tested before anything is saved, and what the test says is the provider's own word.
const own = () => host.stores.find(({ name }) => name === 'my-ai');
await page.getByRole('button', { name: 'Settings' }).click();
await page.getByLabel('Provider').selectOption('lab');
model.accepts = 'Bearer right-key';
await page.getByLabel('API key').fill('wrong-key');
await page.getByRole('button', { name: 'Test connection' }).click();
await page
  .getByRole('alert')
  .getByText(/does not accept the key/)
  .waitFor();
await page.getByLabel('API key').fill('right-key');
await page.getByRole('button', { name: 'Test connection' }).click();
await page.getByText(/lab answers, in \d+ ms: 1 model is offered/).waitFor();
assert.equal(own().password, '', 'nothing was saved');
model.accepts = '';

// A key goes into the store's password, the rest to the plugin; nothing of it stays in the browser.
await page.getByRole('button', { name: 'Settings' }).click();
await page.getByLabel('Provider').selectOption('lab');
await page.getByText(/atest keeps it in the password of the store “my-ai”/).waitFor();
await page.getByLabel('API key').fill('planted-key-51');
await page.getByLabel('Model').fill('plain-model');
await page.getByRole('button', { name: 'Save' }).click();
await page.getByText('Saved.').waitFor();
assert.equal(own().password, 'planted-key-51');
assert.deepEqual(own().properties, [{ key: 'provider', value: 'lab', description: '' }]);
assert.equal(own().kind.url, `unix://${process.env.SOCKET}`, 'the rest of the store is as it was');
// What atest sends of the store decides who answers, so the page says that, and where questions go.
await page.getByRole('button', { name: 'Ask', exact: true }).first().click();
await page.getByLabel('Answered by').locator('option', { hasText: 'default (lab)' }).waitFor({ state: 'attached' });
await page.getByRole('button', { name: 'Settings' }).click();
await page.getByRole('button', { name: 'Test connection' }).click();
await page.getByText(/answers, in \d+ ms: 1 model is offered/).waitFor();
assert.equal(model.keys.at(-1), 'Bearer planted-key-51');
const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
assert.doesNotMatch(kept, /planted/);

// The store has one password. The key of another provider goes to the plugin, and takes nobody's place.
await page.getByLabel('Provider').selectOption('deepseek');
await page.getByText(/The plugin keeps it on its own machine/).waitFor();
await page.getByLabel('Address').fill(`http://127.0.0.1:${process.env.MODEL_PORT}`);
await page.getByLabel('API key').fill('planted-key-52');
await page.getByLabel('Longest wait, in seconds').fill('33');
await page.getByRole('button', { name: 'Save' }).click();
await page.getByText('Saved.').waitFor();
assert.equal(own().password, 'planted-key-51');
await page.getByRole('button', { name: 'Test connection' }).click();
await page.getByText(/DeepSeek answers, in \d+ ms/).waitFor();
assert.equal(model.keys.at(-1), 'Bearer planted-key-52');
// What was saved is shown.
assert.equal(await page.getByLabel('Longest wait, in seconds').inputValue(), '33');
await page.getByLabel('Provider').selectOption('lab');

// A provider that is not there is told honestly, and asking goes on.
await page.getByText('State: answers').waitFor();
model.stop();
await page.getByRole('button', { name: 'Test connection' }).click();
await page.getByRole('alert').waitFor();

// Opened again: the script runs once more, and the past is there.
await page.evaluate(() => globalThis.open('en-US'));
await until('the past', async () => (await page.locator('article.turn').count()) === 5);
assert.equal(await page.locator('atest-ai-page').count(), 1);

// A slow host: there is a box to ask in at once, and the answer comes when it comes.
host.delay = 1200;
await page.evaluate(() => globalThis.ATestPlugin.mount(document.getElementById('plugin-container')));
await page.getByLabel('Your question').waitFor({ timeout: 500 });
const late = await ask(page, 'how many orders are there');
assert.equal(await late.getAttribute('data-state'), 'answered');
host.delay = 0;

// A host that is gone: told, and the box stays open.
const { port } = host.server.address();
host.server.closeAllConnections();
await new Promise((go) => host.server.close(go));
const lost = await ask(page, 'how many categories are there');
await lost.getByText('The plugin cannot be reached from this page.').waitFor();
assert.ok(await page.getByLabel('Your question').isEditable());
await new Promise((go) => host.server.listen(port, '127.0.0.1', go));
await lost.getByRole('button', { name: 'Try again' }).click();
await until(
  'an answer',
  async () => (await page.locator('article.turn').first().getAttribute('data-state')) === 'answered',
);

// No store of the kind: the page says what to do.
host.stores = host.stores.slice(0, 1);
await page.evaluate(() => globalThis.open('zh-CN'));
await page.getByText('atest 中没有类型为 atest-ext-ai 的存储').first().waitFor();

await page.evaluate(() => globalThis.ATestPlugin.unmount());
assert.equal(await page.locator('atest-ai-page').count(), 0);
host.server.closeAllConnections();
host.server.close();
await close(['Failed to load resource']);
