const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 240;
const HEIGHT = 56;

/** What the charts show: the last 15 minutes. */
const SPAN = 15 * 60 * 1000;

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...Node} children */
function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** @typedef {[at: number, value: number | undefined]} Point */

/** A figure for people: few digits, and no more than are known. @param {number | undefined} value */
function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && size < 0.0001) return value.toExponential(1);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4;
  return value.toLocaleString(language, { maximumFractionDigits: digits });
}

/**
 * A line through the last 15 minutes. Where nothing is known there is a gap. It says in words what it shows.
 * @param {string} label
 * @param {string} unit
 * @param {Point[]} points
 */
function chart(label, unit, points) {
  const known = points.filter(([, value]) => value !== undefined && Number.isFinite(value));
  const values = known.map(([, value]) => Number(value));
  const now = points.at(-1)?.[0] ?? Date.now();
  const top = Math.max(...values, 0) || 1;
  const x = (/** @type {number} */ at) => (WIDTH - 3) * (1 - (now - at) / SPAN);
  const y = (/** @type {number} */ value) => HEIGHT - 3 - (HEIGHT - 8) * (value / top);
  let path = '';
  let isOpen = false;
  for (const [at, value] of points) {
    if (value === undefined || !Number.isFinite(value)) isOpen = false;
    else {
      path += `${isOpen ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      isOpen = true;
    }
  }
  const last = known.at(-1);
  const words = last
    ? t('chart_label', label, figure(last[1]), unit, figure(Math.min(...values)), figure(Math.max(...values)))
    : `${label}: ${t('no_data')}`;
  const svg = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words, class: 'chart' });
  svg.append(s('path', { d: `M0 ${HEIGHT - 3}H${WIDTH}`, class: 'axis' }), s('path', { d: path, class: 'line' }));
  if (last)
    svg.append(s('circle', { cx: x(last[0]).toFixed(1), cy: y(Number(last[1])).toFixed(1), r: 2.5, class: 'point' }));
  return svg;
}
