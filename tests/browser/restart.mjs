// The plugin ends and comes back while the page is open: at its own address, inside atest, and on the status page.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, close, open, until } from './lib/browser.mjs';
import { startHost } from './lib/host.mjs';

const folder = mkdtempSync(join(tmpdir(), 'atest-page-'));
const port = await new Promise((told) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => told(port));
  });
});
const socket = join(folder, 'p.sock');
const config = join(folder, 'config.yaml');
writeFileSync(config, `server: {port: ${port}, default_socket: false, state_dir: ${folder}}\n`);
const there = `http://127.0.0.1:${port}`;
let plugin;
async function start() {
  plugin = spawn(process.env.BINARY, ['--config', config, '--socket', socket], { stdio: 'ignore' });
  await until('the plugin', () =>
    fetch(`${there}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}
const end = () => new Promise((ended) => plugin.once('exit', ended) && plugin.kill('SIGKILL'));

await start();
const page = await open();
await page.goto(`${there}/`);
await page.getByLabel('Ask about').selectOption({ label: 'tables that I paste' });
await page.getByLabel('CREATE TABLE statements').fill('CREATE TABLE planets (id INT PRIMARY KEY, name VARCHAR(20));');
await (await ask(page, 'how many planets are there')).locator('pre.sql').waitFor();
const status = await page.context().newPage();
await status.goto(`${there}/status`);
const asked = () => status.locator('data[data-figure=requests]').getAttribute('value');
await until('a figure', async () => (await asked().catch(() => '')) === '1');

await end();
const lost = await ask(page, 'all planets');
await lost.getByText('The plugin cannot be reached from this page.').waitFor();
await status.getByText(/^No figures since/).waitFor();

// Inside atest, which is there without it: what is wrong is said, with a way to try again.
const host = await startHost(socket);
const inside = await open();
await inside.goto(host.address);
await start();
await inside.evaluate(() => globalThis.open('en-US'));
await inside.getByLabel('Answered by').locator('option[value=openai]').waitFor({ state: 'attached' });
await end();
await inside.evaluate(() => globalThis.ATestPlugin.mount(document.getElementById('plugin-container')));
const retry = inside.locator('.chat > div').first().getByRole('button', { name: 'Try again' });
await retry.waitFor();
await start();
await retry.click();
await retry.waitFor({ state: 'detached' });
await inside.getByLabel('Answered by').locator('option[value=openai]').waitFor({ state: 'attached' });

// Back: the same question is answered, and figures begin anew, since the counters did.
await lost.getByRole('button', { name: 'Try again' }).click();
await until('an answer', async () => (await page.locator('article.turn').first().locator('pre.sql').count()) === 1);
await status.getByText(/^No figures since/).waitFor({ state: 'detached' });
await until('figures of the new process', async () => (await asked()) === '1');
host.server.closeAllConnections();
host.server.close();
await close(['Failed to load resource', 'ERR_']);
await end();
rmSync(folder, { recursive: true });
