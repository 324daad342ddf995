/** What `capabilities` says for this page, and providers by name. @typedef {{ page: any, catalog: Record<string, any> }} Known */

/**
 * Asking, and the questions and answers of this browser, newest first.
 * @param {{ door: Door, past: Past, known: Known, signal: AbortSignal, announce: (text: string) => void,
 *   learn: () => void }} page
 */
function createChat({ door, past, known, signal, announce, learn }) {
  /** Questions under way. @type {Map<Turn, AbortController>} */
  const underWay = new Map();
  /** Where each question is shown. @type {Map<Turn, HTMLElement>} */
  const shown = new Map();

  const list = h('div', { class: 'turns' });
  const foot = h('div', { class: 'bar foot' });
  const trouble = h('div');
  const view = h('section', { class: 'chat' });

  const chat = {
    door,
    known,
    view,
    draft: '',
    /** @param {string} key @param {object} parameters */
    ask: (key, parameters) => door.must(key, parameters, { signal }),
    start,
    again,
    cancel,
    remove,
    changed,
    /** @param {Turn} turn */
    save: (turn) => past.save(turn),
    /** @param {Turn} turn */
    follow(turn) {
      composer.follow(turn);
    },
    providers,
    labelOf,
    fillModels,
    whatLeaves,
    stages,
    tablesOf,
    eachSecond,
    draw,
    knows,
    focus: () => composer.focus(),
  };

  /** @type {ReturnType<typeof createComposer>} */
  let composer;
  let drawing = new AbortController();

  /** Draws all of it: first when the page is mounted, and anew in another language. */
  function draw() {
    drawing.abort();
    drawing = new AbortController();
    composer = createComposer(chat);
    shown.clear();
    list.replaceChildren();
    view.replaceChildren(trouble, composer.form, h('h2', { class: 'aside', text: t('answers') }), list, foot);
    drawFoot();
    const turns = past.turns.slice();
    // The newest are there at once, the rest follows in small pieces.
    turns.slice(0, 5).forEach(append);
    const rest = function* () {
      for (const turn of turns.slice(5)) yield append(turn);
    };
    void inPieces(rest(), AbortSignal.any([signal, drawing.signal]));
  }

  /** @param {Turn} turn */
  function append(turn) {
    if (!past.turns.includes(turn) || shown.has(turn)) return;
    const node = turnView(turn, chat);
    shown.set(turn, node);
    const index = past.turns.indexOf(turn);
    const next = past.turns.slice(index + 1).find((older) => shown.has(older));
    list.insertBefore(node, (next && shown.get(next)) ?? null);
  }

  /** Shows what another window has added, changed or deleted. */
  function takeOver() {
    past.merge();
    const now = new Set(past.turns);
    for (const [turn, node] of shown) {
      if (now.has(turn)) continue;
      cancel(turn);
      node.remove();
      shown.delete(turn);
    }
    past.turns.forEach(append);
    drawFoot();
  }

  /** What was learnt of the plugin since. @param {string} problem */
  function knows(problem) {
    trouble.replaceChildren();
    if (problem) trouble.append(message('error', said(problem)), actions(button(t('retry'), learn)));
    composer.draw();
    // Answers show what can be done with them, which depends on what is known.
    for (const turn of past.turns.slice(0, 5)) if (turn.state !== 'asking') changed(turn);
  }

  function drawFoot() {
    if (past.turns.length === 0) {
      const examples = ['try_1', 'try_2', 'try_3'].map((name) => button(t(name), () => composer.suggest(t(name))));
      foot.replaceChildren(
        h(
          'div',
          { class: 'first' },
          h('h3', {}, t('first_title')),
          h('p', {}, t('first_text')),
          h('p', { class: 'bar' }, h('span', { class: 'note', text: t('first_try') }), ...examples),
        ),
      );
      return;
    }
    const all = button(t('delete_all'), () => {
      const sure = h(
        'span',
        { class: 'pair', role: 'group' },
        h('span', { text: t('delete_sure', past.turns.length) }),
        button(t('delete_all'), clear, { class: 'danger' }),
        button(t('cancel'), drawFoot, LEAVES),
      );
      all.replaceWith(sure);
      sure.querySelector('button')?.focus();
    });
    foot.replaceChildren(
      h('span', { class: 'note', text: t(past.isKept ? 'past_note' : 'past_lost') }),
      button(t('export'), () => download('atest-ext-ai-questions.json', past.export())),
      all,
    );
  }

  function clear() {
    for (const turn of [...underWay.keys()]) underWay.get(turn)?.abort();
    past.clear();
    shown.clear();
    list.replaceChildren();
    drawFoot();
    announce(t('deleted'));
    composer.focus();
  }

  /** @param {Record<string, string>} asked @param {string} [follows] */
  function start(asked, follows) {
    const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
    /** @type {Turn} */
    const turn = { id, at: Date.now(), asked, state: 'asking', ...(follows ? { follows } : {}) };
    for (const gone of past.add(turn)) shown.get(gone)?.remove();
    const node = turnView(turn, chat);
    shown.set(turn, node);
    list.prepend(node);
    node.scrollIntoView({ block: 'nearest' });
    drawFoot();
    announce(t('asking'));
    void run(turn);
  }

  /** @param {Turn} turn */
  async function run(turn) {
    const stop = new AbortController();
    underWay.set(turn, stop);
    try {
      const pairs = await door.query('generate', turn.asked, { signal: AbortSignal.any([stop.signal, signal]) });
      turn.pairs = keptPairs(pairs);
      const failed = pairs.error || pairs.success !== 'true' || !sqlOf(pairs);
      turn.state = failed ? 'failed' : 'answered';
      if (failed) turn.error = { text: pairs.error || t('failed'), kind: pairs.error_kind || '' };
    } catch (error) {
      turn.state = stop.signal.aborted ? 'stopped' : 'failed';
      if (turn.state === 'failed') {
        turn.error = { text: wordsOf(error), kind: error instanceof Refusal ? error.kind : '' };
      }
    }
    underWay.delete(turn);
    if (signal.aborted || !past.turns.includes(turn)) return;
    changed(turn);
    // It was away, and is back.
    if (turn.state === 'answered' && trouble.firstChild) learn();
    const words = turn.error?.text ?? '';
    announce(turn.state === 'answered' ? turn.pairs?.explanation || t('sql') : `${t(turn.state)} ${words}`);
  }

  /** Asks the same once more, of the same provider or of another one. @param {Turn} turn @param {string} [provider] */
  function again(turn, provider) {
    const asked = { ...turn.asked };
    if (provider) {
      asked.provider = provider;
      delete asked.model;
    }
    start(asked, turn.follows);
    view.scrollIntoView({ block: 'start' });
    shown.get(past.turns[0])?.querySelector('h3')?.focus();
  }

  /** @param {Turn} turn */
  function cancel(turn) {
    underWay.get(turn)?.abort();
  }

  /** @param {Turn} turn */
  function remove(turn) {
    cancel(turn);
    const next = shown.get(turn)?.nextElementSibling;
    past.remove(turn);
    shown.get(turn)?.remove();
    shown.delete(turn);
    drawFoot();
    announce(t('deleted'));
    const heading = /** @type {HTMLElement | null | undefined} */ (next?.querySelector('h3'));
    if (heading) heading.focus();
    else composer.focus();
  }

  /** Shows a question anew, and keeps what changed. @param {Turn} turn */
  function changed(turn) {
    past.save(turn);
    const old = shown.get(turn);
    if (!old) return;
    const hadFocus = old.contains(/** @type {ShadowRoot} */ (old.getRootNode()).activeElement ?? null);
    const node = turnView(turn, chat);
    shown.set(turn, node);
    old.replaceWith(node);
    if (hadFocus) node.querySelector('h3')?.focus();
  }

  /** Providers: name, what lists show, and whether they are ready. @returns {[string, string, boolean][]} */
  function providers() {
    return Object.keys(known.catalog)
      .sort((a, b) => Number(b === 'builtin') - Number(a === 'builtin') || a.localeCompare(b))
      .map((name) => {
        const ready = Boolean(known.catalog[name].available);
        return [name, ready ? labelOf(name) : t('not_ready', labelOf(name)), ready];
      });
  }

  /** @param {string} name @returns {string} */
  function labelOf(name) {
    return name === 'builtin' ? t('builtin_name') : known.catalog[name]?.display_name || name;
  }

  /** What providers have told of their models. @type {Map<string, Promise<Pairs>>} */
  const asked = new Map();

  /**
   * Offers the models of the list that came with the plugin, and then those that the provider tells of itself; it is asked
   * once while the page is open.
   * @param {string} name
   * @param {HTMLElement} list
   * @param {boolean} [anew]
   * @returns {Promise<{ id: string, name?: string }[]>}
   */
  async function fillModels(name, list, anew) {
    const entry = known.catalog[name] ?? {};
    if (name === 'builtin') return [];
    const fill = (/** @type {{ id: string, name?: string }[]} */ models) => {
      list.replaceChildren(...models.map((model) => h('option', { value: model.id, text: model.name || model.id })));
      return models;
    };
    fill(entry.models || []);
    if (!entry.available) return [];
    if (anew || !asked.has(name)) {
      const listed = door.query('models', { provider: name }, { signal });
      asked.set(name, listed);
      listed.catch(() => asked.delete(name));
    }
    return fill(parsed((await asked.get(name))?.models || '') || []);
  }

  /** Says plainly what is sent to another machine when that provider is asked. @param {string} name */
  function whatLeaves(name) {
    const endpoint = known.catalog[name]?.endpoint;
    if (!endpoint || isLocal(endpoint)) return [];
    const kind = known.page?.share_sample_values ? 'warn' : 'note';
    return [message(kind, t(kind === 'warn' ? 'shares_values' : 'shares_question', labelOf(name)))];
  }

  /** Databases that an answer may be run on. @param {Turn} turn @returns {string[]} */
  function stages(turn) {
    const page = known.page;
    if (!page?.preview?.enabled || turn.asked.schema_ddl) return [];
    const dialect = parsed(turn.pairs?.meta || '')?.dialect;
    const fit = (page.databases || [])
      .filter((/** @type {any} */ one) => one.can_run && (!dialect || one.dialect === dialect))
      .map((/** @type {any} */ one) => one.name);
    const asked = turn.asked.database || 'default';
    return fit.includes(asked) ? [asked] : turn.asked.database ? [] : fit;
  }

  /** The tables that SQL of this answer is checked against. @param {Turn} turn */
  function tablesOf({ asked, pairs }) {
    const { database, schema_ddl, database_type } = asked;
    return { database, schema_ddl, database_type: database_type || parsed(pairs?.meta || '')?.dialect };
  }

  /** Does something each second while that node is shown. @param {Node} node @param {() => void} what */
  function eachSecond(node, what) {
    const end = () => {
      clearInterval(timer);
      signal.removeEventListener('abort', end);
    };
    const timer = setInterval(() => (!node.isConnected && view.isConnected ? end() : what()), 1000);
    signal.addEventListener('abort', end);
  }

  addEventListener('storage', (event) => event.key === PAST_KEY && takeOver(), { signal });
  addEventListener('pagehide', past.write, { signal });
  signal.addEventListener('abort', past.write);
  return chat;
}

/** @typedef {ReturnType<typeof createChat>} Chat */
