// With a keyboard alone, and for eyes that need other colours or no motion: every place is reached and seen, none is lost.
import assert from 'node:assert/strict';
import { ADDRESS, accessible, close, open, shot, until } from './lib/browser.mjs';

const page = await open();
await page.goto(`${ADDRESS}/`);
await until('the providers', () => page.locator('.options option[value=openai]').count());

/** What has the focus: its name for people, whether it is seen to have it, and what it is in. */
const focus = () =>
  page.evaluate(() => {
    const node = document.querySelector('atest-ai-page').shadowRoot.activeElement;
    if (!node) return {};
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    const name = (node.labels?.[0] ?? node).textContent.trim();
    return {
      name,
      seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      within: node.closest('.turn') !== null,
    };
  });
const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
/** Goes on with Tab until that place. */
async function reach(name) {
  for (let steps = 0; steps < 60; steps += 1) {
    await press('Tab');
    const at = await focus();
    if (!at.name) continue;
    assert.ok(at.seen, `the focus on ${at.name} is not seen`);
    if (at.name === name) return;
  }
  assert.fail(`${name} is never reached`);
}

// In the order in which it is read.
const order = [];
for (let steps = 0; steps < 11; steps += 1) {
  await press('Tab');
  const at = await focus();
  order.push(at.name);
  assert.ok(at.seen, at.name);
}
assert.deepEqual(order.slice(0, 8), [
  'Ask',
  'Settings',
  'Status',
  'Your question',
  'Ask about',
  'Answered by',
  'Model',
  'Ask',
]);

// A choice, a view and a language change what is drawn, and the keyboard stays where it was.
await page.getByLabel('Answered by').focus();
await press('ArrowDown');
await until('another provider', async () => (await page.getByLabel('Answered by').inputValue()) !== '');
assert.equal((await focus()).name, 'Answered by');
await press('ArrowUp');
await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab');
assert.equal((await focus()).name, 'Settings', 'backwards too');
await press('Enter');
await page.getByRole('heading', { name: 'Providers' }).waitFor();
assert.equal((await focus()).name, 'Settings');
await reach('Language');
await press('ArrowDown');
await page.getByRole('heading', { name: 'AI 助手' }).waitFor();
assert.equal((await focus()).name, '语言');
await press('ArrowUp');
await page.getByRole('heading', { name: 'AI Assistant' }).waitFor();
assert.equal((await focus()).name, 'Language');
await page.getByRole('button', { name: 'Ask', exact: true }).first().focus();
await press('Enter');

// A question is asked, its answer is told, and Escape leaves what was opened.
await reach('Your question');
await page.keyboard.type('how many customers are there');
await press('Enter');
const turn = page.locator('article.turn').first();
await turn.locator('pre.sql').waitFor();
const told = page.locator('[role=status][aria-live]');
await until('the answer to be told', async () => /customers/.test(await told.innerText()));
await reach('Edit');
await press('Enter');
await turn.getByLabel('Your SQL').waitFor();
assert.equal((await focus()).name, 'Your SQL');
await press('Escape');
await turn.getByLabel('Your SQL').waitFor({ state: 'detached' });
assert.ok((await focus()).within);
await reach('Run');
await press('Enter');
await turn.getByText('This will run on default').waitFor();
await reach('Run it');
await press('Escape');
assert.equal(await turn.locator('.panel').count(), 0);
assert.ok((await focus()).within);
await reach('Run');
await press('Enter');
await reach('Run it');
await press('Enter');
await turn.locator('table').waitFor();
await until('the rows to have the focus', async () => (await focus()).within);
await reach('Follow up');
await press('Enter');
await page.getByText('Follow-up to: how many customers').waitFor();
assert.equal((await focus()).name, 'Your question');
await press('Escape');
await page.getByText('Follow-up to: how many customers').waitFor({ state: 'hidden' });
assert.equal((await focus()).name, 'Your question');
await reach('Delete all');
await press('Enter');
assert.equal((await focus()).name, 'Delete all');
await press('Escape');
assert.equal(await page.locator('article.turn').count(), 1);

// A question that fails is told once, and not again when the page is opened.
await page.getByLabel('Your question').fill('wombats of the moon');
await press('Enter');
await until('the failure to be told', async () => /No answer.*wombats/.test(await told.innerText()));
await page.reload();
await page.locator('.turn .message.error').waitFor();
assert.equal(await page.getByRole('alert').count(), 0);

// Nothing moves, and where the system gives the colours, all is still there.
assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
for (const view of ['/', '/status']) {
  await page.goto(`${ADDRESS}${view}`);
  await page
    .locator(view === '/' ? '.turn' : '.card')
    .first()
    .waitFor();
  await accessible(page, `${view} in the colours of the system`);
  await shot(page, `forced-colours${view === '/' ? '' : '-status'}`);
}
const shown = await page.evaluate(() => {
  const root = document.querySelector('atest-ai-page').shadowRoot;
  const back = getComputedStyle(root.querySelector('.card')).backgroundColor;
  return ['.dot', '.line'].map((part) => {
    const style = getComputedStyle(root.querySelector(part));
    return (part === '.dot' ? style.backgroundColor : style.stroke) !== back;
  });
});
assert.deepEqual(shown, [true, true]);
await close(['Failed to load resource']);
