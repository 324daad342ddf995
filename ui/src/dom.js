/** Which language is spoken: `en` or `zh`. */
let language = 'en';

/**
 * A text in the language that is spoken.
 * @param {string} name
 * @param {...(string | number)} values fill `{0}`, `{1}`, …
 */
function t(name, ...values) {
  const text = (language === 'zh' ? CHINESE : ENGLISH)[name] ?? name;
  return text.replace(/\{(\d)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
}

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element. Its text is only ever set as text: nothing that comes from a model, a database or an error is markup here.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [properties] `on…` are listeners, `value` and `text` are properties, all else attributes
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === 'text') node.textContent = String(value);
    else if (name === 'value') /** @type {HTMLInputElement} */ (/** @type {unknown} */ (node)).value = String(value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child || child === '')));
  return node;
}

/** @param {string} text @param {(event: Event) => void} onclick @param {Record<string, unknown>} [properties] */
function button(text, onclick, properties = {}) {
  return h('button', { type: 'button', text, onclick, ...properties });
}

/** Buttons beside each other. @param {...Child} children */
function actions(...children) {
  return h('div', { class: 'bar' }, ...children);
}

/** A part that scrolls by itself, so a keyboard must reach it. @param {string} label @param {Node} content */
function scroller(label, content) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': label }, content);
}

/** Draws a part anew, and gives the keyboard back its place in it. @param {HTMLElement} part @param {() => void} draw */
function keepingFocus(part, draw) {
  const reachable = () => [...part.querySelectorAll('a, button, input, select, textarea, summary, [tabindex="0"]')];
  const root = part.getRootNode();
  const active = root instanceof ShadowRoot ? root.activeElement : null;
  const index = active ? reachable().indexOf(active) : -1;
  draw();
  if (index >= 0) /** @type {HTMLElement | undefined} */ (reachable()[index])?.focus();
}

/** What Escape does where such a button is. */
const LEAVES = { class: 'quiet', 'data-leaves': true };

/** The number of the last field, so that labels find theirs. */
let fields = 0;

/** A field under its label. @param {string} label @param {HTMLElement} control @param {string} [hint] */
function field(label, control, hint) {
  fields += 1;
  control.id = `f${fields}`;
  const note = hint ? h('p', { class: 'hint', id: `h${fields}`, text: hint }) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  return h('div', { class: 'field' }, h('label', { for: control.id, text: label }), control, note);
}

/** @param {[value: string, text: string, ...unknown[]][]} options @param {string} chosen @param {(value: string) => void} onchange */
function choice(options, chosen, onchange) {
  const select = h('select', { onchange: () => onchange(select.value) });
  for (const [value, text] of options) select.append(h('option', { value, text }));
  select.value = chosen;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
  return select;
}

/**
 * Copies a text. Browsers have the newer way only where the page came by TLS or from this machine.
 * @param {string} text
 * @param {Node} beside
 */
async function copyText(text, beside) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h('textarea', { value: text, class: 'aside', 'aria-hidden': 'true' });
  beside.parentNode?.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error(t('no_copy'));
}

/** A button that copies. @param {string} label @param {() => string} what */
function copyButton(label, what) {
  const node = button(label, async () => {
    try {
      await copyText(what(), node);
      node.textContent = t('copied');
      setTimeout(() => (node.textContent = label), 2000);
    } catch {
      node.after(h('span', { class: 'note', role: 'status', text: t('no_copy') }));
      node.remove();
    }
  });
  return node;
}

/**
 * A line that tells something: why, and what to do.
 * @param {'note' | 'warn' | 'error' | 'good'} kind
 * @param {...Child} children
 */
function message(kind, ...children) {
  return h('p', { class: `message ${kind}`, role: kind === 'error' ? 'alert' : undefined }, ...children);
}

/** Words that the plugin or a provider says: in the language of the page as far as it knows them there, else in English. @param {string} text */
function said(text) {
  return h('span', { lang: /[\u3400-\u9fff]/.test(text) ? 'zh' : 'en', text });
}

/** What was tried and failed, and why. @param {string} tried @param {unknown} error */
function problem(tried, error) {
  return message('error', h('strong', { text: `${tried}: ` }), said(wordsOf(error)));
}

/** Saves a text as a file. @param {string} name @param {string} text */
function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = h('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Does many pieces of work, and every few milliseconds whatever else waits. @param {Iterator<unknown>} work @param {AbortSignal} signal */
async function inPieces(work, signal) {
  const turns = new MessageChannel();
  for (let done = false; !done && !signal.aborted;) {
    const until = performance.now() + 6;
    while (!done && performance.now() < until) done = Boolean(work.next().done);
    if (done) break;
    await new Promise((go) => {
      turns.port1.onmessage = go;
      turns.port2.postMessage(0);
    });
  }
  turns.port1.close();
}

/**
 * What this browser has kept under a name. Some browsers let nothing be kept, and say so by an error.
 * @param {string} key
 * @param {'localStorage' | 'sessionStorage'} [place]
 */
function recalled(key, place = 'localStorage') {
  try {
    return globalThis[place].getItem(key) ?? '';
  } catch {
    return '';
  }
}

/** Keeps a text in this browser, if there is room for it. @param {string} key @param {string} text */
function keep(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
