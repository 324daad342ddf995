// The page "AI Assistant" inside atest: one question, one answer. atest runs this as a classic script, once per
// opening, and then calls ATestPlugin.mount(container) and setLocale(locale).
(function () {
  'use strict';
  const KIND = 'atest-ext-ai';
  const STORE = 'ai';
  const TEXTS = {
    en: {
      title: 'AI Assistant',
      lead: 'Ask in plain language; the answer is SQL. Nothing is executed.',
      question: 'Question', hint: 'e.g. How many active users are there?',
      schema: 'Tables (CREATE TABLE statements, optional)',
      dialect: 'Database', byDefault: 'default', ask: 'Ask', asking: 'Asking…', stop: 'Stop', copy: 'Copy',
      copied: 'Copied', noCopy: 'Copying is not allowed here: select the text instead.',
      confidence: 'Confidence', provider: 'answered by', empty: 'Write a question first.',
      failed: 'No answer', stopped: 'Stopped.', unreachable: 'atest cannot be reached',
    },
    zh: {
      title: 'AI 助手',
      lead: '用自然语言提问，得到 SQL。不会执行任何语句。',
      question: '问题', hint: '例如：有多少活跃用户？',
      schema: '数据表（CREATE TABLE 语句，可选）',
      dialect: '数据库', byDefault: '默认', ask: '提问', asking: '正在生成…', stop: '停止', copy: '复制',
      copied: '已复制', noCopy: '此处不允许复制，请手动选择文本。',
      confidence: '置信度', provider: '回答者', empty: '请先输入问题。',
      failed: '没有答案', stopped: '已停止。', unreachable: '无法连接 atest',
    },
  };
  let language = 'en';
  let view = null;
  let store = null;

  const t = (name) => TEXTS[language][name];

  function element(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  // The store is found by its kind, so it may have any name; "ai" is the usual one.
  async function storeName(signal) {
    if (store) return store;
    try {
      const response = await fetch('/api/v1/stores', { signal });
      const stores = response.ok ? (await response.json()).data || [] : [];
      const own = stores.filter((s) => s.kind && s.kind.name === KIND && !s.disabled);
      const found = own.find((s) => s.ready) || own[0];
      if (!found) return STORE;
      store = found.name;
      return store;
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      return STORE;
    }
  }

  // atest renders the text as a Go template first, so no "{{" may stand in it.
  function templateSafe(parameters) {
    return JSON.stringify(parameters).replace(/"(?:[^"\\]|\\.)*"/g, (s) => s.replace(/\{/g, '\\u007b'));
  }

  async function query(parameters, signal) {
    const response = await fetch('/api/v1/data/query', {
      method: 'POST',
      signal,
      headers: { 'Content-Type': 'application/json', 'X-Store-Name': await storeName(signal) },
      body: JSON.stringify({ type: 'ai', key: 'generate', sql: templateSafe(parameters) }),
    });
    const text = await response.text();
    let body;
    try { body = JSON.parse(text); } catch { body = {}; }
    if (!response.ok) {
      store = null;
      throw new Error(body.message || response.status + ' ' + response.statusText);
    }
    return Object.fromEntries((body.data || []).map((pair) => [pair.key, pair.value]));
  }

  function lineOf(pairs, prefix) {
    const line = (pairs.content || pairs.generated_sql || '').split('\n').find((l) => l.startsWith(prefix));
    return line ? line.slice(prefix.length).trim() : '';
  }

  function show(...nodes) {
    view.answer.replaceChildren(...nodes);
  }

  function note(text, kind) {
    return element('p', { className: 'atest-ai-' + kind, textContent: text });
  }

  function copyButton(sql) {
    const button = element('button', { type: 'button', className: 'plain', textContent: t('copy') });
    button.onclick = async () => {
      try {
        await navigator.clipboard.writeText(sql);
        button.textContent = t('copied');
      } catch {
        button.replaceWith(note(t('noCopy'), 'note'));
      }
    };
    return button;
  }

  function showAnswer(pairs) {
    const warnings = JSON.parse(pairs.warnings || '[]').map((text) => note(String(text), 'warn'));
    const sql = lineOf(pairs, 'sql:');
    if (pairs.success !== 'true' || pairs.error || !sql) {
      show(note(t('failed') + ': ' + (pairs.error || '?'), 'error'), ...warnings);
      return;
    }
    const confidence = Math.round(Number(pairs.confidence) * 100);
    const facts = [`${t('confidence')} ${confidence} %`, `${t('provider')} ${pairs.provider}`,
      `${pairs.processing_time_ms} ms`];
    show(
      element('pre', { textContent: pairs.pretty_sql || sql }),
      element('p', { textContent: pairs.explanation || lineOf(pairs, 'explanation:') }),
      note(facts.join(' · '), 'note'),
      ...warnings,
      copyButton(pairs.pretty_sql || sql),
    );
  }

  async function ask() {
    if (view.running) { view.running.abort(); return; }
    const prompt = view.question.value.trim();
    if (!prompt) { show(note(t('empty'), 'warn')); view.question.focus(); return; }
    const parameters = { prompt };
    if (view.dialect.value) parameters.database_type = view.dialect.value;
    if (view.schema.value.trim()) parameters.schema_ddl = view.schema.value;
    const mine = view;
    mine.running = new AbortController();
    label();
    show(note(t('asking'), 'note'));
    try {
      const pairs = await query(parameters, mine.running.signal);
      if (view === mine) showAnswer(pairs);
    } catch (error) {
      if (view !== mine) return;
      if (error.name === 'AbortError') show(note(t('stopped'), 'note'));
      else show(note((error instanceof TypeError ? t('unreachable') : t('failed')) + ': ' + error.message, 'error'));
    } finally {
      mine.running = null;
      if (view === mine) label();
    }
  }

  // Writes every fixed text again; what the user typed stays.
  function label() {
    if (!view) return;
    view.root.lang = language;
    for (const [node, name] of view.texts) node.textContent = t(name);
    view.question.placeholder = t('hint');
    view.button.textContent = t(view.running ? 'stop' : 'ask');
  }

  function mount(container) {
    unmount();
    const texts = [];
    const text = (tag, name, properties) => {
      const node = element(tag, properties);
      texts.push([node, name]);
      return node;
    };
    const question = element('textarea', { id: 'atest-ai-question', rows: 3 });
    const schema = element('textarea', { id: 'atest-ai-schema', rows: 4, spellcheck: false });
    const dialect = element('select', { id: 'atest-ai-dialect' }, text('option', 'byDefault', { value: '' }));
    for (const [value, name] of [['mysql', 'MySQL'], ['postgresql', 'PostgreSQL'], ['sqlite', 'SQLite']]) {
      dialect.append(element('option', { value, textContent: name }));
    }
    const button = element('button', { type: 'button', onclick: ask });
    const answer = element('div');
    answer.setAttribute('aria-live', 'polite');
    question.onkeydown = (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) ask();
    };
    const root = element('div', { className: 'atest-ai' },
      text('h2', 'title'), text('p', 'lead', { className: 'atest-ai-note' }),
      text('label', 'question', { htmlFor: question.id }), question,
      text('label', 'schema', { htmlFor: schema.id }), schema,
      element('div', { className: 'atest-ai-row' }, text('label', 'dialect', { htmlFor: dialect.id }), dialect, button),
      answer);
    view = { root, question, schema, dialect, button, answer, texts, running: null };
    label();
    container.replaceChildren(root);
  }

  function unmount() {
    if (!view) return;
    if (view.running) view.running.abort();
    view.root.remove();
    view = null;
  }

  function setLocale(locale) {
    language = String(locale || '').toLowerCase().startsWith('zh') ? 'zh' : 'en';
    label();
  }

  globalThis.ATestPlugin = { mount, unmount, setLocale };
})();
