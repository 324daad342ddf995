/** The style sheet, put here when the program is built. */
const STYLE = '@STYLE@';

/** Where the stand-alone page keeps how it looks and speaks. */
const LOOK_KEY = 'atest-ext-ai.look';

/** @typedef {HTMLElement & { left?: () => void }} PageElement */

// Another opening of the page runs this script again, and an element can be defined once only. So the element knows
// nothing but whom to tell that it was taken away.
if (!customElements.get('atest-ai-page')) {
  customElements.define(
    'atest-ai-page',
    class extends HTMLElement {
      disconnectedCallback() {
        /** @type {PageElement} */ (this).left?.();
      }
    },
  );
}

/** What is mounted. @type {{ element: PageElement, draw: () => void, leave: () => void } | null} */
let mounted = null;

/** Puts the page into a container: atest's, or the stand-alone document's. @param {HTMLElement} container */
function mount(container) {
  unmount();
  const wanted = container.dataset.atestAi;
  const isOwn = wanted !== undefined;
  const element = /** @type {PageElement} */ (document.createElement('atest-ai-page'));
  const root = element.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const leaving = new AbortController();
  const frame = h('div', { class: 'page' });
  root.append(frame);

  const look = isOwn ? ownLook(leaving.signal) : null;
  const follow = () => frame.classList.toggle('dark', document.documentElement.classList.contains('dark'));
  const observer = new MutationObserver(follow);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] });
  follow();

  const view = wanted === 'status' ? statusPage(leaving.signal) : askPage(isOwn, look, leaving.signal);
  const draw = () => {
    frame.lang = language === 'zh' ? 'zh-CN' : 'en';
    keepingFocus(frame, view.draw);
  };
  frame.addEventListener('keydown', (event) => event.key === 'Escape' && !event.isComposing && escape(event));
  const leave = () => {
    leaving.abort();
    observer.disconnect();
  };
  element.left = leave;
  mounted = { element, draw, leave };
  frame.append(view.node);
  draw();
  container.replaceChildren(element);
}

function unmount() {
  const old = mounted;
  mounted = null;
  old?.leave();
  old?.element.remove();
}

/** Leaves the nearest thing that can be left: what has the attribute of LEAVES. @param {KeyboardEvent} event */
function escape(event) {
  let part = event.target instanceof Element ? event.target : null;
  for (; part && !part.matches('.whole'); part = part.parentElement) {
    const way = /** @type {HTMLElement | null} */ (part.querySelector('[data-leaves]'));
    if (!way?.checkVisibility()) continue;
    event.stopPropagation();
    return way.click();
  }
}

/** @param {unknown} locale such as `en-US` or `zh-CN` */
function languageOf(locale) {
  return /^zh/i.test(String(locale)) ? 'zh' : 'en';
}

/** @param {unknown} locale */
function setLocale(locale) {
  const wanted = languageOf(locale);
  if (wanted === language) return;
  language = wanted;
  mounted?.draw();
}

/**
 * Asking and settings.
 * @param {boolean} isOwn
 * @param {ReturnType<typeof ownLook> | null} look
 * @param {AbortSignal} signal
 */
function askPage(isOwn, look, signal) {
  const door = createDoor(isOwn);
  /** @type {Known} */
  const known = { page: undefined, catalog: {} };
  const live = h('div', { class: 'aside', role: 'status', 'aria-live': 'polite' });
  const announce = (/** @type {string} */ text) => (live.textContent = text);
  const chat = createChat({ door, past: createPast(), known, signal, announce, learn: () => void learn() });
  const settings = createSettings({ door, known, chat, signal, refresh: learn, ofPage });
  const header = h('header', { class: 'top' });
  const main = h('div', { class: 'main-part' });
  let shown = 'ask';

  /** Asks what can be asked here, and who answers. */
  async function learn() {
    const [able, catalog, store] = await Promise.allSettled([
      door.query('capabilities', { include_models: false, include_features: false }, { signal }),
      door.query('models_catalog', {}, { signal }),
      door.ofStore(signal),
    ]);
    if (signal.aborted) return;
    if (able.status === 'fulfilled') known.page = parsed(able.value.capabilities || '')?.page;
    if (catalog.status === 'fulfilled') known.catalog = parsed(catalog.value.catalog || '') ?? {};
    const { provider = '', endpoint = '' } = store.status === 'fulfilled' ? store.value : {};
    if (known.page && known.catalog[provider]) {
      known.page.default_provider = provider;
      if (endpoint) known.catalog[provider].endpoint = endpoint;
    }
    drawHeader();
    chat.knows(able.status === 'rejected' ? wordsOf(able.reason) : '');
  }

  function ofPage() {
    const box = h('section', { class: 'own' });
    if (known.page?.address && !statusAddress()) box.append(h('p', { text: t('status_there', known.page.address) }));
    if (look) box.append(h('h2', {}, t('page_settings')), ...look());
    else {
      door.stores(signal).then(
        (all) => {
          if (all.length < 2) return;
          const names = all.map(({ name }) => /** @type {[string, string]} */ ([name, name]));
          const chosen = recalled(STORE_KEY) || all[0].name;
          const pick = choice(names, chosen, (name) => {
            keep(STORE_KEY, name);
            void learn().then(settings.draw);
          });
          box.append(h('h2', {}, t('page_settings')), field(t('store'), pick));
        },
        () => {},
      );
    }
    return box;
  }

  /** @param {string} view */
  function show(view) {
    shown = view;
    drawHeader();
    main.replaceChildren(view === 'ask' ? chat.view : settings.view);
    if (view === 'settings') settings.draw();
  }

  /** Where the status page is for this browser; nothing where it is only for the plugin's own machine. */
  function statusAddress() {
    if (isOwn) return '/status';
    if (!known.page?.address) return '';
    const url = new URL('/status', known.page.address);
    if (isLocal(location.href) || !isLocal(url.href)) return url.href;
    // atest and the plugin are on one machine.
    url.hostname = location.hostname;
    return known.page.on_every_address ? url.href : '';
  }

  function drawHeader() {
    const tabs = ['ask', 'settings'].map((name) =>
      button(t(`tab_${name}`), () => show(name), { class: 'tab', 'aria-current': name === shown && 'page' }),
    );
    const href = statusAddress();
    const aside = isOwn ? {} : { target: '_blank', rel: 'noopener' };
    const status = href && h('a', { class: 'tab', href, text: t('tab_status'), ...aside });
    keepingFocus(header, () => header.replaceChildren(...heading(...tabs, status)));
  }

  void learn();
  return {
    node: h(isOwn ? 'main' : 'div', { class: 'whole' }, header, main, live),
    draw() {
      chat.draw();
      show(shown);
    },
  };
}

/** @param {...Child} tabs */
function heading(...tabs) {
  return [h('h1', {}, t('title')), h('nav', { 'aria-label': t('views') }, ...tabs)];
}

/** @param {AbortSignal} signal */
function statusPage(signal) {
  const status = createStatus(signal);
  const header = h('header', { class: 'top' });
  return {
    node: h('main', { class: 'whole wide' }, header, status.view),
    draw() {
      const here = h('a', { class: 'tab', href: '/status', 'aria-current': 'page', text: t('tab_status') });
      header.replaceChildren(...heading(h('a', { class: 'tab', href: '/', text: t('tab_ask') }), here));
      status.draw();
    },
  };
}

/** How the stand-alone page looks and speaks; inside atest, atest says so. @param {AbortSignal} signal */
function ownLook(signal) {
  const known = parsed(recalled(LOOK_KEY)) || {};
  const system = matchMedia('(prefers-color-scheme: dark)');
  let theme = ['light', 'dark'].includes(known.theme) ? known.theme : 'auto';
  const apply = () => {
    const isDark = theme === 'dark' || (theme === 'auto' && system.matches);
    document.documentElement.classList.toggle('dark', isDark);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  };
  const keepLook = () => keep(LOOK_KEY, JSON.stringify({ theme, language }));
  system.addEventListener('change', apply, { signal });
  language = languageOf(known.language || navigator.language);
  apply();
  /** @type {[string, string][]} */
  const languages = [
    ['en', 'English'],
    ['zh', '中文'],
  ];
  const speak = (/** @type {string} */ wanted) => {
    setLocale(wanted);
    apply();
    keepLook();
  };
  const dress = (/** @type {string} */ wanted) => {
    theme = wanted;
    apply();
    keepLook();
  };
  return () => {
    const themes = ['auto', 'light', 'dark'].map(
      (name) => /** @type {[string, string]} */ ([name, t(`theme_${name}`)]),
    );
    return [
      field(t('language'), choice(languages, language, speak)),
      field(t('theme'), choice(themes, theme, dress)),
      h('p', {}, h('a', { href: '/login', text: t('sign_out') })),
    ];
  };
}

// The one name that the script leaves behind.
globalThis.ATestPlugin = { mount, unmount, setLocale };

const ownContainer = /** @type {HTMLElement | null} */ (document.querySelector('[data-atest-ai]'));
if (ownContainer) mount(ownContainer);
