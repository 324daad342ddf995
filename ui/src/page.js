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

/**
 * Puts the page into a container: atest's, or the stand-alone document's.
 * @param {HTMLElement} container
 */
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
    view.draw();
  };
  const leave = () => {
    if (leaving.signal.aborted) return;
    leaving.abort();
    observer.disconnect();
    view.leave?.();
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

/** @param {unknown} locale such as `en-US` or `zh-CN` */
function setLocale(locale) {
  const wanted = String(locale || '')
    .toLowerCase()
    .startsWith('zh')
    ? 'zh'
    : 'en';
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
  const chat = createChat({ door, past: createPast(), known, signal, announce });
  const settings = createSettings({ door, known, chat, signal, refresh: learn, ofPage });
  const header = h('header', { class: 'top' });
  const main = h('div', { class: 'main-part' });
  let shown = 'ask';

  /** Asks what can be asked here, and who answers. */
  async function learn() {
    const [able, catalog] = await Promise.allSettled([
      door.query('capabilities', { include_models: false, include_features: false }, { signal }),
      door.query('models_catalog', {}, { signal }),
    ]);
    if (signal.aborted) return;
    if (able.status === 'fulfilled') known.page = parsed(able.value.capabilities || '')?.page;
    if (catalog.status === 'fulfilled') known.catalog = parsed(catalog.value.catalog || '') ?? {};
    chat.knows(able.status === 'rejected' ? wordsOf(able.reason) : '');
  }

  function ofPage() {
    const box = h('section', { class: 'own' });
    if (look) box.append(h('h2', { text: t('page_settings') }), ...look.fields());
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
          box.append(h('h2', { text: t('page_settings') }), field(t('store'), pick));
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

  function drawHeader() {
    const tabs = ['ask', 'settings'].map((name) =>
      button(t(`tab_${name}`), () => show(name), { class: 'tab', 'aria-current': name === shown && 'page' }),
    );
    const status = isOwn && h('a', { class: 'tab', href: '/status', text: t('tab_status') });
    header.replaceChildren(
      h('h1', { text: t('title') }),
      h('nav', { 'aria-label': t('views') }, ...tabs, status || ''),
    );
  }

  void learn();
  return {
    node: h(isOwn ? 'main' : 'div', { class: 'whole' }, header, main, live),
    draw() {
      chat.draw();
      show(shown);
    },
    leave: () => chat.leave(),
  };
}

/** @param {AbortSignal} signal */
function statusPage(signal) {
  const status = createStatus(signal);
  const header = h('header', { class: 'top' });
  return {
    node: h('main', { class: 'whole wide' }, header, status.view),
    draw() {
      header.replaceChildren(
        h('h1', { text: t('title') }),
        h(
          'nav',
          { 'aria-label': t('views') },
          h('a', { class: 'tab', href: '/', text: t('tab_ask') }),
          h('a', { class: 'tab', href: '/status', 'aria-current': 'page', text: t('tab_status') }),
        ),
      );
      status.draw();
    },
    leave: undefined,
  };
}

/**
 * How the stand-alone page looks and speaks; inside atest, atest says so.
 * @param {AbortSignal} signal
 */
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
  language =
    known.language === 'zh' || known.language === 'en'
      ? known.language
      : navigator.language.startsWith('zh')
        ? 'zh'
        : 'en';
  apply();
  return {
    fields: () => [
      field(
        t('language'),
        choice(
          [
            ['en', 'English'],
            ['zh', '中文'],
          ],
          language,
          (wanted) => {
            setLocale(wanted);
            apply();
            keepLook();
          },
        ),
      ),
      field(
        t('theme'),
        choice(
          ['auto', 'light', 'dark'].map((name) => [name, t(`theme_${name}`)]),
          theme,
          (wanted) => {
            theme = wanted;
            apply();
            keepLook();
          },
        ),
      ),
      h('p', {}, h('a', { href: '/login', text: t('sign_out') })),
    ],
  };
}

// The one name that the script leaves behind.
globalThis.ATestPlugin = { mount, unmount, setLocale };

const ownContainer = /** @type {HTMLElement | null} */ (document.querySelector('[data-atest-ai]'));
if (ownContainer) mount(ownContainer);
