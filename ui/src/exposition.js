/** @typedef {{ labels: Record<string, string>, value: number }} Sample */
/** @typedef {Record<string, string | string[]>} Labels what a sample's labels must be: a text, or one of several */

/** Buckets of other histograms than these are most of a scrape, and nothing here shows them. */
const BUCKETS_SHOWN = /^(request_duration_seconds|confidence_score)_bucket$/;

/** Labels as they are written, and read. Scrapes have the same ones again and again. @type {Map<string, Record<string, string>>} */
const labelsRead = new Map();

/** @param {string} text such as `provider="builtin",le="1"` */
function labelsOf(text) {
  const known = labelsRead.get(text);
  if (known) return known;
  /** @type {Record<string, string>} */
  const labels = {};
  for (const [, name, value] of text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = value.replace(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter));
  }
  labelsRead.set(text, labels);
  return labels;
}

/** What a scrape says: samples by the name of their metric, without `atest_ai_`. */
class Scrape {
  /** @param {string} text Prometheus' text format, 0.0.4 */
  constructor(text) {
    /** @type {Map<string, Sample[]>} */
    this.samples = new Map();
    /** Histograms that were asked for. @type {Map<string, [number, number][]>} */
    this.summed = new Map();
    this.at = Date.now();
    for (const line of text.split('\n')) {
      if (!line || line.startsWith('#')) continue;
      const match = /^(?:atest_ai_)?([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/.exec(line);
      if (!match || (match[1].endsWith('_bucket') && !BUCKETS_SHOWN.test(match[1]))) continue;
      const known = this.samples.get(match[1]);
      const sample = { labels: labelsOf(match[2] || ''), value: numberOf(match[3]) };
      if (known) known.push(sample);
      else this.samples.set(match[1], [sample]);
    }
  }

  /** The samples of a metric whose labels fit. @param {string} name @param {Labels} [labels] */
  of(name, labels = {}) {
    return (this.samples.get(name) || []).filter((sample) =>
      Object.entries(labels).every(([label, wanted]) => [wanted].flat().includes(sample.labels[label])),
    );
  }

  /** Their sum, if there are any. @param {string} name @param {Labels} [labels] @returns {number | undefined} */
  sum(name, labels) {
    const found = this.of(name, labels);
    return found.length ? found.reduce((sum, { value }) => sum + value, 0) : undefined;
  }

  /** A histogram, all its series together. @param {string} name @returns {[bound: number, count: number][]} */
  buckets(name) {
    const known = this.summed.get(name);
    if (known) return known;
    /** @type {Map<number, number>} */
    const sums = new Map();
    for (const { labels, value } of this.of(`${name}_bucket`)) {
      const bound = numberOf(labels.le);
      sums.set(bound, (sums.get(bound) || 0) + value);
    }
    const sorted = [...sums].sort(([a], [b]) => a - b);
    this.summed.set(name, sorted);
    return sorted;
  }
}

/** @param {string} text */
function numberOf(text) {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

/** What a counter rose by; after a restart it began again at 0. @param {number} [from] @param {number} [to] */
function rise(from, to) {
  if (from === undefined || to === undefined) return 0;
  return to >= from ? to - from : to;
}

/**
 * A quantile between two states of a histogram, as Prometheus' histogram_quantile() finds it.
 * @param {number} q
 * @param {[number, number][]} from
 * @param {[number, number][]} to
 */
function quantile(q, from, to) {
  const before = new Map(from);
  const counts = to.map(([bound, count]) => [bound, rise(before.get(bound) ?? 0, count)]);
  const total = counts.at(-1)?.[1] ?? 0;
  if (total <= 0) return undefined;
  const rank = q * total;
  const index = counts.findIndex(([, count]) => count >= rank);
  const [bound, count] = counts[index];
  const [lower, below] = index > 0 ? counts[index - 1] : [0, 0];
  if (bound === Infinity) return lower;
  return lower + (bound - lower) * ((rank - below) / (count - below || 1));
}
