/** Time between two scrapes, in milliseconds. */
const EVERY = 5000;
/** Rates and quantiles are over the last minute. */
const WINDOW = 60_000;

const LOOKUPS = { cache: 'answers' };
const HITS = { cache: 'answers', result: ['hit', 'shared'] };

/** @param {number} seconds */
function span(seconds) {
  const units = /** @type {[number, string][]} */ ([
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]);
  const [size, name] = units.find(([size]) => seconds >= size) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${name}`;
}

/** How the plugin is doing, from its own metrics, while somebody looks. @param {AbortSignal} signal */
function createStatus(signal) {
  /** Oldest first. @type {Scrape[]} */
  let scrapes = [];
  let trouble = '';
  // The links stay as they are, so that a keyboard's place is not lost every few seconds.
  const figures = h('div');
  const further = h('div');
  const view = h('section', { class: 'status' }, figures, further);

  /** The scrape nearest to that long ago, or the oldest. @param {number} ms @param {number} [index] */
  function before(ms, index = scrapes.length - 1) {
    const moment = scrapes[index].at - ms;
    return scrapes.find(({ at }) => at >= moment) ?? scrapes[index];
  }

  async function look() {
    if (document.hidden) return;
    try {
      const response = await fetch('/metrics', { signal, cache: 'no-store', headers: { Accept: 'text/plain' } });
      const text = await response.text();
      if (!response.ok) throw new Refusal(t('status_refused', parsed(text)?.message || response.status), 'refused');
      const scrape = new Scrape(text);
      // Another process: what was before says nothing of it.
      if (scrapes.at(-1)?.sum('start_time_seconds') !== scrape.sum('start_time_seconds')) scrapes = [];
      scrapes.push(scrape);
      scrapes = scrapes.filter(({ at }) => at >= scrape.at - SPAN);
      trouble = '';
    } catch (error) {
      if (signal.aborted) return;
      const since = scrapes.at(-1);
      const moment = since ? new Date(since.at).toLocaleTimeString(language) : '–';
      trouble = error instanceof Refusal ? error.message : t('status_old', moment);
    }
    draw();
  }

  /**
   * A line of what `what` gives for each scrape and the one a minute before it.
   * @param {(now: Scrape, then: Scrape, seconds: number) => number | undefined} what
   * @returns {Point[]}
   */
  function line(what) {
    return scrapes.map((now, index) => {
      const then = before(WINDOW, index);
      return [now.at, what(now, then, (now.at - then.at) / 1000)];
    });
  }

  /** Events a minute. @param {string} name @param {Labels} [labels] */
  function perMinute(name, labels) {
    return line((now, then, seconds) => (seconds > 0 ? (gain(now, then, name, labels) * 60) / seconds : undefined));
  }

  /**
   * @param {string} name
   * @param {Point[]} points
   * @param {string} below the text beneath, with figures in it
   * @param {Record<string, number | undefined>} values
   */
  function card(name, points, below, values) {
    const last = points.at(-1)?.[1];
    const unit = t(`${name}_unit`);
    return h(
      'section',
      { class: 'card', 'data-card': name },
      h('h3', { text: t(name) }),
      h(
        'p',
        { class: 'big' },
        h('data', { value: last ?? '', text: figure(last) }),
        h('span', { class: 'note', text: ` ${unit}` }),
      ),
      chart(t(name), unit, points),
      h('p', { class: 'note' }, ...filled(below, ...Object.entries(values).map(([key, value]) => total(key, value)))),
    );
  }

  /** A figure, with its exact value. @param {string} name @param {number} [value] */
  function total(name, value) {
    return h('data', { 'data-figure': name, value: value ?? '', text: figure(value) });
  }

  /** A text with figures in it. @param {string} name @param {...Node} nodes */
  function filled(name, ...nodes) {
    return t(name)
      .split(/\{(\d)\}/)
      .map((piece, index) => (index % 2 ? (nodes[Number(piece)] ?? '') : piece));
  }

  function draw() {
    const now = scrapes.at(-1);
    const head = [
      h('h2', {}, t('status_title')),
      h('p', { class: 'note', text: t('status_lead', EVERY / 1000) }),
      trouble ? message('error', trouble) : '',
    ];
    if (!now) {
      figures.replaceChildren(...head, trouble ? '' : message('note', t('loading')));
      return;
    }
    const sum = now.sum.bind(now);
    const DURATION = 'request_duration_seconds';
    const recent = gain(now, scrapes[0], `${DURATION}_count`) > 0;
    const p = (/** @type {number} */ q) =>
      quantile(q, recent ? scrapes[0].buckets(DURATION) : [], now.buckets(DURATION));
    const mega = (/** @type {number | undefined} */ bytes) => (bytes === undefined ? undefined : bytes / 1e6);
    const lookups = 'cache_lookups_total';
    const cards = [
      card('requests', perMinute('requests_total'), 'since_start', { requests: sum('requests_total') }),
      card('errors', perMinute('errors_total'), 'since_start', { errors: sum('errors_total') ?? 0 }),
      card(
        'latency',
        line((one, then) => quantile(0.95, then.buckets(DURATION), one.buckets(DURATION))),
        recent ? 'latency_recent' : 'latency_all',
        { p50: p(0.5), p95: p(0.95), p99: p(0.99) },
      ),
      card(
        'confidence_mean',
        line((one, then) => ratio(gain(one, then, 'confidence_score_sum'), gain(one, then, 'confidence_score_count'))),
        'confidence_weak',
        { weak: percent(weakSoFar(now)) },
      ),
      card(
        'cache',
        line((one) => percent(ratio(one.sum(lookups, HITS), one.sum(lookups, LOOKUPS)))),
        'cache_line',
        {
          cache_hits: sum(lookups, HITS),
          cache_lookups: sum(lookups, LOOKUPS),
        },
      ),
      card('tokens', perMinute('tokens_total', { direction: ['input', 'output'] }), 'tokens_line', {
        tokens_in: sum('tokens_total', { direction: 'input' }) ?? 0,
        tokens_out: sum('tokens_total', { direction: 'output' }) ?? 0,
      }),
      card(
        'cost',
        line((one) => one.sum('cost_usd_total') ?? 0),
        'cost_line',
        {
          spent_day: sum('spent_usd', { period: 'day' }),
          spent_month: sum('spent_usd', { period: 'month' }),
        },
      ),
      card(
        'queue',
        line((one) => (one.sum('requests_in_flight') ?? 0) + (one.sum('queue_depth') ?? 0)),
        'queue_line',
        {
          in_flight: sum('requests_in_flight'),
          pool: sum('worker_pool_size'),
          queue_depth: sum('queue_depth'),
          queue_capacity: sum('queue_capacity'),
        },
      ),
      card(
        'memory',
        line((one) => mega(one.sum('memory_usage_bytes'))),
        'memory_line',
        {
          memory_limit: mega(sum('memory_limit_bytes')),
        },
      ),
    ];
    const all = [...head, standing(now), alerts(now), h('div', { class: 'cards' }, ...cards), providers(now)];
    keepingFocus(figures, () => figures.replaceChildren(...all));
  }

  /** @param {Scrape} now */
  function standing(now) {
    const seconds = Date.now() / 1000;
    const build = now.of('build_info')[0]?.labels;
    const up = seconds - (now.sum('start_time_seconds') ?? seconds);
    const loaded = seconds - (now.sum('config_last_reload_success_timestamp_seconds') ?? seconds);
    const ready = now.sum('ready') === 1;
    const word = now.sum('maintenance_mode') ? 'in_maintenance' : ready ? 'takes_questions' : 'takes_none';
    const waiting = now.sum('config_settings_awaiting_restart') ?? 0;
    const reload = [
      t('reload_line', span(loaded)),
      now.sum('config_last_reload_successful') === 0 && t('reload_failed'),
      waiting > 0 && t('restart_waits', waiting),
    ];
    return h(
      'dl',
      { class: 'standing' },
      h('dt', {}, t('state')),
      h('dd', {}, h('span', { class: ready ? 'dot up' : 'dot down', 'aria-hidden': 'true' }), t(word)),
      h('dt', { text: 'atest-ext-ai' }),
      h('dd', { text: t('status_up', build?.version ?? '–', span(up)) }),
      h('dt', {}, t('reload')),
      h('dd', { text: reload.filter(Boolean).join('; ') }),
    );
  }

  /** @param {Scrape} now */
  function alerts(now) {
    const past = (/** @type {number} */ minutes) => before(minutes * 60_000);
    const raised = ALERTS.flatMap(([name, threshold, value]) => {
      const found = value(now, past);
      return found !== undefined && found > threshold ? [{ name, found, threshold }] : [];
    });
    const commands = 'atest-ext-ai generate-monitoring --explain ';
    return h(
      'section',
      { class: 'alerts' },
      h('h3', {}, t('would_alert')),
      raised.length === 0
        ? message('good', t('nothing_alerts'))
        : h(
            'ul',
            {},
            ...raised.map(({ name, found, threshold }) =>
              h('li', { class: 'message warn', 'data-alert': name, text: `${name}: ${figure(found)} > ${threshold}` }),
            ),
          ),
      h('p', { class: 'note', text: t('alerts_note') }),
      raised.length > 0 &&
        h('p', { class: 'note' }, ...filled('explain_note', h('code', { text: commands + raised[0].name }))),
    );
  }

  /** @param {Scrape} now */
  function providers(now) {
    const names = [...new Set(now.of('requests_total').map(({ labels }) => labels.provider))].filter(
      (name) => name !== 'other',
    );
    const rows = names.map((provider) => {
      const up = now.sum('provider_up', { provider });
      const circuit = now.of('circuit_state', { provider }).find(({ value }) => value === 1)?.labels.state;
      const right = now.sum('requests_total', { provider, status: 'success' });
      const all = now.sum('requests_total', { provider });
      const word = up === undefined ? (provider === 'builtin' ? 'yes' : 'unknown') : up ? 'yes' : 'no';
      return h(
        'tr',
        {},
        h('th', { scope: 'row', text: provider }),
        h('td', {}, h('span', { class: word === 'no' ? 'dot down' : 'dot up', 'aria-hidden': 'true' }), t(word)),
        h('td', { text: circuit ? t(`circuit_${circuit}`) : '–' }),
        h('td', { class: 'figure' }, total(`answered_${provider}`, right), ' / ', total(`asked_${provider}`, all)),
      );
    });
    const heads = ['settings_provider', 'provider_up', 'circuit', 'share_right'];
    const table = h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...heads.map((name) => h('th', { scope: 'col', text: t(name) })))),
      h('tbody', {}, ...rows),
    );
    return h('section', {}, h('h3', {}, t('providers')), scroller(t('providers'), table));
  }

  /** In the language that is spoken. */
  function drawLinks() {
    /** @type {[string, string][]} */
    const all = [
      ['/debug/', 'link_profiles'],
      ['/metrics', 'link_metrics'],
      ['/health?verbose', 'link_health'],
      ['/paths', 'link_paths'],
    ];
    further.replaceChildren(
      h('h3', {}, t('look_further')),
      h('ul', { class: 'links' }, ...all.map(([href, name]) => h('li', {}, h('a', { href, text: t(name) })))),
    );
  }

  const timer = setInterval(look, EVERY);
  signal.addEventListener('abort', () => clearInterval(timer));
  document.addEventListener('visibilitychange', () => void look(), { signal });
  void look();
  return {
    view,
    draw() {
      drawLinks();
      draw();
    },
  };
}
