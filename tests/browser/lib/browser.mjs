// Chromium for one case: pages whose every complaint is a failure, checks for accessibility, screenshots.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Where the plugin's HTTP door is. */
export const ADDRESS = `http://${process.env.ADDRESS}`;

const tools = createRequire(join(process.env.TOOLS, 'x.js'));
const { chromium } = tools('playwright-core');
const AXE = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env.SHOTS;
mkdirSync(SHOTS, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    // A name that is not this machine's, which nobody has to look up.
    '--host-resolver-rules=MAP plugin.example.com 127.0.0.1',
  ],
});

/** What pages complained of, of all of them. */
const complaints = [];

/** A window of its own: its storage is empty. */
export async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(error.stack));
  page.on('console', (line) => {
    if (['error', 'warning'].includes(line.type())) complaints.push(`${line.type()}: ${line.text()}`);
  });
  return page;
}

/** Ends the case. Complaints that it wanted are named by a piece of their text. */
export async function close(wanted = []) {
  await browser.close();
  const unwanted = complaints.filter((text) => !wanted.some((piece) => text.includes(piece)));
  assert.deepEqual(unwanted, []);
}

/** The page has nothing that WCAG 2.2 AA forbids, as far as a program can tell. */
export async function accessible(page, what) {
  // Not by a script element: the page's policy runs no foreign script, and should not.
  const found = await page.evaluate(`(async () => {
    ${AXE};
    const options = { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } };
    const { violations } = await axe.run(document, options);
    return violations.map(({ id, nodes }) => id + ': ' + nodes.map((n) => n.target.flat().join(' ') + ' ' + n.failureSummary).join(' | '));
  })()`);
  assert.deepEqual(found, [], what);
}

/** A picture for people to look at. */
export async function shot(page, name) {
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

/** Asks, and waits for what comes of it. */
export async function ask(page, question) {
  const box = page.getByRole('textbox', { name: /^(Your question|您的问题)$/ });
  await box.fill(question);
  await box.press('Enter');
  const turn = page.locator('article.turn').first();
  await turn.locator('h3', { hasText: question }).waitFor();
  await page.locator('article.turn').first().and(page.locator(':not([data-state=asking])')).waitFor();
  // What is out of view is not laid out, and so has no text for a test.
  await turn.scrollIntoViewIfNeeded();
  return turn;
}

/**
 * What the tasks of a page's main thread cost while something is done, the longest first: milliseconds of the processor's
 * time, because on a busy machine the clock counts what others do.
 */
export async function trace(page, what) {
  await browser.startTracing(page, {
    categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  await what();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid} ${tid}`));
  // A task that cost less than a microsecond has no such figure.
  const costs = tasks.map(({ tdur }) => (tdur ?? 0) / 1000).sort((one, other) => other - one);
  assert.ok(costs.filter((ms) => ms > 0).length > 100, 'the browser tells no time of its tasks');
  if (process.env.TRACE_LONG) {
    for (const task of tasks.toSorted((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0)).slice(0, 4)) {
      const within = traceEvents
        .filter(
          (e) =>
            e.pid === task.pid &&
            e.tid === task.tid &&
            e.ph === 'X' &&
            e.ts >= task.ts &&
            e.ts + e.dur <= task.ts + task.dur,
        )
        .sort((a, b) => b.dur - a.dur)
        .slice(1, 8);
      console.log(
        task.tdur / 1000,
        task.dur / 1000,
        within
          .map((e) => `${e.name} ${(e.tdur ?? e.dur) / 1000} ${JSON.stringify(e.args).slice(0, 140)}`)
          .join('\n   '),
      );
    }
  }
  return costs;
}

/** Waits until something holds. */
export async function until(what, holds) {
  for (let tries = 0; tries < 150; tries += 1) {
    if (await holds()) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.fail(`it never came: ${what}`);
}
