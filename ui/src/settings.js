/**
 * The settings of providers, and of the page itself.
 * @param {{ door: Door, known: Known, chat: Chat, signal: AbortSignal, refresh: () => Promise<void>, ofPage: () => HTMLElement | null }} page
 */
function createSettings({ door, known, chat, signal, refresh, ofPage }) {
  const view = h('section', { class: 'settings' });
  const state = h('p', { class: 'state' });
  let provider = '';

  function draw() {
    const all = chat.providers();
    if (!all.some(([name]) => name === provider)) {
      provider = all.find(([name, , ready]) => ready && name !== 'builtin')?.[0] ?? 'builtin';
    }
    const pick = choice(all, provider, (name) => {
      provider = name;
      keepingFocus(view, draw);
    });
    view.replaceChildren(
      h('h2', {}, t('settings_title')),
      h('p', { class: 'note', text: t('settings_lead') }),
      field(t('settings_provider'), pick),
      ...(all.length ? parts() : [message('note', t('loading'))]),
      ofPage() ?? '',
    );
  }

  /**
   * What is known of the provider: whether it is set up, and once it was asked, whether it answers.
   * @param {string} name
   * @param {boolean} isWell
   */
  function showState(name, isWell) {
    state.replaceChildren(
      h('span', { class: isWell ? 'dot up' : 'dot down', 'aria-hidden': 'true' }),
      `${t('settings_state')}: ${t(name)}`,
    );
  }

  /** @returns {Node[]} */
  function parts() {
    const entry = known.catalog[provider] ?? {};
    const ready = Boolean(entry.available);
    showState(ready ? 'state_set_up' : 'state_not_set_up', ready);
    const told = h('div', { class: 'told', role: 'status' });
    if (provider === 'builtin') {
      return [state, message('note', t('builtin_note')), actions(button(t('test'), () => test(told))), told];
    }
    const reason = !ready && entry.reason ? h('p', { class: 'hint' }, said(String(entry.reason))) : '';
    return [state, reason || h('span'), ...chat.whatLeaves(provider), form(entry, told), told];
  }

  /** @param {Record<string, any>} entry @param {HTMLElement} told */
  function form(entry, told) {
    const set = entry.settings || {};
    const endpoint = h('input', { type: 'url', value: entry.endpoint || '', autocomplete: 'off', spellcheck: 'false' });
    const model = h('input', {
      value: set.model || '',
      placeholder: t('model_default'),
      autocomplete: 'off',
      list: 'known-models',
    });
    const list = h('datalist', { id: 'known-models' });
    const modelsNote = h('p', { class: 'hint', role: 'status' });
    // A limit that is set can be changed; without one, the plugin's own holds.
    const limit = (/** @type {number | null} */ value) =>
      h('input', { type: 'number', min: 1, step: 'any', value: value ?? '', required: Boolean(value) });
    const tokens = limit(set.max_tokens);
    const timeout = limit(set.timeout_seconds);
    const key = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false' });
    const keyField = field(t('api_key'), key, ' ');
    void tellPlace(keyField.querySelector('.hint'), entry);
    const given = () => ({
      provider,
      ...(endpoint.value.trim() ? { endpoint: endpoint.value.trim() } : {}),
      ...(model.value.trim() ? { model: model.value.trim() } : {}),
      ...(tokens.value ? { max_tokens: Number(tokens.value) } : {}),
      ...(timeout.value ? { timeout: `${timeout.value}s` } : {}),
    });
    showModels(list, modelsNote, entry);
    return h(
      'form',
      {
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void save(given(), key, told);
        },
      },
      field(t('endpoint'), endpoint, t('endpoint_hint')),
      keyField,
      field(t('model'), model),
      list,
      modelsNote,
      h('div', { class: 'options' }, field(t('max_tokens'), tokens), field(t('timeout'), timeout)),
      actions(
        h('button', { class: 'main', text: t('save') }),
        button(t('test'), () => test(told, given(), key.value)),
      ),
    );
  }

  /** The store of atest whose password a key becomes; none where it is another provider's, or there is no atest. */
  async function place() {
    const kept = await door.ofStore(signal);
    return kept.password && kept.provider !== provider ? '' : kept.name;
  }

  /** @param {Element | null} hint @param {Record<string, any>} entry */
  async function tellPlace(hint, entry) {
    const store = await place().catch(() => '');
    const where = store ? t('key_hint_host', store) : t('key_hint_own');
    const needed = entry.requires_api_key && !entry.available ? 'key_needed' : 'key_stays';
    if (hint) hint.textContent = `${t(needed)} ${where}`;
  }

  /**
   * Offers what the provider has now, else what the list that came with the plugin has.
   * @param {HTMLElement} list
   * @param {HTMLElement} note
   * @param {Record<string, any>} entry
   */
  async function showModels(list, note, entry) {
    const asked = provider;
    if (entry.available) note.textContent = t('loading');
    try {
      const models = await chat.fillModels(asked, list, true);
      if (!entry.available || asked !== provider) return;
      showState('state_answers', true);
      note.textContent = t('models_live', models.length);
    } catch (error) {
      if (signal.aborted || asked !== provider) return;
      showState('state_silent', false);
      note.textContent = t('models_catalog', wordsOf(error));
    }
  }

  /** @param {Record<string, unknown>} config @param {HTMLInputElement} key @param {HTMLElement} told */
  async function save(config, key, told) {
    told.replaceChildren(message('note', t('saving')));
    const apiKey = key.value.trim();
    try {
      const store = apiKey && (await place());
      const whole = apiKey && !store ? { ...config, api_key: apiKey } : config;
      const pairs = await door.must('update_config', { provider, config: whole }, { signal });
      if (store) await door.keepKey(provider, apiKey);
      key.value = '';
      await refresh();
      draw();
      const status = view.querySelector('.told') ?? told;
      status.replaceChildren(message('good', h('strong', { text: `${t('saved')} ` }), said(pairs.message || '')));
      status.parentElement?.querySelector('select')?.focus();
    } catch (error) {
      told.replaceChildren(problem(t('not_saved'), error));
    }
  }

  /**
   * @param {HTMLElement} told
   * @param {object} [config]
   * @param {string} [apiKey] a key that is not saved yet
   */
  async function test(told, config = { provider }, apiKey = '') {
    const label = chat.labelOf(provider);
    told.replaceChildren(message('note', t('testing')));
    try {
      const key = apiKey.trim();
      const pairs = await door.must('test_connection', key ? { ...config, api_key: key } : config, { signal });
      const detail = parsed(pairs.result || '')?.detail || pairs.message || '';
      told.replaceChildren(message('good', t('test_passed', label, pairs.response_time_ms, detail)));
    } catch (error) {
      told.replaceChildren(problem(t('test_failed', label), error));
    }
  }

  return { view, draw };
}
