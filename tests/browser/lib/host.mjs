// A stand-in of atest: its REST gateway as far as the page meets it, and a document that embeds the page as
// `Extension.vue` does. It drops `type`, renders `sql` as a template, loses the order of pairs, overwrites `success`.
import http from 'node:http';
import { call, fields } from './grpc.mjs';

const HTTP_OF_GRPC = { 3: 400, 5: 404, 9: 400, 12: 501, 13: 500, 14: 503 };

/** Styles that would spoil the page, and that the page must not spoil: the host's button is red. */
const DOCUMENT = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>atest</title><style>
html { font-size: 62.5%; }
body { margin: 0; background: #fff; letter-spacing: 4px; line-height: 3; text-align: right; text-transform: uppercase; }
html.dark body { background: #141414; }
* { box-sizing: content-box; font-family: monospace; color: rgb(1, 2, 3); word-spacing: 9px; white-space: nowrap; }
button { background: rgb(200, 0, 0) !important; } p, h1 { font-size: 40px; }
</style></head><body><main><div id="plugin-container"></div></main>
<script>
async function get(path) { return (await fetch(path)).json(); }
function open(locale) {
  get('/api/v1/extension/pages/ai-chat/css').then((d) => {
    const style = document.createElement('style');
    style.textContent = d.message;
    document.head.appendChild(style);
  });
  return get('/api/v1/extension/pages/ai-chat/js').then((d) => {
    const script = document.createElement('script');
    script.type = 'text/javascript';
    script.textContent = d.message;
    document.head.appendChild(script);
    const container = document.getElementById('plugin-container');
    container.innerHTML = '';
    globalThis.ATestPlugin.mount(container);
    globalThis.ATestPlugin.setLocale?.(locale);
  });
}
</script></body></html>`;

/** Starts it. Its stores can be looked at and changed while it runs; `delay` makes it slow. */
export async function startHost(socket) {
  const host = {
    delay: 0,
    stores: [
      { name: 'tests', kind: { name: 'atest-store-git' }, ready: true, password: '', properties: [] },
      { name: 'old-ai', kind: { name: 'atest-ext-ai' }, disabled: true, password: '', properties: [] },
      {
        name: 'my-ai',
        kind: { name: 'atest-ext-ai', url: `unix://${socket}` },
        ready: true,
        password: '',
        properties: [],
      },
    ],
    asked: [],
    server: null,
    address: '',
  };
  host.server = http.createServer(async (request, response) => {
    const body = [];
    for await (const piece of request) body.push(piece);
    if (host.delay) await new Promise((go) => setTimeout(go, host.delay));
    const send = (status, document) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(document));
    };
    try {
      await answer(host, socket, request, Buffer.concat(body).toString(), response, send);
    } catch (error) {
      send(HTTP_OF_GRPC[error.code] ?? 500, { code: error.code ?? 2, message: error.message, details: [] });
    }
  });
  await new Promise((go) => host.server.listen(0, '127.0.0.1', go));
  host.address = `http://127.0.0.1:${host.server.address().port}`;
  return host;
}

async function answer(host, socket, request, body, response, send) {
  const { pathname } = new URL(request.url, 'http://x');
  const part = {
    '/api/v1/extension/pages/ai-chat/js': 'GetPageOfJS',
    '/api/v1/extension/pages/ai-chat/css': 'GetPageOfCSS',
  }[pathname];
  if (pathname === '/') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    return response.end(DOCUMENT);
  }
  if (part) {
    const reply = new Map(await call(socket, part, { 1: 'ai-chat' }));
    return send(200, { success: reply.get(1) === 1, message: reply.get(2).toString() });
  }
  if (pathname === '/api/v1/stores') {
    return send(200, { data: host.stores.map((store) => ({ ...store, password: store.password && '******' })) });
  }
  if (request.method === 'PUT' && pathname.startsWith('/api/v1/stores/')) {
    const name = decodeURIComponent(pathname.slice('/api/v1/stores/'.length));
    const index = host.stores.findIndex((store) => store.name === name);
    if (index < 0) throw Object.assign(new Error(`store ${name} is not exists`), { code: 2 });
    host.stores[index] = updated(host.stores[index], name, JSON.parse(body));
    return send(200, { ...updated({}, '', {}), name: '' });
  }
  if (pathname === '/api/v1/data/query') return query(host, socket, request, JSON.parse(body), send);
  response.writeHead(404);
  response.end();
}

/** What atest keeps of a store that is sent to it: the fields that it knows, the old password for the mask, pairs as a map. */
function updated(old, name, sent) {
  const text = (value) => String(value ?? '');
  const kind = sent.kind ?? {};
  const pairs = new Map((sent.properties ?? []).map(({ key, value }) => [key, value]));
  return {
    name,
    owner: text(sent.owner),
    description: text(sent.description),
    url: text(sent.url),
    username: text(sent.username),
    password: sent.password === '******' ? old.password : text(sent.password),
    disabled: Boolean(sent.disabled),
    readOnly: false,
    ready: true,
    kind: {
      name: text(kind.name),
      url: text(kind.url),
      link: text(kind.link),
      categories: kind.categories ?? [],
      enabled: true,
    },
    properties: [...pairs].reverse().map(([key, value]) => ({ key, value, description: '' })),
  };
}

async function query(host, socket, request, { key, sql }, send) {
  const name = request.headers['x-store-name'];
  const store = host.stores.find((one) => one.name === name);
  if (store?.kind.name !== 'atest-ext-ai')
    throw Object.assign(new Error(`Query functionality is not implemented for ${name}`), { code: 2 });
  const rendered = asTemplate(sql);
  host.asked.push({ key, sql: rendered });
  const metadata = { name, kind: store.kind.name, password: store.password };
  for (const { key: property, value } of store.properties) metadata[`pro.${property.toLowerCase()}`] = value;
  const reply = await call(socket, 'Query', { 2: key, 3: rendered }, metadata);
  const pairOf = (bytes) => {
    const pair = new Map(fields(bytes));
    return [pair.get(1)?.toString() ?? '', pair.get(2)?.toString() ?? ''];
  };
  const pairs = new Map(reply.filter(([field]) => field === 1).map(([, bytes]) => pairOf(bytes)));
  if (key.toLowerCase() === 'generate') {
    if (pairs.get('generated_sql')) pairs.set('content', pairs.get('generated_sql'));
    pairs.set('success', pairs.get('error') ? 'false' : 'true');
  }
  // A Go map gives its entries in any order.
  const shuffled = [...pairs].map((pair) => [Math.random(), pair]).sort(([a], [b]) => a - b);
  send(200, {
    data: shuffled.map(([, [pair, value]]) => ({ key: pair, value, description: '' })),
    items: [],
    meta: { databases: [], tables: [], currentDatabase: '', duration: '', labels: [] },
  });
}

/** Go's text/template, as far as it matters here: an action is replaced, a broken one is an error. */
function asTemplate(text) {
  return text.replace(/\{\{(.*?)(\}\}|$)/gs, (_, action, end) => {
    if (!end || !/^\s*(randAlpha \d+|now)\s*$/.test(action)) {
      throw Object.assign(new Error('failed to render SQL query: template: sql: unexpected'), { code: 2 });
    }
    return 'RENDERED';
  });
}
