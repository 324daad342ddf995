/** Longest SQL that gets colours; beyond it they would cost more than they help. */
const MAX_COLOURED = 20_000;

const KEYWORDS = new Set(
  (
    'all and any as asc between by case cast cross current_date current_timestamp date desc distinct else end except exists ' +
    'extract false fetch filter first from full group having ilike in inner intersect interval is join last left like limit ' +
    'natural not null nulls offset on or order outer over partition recursive right rows select some then true union using ' +
    'values when where window with'
  ).split(' '),
);

/** Comments, strings, quoted names, numbers, words, in this order. */
const LEXEME =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*'?)|("(?:[^"]|"")*"?|\x60[^\x60]*\x60?|\[[^\]]*\])|(\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|([\p{L}_][\p{L}\p{N}_$]*)/gu;

/** SQL with colours. @param {string} sql */
function coloured(sql) {
  const code = h('code', {});
  if (sql.length > MAX_COLOURED) {
    code.textContent = sql;
    return code;
  }
  let at = 0;
  for (const match of sql.matchAll(LEXEME)) {
    const [text, comment, string, name, number] = match;
    let kind = '';
    if (comment) kind = 'comment';
    else if (string) kind = 'string';
    else if (name) kind = 'name';
    else if (number) kind = 'number';
    else if (KEYWORDS.has(text.toLowerCase())) kind = 'keyword';
    else if (sql[match.index + text.length] === '(') kind = 'call';
    if (!kind) continue;
    code.append(sql.slice(at, match.index), h('span', { class: kind, text }));
    at = match.index + text.length;
  }
  code.append(sql.slice(at));
  return code;
}

/** A block of SQL. It scrolls by itself, so a keyboard must reach it. @param {string} sql */
function sqlBlock(sql) {
  return h('pre', { class: 'sql', tabindex: 0, role: 'group', 'aria-label': t('sql') }, coloured(sql));
}
