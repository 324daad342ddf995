// Mounted, mounted again, and taken away: one page at a time, and nothing of it is left behind.
import assert from 'node:assert/strict';
import { ask, close, open, until } from './lib/browser.mjs';
import { startHost } from './lib/host.mjs';
import { startModel } from './lib/model.mjs';

const host = await startHost(process.env.SOCKET);
const model = await startModel({ say: 'sql: SELECT 1\nexplanation: one', delay: 60_000 });
const page = await open();
await page.addInitScript(() => {
  const live = (globalThis.live = { timers: new Set(), listeners: new Set(), observers: new Set(), calls: new Set() });
  const { setInterval, clearInterval, setTimeout, clearTimeout, fetch } = globalThis;
  globalThis.setInterval = (...given) => {
    const id = setInterval(...given);
    live.timers.add(id);
    return id;
  };
  globalThis.setTimeout = (what, ...given) => {
    const id = setTimeout(() => live.timers.delete(id) && what(), ...given);
    live.timers.add(id);
    return id;
  };
  globalThis.clearInterval = (id) => live.timers.delete(id) && clearInterval(id);
  globalThis.clearTimeout = (id) => live.timers.delete(id) && clearTimeout(id);
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (['storage', 'pagehide', 'visibilitychange', 'change'].includes(type) && !(this instanceof Element)) {
      const one = { type };
      live.listeners.add(one);
      if (options?.signal) add.call(options.signal, 'abort', () => live.listeners.delete(one));
    }
    return add.call(this ?? globalThis, type, listener, options);
  };
  const Observer = globalThis.MutationObserver;
  globalThis.MutationObserver = class extends Observer {
    observe(node, what) {
      // The browser's driver has others, of the whole document.
      if (what.attributeFilter) live.observers.add(this);
      super.observe(node, what);
    }
    disconnect() {
      live.observers.delete(this);
      super.disconnect();
    }
  };
  globalThis.fetch = (...given) => {
    const call = fetch(...given);
    live.calls.add(call);
    const end = () => live.calls.delete(call);
    call.then(end, end);
    return call;
  };
});
await page.goto(host.address);
const counts = () =>
  page.evaluate(() => Object.fromEntries(Object.entries(globalThis.live).map(([name, all]) => [name, all.size])));
const calm = () => until('the calls to end', async () => (await counts()).calls === 0);
assert.deepEqual(await counts(), { timers: 0, listeners: 0, observers: 0, calls: 0 });

await page.evaluate(() => globalThis.open('en-US'));
await page.getByLabel('Answered by').locator('option[value=lab]').waitFor({ state: 'attached' });
await calm();
const once = await counts();
assert.ok(once.listeners > 0 && once.observers === 1, JSON.stringify(once));

// Twice: the first one is gone, with all that it had.
await page.evaluate(() => globalThis.ATestPlugin.mount(document.getElementById('plugin-container')));
await page.getByLabel('Answered by').locator('option[value=lab]').waitFor({ state: 'attached' });
await calm();
assert.deepEqual(await counts(), once);
assert.equal(await page.locator('atest-ai-page').count(), 1);

// Taken away with a question under way, in the settings, by the host or by unmount(): nothing ticks, listens or waits.
const gone = { timers: 0, listeners: 0, observers: 0, calls: 0 };
for (const leave of [
  () => globalThis.ATestPlugin.unmount(),
  () => (document.getElementById('plugin-container').innerHTML = ''),
]) {
  await page.getByLabel('Answered by').selectOption('builtin');
  await (await ask(page, 'how many customers are there')).locator('pre.sql').waitFor();
  await page.getByLabel('Answered by').selectOption('lab');
  await page.getByLabel('Your question').fill('a slow one');
  await page.keyboard.press('Enter');
  await page
    .getByText(/Asking for \d+ s/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.evaluate(leave);
  await until('nothing', async () => JSON.stringify(await counts()) === JSON.stringify(gone));
  assert.equal(await page.locator('atest-ai-page').count(), 0);
  await page.evaluate(() => {
    globalThis.ATestPlugin.unmount();
    globalThis.ATestPlugin.setLocale('zh-CN');
    globalThis.ATestPlugin.setLocale('en-US');
  });
  // What was asked is there when it is opened again, with what became of it.
  await page.evaluate(() => globalThis.open('en-US'));
  await page.getByText('The page was left before the answer came.').first().waitFor();
}
assert.equal(await page.locator('article.turn').count(), 4);
host.server.closeAllConnections();
host.server.close();
model.stop();
await close(['Failed to load resource', 'ERR_']);
