// From another address: sign in, ask, look at the status, sign out.
import assert from 'node:assert/strict';
import { accessible, ask, close, open } from './lib/browser.mjs';

const there = `http://plugin.example.com:${process.env.ADDRESS.split(':')[1]}`;
const page = await open();
const refused = await page.goto(`${there}/status`);
assert.equal(refused.status(), 401);
assert.equal((await page.goto(`${there}/ui/ai-chat.js`)).status(), 401);
await page.goto(`${there}/status`);
await accessible(page, 'signing in');
await page.getByLabel('Token').fill('wrong');
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('alert').waitFor();
await page.getByLabel('Token').fill(process.env.TOKEN);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('heading', { name: 'How the plugin is doing' }).waitFor();
assert.equal(new URL(page.url()).pathname, '/status');

await page.getByRole('link', { name: 'Ask' }).click();
const turn = await ask(page, 'how many customers are there');
await turn.locator('pre.sql').waitFor();
// Without TLS browsers keep the clipboard to themselves; the older way copies all the same.
await turn.getByRole('button', { name: 'Copy SQL' }).click();
await turn.getByRole('button', { name: 'Copied' }).waitFor();

await page.getByRole('button', { name: 'Settings' }).click();
await page.getByRole('link', { name: 'Sign in or out' }).click();
await page.getByRole('button', { name: 'Sign out' }).click();
await page.getByLabel('Token').waitFor();
await page.goto(`${there}/`);
await page.getByLabel('Token').waitFor();
await close(['Failed to load resource', 'Cross-Origin-Opener-Policy']);
