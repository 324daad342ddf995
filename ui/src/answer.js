/** From here on confidence is called high, and fair. 0.7 is also where the metrics begin to count an answer as weak. */
const HIGH = 0.85;
const FAIR = 0.7;

/** After so many seconds an asker is told that it takes long. */
const LONG = 15;

/** A question with what became of it. @param {Turn} turn @param {Chat} chat */
function turnView(turn, chat) {
  const title = h('h3', { tabindex: -1, text: turn.asked.prompt });
  const remove = button('×', () => chat.remove(turn), {
    class: 'quiet',
    'aria-label': t('delete_one'),
    title: t('delete_one'),
  });
  const follows = turn.follows && h('p', { class: 'note', text: `${t('follows')} ${turn.follows}` });
  return h(
    'article',
    { class: 'turn', 'data-state': turn.state },
    h('header', {}, title, remove),
    follows,
    ...(turn.state === 'answered' ? answerParts(turn, chat) : unansweredParts(turn, chat)),
  );
}

/** @param {Turn} turn @param {Chat} chat @returns {Child[]} */
function unansweredParts(turn, chat) {
  if (turn.state === 'asking') return [waiting(turn, chat)];
  if (turn.state === 'stopped' || turn.state === 'interrupted') {
    return [message('note', t(turn.state)), retryBar(turn, chat)];
  }
  const error = turn.error || { text: t('failed'), kind: '' };
  const provider = turn.pairs?.provider || turn.asked.provider || chat.known.page?.default_provider || 'builtin';
  const hint = hintFor(error.kind, chat.labelOf(provider));
  return [
    // It was announced when it came; an alert would be told again whenever the page is opened.
    h('p', { class: 'message error' }, h('strong', { text: `${t('failed')}: ` }), said(error.text)),
    hint && message('note', hint),
    error.kind === 'signed_out' && chat.door.isOwn && h('p', {}, h('a', { href: '/login?next=/', text: t('sign_in') })),
    ...remarks(turn.pairs || {}),
    retryBar(turn, chat),
  ];
}

/** @param {string} kind @param {string} label of the provider */
function hintFor(kind, label) {
  if (/^(schema|no_schema|not_in_schema|not_answerable|database)$/.test(kind)) return t('hint_schema');
  if (kind.startsWith('provider')) return t('hint_provider', label);
  return '';
}

/** @param {Turn} turn @param {Chat} chat */
function waiting(turn, chat) {
  const text = h('span', {}, t('asking'));
  const view = h(
    'p',
    { class: 'message note waiting' },
    text,
    button(t('cancel'), () => chat.cancel(turn), LEAVES),
  );
  const slow = message('note', t('slow'));
  chat.eachSecond(view, () => {
    const seconds = Math.round((Date.now() - turn.at) / 1000);
    text.textContent = t('asking_since', seconds);
    if (seconds >= LONG && !slow.isConnected) view.after(slow);
  });
  return view;
}

/** @param {Turn} turn @param {Chat} chat */
function retryBar(turn, chat) {
  return actions(
    button(t('retry'), () => chat.again(turn)),
    retryWith(turn, chat),
  );
}

/** @param {Turn} turn @param {Chat} chat */
function retryWith(turn, chat) {
  const asked = turn.pairs?.provider || turn.asked.provider || chat.known.page?.default_provider;
  const others = chat.providers().filter(([name, , ready]) => ready && name !== asked);
  if (others.length === 0) return null;
  // The choice is made only when it is wanted: browsers look at every field of a page whenever one changes, and with
  // hundreds of answers that took longer than all else.
  const opener = button(t('retry_with'), () => {
    const select = choice(others, others[0][0], () => {});
    select.setAttribute('aria-label', t('retry_with'));
    opener.replaceWith(
      h(
        'span',
        { class: 'pair' },
        select,
        button(t('retry_go'), () => chat.again(turn, select.value)),
      ),
    );
    select.focus();
  });
  return opener;
}

/** @param {Turn} turn @param {Chat} chat @returns {Child[]} */
function answerParts(turn, chat) {
  const pairs = turn.pairs || {};
  return [
    workbench(turn, chat),
    pairs.explanation && h('p', { class: 'explanation' }, said(pairs.explanation)),
    confidenceView(pairs),
    ...remarks(pairs),
    alternativeView(turn, chat),
    h('p', { class: 'facts', text: factsOf(pairs, chat).join(' · ') }),
    verdictBar(turn, chat),
  ];
}

/** @param {Pairs} pairs @param {Chat} chat */
function factsOf(pairs, chat) {
  const { provider, model_used: model } = pairs;
  return [
    provider && t('facts_by', chat.labelOf(provider)),
    model && model !== provider && t('facts_model', model),
    parsed(pairs.meta || '')?.dialect,
    pairs.processing_time_ms && t('facts_ms', pairs.processing_time_ms),
    pairs.cached === 'true' && t('facts_cached'),
    pairs.cost_usd && t('facts_cost', pairs.cost_usd),
    pairs.instead_of && t('facts_instead', pairs.instead_of),
    pairs.degraded === 'true' && !pairs.instead_of && t('facts_degraded'),
  ].filter(Boolean);
}

/** How sure the plugin is: a word, a bar, the figure, and why. @param {Pairs} pairs */
function confidenceView(pairs) {
  const value = Number(pairs.confidence);
  if (!pairs.confidence || !Number.isFinite(value)) return null;
  const word = value >= HIGH ? 'high' : value >= FAIR ? 'fair' : 'low';
  const percent = Math.round(value * 100);
  const bar = h('meter', { min: 0, max: 1, low: FAIR, high: HIGH, optimum: 1, value, 'aria-label': t('confidence') });
  return h(
    'div',
    { class: `confidence ${word}` },
    h('span', { class: 'note', text: t('confidence') }),
    bar,
    h('strong', { text: `${t(`confidence_${word}`)} (${percent} %)` }),
    h(
      'details',
      {},
      h('summary', {}, t('why')),
      h('p', { text: t(`source_${pairs.confidence_source}`) }),
      h('p', { text: t(pairs.explained === 'true' ? 'explained' : 'not_explained') }),
    ),
  );
}

/**
 * What the plugin says beside an answer, sorted: what it assumed, what it left out, and all else to mind.
 * @param {Pairs} pairs
 */
function remarks(pairs) {
  const all = parsed(pairs.warnings || '[]');
  if (!Array.isArray(all)) return [];
  /** @type {Record<string, string[]>} */
  const sorted = { warnings: [], assumptions: [], left_out: [] };
  for (const remark of all.map(String)) {
    if (remark.startsWith('assumed: ')) sorted.assumptions.push(remark.slice(9));
    else if (/left out|not shown|were shown/.test(remark)) sorted.left_out.push(remark);
    else sorted.warnings.push(remark);
  }
  return Object.entries(sorted)
    .filter(([, list]) => list.length)
    .map(([name, list]) =>
      h(
        'section',
        { class: `remarks ${name}` },
        h('h4', { text: t(name) }),
        h('ul', {}, ...list.map((text) => h('li', {}, said(text)))),
      ),
    );
}

/** @param {Turn} turn @param {Chat} chat */
function alternativeView(turn, chat) {
  const sql = turn.pairs?.alternative;
  if (!sql) return null;
  const use = button(t('use_alternative'), () => {
    turn.edited = sql;
    chat.changed(turn);
  });
  return h(
    'details',
    { class: 'alternative' },
    h('summary', {}, t('alternative')),
    sqlBlock(sql),
    actions(
      use,
      copyButton(t('copy_sql'), () => sql),
    ),
  );
}

/** What the asker says of the answer. @param {Turn} turn @param {Chat} chat */
function verdictBar(turn, chat) {
  const feedback = chat.known.page?.feedback;
  const bar = h('div', { class: 'bar verdict' });
  if (turn.verdict) {
    const thanks = message('note', t(feedback?.keep_text ? 'thanks_text' : 'thanks'));
    thanks.tabIndex = -1;
    bar.append(thanks);
  } else if (feedback?.enabled && turn.pairs?.request_id) {
    /** @param {string} verdict */
    const give = (verdict) => async () => {
      try {
        const corrected = verdict === 'corrected' ? { corrected_sql: turn.edited } : {};
        await chat.ask('ai.feedback', { request_id: turn.pairs?.request_id, verdict, ...corrected });
        turn.verdict = verdict;
        chat.save(turn);
        // The rest of the answer stays as it is, with rows that may be shown.
        const thanks = verdictBar(turn, chat);
        bar.replaceWith(thanks);
        thanks.querySelector('p')?.focus();
      } catch (error) {
        bar.append(message('error', said(wordsOf(error))));
      }
    };
    bar.append(button(t('was_right'), give('used')), button(t('was_wrong'), give('rejected')));
    if (turn.edited !== undefined) bar.append(button(t('send_correction'), give('corrected')));
  }
  const other = retryWith(turn, chat);
  if (other) bar.append(other);
  return bar;
}
