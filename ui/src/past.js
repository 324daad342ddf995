/** Where questions and answers are kept, in this browser. */
const PAST_KEY = 'atest-ext-ai.past';
/** Most that are kept. */
const MOST_TURNS = 500;

/**
 * One question and what became of it.
 * @typedef {object} Turn
 * @property {string} id
 * @property {number} at milliseconds since 1970
 * @property {Record<string, string>} asked what was sent: prompt, database, provider, …
 * @property {'asking' | 'answered' | 'failed' | 'stopped' | 'interrupted'} state
 * @property {string} [follows] the question that this one goes on from
 * @property {Pairs} [pairs] the reply
 * @property {{ text: string, kind: string }} [error]
 * @property {string} [edited] the SQL as the asker changed it
 * @property {string} [verdict] what the asker said of the answer
 */

/** Pairs of a reply that are needed to show it again. */
const KEPT_PAIRS = [
  'generated_sql pretty_sql explanation confidence confidence_source warnings provider model_used processing_time_ms',
  'cached degraded explained instead_of cost_usd request_id alternative meta',
]
  .join(' ')
  .split(' ');

/** @returns {Turn[]} newest first */
function keptTurns() {
  const known = parsed(recalled(PAST_KEY));
  if (!Array.isArray(known)) return [];
  return known
    .filter((turn) => turn && typeof turn.id === 'string' && typeof turn.asked?.prompt === 'string')
    .map((turn) => (turn.state === 'asking' ? { ...turn, state: 'interrupted' } : turn));
}

/** The past of this browser, which several windows may add to. */
function createPast() {
  let turns = keptTurns();
  /** What was deleted here. @type {Set<string>} */
  const deleted = new Set();
  let timer = 0;

  /** Writes what is known here, beside what other windows have added. When there is no room, the older half goes. */
  function write() {
    clearTimeout(timer);
    timer = 0;
    const here = new Set(turns.map(({ id }) => id));
    const others = keptTurns().filter(({ id }) => !here.has(id) && !deleted.has(id));
    let kept = others.length ? [...turns, ...others].sort((a, b) => b.at - a.at) : turns;
    kept = kept.slice(0, MOST_TURNS);
    while (!keep(PAST_KEY, JSON.stringify(kept)) && kept.length > 0) kept = kept.slice(0, kept.length >> 1);
  }

  /** Writes soon: several changes at once are one. */
  function save() {
    if (!timer) timer = setTimeout(write, 300);
  }

  return {
    get turns() {
      return turns;
    },
    save,
    write,
    /** @param {Turn} turn */
    add(turn) {
      turns.unshift(turn);
      const gone = turns.splice(MOST_TURNS);
      for (const { id } of gone) deleted.add(id);
      save();
      return gone;
    },
    /** @param {Turn} turn */
    remove(turn) {
      turns = turns.filter((other) => other !== turn);
      deleted.add(turn.id);
      save();
    },
    clear() {
      for (const { id } of [...turns, ...keptTurns()]) deleted.add(id);
      turns = [];
      write();
    },
    export() {
      return JSON.stringify(
        { format: 'atest-ext-ai conversation 1', exported: new Date().toISOString(), turns },
        null,
        2,
      );
    },
  };
}

/** @typedef {ReturnType<typeof createPast>} Past */

/** @param {Pairs} pairs */
function keptPairs(pairs) {
  return Object.fromEntries(KEPT_PAIRS.filter((name) => name in pairs).map((name) => [name, pairs[name]]));
}

/**
 * The SQL of a reply: laid out for people, else from the line that atest's own clients read.
 * @param {Pairs} pairs
 */
function sqlOf(pairs) {
  if (pairs.pretty_sql) return pairs.pretty_sql;
  const line = (pairs.content || pairs.generated_sql || '').split('\n').find((text) => text.startsWith('sql:'));
  return line ? line.slice(4).trim() : '';
}

/** @param {Turn} turn */
function currentSql(turn) {
  return turn.edited ?? sqlOf(turn.pairs || {});
}
