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

/** What of it are turns. @param {unknown} known @returns {Turn[]} newest first */
function turnsOf(known) {
  if (!Array.isArray(known)) return [];
  return known
    .filter((turn) => turn && typeof turn.id === 'string' && typeof turn.asked?.prompt === 'string')
    .map((turn) => (turn.state === 'asking' ? { ...turn, state: 'interrupted' } : turn));
}

const keptTurns = () => turnsOf(parsed(recalled(PAST_KEY)));

/** The past of this browser, which several windows may change. */
function createPast() {
  let turns = keptTurns();
  let isKept = keep(`${PAST_KEY}.room`, '');
  let timer = 0;
  /** What this browser has kept, as far as this window knows. */
  let kept = new Set(turns.map(({ id }) => id));
  /** What was asked or changed in this window. @type {Set<string>} */
  const mine = new Set();
  /** @type {Set<string>} */
  const deleted = new Set();

  /** Takes over what other windows have added, changed and deleted. */
  function merge() {
    const there = new Map(keptTurns().map((turn) => [turn.id, turn]));
    const here = new Set(turns.map(({ id }) => id));
    const newer = (/** @type {Turn} */ turn) => {
      const other = mine.has(turn.id) ? undefined : there.get(turn.id);
      return other && JSON.stringify(other) !== JSON.stringify(turn) ? other : turn;
    };
    const added = [...there.values()].filter(({ id }) => !here.has(id) && !deleted.has(id));
    turns = turns.filter(({ id }) => there.has(id) || !kept.has(id)).map(newer);
    if (added.length) turns = [...turns, ...added].sort((a, b) => b.at - a.at).slice(0, MOST_TURNS);
    kept = new Set(there.keys());
  }

  /** Writes what is known here. When there is no room, the older half goes. */
  function write() {
    clearTimeout(timer);
    timer = 0;
    merge();
    let some = turns;
    while (!(isKept = keep(PAST_KEY, JSON.stringify(some))) && some.length) some = some.slice(0, some.length >> 1);
    kept = new Set(some.map(({ id }) => id));
  }

  /** Writes soon: several changes at once are one. @param {Turn} [turn] what was changed */
  function save(turn) {
    if (turn) mine.add(turn.id);
    if (!timer) timer = setTimeout(write, 300);
  }

  return {
    get turns() {
      return turns;
    },
    /** Whether this browser keeps anything. */
    get isKept() {
      return isKept;
    },
    merge,
    save,
    write,
    /** @param {Turn} turn @returns {Turn[]} the oldest, when they became too many */
    add(turn) {
      turns.unshift(turn);
      const gone = turns.splice(MOST_TURNS);
      for (const { id } of gone) deleted.add(id);
      save(turn);
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

/** The SQL of a reply: laid out for people, else from the line that atest's own clients read. @param {Pairs} pairs */
function sqlOf(pairs) {
  if (pairs.pretty_sql) return pairs.pretty_sql;
  const line = (pairs.content || pairs.generated_sql || '').split('\n').find((text) => text.startsWith('sql:'));
  return line ? line.slice(4).trim() : '';
}

/** @param {Turn} turn */
function currentSql(turn) {
  return turn.edited ?? sqlOf(turn.pairs || {});
}
