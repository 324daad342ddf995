/** The kind of atest's store that leads to this plugin. */
const KIND = 'atest-ext-ai';

/** What a store may call providers beside their names. @type {Record<string, string>} */
const OTHER_NAMES = { local: 'ollama', online: 'deepseek', claude: 'anthropic' };

/** Where the choice among several stores is kept. */
const STORE_KEY = 'atest-ext-ai.store';

/** Whether an address is of the machine that the browser is on. @param {string} address */
function isLocal(address) {
  return /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/.test(address);
}

/** Why there was no reply, in words for a person. */
class Refusal extends Error {
  /** @param {string} text @param {string} kind */
  constructor(text, kind) {
    super(text);
    this.kind = kind;
  }
}

/** @typedef {{ name: string, ready?: boolean, disabled?: boolean, kind?: { name?: string }, password?: string, properties?: { key: string, value: string }[] }} Store */
/** @typedef {Record<string, string>} Pairs */

/** How the page reaches the plugin: through atest, or at the plugin's own address. @param {boolean} isOwn */
function createDoor(isOwn) {
  /** @type {Promise<Store[]> | null} */
  let listed = null;

  /** @param {string} path @param {RequestInit} options */
  async function reply(path, options) {
    /** @type {Response} */
    let response;
    let text = '';
    try {
      response = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
      text = await response.text();
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Refusal(t('offline'), 'offline');
    }
    const body = parsed(text);
    if (response.ok && body) return body;
    const status = `${response.status} ${response.statusText}`.trim();
    if (response.status === 401) throw new Refusal(body?.message || t('signed_out'), 'signed_out');
    // A question that was not taken is told by its status too, and has its pairs all the same.
    if (body && Array.isArray(body.data)) return body;
    throw new Refusal(body?.message ? String(body.message) : t('not_json', status), 'refused');
  }

  /** What atest's own page sends with its calls, where people sign in to atest. @returns {Record<string, string>} */
  function ofAtest() {
    const token = recalled('token', 'sessionStorage');
    return token ? { 'X-Auth': token } : {};
  }

  /** @param {AbortSignal} [signal] */
  function stores(signal) {
    listed ??= reply('/api/v1/stores', { headers: ofAtest(), signal }).then((body) =>
      (body.data || []).filter((/** @type {Store} */ store) => store.kind?.name === KIND && !store.disabled),
    );
    listed.catch(() => (listed = null));
    return listed;
  }

  /**
   * The store to ask: the one that was chosen, else one that is ready, else any of the kind.
   * @param {AbortSignal} [signal]
   */
  async function store(signal) {
    const all = await stores(signal);
    const chosen = recalled(STORE_KEY);
    const found = all.find(({ name }) => name === chosen) || all.find(({ ready }) => ready) || all[0];
    if (found) return found;
    listed = null;
    throw new Refusal(t('no_store'), 'no_store');
  }

  /**
   * One request in the plugin's query language. Its reply's pairs come in any order.
   * @param {string} key
   * @param {object} parameters
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<Pairs>}
   */
  async function query(key, parameters, { signal } = {}) {
    /** @type {Record<string, string>} */
    const headers = { 'Content-Type': 'application/json' };
    if (!isOwn) Object.assign(headers, ofAtest(), { 'X-Store-Name': headerValue((await store(signal)).name) });
    const body = JSON.stringify({ type: 'ai', key, sql: templateSafe({ ...parameters, language }) });
    const result = await reply('/api/v1/data/query', { method: 'POST', headers, body, signal });
    return Object.fromEntries(
      (result.data || []).map((/** @type {{ key: string, value: string }} */ pair) => [pair.key, pair.value]),
    );
  }

  /** The same, where a reply that tells of a failure is one. @type {typeof query} */
  async function must(key, parameters, options) {
    const pairs = await query(key, parameters, options);
    if (pairs.error || pairs.success !== 'true') throw new Error(pairs.error || pairs.message || t('failed'));
    return pairs;
  }

  /** Has atest keep a provider's key in its store, and mask it. @param {string} provider @param {string} password */
  async function keepKey(provider, password) {
    const known = await store();
    const properties = (known.properties || []).filter(({ key }) => key !== 'provider');
    properties.push({ key: 'provider', value: provider });
    await reply(`/api/v1/stores/${encodeURIComponent(known.name)}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', ...ofAtest() },
      body: JSON.stringify({ ...known, password, properties }),
    });
    listed = null;
  }

  /** What atest sends of its store with each question. @param {AbortSignal} signal */
  async function ofStore(signal) {
    if (isOwn) return { name: '', provider: '' };
    const { name, password, properties = [] } = await store(signal);
    const { provider = '', endpoint } = Object.fromEntries(properties.map(({ key, value }) => [key, value]));
    return { name, password, provider: OTHER_NAMES[provider] ?? provider, endpoint };
  }

  return { isOwn, query, must, stores, store, ofStore, keepKey };
}

/** @typedef {ReturnType<typeof createDoor>} Door */

/**
 * atest renders the text as a Go template before it sends it on, so no `{{` may stand in it.
 * @param {object} parameters
 */
function templateSafe(parameters) {
  return JSON.stringify(parameters).replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(/\{/g, '\\u007b'));
}

/**
 * Headers take no letters beyond Latin-1; a name with others is sent as its UTF-8 bytes, which is what Go reads.
 * @param {string} text
 */
function headerValue(text) {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** What went wrong, for a person. @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error && error.message ? error.message : String(error);
}
