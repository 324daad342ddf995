// On 320 CSS pixels, as on a telephone or at 400 % zoom (WCAG 1.4.10): nothing is cut off, and nothing scrolls sideways but
// SQL and rows, which do so by themselves.
import assert from 'node:assert/strict';
import { ADDRESS, accessible, ask, close, open, shot, until } from './lib/browser.mjs';

for (const [what, viewport, deviceScaleFactor] of [
  ['telephone', { width: 320, height: 700 }, 1],
  ['zoomed', { width: 320, height: 256 }, 4],
]) {
  for (const language of ['en', 'zh']) {
    const page = await open({ viewport, deviceScaleFactor });
    await page.addInitScript(
      (spoken) => localStorage.setItem('atest-ext-ai.look', JSON.stringify({ language: spoken, theme: 'light' })),
      language,
    );
    const fits = async (view) => {
      const found = await page.evaluate(() => {
        const root = document.querySelector('atest-ai-page').shadowRoot;
        const beyond = [...root.querySelectorAll('a, button, input, select, textarea, p, h1, h2, h3, th, td, dd, li')]
          .filter((node) => node.checkVisibility() && !node.closest('.scroll, .aside, .sql'))
          .filter((node) => node.getBoundingClientRect().right > 320.5 || node.scrollWidth > node.clientWidth + 24)
          .map((node) => `${node.tagName} ${node.textContent.slice(0, 40)}`);
        return { width: document.documentElement.scrollWidth, beyond };
      });
      assert.deepEqual(found, { width: 320, beyond: [] }, `${view}, ${what}, ${language}`);
      await accessible(page, `${view}, ${what}, ${language}`);
      if (what === 'telephone') await shot(page, `narrow-${view}-${language}`);
    };
    await page.goto(`${ADDRESS}/`);
    await until('the providers', () => page.locator('.options option[value=openai]').count());
    await fits('first');
    const turn = await ask(page, 'all users');
    await turn.locator('.bench .bar button').nth(2).click();
    await turn.locator('.panel button.main').click();
    await turn.locator('table').waitFor();
    await ask(page, 'wombats');
    await ask(page, `customers with name ${'x'.repeat(300)}`);
    await fits('answers');
    await page.locator('.options select').first().selectOption('\n');
    await page.locator('.options select').nth(2).selectOption('openai');
    await fits('pasted');
    await page.locator('nav button').nth(1).click();
    await page.locator('.settings select').first().selectOption('openai');
    await page.locator('.settings form').waitFor();
    await fits('settings');
    await page.goto(`${ADDRESS}/status`);
    await page.locator('.card').first().waitFor();
    await fits('status');
    await page.context().close();
  }
}
await close(['Failed to load resource']);
