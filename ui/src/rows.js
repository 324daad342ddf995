/** Cells that are drawn at once, as far as a row is not more; the rest follows when it is asked for. */
const CELLS_AT_ONCE = 1200;

/** Rows of a preview. @typedef {{ columns: { name: string, type: string }[], rows: unknown[][], cut: boolean, ms: number }} Result */

/** @param {Pairs} pairs @param {number} ms @returns {Result} */
function resultOf(pairs, ms) {
  return {
    columns: parsed(pairs.columns || '[]') || [],
    rows: parsed(pairs.rows || '[]') || [],
    cut: pairs.truncated === 'true',
    ms: Math.round(ms),
  };
}

/** @param {Result} result */
function resultView(result) {
  const count = result.rows.length;
  const name = count === 0 ? 'rows_none' : count === 1 ? 'rows_one' : 'rows';
  const view = h('div', { class: 'result' }, message('good', t(name, count, result.ms)));
  if (result.cut) view.append(message('note', t('rows_cut')));
  if (result.columns.length === 0) return view;
  const body = h('tbody');
  const atOnce = Math.max(10, Math.min(100, Math.floor(CELLS_AT_ONCE / result.columns.length)));
  const head = result.columns.map((column) =>
    h('th', { scope: 'col' }, column.name, column.type !== 'null' && h('span', { class: 'type', text: column.type })),
  );
  const table = h('table', {}, h('thead', {}, h('tr', {}, ...head)), body);
  const more = button('', () => {
    draw();
    if (!more.isConnected) table.parentElement?.focus();
  });
  const draw = () => {
    const from = body.rows.length;
    const next = result.rows.slice(from, from + atOnce);
    body.append(...next.map((row) => h('tr', {}, ...row.map(cell))));
    const left = count - body.rows.length;
    if (left > 0) more.textContent = t('rows_more', Math.min(left, atOnce));
    else more.remove();
  };
  view.append(
    scroller(t('rows_label'), table),
    actions(
      copyButton(t('copy_csv'), () => csvOf(result)),
      more,
    ),
  );
  draw();
  return view;
}

/** @param {unknown} value */
function cell(value) {
  if (value === null) return h('td', { class: 'null', text: t('null_value') });
  if (typeof value === 'number') return h('td', { class: 'figure', text: value });
  return h('td', { text: typeof value === 'object' ? JSON.stringify(value) : value });
}

/** The rows as RFC 4180 has them; NULL is nothing, an empty text is "". @param {Result} result */
function csvOf(result) {
  /** @param {unknown} value */
  const one = (value) => {
    if (value === null) return '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [result.columns.map((column) => column.name), ...result.rows];
  return lines.map((line) => line.map(one).join(',')).join('\r\n') + '\r\n';
}
